"""What the preflight makes of answers that are not whole, and of what stands in the way."""

import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
import trustme

from harness.doctor.bytes_seen import cut_off, server_of
from harness.doctor.diagnosis import Blame, Diagnosis, Severity
from harness.doctor.preflight import run_preflight
from mockpbx.manifest.endpoint import Endpoint, Overrides
from mockpbx.wire.messages import HttpReply

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
WHOLE = HEAD + b'Content-Length: 20\r\n\r\n{"returned_code": 2}'


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (HEAD + b"Content-Length: 40\r\n\r\n" + b"x" * 30, "30 of the 40 bytes"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n14\r\n{}", "last chunk"),
        (WHOLE, ""),
        (HEAD, ""),
        (b"\x15\x03\x01", ""),
        (b"", ""),
    ],
)
def test_what_is_missing_of_an_answer_is_told(data: bytes, words: str) -> None:
    found = cut_off(data)
    assert words in found
    assert bool(found) == bool(words)


@contextmanager
def serving(
    answer: bytes, *, wrap: Callable[[socket.socket], socket.socket] | None = None
) -> Iterator[int]:
    """Answer every connection with these bytes, and then say nothing until it is closed."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            connection = wrap(self.request) if wrap else self.request
            with suppress(OSError), connection:
                connection.recv(65536)
                connection.sendall(answer)
                connection.recv(1)

        def setup(self) -> None:
            self.request.settimeout(10)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def call_of(port: int) -> Diagnosis:
    known = Endpoint.at(f"http://127.0.0.1:{port}/crm_integration")
    endpoint = Overrides(deadline_s=0.3).applied(known)
    return next(one for one in run_preflight(endpoint) if one.name == "call")


def test_a_length_that_promises_too_much_is_named_and_no_unreachable_endpoint() -> None:
    with serving(HEAD + b"Content-Length: 40\r\n\r\n" + b"x" * 30) as port:
        found = call_of(port)
    assert "30 of the 40 bytes" in found.said
    assert found.blame is Blame.ENDPOINT


def test_tls_on_the_port_of_a_plain_address_is_named() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)

    def wrap(raw: socket.socket) -> socket.socket:
        # The handshake fails where plain HTTP is spoken: only closing is left then.
        return context.wrap_socket(raw, server_side=True, do_handshake_on_connect=False)

    with serving(WHOLE, wrap=wrap) as port:
        found = call_of(port)
    assert found.severity is Severity.PROBLEM
    assert "https://" in found.do


def page(body: str) -> bytes:
    data = body.encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(data)}\r\n\r\n"
    return head.encode() + data


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('<html><title>Sign in</title><input type="password"></html>', "login"),
        ("<!doctype html><title>Just a moment...</title>", "browsers"),
        ("<html><title>ngrok - You are about to visit</title></html>", "-H"),
    ],
)
def test_a_page_that_stands_before_the_endpoint_is_told_from_its_own_answer(
    body: str, words: str
) -> None:
    with serving(page(body)) as port:
        found = call_of(port)
    assert found.severity is Severity.PROBLEM
    assert words in found.do


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ((("Host", "127.0.0.1:8000"), ("Content-Type", "application/json")), ["php -S"]),
        ((("Server", "Werkzeug/3.0 Python/3.11"),), ["Flask"]),
        ((("Server", "nginx"),), []),
    ],
)
def test_a_development_server_is_pointed_out(
    headers: tuple[tuple[str, str], ...], words: list[str]
) -> None:
    reply = HttpReply(status=200, reason="OK", headers=headers, body=b"", http_version="HTTP/1.1")
    found = server_of(reply)
    assert len(found) == len(words)
    assert all(word in one.said for word, one in zip(words, found, strict=True))
