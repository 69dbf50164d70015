"""Endpoints that keep the caller waiting; what is late waits until the PBX has gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.certify.model import Verdict
from harness.certify.sentences import sentence

if TYPE_CHECKING:
    from tests.harness.certify.checks.conftest import (
        Answer,
        Asked,
        BlamedBy,
        OpenEndpoint,
        ResultOf,
        Said,
        Spell,
        VerdictOf,
    )

DEADLINE_S = 0.5
"""Where nothing has to be in time."""
AMPLE_S = 1.0
"""Where other answers have to be."""
CODE = {"returned_code": 2}
STRANGER = "79990000009"
NEVER: tuple[None] = (None,)


def test_the_correct_endpoint_is_in_time(
    endpoint: OpenEndpoint, courier_line: Answer, blamed_by: BlamedBy
) -> None:
    assert blamed_by("TIME", endpoint(courier_line)) == {}


def test_a_finding_tells_how_long_answers_took(
    endpoint: OpenEndpoint, courier_line: Answer, result_of: ResultOf
) -> None:
    reason = sentence(result_of("TIME-002", endpoint(courier_line)).finding)
    assert reason.startswith("20 answers in time: p50 0.")
    assert ", p95 0." in reason
    assert ", max 0." in reason


@pytest.mark.parametrize("case_id", ["TIME-001", "TIME-002", "TIME-005"])
def test_an_endpoint_that_never_answers_is_late(
    case_id: str, endpoint: OpenEndpoint, result_of: ResultOf
) -> None:
    result = result_of(case_id, endpoint(lambda _: NEVER), deadline_s=DEADLINE_S)
    assert result.verdict is Verdict.FAIL
    assert result.finding.reason.expected == "a whole answer within 0.5 s"


def test_one_late_answer_of_twenty_is_enough(
    endpoint: OpenEndpoint, courier_line: Answer, result_of: ResultOf
) -> None:
    def answer(asked: Asked) -> Said:
        return NEVER if asked.nth == 20 else courier_line(asked)

    result = result_of("TIME-002", endpoint(answer), deadline_s=AMPLE_S)
    assert result.verdict is Verdict.FAIL
    assert result.finding.reason.received == "none by then (question 20 of 20)"
    assert result_of("TIME-001", endpoint(answer)).verdict is Verdict.PASS


def test_a_late_answer_about_the_order_is_caught(
    endpoint: OpenEndpoint, courier_line: Answer, verdict_of: VerdictOf
) -> None:
    def answer(asked: Asked) -> Said:
        return courier_line(asked) if asked.digits is None else NEVER

    url = endpoint(answer)
    assert verdict_of("TIME-004", url, deadline_s=AMPLE_S) is Verdict.FAIL
    assert verdict_of("TIME-002", url, deadline_s=AMPLE_S) is Verdict.PASS
    assert verdict_of("TIME-013", url, deadline_s=AMPLE_S) is Verdict.NOT_APPLICABLE


def test_a_late_answer_about_a_stranger_is_caught(
    endpoint: OpenEndpoint, courier_line: Answer, verdict_of: VerdictOf
) -> None:
    def answer(asked: Asked) -> Said:
        return NEVER if asked.caller == STRANGER else courier_line(asked)

    url = endpoint(answer)
    assert verdict_of("TIME-014", url, deadline_s=AMPLE_S) is Verdict.FAIL
    assert verdict_of("TIME-002", url, deadline_s=AMPLE_S) is Verdict.PASS
    assert verdict_of("TIME-014", url, stranger=None) is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize("order", ["99999", "10777"])
def test_a_late_answer_about_a_wrong_order_is_caught(
    order: str, endpoint: OpenEndpoint, courier_line: Answer, result_of: ResultOf
) -> None:
    def answer(asked: Asked) -> Said:
        return NEVER if asked.digits == order else courier_line(asked)

    url = endpoint(answer)
    result = result_of("TIME-015", url, deadline_s=AMPLE_S)
    assert result.verdict is Verdict.FAIL
    assert len(result.finding.reason.exchanges) == 1


def test_an_endpoint_that_wakes_up_slowly_fails_the_first_question_only(
    endpoint: OpenEndpoint, courier_line: Answer, blamed_by: BlamedBy
) -> None:
    def answer(asked: Asked) -> Said:
        return NEVER if asked.nth == 1 else courier_line(asked)

    blamed = blamed_by("TIME", endpoint(answer), deadline_s=2.0)
    assert blamed == {"TIME-001": Verdict.FAIL}


def test_a_body_that_never_ends_is_told_from_an_answer_that_never_begins(
    endpoint: OpenEndpoint, http_answer: Spell, verdict_of: VerdictOf
) -> None:
    begins = http_answer(CODE)[:-5]
    trickles = endpoint(lambda _: (begins, None))
    assert verdict_of("TIME-003", trickles, deadline_s=DEADLINE_S) is Verdict.FAIL
    never = endpoint(lambda _: NEVER)
    assert verdict_of("TIME-003", never, deadline_s=DEADLINE_S) is Verdict.NOT_APPLICABLE


def test_a_body_that_trickles_in_and_ends_in_time_is_in_time(
    endpoint: OpenEndpoint, http_answer: Spell, blamed_by: BlamedBy
) -> None:
    whole = http_answer(CODE)
    pieces = (whole[:10], 0.001, whole[10:-15], 0.001, whole[-15:-1], 0.001, whole[-1:])
    assert blamed_by("TIME", endpoint(lambda _: pieces)) == {}


def test_an_answer_that_breaks_off_is_not_a_matter_of_time(
    endpoint: OpenEndpoint, http_answer: Spell, verdict_of: VerdictOf
) -> None:
    url = endpoint(lambda _: http_answer(CODE)[:-5])
    assert verdict_of("TIME-003", url) is Verdict.NOT_APPLICABLE


ROOM = {"TIME-010": (11, 0.22), "TIME-011": (2, 0.42), "TIME-012": (1, 0.52)}
"""How many answers are slow, and by how much."""


def test_whether_a_late_answer_left_room_is_not_asked(
    endpoint: OpenEndpoint, verdict_of: VerdictOf
) -> None:
    url = endpoint(lambda _: NEVER)
    assert verdict_of("TIME-010", url, deadline_s=DEADLINE_S) is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize("case_id", ROOM)
def test_answers_without_room_to_spare_are_told_of(
    case_id: str,
    endpoint: OpenEndpoint,
    courier_line: Answer,
    http_answer: Spell,
    result_of: ResultOf,
) -> None:
    slow, pause_s = ROOM[case_id]

    def answer(asked: Asked) -> Said:
        if asked.nth <= slow:
            return pause_s, http_answer(CODE)
        return courier_line(asked)

    result = result_of(case_id, endpoint(answer), deadline_s=AMPLE_S)
    assert result.verdict is Verdict.INFO
    assert f"{slow} of 20 took longer: p50 0." in result.finding.reason.received


def test_a_slow_second_answer_is_told_of(
    endpoint: OpenEndpoint, courier_line: Answer, http_answer: Spell, verdict_of: VerdictOf
) -> None:
    def answer(asked: Asked) -> Said:
        return courier_line(asked) if asked.digits is None else (0.3, http_answer(CODE))

    assert verdict_of("TIME-013", endpoint(answer), deadline_s=AMPLE_S) is Verdict.INFO


def test_an_endpoint_that_names_the_customer_at_once_has_no_second_answer(
    endpoint: OpenEndpoint, verdict_of: VerdictOf
) -> None:
    url = endpoint(lambda _: {"phones": ["79175968108"]})
    for case_id in ("TIME-004", "TIME-013", "TIME-015"):
        assert verdict_of(case_id, url) is Verdict.NOT_APPLICABLE
