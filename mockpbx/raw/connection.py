"""A raw writer: sends bytes exactly as given, in pieces, and breaks off when told to.

HTTP libraries refuse to send malformed requests; a PBX, or whatever stands in its path,
does not. `converse` says one thing and listens; `connected` gives a connection to be held
open while other things happen.
"""

import asyncio
import socket
import ssl
import struct
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress

from mockpbx.core.observed import Observed
from mockpbx.drivers.connection_errors import no_connection
from mockpbx.drivers.live import trust as usual_trust
from mockpbx.errors import ExchangeFailed
from mockpbx.result.raw_reply import RawReply
from mockpbx.wire.address import split_url
from mockpbx.wire.framing import split_answers

_MOST = 2 * 1024 * 1024
_FAREWELL_S = 0.5
_AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER that makes closing a reset."""


class RawConnection:
    """One connection, led byte by byte; see `connected`.

    What cannot be sent because the endpoint has closed is lost without a word: `listen`
    tells what happened.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        # Otherwise drain() would let pieces pile up, and they would leave together. With a
        # limit of 0 asyncio's TLS takes an empty buffer for a full one, and waits for ever.
        writer.transport.set_write_buffer_limits(high=1, low=0)
        self._began = time.monotonic()
        self._data = bytearray()
        self._closed = False
        self._reset = False

    async def send(self, *pieces: bytes) -> None:
        """Send pieces; each has left before the next is given to the system."""
        try:
            for piece in pieces:
                self._writer.write(piece)
                await self._writer.drain()
        except OSError:
            self._closed = self._reset = True

    async def listen(
        self, *, within_s: float, answers: int | None = None, bodyless: bool = False
    ) -> RawReply:
        """Read until the endpoint closes, enough answers have come, or the time is over.

        Args:
            within_s: Seconds to listen.
            answers: Whole final answers after which there is no more to wait for; None
                listens on.
            bodyless: The answers have no bodies, as those to HEAD.
        """
        try:
            async with asyncio.timeout(within_s):
                while not self._closed and len(self._data) < _MOST:
                    if answers is not None and self._whole(bodyless=bodyless) >= answers:
                        break
                    await self._read()
        except TimeoutError:
            pass
        return RawReply(
            data=bytes(self._data),
            closed=self._closed,
            reset=self._reset,
            elapsed_s=time.monotonic() - self._began,
            bodyless=bodyless,
        )

    async def _read(self) -> None:
        try:
            chunk = await self._reader.read(65536)
        except OSError:
            self._closed = self._reset = True
            return
        self._data += chunk
        self._closed = not chunk

    def _whole(self, *, bodyless: bool) -> int:
        return len(split_answers(bytes(self._data), closed=False, bodyless=bodyless).whole)

    def finish(self) -> None:
        """Say that nothing more will be sent (FIN), and be ready to go on listening."""
        with suppress(OSError):
            if self._writer.can_write_eof():
                self._writer.write_eof()
            else:  # TLS: the end of the connection below it, without a farewell
                self._writer.get_extra_info("socket").shutdown(socket.SHUT_WR)

    def leave(self, *, reset: bool = False) -> None:
        """Close at once: with a FIN, or with a reset (RST).

        The system itself resets a connection on which something has come that nobody read.
        """
        if reset:
            with suppress(OSError):
                sock = self._writer.get_extra_info("socket")
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self._writer.transport.abort()

    async def aclose(self) -> None:
        """Close, politely if the endpoint lets us."""
        self._writer.close()
        closed = asyncio.ensure_future(self._writer.wait_closed())
        try:
            await asyncio.wait({closed}, timeout=_FAREWELL_S)
        finally:
            self._writer.transport.abort()
        await asyncio.wait({closed})
        # What went wrong at the end is nobody's concern; asyncio wants it looked at.
        closed.exception()


@asynccontextmanager
async def connected(
    url: str, *, within_s: float, trust: ssl.SSLContext | None = None
) -> AsyncGenerator[RawConnection, None]:
    """Open a connection, and close it at the end.

    Args:
        url: Whose host and port are connected to.
        within_s: Seconds for the connection to come about, TLS included.
        trust: Certificates to trust for https; the usual authorities if not given.

    Raises:
        ExchangeFailed: No connection came about.
        UsageError: The address is none.
    """
    host, port = split_url(url).place
    tls = (trust or usual_trust(None)) if url.lower().startswith("https:") else None
    reader, writer = await _connect(host, port, within_s, tls)
    connection = RawConnection(reader, writer)
    try:
        yield connection
    finally:
        await connection.aclose()


async def converse(
    url: str,
    pieces: Sequence[bytes],
    *,
    within_s: float,
    half_close: bool = False,
    leave: bool = False,
    answers: int | None = None,
    bodyless: bool = False,
    trust: ssl.SSLContext | None = None,
) -> RawReply:
    """Open a connection, send pieces one after another, and read what comes.

    Args:
        url: Whose host and port are connected to.
        pieces: What is sent; each leaves before the next is given to the system.
        within_s: Seconds to connect, and then for all the rest; what has come by then is
            returned.
        half_close: Say that nothing more will be sent, then go on reading.
        leave: Close at once after sending, without reading.
        answers: Stop reading after so many whole answers; None reads until the endpoint
            closes.
        bodyless: The answers have no bodies, as those to HEAD.
        trust: Certificates to trust for https; the usual authorities if not given.

    Raises:
        ExchangeFailed: No connection came about.
        UsageError: The address is none.
    """
    async with connected(url, within_s=within_s, trust=trust) as connection:
        began = time.monotonic()
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await connection.send(*pieces)
        if leave:
            connection.leave()
            return RawReply(data=b"", closed=False, reset=False, elapsed_s=time.monotonic() - began)
        if half_close:
            connection.finish()
        left = max(0.0, within_s - (time.monotonic() - began))
        return await connection.listen(within_s=left, answers=answers, bodyless=bodyless)


async def _connect(
    host: str, port: int, within_s: float, tls: ssl.SSLContext | None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        async with asyncio.timeout(within_s):
            return await asyncio.open_connection(host, port, ssl=tls)
    except UnicodeError as error:
        raise ExchangeFailed(Observed.DNS, f"the name {host} has no address") from error
    except OSError as error:  # TimeoutError is one
        raise no_connection(error, host, port, tls=tls is not None) from error


async def knock(host: str, port: int, *, within_s: float) -> None:
    """Open a connection below TLS and close it again; nothing is sent.

    Raises:
        ExchangeFailed: No connection came about.
    """
    _, writer = await _connect(host, port, within_s, None)
    writer.transport.abort()
