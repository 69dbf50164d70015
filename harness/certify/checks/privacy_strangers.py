"""What a stranger can find out by trying: which order numbers are real.

Whoever is no courier is led somewhere, whatever they type. If that is another place for a
real order than for one that does not exist, order numbers can be tried out by telephone.
"""

from collections.abc import Sequence

from harness.certify.checks.answers import check_each, described, fell_silent, phones
from harness.certify.checks.privacy_refusals import gist
from harness.certify.context import Context
from harness.certify.reasons import Finding, satisfied, untestable, violated
from harness.certify.registry import Check
from mockpbx.result.exchange import Exchange

_REAL = ("order", "foreign_order", "closed_order")
_PAIRS = 12
"""Staff who take turns may be dialled unlike at first, but not a dozen times in the same way."""

_BEFORE = {"PRIV-071": 1, "PRIV-072": 0}
"""Questions of the call that carry no digits yet."""


def _tried_out(before: int) -> Check:
    async def real_and_unknown_orders_are_alike(context: Context) -> Finding:
        facts = context.facts
        for real in (name for name in _REAL if name in facts):
            objection = await _told_apart(context, real, before)
            if objection is not None:
                return objection
        if any(map(fell_silent, context.exchanges)):
            silent = tuple(filter(fell_silent, context.exchanges))
            return untestable("the endpoint broke down over a stranger's order", blamed=silent)
        return satisfied(f"always as an unknown order: {described(context.exchanges[-1])}")

    return real_and_unknown_orders_are_alike


check_each(_BEFORE, _tried_out)


async def _told_apart(context: Context, real: str, before: int) -> Finding | None:
    """Object to answers to a real order that no unknown order gets."""
    unknowns: list[Exchange] = []
    reals: list[Exchange] = []
    for place in range(_PAIRS):
        # By turns, but not in a beat that staff who take turns could fall into.
        pair = [("unknown_order", unknowns), (real, reals)]
        for name, found in pair[:: -1 if place.bit_count() % 2 else 1]:
            found.append(await _answer(context, name, before))
        if fell_silent(unknowns[-1]) or fell_silent(reals[-1]):
            return None
        if set(map(_led, unknowns)) & set(map(_led, reals)):
            return None
    if len(set(map(_led, unknowns))) > 1 and len(set(map(_led, reals))) > 1:
        return None  # nobody is led anywhere twice: that tells nothing
    return violated(
        expected="a stranger who types a real order is answered as for one that does not exist",
        received=f"unknown: {_summed(unknowns)}; {real.replace('_', ' ')}: {_summed(reals)}",
        blamed=(unknowns[-1], reals[-1]),
    )


async def _answer(context: Context, fact: str, before: int) -> Exchange:
    first = context.fields(context.fact("stranger"))
    for _ in range(before):
        await context.ask(first)
    digits = context.fields(first.numa, context.fact(fact), first.session_id)
    return await context.ask(digits)


def _led(exchange: Exchange) -> tuple[object, ...]:
    """Return where an answer leads the caller, and what they hear."""
    status = exchange.reply.status if exchange.reply else None
    return (*gist(exchange), phones(exchange), status)


def _summed(exchanges: Sequence[Exchange]) -> str:
    return " or ".join(sorted({described(exchange) for exchange in exchanges}))
