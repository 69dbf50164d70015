"""What the bytes of an answer tell where a client only says that no whole answer came."""

import re
import ssl

from harness.doctor.diagnosis import Diagnosis, warning
from mockpbx.errors import ExchangeFailed
from mockpbx.raw.handshake import shake_hands
from mockpbx.wire.address import split_url
from mockpbx.wire.messages import HttpReply

_WITHIN_S = 5.0
_HEAD = re.compile(rb"HTTP/1\.\d (\d{3})[^\r\n]*\r?\n(.*?)\r?\n\r?\n", re.DOTALL)
_LENGTH = re.compile(rb"^content-length:[ \t]*(\d+)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_CHUNKED = re.compile(rb"^transfer-encoding:[^\r\n]*chunked", re.IGNORECASE | re.MULTILINE)


def cut_off(data: bytes) -> str:
    """Say what is missing of an answer; nothing if that cannot be told."""
    found = _HEAD.match(data)
    if found is None:
        return ""
    status, head, body = found[1].decode(), found[2], data[found.end() :]
    if _CHUNKED.search(head):
        return f"status {status}, and a chunked answer that lacks its last chunk"
    length = _LENGTH.search(head)
    if length is None or len(body) >= int(length[1]):
        return ""
    promised = int(length[1])
    return (
        f"status {status}, and {len(body)} of the {promised} bytes that Content-Length promises: "
        "it is too large, or the body was cut off"
    )


async def speaks_tls(url: str) -> bool:
    """Tell whether the port of a plain address makes a TLS handshake."""
    if not url.lower().startswith("http:"):
        return False
    anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anybody.check_hostname = False
    anybody.verify_mode = ssl.CERT_NONE
    host, port = split_url(url).place
    try:
        return (await shake_hands(host, port, anybody, within_s=_WITHIN_S)).done
    except ExchangeFailed:
        return False


_PHP_FIX = "php-fpm behind a web server; or PHP_CLI_SERVER_WORKERS=8 php -S … while developing"


def server_of(reply: HttpReply | None) -> list[Diagnosis]:
    """Point out a development server, which answers one request at a time."""
    if reply is None:
        return []
    # Nobody else sends a Host in an answer.
    if reply.header("Host") is not None and reply.header("Server") is None:
        said = "php -S, a development server: one request at a time"
        return [warning("server", said, f"callers at the same moment wait; use {_PHP_FIX}")]
    if (reply.header("Server") or "").startswith("Werkzeug/"):
        said = "Flask's development server, which is not made for many callers"
        return [warning("server", said, "use gunicorn or waitress where a PBX calls")]
    return []
