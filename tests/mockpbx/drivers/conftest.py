"""A server of bytes, and calls that are played against it.

Every connection to a `RawEndpoint` is led by a function of the test, byte by byte::

    async def closes_at_once(visit: Visit) -> None:
        await visit.request()

    async with raw_endpoint(closes_at_once) as server:
        played = await call(server.url)

`run` runs a test's coroutine, and afterwards nothing may be left: no task, no warning, no
exception that nobody looked at.
"""

import asyncio
import gc
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pytest
import trustme

from mockpbx.callscript.expectations import Expect
from mockpbx.callscript.model import Call, Callee, HangUp, Repeat
from mockpbx.callscript.people import People
from mockpbx.core.channel import CallSetup
from mockpbx.core.commands import SendRequest
from mockpbx.core.instruction import Announcement
from mockpbx.core.observed import Observed
from mockpbx.core.scenario import Announce, Fallback, ForwardTo, Interactive, Scenario
from mockpbx.drivers.live import HttpTransport, LivePace
from mockpbx.drivers.stage import Part, Stage
from mockpbx.drivers.transport import Pace, Transport
from mockpbx.faults.plan import Fault
from mockpbx.result.call_result import CallResult
from mockpbx.result.exchange import Exchange
from mockpbx.wire.messages import HttpRequest
from mockpbx.wire.request import Profile, build

