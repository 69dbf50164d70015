"""The verdict in a sentence, families, what is to fix and what was not tested."""

from collections.abc import Callable
from typing import Any

import pytest

from harness.reports.overview import (
    facts_to_add,
    families,
    not_tested,
    reach,
    run_sentences,
    to_consider,
    to_fix,
)
from harness.reports.words import LEVELS

CaseOf = Callable[..., dict[str, Any]]
ReportWith = Callable[..., dict[str, Any]]


def run_with(
    report_with: ReportWith, case_of: CaseOf, verdicts: list[str], **changes: Any
) -> dict[str, Any]:
    cases = [
        case_of(f"SEQ-{number:03}", verdict, requirement_id=f"r{number}")
        for number, verdict in enumerate(verdicts)
    ]
    return report_with(*cases, **changes)


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        (["pass"], ["one case"]),
        (["pass", "pass", "not-applicable"], ["2 cases"]),
        (["pass", "nonstrict", "info", "info"], ["1 recommendation", "2 unspecified behaviours"]),
        (["pass", "fail", "not-applicable"], ["1 cause:", "1 case fails", "of 2 "]),
        (["fail", "untestable", "error"], ["2 causes:", "3 cases fail", "of 3 "]),
        (["pass", "error"], ["1 case fails", "of 2 ", "1 case ran into an error of the harness"]),
    ],
)
def test_the_verdict_is_explained_in_a_sentence(
    report_with: ReportWith, case_of: CaseOf, verdicts: list[str], said: list[str]
) -> None:
    first, *_ = run_sentences(run_with(report_with, case_of, verdicts))
    for words in said:
        assert words in first


@pytest.mark.parametrize("level", LEVELS)
def test_a_certificate_says_its_level_and_what_that_means(
    report_with: ReportWith, case_of: CaseOf, level: str
) -> None:
    _, said = run_sentences(run_with(report_with, case_of, ["pass", "info"], level=level))
    assert level in said
    assert LEVELS[level] in said


@pytest.mark.parametrize("changes", [{}, {"verdict": "partial"}, {"verdict": "aborted"}])
def test_what_is_no_certificate_claims_no_level(
    report_with: ReportWith, case_of: CaseOf, changes: dict[str, str]
) -> None:
    report = run_with(report_with, case_of, ["pass", "fail"], **changes)
    assert not [said for said in run_sentences(report) if LEVELS["behaviour"] in said]


def test_how_much_was_not_tested_is_said(report_with: ReportWith, case_of: CaseOf) -> None:
    verdicts = ["fail", "not-applicable", "not-applicable"]
    _, said = run_sentences(run_with(report_with, case_of, verdicts))
    assert said.startswith("2 of 3 cases")


STOPPED = {
    "kind": "throttled",
    "requests": 61,
    "seconds": 3.0,
    "retry_after_s": 57.0,
    "advised_rps": 0.9,
    "answer": "HTTP 429 Too Many Requests",
}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, ["2 of 150 cases"]),
        ({"stopped": STOPPED}, ["61 requests", "--max-rps 0.9"]),
        ({"stopped": STOPPED | {"kind": "shut-out"}}, ["61 requests", "banned"]),
    ],
)
def test_where_not_all_was_tried_it_is_said_why(
    report_with: ReportWith, case_of: CaseOf, changes: dict[str, Any], said: list[str]
) -> None:
    report = run_with(report_with, case_of, ["pass", "fail"], verdict="partial", **changes)
    report["suite"]["cases"] = 150
    first, *_ = run_sentences(report)
    for words in said:
        assert words in first


