"""How long the caller waits: whole answers against the deadline of the PBX.

The only checks that measure time; they run alone, and first. All limits are parts of the
deadline, so that none depends on the machine.
"""

import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from statistics import median

from harness.certify.checks.answers import (
    FOREIGN_ORDER,
    UNKNOWN_ORDER,
    check_each,
    samples,
    typed,
)
from harness.certify.checks.request_raw import ask_raw
from harness.certify.context import Context
from harness.certify.reasons import Finding, not_applicable, satisfied, violated
from harness.certify.registry import Check, check
from mockpbx.core.instruction import Branch
from mockpbx.core.observed import Failure, Observed
from mockpbx.result.call_result import CallResult
from mockpbx.result.exchange import Exchange
from mockpbx.wire.reply import Instructed

TIMES = 20
"""Questions in a row: enough to tell a habit from an accident."""
FEWER = 5
"""Questions that need a connection or a call of their own."""
_NOT_ASKED = "the courier is not asked for the order"
_LATE = frozenset({Observed.DEADLINE, Observed.READ_TIMEOUT, Observed.CONNECT_TIMEOUT})

Ask = Callable[[], Awaitable[Exchange | None]]
"""Asks once more; None if there is nothing to ask."""


def _caller(context: Context) -> str:
    facts = context.facts
    return facts.get("courier") or facts.get("stranger", "")


def _asks_first(context: Context, *, caller: str | None = None, anew: bool = False) -> Ask:
    """Ask the first question of a call, over a new connection if need be."""
    transport = context.pbx.single_use if anew else None
    numa = _caller(context) if caller is None else caller

    async def ask() -> Exchange:
        return await context.ask(context.fields(numa), transport=transport)

    return ask


def _asks_second(context: Context) -> Ask:
    """Ask about the courier's order, in a call whose first question led there."""

    async def ask() -> Exchange | None:
        first = context.fields(context.fact("courier"))
        exchange = await context.ask(first)
        observed = exchange.observed
        if not isinstance(observed, Instructed) or not isinstance(observed.instruction, Branch):
            return None
        return await context.ask(replace(first, digits=context.fact("order")))

    return ask


def _is_late(exchange: Exchange) -> bool:
    return isinstance(exchange.observed, Failure) and exchange.observed.observed in _LATE


def _sum_up(exchanges: Sequence[Exchange]) -> str:
    """Say how long answers took: half of them, 19 of 20, and the longest."""
    times = sorted(exchange.elapsed_s for exchange in exchanges)
    shares = {"p50": 0.5, "p95": 0.95, "max": 1.0}
    found = {name: times[math.ceil(share * len(times)) - 1] for name, share in shares.items()}
    return ", ".join(f"{name} {seconds:.3f} s" for name, seconds in found.items())


# -- in time ------------------------------------------------------------------------------


async def _none_late(context: Context, ask: Ask, times: int) -> Finding:
    """Ask until an answer is late, which ends the waiting for more."""
    exchanges: list[Exchange] = []
    for number in range(1, times + 1):
        exchange = await ask()
        if exchange is None:
            return not_applicable(_NOT_ASKED)
        exchanges.append(exchange)
        if _is_late(exchange):
            return violated(
                expected=f"a whole answer within {context.deadline_s:g} s",
                received=f"none by then (question {number} of {times})",
                blamed=(exchange,),
            )
    return satisfied(f"{times} answers in time: {_sum_up(exchanges)}")


@check("TIME-001")
async def the_first_question(context: Context) -> Finding:
    """Ask once, before anything else is asked."""
    return await _none_late(context, _asks_first(context, anew=True), 1)


async def _in_a_row(context: Context) -> Sequence[Exchange]:
    """Ask again and again over a connection that is kept; several cases look at the answers."""
    found = list(context.common.in_a_row)
    context.exchanges += found
    ask = _asks_first(context)
    while not found or not (len(found) == TIMES or _is_late(found[-1])):
        exchange = await ask()
        if exchange is not None:
            found.append(exchange)
    context.common.in_a_row = tuple(found)
    return found


@check("TIME-002")
async def question_after_question(context: Context) -> Finding:
    """Look at answers to questions over a connection that is kept."""
    exchanges = await _in_a_row(context)
    if _is_late(exchanges[-1]):
        return violated(
            expected=f"a whole answer within {context.deadline_s:g} s",
            received=f"none by then (question {len(exchanges)} of {TIMES})",
            blamed=(exchanges[-1],),
        )
    return satisfied(f"{TIMES} answers in time: {_sum_up(exchanges)}")


