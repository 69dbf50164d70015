"""Opens endpoints in processes of their own, and runs cases against them."""

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import IO

from harness.certify import checks, registry
from harness.certify.model import Case, CaseResult
from harness.certify.scheduler import Certifier
from harness.certify.shared import Shared
from mockpbx.async_pbx import AsyncPbx
from mockpbx.core.scenario import Scenario
from mockpbx.manifest import endpoint as known
from mockpbx.scenario import library as scenarios
from mockpbx.wire.request import Profile
from tests.broken_endpoints.base import PATH, STATES_PATH
from tests.broken_endpoints.certificates import AUTHORITY, HOST, write_all
from tests.broken_endpoints.register import Endpoint, Style

_FOLDER = Path(__file__).parent
_ENDS_WITHIN_S = 10.0

checks.load()


@dataclass(frozen=True, slots=True)
class _Host:
    """A process that opens endpoints."""

    process: "subprocess.Popen[str]"
    log: IO[bytes]

    def port(self, order: str = "") -> int:
        """Order an endpoint, unless the process knows already which, and give its port."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        if order:
            self.process.stdin.write(f"{order}\n")
            self.process.stdin.flush()
        told = self.process.stdout.readline()
        if not told:
            self.log.seek(0)
            raise RuntimeError(f"no endpoint was opened: {self.log.read().decode()[-2000:]}")
        return int(told)


class Workshop:
    """Opens endpoints; a context manager, which ends every process that it started."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._python: _Host | None = None
        self._folder = Path()

    def __enter__(self) -> "Workshop":
        """Make certificates; processes are started when they are wanted."""
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="endpoints-"))
        self._folder = Path(folder)
        write_all(self._folder)
        return self

    def __exit__(self, *_error: object) -> None:
        """End the processes."""
        self._stack.close()

    @property
    def ca_file(self) -> str:
        """Where the authority is kept that the endpoints' certificates come from."""
        return str(self._folder / AUTHORITY)

    def open(self, endpoint: Endpoint) -> str:
        """Open a fresh endpoint and give its origin."""
        if endpoint.style is Style.NODE:
            # Each in a process of its own: some of them die.
            command = ["node", str(_FOLDER / "node" / "line.js"), endpoint.name]
            return f"http://{HOST}:{self._start(command).port()}"
        if self._python is None:
            self._python = self._start([sys.executable, str(_FOLDER / "host.py")])
        kind = endpoint.certificate
        order = f"{endpoint.name}\t{kind.path(self._folder)}" if kind else endpoint.name
        return f"{'https' if kind else 'http'}://{HOST}:{self._python.port(order)}"

    def _start(self, command: list[str]) -> _Host:
        return self._stack.enter_context(_running(command))


@contextmanager
def _running(command: list[str]) -> Iterator[_Host]:
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        )
        try:
            yield _Host(process, log)
        finally:
            _end(process)


def _end(process: "subprocess.Popen[str]") -> None:
    """Close its input, which ends it; it may be dead already."""
    try:
        process.communicate(timeout=_ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


@cache
def _scenario() -> Scenario:
    return scenarios.load("courier-line")


def target(endpoint: Endpoint, origin: str, ca_file: str) -> known.Endpoint:
    """Return what the manifest of an endpoint would say."""
    scenario = replace(_scenario(), deadline_s=endpoint.deadline_s)
    return known.Endpoint(
        profile=Profile(url=origin + PATH, method=endpoint.method, dialect=endpoint.dialect),
        scenario=scenario,
        facts=endpoint.facts,
        states_url=origin + STATES_PATH if endpoint.states else None,
        ca_file=ca_file if endpoint.certificate else None,
        names_scenario=True,
        declares_deadline=True,
    )


def certify(
    workshop: Workshop, endpoint: Endpoint, only: Collection[str] | None = None
) -> list[CaseResult]:
    """Open an endpoint and run cases against it: the given ones, or all there are."""
    cases = [case for case in registry.cases().values() if only is None or case.id in only]
    where = target(endpoint, workshop.open(endpoint), workshop.ca_file)
    return asyncio.run(_certified(where, cases, endpoint.jobs))


async def _certified(where: known.Endpoint, cases: list[Case], jobs: int) -> list[CaseResult]:
    async with AsyncPbx(where) as pbx:
        shared = Shared(pbx.facts, recovery_s=0.1)
        certifier = Certifier(pbx, shared, tell=lambda _event: None, jobs=jobs)
        await certifier.run(cases)
    return certifier.results
