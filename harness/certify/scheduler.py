"""Runs cases: in which order, which side by side, and what is known when it is broken off.

No verdict depends on the order in which others ran, nor on how many ran beside it: what comes
late in company is asked again alone. Cases that measure time run alone and first; those that
change the endpoint's state run alone, and those that guess orders last, for a good endpoint
locks out a courier who guesses.
"""

import asyncio
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from harness.certify import registry
from harness.certify.applicability import inapplicable
from harness.certify.assumptions import LONGEST_WAIT_S, resting_on
from harness.certify.causes import Entered, entered
from harness.certify.context import Context
from harness.certify.model import Case, CaseResult, Verdict
from harness.certify.reasons import (
    LATE_KINDS,
    Assumption,
    Finding,
    ReasonKind,
    Saw,
    check_failed,
    missed,
    not_applicable,
    satisfied,
    untestable,
    violated,
)
from harness.certify.shared import (
    Foreseen,
    Limited,
    Shared,
    Stop,
    StopKind,
    Stopped,
    who_asks,
)
from mockpbx.async_pbx import AsyncPbx
from mockpbx.callscript import library
from mockpbx.drivers.turns import Pacing, Turn, Turns
from mockpbx.errors import EndpointError, HarnessError, UsageError
from mockpbx.result.exchange import Exchange

GUESSES_FORGOTTEN = "guesses forgotten"
"""The state, where there is a states address, before a case that guesses."""

