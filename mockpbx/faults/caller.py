"""A raw writer: sends bytes exactly as given, in pieces, and breaks off when told to.

httpx and h11 refuse to send malformed requests; a PBX, or whatever stands in its path,
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
from dataclasses import dataclass

from mockpbx.core.observed import Observed
from mockpbx.drivers.live import trust as usual_trust
from mockpbx.errors import ExchangeFailed
from mockpbx.faults.framing import split_answers
from mockpbx.faults.spelling import host_and_port
from mockpbx.wire.messages import HttpReply

_MOST = 2 * 1024 * 1024
_FAREWELL_S = 0.5
_AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER that makes closing a reset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawReply:
    """What came back on a connection.

    Attributes:
        data: All bytes, at most two mebibytes.
        closed: True if the endpoint ended the connection, False if we stopped listening.
        reset: True if it ended with a reset.
        elapsed_s: Seconds from the first byte sent.
        bodyless: True if no answer may have a body, as those to HEAD.
    """

    data: bytes
    closed: bool
    reset: bool
    elapsed_s: float
    bodyless: bool = False

    @property
    def status(self) -> int | None:
        """The status of the first answer, if the bytes begin with one; it may be a 100."""
        words = self.data[:32].split(b" ", 2)
        if len(words) < 2 or not words[0].startswith(b"HTTP/1.") or not words[1][:3].isdigit():  # noqa: PLR2004 - version and status
            return None
        return int(words[1][:3])

    @property
    def replies(self) -> tuple[HttpReply, ...]:
        """The whole final answers, in the order they came."""
        return split_answers(self.data, closed=self.closed, bodyless=self.bodyless).whole

    @property
    def rest(self) -> bytes:
        """What came after them: half an answer, or bytes that belong to none."""
        return split_answers(self.data, closed=self.closed, bodyless=self.bodyless).rest

    @property
    def answers(self) -> int:
        """How many whole answers there are; more than one where requests were pipelined."""
        return len(self.replies)


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
    reader, writer = await _connect(url, within_s, trust)
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
    url: str, within_s: float, trust: ssl.SSLContext | None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = host_and_port(url)
    context = (trust or usual_trust(None)) if url.lower().startswith("https:") else None
    try:
        async with asyncio.timeout(within_s):
            return await asyncio.open_connection(host, port, ssl=context)
    except TimeoutError as error:
        raise ExchangeFailed(Observed.CONNECT_TIMEOUT, "no connection in time") from error
    except ssl.SSLCertVerificationError as error:
        detail = f"certificate refused: {error.verify_message}"
        raise ExchangeFailed(Observed.TLS, detail) from error
    except ssl.SSLError as error:
        raise ExchangeFailed(Observed.TLS, f"TLS handshake failed: {error.reason}") from error
    except ConnectionRefusedError as error:
        raise ExchangeFailed(Observed.REFUSED, f"nothing listens at {host} port {port}") from error
    except socket.gaierror as error:
        raise ExchangeFailed(Observed.DNS, f"the name {host} has no address") from error
    except OSError as error:
        if context is not None and isinstance(error, ConnectionError):
            detail = "TLS handshake failed: the connection was closed"
            raise ExchangeFailed(Observed.TLS, detail) from error
        raise ExchangeFailed(Observed.REFUSED, f"no connection to {host}: {error}") from error
