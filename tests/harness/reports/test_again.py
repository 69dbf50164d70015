"""The line that sends a request again: what it sends is what was sent."""

import shlex
import subprocess
from dataclasses import replace

import pytest

from harness.reports.again import again
from mockpbx.masking import Masker
from mockpbx.raw.request_bytes import spelled
from mockpbx.wire.messages import HttpRequest, Verbatim

REQUEST = HttpRequest(
    method="GET",
    url="http://crm.example:8080/x?numa=79161110001&input_result=%2A5",
    headers=(),
    body=None,
)


def raw(
    data: bytes, url: str = REQUEST.url, *, finishes: bool = False, **more: object
) -> HttpRequest:
    request = replace(REQUEST, url=url, verbatim=Verbatim(data=data, finishes=finishes))
    return replace(request, **more)  # type: ignore[arg-type]


def printed(line: str) -> bytes:
    """Let a shell run what stands before the pipe."""
    command, _, _ = line.rpartition(" | ")
    return subprocess.run(["/bin/sh", "-c", command], capture_output=True, check=True).stdout


def piped(line: str) -> list[str]:
    return shlex.split(line.rpartition(" | ")[2])


def test_what_a_client_sends_is_sent_again_with_curl() -> None:
    assert again(REQUEST) == REQUEST.curl()


@pytest.mark.parametrize(
    "data",
    [
        b"GET /x?a=%2A5 HTTP/1.0\r\n\r\n",
        b"EHLO pbx\n",
        bytes(range(256)),
        b"it's 100 % \\0 \\c 50%s \xd0\x9f7",
        b"\x007",
        b"",
    ],
)
def test_the_very_bytes_are_sent_again(data: bytes) -> None:
    assert printed(again(raw(data))) == data


def test_what_can_be_read_stays_readable() -> None:
    data = b"GET /x?a=%2A5 HTTP/1.0\r\n\r\n"
    assert again(raw(data)) == (
        r"printf %b 'GET /x?a=%2A5 HTTP/1.0\r\n\r\n' | nc -w 10 crm.example 8080"
    )


@pytest.mark.parametrize(
    ("url", "finishes", "command"),
    [
        ("http://crm.example/x", False, "nc -w 10 crm.example 80"),
        ("http://crm.example/x", True, "nc -N -w 10 crm.example 80"),
        ("http://[::1]:8080/x", False, "nc -w 10 ::1 8080"),
        ("https://crm.example/x", False, "openssl s_client -quiet -connect crm.example:443"),
        (
            "https://[::1]/x",
            True,
            "openssl s_client -quiet -no_ign_eof -connect [::1]:443",
        ),
    ],
)
def test_where_they_go_and_how_they_end(url: str, finishes: bool, command: str) -> None:
    assert piped(again(raw(b"x", url, finishes=finishes))) == shlex.split(command)


def test_no_secret_is_in_the_line() -> None:
    request = replace(
        REQUEST,
        url="https://me:hunter2@crm.example/x?token=abcdef&numa=1",
        headers=(("X-Key", "s3cr3t-value"), ("Content-Type", "text/plain")),
    )
    line = again(replace(request, verbatim=Verbatim(data=spelled(request))))
    assert printed(line) == (
        b"GET /x?token=***&numa=1 HTTP/1.1\r\nHost: crm.example\r\nAuthorization: ***\r\n"
        b"X-Key: ***\r\nContent-Type: text/plain\r\n\r\n"
    )


def test_a_number_of_somebody_is_found_in_it() -> None:
    line = again(raw(spelled(REQUEST)))
    assert "79161110001" in line
    masked = Masker(known=frozenset({"79161110001"}))(line)
    assert "7916*****01" in masked
    assert printed(masked) == spelled(REQUEST).replace(b"79161110001", b"7916*****01")
