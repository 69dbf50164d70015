"""The courier line, call by call: who asks for an own open order reaches its customer.

A call is judged by where the caller ends. An endpoint that names the customer at once,
because the courier has only one order, is as right as one that asks for the order first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.certify.checks.answers import check_each, ended, instructed, story, typed
from harness.certify.context import Context
from harness.certify.reasons import Finding, satisfied, violated
from harness.certify.registry import Check, check
from mockpbx.callscript.model import Asks, Call, HangUp
from mockpbx.result.call_result import CallResult
from mockpbx.wire.numbers import same_number


def arrived(played: CallResult, customer: str) -> Finding:
    """Judge whether a caller ended with the customer."""
    if same_number(played.record.connected, customer):
        return satisfied(f"the caller talked to {customer}")
    expected = f"the caller talks to {customer}, as [facts] declare"
    return violated(expected=expected, received=story(played), blamed=played.exchanges[-1:])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Delivery:
    """A courier calls about an order.

    Attributes:
        courier: The fact that names the caller.
        order: The fact that names what they type.
        customer: The fact that names whom they should reach.
        before: How another call of the same courier went, shortly before.
    """

    courier: str = "courier"
    order: str = "order"
    customer: str = "customer"
    before: Mapping[str, Any] | None = None


_DELIVERIES = {
    "SEQ-001": _Delivery(),
    "SEQ-002": _Delivery(order="second_order", customer="second_customer"),
    "SEQ-003": _Delivery(
        courier="single_courier", order="single_order", customer="single_customer"
    ),
    "SEQ-004": _Delivery(before={"talks": 5.0}),
    "SEQ-005": _Delivery(before={"hangs_up": HangUp(during="digits", after=0.6)}),
    "SEQ-006": _Delivery(before={"hangs_up": HangUp(during="thinking")}),
    "SEQ-007": _Delivery(
        courier="other_courier", order="foreign_order", customer="foreign_customer"
    ),
    "SEQ-008": _Delivery(order="zero_order", customer="zero_customer"),
}


def _delivered(delivery: _Delivery) -> Check:
    async def reaches_the_customer(context: Context) -> Finding:
        call = Call(caller=context.fact(delivery.courier), dials=[context.fact(delivery.order)])
        calls = [call]
        if delivery.before is not None:
            calls = [call.changed(**delivery.before), call.changed(starts=60.0)]
        played = await context.play_calls(calls)
        return arrived(played[-1], context.fact(delivery.customer))

    return reaches_the_customer


check_each(_DELIVERIES, _delivered)


@check("SEQ-070")
async def courier_who_waits_for_an_order(context: Context) -> Finding:
    """Call as somebody who is courier and customer: which comes first is the shop's affair."""
    own, theirs = context.fact("courier_customer_customer"), context.fact("other_courier")
    order = context.fact("courier_customer_order")
    played = await context.call(context.fact("courier_customer"), order)
    if any(same_number(played.record.connected, number) for number in (own, theirs)):
        return satisfied(ended(played.record))
    expected = f"the caller talks to {own}, or to {theirs}, who brings what they wait for"
    return violated(expected=expected, received=story(played), blamed=played.exchanges[-1:])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A call that an endpoint may lead anywhere; but if it asks it must understand.

    Attributes:
        form: How the courier's number arrives, ``{}`` standing for it.
        cut: Digits left out at its beginning.
        first: What the caller types before the order.
        asks: How the PBX asks.
    """

    form: str = "{}"
    cut: int = 0
    first: Sequence[str] = ()
    asks: Asks = field(default_factory=Asks)


_IF_ASKED = {
    "SEQ-009": _Asked(first=("",)),
    "SEQ-040": _Asked(form="+{}"),
    "SEQ-041": _Asked(form="+{}", asks=Asks(raw_plus=True)),
    "SEQ-042": _Asked(form="8{}", cut=1),
    "SEQ-043": _Asked(cut=1),
}


def _understood(way: _Asked) -> Check:
    async def is_understood_if_asked(context: Context) -> Finding:
        order, customer = context.fact("order"), context.fact("customer")
        caller = way.form.format(context.fact("courier")[way.cut :])
        played = await context.call(caller, *way.first, order, asks=way.asks)
        objection = instructed(played.exchanges)
        if objection is not None:
            return objection
        if not typed(played, order):
            return satisfied(f"was not asked for the order: {ended(played.record)}")
        return arrived(played, customer)

    return is_understood_if_asked


check_each(_IF_ASKED, _understood)
