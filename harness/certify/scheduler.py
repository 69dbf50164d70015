"""Runs cases: in which order, which side by side, and what is known when it is broken off.

No verdict depends on the order in which others ran. Cases that measure time run alone and
first; those that change the endpoint's state run alone, and those that guess orders last,
for a good endpoint locks out a courier who guesses.
"""

import asyncio
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from harness.certify import registry
from harness.certify.applicability import inapplicable
from harness.certify.context import CommonCalls, Context
from harness.certify.model import Case, CaseResult, Verdict
from harness.certify.reasons import (
    Finding,
    ReasonKind,
    check_failed,
    missed,
    satisfied,
    untestable,
    violated,
)
from mockpbx.async_pbx import AsyncPbx
from mockpbx.callscript import library
from mockpbx.drivers.turns import Turn
from mockpbx.errors import EndpointError, HarnessError, UsageError

GUESSES_FORGOTTEN = "guesses forgotten"
"""The state, where there is a states address, before a case that guesses."""

MOST_WAITS = 200
"""Deadlines that a case may take: some three times as many as any case sends one by one."""
_AT_LEAST_S = 60.0
"""Where the deadline is short, calls and connections take their time all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStarted:
    """A case is in hand."""

    case: Case


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFinished:
    """A case is done."""

    result: CaseResult


RunEvent = CaseStarted | CaseFinished


class Certifier:
    """Runs a selection of cases against one endpoint.

    Args:
        pbx: Reaches the endpoint, and is open.
        tell: Called with every event.
        jobs: Cases run at once.
        limit_s: Real seconds after which a case is broken off; by default `MOST_WAITS` deadlines.

    Attributes:
        results: What is done so far, in the order in which it was done.
    """

    def __init__(
        self,
        pbx: AsyncPbx,
        *,
        tell: Callable[[RunEvent], None],
        jobs: int,
        limit_s: float | None = None,
    ) -> None:
        self._pbx = pbx
        self._common = CommonCalls()
        allowed_s = MOST_WAITS * pbx.endpoint.deadline_s
        self._limit_s = limit_s or max(allowed_s, _AT_LEAST_S)
        self._tell = tell
        self._slots = asyncio.Semaphore(jobs)
        self.results: list[CaseResult] = []

    async def run(self, cases: Sequence[Case]) -> None:
        """Run cases to their end.

        Raises:
            UsageError: The endpoint cannot be put into a state.
        """
        timed = [case for case in cases if case.family == "TIME"]
        last = [case for case in cases if case not in timed and _is_alone(case)]
        alone = {case.id for case in [*timed, *last]}
        await self._forget_guesses()
        for case in timed:
            await self._run(case)
        async with asyncio.TaskGroup() as group:
            for case in cases:
                if case.id not in alone:
                    group.create_task(self._run(case))
        for case in sorted(last, key=lambda case: case.guesses > 0):
            await self._forget_guesses()
            await self._run(case)
        await self._forget_guesses()

    async def _forget_guesses(self) -> None:
        facts = self._pbx.facts
        if self._pbx.has_states and "courier" in facts:
            await self._pbx.put_into_state(GUESSES_FORGOTTEN, {"courier": facts["courier"]})

    async def _run(self, case: Case) -> None:
        async with self._slots:
            self._tell(CaseStarted(case=case))
            result = await self._result(case)
            self.results.append(result)
            self._tell(CaseFinished(result=result))

    async def _result(self, case: Case) -> CaseResult:
        endpoint = self._pbx.endpoint
        lack = inapplicable(case, endpoint.facts, endpoint.capabilities, endpoint.own_line)
        if lack is not None:
            return CaseResult(case=case, verdict=Verdict.NOT_APPLICABLE, finding=lack)
        limit = _Limit(self._limit_s)
        context = Context(case, limit.without_turns(self._pbx), self._common)
        began = time.monotonic()
        finding = await self._finding(case, context, limit)
        return CaseResult(
            case=case,
            verdict=case.requirement.verdict(finding.saw),
            finding=finding,
            duration_s=time.monotonic() - began,
            exchanges=tuple(context.exchanges),
            calls=tuple(context.calls),
        )

    async def _finding(self, case: Case, context: Context, limit: "_Limit") -> Finding:
        """Run a check, also where it breaks down or never ends."""
        try:
            async with limit.timeout:
                return await _checked(case, context)
        except EndpointError as error:
            return violated(expected="an answer", received=str(error))
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


def _is_alone(case: Case) -> bool:
    """Tell whether others would meet what a case does: guesses, another state, a crowd.

    What a script of the owner's does to their endpoint nobody knows.
    """
    is_own = case.feature is not None
    if case.guesses or case.capability == "states" or case.family == "CONC" or is_own:
        return True
    return case.script is not None and bool(library.find(case.script)[0].model.given)


async def _checked(case: Case, context: Context) -> Finding:
    check = registry.check_of(case)
    if check is not None:
        return await check(context)
    if case.script is None:
        raise HarnessError(f"{case.id} has neither a check nor a script")
    _, misses = await context.play_script(case.script)
    return missed(misses) if misses else satisfied()
