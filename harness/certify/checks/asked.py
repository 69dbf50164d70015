"""Digits entered by whoever the endpoint asks for them: nobody else's are read.

A line that knows its couriers answers a stranger before it looks at any digits, so digits that
a stranger sends show nothing of how digits are read. A courier's odd digits are wrong orders,
though, and a good endpoint locks a courier out who enters many. So each case is preceded by a
control, the courier's own order: if it no longer leads to the customer, the next courier enters
the digits; and if no courier is left the case says that it was not tested.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.certify.checks.answers import (
    check_each,
    described,
    fell_silent,
    instructed,
    no_delivery,
    phones,
)
from harness.certify.checks.hostile import MARK, Payload, dead, inserted
from harness.certify.checks.robustness import PAYLOADS
from harness.certify.context import Context
from harness.certify.reasons import Finding, not_applicable, satisfied, violated
from harness.certify.registry import Check
from mockpbx.core.commands import RequestFields
from mockpbx.core.instruction import Branch
from mockpbx.core.scenario import Interactive
from mockpbx.result.exchange import Exchange
from mockpbx.wire.numbers import same_number
from mockpbx.wire.reply import Instructed
from mockpbx.wire.request import build

_COURIERS = (
    ("courier", "order", "customer"),
    ("other_courier", "foreign_order", "foreign_customer"),
    ("single_courier", "single_order", "single_customer"),
    ("courier_customer", "courier_customer_order", "courier_customer_customer"),
)
"""Facts that name somebody who is asked, what they may enter, and whom that leads to."""

_NOBODY_ASKED = (
    "not tested: nobody is known whom the endpoint asks for digits; name a courier, an order of "
    "theirs and its customer in [facts]"
)
_MAY_BE_LOCKED = (
    "not tested: strangers are asked for no digits, and others may be locked out for wrong ones; "
    "a states address ([states] in pbx.toml) lets the endpoint forget them"
)
_ALL_LOCKED = (
    "not tested: after the wrong orders of earlier cases the endpoint no longer serves the "
    "couriers that [facts] name; a states address ([states] in pbx.toml) lets it forget them"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """Somebody whom the endpoint asks for digits; `numa` is their number."""

    numa: str


async def _who_is_asked(context: Context) -> _Asked | Finding:
    """Find a caller who is asked for digits, and whose digits are still read."""
    facts = context.facts
    known = [names for names in _COURIERS if all(name in facts for name in names)]
    for courier, order, customer in known:
        first = context.fields(facts[courier])
        answer = await context.ask(first)
        if not _asks(context, answer):
            continue
        control = await context.ask(_entering(context, first, facts[order]))
        if any(same_number(phone, facts[customer]) for phone in phones(control)):
            return _Asked(numa=facts[courier])
    if known:
        # Where the own order never led anywhere, that is why, and no lock.
        hidden = await no_delivery(context) if known[0][0] == "courier" else None
        return hidden or not_applicable(_ALL_LOCKED)
    return await _anybody_who_is_asked(context)


async def _anybody_who_is_asked(context: Context) -> _Asked | Finding:
    """Find a stranger who is asked; or, where it is forgotten again, somebody of the facts."""
    callers = [context.stranger]
    if context.pbx.has_states:
        callers += [number for number in context.facts.values() if len(number) > _LONGEST_ORDER]
    for numa in callers:
        if _asks(context, await context.ask(context.fields(numa))):
            return _Asked(numa=numa)
    own_line = context.pbx.endpoint.own_line
    return not_applicable(_MAY_BE_LOCKED if own_line else _NOBODY_ASKED)


_LONGEST_ORDER = 10
"""Digits; phone numbers with a country code have more."""


def _asks(context: Context, answer: Exchange) -> bool:
    """Tell whether an answer leads to an operation that collects digits."""
    observed = answer.observed
    if not isinstance(observed, Instructed) or not isinstance(observed.instruction, Branch):
        return False
    codes = {str(code) for code in observed.instruction.codes}
    operations = context.scenario.operations
    reached = {
        target
        for operation in operations.values()
        if isinstance(operation, Interactive)
        for code, target in operation.branches.items()
        if code in codes
    }
    return any(_collects(context, name) for name in reached)


_MOST_STEPS = 10


def _collects(context: Context, name: str) -> bool:
    """Tell whether an operation collects digits, itself or after what it plays first."""
    operations = context.scenario.operations
    for _ in range(_MOST_STEPS):
        operation = operations.get(name)
        if isinstance(operation, Interactive):
            return operation.collect is not None
        name = getattr(operation, "next", None) or ""
    return False


def _entering(context: Context, first: RequestFields, digits: str) -> RequestFields:
    return context.fields(first.numa, digits, first.session_id)


async def _enter(context: Context, who: _Asked, payload: Payload) -> Exchange:
    """Ask as the PBX does when somebody who was asked has entered this."""
    first = context.fields(who.numa)
    await context.ask(first)
    entered = _entering(context, first, payload.text if payload.encoded is None else MARK)
    request = build(entered, context.profile)
    encoded = payload.encoded
    return await context.send(request if encoded is None else inserted(request, encoded))


# -- keys of a telephone ---------------------------------------------------------------------

_KEYS: dict[str, Sequence[str]] = {
    "REQ-062": ("*5", "12*45", "*"),
    "REQ-063": ("123#", "#"),
    "REQ-065": ("0", "00000", "7", "9999999999"),
}


def _keys(entered: Sequence[str]) -> Check:
    async def are_answered(context: Context) -> Finding:
        who = await _who_is_asked(context)
        if isinstance(who, Finding):
            return who
        for digits in entered:
            answer = await _enter(context, who, Payload(name=digits, text=digits))
            objection = instructed([answer])
            if objection is not None:
                return violated(
                    expected=f"an instruction for a caller who enters {digits}",
                    received=described(answer),
                    blamed=(answer,),
                )
        return satisfied(f"{', '.join(entered)}: each answered with an instruction")

    return are_answered


check_each(_KEYS, _keys)


# -- what no telephone sends ------------------------------------------------------------------

_HOSTILE = {
    "ROBUST-101": PAYLOADS["ROBUST-001"],
    "ROBUST-102": PAYLOADS["ROBUST-002"],
    "ROBUST-103": Payload(name="letters", text="12a45"),
    "ROBUST-104": PAYLOADS["ROBUST-005"],
    "ROBUST-105": PAYLOADS["ROBUST-011"],
    "ROBUST-106": PAYLOADS["ROBUST-012"],
    "ROBUST-107": PAYLOADS["ROBUST-014"],
    "ROBUST-108": PAYLOADS["ROBUST-015"],
    "ROBUST-109": PAYLOADS["ROBUST-004"],
}


def _hostile(payload: Payload) -> Check:
    async def is_answered(context: Context) -> Finding:
        who = await _who_is_asked(context)
        if isinstance(who, Finding):
            return who
        answer = await _enter(context, who, payload)
        if fell_silent(answer):
            return violated(
                expected="an instruction or a refusal (4xx)",
                received=f"{described(answer)} ({payload.name}, entered by who is asked)",
                blamed=(answer,),
            )
        context.must_live_on(dead)
        return satisfied(f"{payload.name}: {described(answer)}")

    return is_answered


check_each(_HOSTILE, _hostile)
