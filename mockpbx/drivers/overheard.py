"""What an exchange overhears of its own connection, below the HTTP client.

The client tells neither how much had come when a connection was closed nor whether
something came after a reply; both change what is said about an endpoint.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from mockpbx.wire.reply import LIMITS

_HTTP = b"HTTP/"
_MOST = 4 * LIMITS.body
"""Bytes kept of a reply; hints before it and its framing have no bound of their own."""


@dataclass(slots=True, kw_only=True)
class Overheard:
    """What is known of one exchange.

    Attributes:
        sent: Set once the request has left.
        connecting: True while there is no connection yet, where a new one is needed.
        in_handshake: True while TLS is being agreed upon.
        received: What came since the request was begun; no more than is worth keeping.
    """

    sent: asyncio.Event
    connecting: bool = False
    in_handshake: bool = False
    received: bytearray = field(default_factory=bytearray)
    _latest: Any = None

    async def trace(self, name: str, info: Mapping[str, Any]) -> None:
        """Take what httpcore says to its extension `trace`, which it awaits."""
        match name:
            case "connection.connect_tcp.started":
                self.connecting = True
            case "connection.connect_tcp.complete":
                self.connecting = False
                self._listen_in(info["return_value"])
            case "connection.start_tls.started":
                self.in_handshake = True
            case "connection.start_tls.complete":
                self.in_handshake = False
                self._listen_in(info["return_value"])
            case "http11.send_request_body.complete":
                self.sent.set()

    async def close_handshake(self) -> None:
        """Close a connection whose handshake was given up; httpcore would leave it open."""
        if self.in_handshake:
            await self._latest.aclose()

    def _listen_in(self, stream: Any) -> None:
        """Tell each exchange what comes over a connection, which may serve several in turn."""
        self._latest = stream
        read = stream.read

        async def read_and_tell(*args: Any, **kwargs: Any) -> bytes:
            data: bytes = await read(*args, **kwargs)
            received = _UNDER_WAY.get().received
            if len(received) <= _MOST:
                received += data
            return data

        stream.read = read_and_tell

    @property
    def begins_as_http(self) -> bool:
        """Tell whether what came, as far as it goes, may be an answer."""
        return self.received.startswith(_HTTP[: len(self.received)])

    def ends_with(self, body: bytes) -> bool:
        """Tell whether nothing came after the reply with this body; in doubt say no."""
        if len(self.received) > _MOST:
            return False
        _, _, rest = bytes(self.received).partition(b"\r\n\r\n")
        last_chunk = rest.endswith(b"0\r\n\r\n") and rest.count(b"\r\n\r\n") == 1
        return rest == body or last_chunk


_UNDER_WAY: ContextVar[Overheard] = ContextVar("_UNDER_WAY")


@contextmanager
def overhearing(exchange: Overheard) -> Iterator[None]:
    """Count what this task reads as read by this exchange."""
    token = _UNDER_WAY.set(exchange)
    try:
        yield
    finally:
        _UNDER_WAY.reset(token)
