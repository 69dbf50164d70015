"""The Markdown summary for the page of a CI job."""

import re
from collections.abc import Callable
from typing import Any

from markdown_it import MarkdownIt

from harness.reports.markdown import MOST_SHOWN, markdown

CaseOf = Callable[..., dict[str, Any]]
ReportWith = Callable[..., dict[str, Any]]


def rendered(report: dict[str, Any]) -> str:
    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    return str(reader.render(markdown(report)))


def test_the_verdict_is_the_headline_and_the_families_a_table(mixed: dict[str, Any]) -> None:
    page = rendered(mixed)
    assert page.startswith("<h2>PBX protocol: not certified</h2>")
    assert page.count("<tr>") == 5
    (row,) = re.findall(r"<tr>\n<td>The form of the answer</td>.*?</tr>", page, re.DOTALL)
    assert re.findall(r">([0-9]+)<", row) == ["3", "1", "1", "1", "0"]


def test_causes_that_fail_are_a_list_with_what_to_do(
    report_with: ReportWith, case_of: CaseOf
) -> None:
    report = report_with(
        case_of("REPLY-001", "fail", requirement_id="a", fix="Answer *200*."),
        case_of("REPLY-002", "untestable", requirement_id="b"),
        case_of("REPLY-003", "info", requirement_id="c"),
    )
    (listed,) = re.findall(r"<ol>.*?</ol>", rendered(report), re.DOTALL)
    first, second = re.findall(r"<li>(.*?)</li>", listed, re.DOTALL)
    assert "<strong>status 500 (stranger)</strong>" in first
    assert "(1 case)" in first
    assert "<code>HTTP 500 Internal Server Error &lt;h1&gt;Error&lt;/h1&gt;</code>" in first
    assert "Answer *200*." in first
    assert "<strong>the order leads nowhere</strong>" in second


def test_where_nothing_fails_no_cause_is_listed(report_with: ReportWith, case_of: CaseOf) -> None:
    assert "<ol>" not in rendered(report_with(case_of("REPLY-001", "info")))


def test_failures_are_told_in_full_and_folded(mixed: dict[str, Any]) -> None:
    text = markdown(mixed)
    assert text.count("<details>\n<summary><b>") == 3
    assert "received: status 500 (stranger)" in text
    assert "again:    pbx certify http://127.0.0.1:8080/crm_integration --only REPLY-001" in text


def test_remarks_and_what_was_not_tested_are_there(mixed: dict[str, Any]) -> None:
    page = rendered(mixed)
    assert "<strong>SEQ-001</strong> not strict" in page
    assert "1 case not tested" in page
    assert 'courier = "…"  # a courier' in markdown(mixed)


def test_many_failures_are_cut_short(report_with: ReportWith, case_of: CaseOf) -> None:
    failures = [case_of(f"SEQ-{number:03}", "fail") for number in range(MOST_SHOWN + 5)]
    text = markdown(report_with(*failures))
    assert text.count("<details>") == MOST_SHOWN
    assert "and 5 more in the other reports" in text


def test_what_an_endpoint_answers_stays_text(hostile: dict[str, Any]) -> None:
    page = rendered(hostile)
    assert "<script" not in page
    assert "<img" not in page
    assert "\x1b" not in page


def test_a_fence_in_an_answer_does_not_end_ours(report_with: ReportWith, case_of: CaseOf) -> None:
    case = case_of("ROBUST-001", "fail", received="```\n</details># not a headline\n```")
    page = rendered(report_with(case))
    assert "<h1>" not in page
    assert page.count("</details>") == 1
