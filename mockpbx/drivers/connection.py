"""One connection to the endpoint: bytes go out, bytes come in. Nothing is known here of HTTP."""

import asyncio
import selectors
import socket
import ssl
from typing import Any, cast

from mockpbx.core.observed import Observed
from mockpbx.drivers.connection_errors import connection_failure
from mockpbx.errors import ExchangeFailed
from mockpbx.wire.rejected import excerpt

_NEXT_ADDRESS_S = 0.25
"""How long an address of the host may be silent before the next one is tried beside it."""
_UNLIMITED_S = 86_400.0
"""Instead of asyncio's own limits for TLS: the engine's deadline is the only one."""


class Connection(asyncio.Protocol):
    """A connection that serves several exchanges in turn.

    Args:
        host: Where it leads.
        port: Of the host.
        tls: What is trusted, if TLS is spoken.
    """

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        self._host, self._port, self._tls = host, port, tls
        self._loop = asyncio.get_running_loop()
        self._transport = cast("asyncio.Transport", None)  # until there is one
        self._lost = self._loop.create_future()
        self._connected = self._in_handshake = False
        self._sent = asyncio.Event()
        self._resting = False
        self._came = bytearray()
        self._waiter: asyncio.Future[None] | None = None
        self._ended = False
        self._error: Exception | None = None
        self._idle_since = 0.0

    async def open(self) -> None:
        """Connect, and agree upon TLS where it is spoken.

        Raises:
            ExchangeFailed: No connection came about.
        """
        try:
            sock = await _connected_socket(self._host, self._port)
            await self._loop.create_connection(lambda: self, sock=sock)
            self._connected = True
            if self._tls is not None:
                self._in_handshake = True
                await self._agree_upon_tls(self._tls)
                self._in_handshake = False
        except OSError as error:
            raise self._explained(error) from error

    async def _agree_upon_tls(self, tls: ssl.SSLContext) -> None:
        plain = self._transport
        try:
            made = await self._loop.start_tls(
                plain,
                self,
                tls,
                server_hostname=self._host,
                ssl_handshake_timeout=_UNLIMITED_S,
            )
        except BaseException:
            plain.abort()
            raise
        self._transport = cast("asyncio.Transport", made)
        self._transport.set_write_buffer_limits(high=1, low=0)

    def _explained(self, error: Exception) -> ExchangeFailed:
        failed = connection_failure(
            error,
            self._host,
            self._port,
            connected=self._connected,
            in_handshake=self._in_handshake,
        )
        if failed is not None:
            return failed
        said = excerpt(str(error) or type(error).__name__, 120)
        if not self._connected:
            return ExchangeFailed(Observed.REFUSED, f"no connection to {self._host}: {said}")
        return ExchangeFailed(Observed.RESET, f"the connection broke: {said}")

    def begin(self, data: bytes, sent: asyncio.Event) -> None:
        """Send a request, and take what comes from now on as the answer to it.

        Args:
            data: The whole request.
            sent: Set once all of it has left.
        """
        self._sent, self._resting = sent, False
        self._transport.write(data)
        if self._all_has_left:
            sent.set()

    async def read(self) -> bytes:
        """Wait for what comes next; empty once the endpoint has closed the connection.

        Raises:
            ExchangeFailed: The connection broke.
        """
        if not self._came and not self._ended:
            self._waiter = self._loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        if self._came:
            data = bytes(self._came)
            self._came.clear()
            return data
        if self._error is not None:
            raise self._explained(self._error) from self._error
        return b""

    def rest(self) -> None:
        """Say that the answer is complete; what comes now is out of turn and closes it."""
        self._resting, self._idle_since = True, self._loop.time()
        if self._came or not self._all_has_left:
            self.close()

    def usable(self, *, idle_s: float) -> bool:
        """Tell whether another exchange may begin, as far as can be known from here.

        Args:
            idle_s: How many seconds it may have rested.
        """
        if self._transport.is_closing() or self._loop.time() - self._idle_since > idle_s:
            return False
        # What has just come, e.g. its end, the loop may not have told yet.
        with selectors.DefaultSelector() as selector:
            selector.register(self._transport.get_extra_info("socket"), selectors.EVENT_READ)
            return not selector.select(0)

    def close(self) -> None:
        """Close at once."""
        self._transport.abort()

    async def aclose(self) -> None:
        """Close at once, and wait until nothing is left."""
        self.close()
        await self._lost

    @property
    def _all_has_left(self) -> bool:
        return self._transport.get_write_buffer_size() == 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection; asyncio calls this and all that follow."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=0)
        if self._tls is not None:
            self._transport.pause_reading()  # what comes first belongs to the handshake

    def resume_writing(self) -> None:
        """Tell that all that was sent has left."""
        self._sent.set()

    def data_received(self, data: bytes) -> None:
        """Keep what came for who reads."""
        if self._resting:
            self.close()
            return
        self._came += data
        self._wake()

    def eof_received(self) -> None:
        """Take note that nothing more will come; asyncio closes the connection."""
        self._ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Take note that the connection is closed, and why."""
        self._ended, self._error = True, self._error or exc
        self._wake()
        if not self._lost.done():
            self._lost.set_result(None)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


async def _connected_socket(host: str, port: int) -> socket.socket:
    """Connect to the first address of a host that lets us.

    asyncio's own race of addresses tells only in prose why all failed, and forgets a socket
    when it is cancelled.
    """
    loop = asyncio.get_running_loop()
    untried = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    attempts: set[asyncio.Task[socket.socket]] = set()
    try:
        while True:
            if untried:
                attempts.add(loop.create_task(_connected(*untried.pop(0))))
            done, _ = await asyncio.wait(
                attempts,
                timeout=_NEXT_ADDRESS_S if untried else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            for attempt in done:
                attempts.remove(attempt)
                if attempt.exception() is None or not (attempts or untried):
                    return attempt.result()
    finally:
        for attempt in attempts:
            if not attempt.cancel() and attempt.exception() is None:
                attempt.result().close()


async def _connected(family: int, kind: int, protocol: int, _: str, address: Any) -> socket.socket:
    sock = socket.socket(family, kind, protocol)
    try:
        sock.settimeout(0)
        await asyncio.get_running_loop().sock_connect(sock, address)
    except BaseException:
        sock.close()
        raise
    return sock
