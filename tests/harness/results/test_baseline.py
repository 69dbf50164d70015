"""Known failures: which are, and which entries no longer hold."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from harness.results.baseline import Baseline, Baselined, apply, load, schema
from mockpbx.errors import FileError

TODAY = date(2026, 9, 17)
EXISTING = {"REPLY-001", "SEQ-021", "CONC-003"}

ReportOf = Callable[..., dict[str, Any]]
Load = Callable[[str], Baseline]
Applied = Callable[..., Baselined]

ENTRY = """
  - case: SEQ-021
    reason: asks for the order again, CRM-311
    owner: crm@shop.example
    expires: 2026-12-31
"""
FLAKY = f"{ENTRY}    flaky: {{runs: 10, failed: 3}}\n"


@pytest.fixture
def loaded(tmp_path: Path) -> Load:
    """Write a baseline of entries and read it."""

    def read(entries: str) -> Baseline:
        file = tmp_path / "baseline.yaml"
        file.write_text(f"known:{entries}", "utf-8")
        return load(file)

    return read


@pytest.fixture
def applied(loaded: Load, report_of: ReportOf) -> Applied:
    """Apply a baseline of entries to a report of verdicts."""

    def run(entries: str, verdicts: Mapping[str, str], **more: Any) -> Baselined:
        return apply(report_of(verdicts), loaded(entries), TODAY, existing=EXISTING, **more)

    return run


def lines(baselined: Baselined) -> str:
    return "\n".join(baselined.said())


# -- known failures --------------------------------------------------------------------


@pytest.mark.parametrize("verdict", ["fail", "untestable"])
def test_a_failure_with_an_entry_is_no_news(applied: Applied, verdict: str) -> None:
    found = applied(ENTRY, {"REPLY-001": "pass", "SEQ-021": verdict})
    assert not found.news
    assert not found.stale
    assert "not certified; 1 known failure" in lines(found)
    assert "SEQ-021: asks for the order again, CRM-311; crm@shop.example" in lines(found)


def test_the_report_says_who_knows_the_failure_and_keeps_its_verdict(applied: Applied) -> None:
    report = applied(ENTRY, {"REPLY-001": "pass", "SEQ-021": "fail"}).report
    passed, failed = report["cases"]
    assert report["verdict"] == "not-certified"
    assert "known" not in passed
    assert failed["verdict"] == "fail"
    assert failed["known"] == {
        "reason": "asks for the order again, CRM-311",
        "owner": "crm@shop.example",
        "expires": "2026-12-31",
    }
    assert json.dumps(report)


def test_a_failure_without_an_entry_is_news(applied: Applied) -> None:
    found = applied(ENTRY, {"REPLY-001": "fail", "SEQ-021": "fail"})
    assert found.news == ("REPLY-001",)
    assert "1 known failure besides" in lines(found)


def test_an_error_of_the_harness_is_news_even_with_an_entry(applied: Applied) -> None:
    found = applied(ENTRY, {"SEQ-021": "error"})
    assert found.news == ("SEQ-021",)
    assert not found.known


def test_a_remark_counts_only_where_remarks_fail(applied: Applied) -> None:
    verdicts = {"REPLY-001": "nonstrict"}
    assert not applied(ENTRY, verdicts).news
    strict = {"fail", "untestable", "nonstrict"}
    assert applied(ENTRY, verdicts, failing=strict).news == ("REPLY-001",)


def test_nothing_is_said_where_nothing_is_known_and_nothing_fails(applied: Applied) -> None:
    assert not lines(applied(" []", {"REPLY-001": "pass"}))


# -- stale entries ---------------------------------------------------------------------


@pytest.mark.parametrize("verdict", ["pass", "nonstrict", "info"])
def test_an_entry_whose_case_no_longer_fails_is_stale(applied: Applied, verdict: str) -> None:
    (stale,) = applied(ENTRY, {"SEQ-021": verdict}).stale
    assert stale.why == f"it no longer fails ({verdict})"
    assert "remove the entry" in stale.do


def test_an_entry_past_its_date_is_stale_and_its_failure_no_other_news(applied: Applied) -> None:
    found = applied(ENTRY.replace("2026-12-31", "2026-09-16"), {"SEQ-021": "fail"})
    assert found.stale[0].why == "it was to be fixed by 2026-09-16"
    assert "crm@shop.example" in found.stale[0].do
    assert not found.news
    assert "known" not in found.report["cases"][0]


def test_an_entry_holds_on_its_last_day(applied: Applied) -> None:
    found = applied(ENTRY.replace("2026-12-31", "2026-09-17"), {"SEQ-021": "fail"})
    assert not found.stale


def test_an_entry_of_a_case_that_does_not_exist_is_stale(applied: Applied) -> None:
    (stale,) = applied(ENTRY.replace("021", "012"), {"REPLY-001": "pass"}).stale
    assert str(stale) == "SEQ-012: there is no such case; did you mean SEQ-021?"


def test_the_stale_entries_are_told_with_what_to_do(applied: Applied) -> None:
    said = lines(applied(ENTRY, {"SEQ-021": "pass"}))
    assert said.startswith("the baseline is stale in 1 entry:\n  SEQ-021: it no longer fails")


@pytest.mark.parametrize("verdicts", [{"REPLY-001": "pass"}, {"SEQ-021": "not-applicable"}])
def test_an_entry_whose_case_was_not_tried_is_neither_stale_nor_a_failure(
    applied: Applied, verdicts: dict[str, str]
) -> None:
    found = applied(ENTRY, verdicts)
    assert not found.stale
    assert not found.news
    assert lines(found).strip() == "known failures that were not tried: SEQ-021"


# -- flaky cases -----------------------------------------------------------------------


@pytest.mark.parametrize(("verdict", "now"), [("pass", "passes"), ("fail", "fails")])
def test_a_flaky_case_may_pass_or_fail_and_the_run_says_how_often_it_did(
    applied: Applied, verdict: str, now: str
) -> None:
    found = applied(FLAKY, {"SEQ-021": verdict})
    assert not found.news
    assert not found.stale
    assert f"(flaky: {now} this time, stated to fail 3 times in 10)" in lines(found)


def test_the_report_says_how_flaky_a_failure_is(applied: Applied) -> None:
    (case,) = applied(FLAKY, {"SEQ-021": "fail"}).report["cases"]
    assert case["known"]["flaky"] == {"runs": 10, "failed": 3}


def test_a_flaky_entry_expires_like_any_other(applied: Applied) -> None:
    entry = FLAKY.replace("2026-12-31", "2026-01-01")
    assert applied(entry, {"SEQ-021": "pass"}).stale


# -- the file --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (ENTRY.replace("2026-12-31", "31.12.2026"), "expires: give a day of the calendar"),
        (ENTRY.replace("2026-12-31", "2026-02-30"), "expires: give a day of the calendar"),
        (ENTRY.replace("2026-12-31", "20261231"), "expires: give a day of the calendar"),
        (ENTRY.replace("owner: crm@shop.example", ""), "line 2, known[0].owner: the key owner"),
        (ENTRY.replace("crm@shop.example", '""'), "line 4, known[0].owner: this is empty"),
        (ENTRY.replace("owner", "owners"), "did you mean owner?"),
        (FLAKY.replace("failed: 3", "failed: 10"), "what always fails is not flaky"),
        (ENTRY + ENTRY, "known[1].case: SEQ-021 is in line 2 already; remove one of the two"),
        (" yes", "known: give a list, not text"),
    ],
)
def test_a_mistake_in_the_file_is_told_by_line_and_key(loaded: Load, wrong: str, said: str) -> None:
    with pytest.raises(FileError) as told:
        loaded(wrong)
    assert said in str(told.value)


def test_a_baseline_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no such file"):
        load(tmp_path / "baseline.yaml")


def test_the_schema_for_editors_accepts_what_can_be_loaded() -> None:
    entry = {"case": "SEQ-021", "reason": "r", "owner": "o", "expires": "2026-12-31"}
    jsonschema.validate({"known": [entry]}, schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"known": [entry | {"flaky": {"runs": 3}}]}, schema())
