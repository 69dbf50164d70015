"""The answer as an HTTP message: status, headers, size."""

import re
from http import HTTPStatus

from harness.certify.checks.reply_answers import ANSWERS, OK, SUCCESSES, TEXTS, Answer, look
from harness.certify.checks.reply_text import Encoding
from harness.certify.context import Context
from harness.certify.reasons import Finding, satisfied, violated
from harness.certify.registry import check
from mockpbx.core.observed import Failure, Observed
from mockpbx.wire.messages import header_list
from mockpbx.wire.rejected import excerpt, listed

LARGEST_BODY = 64 * 1024
"""Bytes; an instruction needs a few hundred."""

_JSON_TYPE = re.compile(r"(?:application|text)/(?:json|x-json|[\w.-]+\+json)")
_ENCODINGS = frozenset({"gzip", "x-gzip", "deflate"})
_CHARSET = re.compile(r"utf-?\d+|(us-)?ascii|iso-?8859-\d+|(windows-|cp)\d+|koi8-[ru]")
_UNICODE_NAMES = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
_CHARSET = re.compile(r"utf-?(8|16|32)|us-ascii|ascii|iso-8859-\d+|windows-\d+|cp\d+|koi8-[ru]")
_TOLD_BY_FRAMING = frozenset({Observed.EOF_PARTIAL, Observed.FRAMING})


@check("REPLY-002")
async def every_question_gets_an_answer(context: Context) -> Finding:
    """Look for ordinary questions that got no HTTP answer at all."""
    samples = await context.common_calls()
    for sample in samples:
        observed = sample.exchange.observed
        if sample.exchange.reply is not None or not isinstance(observed, Failure):
            continue
        if observed.observed not in _TOLD_BY_FRAMING:
            return violated(
                expected="an HTTP answer",
                received=f"{observed.detail} ({sample.label})",
                blamed=(context.show(sample),),
            )
    return satisfied(f"{len(samples)} questions, all answered")


def _line(one: Answer) -> str:
    return f"status {one.reply.status} {excerpt(one.reply.reason, 40)}".strip()


def _is_error(one: Answer) -> str | None:
    has_meaning = HTTPStatus.OK <= one.reply.status < HTTPStatus.BAD_REQUEST
    return None if has_meaning else _line(one)


def _is_other_success(one: Answer) -> str | None:
    other = OK < one.reply.status < HTTPStatus.MULTIPLE_CHOICES
    return _line(one) if other else None


def _is_redirect(one: Answer) -> str | None:
    if not HTTPStatus.MULTIPLE_CHOICES <= one.reply.status < HTTPStatus.BAD_REQUEST:
        return None
    where = one.reply.header("Location")
    return f"{_line(one)} to {excerpt(where, 60)}" if where else _line(one)


look("REPLY-001", ANSWERS, _is_error, expected="status 200, no error")
look("REPLY-003", ANSWERS, _is_other_success, expected="status 200, no other success")
look("REPLY-004", ANSWERS, _is_redirect, expected="status 200, no redirect")


# -- what the headers say of the body -----------------------------------------------------


def _media_type(one: Answer) -> str:
    return (one.reply.header("Content-Type") or "").split(";")[0].strip().lower()


def _has_no_type(one: Answer) -> str | None:
    return None if _media_type(one) else "no Content-Type"


def _has_another_type(one: Answer) -> str | None:
    media = _media_type(one)
    return f"Content-Type {excerpt(media)}" if media and not _JSON_TYPE.fullmatch(media) else None


def _has_a_wrong_charset(one: Answer) -> str | None:
    encoding, _ = one.decoded
    is_utf_8 = encoding in (Encoding.UTF_8, Encoding.BYTE_ORDER_MARK)
    if one.charset is None or one.charset in _UNICODE_NAMES or not is_utf_8:
        return None
    # ASCII is the same in nearly every charset: nothing untrue is said of it.
    plain = (one.body or b"").isascii()
    return None if plain else f"charset={excerpt(one.charset)} over a body in UTF-8"


def _encodings(one: Answer) -> list[str]:
    names = header_list(one.reply.headers, "Content-Encoding")
    return [name.lower() for name in names if name.lower() != "identity"]


def _is_undecodable(one: Answer) -> str | None:
    """Tell of a body that is not what it says; an encoding that we do not know may be true."""
    charsets = [name for name in _encodings(one) if _CHARSET.fullmatch(name)]
    if charsets:
        return f"Content-Encoding {charsets[0]}: a charset, which belongs into Content-Type"
    unknown = [name for name in _encodings(one) if name not in _ENCODINGS]
    charsets = list(filter(_CHARSET.fullmatch, unknown))
    if charsets:
        return f"Content-Encoding {listed(charsets)}: a charset, which belongs into Content-Type"
    return None if unknown else one.undecodable


def _is_encoded_unasked(one: Answer) -> str | None:
    names = _encodings(one)
    return f"Content-Encoding {listed(names)}" if names and not _is_undecodable(one) else None


def _sets_a_cookie(one: Answer) -> str | None:
    cookie = one.reply.header("Set-Cookie")
    return None if cookie is None else f"Set-Cookie: {excerpt(cookie.partition('=')[0], 40)}"


def _is_large(one: Answer) -> str | None:
    size = len(one.reply.body)
    return f"a body of {size} bytes" if size > LARGEST_BODY else None


look("REPLY-010", SUCCESSES, _has_no_type, expected="a Content-Type")
look("REPLY-011", SUCCESSES, _has_another_type, expected="Content-Type application/json")
look("REPLY-012", TEXTS, _has_a_wrong_charset, expected="no charset, or the one that is used")
look(
    "REPLY-013",
    SUCCESSES,
    _is_encoded_unasked,
    expected="no Content-Encoding, as none was asked for",
)
look("REPLY-014", SUCCESSES, _is_undecodable, expected="a body encoded as Content-Encoding says")
look("REPLY-015", ANSWERS, _sets_a_cookie, expected="no Set-Cookie")
look("REPLY-016", ANSWERS, _is_large, expected=f"a body of at most {LARGEST_BODY} bytes")
