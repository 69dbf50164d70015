"""Live: the endpoint is reached over HTTP; the only file that knows httpx.

What goes wrong on the way is mapped here, once, to `Observed`. The total deadline is the
engine's own timer: when it fires, the engine gives the request up and the stage cancels
the exchange, which closes the connection. A trickle that keeps httpx's per-read timeouts
content cannot outlast it.
"""

import asyncio
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import SplitResult, urlsplit

import httpx

from mockpbx.core.observed import Observed
from mockpbx.errors import ExchangeFailed, UsageError
from mockpbx.wire.messages import HttpReply, HttpRequest
from mockpbx.wire.reply import LIMITS

USER_AGENT = "mockpbx"
"""What a real PBX calls itself is undocumented [assumed]."""


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
        kept = None if keep_alive else 0
        self._client = httpx.AsyncClient(
            verify=_trust(ca_file) if ca_file else True,
            trust_env=False,  # a proxy or a netrc of the user's shell is not the PBX's
            timeout=None,  # noqa: S113  # the engine's deadline is the only one
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=kept),
            headers={"user-agent": USER_AGENT, "accept": "*/*", "accept-encoding": "identity"},
        )

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
        await self._client.aclose()

    async def exchange(self, request: HttpRequest, sent: asyncio.Event) -> HttpReply:
        """Send a request and read the whole reply, bounded in size.

        Raises:
            ExchangeFailed: No whole HTTP reply came; says what was observed.
        """
        try:
            return await self._exchange(request, sent)
        except httpx.HTTPError as error:
            raise _mapped(error, request) from error
        except httpx.InvalidURL as error:
            raise UsageError(f"the address {request.url!r} cannot be used: {error}") from error

    async def _exchange(self, request: HttpRequest, sent: asyncio.Event) -> HttpReply:
        async def trace(name: str, _info: Mapping[str, Any]) -> None:  # httpcore awaits it
            if name.endswith("send_request_body.complete"):
                sent.set()

        parts = urlsplit(request.url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        async with self._client.stream(
            request.method,
            f"{parts.scheme}://{parts.netloc}/",
            headers=list(request.headers),
            content=request.body,
            # The target goes out byte for byte; httpx would spell some of it anew.
            extensions={"trace": trace, "target": target.encode("ascii", "backslashreplace")},
        ) as response:
            body = await _bounded_body(response)
        version = response.extensions.get("http_version", b"HTTP/1.1")
        return HttpReply(
            status=response.status_code,
            reason=response.reason_phrase,
            headers=tuple(response.headers.multi_items()),
            body=body,
            http_version=version.decode("ascii", "replace"),
        )


async def _bounded_body(response: httpx.Response) -> bytes:
    """Read until there is more than the parser would look at anyway."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in response.aiter_raw():
        chunks.append(chunk)
        size += len(chunk)
        if size > LIMITS.body:
            break
    return b"".join(chunks)


def _trust(ca_file: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise UsageError(f"{ca_file} cannot be used as a file of certificates: {error}") from error


def _mapped(error: httpx.HTTPError, request: HttpRequest) -> ExchangeFailed:
    """Say in our words what httpx found."""
    where = urlsplit(request.url)
    for cause in _causes(error):
        found = _by_cause(cause, where)
        if found is not None:
            return ExchangeFailed(*found)
    return ExchangeFailed(*_by_kind(error, where))


def _by_cause(cause: BaseException, where: SplitResult) -> tuple[Observed, str] | None:
    """Read the error of the operating system or of TLS."""
    match cause:
        case ssl.SSLCertVerificationError():
            return Observed.TLS, f"certificate refused: {cause.verify_message}"
        case ssl.SSLError():
            return Observed.TLS, f"TLS handshake failed: {cause.reason or cause}"
        case socket.gaierror():
            return Observed.DNS, f"the name {where.hostname} has no address"
        case ConnectionRefusedError():
            port = where.port or (443 if where.scheme == "https" else 80)
            return Observed.REFUSED, f"nothing listens at {where.hostname} port {port}"
        case ConnectionResetError() | BrokenPipeError():
            return Observed.RESET, "the connection was reset"
    return None


def _by_kind(error: httpx.HTTPError, where: SplitResult) -> tuple[Observed, str]:
    """Read httpx's own error, where no deeper one tells."""
    said = str(error) or type(error).__name__
    match error:
        case httpx.ConnectTimeout():
            return Observed.CONNECT_TIMEOUT, "no connection came about in time"
        case httpx.TimeoutException():
            return Observed.READ_TIMEOUT, "the endpoint fell silent"
        case httpx.RemoteProtocolError() if "without sending a response" in said:
            return Observed.EOF_EMPTY, "closed before the first byte of an answer"
        case httpx.RemoteProtocolError() if "peer closed connection" in said:
            return Observed.EOF_PARTIAL, f"closed in the middle: {said}"
        case httpx.RemoteProtocolError():
            return Observed.FRAMING, f"not HTTP: {said}"
        case httpx.ConnectError() if where.scheme == "https":
            return Observed.TLS, f"TLS handshake failed: {said}"
        case httpx.ConnectError():
            return Observed.REFUSED, f"no connection to {where.hostname}: {said}"
    return Observed.RESET, f"the connection broke: {said}"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Go down to the error that the operating system gave."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
