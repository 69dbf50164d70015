"""One certification from its first case to its last, also when it is broken off."""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from fnmatch import fnmatchcase
from importlib.metadata import version

from harness.certify import registry
from harness.certify.model import Case, CaseResult, Run
from harness.certify.scheduler import Certifier, RunEvent
from harness.doctor import preflight
from mockpbx.async_pbx import AsyncPbx
from mockpbx.errors import PbxError, UsageError
from mockpbx.manifest.endpoint import Endpoint


def select(cases: Sequence[Case], only: Sequence[str], skip: Sequence[str]) -> tuple[Case, ...]:
    """Choose cases by ids, families or patterns: ``REPLY-010``, ``REPLY``, ``SEQ-0*``.

    Raises:
        UsageError: A word matches no case, or nothing is left.
    """
    wanted = _matching(cases, only) if only else {case.id for case in cases}
    left_out = _matching(cases, skip)
    chosen = [case for case in cases if case.id in wanted - left_out]
    if not chosen:
        raise UsageError("--skip leaves no case to run")
    return tuple(chosen)


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


class Certification:
    """Runs cases against a endpoint and makes the result of whatever was done.

    Args:
        endpoint: The endpoint.
        cases: What is tried.
        tell: Told of every event.
        jobs: Cases run at once.
        max_rps: Requests a second at most.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        cases: Sequence[Case],
        *,
        tell: Callable[[RunEvent], None],
        jobs: int,
        max_rps: float | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._cases = cases
        self._tell = tell
        self._jobs = jobs
        self._max_rps = max_rps
        self._results: list[CaseResult] = []
        self._aborted: str | None = None
        self.error: PbxError | None = None

    async def run(self) -> Run:
        """Run to the end, or until it is broken off; the result holds what was done.

        Ctrl-C, a description that cannot be true and an endpoint that is not there, or
        cannot be put into a state, end the run early. The attribute `error` keeps what did,
        if it was an error.
        """
        started, began = datetime.now(UTC), time.monotonic()
        try:
            await self._run()
        except asyncio.CancelledError:
            self._aborted = "interrupted"
        except PbxError as error:
            self.error = error
            self._aborted = str(error)
        return Run(
            url=self._endpoint.profile.url,
            manifest=self._endpoint.summary(),
            started=started.isoformat(timespec="seconds"),
            duration_s=time.monotonic() - began,
            results=self._in_order(),
            digest=registry.digest(),
            version=version("pbx-harness"),
            aborted=self._aborted,
            named=self._endpoint.named,
        )

    async def _run(self) -> None:
        await preflight.require(self._endpoint)
        async with AsyncPbx(self._endpoint, max_rps=self._max_rps) as pbx:
            certifier = Certifier(pbx, tell=self._tell, jobs=self._jobs)
            self._results = certifier.results
            await certifier.run(self._cases)

    def _in_order(self) -> tuple[CaseResult, ...]:
        """Put results in the order of the cases, whatever was done first."""
        places = {case.id: place for place, case in enumerate(self._cases)}
        return tuple(sorted(self._results, key=lambda result: places[result.case.id]))
