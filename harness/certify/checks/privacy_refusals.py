"""What a refusal gives away to a courier, or its time to anybody: whether an order exists."""

import re
from collections.abc import Sequence

from harness.certify.checks.answers import (
    FOREIGN_ORDER,
    UNKNOWN_ORDER,
    broke_down,
    described,
    fell_silent,
    not_asked,
    samples,
)
from harness.certify.context import Context
from harness.certify.reasons import Finding, satisfied, untestable, violated
from harness.certify.registry import check
from mockpbx.core.instruction import Announcement, Branch, Forward
from mockpbx.core.observed import Failure
from mockpbx.result.exchange import Exchange
from mockpbx.wire.reply import Instructed

_ALIKE = "an order of another courier is refused like one that does not exist"
_OF_THE_CONNECTION = frozenset(
    {
        "age",
        "connection",
        "content-length",
        "date",
        "keep-alive",
        "server-timing",
        "transfer-encoding",
    }
)
"""Headers that come and go with the connection and the load."""


@check("PRIV-050")
async def refusals_mean_the_same(context: Context) -> Finding:
    """Compare what the caller lives through after an unknown and after a foreign order."""
    pair = await _refusals(context)
    if isinstance(pair, Finding):
        return pair
    unknown, foreign = pair
    if gist(unknown) == gist(foreign):
        return satisfied(f"both times {described(foreign)}")
    received = f"unknown: {described(unknown)}; another courier's: {described(foreign)}"
    return violated(expected=_ALIKE, received=received, blamed=pair)


@check("PRIV-051")
async def refusals_look_the_same(context: Context) -> Finding:
    """Compare status and names of headers; values differ from answer to answer."""
    pair = await _refusals(context)
    if isinstance(pair, Finding):
        return pair
    unknown, foreign = map(_outside, pair)
    if unknown == foreign:
        return satisfied("the same status and the same headers")
    received = f"unknown: {', '.join(unknown)}; another courier's: {', '.join(foreign)}"
    return violated(expected=_ALIKE, received=received, blamed=pair)


async def _refusals(context: Context) -> tuple[Exchange, Exchange] | Finding:
    """Return the answers to an unknown and to a foreign order, or why there are none."""
    unknown = await _answer_to(context, UNKNOWN_ORDER, "unknown_order")
    foreign = await _answer_to(context, FOREIGN_ORDER, "foreign_order")
    if isinstance(unknown, Finding):
        return unknown
    return foreign if isinstance(foreign, Finding) else (unknown, foreign)


async def _answer_to(context: Context, label: str, fact: str) -> Exchange | Finding:
    found = await samples(context, label)
    requests = found[0].played.record.requests
    asked = {item.request_id for item in requests if item.digits == context.fact(fact)}
    answer = next((item.exchange for item in found if item.exchange.request_id in asked), None)
    if answer is None:
        return not_asked(found[0].played)
    if fell_silent(answer):
        return broke_down(answer)
    return answer


def gist(exchange: Exchange) -> tuple[object, ...]:
    """Return what a caller notices; numbers in words aside, such as the tries that are left."""
    match exchange.observed:
        case Instructed(instruction=Branch(codes=codes)):
            return codes
        case Instructed(instruction=Forward() as forward):
            words = (_words(forward.announcement), _words(forward.whisper))
            return (bool(forward.phones), *words)
        case Failure(observed=observed):
            return (observed,)
    return ()


def _words(announcement: Announcement | None) -> str:
    return re.sub("[0-9]+", "#", announcement.words if announcement else "")


def _outside(exchange: Exchange) -> Sequence[str]:
    reply = exchange.reply
    names = {name.lower() for name, _ in reply.headers} if reply else set()
    return [str(reply.status if reply else None), *sorted(names - _OF_THE_CONNECTION)]


# -- time tells, too -----------------------------------------------------------------------

_PAIRS = 12
"""If time told nothing, one group would lie wholly above the other once in millions."""
_NOTICEABLE_S = 0.02


@check("PRIV-052")
async def time_tells_nothing(context: Context) -> Finding:
    """Compare the times a stranger waits after an unknown and after somebody's order.

    A stranger asks, because each wrong order of a courier is a guess. The questions take
    turns, so that whatever slows the machine down meets both.
    """
    unknown, real = [], []
    for _ in range(_PAIRS):
        unknown.append(await _waited(context, "unknown_order"))
        real.append(await _waited(context, "foreign_order"))
        if any(map(fell_silent, context.exchanges)):
            silent = tuple(filter(fell_silent, context.exchanges))
            return untestable("the endpoint broke down over a stranger's order", blamed=silent)
        if not _separate(unknown, real):
            return satisfied(f"no difference in {len(real)} pairs of questions")
    difference = abs(_median(real) - _median(unknown))
    if difference < _NOTICEABLE_S:
        return satisfied(f"{1000 * difference:.1f} ms apart")
    return violated(
        expected="a stranger waits as long for a real order as for one that does not exist",
        received=f"{1000 * difference:.0f} ms apart in each of {_PAIRS} pairs of questions",
        blamed=tuple(context.exchanges[-2:]),
    )


async def _waited(context: Context, fact: str) -> float:
    question = context.fields(context.fact("stranger"), context.fact(fact))
    return (await context.ask(question)).elapsed_s


def _separate(one: Sequence[float], other: Sequence[float]) -> bool:
    return max(one) < min(other) or max(other) < min(one)


def _median(times: Sequence[float]) -> float:
    return sorted(times)[len(times) // 2]
