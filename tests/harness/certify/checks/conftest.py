"""Tiny endpoints, correct and broken, and what the checks say of them.

An endpoint is a function of what it is asked::

    def forgets_the_order(asked: Asked) -> Said:
        return {"returned_code": 1}

    url = endpoint(forgets_the_order)
    assert verdict_of("SEQ-001", url) is Verdict.FAIL

`courier_line` is the correct one; a broken one usually calls it and spoils what it says.
"""

import asyncio
import importlib
import json
import pkgutil
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

import pytest

import harness.certify.checks
from harness.certify import registry
from harness.certify.model import Case, CaseResult, Verdict
from harness.certify.scheduler import Certifier
from harness.certify.shared import Shared
from mockpbx.async_pbx import AsyncPbx
from mockpbx.core.scenario import Scenario
from mockpbx.manifest.endpoint import Endpoint
from mockpbx.scenario import library as scenarios
from mockpbx.wire.request import Profile

FACTS = {
    "virtual_number": "74951234567",
    "courier": "79161110001",
    "order": "10523",
    "customer": "79175968108",
    "foreign_order": "10777",
    "foreign_customer": "79262220002",
    "unknown_order": "99999",
    "stranger": "79990000009",
}
"""What is true behind `courier_line`."""

Pieces = tuple[bytes | float | None, ...]
"""Bytes to send, seconds to pause; None waits until the PBX is gone."""
Said = Mapping[str, Any] | str | bytes | Pieces
"""An instruction, or a body; or the bytes of a whole answer, after which the connection is
closed, at once or in pieces."""

_NOTHING_ENTERED = (None, "", "None")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as an endpoint sees it; `nth` counts from 1."""

    nth: int
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    parameters: Mapping[str, str]

    @property
    def caller(self) -> str:
        return self.parameters.get("numa", "")

    @property
    def digits(self) -> str | None:
        entered = self.parameters.get("input_result")
        return None if entered in _NOTHING_ENTERED else entered

    @property
    def session(self) -> str | None:
        return self.parameters.get("cdr_id") or self.parameters.get("call_session_id")


Answer = Callable[[Asked], Said]


def _courier_line(asked: Asked) -> Mapping[str, Any]:
    if asked.caller != FACTS["courier"]:
        return {"returned_code": 2}
    if asked.digits is None:
        return {"returned_code": 1}
    if asked.digits == FACTS["order"]:
        return {"phones": [FACTS["customer"]], "operator_message": "order.mp3"}
    return {"returned_code": 3}


def _http_answer(
    content: Mapping[str, Any] | str | bytes,
    *headers: str,
    status: str = "200 OK",
    version: str = "HTTP/1.1",
) -> bytes:
    if isinstance(content, Mapping):
        content = json.dumps(content, ensure_ascii=False)
    body = content.encode() if isinstance(content, str) else content
    named = {header.partition(":")[0].lower() for header in headers}
    lines = [f"{version} {status}", *headers]
    if "content-type" not in named:
        lines.append("Content-Type: application/json")
    if not named & {"content-length", "transfer-encoding"}:
        lines.append(f"Content-Length: {len(body)}")
    if "connection" not in named:
        lines.append("Connection: close")
    # An empty value leaves the header out.
    kept = [line for line in lines if not line.endswith(": ")]
    return "\r\n".join(kept).encode() + b"\r\n\r\n" + body


def _parameters(target: str, headers: Mapping[str, str], body: bytes) -> dict[str, str]:
    query = dict(parse_qsl(urlsplit(target).query, keep_blank_values=True))
    if not body:
        return query
    if "json" in headers.get("content-type", ""):
        with suppress(ValueError):  # half a body holds no parameters
            given: dict[str, str] = json.loads(body)
            return query | given
        return query
    return query | dict(parse_qsl(body.decode(), keep_blank_values=True))


async def _asked(reader: asyncio.StreamReader, number: Iterator[int]) -> Asked | None:
    """Read one request; None once the PBX has closed the connection."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line, *lines = head.rstrip("\r\n").split("\r\n")
        pairs = (header.partition(":") for header in lines)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    except (asyncio.IncompleteReadError, OSError):
        return None
    method, target, _ = line.split(" ")
    return Asked(
        nth=next(number),
        method=method,
        target=target,
        headers=headers,
        body=body,
        parameters=_parameters(target, headers, body),
    )


async def _until_gone(reader: asyncio.StreamReader) -> None:
    with suppress(OSError):
        while await reader.read(65536):
            pass


