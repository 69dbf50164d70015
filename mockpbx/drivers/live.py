"""Live: the endpoint is reached over HTTP; the only file that knows h11.

The total deadline is the engine's own timer: when it fires, the engine gives the request up
and the stage cancels the exchange, which closes the connection. A trickle that would keep a
timeout for each read content cannot outlast it.

There is no HTTP client here, only HTTP: a client would keep cookies from one call to the
next, follow redirects, ask the user's proxy, and be caught by the mocks of the user's tests.
"""

import asyncio
import ssl
import time
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from types import TracebackType
from typing import Any, Self
from urllib.parse import SplitResult, unquote, urlsplit

import certifi
import h11

from mockpbx.core.observed import Observed
from mockpbx.drivers.connection import Connection
from mockpbx.errors import ExchangeFailed, UsageError
from mockpbx.wire.messages import Headers, HttpReply, HttpRequest
from mockpbx.wire.rejected import excerpt
from mockpbx.wire.reply import LIMITS

USER_AGENT = "mockpbx"
"""What a real PBX calls itself is undocumented [assumed]."""

_OF_THE_CONNECTION = ("content-length", "transfer-encoding")
_WITH_LENGTH = ("POST", "PUT", "PATCH")
"""Methods that tell the length of their body even where they have none."""
_PORTS = {"http": 80, "https": 443}
_IDLE_S = 5.0
"""Seconds for which a connection is kept; many servers close theirs about then."""
_LONGEST_HEAD = 100 * 1024
_HTTP = b"HTTP/"
_CLOSED = (Observed.EOF_EMPTY, Observed.RESET)


class LivePace:
    """Time while the endpoint is being asked is real; the rest is skipped, or waited for.

    Args:
        real: Wait for people too, as a real call would.
    """

    keeps_time = True

    def __init__(self, *, real: bool = False) -> None:
        self._real = real

    async def wait(self, now: float, until: float | None, tasks: set[asyncio.Task[Any]]) -> float:
        """Wait for an exchange or for what is due, whichever comes first."""
        if not tasks and (until is None or not self._real):
            return now if until is None else until
        began = time.monotonic()
        timeout = None if until is None else max(0.0, until - now)
        if tasks:
            done, _ = await asyncio.wait(
                tasks, timeout=timeout, return_when=asyncio.FIRST_COMPLETED
            )
        else:
            done = set()
            await asyncio.sleep(timeout or 0.0)
        if not done and until is not None:
            return until
        elapsed = now + time.monotonic() - began
        return elapsed if until is None else min(elapsed, until)


