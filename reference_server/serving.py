"""Running the server: listen, say so, serve, drain."""

import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType

import uvicorn
from fastapi import FastAPI

DRAIN_S = 10
"""How long requests in flight may take after SIGTERM; a PBX waits five seconds."""


class ListenError(Exception):
    """The address cannot be listened on; the message says why and what to do."""


def listen(host: str, port: int) -> socket.socket:
    """Bind the address.

    Raises:
        ListenError: When it is taken, foreign or unknown.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return _bound(socket.socket(family, kind, protocol), address)
    except OSError as error:
        raise ListenError(
            f"cannot listen on {host} port {port}: {error.strerror}; "
            "choose another --port (0 takes a free one) or --host"
        ) from error


def _bound(listener: socket.socket, address: tuple[object, ...]) -> socket.socket:
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def url_of(listener: socket.socket) -> str:
    """Say where a listener can be reached from this machine."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - to name all addresses, not to bind them
        host = "127.0.0.1" if host == "0.0.0.0" else "::1"  # noqa: S104
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def write_ready_file(path: Path, facts: Mapping[str, object]) -> None:
    """Tell a waiting process where we are, in one step: it never sees half a file."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_text(json.dumps({**facts, "pid": os.getpid()}) + "\n")
    unfinished.replace(path)


def serve(app: FastAPI, listener: socket.socket, on_ready: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT, then finish the requests in flight.

    Args:
        app: What to serve.
        listener: Where.
        on_ready: Called once connections are accepted.
    """
    # uvicorn raises the signal again when it has drained; for us that is a normal end.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,  # its lines hold the query: callers' numbers and the secret
        proxy_headers=False,  # or anybody on this machine could write their own address
        server_header=False,
        timeout_graceful_shutdown=DRAIN_S,
    )
    _Server(config, on_ready).run(sockets=[listener])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()


def _end(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)
