"""The HTML report, as text; a browser looks at it in another module."""

import base64
import hashlib
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest

from harness.reports import overview
from harness.reports.html import html
from harness.reports.words import ASSUMPTIONS, RUN_TITLES, VERDICTS

CaseOf = Callable[..., dict[str, Any]]
ReportWith = Callable[..., dict[str, Any]]
MEGABYTE = 1_000_000


class Page(HTMLParser):
    """Notes the elements of a page, and the text outside scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._within = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._within = tag

    def handle_data(self, data: str) -> None:
        if self._within not in ("script", "style"):
            self.words.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._within:
            self._within = ""

    def all(self, tag: str, **wanted: str) -> list[dict[str, str | None]]:
        return [
            attributes
            for name, attributes in self.elements
            if name == tag
            and all((attributes.get(key) or "").startswith(text) for key, text in wanted.items())
        ]

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


@pytest.mark.parametrize("verdict", RUN_TITLES)
def test_the_verdict_is_told_in_words_and_in_a_sentence(
    report_with: ReportWith, case_of: CaseOf, verdict: str
) -> None:
    report = report_with(case_of("REPLY-001", "pass"), verdict=verdict)
    page = Page(html(report))
    assert f"{RUN_TITLES[verdict]} " in page.text
    assert page.all("div", **{"class": f"verdict run-{verdict}"})


def test_who_was_tested_when_and_by_what_stands_at_the_top(mixed: dict[str, Any]) -> None:
    page = Page(html(mixed))
    top = page.text.partition("Summary")[0]
    for words in (
        "http://127.0.0.1:8080/crm_integration",
        "17 September 2026, 10:15 UTC",
        "pbx-harness 0.1.0",
        "8 of 8",
        "0123456789ab",
    ):
        assert words in top


def test_only_a_certificate_has_a_level(report_with: ReportWith, case_of: CaseOf) -> None:
    for verdict, levels in (("pass", 1), ("fail", 0)):
        page = Page(html(report_with(case_of("REPLY-001", verdict))))
        assert page.text.count("Levelbehaviour") == levels


def test_every_case_is_there_under_its_own_address(mixed: dict[str, Any]) -> None:
    page = Page(html(mixed))
    ids = {attributes.get("id") for _, attributes in page.elements}
    assert ids >= {case["id"] for case in mixed["cases"]}
    anchors = {(link["href"] or "")[1:] for link in page.all("a", href="#")}
    assert anchors <= ids


def test_failures_are_open_and_what_is_well_is_closed(mixed: dict[str, Any]) -> None:
    cases = Page(html(mixed)).all("details", **{"class": "case"})
    opened = {case["data-verdict"] for case in cases if "open" in case}
    assert opened == {"fail", "untestable", "error"}


def test_a_failure_tells_all_that_is_needed_to_mend_it(
    report_with: ReportWith, case_of: CaseOf
) -> None:
    case = case_of("REPLY-001", "fail")
    text = Page(html(report_with(case))).text
    for key in ("keyword", "requirement", "documented", "why", "expected", "received", "caller"):
        assert case[key] in text
    for key in ("curl", "replay"):
        assert case[key] in text
    assert 'Answer with status 200: {"phones": ["79175968108"]}' in text
    assert "documented by the vendors" in text
    assert "HTTP/1.1 500 Internal Server Error content-type: text/html <h1>Error</h1>" in text


def test_an_assumption_is_marked_as_one(report_with: ReportWith, case_of: CaseOf) -> None:
    page = Page(html(report_with(case_of("REQ-001", "info", source="assumption"))))
    assert page.all("div", **{"class": "requirement assumed"})
    assert "assumption: nobody documents it" in page.text


def test_what_was_not_tested_is_told_with_the_reason(mixed: dict[str, Any]) -> None:
    text = Page(html(mixed)).text
    assert "1 of 8 cases was not tested" in text
    assert "needs the fact courier, order in [facts]" in text
    assert re.search(r'courier = "…" # .*; wanted by 1 case\b', text)
    assert "Only the PBX knows its files." in text


def _listed(text: str, classes: str) -> str:
    """Return the list of causes of a kind."""
    (found,) = re.findall(rf'<ol class="{classes}">.*?</ol>', text, re.DOTALL)
    return str(found)


def test_what_is_to_fix_is_listed_by_cause_and_linked(
    report_with: ReportWith, case_of: CaseOf
) -> None:
    failures = [case_of(f"SEQ-{number:03}", "fail") for number in range(20)]
    report = report_with(*failures)
    wrong = _listed(html(report), "to-fix")
    (item,) = Page(wrong).all("li")
    assert item["id"] == "C1"
    (cause,) = report["causes"]
    told = Page(wrong).text
    for words in (cause["title"], overview.reach(cause), failures[0]["caller"]):
        assert words in told
    for words in (cause["answer"], cause["advice"]):
        assert " ".join(words.split()) in told
    assert 'href="#SEQ-000"' in wrong
    assert "and 8 more" in wrong


def test_what_to_do_about_a_cause_is_told_once_and_linked_from_its_other_cases(
    report_with: ReportWith, case_of: CaseOf
) -> None:
    failures = [case_of(f"SEQ-{number:03}", "fail") for number in range(3)]
    page = Page(html(report_with(*failures)))
    assert len(page.all("div", **{"class": "fix"})) == 1
    # In the list of causes, and in the two cases that are told elsewhere.
    assert page.text.count("Told, with what to do about it, at SEQ-000") == 2


def test_what_could_be_better_is_a_list_of_its_own_and_tells_what_is_assumed(
    report_with: ReportWith, case_of: CaseOf
) -> None:
    late = case_of("TIME-001", "info", assumption="deadline", requirement_id="in-time")
    text = html(report_with(case_of("REPLY-001", "fail"), late))
    assert [item["id"] for item in Page(_listed(text, "to-fix")).all("li")] == ["C1"]
    better = Page(_listed(text, "to-fix remarked"))
    assert [item["id"] for item in better.all("li")] == ["C2"]
    assert ASSUMPTIONS["deadline"] in better.text


def test_where_nothing_is_to_fix_no_list_says_so(report_with: ReportWith, case_of: CaseOf) -> None:
    assert not Page(html(report_with(case_of("REPLY-001", "pass")))).all(
        "ol", **{"class": "to-fix"}
    )


def test_a_selection_says_how_much_of_the_suite_it_is(
    report_with: ReportWith, case_of: CaseOf
) -> None:
    report = report_with(case_of("REPLY-001", "pass"), verdict="partial")
    report["suite"]["cases"] = 150
    text = Page(html(report)).text
    assert RUN_TITLES["partial"] in text
    assert overview.run_sentences(report)[0] in text
    assert "1 of 150" in text


def test_a_known_failure_says_who_knows_it(report_with: ReportWith, case_of: CaseOf) -> None:
    known = {"reason": "CRM-311", "owner": "crm@shop.example", "expires": "2026-12-31"}
    text = Page(html(report_with(case_of("SEQ-021", "fail", known=known)))).text
    assert "Known failure. CRM-311 (crm@shop.example, until 2026-12-31)" in text


def test_the_page_is_one_file_that_loads_nothing(mixed: dict[str, Any]) -> None:
    page = Page(html(mixed))
    assert not page.all("link") + page.all("img") + page.all("iframe")
    sources = [attributes.get("src") for _, attributes in page.elements]
    assert set(sources) == {None}
    style = re.findall(r"<style>.*?</style>", html(mixed), re.DOTALL)[0]
    assert "url(" not in style
    assert "@import" not in style


def test_only_the_pages_own_script_may_run(mixed: dict[str, Any]) -> None:
    text = html(mixed)
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src &#39;sha256-{digest}&#39;" in text.replace("'", "&#39;")


def test_what_an_endpoint_answers_stays_text(hostile: dict[str, Any]) -> None:
    text = html(hostile)
    page = Page(text)
    assert len(page.all("script")) == 1
    assert not page.all("img")
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "</script><script>alert('x')</script>" in page.text
    assert "\\x1b[31m\\u202e" in page.text


def test_long_messages_are_cut_and_say_so(report_with: ReportWith, case_of: CaseOf) -> None:
    case = case_of("ROBUST-001", "pass")
    exchange = case["exchanges"][0]
    exchange = {**exchange, "response": {**exchange["response"], "body": "x" * 9000}}
    text = html(report_with({**case, "exchanges": [exchange] * 5}))
    assert "more characters)" in text
    assert "3 more exchanges in the JSON report." in text


def test_a_call_that_many_cases_look_at_is_drawn_once(
    report_with: ReportWith, case_of: CaseOf
) -> None:
    text = html(report_with(case_of("REPLY-001", "pass"), case_of("REPLY-002", "pass")))
    assert text.count('<ol class="ladder"') == 1
    assert 'drawn at <a href="#REPLY-001">' in text


def test_a_hundred_and_fifty_cases_with_evidence_stay_under_three_megabytes(
    report_with: ReportWith, case_of: CaseOf
) -> None:
    def case(number: int) -> dict[str, Any]:
        made = case_of(f"SEQ-{number:03}", ("pass", "fail", "info")[number % 3])
        body = {**made["exchanges"][0]["response"], "body": "x" * 4096}
        exchange = {**made["exchanges"][0], "response": body}
        steps = made["ladders"][0]["steps"] * 3
        ladder = {**made["ladders"][0], "steps": steps, "duration_s": number}
        return {**made, "exchanges": [exchange] * 4, "ladders": [ladder] * 3}

    text = html(report_with(*(case(number) for number in range(150))))
    assert len(text.encode()) < 3 * MEGABYTE


def test_a_run_without_a_case_is_a_page_too(report_with: ReportWith) -> None:
    page = Page(html(report_with(verdict="aborted", aborted="interrupted")))
    assert "The run was broken off after 0 cases: interrupted." in page.text


def test_a_certificate_with_remarks_has_neither_the_colour_nor_the_tick_of_a_clean_one(
    report_with: ReportWith, case_of: CaseOf
) -> None:
    pages = [
        html(report_with(case_of("REPLY-001", verdict))) for verdict in ("pass", "info", "fail")
    ]
    seals = [re.findall(r'<svg class="seal".*?</svg>', page, re.DOTALL)[0] for page in pages]
    assert len(set(seals)) == len(pages)
    stamps = dict(re.findall(r"\.run-([a-z-]+) { --stamp: ([^;]+); }", pages[0]))
    assert len({stamps[name] for name in ("certified", "certified-with-remarks")}) == 2


def test_every_verdict_has_its_words() -> None:
    assert set(VERDICTS) == {
        *("pass", "nonstrict", "fail", "info", "untestable", "not-applicable", "error")
    }


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", ["light", "dark", "system", "print"])
def test_words_stand_out_from_the_paper_in_every_theme(mixed: dict[str, Any], theme: str) -> None:
    places = {"light": 0, "dark": 1, "system": 2, "print": 3}
    block = re.findall(r"--paper:.*?}", html(mixed), re.DOTALL)[places[theme]]
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]+);", block))
    paper = _luminance(colours["paper"])
    for name in ("ink", "soft", "faint", "link", "pass", "fail", "error", "nonstrict", "info"):
        low, high = sorted([paper, _luminance(colours[name])])
        assert (high + 0.05) / (low + 0.05) >= 4.5, f"{name} {colours[name]}"
