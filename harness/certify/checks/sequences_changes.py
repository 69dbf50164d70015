"""The courier line when something goes wrong: typing errors, and facts that change meanwhile.

Each case makes a courier enter wrong orders, which a good endpoint counts. So most of them
are for endpoints that can be told to forget it, through their states address.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.certify.checks.answers import (
    AT_ONCE,
    check_each,
    described,
    instructed,
    phones,
    story,
)
from harness.certify.checks.sequences import arrived
from harness.certify.context import Context
from harness.certify.reasons import Finding, missed, not_applicable, satisfied, violated
from harness.certify.registry import Check, check
from mockpbx.callscript.model import Call, HangUp
from mockpbx.manifest.facts import FactKind, kind_of
from mockpbx.wire.numbers import same_number


@dataclass(frozen=True, slots=True, kw_only=True)
class _Typo:
    """What a courier types before the own order: keys, or the facts that hold them."""

    first: Sequence[str]
    redials: bool = False


_TYPOS = {
    "SEQ-050": _Typo(first=("unknown_order",)),
    "SEQ-051": _Typo(first=("unknown_order",), redials=True),
    "SEQ-052": _Typo(first=("#",)),
    "SEQ-053": _Typo(first=("*5", "123#")),
}


def _corrected(typo: _Typo) -> Check:
    async def reaches_the_customer_after_all(context: Context) -> Finding:
        order, caller = context.fact("order"), context.fact("courier")
        wrong = [context.facts.get(keys, keys) for keys in typo.first]
        calls = [Call(caller=caller, dials=[*wrong, order])]
        if typo.redials:
            gives_up = HangUp(during="digits", nth=len(wrong) + 1)
            calls = [
                Call(caller=caller, dials=wrong, hangs_up=gives_up),
                Call(caller=caller, dials=[order], starts=60.0),
            ]
        played = await context.play_calls(calls)
        return arrived(played[-1], context.fact("customer"))

    return reaches_the_customer_after_all


check_each(_TYPOS, _corrected)

_NEARLY = {"SEQ-054": "{:.3}", "SEQ-055": "{}99"}
"""An order of which the end is missing, and one with spare digits."""


def _not_the_order(form: str) -> Check:
    async def is_not_the_order(context: Context) -> Finding:
        caller, customer = context.fact("courier"), context.fact("customer")
        first = context.fields(caller)
        digits = form.format(context.fact("order"))
        answers = (
            await context.ask(first),
            await context.ask(context.fields(caller, digits, first.session_id)),
        )
        if phones(answers[0]):
            return not_applicable(AT_ONCE)
        if any(same_number(phone, customer) for phone in phones(answers[1])):
            expected = f"{digits} is not the order {context.fact('order')}"
            return violated(expected=expected, received=described(answers[1]), blamed=answers[1:])
        return instructed(answers) or satisfied(described(answers[1]))

    return is_not_the_order


check_each(_NEARLY, _not_the_order)

_WRONG = ("unknown_order", "unknown_order_2", "unknown_order_3", "foreign_order")


@check("SEQ-056")
async def wrong_orders_come_to_an_end(context: Context) -> Finding:
    """Type wrong orders until the endpoint has had enough."""
    wrong = [context.fact(name) for name in _WRONG]
    played = await context.call(context.fact("courier"), *wrong)
    if played.record.connected is not None or played.record.message_s:
        return satisfied(story(played))
    return violated(
        expected="the caller is led to a person in the end",
        received=story(played),
        blamed=played.exchanges[-1:],
    )


_CHANGES = {
    "SEQ-060": "order-closed-in-between",
    "SEQ-061": "courier-reassigned-in-between",
    "SEQ-062": "courier-dismissed-in-between",
}
_LENGTH = 5


def _noticed(script: str) -> Check:
    async def is_noticed(context: Context) -> Finding:
        orders = [
            number for name, number in context.facts.items() if kind_of(name) is FactKind.ORDER
        ]
        if any(len(order) != _LENGTH for order in orders):
            return not_applicable(f"the script is about orders of {_LENGTH} digits")
        try:
            performance, misses = await context.play_script(script)
        finally:
            await _put_back(context)
        if not misses:
            return satisfied(story(performance.calls[0]))
        return missed(misses, blamed=performance.calls[0].exchanges[1:2])

    return is_noticed


async def _put_back(context: Context) -> None:
    """Leave the courier at work, also where the script was broken off."""
    if context.pbx.has_states:
        await context.pbx.put_into_state("courier active", {"courier": context.fact("courier")})


check_each(_CHANGES, _noticed)