@pytest.mark.parametrize("stopped", [None, STOPPED])
@pytest.mark.parametrize(
    ("verdicts", "so_far"),
    [
        (["pass", "pass"], "2 cases pass"),
        (["pass", "info"], "1 case passes, 1 remark"),
        (["pass", "fail"], "1 cause: 1 case fails, of 2 "),
    ],
)
def test_what_came_of_the_cases_that_were_tried_is_said(
    report_with: ReportWith,
    case_of: CaseOf,
    stopped: dict[str, Any] | None,
    verdicts: list[str],
    so_far: str,
) -> None:
    report = run_with(report_with, case_of, verdicts, verdict="partial", stopped=stopped)
    assert so_far in run_sentences(report)[0]


def test_cases_for_which_there_was_no_time_are_counted(
    report_with: ReportWith, case_of: CaseOf
) -> None:
    late = case_of("SEQ-002", "not-applicable", kind="out-of-time", missing_facts=[])
    report = report_with(case_of("SEQ-001", "pass"), late, verdict="partial")
    first, *_ = run_sentences(report)
    assert "1 case not tried" in first
    assert "--thorough" in first


def test_cases_that_met_a_limit_on_calls_are_counted(
    report_with: ReportWith, case_of: CaseOf
) -> None:
    limited = case_of("SEQ-002", "not-applicable", kind="stopped", missing_facts=[])
    report = report_with(case_of("SEQ-001", "pass"), limited, verdict="partial")
    first, *_ = run_sentences(report)
    assert "1 case met" in first
    assert "--calls-per-minute" in first
    assert "chosen" not in first


def test_a_cause_says_how_far_it_reaches() -> None:
    assert reach({"cases": ["A-1"], "consequences": []}) == "1 case"
    hiding = reach({"cases": ["A-1", "A-2"], "consequences": ["B-1", "B-2", "B-3"]})
    assert hiding.startswith("2 cases, 3 more")


def test_a_run_that_was_broken_off_says_how_far_it_came(
    report_with: ReportWith,
    case_of: CaseOf,
) -> None:
    report = report_with(case_of("SEQ-001", "pass"), verdict="aborted", aborted="interrupted")
    report["suite"]["cases"] = 150
    assert run_sentences(report) == ["The run was broken off after 1 case: interrupted."]


def test_families_come_in_the_order_of_the_report_and_are_counted(mixed: dict[str, Any]) -> None:
    found = families(mixed["cases"])
    assert [family.id for family in found] == ["REQ", "REPLY", "SEQ", "PRIV"]
    reply = found[1]
    assert reply.title == "The form of the answer"
    assert (reply.counts["pass"], reply.failing, reply.remarks) == (1, 1, 1)


def test_a_family_of_a_gherkin_tag_is_its_own_title(case_of: CaseOf) -> None:
    (family,) = families([case_of("night-shift-1", "pass")])
    assert family.title == "night-shift"


def test_what_is_to_fix_are_the_causes_that_fail(
    report_with: ReportWith,
    case_of: CaseOf,
) -> None:
    report = report_with(
        case_of("REQ-001", "fail", requirement_id="b"),
        case_of("REQ-002", "fail", requirement_id="b"),
        case_of("REQ-003", "error", requirement_id="c"),
        case_of("REPLY-001", "untestable", requirement_id="a"),
        case_of("REPLY-002", "info", requirement_id="d"),
    )
    assert [cause["case"] for cause in to_fix(report)] == ["REQ-001", "REPLY-001"]
    assert [cause["case"] for cause in to_consider(report)] == ["REPLY-002"]


def test_what_was_not_tested_is_grouped_by_the_reason(
    report_with: ReportWith,
    case_of: CaseOf,
) -> None:
    report = report_with(
        case_of("TLS-001", "not-applicable", reason="no https", missing_facts=[]),
        case_of("SEQ-001", "not-applicable"),
        case_of("SEQ-002", "not-applicable"),
    )
    assert [(len(group.cases), group.reason) for group in not_tested(report["cases"])] == [
        (2, "needs the fact courier, order in [facts]"),
        (1, "no https"),
    ]
    assert facts_to_add(report["cases"]) == [("courier", 2), ("order", 2)]
