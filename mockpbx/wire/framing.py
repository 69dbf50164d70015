"""Raw bytes → the HTTP/1.x answers that they hold, without a client's opinions.

A client library hides what a raw conversation is about: how many answers came, whether
bytes followed them, whether a body came where none is allowed.
"""

import re
from dataclasses import dataclass

from mockpbx.wire.messages import Headers, HttpReply, header_list, header_value

_HEAD_ENDS = re.compile(rb"\r?\n\r?\n")
_STATUS_LINE = re.compile(rb"HTTP/(1\.\d) (\d{3})(?: ([^\r\n]*))?")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[^\r\n]*\r?\n")
_LAST_CHUNK_ENDS = re.compile(rb"(?:[^\r\n]+\r?\n)*\r?\n")
_LINE_END = re.compile(rb"\r?\n")

_FINAL = 200
_WITHOUT_BODY = (204, 304)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a connection's bytes hold.

    Attributes:
        whole: The final answers that are there to their last byte, in order; a
            ``100 Continue`` is not one of them.
        rest: The bytes after them.
    """

    whole: tuple[HttpReply, ...]
    rest: bytes


def split_answers(data: bytes, *, closed: bool, bodyless: bool = False) -> Answers:
    """Find the whole answers at the beginning of what came.

    Args:
        data: All bytes that came.
        closed: True if nothing more will come: an answer without a length is whole then.
        bodyless: True if no answer may have a body, as those to HEAD.
    """
    whole: list[HttpReply] = []
    while (taken := _first(data, closed=closed, bodyless=bodyless)) is not None:
        reply, data = taken
        if reply.status >= _FINAL:
            whole.append(reply)
    return Answers(whole=tuple(whole), rest=data)


def _first(data: bytes, *, closed: bool, bodyless: bool) -> tuple[HttpReply, bytes] | None:
    """Take the first answer off; None if it is not there, or not yet whole."""
    end = _HEAD_ENDS.search(data)
    begins = _STATUS_LINE.match(data)
    if end is None or begins is None:
        return None
    version, status, reason = begins.groups()
    headers = _headers(data[begins.end() : end.start()])
    without = bodyless or int(status) < _FINAL or int(status) in _WITHOUT_BODY
    rest = data[end.end() :]
    taken = (b"", rest) if without else _body(rest, headers, closed=closed)
    if taken is None:
        return None
    reply = HttpReply(
        status=int(status),
        reason=(reason or b"").decode("latin-1"),
        headers=headers,
        body=taken[0],
        http_version=f"HTTP/{version.decode()}",
    )
    return reply, taken[1]


def _headers(lines: bytes) -> Headers:
    found = []
    for line in _LINE_END.split(lines):
        name, colon, value = line.decode("latin-1").partition(":")
        if colon:
            found.append((name.strip(), value.strip()))
    return tuple(found)


def _body(data: bytes, headers: Headers, *, closed: bool) -> tuple[bytes, bytes] | None:
    """Take a body off: by its chunks, by its length, or else until the end."""
    if "chunked" in [coding.lower() for coding in header_list(headers, "Transfer-Encoding")]:
        return _chunked(data)
    declared = header_value(headers, "Content-Length")
    if declared is None or not declared.isascii() or not declared.isdigit():
        return (data, b"") if closed else None
    length = int(declared[:18])
    return (data[:length], data[length:]) if len(data) >= length else None


def _chunked(data: bytes) -> tuple[bytes, bytes] | None:
    body = b""
    while (size := _CHUNK_SIZE.match(data)) is not None:
        length, data = int(size[1], 16), data[size.end() :]
        if length == 0:
            trailer = _LAST_CHUNK_ENDS.match(data)
            return (body, data[trailer.end() :]) if trailer else None
        after = _LINE_END.match(data, length)
        if after is None:
            return None
        body, data = body + data[:length], data[after.end() :]
    return None