MOST_WAITS = 200
"""Deadlines that a case may take: some three times as many as any case sends one by one."""
_AT_LEAST_S = 60.0
"""Where the deadline is short, calls and connections take their time all the same."""
BUDGET_S = 90.0
"""Seconds after which, or before if much is left, each requirement is tried by one case only."""
MOST_JOBS = 10
_UNMEASURED_JOBS = 4
_NO_LIMIT_SEEN = 5.0
"""So many callers at once, of the six who are tried, are served side by side: more will be."""
_LONGEST = ("ROBUST-085", "CONC-024", "CONC-040", "CONC-041")
"""Cases that take as long as several others.

Side by side all is over sooner if they begin first; one by one they come last, if there is time.
"""
_MOST_PATIENCE = 2
"""Callers for whom a late answer is waited for longer, to see whether it comes at all."""
_PROBES = 2
"""Ordinary requests, each on a new connection, that tell whether the endpoint bans us."""
_FIRST = ("TIME-001", "TIME-021")
_ONLY_LATE = ("TIME-005",)
"""Cases that measure nothing, but look whether answers are late: company does no harm."""
_MANY = 20
"""So many cases are a run, of which ordinary calls are a part in any case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStarted:
    """A case is in hand."""

    case: Case


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFinished:
    """A case is done."""

    result: CaseResult


RunEvent = CaseStarted | CaseFinished


@dataclass(frozen=True, slots=True)
class _Held:
    """A case that passes if the endpoint answers the next request.

    Attributes:
        result: What it came to so far.
        context: What it did.
        if_dead: What it comes to otherwise.
        ended_at: When its last request ended.
    """

    result: CaseResult
    context: Context
    if_dead: Callable[[Exchange], Finding]
    ended_at: float


class Certifier:
    """Runs a selection of cases against one endpoint.

    Args:
        pbx: Reaches the endpoint, and is open.
        shared: What cases share with those that ran before, and with later ones.
        tell: Called with every event.
        jobs: Cases run at once; as many as the endpoint serves side by side if not given.
        limit_s: Real seconds after which a case is broken off; by default `MOST_WAITS` deadlines.
        budget_s: Real seconds after which a run tries one case of each requirement only.

    Attributes:
        results: What is done so far, in the order in which it was done.
    """

    def __init__(
        self,
        pbx: AsyncPbx,
        shared: Shared | None = None,
        *,
        tell: Callable[[RunEvent], None],
        jobs: int | None = None,
        limit_s: float | None = None,
        budget_s: float = BUDGET_S,
    ) -> None:
        self._pbx = pbx
        self._shared = shared or Shared(pbx.facts)
        allowed_s = MOST_WAITS * pbx.endpoint.deadline_s
        self._limit_s = limit_s or max(allowed_s, _AT_LEAST_S)
        self._budget_s = float("inf") if self._shared.thorough or pbx.wait_for_turn else budget_s
        self._tell = tell
        self._jobs = jobs
        self._began = time.monotonic()
        self._tried: set[str] = set()
        self._lonely: set[str] = set()
        self._done = 0
        self._held: list[_Held] = []
        self.results: list[CaseResult] = []

    @property
    def stop(self) -> Stop | None:
        """Why the run asked no more, if that is so."""
        return self._shared.stop

    async def run(self, cases: Sequence[Case]) -> None:
        """Run cases to their end.

        Raises:
            UsageError: The endpoint cannot be put into a state.
        """
        timed = [case for case in cases if case.family == "TIME" and case.id not in _ONLY_LATE]
        last = [case for case in cases if case not in timed and _is_alone(case)]
        beside = _first_of_each([case for case in cases if case not in timed and case not in last])
        self._lonely = {case.requirement.id for case in last}
        await self._forget_guesses()
        # First what any earlier request would spoil: the first answer of all, and ordinary calls
        # while nobody has called often yet.
        first = [case for case in timed if case.id in _FIRST]
        for case in first:
            await self._run(case)
        self._slow_down()
        asking = [case for case in cases if case.family != "FALLBACK"]
        if len(asking) > _MANY or (len(asking) > 1 and any(case.closing for case in asking)):
            await self._place_common_calls(asking[0])
        for case in timed:
            if case not in first:
                await self._run(case)
        await self._side_by_side(beside)
        by_place = sorted(last, key=_place_of_the_lonely)
        unusual = [case for case in by_place if _place_of_the_lonely(case) == _UNUSUAL_DIGITS]
        for case in by_place:
            if self._pbx.has_states or case not in unusual:
                await self._forget_guesses()
                await self._run(case)
        if not self._pbx.has_states:
            # Nobody is left whom a lock against guessing would hinder.
            await self._side_by_side(unusual)
        await self._settle()
        await self._forget_guesses()
        self._revise()

    def _slow_down(self) -> None:
        """Leave people's time between two requests of a call, if the endpoint needs that."""
        if self._shared.pause_s is not None and self._pbx.wait_for_turn is None:
            turns = Turns(Pacing(pause_s=self._shared.pause_s))
            self._pbx = self._pbx.with_turns(turns.wait)
            self._budget_s = float("inf")

    async def _place_common_calls(self, case: Case) -> None:
        """Place the ordinary calls while nobody else asks: what is late then is late alone."""
        try:
            await Context(case, self._pbx, self._shared).common_calls()
        except (Stopped, EndpointError, UsageError):
            return  # the cases that look at them say so

    async def _side_by_side(self, cases: Sequence[Case]) -> None:
        """Run cases at once; those in which something was late again, and alone."""
        jobs = min(self._jobs or self._width(), max(1, len(cases)))
        slots = asyncio.Semaphore(jobs)
        again: list[Case] = []

        async def run(case: Case) -> None:
            async with slots:
                self._tell(CaseStarted(case=case))
                result, context = await self._result(case, alone=jobs == 1)
                if jobs > 1 and _was_late(result):
                    again.append(case)
                else:
                    await self._take(result, context)

        by_length = sorted(cases, key=lambda case: (case.id in _LONGEST) is (jobs == 1))
        async with asyncio.TaskGroup() as group:
            for case in by_length:
                group.create_task(run(case))
        for case in again:
            await self._run(case)

    def _width(self) -> int:
        """Return how many cases the endpoint carries at once."""
        width = self._shared.width
        if width is None:
            return _UNMEASURED_JOBS
        return MOST_JOBS if width >= _NO_LIMIT_SEEN else max(1, round(width))

    async def _forget_guesses(self) -> None:
        facts = self._pbx.facts
        if self._pbx.has_states and "courier" in facts:
            await self._pbx.put_into_state(GUESSES_FORGOTTEN, {"courier": facts["courier"]})

    # -- one case ---------------------------------------------------------------------

    async def _run(self, case: Case) -> None:
        self._tell(CaseStarted(case=case))
        await self._take(*await self._result(case, alone=True))

    async def _result(self, case: Case, *, alone: bool) -> tuple[CaseResult, Context]:
        limit = _Limit(self._limit_s)
        pbx = limit.without_turns(self._pbx)
        context = Context(case, pbx, self._shared, alone=alone)
        left_out = self._left_out(case)
        if left_out is not None:
            result = CaseResult(case=case, verdict=Verdict.NOT_APPLICABLE, finding=left_out)
            return result, context
        self._tried.add(case.requirement.id)
        self._done += 1
        began = time.monotonic()
        finding = await self._finding(case, context, limit)
        if alone:
            await self._be_patient(context)
        await self._verify_ban()
        result = CaseResult(
            case=case,
            verdict=case.requirement.verdict(finding.saw),
            finding=finding,
            duration_s=time.monotonic() - began,
            exchanges=tuple(context.exchanges),
            calls=tuple(context.calls),
        )
        return self._weighed(result), context

    def _left_out(self, case: Case) -> Finding | None:
        """Say why a case is not tried at all."""
        endpoint = self._pbx.endpoint
        lack = inapplicable(case, endpoint.facts, endpoint.capabilities, endpoint.own_line)
        if lack is not None:
            return lack
        if self._shared.stop is not None:
            return _stopped(self._shared.stop)
        spent_s = time.monotonic() - self._began
        optional = case.requirement.id in self._tried or case.id in _LONGEST
        if optional and spent_s + self._still_needed_s(case, spent_s) > self._budget_s:
            return not_applicable(
                f"not tried for lack of time: {spent_s:.0f} s were spent, and other cases try "
                "the like; --thorough tries them all",
                ReasonKind.OUT_OF_TIME,
            )
        return None

    def _still_needed_s(self, case: Case, spent_s: float) -> float:
        """Estimate how long the requirements will take that no case beside others tries."""
        ahead = 0 if case.family == "TIME" else len(self._lonely - self._tried)
        return ahead * spent_s / max(1, self._done)

    async def _finding(self, case: Case, context: Context, limit: "_Limit") -> Finding:
        """Run a check, also where it breaks down or never ends."""
        try:
            async with limit.timeout:
                return _if_it_took_place(await _checked(case, context), context)
        except Foreseen as foreseen:
            return untestable(
                f"not tried: {foreseen.who} is not answered in time, as others met often enough",
                ReasonKind.CONSEQUENCE,
                blamed=(foreseen.exchange,),
            )
        except Stopped as stopped:
            return _stopped(stopped.stop)
        except EndpointError as error:
            kind = ReasonKind.NO_CONNECTION
            return violated(expected="an answer", received=str(error), kind=kind)
        except UsageError as error:
            return untestable(str(error))
        except Exception as error:
            if not limit.timeout.expired():
                return check_failed(error, traceback.format_exc())
            return untestable(
                f"the case came to no end: it was broken off after {self._limit_s:g} s, "
                f"when {len(context.exchanges)} of its requests had ended",
                ReasonKind.BROKEN_OFF,
            )

    def _weighed(self, result: CaseResult) -> CaseResult:
        """Let what rests on an assumption inform, and no more."""
        if result.verdict not in (Verdict.FAIL, Verdict.UNTESTABLE) or result.case.feature:
            return result  # what the owner's own script expects, the owner has declared
        given = result.finding.reason.assumption
        found = given or resting_on(result.finding, self._pbx.endpoint, result.calls)
        if found is None or (found is Assumption.DEADLINE and self._never_comes(result.finding)):
            return result
        failed = result.verdict is Verdict.FAIL
        reason = replace(result.finding.reason, assumption=found)
        return replace(
            result,
            verdict=Verdict.INFO if failed else Verdict.NOT_APPLICABLE,
            finding=replace(result.finding, reason=reason),
        )

    # -- patience -----------------------------------------------------------------------

    async def _be_patient(self, context: Context) -> None:
        """Wait longer, once, for what was late by a deadline that nobody has declared.

        No PBX waits longer than `LONGEST_WAIT_S`: what does not come by then never comes.
        """
        if self._pbx.endpoint.declares_deadline or self._shared.stop is not None:
            return
        for exchange in context.exchanges:
            who = who_asks(exchange.params, self._pbx.facts)
            waited = self._shared.patience
            if not _is_late(exchange) or who in waited or len(waited) >= _MOST_PATIENCE:
                continue
            way = self._pbx.single_use
            later = await self._pbx.send(exchange.request, transport=way, within_s=LONGEST_WAIT_S)
            waited[who] = later.reply is not None

    def _never_comes(self, finding: Finding) -> bool:
        asking = (who_asks(one.params, self._pbx.facts) for one in finding.reason.exchanges)
        return any(self._shared.patience.get(who) is False for who in asking)

    # -- does it live on? ---------------------------------------------------------------

    async def _take(self, result: CaseResult, context: Context) -> None:
        """Take a result, or hold it until the endpoint has answered another request."""
        if context.if_dead is not None and result.verdict is Verdict.PASS:
            ended_at = asyncio.get_running_loop().time()
            self._held.append(_Held(result, context, context.if_dead, ended_at))
        else:
            self._publish(result)
        proven = [one for one in self._held if self._shared.answered_at >= one.ended_at]
        for one in proven:
            self._held.remove(one)
            self._publish(one.result)
        if any(self._shared.silent_at >= one.ended_at for one in self._held):
            await self._settle()

    async def _settle(self) -> None:
        """Ask whether the endpoint still answers, and decide what is held."""
        held, self._held = self._held, []
        if not held:
            return
        case = held[-1].result.case
        try:
            probe = await Context(case, self._pbx, self._shared).probe()
        except (Foreseen, Stopped):
            # Strangers are never answered in time: that is told already, and no death.
            for one in held:
                self._publish(one.result)
            return
        dead = probe.reply is None or probe.reply.status >= _SERVER_ERROR
        for one in held:
            if not dead:
                self._publish(one.result)
                continue
            finding = one.if_dead(probe)
            result = replace(
                one.result,
                verdict=one.result.case.requirement.verdict(finding.saw),
                finding=finding,
                exchanges=(*one.result.exchanges, probe),
            )
            self._publish(self._weighed(result))

    def _publish(self, result: CaseResult) -> None:
        self.results.append(result)
        self._tell(CaseFinished(result=result))

    # -- throttles and bans --------------------------------------------------------------

    async def _verify_ban(self) -> None:
        """Tell a ban, under which nobody is answered, from requests that deserved no answer."""
        known_good = self._shared.known_good
        if known_good is None or not self._shared.suspects_ban:
            return
        for _ in range(_PROBES):
            try:
                probe = await self._pbx.send(known_good, transport=self._pbx.single_use)
            except EndpointError:
                return  # nobody listens any more: that is no ban
            if probe.reply is not None:
                self._shared.not_shut_out()
            if probe.reply is not None or not _was_shut(probe):
                return
        if self._shared.stop is None:  # which another case may have seen meanwhile
            self._shared.shut_out(asyncio.get_running_loop().time())

    def _revise(self) -> None:
        """Take back what cases came to because the endpoint would not be asked any more."""
        stop, limited = self._shared.stop, self._shared.limited
        for place, result in enumerate(self.results):
            finding = None
            if stop is not None and _met(stop, result):
                finding = _stopped(stop)
            elif limited is not None and self._met_a_limit(limited, result):
                finding = not_applicable(
                    "not tested: the endpoint limits how often one number may call; "
                    "--calls-per-minute 15 stays below it",
                    ReasonKind.STOPPED,
                )
            if finding is not None:
                self.results[place] = replace(
                    result, verdict=Verdict.NOT_APPLICABLE, finding=finding
                )

    def _met_a_limit(self, limited: Limited, result: CaseResult) -> bool:
        """Tell whether a caller was answered in a case as those are who call too often."""
        if result.verdict in _HARMLESS or result.case.closing:
            return False
        return any(
            one.instruction == limited.instruction
            and entered(one.params, self._pbx.facts) in (Entered.NOTHING, Entered.OWN_ORDER)
            for one in result.exchanges
        )


