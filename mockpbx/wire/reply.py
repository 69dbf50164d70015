"""An HTTP reply → an instruction, or the precise reason why it is none.

An instruction is HTTP 200 with a JSON object [doc]; anything else sends the call to the
operation's fallback [doc]. The stages, in order; the first that objects decides:

1. status: 200; redirects are not followed [assumed]
2. content encoding: gzip and deflate
3. content type: what cannot be JSON is refused, what might be is tolerated with a note [assumed]
4. character set: UTF-8 without a byte order mark
5. JSON: strict, bounded
6. meaning: `mockpbx.wire.instruction`
"""

from http import HTTPStatus

from mockpbx.core.observed import Failure, Observed
from mockpbx.wire.content import charset_notes, content_type_notes, decoded, decompressed
from mockpbx.wire.instruction import Instructed, interpret
from mockpbx.wire.messages import HttpReply
from mockpbx.wire.rejected import Rejected, excerpt
from mockpbx.wire.strict_json import LIMITS, Limits, parse

__all__ = ["LIMITS", "Instructed", "Limits", "interpret", "read"]

_OK = 200


def read(reply: HttpReply, limits: Limits = LIMITS) -> Instructed | Failure:
    """Tell what an endpoint's reply instructs the PBX to do.

    Never raises, whatever the reply holds.

    Args:
        reply: The reply as it came.
        limits: The largest answer that is read.

    Returns:
        The instruction with its notes, or what was observed instead of one.
    """
    try:
        return _read(reply, limits)
    except Rejected as rejected:
        return rejected.failure


def _read(reply: HttpReply, limits: Limits) -> Instructed | Failure:
    _check_status(reply)
    body = decompressed(reply, limits)
    notes = content_type_notes(reply)
    text = decoded(body, reply)
    value = parse(text, limits)
    result = interpret(_rooted(value, limits))
    if isinstance(result, Failure):
        return result
    notes += charset_notes(reply)
    return Instructed(instruction=result.instruction, notes=(*notes, *result.notes))


def _check_status(reply: HttpReply) -> None:
    if reply.status == _OK:
        return
    line = f"HTTP {reply.status} {excerpt(reply.reason or _phrase(reply.status))}".strip()
    if _is_redirect(reply.status):
        where = "with" if reply.header("Location") else "without"
        detail = f"{line}: a redirect {where} a Location; redirects are not followed (assumed)"
        raise Rejected(Observed.REDIRECT, detail, assumed=True)
    no_error = HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES
    raise Rejected(Observed.HTTP_STATUS, f"{line}: success is HTTP 200" if no_error else line)


def _is_redirect(status: int) -> bool:
    # 304 says that nothing has changed, which answers no question.
    redirects = HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST
    return redirects and status != HTTPStatus.NOT_MODIFIED


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _rooted(value: object, limits: Limits) -> object:
    """Look into a string at the root for JSON that was encoded twice [field]."""
    if isinstance(value, str) and _holds_json(value, limits):
        detail = "a JSON string that itself contains JSON: the answer was encoded twice"
        raise Rejected(Observed.JSON_SHAPE, detail, "$")
    return value


def _holds_json(text: str, limits: Limits) -> bool:
    try:
        return isinstance(parse(text, limits), dict | list)
    except Rejected:
        return False
