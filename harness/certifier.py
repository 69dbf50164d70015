"""Runs cases: in which order, which side by side, and what is known when it is broken off.

No verdict depends on the order in which others ran. Cases that measure time run alone and
first; those that change the endpoint's state run alone, and those that guess orders last,
for a good endpoint locks out a courier who guesses.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from harness import registry
from harness.context import Bench, Context
from harness.model import Case, CaseResult, Finding, Saw, Verdict, broken, kept, untestable
from mockpbx.callscript import library
from mockpbx.errors import EndpointError, UsageError

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
        bench: What all checks share.
        capabilities: What the endpoint declares: ``https``, ``states``, its methods.
        tell: Told of every event.
        jobs: Cases run at once.
        limit_s: Real seconds after which a case is broken off; by default `MOST_WAITS` deadlines.

    Attributes:
        results: What is done so far, in the order in which it was done.
    """

    def __init__(
        self,
        bench: Bench,
        *,
        capabilities: frozenset[str],
        tell: Callable[[RunEvent], None],
        jobs: int,
        limit_s: float | None = None,
    ) -> None:
        self._bench = bench
        allowed_s = MOST_WAITS * bench.setting.scenario.deadline_s
        self._limit_s = limit_s or max(allowed_s, _AT_LEAST_S)
        self._capabilities = capabilities
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
        put, facts = self._bench.setting.put_into_state, self._bench.facts
        if put is not None and "courier" in facts:
            await put(GUESSES_FORGOTTEN, {"courier": facts["courier"]})

    async def _run(self, case: Case) -> None:
        async with self._slots:
            self._tell(CaseStarted(case=case))
            result = await self._result(case)
            self.results.append(result)
            self._tell(CaseFinished(result=result))

    async def _result(self, case: Case) -> CaseResult:
        reason = inapplicable(case, self._bench.facts, self._capabilities)
        if reason is not None:
            finding = Finding(saw=Saw.NOT_APPLICABLE, received=reason)
            return CaseResult(case=case, verdict=Verdict.NOT_APPLICABLE, finding=finding)
        limit = _Limit(self._limit_s)
        context = Context(case, limit.without_turns(self._bench))
        began = time.monotonic()
        finding, verdict = await self._judged(case, context, limit)
        return CaseResult(
            case=case,
            verdict=verdict,
            finding=finding,
            duration_s=time.monotonic() - began,
            exchanges=tuple(context.exchanges),
            calls=tuple(context.calls),
        )

    async def _judged(
        self, case: Case, context: Context, limit: "_Limit"
    ) -> tuple[Finding, Verdict]:
        """Run a check, and say what it comes to, also where it breaks down or never ends."""
        try:
            async with limit.timeout:
                finding = await _checked(case, context)
        except EndpointError as error:
            finding = broken(expected="an answer", received=str(error))
        except UsageError as error:
            finding = untestable(str(error))
        except Exception as error:
            if not limit.timeout.expired():
                received = f"{type(error).__name__}: {error}"
                return Finding(saw=Saw.BROKEN, received=received), Verdict.ERROR
            finding = untestable(
                f"the case came to no end: it was broken off after {self._limit_s:g} s, "
                f"when {len(context.exchanges)} of its requests had ended"
            )
        return finding, case.requirement.verdict(finding.saw)


class _Limit:
    """Ends a case that comes to no end; while it waits for its turn, no time passes.

    Args:
        seconds: What it may take.
    """

    def __init__(self, seconds: float) -> None:
        self.timeout = asyncio.timeout(seconds)
        self._left_s = 0.0
        self._waiting = 0

    def without_turns(self, bench: Bench) -> Bench:
        """Let waiting for turns, where requests are limited in number, not count."""
        wait = bench.setting.wait_for_turn
        if wait is None:
            return bench

        async def wait_for_turn() -> None:
            self._stop()
            try:
                await wait()
            finally:
                self._go_on()

        return replace(bench, setting=replace(bench.setting, wait_for_turn=wait_for_turn))

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


def inapplicable(case: Case, facts: Collection[str], capabilities: Collection[str]) -> str | None:
    """Say why a case cannot be judged; None if it can.

    Args:
        case: The case.
        facts: Names of what is known of the endpoint.
        capabilities: What it declares: ``https``, ``states``, its methods.
    """
    missing = sorted(facts_needed(case) - set(facts))
    if missing:
        return f"needs the fact {', '.join(missing)} in [facts]"
    if case.capability is not None and case.capability not in capabilities:
        return f"the endpoint does not declare {case.capability}"
    return None


def _is_alone(case: Case) -> bool:
    """Tell whether others would meet what a case does: guesses, another state, a crowd."""
    if case.guesses or case.capability == "states" or case.family == "CONC":
        return True
    return case.script is not None and bool(library.find(case.script)[0].model.given)


def facts_needed(case: Case) -> frozenset[str]:
    """Name the facts that a case needs, those of its script included."""
    if case.script is None:
        return case.needs
    (script,) = library.find(case.script)
    return case.needs | script.needs


async def _checked(case: Case, context: Context) -> Finding:
    check = registry.check_of(case)
    if check is not None:
        return await check(context)
    if case.script is None:
        return Finding(saw=Saw.UNTESTABLE, received="this case has neither a check nor a script")
    _, misses = await context.play_script(case.script)
    if not misses:
        return kept()
    expected = "; ".join(f"{miss.what}: {miss.expected}" for miss in misses)
    return broken(expected=expected, received="; ".join(miss.received for miss in misses))