_SERVER_ERROR = 500
_HARMLESS = (Verdict.PASS, Verdict.NOT_APPLICABLE, Verdict.ERROR)


def _first_of_each(cases: Sequence[Case]) -> list[Case]:
    """Put one case of each requirement first: if time is short, the others are left out."""
    seen: set[str] = set()
    firsts: list[Case] = []
    others: list[Case] = []
    for case in cases:
        (others if case.requirement.id in seen else firsts).append(case)
        seen.add(case.requirement.id)
    return firsts + others


def _is_late(exchange: Exchange) -> bool:
    return exchange.failure is not None and exchange.failure.observed in LATE_KINDS


def _was_late(result: CaseResult) -> bool:
    """Tell whether a case did not pass, and something in it came late."""
    fine = result.verdict in (Verdict.PASS, Verdict.ERROR)
    return not fine and any(map(_is_late, result.exchanges))


def _was_shut(exchange: Exchange) -> bool:
    return not _is_late(exchange) and exchange.failure is not None


def _stopped(stop: Stop) -> Finding:
    """Say why a case is not tried, or was tried in vain."""
    if stop.kind is StopKind.SHUT_OUT:
        return not_applicable(
            f"not tried: after {stop.requests} requests the endpoint closes every connection "
            "without an answer, as if it had banned this address",
            ReasonKind.STOPPED,
        )
    after = "" if stop.retry_after_s is None else f", Retry-After: {stop.retry_after_s:g}"
    return not_applicable(
        f"not tried: after {stop.requests} requests in {stop.seconds:.1f} s the endpoint "
        f"answers HTTP {stop.exchange.status}{after}; --max-rps {stop.advised_rps:g} asks slowly "
        "enough",
        ReasonKind.STOPPED,
    )


