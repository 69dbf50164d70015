"""What correct endpoints meet in use does not fail them, and is told as what it is.

The endpoints are in `tests/broken_endpoints/field_lines.py`. Most are asked in this process, on
a clock that jumps: what depends on time depends on no machine. `make test-all` also tries all
cases on each, over real connections.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from harness.certify import checks, registry
from harness.certify.causes import Caller, Cause, Rank, Symptom, causes_of
from harness.certify.model import FAILING, CaseResult, RunVerdict, Verdict
from harness.certify.reasons import Assumption, ReasonKind
from harness.certify.scheduler import Certifier
from harness.certify.shared import Shared, Stop, StopKind
from mockpbx.async_pbx import AsyncPbx
from mockpbx.core.observed import Observed
from mockpbx.drivers.live import LivePace
from mockpbx.errors import ExchangeFailed
from mockpbx.wire.messages import HttpReply, HttpRequest
from mockpbx.wire.request import Profile
from tests.broken_endpoints import field_lines as lines
from tests.broken_endpoints import plain
from tests.broken_endpoints.base import PATH, Asked, CourierLine, Instruction, Reply, Request
from tests.broken_endpoints.crm import FACTS
from tests.broken_endpoints.whole_runs import certified, described
from tests.fakes import FakePbx
from tests.virtual_clock import on_a_clock_that_jumps

checks.load()


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What cases came to."""

    results: dict[str, CaseResult]
    causes: tuple[Cause, ...]
    stop: Stop | None

    @property
    def failing(self) -> set[str]:
        return {name for name, one in self.results.items() if one.verdict in FAILING}


class InProcess:
    """Asks a line without a connection; the very first answer may take its time."""

    def __init__(self, line: CourierLine, first_takes_s: float = 0.0) -> None:
        self._line = line
        self._pause_s = first_takes_s

    async def exchange(self, request: HttpRequest, sent: asyncio.Event) -> HttpReply:
        sent.set()
        pause_s, self._pause_s = self._pause_s, 0.0
        await asyncio.sleep(pause_s)
        parts = urlsplit(request.url)
        reply = self._line.respond(
            Request(
                method=request.method,
                path=parts.path,
                query=parts.query,
                headers={name.lower(): value for name, value in request.headers},
                body=request.body or b"",
            )
        )
        return HttpReply(
            status=reply.status,
            reason="",
            headers=tuple(reply.headers.items()),
            body=reply.body,
            http_version="HTTP/1.1",
        )


def judged(
    line: Callable[[], CourierLine],
    *cases: str,
    first_takes_s: float = 0.0,
    **known: Any,
) -> Judged:
    """Run cases against a line in this process, in virtual time.

    Args:
        line: Makes it; one that knows the time is given that of the run.
        *cases: Their ids.
        first_takes_s: Seconds that its very first answer takes.
        **known: What else is known of it, see `Endpoint`.
    """

    async def run() -> Judged:
        clock = asyncio.get_running_loop().time
        timed = isinstance(line, type) and issubclass(line, lines.Guarded)
        transport = InProcess(line(clock) if timed else line(), first_takes_s)  # type: ignore[call-arg]
        profile = Profile(url=f"http://endpoint.invalid{PATH}")
        pbx = FakePbx(transport, pace=LivePace(), profile=profile, facts=FACTS)
        pbx.endpoint = replace(pbx.endpoint, **known)
        async with pbx as opened:
            return await _judged(opened, cases, ask_first=bool(first_takes_s))

    return on_a_clock_that_jumps(run)


async def _judged(pbx: AsyncPbx, cases: Sequence[str], *, ask_first: bool) -> Judged:
    first = None
    if ask_first:
        first = await pbx.send(pbx.request(pbx.fields(FACTS["stranger"])))
    certifier = Certifier(pbx, Shared(pbx.facts, first=first), tell=lambda _event: None)
    await certifier.run([registry.cases()[name] for name in cases])
    return Judged(
        results={one.case.id: one for one in certifier.results},
        causes=causes_of(certifier.results, pbx.endpoint),
        stop=certifier.stop,
    )


# -- what serializers make of what is not set -----------------------------------------------

ORDINARY = ("SEQ-001", "SEQ-020", "SEQ-050", "PRIV-001", "REPLY-050", "REPLY-060", "REPLY-062")
"""A call served, a stranger answered, a wrong order, a secret kept, and the form of answers."""


@pytest.mark.parametrize(
    ("line", "remarks"),
    [
        (lines.Empties, {"REPLY-063", "REPLY-092"}),
        (lines.Nulls, {"REPLY-064", "REPLY-087", "REPLY-092"}),
        (lines.EmptyWhisper, {"REPLY-092"}),
    ],
)
def test_what_is_sent_unset_is_one_remark(
    line: Callable[[], CourierLine], remarks: set[str]
) -> None:
    told = judged(line, *ORDINARY, *sorted(remarks))
    assert not told.failing
    (cause,) = told.causes
    assert cause.signature.symptom is Symptom.UNSET
    assert cause.rank is Rank.REMARK
    assert {one.case.id for one in cause.results} == remarks


