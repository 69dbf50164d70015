"""Endpoints that meet every request, however malformed, in the way a test wants.

`sturdy` is correct down to the bytes; a test replaces what it wants spoilt::

    def trips_over_quotes(request: Request) -> Reply | None:
        return Reply(status=500) if "'" in request.everything else None

    url = sturdy(trips_over_quotes)
    assert result_of("ROBUST-001", url).verdict is Verdict.FAIL
"""

import asyncio
import json
import re
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote_to_bytes, urlsplit

import pytest

COURIER, ORDER, CUSTOMER = "79161110001", "10523", "79175968108"
_REQUEST_LINE = re.compile(r"([!-~]+) (\S+) HTTP/(1\.[01])")
_METHODS = ("GET", "POST")
_THINKS_S = 0.5


class MalformedError(Exception):
    """What came is no request."""


class GoneError(Exception):
    """The other side has closed, or reset, the connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request, read leniently."""

    method: str
    target: str
    version: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def pairs(self) -> list[tuple[str, str]]:
        text = f"{urlsplit(self.target).query}&"
        if self.is_json:
            return [*_pairs(text), *_members(self.body)]
        return _pairs(text + self.body.decode("latin-1"))

    @property
    def is_json(self) -> bool:
        return "json" in self.headers.get("content-type", "")

    @property
    def parameters(self) -> dict[str, str]:
        return dict(self.pairs)

    @property
    def everything(self) -> str:
        """All values, one after another."""
        return " ".join(value for _, value in self.pairs)

    @property
    def raw(self) -> bytes:
        """Query and body, with percent signs decoded."""
        return unquote_to_bytes(self.target) + b" " + unquote_to_bytes(self.body)


def _pairs(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text, keep_blank_values=True, errors="replace")


