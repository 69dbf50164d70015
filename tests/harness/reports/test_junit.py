"""The JUnit report."""

from collections.abc import Callable
from typing import Any

import pytest
from junitparser import Error, Failure, JUnitXml, Properties, Skipped, TestCase

from harness.reports.junit import junit

CaseOf = Callable[..., dict[str, Any]]
ReportWith = Callable[..., dict[str, Any]]


def cases(report: dict[str, Any]) -> dict[str, TestCase]:
    document = JUnitXml.fromstring(junit(report).encode())
    return {str(case.name).partition(":")[0]: case for suite in document for case in suite}


def properties(case: TestCase) -> dict[str, str]:
    children = case.iterchildren(Properties)  # type: ignore[no-untyped-call]  # theirs is untyped
    return {str(one.name): str(one.value) for found in children for one in found}


def test_a_family_is_a_testsuite_and_the_numbers_add_up(mixed: dict[str, Any]) -> None:
    document = JUnitXml.fromstring(junit(mixed).encode())
    assert [suite.name for suite in document] == ["REQ", "REPLY", "SEQ", "PRIV"]
    assert (document.tests, document.failures, document.errors, document.skipped) == (8, 2, 1, 1)


@pytest.mark.parametrize(
    ("case_id", "kind"),
    [
        ("REPLY-001", Failure),
        ("SEQ-002", Failure),
        ("PRIV-001", Error),
        ("PRIV-002", Skipped),
    ],
)
def test_a_verdict_becomes_what_ci_understands(
    mixed: dict[str, Any], case_id: str, kind: type
) -> None:
    (result,) = cases(mixed)[case_id].result
    assert type(result) is kind


@pytest.mark.parametrize("case_id", ["REQ-001", "REPLY-020", "SEQ-001"])
def test_passes_and_remarks_pass(mixed: dict[str, Any], case_id: str) -> None:
    assert not cases(mixed)[case_id].result


def test_properties_carry_the_verdict_and_the_requirement(mixed: dict[str, Any]) -> None:
    text = junit(mixed)
    assert '<property name="verdict" value="info"/>' in text
    assert '<property name="requirement_id" value="other-keys"/>' in text
    assert '<property name="source" value="assumption"/>' in text


def test_a_property_names_the_cause_if_there_is_one(mixed: dict[str, Any]) -> None:
    named = {case_id: properties(case).get("cause") for case_id, case in cases(mixed).items()}
    assert named == {case["id"]: case["cause"] for case in mixed["cases"]}
    assert (named["REPLY-001"], named["REQ-001"]) == ("C1", None)


def test_a_failure_says_what_to_do(mixed: dict[str, Any]) -> None:
    (failure,) = cases(mixed)["REPLY-001"].result
    assert failure.message == "expected status 200; received status 500 (stranger)"
    assert failure.text.splitlines()[:3] == [
        "required: A successful answer has the HTTP status 200. (MUST, answer-is-200)",
        "expected: status 200",
        "received: status 500 (stranger)",
    ]


KNOWN = {"reason": "the new CRM mends it", "owner": "Anna", "expires": "2027-01-31"}


@pytest.mark.parametrize("verdict", ["fail", "untestable", "nonstrict"])
def test_a_failure_that_the_baseline_knows_is_skipped_with_its_reason(
    report_with: ReportWith, case_of: CaseOf, verdict: str
) -> None:
    report = report_with(case_of("SEQ-001", verdict, known=KNOWN), case_of("SEQ-002", "fail"))
    (result,) = cases(report)["SEQ-001"].result
    assert isinstance(result, Skipped)
    assert all(value in result.message for value in KNOWN.values())
    assert "required: " in result.text
    document = JUnitXml.fromstring(junit(report).encode())
    assert (document.failures, document.skipped) == (1, 1)


def test_the_document_is_laid_out_for_people(mixed: dict[str, Any]) -> None:
    lines = junit(mixed).splitlines()
    assert lines[0].startswith("<?xml ")
    assert any(line.startswith("\t\t<testcase ") for line in lines)
    assert all(line.strip() for line in lines)


def test_a_line_that_always_works_comes_first_and_a_masked_one_says_so(
    report_with: ReportWith, case_of: CaseOf
) -> None:
    report = report_with(case_of("SEQ-001", "fail", curl_hides=["numbers"], replay_hides=[]))
    (failure,) = cases(report)["SEQ-001"].result
    again, curl, why = failure.text.splitlines()[-3:]
    assert again.startswith("again:    pbx certify ")
    assert curl.startswith("curl:     curl ")
    assert "--show-numbers" in why


def test_a_run_that_was_broken_off_is_not_green(report_with: ReportWith, case_of: CaseOf) -> None:
    report = report_with(case_of("REPLY-001", "pass"), verdict="aborted", aborted="interrupted")
    document = JUnitXml.fromstring(junit(report).encode())
    assert document.errors == 1


def test_what_an_endpoint_answers_is_well_formed_text(hostile: dict[str, Any]) -> None:
    (failure,) = cases(hostile)["ROBUST-001"].result
    assert "</script><script>alert('x')</script>" in failure.message
    assert "\\x1b[31m" in failure.message