@pytest.mark.parametrize(
    ("line", "remark"),
    [
        (lines.ZeroCode, "REPLY-053"),
        (lines.TextBesideCode, "REPLY-054"),
        (lines.CustomersAtHome, "REPLY-074"),
    ],
)
def test_what_nobody_documents_is_one_remark(line: Callable[[], CourierLine], remark: str) -> None:
    told = judged(line, *ORDINARY, remark)
    assert not told.failing
    (cause,) = told.causes
    assert (cause.rank, cause.lead.case.id) == (Rank.REMARK, remark)
    assert cause.lead.verdict is Verdict.INFO


# -- what is written otherwise ---------------------------------------------------------------


def test_codes_of_a_scenario_that_nobody_named_fail_nothing() -> None:
    told = judged(lines.OwnCodes, *ORDINARY, "REPLY-080", names_scenario=False)
    assert not told.failing
    (cause,) = told.causes
    assert (cause.signature.symptom, cause.rank) == (Symptom.NO_SLOT, Rank.REMARK)
    assert cause.assumption is Assumption.SCENARIO


def test_codes_without_a_branch_in_the_scenario_that_was_named_fail() -> None:
    told = judged(lines.OwnCodes, *ORDINARY, "REPLY-080")
    (cause,) = told.causes
    assert (cause.signature.symptom, cause.rank) == (Symptom.NO_SLOT, Rank.NOT_SERVED)
    assert cause.lead.case.id == "REPLY-080"


def test_an_unknown_virtual_number_is_one_cause() -> None:
    told = judged(lines.KnowsItsNumbers, *ORDINARY, "REPLY-001", "SEQ-021", "SEQ-022")
    (cause,) = told.causes
    assert (cause.signature.symptom, cause.signature.detail) == (Symptom.STATUS, "404")
    own = {**FACTS, "virtual_number": "74957770001"}
    assert not judged(lines.KnowsItsNumbers, *ORDINARY, facts=own).failing


@pytest.mark.parametrize(
    ("line", "symptom", "lead"),
    [
        (lines.FunctionGateway, Symptom.FORM, "REPLY-052"),
        (lines.ErrorWithStatus200, Symptom.FORM, "REPLY-050"),
        (lines.CharsetAsEncoding, Symptom.BODY, "REPLY-014"),
    ],
)
def test_an_answer_in_the_wrong_form_is_one_cause_that_its_own_case_tells(
    line: Callable[[], CourierLine], symptom: Symptom, lead: str
) -> None:
    own = ("REPLY-013", "REPLY-014", "REPLY-051", "REPLY-052")
    told = judged(line, *ORDINARY, *own)
    (cause,) = told.causes
    assert cause.signature.symptom is symptom
    assert (cause.lead.case.id, cause.lead.verdict) == (lead, Verdict.FAIL)
    wrong = {name for name in told.results if name.startswith("REPLY")} & told.failing
    assert wrong == {lead}


# -- what stands before the endpoint -----------------------------------------------------------


def test_a_throttle_ends_the_run_and_fails_nothing() -> None:
    told = judged(lines.Throttle, *ORDINARY, "SEQ-071", "SEQ-072", "CONC-001")
    assert told.stop is not None
    assert told.stop.kind is StopKind.THROTTLED
    assert told.stop.requests == lines.Throttle.most
    assert told.stop.retry_after_s is not None
    assert 0.1 <= told.stop.advised_rps <= lines.Throttle.most / 60
    assert not told.failing
    stopped = {one.finding.reason.kind for one in told.results.values()} - {ReasonKind.AS_REQUIRED}
    assert stopped == {ReasonKind.STOPPED}


def test_who_takes_haste_for_a_repetition_is_asked_at_the_pace_of_people() -> None:
    told = judged(lines.Debounce, "TIME-021", *ORDINARY, "SEQ-071")
    assert not told.failing
    (cause,) = told.causes
    assert [one.case.id for one in cause.results] == ["TIME-021"]
    assert told.results["TIME-021"].verdict is Verdict.INFO


def test_who_limits_calls_a_minute_is_failed_by_nothing() -> None:
    told = judged(lines.CallsAMinute, *ORDINARY, "SEQ-004", "SEQ-005", "SEQ-009", "SEQ-080")
    assert not told.failing
    (cause,) = [one for one in told.causes if one.lead.case.id == "SEQ-080"]
    assert (cause.rank, cause.assumption) == (Rank.REMARK, Assumption.PACE)


def test_a_cold_start_is_what_the_first_caller_lived_through() -> None:
    told = judged(CourierLine, "TIME-001", "TIME-002", *ORDINARY, first_takes_s=6.0)
    assert told.failing == {"TIME-001"}
    (cause,) = told.causes
    assert cause.signature.symptom is Symptom.COLD_START
    # What the caller lived through is on record.
    assert cause.lead.calls[0].dead_air_s >= 5.0


# -- on the wire ---------------------------------------------------------------------------------


