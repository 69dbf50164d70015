"""Ladder diagrams as SVG."""

import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.reports.chart import WIDTH, chart

CaseOf = Callable[..., dict[str, Any]]


def drawn(*steps: dict[str, Any]) -> ET.Element:
    ladder = {"caller": "The caller waits.", "steps": list(steps)}
    return ET.fromstring(chart(ladder))  # noqa: S314  # drawn by ourselves


def rung(label: str = "asks", source: str = "PBX", target: str = "Endpoint", **more: Any) -> Any:
    step = {"at": 1.0, "from": source, "to": target, "label": label}
    return {**step, "trouble": False, "both": False, **more}


def texts(picture: ET.Element, kind: str | None = None) -> list[str]:
    return [text.text or "" for text in picture.iter("text") if text.get("class") == kind]


@pytest.fixture
def ladder(case_of: CaseOf) -> dict[str, Any]:
    """Return the ladder of a call with dead air, a failure and a conversation."""
    found: dict[str, Any] = case_of("SEQ-001", "pass")["ladders"][0]
    return found


def test_the_four_parties_stand_at_the_top(ladder: dict[str, Any]) -> None:
    picture = ET.fromstring(chart(ladder))  # noqa: S314  # drawn by ourselves
    assert texts(picture, "lane") == ["Caller", "PBX", "Endpoint", "Callee"]


def test_every_step_has_its_time_and_tells_who_did_what(ladder: dict[str, Any]) -> None:
    picture = ET.fromstring(chart(ladder))  # noqa: S314  # drawn by ourselves
    assert texts(picture, "at") == [f"{step['at']:.2f}" for step in ladder["steps"]]
    titles = [title.text for title in picture.iter("title")]
    assert titles[0] == "0.00 s, Caller to PBX: calls 74951234567"
    assert len(titles) == 7


def test_dead_air_is_shaded_from_its_beginning_to_the_step_that_ends_it() -> None:
    before, inside, ends = rung(at=0.0), rung(at=2.0), rung(at=5.0)
    picture = drawn(before, {"at": 0.0, "dead_air_s": 5.0}, inside, ends, rung(at=6.0))
    (air,) = picture.iter("rect")
    paths = [path.get("d") or "" for path in picture.iter("path") if not path.get("class")]
    lines = [float(re.findall(r"M\d+ (\d+)", path)[0]) for path in paths]
    bottom = float(air.get("y", 0)) + float(air.get("height", 0))
    assert lines[0] < float(air.get("y", 0)) < lines[1] < lines[2] == bottom < lines[3]
    assert texts(picture, "hush") == ["5.0 s of dead air"]


def test_trouble_is_marked_and_a_conversation_points_both_ways() -> None:
    picture = drawn(rung(trouble=True), rung("talk", "Caller", "Callee", both=True))
    bad, talk = picture.findall("g")
    assert bad.get("class") == "rung bad"
    heads = [group.findall("path")[0].get("d", "").count("l") for group in (bad, talk)]
    assert heads == [2, 4]


def test_a_long_label_is_wrapped_then_cut_and_whole_in_the_tooltip() -> None:
    label = " ".join(["a rather long announcement"] * 9)
    picture = drawn(rung(label))
    lines = texts(picture)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert all(len(line) <= 30 for line in lines)
    assert label in "".join(title.text or "" for title in picture.iter("title"))


@given(label=st.text(max_size=300), source=st.sampled_from(["Caller", "PBX", "Endpoint"]))
def test_whatever_a_label_holds_the_picture_is_well_formed(label: str, source: str) -> None:
    picture = drawn(rung(label, source, "PBX"))
    assert picture.get("viewBox", "").startswith(f"0 0 {WIDTH} ")


def test_a_label_is_never_markup() -> None:
    picture = drawn(rung("</text><script>alert(1)</script>\x1b[31m"))
    assert not list(picture.iter("script"))
    assert "\\x1b[31m" in "".join(title.text or "" for title in picture.iter("title"))
