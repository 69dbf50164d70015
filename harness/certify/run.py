"""One certification from its first case to its last, also when it is broken off."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from enum import Enum
from fnmatch import fnmatchcase
from importlib.metadata import version

from harness.certify import registry
from harness.certify.levels import level_of
from harness.certify.model import Case, CaseResult, Run
from harness.certify.scheduler import Certifier, RunEvent
from harness.certify.shared import Shared
from harness.doctor import preflight
from mockpbx.async_pbx import AsyncPbx
from mockpbx.drivers.turns import Pacing
from mockpbx.errors import PbxError, UsageError
from mockpbx.manifest.endpoint import Endpoint


class Dose(Enum):
    """How much is tried."""

    FULL = "full"
    SMALL = "small"
    """One case of each requirement, nothing hostile and no crowd: for an endpoint in use."""


_HARMLESS = ("REQ", "REPLY", "TIME", "SEQ", "PRIV", "TLS", "FALLBACK")


def select(
    cases: Sequence[Case], only: Sequence[str], skip: Sequence[str], dose: Dose = Dose.FULL
) -> tuple[Case, ...]:
    """Choose cases by ids, families or patterns: ``REPLY-010``, ``REPLY``, ``SEQ-0*``.

    Raises:
        UsageError: A word matches no case, or nothing is left.
    """
    wanted = _matching(cases, only) if only else {case.id for case in cases}
    left_out = _matching(cases, skip)
    chosen = [case for case in cases if case.id in wanted - left_out]
    if dose is Dose.SMALL:
        # The answers' form is seen in the same few calls, whichever cases look at it.
        first = {case.requirement.id: case for case in reversed(chosen) if not case.guesses}
        small = {case.id for case in first.values()}
        chosen = [
            case
            for case in chosen
            if case.feature or case.family == "REPLY" or (case.id in small and _is_small(case))
        ]
    if not chosen:
        raise UsageError("--skip leaves no case to run")
    return tuple(chosen)


def _is_small(case: Case) -> bool:
    return case.family in _HARMLESS and case.id not in _TWENTY_IN_A_ROW


_TWENTY_IN_A_ROW = frozenset({"TIME-002", "TIME-010", "TIME-011", "TIME-012", "TIME-020"})


def _matching(cases: Sequence[Case], words: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for word in words:
        pattern = word.upper()
        ids = {
            case.id
            for case in cases
            if case.family.upper() == pattern or fnmatchcase(case.id.upper(), pattern)
        }
        if not ids:
            raise UsageError(f"no case is called {word}; {_nearest(pattern, cases)}")
        found |= ids
    return found


def _nearest(pattern: str, cases: Sequence[Case]) -> str:
    """Say what was meant, or where to look."""
    ids = {case.id.upper(): case.id for case in cases}
    near = get_close_matches(pattern, ids, n=1, cutoff=0.8)
    return f"did you mean {ids[near[0]]}?" if near else "pbx cases lists them"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How hard a certification tries.

    Attributes:
        jobs: Cases run at once; as many as the endpoint serves side by side if None.
        pacing: How fast requests may follow one another.
        thorough: Try everything, however long it takes and however often it fails alike.
    """

    jobs: int | None = None
    pacing: Pacing = field(default_factory=Pacing)
    thorough: bool = False


class Certification:
    """Runs cases against an endpoint and makes the result of whatever was done.

    Args:
        endpoint: The endpoint.
        cases: What is tried.
        tell: Told of every event.
        effort: How hard it tries.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        cases: Sequence[Case],
        *,
        tell: Callable[[RunEvent], None],
        effort: Effort,
    ) -> None:
        self._endpoint = endpoint.with_derived_facts()
        self._cases = cases
        self._tell = tell
        self._effort = effort
        self._shared: Shared | None = None
        self._results: list[CaseResult] = []
        self._aborted: str | None = None
        self._started = datetime.now(UTC)
        self.error: PbxError | None = None

    async def run(self, cases: Sequence[Case] | None = None) -> Run:
        """Run cases to the end, or until it is broken off; the result holds all that was done.

        Ctrl-C, a description that cannot be true and an endpoint that is not there, or
        cannot be put into a state, end the run early. The attribute `error` keeps what did,
        if it was an error.

        Args:
            cases: Some of the cases, where something else comes between them; all if None.
        """
        began = time.monotonic()
        try:
            await self._run(self._cases if cases is None else cases)
        except asyncio.CancelledError:
            self._aborted = "interrupted"
        except PbxError as error:
            self.error = error
            self._aborted = str(error)
        return Run(
            url=self._endpoint.profile.url,
            manifest=self._endpoint.summary(),
            started=self._started.isoformat(timespec="seconds"),
            duration_s=time.monotonic() - began,
            results=self._in_order(),
            digest=registry.digest(),
            version=version("pbx-harness"),
            aborted=self._aborted,
            named=self._endpoint.named,
            endpoint=self._endpoint,
            level=level_of(self._endpoint, self._results),
            stopped=self._shared.stop if self._shared else None,
            existing=len(registry.cases()),
        )

    async def _run(self, cases: Sequence[Case]) -> None:
        if self._shared is None:
            found = await preflight.require(self._endpoint, self._effort.pacing)
            asked = (exchange for diagnosis in found for exchange in diagnosis.exchanges)
            self._shared = Shared(
                self._endpoint.facts, first=next(asked, None), thorough=self._effort.thorough
            )
        async with AsyncPbx(self._endpoint, pacing=self._effort.pacing) as pbx:
            certifier = Certifier(pbx, self._shared, tell=self._tell, jobs=self._effort.jobs)
            try:
                await certifier.run(cases)
            finally:
                self._results += certifier.results

    def _in_order(self) -> tuple[CaseResult, ...]:
        """Put results in the order of the cases, whatever was done first."""
        places = {case.id: place for place, case in enumerate(self._cases)}
        return tuple(sorted(self._results, key=lambda result: places[result.case.id]))