class HttpTransport:
    """Carries requests over real connections; an asynchronous context manager.

    Args:
        ca_file: Certificates to trust instead of the usual authorities.
        keep_alive: Use a connection again [assumed default]; otherwise one for each request.

    Raises:
        UsageError: The file of certificates cannot be used.
    """

    def __init__(self, *, ca_file: str | None = None, keep_alive: bool = True) -> None:
        self._connection = "keep-alive" if keep_alive else "close"
        self._trust = trust(ca_file) if ca_file else None
        self._resting: dict[_Place, list[Connection]] = {}
        self._open: set[Connection] = set()

    async def __aenter__(self) -> Self:
        """Be ready; connections are made when they are needed."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close all connections."""
        for connection in self._open.copy():
            await connection.aclose()

    async def exchange(self, request: HttpRequest, sent: asyncio.Event) -> HttpReply:
        """Send a request and read the whole reply, bounded in size.

        Raises:
            ExchangeFailed: No whole HTTP reply came; says what was observed.
            UsageError: The request cannot be sent as it is.
        """
        asked = _asked(request, connection=self._connection)
        kept = self._kept(asked.place)
        if kept is not None:
            conversation = _Conversation(kept)
            try:
                return await self._hold(conversation, asked, sent)
            except ExchangeFailed as failed:
                # It was closed while the request was on its way, as the endpoint may do.
                if conversation.heard or failed.observed not in _CLOSED:
                    raise
        conversation = _Conversation(await self._connect(asked.place))
        return await self._hold(conversation, asked, sent)

    async def _hold(
        self, conversation: "_Conversation", asked: "_Asked", sent: asyncio.Event
    ) -> HttpReply:
        connection = conversation.connection
        try:
            return await conversation.hold(asked, sent)
        finally:
            if conversation.may_go_on:
                connection.rest()
                self._resting.setdefault(asked.place, []).append(connection)
            else:
                self._close(connection)

    def _kept(self, place: "_Place") -> Connection | None:
        """Return a connection that has served before; None if there is none."""
        resting = self._resting.get(place, [])
        while resting:
            connection = resting.pop()
            if connection.usable(idle_s=_IDLE_S):
                return connection
            self._close(connection)
        return None

    async def _connect(self, place: "_Place") -> Connection:
        # To read the usual authorities takes a moment: only where TLS is spoken.
        tls = (self._trust or _usual_authorities()) if place.scheme == "https" else None
        connection = Connection(place.host, place.port, tls)
        await connection.open()
        self._open.add(connection)
        return connection

    def _close(self, connection: Connection) -> None:
        connection.close()
        self._open.discard(connection)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a connection leads; the host as the resolver knows it."""

    scheme: str
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request as HTTP has it."""

    place: _Place
    head: h11.Request
    body: bytes


