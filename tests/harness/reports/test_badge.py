"""The badge."""

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from harness.reports.badge import badge, text_width
from harness.reports.words import LEVELS, RUN_TITLES

SVG = "{http://www.w3.org/2000/svg}"
CERTIFICATES = ("certified", "certified-with-remarks")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("verdict", RUN_TITLES)
def test_a_badge_says_what_a_run_came_to_and_of_a_certificate_how_much_it_says(
    report_with: Callable[..., dict[str, Any]], verdict: str, level: str
) -> None:
    drawn = badge(report_with(verdict=verdict, level=level))
    picture = ET.fromstring(drawn)  # noqa: S314  # drawn by ourselves
    said = RUN_TITLES[verdict].lower() + (f" - {level}" if verdict in CERTIFICATES else "")
    assert picture.get("aria-label") == f"pbx protocol: {said}"
    label, message = picture.iter(f"{SVG}text")
    end = int(message.get("x", 0)) + int(message.get("textLength", 0))
    assert int(picture.get("width", 0)) == end + int(label.get("x", 0))


def test_each_verdict_has_a_colour_and_a_mark_and_no_certificate_is_grey(
    report_with: Callable[..., dict[str, Any]],
) -> None:
    looks = {}
    for verdict in RUN_TITLES:
        drawn = badge(report_with(verdict=verdict))
        picture = ET.fromstring(drawn)  # noqa: S314  # drawn by ourselves
        (mark,) = picture.findall(f"{SVG}path")
        looks[verdict] = (drawn.split("fill=")[2][:9], mark.get("d", "").partition(" ")[2])
    assert looks.pop("partial") == looks["aborted"]
    colours, marks = zip(*looks.values(), strict=True)
    assert len(set(colours)) == len(set(marks)) == len(looks)


def test_widths_are_those_of_verdana() -> None:
    assert text_width("ill") < text_width("wow")
    assert text_width("certified") == pytest.approx(45, abs=3)
