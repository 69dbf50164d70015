"""Correct endpoints that are asked, spelled or served in different ways."""

import json
import time
from collections.abc import Iterator
from typing import Any, ClassVar

from mockpbx.wire.request import Method
from tests.broken_endpoints.base import Asked, CourierLine, Instruction, Reply, Request
from tests.broken_endpoints.certificates import Certificate
from tests.broken_endpoints.raw import Piece, RawLine
from tests.broken_endpoints.register import Style, correct


@correct()
class Indented(CourierLine):
    """Indents its JSON, escapes what is not ASCII and ends it with a line break."""

    def encode(self, instruction: Instruction) -> bytes:
        return json.dumps(instruction, indent=4).replace("\n", "\r\n").encode() + b"\r\n"


@correct(remarks={"REPLY-015": "a cookie, which no PBX is known to keep"})
class ManyHeaders(CourierLine):
    """Sends the headers of a web framework behind a proxy."""

    def reply(self, body: bytes) -> Reply:
        headers = {
            "content-type": 'application/json; charset="UTF-8"',
            "Set-Cookie": "session=8f3a; Path=/; HttpOnly; SameSite=Lax",
            "Cache-Control": "no-store, private",
            "Vary": "Accept, Cookie",
            "X-Powered-By": "PHP/8.3",
            "Strict-Transport-Security": "max-age=31536000",
            "Access-Control-Allow-Origin": "*",
            "ETag": 'W/"1f-8"',
        }
        return Reply(body=body, headers=headers)


@correct()
class Http10(CourierLine):
    """Speaks HTTP/1.0, as http.server does unless told otherwise."""

    handler: ClassVar[dict[str, Any]] = {"protocol_version": "HTTP/1.0"}


@correct()
class Chunked(CourierLine):
    """Sends its answers in chunks."""

    handler: ClassVar[dict[str, Any]] = {"chunked": True}


@correct()
class NoKeepAlive(CourierLine):
    """Closes the connection after each answer and says so."""

    handler: ClassVar[dict[str, Any]] = {"keep_alive": False}


@correct(jobs=32)
class SlowInTime(CourierLine):
    """Takes 100 milliseconds to look an order up."""

    def answer(self, asked: Asked) -> Reply:
        if self.is_courier(asked) and asked.digits:
            time.sleep(0.1)
        return super().answer(asked)


@correct(method=Method.POST_FORM)
class PostFormOnly(CourierLine):
    """Takes a form by POST and nothing else."""

    def respond(self, request: Request) -> Reply:
        return _only("POST", "form", super().respond, request)


@correct(method=Method.POST_JSON)
class PostJsonOnly(CourierLine):
    """Takes JSON by POST and nothing else."""

    def respond(self, request: Request) -> Reply:
        return _only("POST", "json", super().respond, request)


@correct(method=Method.POST_QUERY)
class PostQueryOnly(CourierLine):
    """Takes the query of a POST and nothing else."""

    def respond(self, request: Request) -> Reply:
        return _only("POST", "", super().respond, request)


@correct()
class GetOnlyLine(CourierLine):
    """Takes GET and nothing else."""

    def respond(self, request: Request) -> Reply:
        return _only("GET", "", super().respond, request)


@correct(certificate=Certificate.GOOD)
class Https(CourierLine):
    """Speaks TLS, with a certificate of an authority that the manifest names."""


@correct(Style.RAW)
class HandWritten(RawLine):
    """Frames its answers by hand, in many small pieces."""

    def pieces(self, request: Request, reply: Reply) -> Iterator[Piece]:
        answer = self.head(request, reply, f"Content-Length: {len(reply.body)}") + reply.body
        for start in range(0, len(answer), 16):
            yield answer[start : start + 16]


@correct(Style.RAW)
class UntilTheEnd(RawLine):
    """Gives no length: the body ends where the connection does."""

    keeps_connections = False

    def pieces(self, request: Request, reply: Reply) -> Iterator[Piece]:
        yield self.head(request, reply) + reply.body


@correct()
class RefusesNonsense(CourierLine):
    """Answers 400 to a caller's number that cannot be one, without repeating it."""

    def answer(self, asked: Asked) -> Reply:
        if len(asked.caller) > 64 or set(asked.caller) & set("'\"<>;%\r\n\0"):
            return Reply(status=400)
        return super().answer(asked)


@correct()
class StockServer(CourierLine):
    """Leaves http.server as it is, with HTTP/1.0 and its own error pages."""

    handler: ClassVar[dict[str, Any]] = {
        "protocol_version": "HTTP/1.0",
        "default_request_version": "HTTP/0.9",
    }


def _only(method: str, kind: str, respond: Any, request: Request) -> Reply:
    if request.method != method:
        return Reply(status=405, headers={"Allow": method})
    if kind not in request.headers.get("content-type", ""):
        return Reply(status=415)
    reply: Reply = respond(request)
    return reply
