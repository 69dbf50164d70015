"""Who may learn whose number: callers who enter nothing, in each form that nothing may have.

Which form a PBX sends is an assumption; that nobody is given another's customer for it is
not. Asking again, the operators and any return code are all as right.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.certify.checks.answers import (
    check_each,
    described,
    disclosed,
    no_proof,
    people,
)
from harness.certify.context import Context
from harness.certify.reasons import Finding, satisfied, violated
from harness.certify.registry import Check
from mockpbx.result.exchange import Exchange
from mockpbx.wire.numbers import same_number
from mockpbx.wire.request import NoInput

_FORMS = {
    NoInput.NONE: "the word None",
    NoInput.EMPTY: "an empty value",
    NoInput.ABSENT: "no parameter",
}
_CARRIED = {
    "courier": ("customer", "second_customer", "zero_customer"),
    "single_courier": ("single_customer",),
    "other_courier": ("foreign_customer",),
    "courier_customer": ("courier_customer_customer",),
}
"""Facts that name couriers, and those that name whom they bring an open order to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Silent:
    """Somebody who enters nothing.

    Attributes:
        fact: The fact that names them; None if their number is not sent.
        may_reach_couriers: A customer may be led to whoever brings their order.
    """

    fact: str | None
    may_reach_couriers: bool = False


_SILENT = {
    "PRIV-067": _Silent(fact="courier"),
    "PRIV-068": _Silent(fact="stranger"),
    "PRIV-069": _Silent(fact=None),
    "PRIV-070": _Silent(fact="customer", may_reach_couriers=True),
}


def _silent(silent: _Silent) -> Check:
    async def reaches_nobody_elses_customer(context: Context) -> Finding:
        caller = context.fact(silent.fact) if silent.fact else ""
        others = _others(context, caller)
        if silent.may_reach_couriers:
            others = {name: number for name, number in others.items() if _is_customer(name)}
        answers: dict[NoInput, Sequence[Exchange]] = {}
        for form, spelt in _FORMS.items():
            answers[form] = await _asked_twice(context, caller, form)
            for answer in answers[form]:
                named = disclosed(answer, others)
                if named is not None:
                    expected = "nobody else's number for a caller who entered nothing"
                    return violated(
                        expected=expected, received=f"{named} ({spelt})", blamed=(answer,)
                    )
        said = " or ".join(sorted({described(one) for form in answers.values() for one in form}))
        # Only None is documented: to fail over another form connects nobody, and proves nothing.
        return await no_proof(context, answers[NoInput.NONE]) or satisfied(f"in any form: {said}")

    return reaches_nobody_elses_customer


check_each(_SILENT, _silent)


async def _asked_twice(context: Context, caller: str, form: NoInput) -> Sequence[Exchange]:
    """Ask the first question of a call, and again after a prompt to which nobody typed."""
    question = context.fields(caller)
    ticked = context.profile.parameters or context.profile.dialect.parameters
    asks: Mapping[str, Any] = {
        "no_input": form,
        "parameters": ticked if caller else ticked - {"numa"},
    }
    return [await context.ask(question, **asks) for _ in range(2)]


def _is_customer(name: str) -> bool:
    return name.endswith("customer") and name != "courier_customer"


def _others(context: Context, caller: str) -> Mapping[str, str]:
    """Return the personal numbers that a caller has no business with.

    A courier who has one open order may be connected at once, with the customer of that one.
    """
    facts = context.facts
    own = [
        facts[customer]
        for courier, customers in _CARRIED.items()
        for customer in customers
        if caller and customer in facts and same_number(facts.get(courier), caller)
    ]
    return {
        name: number
        for name, number in people(context, but=caller).items()
        if not any(same_number(number, mine) for mine in own)
    }
