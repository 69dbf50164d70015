"""A line for a POSIX shell that sends a request again, just as it was sent."""

import re
import shlex
from urllib.parse import urlsplit

from harness.display.plain import redacted
from mockpbx.masking import HARMLESS_HEADERS, HIDDEN
from mockpbx.wire.address import split_url
from mockpbx.wire.messages import HttpRequest, Verbatim

_SECONDS = 10
"""Of silence, after which the line comes to an end."""
_CREDENTIALS = re.compile(rb"(?im)^(authorization:)[^\r\n]*")


def again(request: HttpRequest) -> str:
    """Return the line: curl, or what sends the very bytes if no HTTP client sends them so."""
    if request.verbatim is None:
        return redacted(request).curl()
    data = _without_secrets(request, request.verbatim)
    return f"printf %b '{_escaped(data)}' | {_pipe(request.url, request.verbatim)}"


def _without_secrets(request: HttpRequest, sent: Verbatim) -> bytes:
    """Take out of the bytes what is taken out of the request they are made from."""
    data = sent.data.replace(_target(request), _target(redacted(request)))
    for name, value in request.headers:
        if name.lower() not in HARMLESS_HEADERS:
            data = data.replace(_bytes(f"{name}: {value}"), _bytes(f"{name}: {HIDDEN}"))
    return _CREDENTIALS.sub(rf"\1 {HIDDEN}".encode(), data)


def _target(request: HttpRequest) -> bytes:
    parts = urlsplit(request.url)
    return _bytes((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def _bytes(text: str) -> bytes:
    """Encode as `spelled` does."""
    return text.encode("utf-8", "surrogateescape")


def _escaped(data: bytes) -> str:
    """Spell bytes for ``printf %b`` within single quotes; what can be read stays readable."""
    return "".join(map(_letter, data))


def _letter(byte: int) -> str:
    if byte in b"\r\n":
        return "\\r" if byte == ord("\r") else "\\n"
    readable = chr(byte).isprintable() and chr(byte).isascii() and byte not in b"\\'"
    return chr(byte) if readable else f"\\0{byte:03o}"


def _pipe(url: str, sent: Verbatim) -> str:
    """Return the command that sends what it is piped, and prints what comes."""
    host, port = split_url(url).place
    if not url.lower().startswith("https:"):
        options = ["-N"] if sent.finishes else []
        return shlex.join(["nc", *options, "-w", str(_SECONDS), host, str(port)])
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    # -quiet would keep the sending side open for ever, which is right where we did so, too.
    options = ["-quiet", *(["-no_ign_eof"] if sent.finishes else [])]
    return shlex.join(["openssl", "s_client", *options, "-connect", where])
