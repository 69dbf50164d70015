"""Hostile requests: what is sent, where it is put, and what the answers must not show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Unpack
from urllib.parse import unquote_to_bytes

from harness.certify.checks.answers import described, fell_silent
from harness.certify.context import Context
from harness.certify.reasons import Finding, satisfied, violated
from mockpbx.async_pbx import RawOptions
from mockpbx.core.observed import Failure, Observed
from mockpbx.result.exchange import Exchange
from mockpbx.wire.messages import HttpRequest
from mockpbx.wire.request import Method, build

NUMA, DIGITS, SESSION = "numa", "input_result", "the call id"
PLACES = (NUMA, DIGITS, SESSION)
"""Where a value is put. The digits are a stranger's; `asked` enters those of who is asked."""

MARK = "PutItHere"
"""Stands in a request for bytes that no text encodes to, until they are `inserted`."""


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


def ordinary(context: Context, **changes: Any) -> HttpRequest:
    """Make the request that asks about a stranger; `changes` are those of the profile."""
    return context.pbx.request(context.fields(context.stranger), **changes)


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
    value = payload.text if payload.encoded is None else MARK
    if place == NUMA:
        question = context.fields(value, digits)
    elif place == DIGITS:
        question = context.fields(context.stranger, value)
    else:
        # A known caller: what concerns a stranger's call may never be stored.
        caller = context.facts.get("courier", context.stranger)
        fresh = context.pbx.session_id()
        question = context.fields(caller, session=fresh + value)
    request = build(question, context.profile)
    return request if payload.encoded is None else inserted(request, payload.encoded)


def inserted(request: HttpRequest, encoded: str) -> HttpRequest:
    """Put bytes that no text encodes to in the place of the mark."""
    raw = encoded.encode()
    if "json" in (request.header("Content-Type") or ""):
        raw = unquote_to_bytes(encoded)
    body = request.body
    return replace(
        request,
        url=request.url.replace(MARK, encoded),
        body=body if body is None else body.replace(MARK.encode(), raw),
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
        await _shot(context, payload, place, digits) for payload in payloads for place in places
    ]


async def _shot(context: Context, payload: Payload, place: str, digits: str | None) -> Shot:
    """Send a value once in a run; several cases look at the answer."""

    async def sent() -> Exchange:
        own = context.own()
        return await own.send(aimed(own, place, payload, digits))

    exchange = await context.shared.once(f"{payload} {place} {digits}", sent)
    context.exchanges.append(exchange.numbered(len(context.exchanges) + 1))
    return Shot(label=f"{payload.name} in {place}", exchange=context.exchanges[-1])


async def say(
    context: Context,
    request: HttpRequest,
    *pieces: bytes,
    label: str = "",
    **options: Unpack[RawOptions],
) -> Shot:
    """Send bytes that no HTTP client would send, up to the first whole answer.

    Args:
        context: The check's; the exchange becomes part of its evidence.
        request: What the bytes are meant to be.
        *pieces: The bytes.
        label: What is odd about them.
        **options: How they are sent, and what is waited for.
    """
    exchange = await context.send_raw(*pieces, request=request, **options)
    return Shot(label=label, exchange=exchange)


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
            return violated(expected=expected, received=received, blamed=(shot.exchange,))
    context.must_live_on(dead)
    return satisfied(answers_in_short(shots))


def dead(probe: Exchange) -> Finding:
    """Object that the endpoint does not answer the next ordinary call any more."""
    expected = "the next ordinary call answered"
    return violated(expected=expected, received=described(probe), blamed=(probe,))


async def gone(context: Context, probes: int) -> Finding | None:
    """Object that the endpoint does not answer the next ordinary calls any more.

    Args:
        context: The check's.
        probes: How many calls: the first may be answered while the endpoint has not yet met
            its end.
    """
    for _ in range(probes):
        probe = await context.probe()
        if fell_silent(probe):
            return dead(probe)
    return None


def answers_in_short(shots: Sequence[Shot]) -> str:
    """Sum up what came back: ``3 requests: status 200, 400``."""
    found = {
        f"status {shot.exchange.reply.status}" if shot.exchange.reply else "closed"
        for shot in shots
    }
    what = "1 request" if len(shots) == 1 else f"{len(shots)} requests"
    return f"{what}: {', '.join(sorted(found))}"
