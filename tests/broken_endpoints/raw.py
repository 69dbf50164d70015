"""Served by hand on asyncio streams: for answers that no HTTP library would send."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from http import HTTPStatus
from urllib.parse import urlsplit

from tests.broken_endpoints.base import CourierLine, Reply, Request

Piece = bytes | float | None
"""Bytes to send, seconds to pause; None waits until the PBX is gone."""

_LARGEST_HEAD = 64 * 1024
_LARGEST_BODY = 1024 * 1024
_TOGETHER_S = 0.05
_UNREADABLE = Request(method="", path="", version="")


class RawLine(CourierLine):
    """A correct endpoint that frames its answers itself."""

    keeps_connections = True
    backwards = False
    """Answers requests that came together in the opposite order."""

    def pieces(self, request: Request, reply: Reply) -> Iterator[Piece]:
        """Return what is sent, piece by piece."""
        yield self.head(request, reply, f"Content-Length: {len(reply.body)}") + reply.body

    def head(self, request: Request, reply: Reply, *more: str) -> bytes:
        """Spell the status line and the headers."""
        stays = "keep-alive" if self.stays(request) else "close"
        said = [f"{name}: {value}" for name, value in reply.headers.items()]
        status = f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}"
        return "\r\n".join([status, *said, *more, f"Connection: {stays}", "", ""]).encode()

    def stays(self, request: Request) -> bool:
        """Tell whether the connection stays open after the answer."""
        wants = request.headers.get("connection", "").lower()
        return self.keeps_connections and wants != "close" and request.version == "HTTP/1.1"


def serve(line: RawLine) -> int:
    """Serve an endpoint on the loop of all of them, and give its port."""

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            await _converse(line, reader, writer)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    async def listen() -> int:
        server = await asyncio.start_server(accept, "127.0.0.1", 0, limit=_LARGEST_HEAD)
        _servers.append(server)
        port: int = server.sockets[0].getsockname()[1]
        return port

    return asyncio.run_coroutine_threadsafe(listen(), _loop()).result(30)


_servers: list[asyncio.Server] = []


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    return loop


async def _converse(
    line: RawLine, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    stays = True
    while stays:
        requests = [await _next(reader, writer)]
        if line.backwards:
            with suppress(TimeoutError, asyncio.IncompleteReadError):
                async with asyncio.timeout(_TOGETHER_S):
                    requests.insert(0, await _next(reader, writer))
        for request in requests:
            await _answer(line, request, reader, writer)
        stays = all(line.stays(request) for request in requests)


async def _next(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Request:
    try:
        return await _read(reader, writer)
    except (ValueError, asyncio.LimitOverrunError):
        return _UNREADABLE


async def _answer(
    line: RawLine, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    reply = Reply(status=400) if request is _UNREADABLE else line.respond(request)
    if request.method == "HEAD":
        writer.write(line.head(request, reply, f"Content-Length: {len(reply.body)}"))
    else:
        for piece in line.pieces(request, reply):
            await _send(piece, reader, writer)
    await writer.drain()


async def _send(piece: Piece, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    match piece:
        case bytes():
            writer.write(piece)
            await writer.drain()
        case None:
            while await reader.read(65536):
                pass
        case pause:
            await asyncio.sleep(pause)


async def _read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *lines = head.strip("\r\n").split("\r\n")
    pairs = (header.partition(":") for header in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    method, target, version = line.split(" ")
    length = min(int(headers.get("content-length", "0")), _LARGEST_BODY)
    if headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = await reader.readexactly(length)
    parts = urlsplit(target)
    return Request(
        method=method,
        path=parts.path,
        query=parts.query,
        headers=headers,
        body=body,
        version=version,
    )
