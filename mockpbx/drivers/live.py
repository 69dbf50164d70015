"""Live: the endpoint is reached over HTTP; the only file that knows httpx.

What goes wrong on the way is mapped here, once, to `Observed`. The total deadline is the
engine's own timer: when it fires, the engine gives the request up and the stage cancels
the exchange, which closes the connection. A trickle that keeps httpx's per-read timeouts
content cannot outlast it.

httpx's client is left out, its connections are used: the client would keep cookies from one
call to the next, and read the Location of a redirect that nobody follows.
"""

import asyncio
import ssl
import time
from collections.abc import Iterator
from functools import cache
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import SplitResult, urlsplit

import httpx

from mockpbx.core.observed import Observed
from mockpbx.drivers.connection_errors import connection_failure
from mockpbx.drivers.overheard import Overheard, overhearing
from mockpbx.errors import ExchangeFailed, UsageError
from mockpbx.wire.messages import HttpReply, HttpRequest
from mockpbx.wire.rejected import excerpt
from mockpbx.wire.reply import LIMITS

USER_AGENT = "mockpbx"
"""What a real PBX calls itself is undocumented [assumed]."""

_OF_THE_CONNECTION = ("content-length", "transfer-encoding")


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
        self._kept = None if keep_alive else 0
        self._connection = "keep-alive" if keep_alive else "close"
        self._trust = trust(ca_file) if ca_file else None
        self._pools: dict[str, httpx.AsyncHTTPTransport] = {}

    async def __aenter__(self) -> Self:
        """Open the connection pool."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close all connections."""
        for pool in self._pools.values():
            await pool.aclose()

    def _pool(self, scheme: str) -> httpx.AsyncHTTPTransport:
        """Return the connections of a scheme; to read the usual authorities takes a moment."""
        if scheme not in self._pools:
            # No timeouts: the engine's deadline is the only one.
            self._pools[scheme] = httpx.AsyncHTTPTransport(
                verify=(self._trust or _usual_authorities()) if scheme == "https" else False,
                trust_env=False,  # what the user's shell says is not the PBX's
                limits=httpx.Limits(max_connections=None, max_keepalive_connections=self._kept),
            )
        return self._pools[scheme]

    async def exchange(self, request: HttpRequest, sent: asyncio.Event) -> HttpReply:
        """Send a request and read the whole reply, bounded in size.

        Raises:
            ExchangeFailed: No whole HTTP reply came; says what was observed.
            UsageError: The request cannot be sent as it is.
        """
        wire = Overheard(sent=sent)
        try:
            with overhearing(wire):
                return await self._exchange(request, wire)
        # What these say may quote a secret: it stays in the traceback.
        except httpx.LocalProtocolError as error:
            raise UsageError("a header has a line break, or a space at its end") from error
        except UnicodeError as error:
            raise UsageError("the endpoint's URL names a host that cannot be") from error
        except (httpx.HTTPError, OSError) as error:
            raise _mapped(error, request, wire) from error
        finally:
            await wire.close_handshake()

    async def _exchange(self, request: HttpRequest, wire: Overheard) -> HttpReply:
        asked = _asked(request, wire, connection=self._connection)
        response = await self._pool(asked.url.scheme).handle_async_request(asked)
        try:
            body = await _bounded_body(response)
            if not wire.ends_with(body):
                # What came too much would be taken for the beginning of the next answer.
                await response.extensions["network_stream"].aclose()
        finally:
            await response.aclose()
        version = response.extensions.get("http_version", b"HTTP/1.1")
        return HttpReply(
            status=response.status_code,
            reason=response.reason_phrase,
            headers=tuple(response.headers.multi_items()),
            body=body,
            http_version=version.decode("ascii", "replace"),
        )


