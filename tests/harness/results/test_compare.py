"""What changed between two reports."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.results.compare import Comparison, compare, read_report
from mockpbx.errors import UsageError

ReportOf = Callable[..., dict[str, Any]]
Compared = Callable[[str | None, str | None], Comparison]

GROUPS = ("new_failures", "fixed", "changed", "added", "removed")


@pytest.fixture
def compared(report_of: ReportOf) -> Compared:
    """Compare two runs that differ in one case; None where it was not run."""

    def run(before: str | None, after: str | None) -> Comparison:
        reports = [
            report_of({"REPLY-001": "pass"} | ({"SEQ-021": verdict} if verdict else {}))
            for verdict in (before, after)
        ]
        return compare(*reports)

    return run


@pytest.mark.parametrize(
    ("before", "after", "group"),
    [
        ("pass", "fail", "new_failures"),
        ("nonstrict", "untestable", "new_failures"),
        ("not-applicable", "fail", "new_failures"),
        (None, "fail", "new_failures"),
        ("fail", "pass", "fixed"),
        ("untestable", "nonstrict", "fixed"),
        ("fail", "untestable", "changed"),
        ("fail", "not-applicable", "changed"),
        ("pass", "nonstrict", "changed"),
        (None, "pass", "added"),
        ("fail", None, "removed"),
    ],
)
def test_a_change_belongs_to_one_group(
    compared: Compared, before: str | None, after: str | None, group: str
) -> None:
    comparison = compared(before, after)
    found = [name for name in GROUPS if getattr(comparison, name)]
    assert found == [group]
    (change,) = getattr(comparison, group)
    assert (change["id"], change["before"], change["after"]) == ("SEQ-021", before, after)
    assert comparison.worse == (group == "new_failures")


def test_what_did_not_change_is_not_told(compared: Compared) -> None:
    comparison = compared("fail", "fail")
    assert not any(getattr(comparison, name) for name in GROUPS)
    assert not comparison.remarks


def test_a_later_run_that_was_broken_off_is_worse(report_of: ReportOf) -> None:
    whole = report_of({"REPLY-001": "pass", "SEQ-021": "pass"})
    part = report_of({"REPLY-001": "pass"}, verdict="aborted")
    assert compare(whole, part).worse
    assert "the later run was broken off after 1 case" in compare(whole, part).remarks
    assert not compare(part, whole).worse


def test_runs_that_are_not_alike_are_remarked_upon(report_of: ReportOf) -> None:
    before = report_of({"REPLY-001": "pass"})
    after = before | {
        "endpoint": {"url": "http://other.example/"},
        "suite": {"version": "0.2.0", "cases_digest": "sha256:1"},
    }
    endpoints, suites = compare(before, after).remarks
    assert endpoints.startswith("different endpoints: http://127.0.0.1:8080/crm_integration and")
    assert suites == "measured by different cases: versions 0.1.0 and 0.2.0"


# -- reading ---------------------------------------------------------------------------


def test_a_report_is_read_as_it_was_written(tmp_path: Path, report_of: ReportOf) -> None:
    report = report_of({"REPLY-001": "pass"})
    file = tmp_path / "report.json"
    file.write_text(json.dumps(report), "utf-8")
    assert read_report(file) == report


def _without(report: dict[str, Any], *way: str | int) -> Any:
    inner: Any = report
    for step in way[:-1]:
        inner = inner[step]
    del inner[way[-1]]
    return report


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (("format",), "the key format is missing"),
        (("suite", "cases_digest"), "the key suite.cases_digest is missing"),
        (("endpoint",), "the key endpoint.url is missing"),
        (("cases",), "the key cases is missing"),
        (("cases", 1, "verdict"), "the key cases[1].verdict is missing"),
    ],
)
def test_a_file_that_is_no_report_is_told_by_the_missing_key(
    tmp_path: Path, report_of: ReportOf, way: tuple[str | int, ...], said: str
) -> None:
    file = tmp_path / "report.json"
    report = report_of({"REPLY-001": "pass", "SEQ-021": "pass"})
    file.write_text(json.dumps(_without(report, *way)), "utf-8")
    with pytest.raises(UsageError, match="is not a report of pbx certify") as told:
        read_report(file)
    assert str(told.value).endswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<html>", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("\xff", "is not JSON"),
        ("[]", "the key format is missing"),
        ('{"format": "pbx-replay/1"}', "its format is 'pbx-replay/1', not pbx-harness-report/2"),
    ],
)
def test_a_file_of_something_else_is_told(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "report.json"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(UsageError) as told:
        read_report(file)
    assert said in str(told.value)


def test_cases_that_are_no_list_are_told(tmp_path: Path, report_of: ReportOf) -> None:
    file = tmp_path / "report.json"
    file.write_text(json.dumps(report_of({}, cases={})), "utf-8")
    with pytest.raises(UsageError, match="cases is not a list"):
        read_report(file)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        read_report(tmp_path / "report.json")