@check("TIME-004")
async def second_questions(context: Context) -> Finding:
    """Ask about the order in several calls."""
    return await _none_late(context, _asks_second(context), FEWER)


@check("TIME-014")
async def questions_about_strangers(context: Context) -> Finding:
    """Ask about a caller who is not known, and may be looked for in more places."""
    return await _none_late(context, _asks_first(context, caller=context.fact("stranger")), FEWER)


_WRONG_ORDERS = {UNKNOWN_ORDER: "unknown_order", FOREIGN_ORDER: "foreign_order"}


@check("TIME-015")
async def answers_about_wrong_orders(context: Context) -> Finding:
    """Look at ordinary calls with a wrong order: to ask for more would be to guess."""
    asked = 0
    for label, order in _WRONG_ORDERS.items():
        if order not in context.facts:
            continue
        played = (await samples(context, label))[0].played
        late = _late_in(played)
        if late:
            expected = f"a whole answer within {context.deadline_s:g} s"
            return violated(expected=expected, received=f"none by then ({label})", blamed=late[:1])
        if not typed(played, context.fact(order)):
            return not_applicable(_NOT_ASKED)
        asked += len(played.exchanges)
    return satisfied(f"{asked} answers in time")


def _late_in(played: CallResult) -> tuple[Exchange, ...]:
    """Return the questions of a call that the PBX waited for in vain."""
    failures = {request.request_id: request.failure for request in played.record.requests}
    late = {number for number, one in failures.items() if one is not None and one.observed in _LATE}
    return tuple(exchange for exchange in played.exchanges if exchange.request_id in late)


@check("TIME-005")
async def new_connections(context: Context) -> Finding:
    """Ask over a new connection each time, as after an idle hour."""
    return await _none_late(context, _asks_first(context, anew=True), FEWER)


@check("TIME-003")
async def the_last_byte(context: Context) -> Finding:
    """See that an answer that begins in time also ends in time."""
    raw = await ask_raw(context, "first question", context.fields(_caller(context)))
    if raw.framed.whole:
        return satisfied(f"{len(raw.reply.data)} bytes in {raw.reply.elapsed_s:.3f} s")
    if raw.reply.closed or not raw.reply.data:
        return not_applicable("no answer began and went on: there is no end to wait for")
    return violated(
        expected=f"the last byte within {context.deadline_s:g} s",
        received=f"an answer that was not over then, after {len(raw.reply.data)} bytes",
        blamed=(raw.exchange,),
    )


# -- with room to spare -------------------------------------------------------------------

_ROOM = {
    "TIME-010": (0.2, 10, "half of the answers"),
    "TIME-011": (0.4, 1, "19 of 20 answers"),
    "TIME-012": (0.5, 0, "every answer"),
}
"""Share of the deadline, how many of `TIMES` may take longer, and those that may not."""


def _with_room(row: tuple[float, int, str]) -> Check:
    share, allowed, named = row

    async def measures(context: Context) -> Finding:
        return await _measured(context, share * context.deadline_s, allowed, named)

    return measures


check_each(_ROOM, _with_room)


async def _measured(context: Context, limit_s: float, allowed: int, named: str) -> Finding:
    exchanges = await _in_a_row(context)
    if _is_late(exchanges[-1]):
        return not_applicable("an answer is late altogether, which TIME-002 is about")
    slow = [exchange for exchange in exchanges if exchange.elapsed_s > limit_s]
    if len(slow) <= allowed:
        return satisfied(_sum_up(exchanges))
    return violated(
        expected=f"{named} within {limit_s:g} s",
        received=f"{len(slow)} of {len(exchanges)} took longer: {_sum_up(exchanges)}",
        blamed=tuple(slow),
    )


@check("TIME-013")
async def the_second_is_as_quick(context: Context) -> Finding:
    """Compare the answer about the order with the one before it."""
    ask = _asks_second(context)
    for _ in range(FEWER):
        exchange = await ask()
        if exchange is None or any(map(_is_late, context.exchanges)):
            return not_applicable("there are no second answers in time to compare")
    first = median(exchange.elapsed_s for exchange in context.exchanges[0::2])
    second = median(exchange.elapsed_s for exchange in context.exchanges[1::2])
    limit_s = context.deadline_s / 4
    if second - first <= limit_s:
        return satisfied(f"first answer {first:.3f} s, second {second:.3f} s")
    return violated(
        expected=f"a second answer at most {limit_s:g} s slower than the first",
        received=f"{first:.3f} s and {second:.3f} s",
        blamed=tuple(context.exchanges[1::2]),
    )
