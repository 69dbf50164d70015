"""Applications in this process: which interface they have, their lifespan, WSGI.

ASGI's own transport is in `mockpbx.drivers.lockstep`.
"""

import asyncio
import inspect
import io
import sys
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeGuard
from urllib.parse import unquote_to_bytes, urlsplit

from mockpbx.core.observed import Observed
from mockpbx.drivers.lockstep import AsgiApp, Message, raised
from mockpbx.errors import ExchangeFailed, UsageError
from mockpbx.wire.messages import HttpReply, HttpRequest

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_WSGI_ARGUMENTS = 2
_DEFAULT_PORTS = {"http": 80, "https": 443}


def is_asgi(app: AsgiApp | WsgiApp) -> TypeGuard[AsgiApp]:
    """Tell an ASGI application from a WSGI one.

    Raises:
        UsageError: It is neither.
    """
    call = app if inspect.isroutine(app) else getattr(app, "__call__", None)  # noqa: B004  # the method itself
    if call is None or inspect.isclass(app):
        said = f"{type(app).__name__} is neither a URL nor an ASGI or WSGI application"
        raise UsageError(f"{said}; give the application itself, not its class or module")
    if inspect.iscoroutinefunction(call):
        return True
    wanted = [
        one
        for one in inspect.signature(call).parameters.values()
        if one.default is one.empty and one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)
    ]
    return len(wanted) != _WSGI_ARGUMENTS


class WsgiTransport:
    """Carries requests to a WSGI application in this process, in a thread of its own.

    Args:
        app: The application.
    """

    def __init__(self, app: WsgiApp) -> None:
        self._app = app

    async def exchange(self, request: HttpRequest, sent: asyncio.Event) -> HttpReply:
        """Run the application for one request.

        Raises:
            ExchangeFailed: The application raised, or ended without an answer.
        """
        sent.set()
        return await asyncio.to_thread(self._run, request)

    def _run(self, request: HttpRequest) -> HttpReply:
        head: list[tuple[str, list[tuple[str, str]]]] = []
        written: list[bytes] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], exc_info: object = None
        ) -> Callable[[bytes], object]:
            del exc_info  # an application that changes its mind before it has sent anything
            head[:] = [(status, headers)]
            return written.append

        try:
            chunks = self._app(_environ(request), start_response)
            try:
                written += chunks
            finally:
                close = getattr(chunks, "close", None)
                if close is not None:
                    close()
        except Exception as error:
            observed = Observed.EOF_PARTIAL if head and written else Observed.EOF_EMPTY
            raise ExchangeFailed(observed, raised(error)) from error
        if not head:
            raise ExchangeFailed(Observed.EOF_EMPTY, "the application sent no answer")
        (status, headers) = head[0]
        code, _, reason = status.partition(" ")
        if not code.isdecimal():
            said = f"the application gave {status!r} for a status; PEP 3333 wants one like '200 OK'"
            raise ExchangeFailed(Observed.FRAMING, said)
        return HttpReply(
            status=int(code),
            reason=reason,
            headers=tuple(headers),
            body=b"".join(written),
            http_version="HTTP/1.1",
        )


def _environ(request: HttpRequest) -> dict[str, Any]:
    """Return the environment of a request (PEP 3333)."""
    parts = urlsplit(request.url)
    body = request.body or b""
    port = parts.port or _DEFAULT_PORTS.get(parts.scheme, 80)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(parts.path or "/").decode("latin-1"),
        "QUERY_STRING": parts.query,
        "SERVER_NAME": parts.hostname or "endpoint",
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": parts.netloc.rpartition("@")[2],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if request.body is not None:
        environ["CONTENT_LENGTH"] = str(len(body))
    for name, value in request.headers:
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    return environ


@asynccontextmanager
async def lifespan(app: AsgiApp) -> AsyncGenerator[None, None]:
    """Start an ASGI application, and shut it down at the end.

    Raises:
        UsageError: It says that it cannot start.
    """
    incoming: asyncio.Queue[Message] = asyncio.Queue()
    started: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
    stopped = asyncio.Event()

    async def send(message: Message) -> None:
        match message["type"]:
            case "lifespan.startup.complete" if not started.done():
                started.set_result(None)
            case "lifespan.startup.failed" if not started.done():
                why = str(message.get("message") or "").strip()
                started.set_result(why or "it gives no reason")
            case "lifespan.shutdown.complete" | "lifespan.shutdown.failed":
                stopped.set()

    async def run() -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
        # An application that raises has no lifespan, says the specification.
        with suppress(Exception):
            await app(scope, incoming.get, send)
        stopped.set()
        if not started.done():
            started.set_result(None)

    task = asyncio.create_task(run())
    try:
        await incoming.put({"type": "lifespan.startup"})
        failed = await started
        if failed is not None:
            why = failed.splitlines()[-1]  # Starlette gives the whole traceback
            raise UsageError(f"the application does not start: {why}")
        yield
        await incoming.put({"type": "lifespan.shutdown"})
        await stopped.wait()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