CALLER = "79161110001"
OPERATOR = "74950000101"
AMPLE_S = 30.0
"""Bounds what must happen; nothing that goes well takes so long."""


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it reached the server."""

    head: bytes
    body: bytes
    connection: int

    @property
    def line(self) -> str:
        return self.head.split(b"\r\n", 1)[0].decode("latin-1")

    @property
    def target(self) -> str:
        return self.line.split(" ")[1]

    def header(self, name: str) -> list[str]:
        lines = [line.decode("utf-8") for line in self.head.split(b"\r\n")[1:] if line]
        pairs = [line.split(": ", 1) for line in lines]
        return [value for key, value in pairs if key.lower() == name.lower()]


@dataclass(slots=True)
class Visit:
    """One connection to the server; `number` counts from 1."""

    number: int
    server: "RawEndpoint"
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def request(self) -> Received | None:
        """Read a whole request; None once the PBX has closed the connection."""
        try:
            head = await self.reader.readuntil(b"\r\n\r\n")
            received = Received(head, b"", self.number)
            length = int((received.header("content-length") or ["0"])[0])
            body = await self.reader.readexactly(length)
        except (asyncio.IncompleteReadError, OSError):
            return None
        received = Received(head, body, self.number)
        self.server.requests.append(received)
        self.server.news.set()
        return received

    async def send(self, *data: bytes) -> None:
        self.writer.write(b"".join(data))
        await self.writer.drain()

    def reset(self) -> None:
        """Close the connection with an RST."""
        linger = struct.pack("ii", 1, 0)
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.writer.transport.abort()

    async def until_closed(self) -> None:
        """Wait until the PBX closes the connection."""
        with suppress(OSError):
            while await self.reader.read(65536):
                pass


Leads = Callable[[Visit], Awaitable[None]]


@dataclass(slots=True)
class RawEndpoint:
    """A server whose connections are led by the test."""

    leads: Leads
    tls: ssl.SSLContext | None = None
    port: int = 0
    requests: list[Received] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    visits: int = 0
    left: int = 0
    problems: list[BaseException] = field(default_factory=list)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}/crm"

    async def heard(self, requests: int) -> None:
        """Wait until so many whole requests have come."""
        while len(self.requests) < requests:
            self.news.clear()
            await self.news.wait()

    async def all_gone(self) -> None:
        """Wait until every connection is closed."""
        while self.left < self.visits:
            self.news.clear()
            await self.news.wait()

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visits += 1
        visit = Visit(self.visits, self, reader, writer)
        task = asyncio.create_task(self._attend(visit))
        self.tasks.add(task)

    async def _attend(self, visit: Visit) -> None:
        try:
            await self.leads(visit)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the PBX closed the connection while the server was writing
        except Exception as problem:
            self.problems.append(problem)
        finally:
            visit.writer.close()
            with suppress(OSError):
                await visit.writer.wait_closed()
            self.left += 1
            self.news.set()


class OpenEndpoint(Protocol):
    """Opens a server of bytes on the loopback."""

    def __call__(
        self, leads: Leads, *, tls: ssl.SSLContext | None = None
    ) -> AbstractAsyncContextManager[RawEndpoint]: ...


@asynccontextmanager
async def _raw_endpoint(
    leads: Leads, *, tls: ssl.SSLContext | None = None
) -> AsyncIterator[RawEndpoint]:
    endpoint = RawEndpoint(leads, tls)
    server = await asyncio.start_server(endpoint.accept, "127.0.0.1", 0, ssl=tls)
    endpoint.port = server.sockets[0].getsockname()[1]
    try:
        yield endpoint
    finally:
        server.close()
        for task in endpoint.tasks:
            task.cancel()
        await asyncio.gather(*endpoint.tasks, return_exceptions=True)
        await server.wait_closed()
    assert not endpoint.problems


@pytest.fixture
def raw_endpoint() -> OpenEndpoint:
    """Open servers of bytes."""
    return _raw_endpoint


def answer(body: bytes = b'{"returned_code": 1}', *headers: str, status: str = "200 OK") -> bytes:
    """Spell a whole and correct reply."""
    lines = [
        f"HTTP/1.1 {status}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Spell(Protocol):
    """Spells a whole and correct reply."""

    def __call__(self, body: bytes = ..., *headers: str, status: str = "200 OK") -> bytes: ...


@pytest.fixture
def spell() -> Spell:
    """Spell replies."""
    return answer


async def answers_well(visit: Visit) -> None:
    """Answer each request, as long as there are any."""
    while await visit.request():
        await visit.send(answer())


@pytest.fixture
def well() -> Leads:
    """A correct server: each request is told to go to branch 1."""
    return answers_well


@pytest.fixture
def at_first() -> Callable[[Leads], Leads]:
    """Make a server that deals with its first request in a way of its own, then correctly."""

    def make(misbehaves: Leads) -> Leads:
        async def leads(visit: Visit) -> None:
            while await visit.request():
                if len(visit.server.requests) == 1:
                    await misbehaves(visit)
                    return
                await visit.send(answer())

        return leads

    return make


class Run(Protocol):
    """Runs a test to its end, within bounds, and sees that nothing is left of it."""

    def __call__(self, test: Coroutine[Any, Any, None]) -> None: ...


@pytest.fixture(scope="session")
def _only_new_garbage() -> Iterator[None]:
    """Leave what exists before the tests out of every later search for garbage."""
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture
def run(_only_new_garbage: None) -> Run:
    """Run a coroutine and look at what it leaves behind."""

    def run_bounded(test: Coroutine[Any, Any, None]) -> None:
        complaints: list[dict[str, Any]] = []

        async def bounded() -> None:
            loop = asyncio.get_running_loop()
            loop.set_exception_handler(lambda _, context: complaints.append(context))
            async with asyncio.timeout(AMPLE_S):
                await test
            await asyncio.sleep(0)
            await loop.shutdown_asyncgens()
            left = asyncio.all_tasks() - {asyncio.current_task()}
            assert not left

        asyncio.run(bounded())
        gc.collect()  # or a task that failed unseen would complain later
        assert not complaints

    return run_bounded


@pytest.fixture
def scenario() -> Callable[..., Scenario]:
    """Make scenarios that ask once: branch 1 is the shop, the fallback an operator."""

    def make(deadline_s: float = AMPLE_S, *, asks: int = 1) -> Scenario:
        operations = {
            f"ask-{number}": Interactive(
                branches={"1": f"ask-{number + 1}" if number < asks else "shop"},
                fallback=Fallback(default="operator"),
            )
            for number in range(1, asks + 1)
        }
        return Scenario(
            name="test",
            start="ask-1",
            deadline_s=deadline_s,
            operations={
                **operations,
                "shop": Announce(announcement=Announcement(text="Welcome to the shop.")),
                "operator": ForwardTo(phones=(OPERATOR,)),
            },
        )

    return make


class Cast(Protocol):
    """Makes a part for the stage."""

    def __call__(
        self,
        url: str,
        *,
        profile: Profile | None = None,
        deadline_s: float = AMPLE_S,
        asks: int = 1,
        hangs_up: HangUp | None = None,
        talks: float = 20.0,
        answers: float = 3.0,
        repeats: Iterable[Repeat] = (),
        faults: Iterable[Fault] = (),
        starts: float = 0.0,
        name: str = "test#1",
        before_request: Callable[[SendRequest, int], Awaitable[None]] | None = None,
    ) -> Part: ...


@pytest.fixture
def cast(scenario: Callable[..., Scenario]) -> Cast:
    """Make parts: a caller who asks the endpoint at this address."""

    def make(
        url: str,
        *,
        profile: Profile | None = None,
        deadline_s: float = AMPLE_S,
        asks: int = 1,
        hangs_up: HangUp | None = None,
        talks: float = 20.0,
        answers: float = 3.0,
        repeats: Iterable[Repeat] = (),
        faults: Iterable[Fault] = (),
        starts: float = 0.0,
        name: str = "test#1",
        before_request: Callable[[SendRequest, int], Awaitable[None]] | None = None,
    ) -> Part:
        asked = profile or Profile(url=url)
        model = Call.model_validate(
            {"from": CALLER, "talks": talks, "hangs_up": hangs_up, "expect": Expect()}
        )
        callees: dict[str, Callee] = {OPERATOR: Callee(answers=answers)}

        def request(command: SendRequest) -> HttpRequest:
            return build(command.fields, asked)

        return Part(
            name=name,
            setup=CallSetup(
                session_id=f"sid-{name}", numa=CALLER, numb="74951234567", started=1_780_000_000.0
            ),
            scenario=scenario(deadline_s, asks=asks),
            people=People(model, callees),
            request=request,
            starts=starts,
            repeats=tuple(repeats),
            faults=tuple(faults),
            before_request=before_request,
        )

    return make


class CallOne(Protocol):
    """Plays one call; what it takes besides is what `cast` takes."""

    async def __call__(
        self,
        url: str,
        transport: Transport | None = None,
        pace: Pace | None = None,
        **part: Any,
    ) -> CallResult: ...


class Connect(Protocol):
    """Makes a transport that trusts the authority of `certificates`."""

    def __call__(self, *, keep_alive: bool = True) -> HttpTransport: ...


@pytest.fixture
def connect(certificates: "Certificates") -> Connect:
    """Make transports."""

    def make(*, keep_alive: bool = True) -> HttpTransport:
        return HttpTransport(ca_file=certificates.ca_file, keep_alive=keep_alive)

    return make


@pytest.fixture
def call(cast: Cast, connect: Connect) -> CallOne:
    """Play one call, live unless another transport and pace are given."""

    async def play_one(
        url: str,
        transport: Transport | None = None,
        pace: Pace | None = None,
        **part: Any,
    ) -> CallResult:
        if transport is None:
            async with connect() as own:
                return await play_one(url, own, pace, **part)
        (played,) = await Stage(transport, pace or LivePace()).play([cast(url, **part)])
        return played

    return play_one


class FellBack(Protocol):
    """Expects a fallback."""

    def __call__(self, played: CallResult, observed: Observed, *words: str) -> Exchange: ...


@pytest.fixture
def fell_back() -> FellBack:
    """Expect that the first request brought no instruction, told in one line of words."""

    def check(played: CallResult, observed: Observed, *words: str) -> Exchange:
        failure = played.record.requests[0].failure
        assert failure is not None
        assert failure.observed is observed, failure
        assert 0 < len(failure.detail) <= 200
        assert failure.detail.isprintable()
        for word in words:
            assert word in failure.detail
        assert [step.operation for step in played.record.path] == ["ask-1", "operator"]
        assert played.record.connected == OPERATOR
        (exchange,) = played.exchanges
        return exchange

    return check


@pytest.fixture
def went_well() -> Callable[[CallResult], None]:
    """Expect that the call went where the endpoint sent it."""

    def check(played: CallResult) -> None:
        assert [request.failure for request in played.record.requests] == [None]
        assert [step.operation for step in played.record.path] == ["ask-1", "shop"]

    return check


@dataclass(frozen=True, slots=True)
class Certificates:
    """An authority that the PBX trusts, and servers' certificates."""

    ca_file: str
    context: Callable[[str], ssl.SSLContext]


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Make the certificates of servers: good, expired, of another host, self-signed, unknown."""
    folder: Path = tmp_path_factory.mktemp("certificates")
    ca, stranger = trustme.CA(), trustme.CA()
    ca_file = folder / "ca.pem"
    ca.cert_pem.write_to_path(ca_file)
    past = datetime(2001, 1, 1, tzinfo=UTC), datetime(2002, 1, 1, tzinfo=UTC)
    issued = {
        "good": ca.issue_cert("127.0.0.1"),
        "expired": ca.issue_cert("127.0.0.1", not_before=past[0], not_after=past[1]),
        "wrong host": ca.issue_cert("other.example"),
        "unknown CA": stranger.issue_cert("127.0.0.1"),
    }

    def context(kind: str) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if kind == "self-signed":
            own = folder / "self-signed.pem"
            stranger.cert_pem.write_to_path(own)
            stranger.private_key_pem.write_to_path(own, append=True)
            made.load_cert_chain(own)
        elif kind == "asks for a certificate":
            issued["good"].configure_cert(made)
            made.verify_mode = ssl.CERT_REQUIRED
            ca.configure_trust(made)
        else:
            issued[kind].configure_cert(made)
        return made

    return Certificates(str(ca_file), context)


@dataclass(frozen=True, slots=True)
class Bench:
    """All that a test of calls over the loopback is made of; see the fixtures of these names."""

    run: Run
    server: OpenEndpoint
    connect: Connect
    cast: Cast
    call: CallOne
    fell_back: FellBack
    went_well: Callable[[CallResult], None]
    at_first: Callable[[Leads], Leads]
    certificates: Certificates
    spell: Spell = answer
    well: Leads = answers_well


@pytest.fixture
def bench(request: pytest.FixtureRequest) -> Bench:
    """Put the bench together."""
    names = ("run", "connect", "cast", "call", "fell_back", "went_well", "at_first")
    found = {name: request.getfixturevalue(name) for name in (*names, "certificates")}
    return Bench(server=_raw_endpoint, **found)
