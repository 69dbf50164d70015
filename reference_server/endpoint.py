"""The endpoint the PBX asks: parameters in, one instruction out.

Whatever arrives, the PBX gets an instruction it can follow. The only errors are a foreign caller
(403), a body that cannot be read (400, 413) and a database that cannot be reached (503); for the
last ones the PBX has a fallback of its own.
"""

import logging
from dataclasses import dataclass

from fastapi import Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Route

from reference_server.access import Guard
from reference_server.domain import Answer, CallRequest
from reference_server.group_commit import GroupCommit
from reference_server.parameters import (
    Pairs,
    UnreadableBodyError,
    from_form,
    from_json,
    understand,
)
from reference_server.phones import mask

PATH = "/crm_integration"
METHODS = ("GET", "HEAD", "POST", "OPTIONS")
LARGEST_BODY = 64 * 1024

_HEADERS = {"Cache-Control": "no-store"}
_ALLOW = {**_HEADERS, "Allow": ", ".join(METHODS)}

log = logging.getLogger("reference_server.calls")


class _BodyTooLargeError(Exception):
    """More than any PBX would send."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PbxEndpoint:
    """Answers the PBX.

    Attributes:
        guard: Who may ask.
        calls: Decides and logs.
        region: Whose way of writing numbers without a country code is meant.
    """

    guard: Guard
    calls: GroupCommit
    region: str

    def routes(self) -> list[Route]:
        """Route the path itself and, when there is a secret, the path that ends with it."""
        paths = [PATH] if self.guard.secret is None else [PATH, PATH + "/{secret}"]
        return [Route(path, self.handle, methods=list(METHODS)) for path in paths]

    async def handle(self, request: Request) -> Response:
        """Answer one request; nothing of it is ever repeated in the answer."""
        if not self.guard.admits(request):
            return _json('{"error":"forbidden"}', 403)
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=_ALLOW)
        if request.method == "HEAD":  # a monitor is no call: nothing is decided or logged
            return _json("", 200)
        try:
            call = understand(await _parameters(request), self.region)
        except (UnreadableBodyError, ClientDisconnect):
            return _json('{"error":"the body cannot be read"}', 400)
        except _BodyTooLargeError:
            return _json('{"error":"the body is too large"}', 413)
        return await self._instruct(call)

    async def _instruct(self, call: CallRequest) -> Response:
        try:
            answer = await self.calls.answer(call)
        except SQLAlchemyError as error:
            log.error("the database failed: %s", type(error).__name__)  # noqa: TRY400
            return _json('{"error":"the database is not available"}', 503)
        _log_call(call, answer)
        return _json(answer.body, 200)


async def _parameters(request: Request) -> Pairs:
    pairs = from_form(request.scope["query_string"])
    if request.method != "POST":
        return pairs
    body = await _read(request)
    if not body.strip():
        return pairs
    is_json = "json" in request.headers.get("content-type", "").lower()
    return pairs + (from_json(body) if is_json else from_form(body))


async def _read(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise _BodyTooLargeError
    return body


def _json(body: str, status: int) -> Response:
    return Response(body, status, media_type="application/json", headers=_HEADERS)


def _log_call(call: CallRequest, answer: Answer) -> None:
    if log.isEnabledFor(logging.INFO):
        repeated = " (repeated)" if answer.repeated else ""
        # ascii() keeps whatever is in a session id on one line of the log.
        log.info("%a from %s: %s%s", call.sid, mask(call.caller), answer.kind.value, repeated)
