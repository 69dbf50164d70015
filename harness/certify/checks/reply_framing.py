"""An answer as bytes: where its head, its body and its end are, by the letter of RFC 9112."""

import re
from dataclasses import dataclass, field
from enum import Enum

from mockpbx.wire.messages import Headers, header_list
from mockpbx.wire.rejected import excerpt


class Flaw(Enum):
    """What can be wrong with the framing of an answer."""

    SURPLUS = "bytes after the end of the answer"
    SHORT = "closed before the end that Content-Length gives"
    CHUNKS = "chunks that cannot be told apart"
    LENGTH_AND_CHUNKS = "Content-Length beside Transfer-Encoding"
    LENGTHS = "a Content-Length that is none, or several that differ"
    HEAD = "a head that is not HTTP"
    NO_HEAD = "closed within the head"


@dataclass(slots=True, kw_only=True)
class Framed:
    """An answer, taken apart.

    Attributes:
        status: Its status; 0 if that cannot be told.
        reason: Its reason phrase.
        version: Its HTTP version.
        headers: Its headers.
        body: What follows the head, as it came.
        flaws: What is wrong, each with a detail.
        whole: True if its end has come.
    """

    status: int = 0
    reason: str = ""
    version: str = ""
    headers: Headers = ()
    body: bytes = b""
    flaws: dict[Flaw, str] = field(default_factory=dict)
    whole: bool = False


_STATUS_LINE = re.compile(rb"(HTTP/1\.[01]) ([1-9][0-9]{2})(?: ([^\r\n\0]*))?")
_HEADER_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([^\r\n\0]*)")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,12})[ \t]*(?:;[^\r\n]*)?\r\n")
_INTERIM = range(100, 200)
_BODILESS = frozenset({204, 304})


def frame(data: bytes, *, closed: bool) -> Framed:
    """Take an answer apart.

    Args:
        data: All that came on the connection.
        closed: Whether the endpoint closed it.
    """
    while True:
        head, found, rest = data.partition(b"\r\n\r\n")
        if not found:
            return _without_end(data, closed=closed)
        framed = _head(head)
        if framed.status not in _INTERIM:
            break
        data = rest
    framed.body = rest
    if not framed.flaws:
        _find_end(framed, closed=closed)
    return framed


def _without_end(data: bytes, *, closed: bool) -> Framed:
    """Judge an answer whose head has no end."""
    framed = Framed()
    if b"\n\n" in data:
        framed.flaws[Flaw.HEAD] = "lines that end with LF where HTTP has CR LF"
    elif data and not b"HTTP/1.".startswith(data[:7]):
        framed.flaws[Flaw.HEAD] = f"the first bytes are {_shown(data)}"
    elif data and closed:
        framed.flaws[Flaw.NO_HEAD] = f"closed after {len(data)} bytes, within the head"
    return framed


def _shown(line: bytes) -> str:
    return f"`{excerpt(line.decode('latin-1'), 60)}`"


def _head(head: bytes) -> Framed:
    framed = Framed()
    first, *lines = head.split(b"\r\n")
    status_line = _STATUS_LINE.fullmatch(first)
    if status_line is None:
        framed.flaws[Flaw.HEAD] = f"the status line is {_shown(first)}"
    else:
        framed.version = status_line[1].decode()
        framed.status = int(status_line[2])
        framed.reason = (status_line[3] or b"").decode("latin-1")
    headers = []
    for line in lines:
        header = _HEADER_LINE.fullmatch(line)
        if header is None:
            framed.flaws.setdefault(Flaw.HEAD, f"the header line {_shown(line)}")
        else:
            headers.append((header[1].decode(), header[2].strip(b" \t").decode("latin-1")))
    framed.headers = tuple(headers)
    return framed


def _find_end(framed: Framed, *, closed: bool) -> None:
    lengths = header_list(framed.headers, "Content-Length")
    codings = [name.lower() for name in header_list(framed.headers, "Transfer-Encoding")]
    if lengths and codings:
        framed.flaws[Flaw.LENGTH_AND_CHUNKS] = f"Content-Length {lengths[0]} beside {codings[-1]}"
    if len(set(lengths)) > 1 or not all(length.isdigit() for length in lengths):
        framed.flaws[Flaw.LENGTHS] = f"Content-Length {', '.join(lengths)}"
    elif framed.status in _BODILESS:
        framed.whole = True
    elif codings:
        _find_last_chunk(framed, closed=closed)
    elif lengths:
        _compare_length(framed, int(lengths[0]), closed=closed)
    else:
        framed.whole = closed


def _compare_length(framed: Framed, length: int, *, closed: bool) -> None:
    size = len(framed.body)
    framed.whole = size >= length
    if size > length:
        framed.flaws[Flaw.SURPLUS] = f"Content-Length {length}, and {size} bytes of body"
    elif size < length and closed:
        framed.flaws[Flaw.SHORT] = f"Content-Length {length}, and closed after {size} bytes of body"


def _find_last_chunk(framed: Framed, *, closed: bool) -> None:
    place = 0
    while True:
        size = _CHUNK_SIZE.match(framed.body, place)
        if size is None:
            _no_chunk(framed, place, closed=closed)
            return
        length = int(size[1], 16)
        if length == 0:
            _end_of_chunks(framed, size.end(), closed=closed)
            return
        place = size.end() + length + 2
        if len(framed.body) < place:
            _no_chunk(framed, place, closed=closed)
            return
        if framed.body[place - 2 : place] != b"\r\n":
            framed.flaws[Flaw.CHUNKS] = f"a chunk of {length} bytes that goes on after its end"
            return


def _no_chunk(framed: Framed, place: int, *, closed: bool) -> None:
    rest = framed.body[place : place + 40]
    if b"\n" in rest:
        framed.flaws[Flaw.CHUNKS] = f"{_shown(rest)} in the place of a chunk's size"
    elif closed:
        framed.flaws[Flaw.CHUNKS] = "closed before the last chunk"


def _end_of_chunks(framed: Framed, place: int, *, closed: bool) -> None:
    """Skip the trailer, and see that nothing comes after it."""
    # From the line end of the last size on: an empty trailer ends with the same four bytes.
    rest = framed.body[place - 2 :]
    _, found, surplus = rest.partition(b"\r\n\r\n")
    if not found:
        if closed:
            framed.flaws[Flaw.CHUNKS] = "no empty line after the last chunk"
        return
    framed.whole = True
    if surplus:
        framed.flaws[Flaw.SURPLUS] = f"{len(surplus)} bytes after the last chunk"
