"""Requests over raw connections: what comes back is seen byte by byte."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from harness.certify.checks.reply_framing import Framed, frame
from harness.certify.context import Context
from mockpbx.core.commands import RequestFields
from mockpbx.core.observed import Failure, Observed
from mockpbx.raw.request_bytes import spelled
from mockpbx.result.exchange import Exchange
from mockpbx.result.raw_reply import RawReply
from mockpbx.wire.messages import HttpReply

_LIKE_A_CLIENT = (
    "User-Agent: mockpbx",
    "Accept: */*",
    "Accept-Encoding: identity",
    "Connection: close",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """A request and the bytes that came back.

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


async def ask_raw(context: Context, label: str, fields: RequestFields) -> Raw:
    """Send one request over a connection of its own, and wait until it is closed."""
    request = context.pbx.request(fields)
    data = spelled(request, headers=_LIKE_A_CLIENT)
    exchange = await context.send_raw(data, request=request, answers=None)
    raw = exchange.raw or RawReply(data=b"", closed=True, reset=False, elapsed_s=0.0)
    framed = frame(raw.data, closed=raw.closed)
    context.exchanges[-1] = exchange = _by_the_letter(exchange, framed)
    return Raw(label=label, reply=raw, framed=framed, exchange=exchange)


def _by_the_letter(exchange: Exchange, framed: Framed) -> Exchange:
    """Show an answer as it is framed, flaws included, where a client would hide them."""
    reply = HttpReply(
        status=framed.status,
        reason=framed.reason,
        headers=framed.headers,
        body=framed.body,
        http_version=framed.version,
    )
    detail = "; ".join(framed.flaws.values())
    observed = Failure(observed=Observed.FRAMING, detail=detail) if detail else None
    return replace(
        exchange, reply=reply if framed.status else None, observed=observed, seen=observed
    )


def ordinary_questions(context: Context) -> Sequence[tuple[str, RequestFields]]:
    """Return the questions of ordinary calls that make nobody guess."""
    facts = context.facts
    questions = [("stranger", context.fields(context.stranger))]
    if "courier" in facts:
        first = context.fields(facts["courier"])
        questions.append(("courier, nothing entered", first))
        if "order" in facts:
            second = context.fields(facts["courier"], facts["order"], first.session_id)
            questions.append(("courier, own order", second))
    return questions
