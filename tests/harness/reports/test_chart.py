"""Ladder diagrams of the HTML report."""

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.reports.chart import chart

CaseOf = Callable[..., dict[str, Any]]
Row = tuple[set[str], dict[str, str]]


def drawn(*steps: dict[str, Any]) -> ET.Element:
    ladder = {"caller": "The caller waits.", "steps": list(steps)}
    return ET.fromstring(chart(ladder))  # noqa: S314  # drawn by ourselves


def rows(picture: ET.Element) -> list[Row]:
    """Return the classes and the texts of each step; the heads of the poles are none."""
    _, *steps = picture.findall("li")
    return [(set((step.get("class") or "").split()), _texts(step)) for step in steps]


def _texts(step: ET.Element) -> dict[str, str]:
    return {part.get("class") or part.tag: "".join(part.itertext()) for part in step}


def rung(label: str = "asks", source: str = "PBX", target: str = "Endpoint", **more: Any) -> Any:
    step = {"at": 1.0, "from": source, "to": target, "label": label}
    return {**step, "trouble": False, "both": False, **more}


@pytest.fixture
def ladder(case_of: CaseOf) -> dict[str, Any]:
    """Return the ladder of a call with dead air, a failure and a conversation."""
    found: dict[str, Any] = case_of("SEQ-001", "pass")["ladders"][0]
    return found


def test_the_four_parties_stand_at_the_top(ladder: dict[str, Any]) -> None:
    heads = ET.fromstring(chart(ladder)).findall("li")[0]  # noqa: S314  # drawn by ourselves
    assert [head.text for head in heads] == ["Caller", "PBX", "Endpoint", "Callee"]


def test_every_step_says_when_who_to_whom_and_what(ladder: dict[str, Any]) -> None:
    found = [texts for _, texts in rows(ET.fromstring(chart(ladder)))]  # noqa: S314
    assert [texts["time"] for texts in found] == [f"{step['at']:.2f}" for step in ladder["steps"]]
    assert found[0] == {"time": "0.00", "who": "Caller → PBX", "what": "calls 74951234567"}
    assert found[3] == {"time": "0.00", "what": "5.0 s of dead air"}
    assert found[6]["who"] == "Caller ↔ Callee"


def test_an_arrow_goes_from_pole_to_pole() -> None:
    picture = drawn(rung(), rung("answers", "Callee", "PBX"), rung("hums", "PBX", "PBX"))
    assert [classes for classes, _ in rows(picture)] == [{"l12", "right"}, {"l13", "left"}, {"l11"}]


def test_dead_air_is_shaded_from_its_beginning_to_the_step_that_ends_it() -> None:
    before, inside, ends = rung(at=0.0), rung(at=2.0), rung(at=5.0)
    picture = drawn(before, {"at": 0.0, "dead_air_s": 5.0}, inside, ends, rung(at=6.0))
    silent = ["silent" in classes for classes, _ in rows(picture)]
    assert silent == [False, True, True, True, False]


def test_trouble_is_marked_and_a_conversation_points_both_ways() -> None:
    (bad, _), (talk, _) = rows(
        drawn(rung(trouble=True), rung("talk", "Caller", "Callee", both=True))
    )
    assert bad == {"l12", "right", "bad"}
    assert talk == {"l03", "right", "left"}


def test_a_long_label_is_cut_and_whole_in_the_tooltip() -> None:
    label = " ".join(["a rather long announcement"] * 20)
    picture = drawn(rung(label))
    ((_, texts),) = rows(picture)
    assert texts["what"].endswith("…")
    assert label.startswith(texts["what"].removesuffix("…"))
    assert picture.findall("li")[1].get("title") == label


@given(label=st.text(max_size=300), source=st.sampled_from(["Caller", "PBX", "Endpoint"]))
def test_whatever_a_label_holds_the_picture_is_well_formed(label: str, source: str) -> None:
    assert len(rows(drawn(rung(label, source, "PBX")))) == 1


def test_a_label_is_never_markup() -> None:
    ((_, texts),) = rows(drawn(rung("</span><script>alert(1)</script>\x1b[31m")))
    assert texts["what"] == "</span><script>alert(1)</script>\\x1b[31m"