@contextmanager
def opened(line: CourierLine) -> Iterator[str]:
    """Serve a line; gives its address."""
    with plain.serving(line) as port:
        yield f"http://127.0.0.1:{port}{PATH}"


def test_connections_that_are_closed_idle_fail_nothing() -> None:
    with opened(lines.ClosesIdleConnections()) as url:
        run = certified(described(url), only=(*ORDINARY, "TIME-002", "REPLY-002", "CONC-040"))
    assert not run.fails
    assert all(cause.rank is Rank.REMARK for cause in causes_of(run.results, run.endpoint))


class CrashesForStrangers(CourierLine):
    """Ends the connection of whoever is no courier."""

    def for_others(self, _asked: Asked) -> Instruction:
        raise ExchangeFailed(Observed.EOF_EMPTY, "the connection was closed")


def test_who_closes_the_connections_of_strangers_bans_nobody() -> None:
    strangers = ("SEQ-021", "SEQ-022", "PRIV-002", "PRIV-003", "PRIV-004", "CONC-042", "SEQ-081")
    told = judged(CrashesForStrangers, *ORDINARY, *strangers)
    assert told.stop is None
    assert {"SEQ-020", "SEQ-021", "SEQ-022"} <= told.failing
    assert told.causes[0].signature.symptom is Symptom.CLOSED


def test_a_ban_ends_the_run_and_fails_nothing() -> None:
    attacks = [case.id for case in registry.cases().values() if case.family == "ROBUST"]
    with opened(lines.BansAttackers()) as url:
        run = certified(described(url), only=(*ORDINARY, *attacks, "SEQ-081"))
    assert not run.fails
    assert run.verdict is RunVerdict.PARTIAL
    assert run.stopped is not None
    assert run.stopped.kind is StopKind.SHUT_OUT


# -- all cases ------------------------------------------------------------------------------------

_SERVED = (
    lines.Empties,
    lines.Nulls,
    lines.ZeroCode,
    lines.EmptyWhisper,
    lines.TextBesideCode,
    lines.CustomersAtHome,
    lines.ShopAtHome,
    lines.ClosesIdleConnections,
)
_STOPPED = {lines.Throttle: StopKind.THROTTLED, lines.BansAttackers: StopKind.SHUT_OUT}


@pytest.mark.sweep
@pytest.mark.parametrize("line", _SERVED)
def test_no_case_fails_it(line: Callable[[], CourierLine]) -> None:
    with opened(line()) as url:
        run = certified(described(url))
    assert run.verdict in (RunVerdict.CERTIFIED, RunVerdict.CERTIFIED_WITH_REMARKS)


@pytest.mark.sweep
@pytest.mark.parametrize("line", _STOPPED)
def test_no_case_fails_who_stops_answering(line: type[CourierLine]) -> None:
    with opened(line()) as url:
        run = certified(described(url))
    assert not run.fails
    assert run.stopped is not None
    assert run.stopped.kind is _STOPPED[line]


@pytest.mark.sweep
def test_no_case_fails_codes_of_a_scenario_that_nobody_named() -> None:
    with opened(lines.OwnCodes()) as url:
        run = certified(described(url, names_scenario=False))
    assert not run.fails


@pytest.mark.sweep
@pytest.mark.timeout(600)
@pytest.mark.parametrize("line", [lines.Debounce, lines.CallsAMinute])
def test_no_case_fails_who_knows_the_time(line: Callable[[], CourierLine]) -> None:
    with opened(line()) as url:
        run = certified(described(url))
    assert not run.fails


# -- one fault, one cause ---------------------------------------------------------------------


class NumberOfDigits(CourierLine):
    """Reads what a courier entered as a number, also when that is nothing: the handler fails."""

    def respond(self, request: Request) -> Reply:
        parameters = self.parameters(request)
        couriers = self.caller(parameters) in self.crm.couriers
        if couriers and not parameters.get("input_result", "").isdigit():
            return Reply(status=500, body=b"Internal Server Error")
        return super().respond(request)


def test_what_fails_without_a_parameter_and_with_it_is_one_cause() -> None:
    told = judged(NumberOfDigits, "SEQ-001", "SEQ-002", "REQ-012", "REQ-014", "REQ-015")
    (cause,) = told.causes
    assert {one.case.id for one in cause.results} == set(told.results)
    assert cause.signature.symptom is Symptom.STATUS
    assert cause.signature.trigger.caller is Caller.COURIER
    assert not cause.signature.trigger.missing


class NeverLocks(CourierLine):
    """Lets a courier guess for ever, and connects them when the order is right."""

    def is_locked(self, _asked: Asked) -> bool:
        return False


def test_the_right_answer_at_the_wrong_time_is_not_told_as_a_wrong_answer() -> None:
    told = judged(NeverLocks, "SEQ-001", "PRIV-053")
    assert told.results["PRIV-053"].verdict is not Verdict.PASS
    (cause,) = told.causes
    assert cause.signature.symptom is Symptom.REQUIREMENT
    assert cause.lead.case.id == "PRIV-053"
