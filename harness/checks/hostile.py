"""Hostile requests: what is sent, where it is put, and what the answers must not show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote_to_bytes

from harness.checks.answers import described, fell_silent
from harness.context import Context
from harness.model import Finding, broken, kept
from mockpbx.core.observed import Failure, Observed
from mockpbx.drivers.stage import Exchange
from mockpbx.faults.caller import RawReply, converse
from mockpbx.faults.spelling import spelled
from mockpbx.wire.messages import HttpRequest, Verbatim
from mockpbx.wire.reply import Instructed, read
from mockpbx.wire.request import Method, build

NUMA, DIGITS, SESSION = "numa", "input_result", "the call id"
PLACES = (NUMA, DIGITS, SESSION)
"""Where a value is put. Digits are a stranger's: a courier's would be guesses."""

_MARK = "PutItHere"
_STRANGER = "79990000009"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """A hostile value.

    Attributes:
        name: What it is, for a sentence.
        text: The value; encoded as any other.
        encoded: Instead of it: bytes that go into a query or a form as they are.
    """

    name: str
    text: str = ""
    encoded: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """A hostile request and what came of it; `label` says what was put where."""

    label: str
    exchange: Exchange


def stranger(context: Context) -> str:
    """Give somebody whom the endpoint does not know."""
    return context.bench.facts.get("stranger", _STRANGER)


def ordinary(context: Context, **changes: Any) -> HttpRequest:
    """Make the request that asks about a stranger; `changes` are those of the profile."""
    return build(context.question(stranger(context)), replace(context.profile, **changes))


def posted(context: Context) -> HttpRequest:
    """Make an ordinary request with a body, in the form that the endpoint wants if it does."""
    form = context.profile.method is not Method.POST_JSON
    return ordinary(context, method=Method.POST_FORM if form else Method.POST_JSON)


def aimed(context: Context, place: str, payload: Payload, digits: str | None = None) -> HttpRequest:
    """Make a request with a hostile value in one place.

    Args:
        context: The check's.
        place: Out of `PLACES`.
        payload: What is put there.
        digits: What a hostile caller enters besides.
    """
    value = payload.text if payload.encoded is None else _MARK
    if place == NUMA:
        question = context.question(value, digits)
    elif place == DIGITS:
        question = context.question(stranger(context), value)
    else:
        # A known caller: what concerns a stranger's call may never be stored.
        caller = context.bench.facts.get("courier", stranger(context))
        fresh = context.bench.setting.session_id()
        question = context.question(caller, session=fresh + value)
    request = build(question, context.profile)
    return request if payload.encoded is None else _inserted(request, payload.encoded)


def _inserted(request: HttpRequest, encoded: str) -> HttpRequest:
    """Put bytes that no text encodes to in the place of the mark."""
    raw = encoded.encode()
    if "json" in (request.header("Content-Type") or ""):
        raw = unquote_to_bytes(encoded)
    body = request.body
    return replace(
        request,
        url=request.url.replace(_MARK, encoded),
        body=body if body is None else body.replace(_MARK.encode(), raw),
    )


async def fire(
    context: Context,
    payloads: Iterable[Payload],
    places: Iterable[str] = PLACES,
    digits: str | None = None,
) -> list[Shot]:
    """Send every value in every place, one after another."""
    places = tuple(places)
    return [
        Shot(
            label=f"{payload.name} in {place}",
            exchange=await context.send(aimed(context, place, payload, digits)),
        )
        for payload in payloads
        for place in places
    ]


async def say(
    context: Context, request: HttpRequest, *pieces: bytes, label: str = "", **how: Any
) -> Shot:
    """Send bytes that no HTTP client would send, up to the first whole answer.

    Args:
        context: The check's; the exchange becomes part of its evidence.
        request: What the bytes are meant to be.
        *pieces: The bytes.
        label: What is odd about them.
        **how: More for `mockpbx.faults.caller.converse`.
    """
    pieces = pieces or (spelled(request),)
    raw = await converse(
        context.profile.url,
        pieces,
        trust=context.bench.trust,
        **({"answers": 1, "within_s": context.deadline_s} | how),
    )
    sent = Verbatim(data=b"".join(pieces), finishes=how.get("half_close", False))
    return Shot(label=label, exchange=noted(context, request, raw, sent))


def noted(context: Context, request: HttpRequest, raw: RawReply, sent: Verbatim) -> Exchange:
    """Take a raw conversation into the evidence.

    Args:
        context: The check's.
        request: What was meant to be sent.
        raw: What came back.
        sent: What was sent.
    """
    observed = _observed(raw)
    exchange = Exchange(
        request_id=len(context.exchanges) + 1,
        copy=0,
        at=0.0,
        elapsed_s=raw.elapsed_s,
        request=replace(request, verbatim=sent),
        reply=raw.replies[0] if raw.replies else None,
        observed=observed,
        seen=observed,
    )
    context.exchanges.append(exchange)
    return exchange


def _observed(raw: RawReply) -> Instructed | Failure:
    if raw.replies:
        return read(raw.replies[0])
    if raw.data and raw.status is None:
        return Failure(observed=Observed.FRAMING, detail="what came back is not HTTP")
    if raw.reset:
        return Failure(observed=Observed.RESET, detail="the connection was reset")
    if not raw.closed:
        detail = f"no whole answer within {raw.elapsed_s:.1f} s"
        return Failure(observed=Observed.DEADLINE, detail=detail)
    if raw.data:
        return Failure(observed=Observed.EOF_PARTIAL, detail="closed in the middle of an answer")
    return Failure(observed=Observed.EOF_EMPTY, detail="closed without an answer")


_BROKEN_OFF = (Observed.RESET, Observed.EOF_EMPTY, Observed.EOF_PARTIAL, Observed.FRAMING)


def broke_off(exchange: Exchange) -> bool:
    """Tell whether the endpoint ended the connection instead of answering.

    What is no HTTP counts too: some servers refuse in the manner of HTTP/0.9, text alone.
    """
    observed = exchange.observed
    return isinstance(observed, Failure) and observed.observed in _BROKEN_OFF


async def survived(
    context: Context,
    shots: Sequence[Shot],
    *,
    expected: str = "an instruction or a refusal (4xx)",
    also: tuple[int, ...] = (),
    may_close: bool = False,
) -> Finding:
    """Judge that every shot was answered without a server error, and the next call is too.

    Args:
        context: The check's.
        shots: What was sent.
        expected: What an endpoint should have answered.
        also: Statuses of 500 and on that are right here.
        may_close: Closing the connection instead of answering is right here.
    """
    for shot in shots:
        reply = shot.exchange.reply
        right = reply is not None and reply.status in also
        closed = may_close and reply is None and broke_off(shot.exchange)
        if fell_silent(shot.exchange) and not right and not closed:
            received = f"{described(shot.exchange)} ({shot.label})"
            return broken(expected=expected, received=received, blamed=(shot.exchange,))
    return await gone(context) or kept(answers_in_short(shots))


async def gone(context: Context, probes: int = 1) -> Finding | None:
    """Object that the endpoint does not answer the next ordinary calls any more.

    Args:
        context: The check's.
        probes: How many calls; more than one where the first may be answered while the
            endpoint has not yet met its end.
    """
    for _ in range(probes):
        probe = await context.alive()
        if fell_silent(probe):
            expected = "the next ordinary call answered"
            return broken(expected=expected, received=described(probe), blamed=(probe,))
    return None


def answers_in_short(shots: Sequence[Shot]) -> str:
    """Sum up what came back: ``3 requests: status 200, 400``."""
    found = {
        f"status {shot.exchange.reply.status}" if shot.exchange.reply else "closed"
        for shot in shots
    }
    what = "1 request" if len(shots) == 1 else f"{len(shots)} requests"
    return f"{what}: {', '.join(sorted(found))}; the next call was answered"
