"""A case that comes to no end is broken off; the clock is not the machine's."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from harness.certify import checks, registry
from harness.certify.model import CaseResult, Verdict
from harness.certify.reasons import ReasonKind
from harness.certify.scheduler import MOST_WAITS, Certifier
from harness.certify.sentences import sentence
from harness.certify.shared import ENOUGH, Shared
from mockpbx.drivers.live import LivePace
from mockpbx.drivers.turns import Turn
from mockpbx.scenario import library as scenarios
from mockpbx.wire.messages import HttpReply, HttpRequest
from mockpbx.wire.request import Profile
from tests.fakes import FakePbx
from tests.virtual_clock import on_a_clock_that_jumps

ANSWER = HttpReply(
    status=200,
    reason="OK",
    headers=(("content-type", "application/json"),),
    body=b'{"returned_code": 2}',
    http_version="HTTP/1.1",
)
FACTS = {"virtual_number": "74951234567", "stranger": "79990000009"}


class Answers:
    """Answers each question after some seconds."""

    def __init__(self, after_s: float = 0.0) -> None:
        self._after_s = after_s

    async def exchange(self, _request: HttpRequest, sent: asyncio.Event) -> HttpReply:
        sent.set()
        await asyncio.sleep(self._after_s)
        return ANSWER


NEVER = Answers(after_s=1e9)


def certified(
    case_id: str,
    transport: Answers,
    *,
    deadline_s: float = 5.0,
    limit_s: float | None = None,
    turn_s: float | None = None,
    thorough: bool = False,
) -> CaseResult:
    """Run a case against an endpoint that is a transport of its own."""
    checks.load()
    scenario = scenarios.load("courier-line")

    async def wait_for_turn(_turn: Turn) -> None:
        await asyncio.sleep(turn_s or 0.0)

    async def run() -> CaseResult:
        pbx = FakePbx(
            transport,
            pace=LivePace(),
            profile=Profile(url="http://endpoint.invalid/"),
            scenario=replace(scenario, deadline_s=deadline_s),
            facts=FACTS,
        )
        async with pbx.with_turns(wait_for_turn) if turn_s is not None else pbx as opened:
            certifier = Certifier(
                opened,
                Shared(opened.facts, thorough=thorough),
                tell=lambda _: None,
                jobs=1,
                limit_s=limit_s,
            )
            await certifier.run([registry.cases()[case_id]])
        return certifier.results[0]

    return on_a_clock_that_jumps(run)


def test_a_case_that_comes_to_no_end_is_broken_off() -> None:
    result = certified("TIME-001", NEVER, deadline_s=1e8, limit_s=1000)
    assert result.verdict is Verdict.UNTESTABLE
    assert sentence(result.finding) == (
        "the case came to no end: it was broken off after 1000 s, when 0 of its requests had ended"
    )


def test_what_is_never_answered_is_asked_no_more_after_three_times() -> None:
    closed = certified("ROBUST-085", NEVER)
    # A stranger without digits and with them, and the courier: three times each.
    assert len(closed.exchanges) <= 3 * ENOUGH
    assert closed.finding.reason.kind is ReasonKind.CONSEQUENCE


def test_a_case_may_take_many_deadlines() -> None:
    """Each answer comes at the last moment: slow, but no reason to break anything off."""
    slow = Answers(after_s=4.999)
    assert certified("TIME-002", slow).verdict is Verdict.PASS
    assert certified("TIME-002", slow, limit_s=50).verdict is Verdict.UNTESTABLE


def test_an_answer_that_never_comes_is_late_before_the_case_is_broken_off() -> None:
    result = certified("TIME-001", NEVER)
    assert result.verdict is Verdict.FAIL
    assert result.finding.reason.expected == "a whole answer within 5 s"


@pytest.mark.parametrize("case_id", ["TIME-002", "CONC-042"])
def test_waiting_for_its_turn_takes_a_case_no_time(case_id: str) -> None:
    # Turns come one by one, or all twenty questions wait for theirs at once.
    a_turn_s = 2.0 * MOST_WAITS * 5.0
    assert certified(case_id, Answers(), turn_s=a_turn_s).verdict is Verdict.PASS
    # What comes between two turns counts.
    slow = Answers(after_s=4.0)
    result = certified("TIME-002", slow, turn_s=a_turn_s, limit_s=50)
    assert result.verdict is Verdict.UNTESTABLE


def test_no_case_comes_near_to_being_broken_off() -> None:
    """The limit is for what nobody has thought of: even here all questions come to an end."""
    longest = certified("ROBUST-085", NEVER, thorough=True)
    assert 3 * len(longest.exchanges) < MOST_WAITS
    assert longest.verdict is Verdict.NONSTRICT