def _asked(request: HttpRequest, wire: Overheard, *, connection: str) -> httpx.Request:
    """Make httpx's request.

    Raises:
        UsageError: The address or a header cannot be sent.
    """
    headers = httpx.Headers(
        {
            "user-agent": USER_AGENT,
            "accept": "*/*",
            "accept-encoding": "identity",
            "connection": connection,
        }
    )
    try:
        parts = urlsplit(request.url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        url = httpx.URL(f"{parts.scheme}://{parts.netloc}/")
        _ = parts.port  # httpx takes any number
        headers.update([(name.encode(), value.encode()) for name, value in request.headers])
    except (httpx.InvalidURL, ValueError) as error:
        raise UsageError("the endpoint's URL or a header cannot be sent as it is") from error
    if not url.host or url.scheme not in ("http", "https"):
        raise UsageError("the endpoint's URL must begin with http:// or https:// and a host")
    for name in _OF_THE_CONNECTION:
        if name in headers:
            raise UsageError(f"header {name} is the connection's own affair; remove it")
    asked = httpx.Request(
        request.method,
        url,
        headers=headers,
        content=request.body,
        # The target goes out byte for byte; httpx would spell some of it anew.
        extensions={"trace": wire.trace, "target": target.encode("ascii", "backslashreplace")},
    )
    if url.username or url.password:
        next(httpx.BasicAuth(url.username, url.password).auth_flow(asked))
    return asked


async def _bounded_body(response: httpx.Response) -> bytes:
    """Read until there is more than the parser would look at anyway."""
    chunks: list[bytes] = []
    size = 0
    # Not by aiter_raw, which hands the connection back at once.
    async for chunk in cast("httpx.AsyncByteStream", response.stream):
        chunks.append(chunk)
        size += len(chunk)
        if size > LIMITS.body:
            break
    return b"".join(chunks)


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
        return httpx.create_ssl_context(trust_env=False)
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise UsageError(f"{ca_file} cannot be used as a file of certificates: {error}") from error


def _mapped(
    error: httpx.HTTPError | OSError, request: HttpRequest, wire: Overheard
) -> ExchangeFailed:
    """Say in our words what httpx found."""
    where = urlsplit(request.url)
    host, port = where.hostname or "", where.port or (443 if where.scheme == "https" else 80)
    for cause in _causes(error):
        found = connection_failure(
            cause, host, port, connected=not wire.connecting, in_handshake=wire.in_handshake
        )
        if found is not None:
            return found
    return ExchangeFailed(*_by_kind(error, where, wire))


def _by_kind(
    error: httpx.HTTPError | OSError, where: SplitResult, wire: Overheard
) -> tuple[Observed, str]:
    """Read httpx's own error, where no deeper one tells."""
    said = excerpt(str(error) or type(error).__name__, 120)
    match error:
        case httpx.RemoteProtocolError() if not wire.received:
            return Observed.EOF_EMPTY, "closed before the first byte of an answer"
        case httpx.RemoteProtocolError() if not wire.begins_as_http:
            begins = wire.received[:40].decode("latin-1")
            return Observed.FRAMING, f"not HTTP: it begins with {excerpt(begins)!r}"
        case httpx.RemoteProtocolError() if "without sending a response" in said:
            return Observed.EOF_PARTIAL, "closed in the middle of the answer's headers"
        case httpx.RemoteProtocolError() if "peer closed connection" in said:
            return Observed.EOF_PARTIAL, f"closed in the middle: {said}"
        case httpx.RemoteProtocolError():
            return Observed.FRAMING, f"not HTTP: {said}"
        case httpx.ConnectError() if wire.in_handshake:
            return Observed.TLS, "TLS handshake failed: the connection was closed"
        case httpx.ConnectError():
            return Observed.REFUSED, f"no connection to {where.hostname}: {said}"
    return Observed.RESET, f"the connection broke: {said}"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Go down to the errors that the operating system gave."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):  # one for each address of the host
            for each in error.exceptions:
                yield from _causes(each)
        error = error.__cause__ or error.__context__
