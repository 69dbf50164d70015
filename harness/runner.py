"""Replays call scripts against an endpoint, one after another or side by side."""

import asyncio
import itertools
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from mockpbx.callscript.library import Script
from mockpbx.callscript.variables import Facts
from mockpbx.drivers.play import Performance, Setting, play


class Verdict(Enum):
    """What came of a script."""

    AS_EXPECTED = "as-expected"
    MISSED = "missed"
    NOT_APPLICABLE = "not-applicable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A script and what came of it.

    Attributes:
        script: The script as written.
        verdict: What came of it.
        reason: Why it was not applicable, if it was not.
        missing: Facts for want of which it was not applicable.
        performance: What happened, if it was played.
        duration_s: Real seconds that it took.
    """

    script: Script
    verdict: Verdict
    reason: str | None = None
    missing: tuple[str, ...] = ()
    performance: Performance | None = None
    duration_s: float = 0.0


def session_ids() -> Callable[[], str]:
    """Give a source of session ids that no earlier run has used.

    They are numbers, as in the documentation's sample, counted up from the millisecond.
    """
    counter = itertools.count(time.time_ns() // 1_000_000)
    return lambda: str(next(counter))


def inapplicable(script: Script, facts: Facts, setting: Setting) -> str | None:
    """Say why a script cannot be played; None if it can."""
    missing = script.missing(facts)
    if missing:
        return f"needs the fact {', '.join(missing)}"
    needed = [state for state in script.model.given if state.otherwise == "skip"]
    if needed and setting.put_into_state is None:
        return f"needs the state “{needed[0].state}”, and no states address is given"
    return None


async def replay(
    scripts: Sequence[Script], facts: Facts, setting: Setting, *, jobs: int = 1
) -> AsyncGenerator[Replayed, None]:
    """Replay scripts and give them in their order, each as soon as it is done.

    A script that puts the endpoint into a state is played alone, so that it does not pull
    the rug from under another. A replay that is cancelled still gives what was done by then.

    Args:
        scripts: In the order in which they begin.
        facts: What is true behind the endpoint.
        setting: Where they are played.
        jobs: How many are played at once.

    Raises:
        UsageError: A script or the setting cannot be used.
    """
    for batch in _batches(scripts, setting, jobs):
        tasks = [asyncio.create_task(_replay(script, facts, setting)) for script in batch]
        waiting = list(tasks)
        try:
            while waiting:
                replayed = await waiting[0]
                del waiting[0]
                yield replayed
        except asyncio.CancelledError:
            for task in waiting:
                if task.done() and not task.cancelled() and task.exception() is None:
                    yield task.result()
            raise
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def _batches(scripts: Sequence[Script], setting: Setting, jobs: int) -> list[list[Script]]:
    """Group scripts that may be played at once."""
    batches: list[list[Script]] = []
    alone_before = True
    for script in scripts:
        alone = bool(script.model.given) and setting.put_into_state is not None
        if alone or alone_before or len(batches[-1]) >= jobs:
            batches.append([])
        batches[-1].append(script)
        alone_before = alone
    return batches


async def _replay(script: Script, facts: Mapping[str, str], setting: Setting) -> Replayed:
    reason = inapplicable(script, facts, setting)
    if reason is not None:
        missing = tuple(script.missing(facts))
        return Replayed(
            script=script, verdict=Verdict.NOT_APPLICABLE, reason=reason, missing=missing
        )
    began = time.monotonic()
    performance = await play(script.bind(facts), setting)
    return Replayed(
        script=script,
        verdict=Verdict.AS_EXPECTED if performance.as_expected else Verdict.MISSED,
        performance=performance,
        duration_s=time.monotonic() - began,
    )