class _Conversation:
    """One request and its answer, on a connection that may have served before.

    Attributes:
        connection: The connection.
        heard: How the answer begins; empty while nothing has come.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.heard = b""
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_LONGEST_HEAD)

    @property
    def may_go_on(self) -> bool:
        """Tell whether the connection is where it was before, ready for another request."""
        done = self._http.our_state is h11.DONE and self._http.their_state is h11.DONE
        return done and not self._http.trailing_data[0]

    async def hold(self, asked: _Asked, sent: asyncio.Event) -> HttpReply:
        """Ask, and read the answer.

        Raises:
            ExchangeFailed: No whole HTTP reply came.
        """
        parts = (asked.head, h11.Data(data=asked.body), h11.EndOfMessage())
        self.connection.begin(b"".join(self._http.send(part) or b"" for part in parts), sent)
        while not isinstance(response := await self._next(), h11.Response):
            pass  # a hint, such as 103
        body = await self._body()
        return HttpReply(
            status=response.status_code,
            reason=response.reason.decode("ascii", "ignore"),
            headers=_decoded(response),
            body=body,
            http_version=f"HTTP/{response.http_version.decode('ascii')}",
        )

    async def _body(self) -> bytes:
        """Read until there is more than the parser would look at anyway."""
        body = bytearray()
        while len(body) <= LIMITS.body and isinstance(part := await self._next(), h11.Data):
            body += part.data
        return bytes(body)

    async def _next(self) -> h11.Event:
        while True:
            try:
                event = self._http.next_event()
            except h11.RemoteProtocolError as error:
                raise self._unfit(str(error)) from error
            if isinstance(event, h11.Event):
                return event
            data = await self.connection.read()
            if not data and self._http.their_state is h11.SEND_RESPONSE:
                raise self._broken_off()
            self.heard = self.heard or data[:40]
            self._http.receive_data(data)

    def _broken_off(self) -> ExchangeFailed:
        """Say what the end of the connection means before the headers are complete."""
        if not self.heard:
            return ExchangeFailed(Observed.EOF_EMPTY, "closed before the first byte of an answer")
        if not self._begins_as_http:
            return self._unfit("")
        return ExchangeFailed(Observed.EOF_PARTIAL, "closed in the middle of the answer's headers")

    def _unfit(self, why: str) -> ExchangeFailed:
        """Say what is wrong with what came."""
        if not self._begins_as_http:
            begins = excerpt(self.heard.decode("latin-1"))
            return ExchangeFailed(Observed.FRAMING, f"not HTTP: it begins with {begins!r}")
        said = excerpt(why, 120)
        if "peer closed connection" in said:
            return ExchangeFailed(Observed.EOF_PARTIAL, f"closed in the middle: {said}")
        return ExchangeFailed(Observed.FRAMING, f"not HTTP: {said}")

    @property
    def _begins_as_http(self) -> bool:
        return self.heard.startswith(_HTTP[: len(self.heard)])


def _decoded(response: h11.Response) -> Headers:
    """Return the headers of an answer as text: UTF-8 if they can be that."""
    headers = list(response.headers)
    try:
        return tuple((name.decode("ascii"), value.decode("utf-8")) for name, value in headers)
    except UnicodeDecodeError:
        return tuple((name.decode("ascii"), value.decode("latin-1")) for name, value in headers)


def _asked(request: HttpRequest, *, connection: str) -> _Asked:
    """Make a request as HTTP has it.

    Raises:
        UsageError: The address or a header cannot be sent.
    """
    # What the reasons say may quote a secret: it stays in the traceback.
    try:
        parts = urlsplit(request.url)
        port = parts.port
        headers = [(name.encode(), value.encode()) for name, value in request.headers]
    except ValueError as error:
        raise UsageError("the endpoint's URL or a header cannot be sent as it is") from error
    if not parts.hostname or parts.scheme not in _PORTS:
        raise UsageError("the endpoint's URL must begin with http:// or https:// and a host")
    place = _Place(parts.scheme, _resolvable(parts.hostname), port or _PORTS[parts.scheme])
    given = {name.lower() for name, _ in headers}
    for name in _OF_THE_CONNECTION:
        if name.encode() in given:
            raise UsageError(f"header {name} is the connection's own affair; remove it")
    usual = {
        b"Host": _host(place),
        b"user-agent": USER_AGENT.encode(),
        b"accept": b"*/*",
        b"accept-encoding": b"identity",
        b"connection": connection.encode(),
    }
    own = [(name, value) for name, value in usual.items() if name.lower() not in given]
    ends = []
    if request.body or request.method in _WITH_LENGTH:
        ends.append((b"Content-Length", b"%d" % len(request.body or b"")))
    if parts.username or parts.password:
        ends.append((b"Authorization", _basic(parts)))
        headers = [(name, value) for name, value in headers if name.lower() != b"authorization"]
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        head = h11.Request(
            method=request.method,
            target=target.encode("ascii", "backslashreplace"),
            headers=[*own, *headers, *ends],
        )
    except h11.LocalProtocolError as error:
        raise UsageError("a header has a line break, or a space at its end") from error
    return _Asked(place, head, request.body or b"")


def _resolvable(host: str) -> str:
    """Spell a host as the resolver knows it."""
    try:
        return host if ":" in host else host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise UsageError("the endpoint's URL names a host that cannot be") from error


def _host(place: _Place) -> bytes:
    host = f"[{place.host}]" if ":" in place.host else place.host
    usual = _PORTS[place.scheme] == place.port
    return (host if usual else f"{host}:{place.port}").encode("ascii")


def _basic(parts: SplitResult) -> bytes:
    said = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    return b"Basic " + b64encode(said.encode())


@cache
def _usual_authorities() -> ssl.SSLContext:
    """Return what all transports trust that are given no certificates; nobody changes it."""
    return trust(None)


def trust(ca_file: str | None) -> ssl.SSLContext:
    """Return what connections trust, for those that are made past the transport.

    Args:
        ca_file: A file of certificates; None stands for the usual authorities.

    Raises:
        UsageError: The file cannot be used.
    """
    if ca_file is None:
        return ssl.create_default_context(cafile=certifi.where())
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise UsageError(f"{ca_file} cannot be used as a file of certificates: {error}") from error