def _met(stop: Stop, result: CaseResult) -> bool:
    """Tell whether a case came to what it did because of the throttle or the ban."""
    if result.verdict in _HARMLESS:
        return False
    if stop.kind is StopKind.THROTTLED:
        return any(one.status == stop.exchange.status for one in result.exchanges)
    unconnected = result.finding.reason.kind is ReasonKind.NO_CONNECTION
    return unconnected or any(one.reply is None and _was_shut(one) for one in result.exchanges)


class _Limit:
    """Ends a case that comes to no end; while it waits for its turn, no time passes.

    Args:
        seconds: What it may take.
    """

    def __init__(self, seconds: float) -> None:
        self.timeout = asyncio.timeout(seconds)
        self._left_s = 0.0
        self._waiting = 0

    def without_turns(self, pbx: AsyncPbx) -> AsyncPbx:
        """Let waiting for turns, where requests are limited in number, not count."""
        wait = pbx.wait_for_turn
        if wait is None:
            return pbx

        async def wait_for_turn(turn: Turn) -> None:
            self._stop()
            try:
                await wait(turn)
            finally:
                self._go_on()

        return pbx.with_turns(wait_for_turn)

    def _stop(self) -> None:
        self._waiting += 1
        ends = self.timeout.when()
        if ends is not None:
            self._left_s = ends - asyncio.get_running_loop().time()
            self.timeout.reschedule(None)

    def _go_on(self) -> None:
        self._waiting -= 1
        if not self._waiting:
            self.timeout.reschedule(asyncio.get_running_loop().time() + self._left_s)


