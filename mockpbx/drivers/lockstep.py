"""Lockstep: the endpoint runs in this process, and time is virtual.

The endpoint is an ASGI application. An exchange takes no virtual time by itself, so
nothing depends on the speed of the machine: a timeout of thirty seconds or a night until
the shop opens takes as long as the computation.
"""

import asyncio
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from mockpbx.core.observed import Observed
from mockpbx.errors import ExchangeFailed
from mockpbx.wire.messages import Headers, HttpReply, HttpRequest

Message = MutableMapping[str, Any]
AsgiApp = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]

_PORTS = {"http": 80, "https": 443}


class LockstepPace:
    """Virtual time: exchanges are awaited to their end, then the clock jumps."""

    keeps_time = False

    async def wait(self, now: float, until: float | None, tasks: set[asyncio.Task[Any]]) -> float:
        """Finish the exchanges, or jump to what is due."""
        if tasks:
            await asyncio.wait(tasks)
            return now
        return now if until is None else until


class AsgiTransport:
    """Carries requests to an ASGI application in this process.

    Args:
        app: The application; its lifespan is the caller's business.
    """

    def __init__(self, app: AsgiApp) -> None:
        self._app = app

    async def exchange(self, request: HttpRequest, sent: asyncio.Event) -> HttpReply:
        """Run the application for one request.

        Raises:
            ExchangeFailed: The application raised, or ended without a whole reply.
        """
        sent.set()
        conversation = _Conversation(request)
        try:
            await self._app(_scope(request), conversation.receive, conversation.send)
        except Exception as error:
            # Frameworks answer 500 and raise all the same, for the server's log.
            if conversation.is_whole:
                return conversation.reply()
            raise ExchangeFailed(conversation.broken_off, raised(error)) from error
        return conversation.reply()


def raised(error: Exception) -> str:
    """Say what an application raised, and where; not its message, which may name somebody."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return f"the application raised {type(error).__name__}{where}"


def _scope(request: HttpRequest) -> Message:
    parts = urlsplit(request.url)
    host = (b"host", parts.netloc.rpartition("@")[2].encode())
    headers = [(name.lower().encode(), value.encode()) for name, value in request.headers]
    if request.body is not None:
        headers.append((b"content-length", str(len(request.body)).encode()))
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": parts.scheme,
        "path": unquote(parts.path) or "/",
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [host, *headers],
        "client": ("127.0.0.1", 1),
        "server": (parts.hostname or "endpoint", parts.port or _PORTS.get(parts.scheme, 80)),
    }


class _Conversation:
    """The two callables of ASGI for one request."""

    def __init__(self, request: HttpRequest) -> None:
        self._body: bytes | None = request.body or b""
        self._head: tuple[int, Headers] | None = None
        self._chunks: list[bytes] = []
        self._whole = asyncio.Event()

    @property
    def is_whole(self) -> bool:
        """Tell whether there is an answer, from beginning to end."""
        return self._head is not None and self._whole.is_set()

    @property
    def broken_off(self) -> Observed:
        """What the PBX sees of an answer that is not whole."""
        return Observed.EOF_EMPTY if self._head is None else Observed.EOF_PARTIAL

    async def receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._whole.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        # What is wrong with a message is raised here, to the application.
        if message["type"] == "http.response.start":
            headers = tuple(
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in message.get("headers", [])
            )
            self._head = message["status"], headers
        elif message["type"] == "http.response.body":
            self._chunks.append(bytes(message.get("body", b"")))
            if not message.get("more_body", False):
                self._whole.set()

    def reply(self) -> HttpReply:
        if self._head is None:
            raise ExchangeFailed(self.broken_off, "the application sent no answer")
        if not self.is_whole:
            raise ExchangeFailed(self.broken_off, "the application broke off its answer")
        status, headers = self._head
        known = {item.value for item in HTTPStatus}
        return HttpReply(
            status=status,
            reason=HTTPStatus(status).phrase if status in known else "",
            headers=headers,
            body=b"".join(self._chunks),
            http_version="HTTP/1.1",
        )
