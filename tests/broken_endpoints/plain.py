"""Served by `http.server`, a thread for each connection: what small endpoints are made with."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import urlsplit

from tests.broken_endpoints.base import CourierLine, Reply, Request

BACKLOG = 128
_LOOKS_EVERY_S = 0.02
"""Seconds between two looks whether to end."""


class Handler(BaseHTTPRequestHandler):
    """Hands each request to the line, and sends what it says."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    # Otherwise what it cannot read is answered as in HTTP/0.9, without a status line.
    default_request_version = "HTTP/1.0"

    line: ClassVar[CourierLine]
    chunked: ClassVar[bool] = False
    keep_alive: ClassVar[bool] = True

    def answer(self) -> None:
        """Answer a request, whatever its method."""
        request = self._request()
        if request is None:
            self.close_connection = True
            return
        try:
            reply = self.line.respond(request)
        except Exception as error:
            reply = self.line.crashed(error)
        self._send(reply)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = do_PATCH = answer  # noqa: N815

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""

    def _request(self) -> Request | None:
        """Read the rest of a request; None if it broke off."""
        parts = urlsplit(self.path)
        length = self.headers.get("Content-Length", "0")
        size = int(length) if length.isdigit() else 0
        body = self.rfile.read(size)
        if len(body) < size:
            return None
        return Request(
            method=self.command,
            path=parts.path,
            query=parts.query,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
            version=self.request_version,
        )

    def _send(self, reply: Reply) -> None:
        chunked = self.chunked and self.request_version == "HTTP/1.1" and self.command != "HEAD"
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif reply.status != 204 and "Content-Length" not in reply.headers:
            self.send_header("Content-Length", str(len(reply.body)))
        if not self.keep_alive:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(_in_chunks(reply.body) if chunked else reply.body)
        self.wfile.flush()


def _in_chunks(body: bytes) -> bytes:
    pieces = [body[start : start + 7] for start in range(0, len(body), 7)]
    chunks = [f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in [*pieces, b""]]
    return b"".join(chunks)


class _Quiet:
    """Says nothing of callers who hang up."""

    request_queue_size = BACKLOG
    daemon_threads = True

    def handle_error(self, *_args: Any) -> None:
        """Say nothing."""


class _Server(_Quiet, ThreadingHTTPServer):
    """A thread for each connection."""


class _Dying(_Server):
    """Does not survive a handshake that fails."""

    def get_request(self) -> tuple[Any, Any]:
        """Accept a connection."""
        try:
            return super().get_request()
        except ssl.SSLError as error:
            raise RuntimeError("nobody has thought of this") from error


class _OneThread(_Quiet, HTTPServer):
    """One connection at a time."""


def serve(line: CourierLine, tls: ssl.SSLContext | None = None) -> int:
    """Serve an endpoint in threads of its own, and give its port.

    How it is served is said by attributes of its class: `handler` holds attributes of a
    `Handler`, `one_thread` takes the threads away.
    """
    server = _server(line)
    if tls is not None:
        getattr(line, "harden", lambda _context: None)(tls)
        # The handshake is done by the thread of the connection: nobody else waits for it.
        at_once = getattr(line, "handshake_at_once", False)
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=at_once
        )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return _port(server)


@contextmanager
def serving(line: CourierLine) -> Iterator[int]:
    """Serve an endpoint for a while; gives its port."""
    server = _server(line)
    thread = threading.Thread(target=server.serve_forever, args=(_LOOKS_EVERY_S,), daemon=True)
    thread.start()
    try:
        yield _port(server)
    finally:
        server.shutdown()
        server.server_close()


def _server(line: CourierLine) -> HTTPServer:
    handler = type("_Handler", (Handler,), {"line": line, **getattr(line, "handler", {})})
    kind: type[HTTPServer] = _OneThread if getattr(line, "one_thread", False) else _Server
    if getattr(line, "dies_of_handshakes", False):
        kind = _Dying
    return kind(("127.0.0.1", 0), handler)


def _port(server: HTTPServer) -> int:
    port: int = server.server_address[1]
    return port
