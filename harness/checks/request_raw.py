"""Questions over raw connections: what comes back is seen byte by byte."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from harness.checks.reply_framing import Framed, frame
from harness.context import Context
from mockpbx.core.commands import Question
from mockpbx.core.observed import Failure, Observed
from mockpbx.drivers.stage import Exchange
from mockpbx.faults.caller import RawReply
from mockpbx.wire.messages import HttpReply, HttpRequest, Verbatim
from mockpbx.wire.request import build


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """A question and the bytes that came back.

    Attributes:
        label: Who asked what.
        reply: The bytes.
        framed: The same, taken apart.
        exchange: The same as evidence.
    """

    label: str
    reply: RawReply
    framed: Framed
    exchange: Exchange


def spelled(request: HttpRequest) -> bytes:
    """Spell a request out, with the headers that HTTP asks for; the connection is to be closed."""
    parts = urlsplit(request.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [
        f"{request.method} {target} HTTP/1.1",
        f"Host: {parts.netloc.rpartition('@')[2]}",
        "User-Agent: mockpbx",
        "Accept: */*",
        "Accept-Encoding: identity",
        "Connection: close",
        *(f"{name}: {value}" for name, value in request.headers),
    ]
    if parts.username is not None:
        secret = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        lines.append(f"Authorization: Basic {base64.b64encode(secret.encode()).decode()}")
    if request.body is not None:
        lines.append(f"Content-Length: {len(request.body)}")
    head = "\r\n".join([*lines, "", ""])
    return head.encode("utf-8", "surrogateescape") + (request.body or b"")


async def ask_raw(context: Context, label: str, question: Question) -> Raw:
    """Ask one question over a connection of its own, and wait until it is closed."""
    request = build(question, context.profile)
    data = spelled(request)
    reply = await context.raw(data)
    request = replace(request, verbatim=Verbatim(data=data))
    framed = frame(reply.data, closed=reply.closed)
    exchange = _evidence(len(context.exchanges) + 1, request, reply, framed)
    context.exchanges.append(exchange)
    return Raw(label=label, reply=reply, framed=framed, exchange=exchange)


def _evidence(number: int, request: HttpRequest, raw: RawReply, framed: Framed) -> Exchange:
    reply = HttpReply(
        status=framed.status,
        reason=framed.reason,
        headers=framed.headers,
        body=framed.body,
        http_version=framed.version,
    )
    detail = "; ".join(framed.flaws.values())
    observed = Failure(observed=Observed.FRAMING, detail=detail) if detail else None
    return Exchange(
        request_id=number,
        copy=0,
        at=0.0,
        elapsed_s=raw.elapsed_s,
        request=request,
        reply=reply if framed.status else None,
        observed=observed,
        seen=observed,
    )


def ordinary_questions(context: Context) -> Sequence[tuple[str, Question]]:
    """Give the questions of ordinary calls that make nobody guess."""
    facts = context.bench.facts
    caller = facts.get("stranger", "")
    named = "stranger" if caller else "hidden caller"
    questions = [(named, context.question(caller))]
    if "courier" in facts:
        first = context.question(facts["courier"])
        questions.append(("courier, nothing entered", first))
        if "order" in facts:
            second = context.question(facts["courier"], facts["order"], first.session_id)
            questions.append(("courier, own order", second))
    return questions
