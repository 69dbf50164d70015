"""Several reports on one page."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Protocol

import pytest

from harness.reports.columns import Column, SideBySide, table
from harness.reports.side_by_side import side_by_side

CaseOf = Callable[..., dict[str, Any]]
ReportWith = Callable[..., dict[str, Any]]


class Browser(Protocol):
    """What these tests want of a browser."""

    def open(self, url: str) -> None: ...

    def js(self, expression: str) -> Any: ...

    def send(self, method: str, **parameters: Any) -> Any: ...


class Links(HTMLParser):
    """Collects where a page leads to, and what can be led to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: set[str] = set()
        self.ids: set[str] = set()
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name in ("href", "src"):
                self.targets.add(value or "")
            if name == "id":
                self.ids.add(value or "")


@pytest.fixture
def three(report_with: ReportWith, case_of: CaseOf) -> SideBySide:
    """Put three reports side by side, the last of which has a case of its own."""
    agreed = case_of("REQ-001", "pass")
    reports = {
        "ours": [agreed, case_of("REPLY-001", "fail"), case_of("SEQ-001", "pass")],
        "theirs": [agreed, case_of("REPLY-001", "pass")],
        "old": [agreed, case_of("REPLY-001", "nonstrict"), case_of("REPLY-099", "info")],
    }
    return table([Column(name=name, report=report_with(*cases)) for name, cases in reports.items()])


def test_a_row_is_a_case_and_families_stay_together(three: SideBySide) -> None:
    ids = {family: [row.id for row in rows] for family, rows in three.families.items()}
    assert ids == {"REQ": ["REQ-001"], "REPLY": ["REPLY-001", "REPLY-099"], "SEQ": ["SEQ-001"]}
    verdicts = {row.id: row.verdicts for row in three.rows}
    assert verdicts["REPLY-001"] == ("fail", "pass", "nonstrict")
    assert verdicts["SEQ-001"] == ("pass", None, None)


def test_reports_differ_where_those_that_ran_a_case_do_not_agree(three: SideBySide) -> None:
    assert [row.id for row in three.rows if row.differs] == ["REPLY-001"]


def test_the_cases_of_each_report_are_counted(three: SideBySide) -> None:
    counts = [dict(three.counts(column)) for column in three.columns]
    assert counts[0] == {"pass": 2, "fail": 1, "remarks": 0, "not tested": 0, "not run": 1}
    assert [count["not run"] for count in counts] == [1, 2, 1]


def test_the_page_leads_to_nothing_but_itself(three: SideBySide) -> None:
    links = Links(side_by_side(three, ["ours and old: measured by different cases"]))
    assert links.targets == {"#why-REPLY-001"}
    assert {target.removeprefix("#") for target in links.targets} <= links.ids
    assert not links.tags & {"script", "img", "link", "iframe"}


def test_a_cell_says_its_verdict_in_colour_mark_and_word(three: SideBySide) -> None:
    text = side_by_side(three, [])
    cells = re.findall(r'<td class="v-([a-z-]+)".*?<b[^>]*>(.)</b><span>([a-z ]+)</span>', text)
    assert cells[3:6] == [
        ("fail", "✕", "fail"),
        ("pass", "✓", "pass"),
        ("nonstrict", "≈", "not strict"),
    ]
    assert ("none", "·", "not run") in cells


def test_what_an_endpoint_answers_and_how_a_file_is_named_is_never_markup(
    hostile: dict[str, Any],
) -> None:
    columns = [Column(name="<script>a", report=hostile), Column(name="b\x1b", report=hostile)]
    text = side_by_side(table(columns), [])
    assert "script" not in Links(text).tags
    assert "\x1b" not in text


@pytest.fixture
def page(browser: Browser, tmp_path: Path, three: SideBySide) -> Browser:
    """Open the page in a browser."""
    file = tmp_path / "index.html"
    file.write_text(side_by_side(three, []), "utf-8")
    browser.open(file.as_uri())
    return browser


def test_only_what_differs_can_be_shown_without_a_script(page: Browser) -> None:
    shown = (
        "[...document.querySelectorAll('.cases tbody tr:not(.family-head)')]"
        ".filter((one) => one.checkVisibility()).map((one) => one.querySelector('.id').textContent)"
    )
    assert len(page.js(shown)) == 4
    page.js("document.querySelector('#differing').click()")
    assert page.js(shown) == ["REPLY-001"]


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_is_no_wider_than_the_screen_and_its_head_stays(page: Browser, width: int) -> None:
    metrics = {"width": width, "height": 200, "deviceScaleFactor": 1, "mobile": False}
    page.send("Emulation.setDeviceMetricsOverride", **metrics)
    assert page.js("document.documentElement.scrollWidth <= innerWidth")
    place = """(() => {
      const grid = document.querySelector('.grid');
      grid.scrollTop = 60;
      const head = grid.querySelector('thead th').getBoundingClientRect();
      return [grid.scrollTop, head.top - grid.getBoundingClientRect().top];
    })()"""
    scrolled, off = page.js(place)
    page.send("Emulation.clearDeviceMetricsOverride")
    assert scrolled > 0
    assert abs(off) <= 1
