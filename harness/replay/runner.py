"""Replays call scripts against an endpoint, one after another or side by side."""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from enum import Enum

from mockpbx.async_pbx import AsyncPbx, ScriptResult
from mockpbx.callscript.library import Script


class ReplayVerdict(Enum):
    """What came of a script."""

    AS_EXPECTED = "as-expected"
    MISSED = "missed"
    NOT_APPLICABLE = "not-applicable"
    UNTESTABLE = "untestable"
    """What the script is about never took place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """What an endpoint does not declare and a script needs.

    Attributes:
        facts: Facts that are missing.
        state: A state that it cannot be put into; empty if that is not it.
    """

    facts: tuple[str, ...] = ()
    state: str = ""

    def __str__(self) -> str:
        """Return why the script was not played."""
        if self.facts:
            return f"needs the fact {', '.join(self.facts)}"
        return f"needs the state “{self.state}”, and no states address is given"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A script and what came of it.

    Attributes:
        script: The script as written.
        verdict: What came of it.
        lack: What was lacking, if it was not applicable.
        played: What happened, if it was played.
        duration_s: Real seconds that it took.
    """

    script: Script
    verdict: ReplayVerdict
    lack: Lack | None = None
    played: ScriptResult | None = None
    duration_s: float = 0.0


def lacking(script: Script, pbx: AsyncPbx) -> Lack | None:
    """Return what is lacking for a script to be played; None if nothing is."""
    missing = script.missing(pbx.facts)
    if missing:
        return Lack(facts=tuple(missing))
    needed = [state for state in script.model.given if state.otherwise == "skip"]
    if needed and not pbx.has_states:
        return Lack(state=needed[0].state)
    return None


async def replay(
    scripts: Sequence[Script], pbx: AsyncPbx, *, jobs: int = 1
) -> AsyncGenerator[Replayed, None]:
    """Replay scripts and give them in their order, each as soon as it is done.

    A script that puts the endpoint into a state is played alone, so that it does not pull
    the rug from under another. A replay that is cancelled still gives what was done by then.

    Args:
        scripts: In the order in which they begin.
        pbx: Reaches the endpoint, and is open.
        jobs: How many are played at once.

    Raises:
        UsageError: A script or the endpoint's address cannot be used.
    """
    for batch in _batches(scripts, pbx, jobs):
        tasks = [asyncio.create_task(_replay(script, pbx)) for script in batch]
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


def _batches(scripts: Sequence[Script], pbx: AsyncPbx, jobs: int) -> list[list[Script]]:
    """Group scripts that may be played at once."""
    batches: list[list[Script]] = []
    alone_before = True
    for script in scripts:
        alone = bool(script.model.given) and pbx.has_states
        if alone or alone_before or len(batches[-1]) >= jobs:
            batches.append([])
        batches[-1].append(script)
        alone_before = alone
    return batches


async def _replay(script: Script, pbx: AsyncPbx) -> Replayed:
    lack = lacking(script, pbx)
    if lack is not None:
        return Replayed(script=script, verdict=ReplayVerdict.NOT_APPLICABLE, lack=lack)
    began = time.monotonic()
    played = await pbx.play(script)
    return Replayed(
        script=script,
        verdict=_verdict(played),
        played=played,
        duration_s=time.monotonic() - began,
    )


def _verdict(played: ScriptResult) -> ReplayVerdict:
    if played.undone:
        return ReplayVerdict.UNTESTABLE
    return ReplayVerdict.AS_EXPECTED if played.as_expected else ReplayVerdict.MISSED
