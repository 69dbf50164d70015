"""Endpoints whose bytes are no whole HTTP answer."""

from collections.abc import Iterator

from tests.broken_endpoints.base import Reply, Request
from tests.broken_endpoints.raw import Piece, RawLine
from tests.broken_endpoints.register import Style, broken

_DEADLINE_S = 1.0


class _Closing(RawLine):
    """Closes the connection after each answer."""

    keeps_connections = False


@broken("REPLY-110", Style.RAW)
class ContentLengthTooSmall(_Closing):
    """Declares fewer bytes than it sends: it counts letters."""

    def pieces(self, request: Request, reply: Reply) -> Iterator[Piece]:
        yield self.head(request, reply, f"Content-Length: {len(reply.body) - 4}") + reply.body


@broken("REPLY-111", Style.RAW)
class ContentLengthTooBig(_Closing):
    """Declares more bytes than it sends, and closes."""

    def pieces(self, request: Request, reply: Reply) -> Iterator[Piece]:
        yield self.head(request, reply, f"Content-Length: {len(reply.body) + 10}") + reply.body


@broken("REPLY-114", Style.RAW)
class TwoContentLengths(_Closing):
    """Declares two lengths that differ."""

    def pieces(self, request: Request, reply: Reply) -> Iterator[Piece]:
        size = len(reply.body)
        lengths = f"Content-Length: {size}", f"Content-Length: {size + 1}"
        yield self.head(request, reply, *lengths) + reply.body


@broken("TIME-003", Style.RAW, deadline_s=_DEADLINE_S)
class NoLengthAndOpen(RawLine):
    """Says neither how long its answers are nor closes after them."""

    def pieces(self, request: Request, reply: Reply) -> Iterator[Piece]:
        yield self.head(request, reply) + reply.body
        yield None


@broken("REPLY-111", Style.RAW)
class ClosesEarly(_Closing):
    """Closes in the middle of the body when it connects a courier."""

    def pieces(self, request: Request, reply: Reply) -> Iterator[Piece]:
        body = reply.body[:12] if b"phones" in reply.body else reply.body
        yield self.head(request, reply, f"Content-Length: {len(reply.body)}") + body


@broken("REPLY-002", Style.RAW)
class ClosesWithoutAnAnswer(_Closing):
    """Closes without an answer when it is no courier who calls."""

    def pieces(self, request: Request, reply: Reply) -> Iterator[Piece]:
        if b"2}" not in reply.body:
            yield from super().pieces(request, reply)


@broken("REPLY-112", Style.RAW)
class LastChunkMissing(_Closing):
    """Sends chunks and forgets the last, empty one."""

    def pieces(self, request: Request, reply: Reply) -> Iterator[Piece]:
        size = f"{len(reply.body):x}\r\n".encode()
        yield self.head(request, reply, "Transfer-Encoding: chunked")
        yield size + reply.body + b"\r\n"


@broken("REPLY-115", Style.RAW)
class NoStatusLine(_Closing):
    """Sends its JSON without any HTTP around it."""

    def pieces(self, _request: Request, reply: Reply) -> Iterator[Piece]:
        yield reply.body


@broken("REPLY-110", Style.RAW)
class BodyGoesOn(RawLine):
    """Sends a line break after each body that no Content-Length counts, and stays open."""

    def pieces(self, request: Request, reply: Reply) -> Iterator[Piece]:
        yield from super().pieces(request, reply)
        yield b"\r\n\r\nOK"


@broken("TIME-003", Style.RAW, deadline_s=_DEADLINE_S)
class Trickles(_Closing):
    """Begins its answer at once and goes on byte by byte."""

    def pieces(self, request: Request, reply: Reply) -> Iterator[Piece]:
        yield self.head(request, reply, f"Content-Length: {len(reply.body)}")
        for byte in reply.body:
            yield bytes([byte])
            yield 0.1


@broken("TIME-002", Style.RAW, deadline_s=_DEADLINE_S)
class SilentAfterTheFirst(RawLine):
    """Keeps the connection, and answers nothing more on it."""

    def pieces(self, request: Request, reply: Reply) -> Iterator[Piece]:
        yield from super().pieces(request, reply)
        yield None


@broken("ROBUST-057", Style.RAW)
class AnswersBackwards(RawLine):
    """Answers the last of several requests that came together first."""

    backwards = True


@broken("REPLY-113", Style.RAW)
class LengthAndChunks(_Closing):
    """Declares a length and sends chunks."""

    def pieces(self, request: Request, reply: Reply) -> Iterator[Piece]:
        size = f"{len(reply.body):x}\r\n".encode()
        declared = "Transfer-Encoding: chunked", f"Content-Length: {len(reply.body)}"
        yield self.head(request, reply, *declared) + size + reply.body + b"\r\n0\r\n\r\n"


@broken("REPLY-116", Style.RAW)
class ClosesInTheHead(_Closing):
    """Closes the connection within its headers."""

    def pieces(self, request: Request, reply: Reply) -> Iterator[Piece]:
        yield self.head(request, reply)[:40]


@broken("ROBUST-045", Style.RAW, deadline_s=_DEADLINE_S)
class SilentWhenExpected(RawLine):
    """Falls silent when a request says that it waits for 100 Continue."""

    def pieces(self, request: Request, reply: Reply) -> Iterator[Piece]:
        if "expect" in request.headers:
            yield None
        yield from super().pieces(request, reply)
