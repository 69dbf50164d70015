"""How long the caller waits: whole answers against the deadline of the PBX.

The only checks that measure time; they run alone, and first. All limits are parts of the
deadline, so that none depends on the machine.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from statistics import median

from harness.certify.checks.answers import (
    FOREIGN_ORDER,
    UNKNOWN_ORDER,
    check_each,
    described,
    phones,
    samples,
    typed,
)
from harness.certify.checks.rehearsal import Rehearsal
from harness.certify.checks.request_raw import ask_raw
from harness.certify.context import Context
from harness.certify.reasons import Finding, ReasonKind, not_applicable, satisfied, violated
from harness.certify.registry import Check, check
from mockpbx.core.instruction import Branch
from mockpbx.core.observed import Failure, Observed
from mockpbx.result.call_result import CallResult
from mockpbx.result.exchange import Exchange
from mockpbx.wire.numbers import same_number
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
    return context.facts.get("courier") or context.stranger


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
    """Look at the very first request of the run; whatever came before it would have warmed up."""
    first = context.shared.first
    if first is None:
        return await _none_late(context, _asks_first(context, anew=True), 1)
    context.exchanges.append(first)
    if not _is_late(first):
        return satisfied(f"answered in time: {_sum_up([first])}")
    # What the first caller lived through, and how it is once the endpoint is awake.
    await Rehearsal(fault="time.silence").play(context)
    second = await context.ask(context.fields(_caller(context)), transport=context.pbx.single_use)
    woken = not _is_late(second)
    then = f"answered in {second.elapsed_s:.2f} s" if woken else "as late"
    return violated(
        expected=f"a whole answer within {context.deadline_s:g} s, also to the first caller",
        received=f"none by then; the next request was {then}",
        blamed=(first,),
        kind=ReasonKind.COLD_START if woken else None,
    )


async def _in_a_row(context: Context) -> Sequence[Exchange]:
    """Ask again and again over a connection that is kept; several cases look at the answers."""

    async def asked() -> Sequence[Exchange]:
        ask = _asks_first(context.own())
        found: list[Exchange] = []
        while not found or not (len(found) == TIMES or _is_late(found[-1])):
            exchange = await ask()
            if exchange is not None:
                found.append(exchange)
        return found

    exchanges = await context.shared.once("in a row", asked)
    context.exchanges += exchanges
    return exchanges


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
    exchanges = await _pairs(context)
    if not exchanges:
        return not_applicable(_NOT_ASKED)
    late = tuple(filter(_is_late, exchanges))
    if late:
        return violated(
            expected=f"a whole answer within {context.deadline_s:g} s",
            received=f"none by then (question {len(exchanges)} of {2 * FEWER})",
            blamed=late,
        )
    return satisfied(f"{FEWER} answers in time: {_sum_up(exchanges[1::2])}")


async def _pairs(context: Context) -> Sequence[Exchange]:
    """Ask both questions of a call several times, up to a late answer; several cases look."""

    async def asked() -> Sequence[Exchange]:
        own = context.own()
        ask = _asks_second(own)
        for _ in range(FEWER):
            if await ask() is None:
                return () if not any(map(_is_late, own.exchanges)) else own.exchanges
            if any(map(_is_late, own.exchanges)):
                break
        return own.exchanges

    exchanges = await context.shared.once("pairs", asked)
    context.exchanges += exchanges
    return exchanges


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
    exchanges = await _pairs(context)
    if not exchanges or any(map(_is_late, exchanges)):
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


# -- in company, and in a hurry -------------------------------------------------------------

_TOGETHER = 6
"""Callers who ask at the same moment: more than one, and few enough for any endpoint."""
_NOTICED = 0.1
"""Share of the deadline that somebody must wait for others to be told of it."""


@check("TIME-020")
async def callers_do_not_wait_for_each_other(context: Context) -> Finding:
    """Let some ask at the same moment, and compare with one who asks alone."""
    alone = await _in_a_row(context)
    if _is_late(alone[-1]):
        return not_applicable("an answer is late altogether, which TIME-002 is about")
    single_s = median(exchange.elapsed_s for exchange in alone)
    together = await _ask_together(context)
    if _longest_s(together) > 2 * _TOGETHER * single_s:
        # Longer than taking turns takes: something else held them up, such as our own machine.
        together = min(together, await _ask_together(context), key=_longest_s)
    slowest_s = _longest_s(together)
    context.shared.width = _TOGETHER * single_s / max(slowest_s, single_s)
    received = f"{_TOGETHER} at once: the last waits {slowest_s:.2f} s; one alone {single_s:.2f} s"
    in_turn = context.shared.width < _TOGETHER / 3
    if not in_turn or slowest_s - single_s < _NOTICED * context.deadline_s:
        return satisfied(received)
    return violated(
        expected="callers who ask at the same moment do not wait for each other",
        received=f"{received}: it answers one request at a time",
        blamed=(max(together, key=lambda exchange: exchange.elapsed_s),),
    )


async def _ask_together(context: Context) -> Sequence[Exchange]:
    async with context.pbx.fresh_transport() as way:
        asked = (
            context.ask(context.fields(_caller(context)), transport=way) for _ in range(_TOGETHER)
        )
        with context.in_company():
            return await asyncio.gather(*asked)


def _longest_s(exchanges: Sequence[Exchange]) -> float:
    return max(exchange.elapsed_s for exchange in exchanges)


_AS_PEOPLE_TYPE_S = 2.0
"""Seconds that anybody needs to hear a prompt and type an order."""


@check("TIME-021")
async def digits_may_come_at_once(context: Context) -> Finding:
    """Ask both questions of a call without a pause; if that goes wrong, with one."""
    courier, order, customer = map(context.fact, ("courier", "order", "customer"))

    async def leads_to_the_customer(pause_s: float) -> Exchange | None:
        first = context.fields(courier)
        await context.ask(first)
        await asyncio.sleep(pause_s)
        second = await context.ask(replace(first, digits=order))
        reached = any(same_number(phone, customer) for phone in phones(second))
        return None if reached else second

    hurried = await leads_to_the_customer(0.0)
    if hurried is None:
        return satisfied("the customer is named, however fast the order comes")
    if await leads_to_the_customer(_AS_PEOPLE_TYPE_S) is not None:
        return not_applicable("the customer is not named, however slowly the order comes")
    context.shared.pause_s = _AS_PEOPLE_TYPE_S
    return violated(
        expected="the same answer, however fast the digits come",
        received=f"{described(hurried)} at once, the customer {_AS_PEOPLE_TYPE_S:g} s later: all "
        "further calls of this run take people's time",
        blamed=(hurried,),
    )
