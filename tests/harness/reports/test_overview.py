"""The verdict in a sentence, families, what is to fix and what was not tested."""

from collections.abc import Callable
from typing import Any

import pytest

from harness.reports.overview import (
    facts_to_add,
    families,
    not_tested,
    run_sentences,
    to_fix,
)

CaseOf = Callable[..., dict[str, Any]]
ReportWith = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    ("verdicts", "sentences"),
    [
        (["pass"], ["The one case that applies passes."]),
        (["pass", "pass"], ["All 2 cases that apply pass."]),
        (
            ["pass", "nonstrict", "info", "info"],
            [
                (
                    "No binding requirement is broken; 1 recommendation is not followed and "
                    "2 unspecified behaviours are recorded."
                )
            ],
        ),
        (
            ["pass", "fail", "not-applicable"],
            [
                "1 case fails, of 2 that apply: 1 binding requirement is broken.",
                "1 of 3 cases was not tested: a fact or a capability is not declared.",
            ],
        ),
        (
            ["fail", "untestable", "error"],
            [
                (
                    "3 cases fail, of 3 that apply: 1 binding requirement is broken, 1 case could "
                    "not be tested although declared and 1 case ran into an error of the harness."
                )
            ],
        ),
    ],
)
def test_the_verdict_is_explained_in_a_sentence(
    report_with: ReportWith, case_of: CaseOf, verdicts: list[str], sentences: list[str]
) -> None:
    cases = [case_of(f"SEQ-{number:03}", verdict) for number, verdict in enumerate(verdicts)]
    assert run_sentences(report_with(*cases)) == sentences


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


def test_what_is_to_fix_begins_with_the_form_of_the_answer(
    report_with: ReportWith,
    case_of: CaseOf,
) -> None:
    report = report_with(
        case_of("REQ-001", "fail", requirement_id="b"),
        case_of("REQ-002", "fail", requirement_id="b"),
        case_of("REQ-003", "error", requirement_id="c"),
        case_of("REPLY-001", "fail", requirement_id="a"),
    )
    assert [[case["id"] for case in cases] for cases in to_fix(report["cases"])] == [
        ["REPLY-001"],
        ["REQ-001", "REQ-002"],
    ]


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