@dataclass(slots=True)
class _Endpoint:
    answer: Answer
    url: str = ""
    server: asyncio.Server | None = None
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    number: Iterator[int] = field(default_factory=lambda: count(1))
    problems: list[BaseException] = field(default_factory=list)

    async def open(self) -> None:
        self.server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        port = self.server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/crm_integration"

    async def close(self) -> None:
        if self.server is not None:
            self.server.close()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.tasks.add(asyncio.create_task(self._serve(reader, writer)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (asked := await _asked(reader, self.number)) is not None:
                if not await self._reply(asked, reader, writer):
                    return
        except OSError:
            pass  # the PBX closed the connection while we were writing
        except Exception as problem:
            self.problems.append(problem)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _reply(
        self, asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Send what the endpoint says; tell whether the connection stays."""
        said = self.answer(asked)
        stays = not isinstance(said, bytes | tuple) and asked.headers.get("connection") != "close"
        if isinstance(said, Mapping | str):
            said = _http_answer(said, f"Connection: {'keep-alive' if stays else 'close'}")
        for piece in said if isinstance(said, tuple) else (said,):
            match piece:
                case bytes():
                    writer.write(piece)
                    await writer.drain()
                case None:
                    await _until_gone(reader)
                case pause:
                    await asyncio.sleep(pause)
        return stays


@pytest.fixture(scope="session")
def _serving() -> Iterator[asyncio.AbstractEventLoop]:
    """Run the loop of all endpoints in a thread: the checks have a loop of their own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


class OpenEndpoint(Protocol):
    """Opens an endpoint on the loopback and gives its address."""

    def __call__(self, answer: Answer) -> str: ...


@pytest.fixture
def endpoint(_serving: asyncio.AbstractEventLoop) -> Iterator[OpenEndpoint]:
    """Open endpoints; they are closed after the test."""
    opened_here: list[_Endpoint] = []

    def run(work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, _serving).result(30)

    def open_one(answer: Answer) -> str:
        one = _Endpoint(answer)
        run(one.open())
        opened_here.append(one)
        return one.url

    yield open_one
    for one in opened_here:
        run(one.close())
        assert not one.problems


@pytest.fixture(scope="session")
def courier_line() -> Callable[[Asked], Mapping[str, Any]]:
    """Return the answers of a plain and correct endpoint."""
    return _courier_line


class Spell(Protocol):
    """Spells a whole answer, correct but for what is given."""

    def __call__(
        self,
        content: Mapping[str, Any] | str | bytes,
        *headers: str,
        status: str = "200 OK",
        version: str = "HTTP/1.1",
    ) -> bytes: ...


@pytest.fixture(scope="session")
def http_answer() -> Spell:
    """Spell whole answers."""
    return _http_answer


class Certify(Protocol):
    """Runs the cases whose ids begin so, and gives their results by id."""

    def __call__(
        self,
        prefix: str,
        url: str,
        *,
        profile: Mapping[str, Any] = ...,
        deadline_s: float = ...,
        scenario: Scenario | None = ...,
        states_url: str | None = ...,
        **facts: str | None,
    ) -> dict[str, CaseResult]: ...


@pytest.fixture(scope="session")
def results_of() -> Certify:
    """Certify an endpoint; facts replace those of `courier_line`, None withholds one."""
    for module in pkgutil.iter_modules(harness.certify.checks.__path__, "harness.certify.checks."):
        importlib.import_module(module.name)

    def certify(
        prefix: str,
        url: str,
        *,
        profile: Mapping[str, Any] = {},
        deadline_s: float = 5.0,
        scenario: Scenario | None = None,
        states_url: str | None = None,
        **facts: str | None,
    ) -> dict[str, CaseResult]:
        cases = [case for case in registry.cases().values() if case.id.startswith(prefix)]
        target = Endpoint(
            profile=replace(Profile(url=url), **profile),
            scenario=replace(scenario or _scenario(), deadline_s=deadline_s),
            states_url=states_url,
            names_scenario=True,
            declares_deadline=True,
            facts={name: value for name, value in {**FACTS, **facts}.items() if value is not None},
        )
        results = asyncio.run(_bounded(_certified(target, cases)))
        return {result.case.id: result for result in results}

    return certify


@cache
def _scenario() -> Scenario:
    return scenarios.load("courier-line")


async def _bounded(work: Awaitable[list[CaseResult]]) -> list[CaseResult]:
    async with asyncio.timeout(100):
        return await work


async def _certified(target: Endpoint, cases: list[Case]) -> list[CaseResult]:
    async with AsyncPbx(target) as pbx:
        shared = Shared(pbx.facts, recovery_s=0.1)
        certifier = Certifier(pbx, shared, tell=lambda _event: None, jobs=4)
        await certifier.run(cases)
    return certifier.results


class ResultOf(Protocol):
    """Runs one case; see `Certify` for what may be said of the endpoint."""

    def __call__(self, case_id: str, url: str, **setup: Any) -> CaseResult: ...


@pytest.fixture(scope="session")
def result_of(results_of: Certify) -> ResultOf:
    """Run one case."""

    def run(case_id: str, url: str, **setup: Any) -> CaseResult:
        return results_of(case_id, url, **setup)[case_id]

    return run


class VerdictOf(Protocol):
    """Runs one case and gives its verdict."""

    def __call__(self, case_id: str, url: str, **setup: Any) -> Verdict: ...


@pytest.fixture(scope="session")
def verdict_of(result_of: ResultOf) -> VerdictOf:
    """Run one case and give its verdict."""

    def run(case_id: str, url: str, **setup: Any) -> Verdict:
        return result_of(case_id, url, **setup).verdict

    return run


class BlamedBy(Protocol):
    """Certifies an endpoint and gives what is neither passed nor inapplicable, by id."""

    def __call__(self, prefix: str, url: str, **setup: Any) -> dict[str, Verdict]: ...


@pytest.fixture(scope="session")
def blamed_by(results_of: Certify) -> BlamedBy:
    """Find the cases that an endpoint does not pass."""

    def find(prefix: str, url: str, **setup: Any) -> dict[str, Verdict]:
        results = results_of(prefix, url, **setup)
        assert results
        return {
            case_id: result.verdict
            for case_id, result in results.items()
            if result.verdict not in (Verdict.PASS, Verdict.NOT_APPLICABLE)
        }

    return find
