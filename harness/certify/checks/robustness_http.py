"""Requests that a PBX would not make: other methods, versions and headers."""

from collections.abc import Mapping
from dataclasses import replace

from harness.certify.checks.hostile import Shot, ordinary, posted, say, survived
from harness.certify.context import Context
from harness.certify.reasons import Finding, satisfied, violated
from harness.certify.registry import Check, check
from mockpbx.raw.request_bytes import spelled
from mockpbx.wire.messages import HttpRequest, header_list
from mockpbx.wire.request import Method

_CLOSE = "Connection: close"
_NOT_IMPLEMENTED, _VERSION_NOT_SUPPORTED = 501, 505

METHODS: Mapping[str, str] = {
    "ROBUST-031": "HEAD",
    "ROBUST-032": "OPTIONS",
    "ROBUST-033": "PUT",
    "ROBUST-034": "DELETE",
    "ROBUST-035": "get",
    "ROBUST-036": "BREW",
}
"""The method that each case tries."""


def _with_method(context: Context, method: str) -> HttpRequest:
    return replace(ordinary(context, method=Method.GET), method=method)


def _answered(method: str) -> Check:
    async def is_answered(context: Context) -> Finding:
        request = _with_method(context, method)
        data = spelled(request, headers=[_CLOSE])
        shot = await say(context, request, data, label=method, bodyless=method == "HEAD")
        return await survived(
            context,
            [shot],
            expected="an answer: 2xx, 4xx, or 501 if the method is not known",
            also=(_NOT_IMPLEMENTED,),
        )

    return is_answered


for _case_id, _method in METHODS.items():
    check(_case_id)(_answered(_method))


@check("ROBUST-030")
async def head_has_no_content(context: Context) -> Finding:
    """Listen for bytes after the head of an answer to HEAD."""
    request = _with_method(context, "HEAD")
    data = spelled(request, headers=[_CLOSE])
    exchange = await context.send_raw(data, request=request, bodyless=True, answers=None)
    raw = exchange.raw
    if raw is not None and raw.replies and raw.rest:
        return violated(
            expected="no content in the answer to HEAD",
            received=f"{len(raw.rest)} bytes after the head: {raw.rest[:60]!r}",
            blamed=(exchange,),
        )
    return satisfied("nothing came after the head")


@check("ROBUST-037")
async def http_1_0_is_answered(context: Context) -> Finding:
    """Ask as HTTP/1.0, which knows no Host."""
    request = ordinary(context)
    data = spelled(request, version="HTTP/1.0", host=False)
    shot = await say(context, request, data, label="HTTP/1.0 without Host")
    return await survived(context, [shot], also=(_VERSION_NOT_SUPPORTED,))


@check("ROBUST-038")
async def http_1_0_gets_no_chunks(context: Context) -> Finding:
    """Look for a transfer coding in the answer to HTTP/1.0, which has none."""
    request = ordinary(context)
    data = spelled(request, version="HTTP/1.0")
    shot = await say(context, request, data)
    reply = shot.exchange.reply
    coding = header_list(reply.headers, "Transfer-Encoding") if reply else []
    if coding:
        return violated(
            expected="a Content-Length, or the end of the connection",
            received=f"Transfer-Encoding: {', '.join(coding)}",
            blamed=(shot.exchange,),
        )
    return satisfied("no transfer coding")


@check("ROBUST-039")
async def missing_host_is_answered(context: Context) -> Finding:
    """Ask as HTTP/1.1 without a Host; 400 is right, an answer does no harm."""
    request = ordinary(context)
    data = spelled(request, host=False, headers=[_CLOSE])
    shot = await say(context, request, data, label="HTTP/1.1 without Host")
    return await survived(context, [shot], expected="400", may_close=True)


_NO_HTTP = (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"EHLO pbx\r\n", b"\r\n\r\n\r\n")


@check("ROBUST-040")
async def no_http_does_no_harm(context: Context) -> Finding:
    """Send bytes that are not HTTP, and say that no more will come."""
    shots = [
        await say(context, ordinary(context), data, label=f"{data[:8]!r}", half_close=True)
        for data in _NO_HTTP
    ]
    return await survived(context, shots, expected="400, or the connection closed", may_close=True)


@check("ROBUST-041")
async def useless_length_is_answered(context: Context) -> Finding:
    """Send a body whose Content-Length is no number, or less than nothing."""
    request = replace(ordinary(context, method=Method.POST_QUERY), body=None)
    shots = [
        await say(
            context,
            request,
            spelled(request, headers=[_CLOSE, f"Content-Length: {length}"]) + b"a=1",
            label=f"Content-Length: {length}",
        )
        for length in ("five", "-3")
    ]
    return await survived(context, shots, expected="400", also=(_NOT_IMPLEMENTED,), may_close=True)


@check("ROBUST-042")
async def huge_header_is_refused(context: Context) -> Finding:
    """Send a header of 32 kB."""
    request = ordinary(context, headers=(*context.profile.headers, ("X-Padding", "x" * 32768)))
    exchange = await context.send(request, transport=context.pbx.single_use)
    shot = Shot(label="a header of 32 kB", exchange=exchange)
    return await survived(context, [shot], expected="an instruction, or 431", may_close=True)


@check("ROBUST-043")
async def many_headers_are_refused(context: Context) -> Finding:
    """Send two hundred headers."""
    many = tuple((f"X-Padding-{number}", "x") for number in range(200))
    request = ordinary(context, headers=(*context.profile.headers, *many))
    exchange = await context.send(request, transport=context.pbx.single_use)
    shot = Shot(label="200 headers", exchange=exchange)
    return await survived(context, [shot], expected="an instruction, or 431", may_close=True)


_ENCODINGS: Mapping[str, frozenset[str]] = {
    "x-pbx;q=0.5": frozenset({"identity", "x-pbx"}),
    "identity;q=1.0, *;q=0": frozenset({"identity"}),
    "gzip;q=0, deflate;q=0": frozenset({"identity"}),
    "": frozenset({"identity"}),
}
"""What is accepted, and the codings that an answer may then have."""


@check("ROBUST-044")
async def odd_encodings_are_honoured(context: Context) -> Finding:
    """Accept hardly any coding of the content."""
    shots = []
    for accepted, right in _ENCODINGS.items():
        headers = (*context.profile.headers, ("Accept-Encoding", accepted))
        exchange = await context.send(ordinary(context, headers=headers))
        shots.append(Shot(label=f"Accept-Encoding: {accepted}", exchange=exchange))
        used = header_list(exchange.reply.headers, "Content-Encoding") if exchange.reply else []
        if not {name.lower() for name in used} <= right:
            return violated(
                expected=f"an answer that Accept-Encoding: {accepted} allows",
                received=f"Content-Encoding: {', '.join(used)}",
                blamed=(exchange,),
            )
    return await survived(context, shots)


@check("ROBUST-045")
async def expectation_is_answered(context: Context) -> Finding:
    """Send a body together with ``Expect: 100-continue``."""
    request = posted(context)
    data = spelled(request, headers=["Expect: 100-continue", _CLOSE])
    shot = await say(context, request, data, label="Expect: 100-continue")
    return await survived(
        context,
        [shot],
        expected="a final answer, after 100 Continue or without it",
        also=(_NOT_IMPLEMENTED,),
    )
