"""When most cases are done: is an ordinary call answered as it was at the beginning?"""

import asyncio

from harness.certify.checks.answers import (
    OWN_ORDER,
    STRANGER,
    described,
    instructed,
    story,
)
from harness.certify.context import Context
from harness.certify.reasons import Assumption, Finding, not_applicable, satisfied, violated
from harness.certify.registry import check
from harness.certify.shared import Limited, who_asks
from mockpbx.callscript.model import HangUp
from mockpbx.result.call_result import CallResult
from mockpbx.wire.numbers import same_number
from mockpbx.wire.reply import Instructed

_STEPS = 3
"""How often an endpoint that limits calls is asked whether it has forgotten them."""


@check("SEQ-080")
async def the_courier_is_still_served(context: Context) -> Finding:
    """Let the courier call once more; if they are not served, also after a minute."""
    customer = context.fact("customer")
    first = [one for one in await context.common_calls() if one.label.startswith(OWN_ORDER)]
    if not any(same_number(one.played.record.connected, customer) for one in first):
        return not_applicable("the courier did not reach the customer at the beginning either")
    played = await _delivery(context)
    if same_number(played.record.connected, customer):
        return satisfied(f"the caller talked to {customer}, as at the beginning")
    told = (
        f"the caller talks to {customer}, as at the beginning",
        f"{story(played)}, after so many calls of this run",
    )
    for _ in range(_STEPS):
        await asyncio.sleep(context.shared.recovery_s / _STEPS)
        later = await _delivery(context)
        if same_number(later.record.connected, customer):
            return _limited(context, played, *told)
    return violated(expected=told[0], received=told[1], blamed=played.exchanges[-1:])


async def _delivery(context: Context) -> CallResult:
    return await context.call(context.fact("courier"), context.fact("order"))


def _limited(context: Context, played: CallResult, expected: str, received: str) -> Finding:
    """Say that too many calls within a time are answered otherwise, which may be on purpose."""
    answer = played.exchanges[0]
    if isinstance(answer.observed, Instructed):
        who = who_asks(answer.params, context.facts)
        context.shared.limited = Limited(who=who, instruction=answer.observed.instruction)
    return violated(
        expected=expected,
        received=f"{received}; a while later they were served again: answers depend on how "
        "often one number calls",
        blamed=(answer,),
        assumption=Assumption.PACE,
    )


@check("SEQ-081")
async def strangers_are_still_answered(context: Context) -> Finding:
    """Let a stranger call once more."""
    first = [one for one in await context.common_calls() if one.label == STRANGER]
    played = await context.call(context.stranger, hangs_up=HangUp(during="digits"))
    said = " and ".join(described(one) for one in played.exchanges) or "nobody asked"
    if first and not isinstance(first[0].exchange.observed, Instructed):
        return not_applicable("a stranger got no instruction at the beginning either")
    return instructed(played.exchanges) or satisfied(said)
