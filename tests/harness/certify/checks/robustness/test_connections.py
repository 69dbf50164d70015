"""Connections that break off, stall or crowd: the endpoint that each case catches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.certify.checks.robustness_connections import HELD
from harness.certify.model import Verdict
from harness.certify.sentences import sentence

if TYPE_CHECKING:
    from tests.harness.certify.checks.conftest import Certify, ResultOf
    from tests.harness.certify.checks.robustness.conftest import OpenSturdy, Reply, Request


def test_an_endpoint_that_dies_of_half_a_request_is_caught(
    sturdy: OpenSturdy, result_of: ResultOf
) -> None:
    assert result_of("ROBUST-050", sturdy(dies_of="half")).verdict is Verdict.NONSTRICT
    assert result_of("ROBUST-053", sturdy(dies_of="half")).verdict is Verdict.FAIL


def test_an_endpoint_that_dies_of_a_caller_who_hangs_up_fails(
    sturdy: OpenSturdy, result_of: ResultOf
) -> None:
    result = result_of("ROBUST-051", sturdy(dies_of="gone"))
    assert result.verdict is Verdict.FAIL
    assert result.finding.reason.expected == "the next ordinary call answered"


def test_an_endpoint_that_dies_of_a_reset_fails(sturdy: OpenSturdy, result_of: ResultOf) -> None:
    url = sturdy(dies_of="reset")
    assert result_of("ROBUST-051", url).verdict is Verdict.PASS
    assert result_of("ROBUST-052", url).verdict is Verdict.FAIL


@pytest.mark.parametrize("case_id", HELD)
def test_an_endpoint_that_serves_one_connection_at_a_time_is_recorded(
    case_id: str, sturdy: OpenSturdy, result_of: ResultOf
) -> None:
    result = result_of(case_id, sturdy(one_at_a_time=True), deadline_s=3.0)
    assert result.verdict is Verdict.INFO
    assert HELD[case_id][0] in result.finding.reason.expected
    assert "no answer for 1.5 s; once that connection was gone" in result.finding.reason.received


def test_an_endpoint_that_serves_one_connection_at_a_time_passes_the_cases_beside(
    sturdy: OpenSturdy, results_of: Certify
) -> None:
    results = results_of("ROBUST-05", sturdy(one_at_a_time=True), deadline_s=3.0)
    informs = {case_id for case_id, one in results.items() if one.verdict is Verdict.INFO}
    passes = {case_id for case_id, one in results.items() if one.verdict is Verdict.PASS}
    assert informs == set(HELD)
    assert passes == set(results) - informs


def test_a_slow_request_may_be_refused(
    sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    def gives_up_on_posts(request: Request) -> Reply | None:
        return replying(status=408) if request.method == "POST" else None

    assert result_of("ROBUST-056", sturdy(gives_up_on_posts)).verdict is Verdict.PASS


def test_a_slow_request_that_ends_in_a_server_error_is_recorded(
    sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    def trips(request: Request) -> Reply | None:
        return replying(status=500) if request.method == "POST" else None

    assert result_of("ROBUST-056", sturdy(trips)).verdict is Verdict.INFO


def test_answers_in_the_wrong_order_fail(sturdy: OpenSturdy, result_of: ResultOf) -> None:
    result = result_of("ROBUST-057", sturdy(backwards=True))
    assert result.verdict is Verdict.FAIL
    assert "returned_code 2 first, the answer to the second" in result.finding.reason.received


def test_answering_the_first_and_closing_is_right(
    sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    asked: list[str] = []

    def closes_on_the_second(request: Request) -> Reply | None:
        asked.append(request.parameters["numa"])
        return replying(close=True) if len(asked) == 4 else None

    result = result_of("ROBUST-057", sturdy(closes_on_the_second))
    assert result.verdict is Verdict.PASS
    assert sentence(result.finding) == "1 of 2 answered, in order"


def test_closing_before_either_question_is_answered_is_right(
    sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    asked: list[str] = []

    def closes_on_the_first(request: Request) -> Reply | None:
        asked.append(request.parameters["numa"])
        return replying(close=True) if len(asked) == 3 else None

    result = result_of("ROBUST-057", sturdy(closes_on_the_first))
    assert result.verdict is Verdict.PASS
    assert len(result.exchanges) == 3


def test_falling_silent_after_the_first_question_fails(
    sturdy: OpenSturdy, result_of: ResultOf
) -> None:
    result = result_of("ROBUST-057", sturdy(falls_silent=True), deadline_s=0.5)
    assert result.verdict is Verdict.FAIL
    assert result.finding.reason.received == "1 of 2 answered within 0.5 s"