def _members(body: bytes) -> list[tuple[str, str]]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return []
    if not isinstance(found, dict):
        return []
    return [(name, value) for name, value in found.items() if isinstance(value, str)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What an endpoint answers; `close` ends the connection without an answer."""

    content: bytes = b'{"returned_code": 2}'
    status: int = 200
    headers: tuple[str, ...] = ()
    content_type: str = "application/json"
    close: bool = False


Spoils = Callable[[Request], Reply | None]
"""Answers a request in a way of its own; None leaves it to the correct endpoint."""


def _decides(request: Request) -> Reply:
    if request.method == "HEAD":
        return Reply(content=b"")
    if request.method not in _METHODS:
        return Reply(status=405, content=b"{}", headers=("Allow: GET, POST",))
    if request.is_json and not _members(request.body):
        return Reply(status=400, content=b"{}")
    asked = request.parameters
    code = 2
    if asked.get("numa") == COURIER:
        entered = asked.get("input_result", "None")
        if entered == ORDER:
            return Reply(content=json.dumps({"phones": [CUSTOMER]}).encode())
        code = 1 if entered in ("", "None") else 3
    return Reply(content=json.dumps({"returned_code": code}).encode())


def _spelled(reply: Reply, *, version: str, close: bool) -> bytes:
    lines = [
        f"HTTP/{version} {reply.status} Whatever",
        f"Content-Type: {reply.content_type}",
        f"Connection: {'close' if close else 'keep-alive'}",
        *reply.headers,
    ]
    if not any(line.lower().startswith("transfer-encoding") for line in reply.headers):
        lines.append(f"Content-Length: {len(reply.content)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + reply.content


@dataclass(slots=True, kw_only=True)
class Sturdy:
    """A server; the flags say how it is broken as a whole.

    Attributes:
        spoils: Answers some requests in a way of its own.
        dies_of: What ends it: ``garbage``, ``half`` a request, a caller who is ``gone``
            before the answer, or ``reset`` connections.
        one_at_a_time: Serves a connection only when the one before it is closed.
        malformed: What it answers to what is no request.
        backwards: Answers requests that come together, the last one first.
        silent_on: A header; who sends it never gets an answer.
        falls_silent: Answers one request of a connection, and none after it.
    """

    spoils: Spoils = lambda _request: None
    dies_of: str = ""
    one_at_a_time: bool = False
    malformed: Reply = Reply(status=400, content=b"{}")
    backwards: bool = False
    silent_on: str = ""
    falls_silent: bool = False
    url: str = ""
    dead: bool = False
    server: asyncio.Server | None = None
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    problems: list[BaseException] = field(default_factory=list)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def open(self) -> None:
        self.server = await asyncio.start_server(self.accept, "127.0.0.1", 0, limit=2**22)
        self.url = f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}/crm_integration"

    async def close(self) -> None:
        if self.server is not None:
            self.server.close()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.tasks.add(asyncio.create_task(self.attend(reader, writer)))

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self.one_at_a_time:
                async with self.turn:
                    await self.serve(reader, writer)
            elif self.backwards:
                await self.serve_backwards(reader, writer)
            else:
                await self.serve(reader, writer)
        except (GoneError, OSError):
            pass
        except Exception as problem:
            self.problems.append(problem)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not self.dead:
            try:
                request = await self.request(reader, writer)
            except MalformedError:
                if self.dies_of == "garbage":
                    self.dead = True
                if not self.dead and not self.malformed.close:
                    writer.write(_spelled(self.malformed, version="1.1", close=True))
                return
            if self.dies_of in ("gone", "reset"):
                await self.think(reader)
            reply = self.spoils(request) or _decides(request)
            if reply.close:
                return
            close = request.version == "1.0" or request.headers.get("connection") == "close"
            close = close or self.one_at_a_time
            writer.write(_spelled(reply, version="1.1", close=close))
            await writer.drain()
            if close:
                return
            if self.falls_silent:
                while await reader.read(65536):
                    pass
                return

    async def serve_backwards(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Answer the requests that come together, the last one first."""
        while data := await reader.read(65536):
            heads = data.decode("latin-1").split("\r\n\r\n")[:-1]
            replies = [
                _spelled(_decides(_read(head)), version="1.1", close=False) for head in heads
            ]
            writer.write(b"".join(reversed(replies)))
            if "connection: close" in heads[-1].lower():
                return

    async def think(self, reader: asyncio.StreamReader) -> None:
        """Return the caller time to go; die of it."""
        try:
            async with asyncio.timeout(_THINKS_S):
                await reader.read(1)
        except TimeoutError:
            return
        except OSError:
            self.dead = True
            raise GoneError from None
        self.dead = self.dies_of == "gone"
        raise GoneError

    async def request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Request:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            request = _read(head.removesuffix("\r\n\r\n"))
            headers = request.headers
            length = headers.get("content-length", "0")
            if not length.isdigit():
                raise MalformedError
            if "expect" in headers and self.silent_on != "expect":
                writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            body = await reader.readexactly(int(length))
        except asyncio.IncompleteReadError as error:
            self.dead = bool(error.partial) and self.dies_of == "half"
            if error.partial.strip():
                raise MalformedError from None
            raise GoneError from None
        except OSError:
            self.dead = self.dies_of in ("half", "reset")
            raise GoneError from None
        if self.silent_on and self.silent_on in headers:
            await reader.read()
            raise GoneError
        return replace(request, body=body)


def _read(head: str) -> Request:
    line, *lines = head.split("\r\n")
    found = _REQUEST_LINE.fullmatch(line)
    if found is None:
        raise MalformedError
    pairs = (header.partition(":") for header in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    method, target, version = found.groups()
    return Request(method=method, target=target, version=version, headers=headers, body=b"")


class OpenSturdy(Protocol):
    """Opens an endpoint and gives its address."""

    def __call__(self, spoils: Spoils = ..., **how: Any) -> str: ...


@pytest.fixture
def sturdy(_serving: asyncio.AbstractEventLoop) -> Iterator[OpenSturdy]:
    """Open endpoints; they are closed after the test."""
    opened_here: list[Sturdy] = []

    def run(work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, _serving).result(30)

    def open_one(spoils: Spoils = lambda _request: None, **how: Any) -> str:
        one = Sturdy(spoils=spoils, **how)
        run(one.open())
        opened_here.append(one)
        return one.url

    yield open_one
    for one in opened_here:
        run(one.close())
        assert not one.problems


@pytest.fixture(scope="session")
def replying() -> type[Reply]:
    """Return what answers are made of."""
    return Reply
