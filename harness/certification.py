"""One certification from its first case to its last, also when it is broken off."""

import asyncio
import re
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from importlib.metadata import version

from harness import preflight, registry
from harness.certifier import Certifier, RunEvent
from harness.masking import without_secrets
from harness.model import Case, CaseResult, Run
from harness.target import Target, opened
from mockpbx.errors import PbxError, UsageError


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
            raise UsageError(f"no case is called {word}; pbx cases lists them")
        found |= ids
    return found


class Certification:
    """Runs cases against a target and makes the result of whatever was done.

    Args:
        target: The endpoint.
        cases: What is tried.
        tell: Told of every event.
        jobs: Cases run at once.
        max_rps: Requests a second at most.
    """

    def __init__(
        self,
        target: Target,
        cases: Sequence[Case],
        *,
        tell: Callable[[RunEvent], None],
        jobs: int,
        max_rps: float | None = None,
    ) -> None:
        self._target = target
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
            url=self._target.profile.url,
            manifest=manifest_of(self._target),
            started=started.isoformat(timespec="seconds"),
            duration_s=time.monotonic() - began,
            results=self._in_order(),
            digest=registry.digest(),
            version=version("pbx-harness"),
            aborted=self._aborted,
            named=self._target.named,
        )

    async def _run(self) -> None:
        await preflight.require(self._target)
        async with opened(self._target, max_rps=self._max_rps) as bench:
            certifier = Certifier(
                bench, capabilities=self._target.capabilities, tell=self._tell, jobs=self._jobs
            )
            self._results = certifier.results
            await certifier.run(self._cases)

    def _in_order(self) -> tuple[CaseResult, ...]:
        """Put results in the order of the catalogue, whatever was done first."""
        places = {case_id: place for place, case_id in enumerate(registry.cases())}
        return tuple(sorted(self._results, key=lambda result: places[result.case.id]))


def manifest_of(target: Target) -> Mapping[str, object]:
    """Say what was known of an endpoint; of headers only their names."""
    profile = target.profile
    return {
        "endpoint": {
            "url": without_secrets(profile.url),
            "method": profile.method.value,
            "dialect": profile.dialect.value,
            "deadline": f"{target.scenario.deadline_s:g}s",
            "headers": _headers(target),
        },
        "scenario": {"use": target.scenario.name},
        "facts": dict(target.facts),
        "states": {"url": without_secrets(target.states_url)} if target.states_url else None,
    }


_FROM_ENVIRONMENT = re.compile(r"([A-Za-z]+ )?\$\{[A-Za-z_][A-Za-z0-9_]*\}")


def _headers(target: Target) -> Mapping[str, str]:
    """Name the headers; a value only where it is the name of an environment variable."""
    written = target.manifest.endpoint.headers if target.manifest else {}
    shown = {name: text for name, text in written.items() if _FROM_ENVIRONMENT.fullmatch(text)}
    return {name: shown.get(name, "***") for name, _ in target.profile.headers}