_CROWDS = frozenset(
    {
        *("CONC-023", "CONC-042"),
        *("ROBUST-054", "ROBUST-055", "ROBUST-056", "TLS-010"),
    }
)
"""Cases in which so many call at once, or one holds the line, that others would have to wait."""


def _is_alone(case: Case) -> bool:
    """Tell whether others would meet what a case does: guesses, another state, a crowd.

    What a script of the owner's does to their endpoint nobody knows.
    """
    is_own = case.feature is not None
    if case.guesses or case.capability == "states" or case.id in _CROWDS or case.closing or is_own:
        return True
    return case.script is not None and bool(library.find(case.script)[0].model.given)


_UNUSUAL_DIGITS = 3


def _place_of_the_lonely(case: Case) -> int:
    """Put crowds first, then what closes the run; guesses last, and unusual digits after them."""
    if not case.guesses:
        return 1 if case.closing else 0
    return _UNUSUAL_DIGITS if case.family in ("REQ", "ROBUST") else 2


_FEW = 2
"""Calls of which each matters; of a crowd some may go otherwise."""


def _if_it_took_place(finding: Finding, context: Context) -> Finding:
    """Let nothing pass that did not happen."""
    undone = [one for played in context.calls for one in played.undone if one.matters]
    if finding.saw is not Saw.SATISFIED or not undone or len(context.calls) > _FEW:
        return finding
    return not_applicable(f"not tested: {undone[0]}", ReasonKind.NEVER_TOOK_PLACE)


async def _checked(case: Case, context: Context) -> Finding:
    check = registry.check_of(case)
    if check is not None:
        return await check(context)
    if case.script is None:
        raise HarnessError(f"{case.id} has neither a check nor a script")
    played, misses = await context.play_script(case.script)
    if played.undone:
        said, kind = f"not tested: {played.undone[0]}", ReasonKind.NEVER_TOOK_PLACE
        # The owner's own script is their word that it happens; ours fits not every endpoint.
        return untestable(said, kind) if case.feature else not_applicable(said, kind)
    if not misses:
        return satisfied()
    asked = next(
        call.exchanges for call, its in zip(played.calls, played.misses, strict=True) if its
    )
    # What a call came to last tells best what became of it.
    return missed(misses, blamed=tuple(one for one in reversed(asked) if not one.injected))
