"""Who may learn whose number: callers who type orders that are none of their business.

The digits are put into the question directly, as a PBX would that asks everybody: whether a
caller is asked at all is not what keeps a number secret.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.certify.checks.answers import (
    FOREIGN_ORDER,
    UNKNOWN_ORDER,
    check_each,
    described,
    disclosed,
    no_proof,
    not_asked,
    people,
    samples,
    typed,
)
from harness.certify.context import Context
from harness.certify.reasons import Finding, satisfied, violated
from harness.certify.registry import Check
from mockpbx.result.exchange import Exchange

_TEN_DIGITS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class _Curious:
    """Somebody who types what is none of their business.

    Attributes:
        numa: How their number arrives, made from the courier's.
        fact: The fact that names the caller, instead.
        types: The facts that name what they type, question by question; None for nothing.
        called: The fact that names the number they call.
        without: Parameters that the PBX leaves out.
        extra: Further parameters, named like this and holding the courier's number.
        knows: The facts that name whom they may be led to.
    """

    numa: Callable[[str], str] | None = None
    fact: str = "stranger"
    types: Sequence[str | None] = (None, "order")
    called: str = "virtual_number"
    without: frozenset[str] = frozenset()
    extra: Sequence[str] = ()
    knows: frozenset[str] = frozenset()

    def caller(self, context: Context) -> str:
        """Return the caller's number as it arrives."""
        return self.numa(context.fact("courier")) if self.numa else context.fact(self.fact)

    @property
    def names_the_courier(self) -> bool:
        """Tell whether the courier's number stands in the question: to repeat it is no news."""
        return bool(self.numa or self.extra) or self.called == "courier"


def _other_country(courier: str) -> str:
    """Return another number that ends in the same ten digits."""
    tail = courier[-_TEN_DIGITS:]
    return next(code + tail for code in ("44", "49") if code + tail != courier)


_CURIOUS = {
    "PRIV-001": _Curious(types=("order",)),
    "PRIV-002": _Curious(),
    "PRIV-003": _Curious(types=(None, "foreign_order")),
    "PRIV-004": _Curious(types=(None, "order", "foreign_order", "order", "foreign_order")),
    "PRIV-005": _Curious(without=frozenset({"cdr_id", "call_session_id"})),
    "PRIV-006": _Curious(called="courier"),
    "PRIV-007": _Curious(extra=("caller", "phone", "courier")),
    "PRIV-010": _Curious(numa=lambda _: "", without=frozenset({"numa"})),
    "PRIV-011": _Curious(numa=lambda _: ""),
    "PRIV-012": _Curious(numa=lambda _: "anonymous"),
    "PRIV-013": _Curious(numa=lambda _: "0"),
    "PRIV-020": _Curious(numa=lambda courier: courier * 2),
    "PRIV-021": _Curious(numa=lambda courier: f"9{courier}9"),
    "PRIV-022": _Curious(numa=lambda courier: courier[:4]),
    "PRIV-023": _Curious(numa=_other_country),
    "PRIV-042": _Curious(
        fact="courier",
        types=(None, "closed_order"),
        knows=frozenset({"customer", "second_customer", "zero_customer"}),
    ),
    "PRIV-043": _Curious(fact="inactive_courier", types=(None, "inactive_order")),
}


def _curious(curious: _Curious) -> Check:
    async def learns_nothing(context: Context) -> Finding:
        said = context.fact("courier") if curious.names_the_courier else curious.caller(context)
        known = people(context, but=said)
        theirs = {name: known[name] for name in known if name not in curious.knows}
        return await _learns_nothing(context, curious, theirs)

    return learns_nothing


check_each(_CURIOUS, _curious)

_CUSTOMERS = {
    "PRIV-030": _Curious(fact="customer", types=(None, "foreign_order")),
    "PRIV-031": _Curious(fact="foreign_customer"),
    "PRIV-032": _Curious(fact="customer", types=(None,)),
    "PRIV-033": _Curious(fact="foreign_customer", types=(None,)),
}


def _customers(curious: _Curious) -> Check:
    async def learns_of_no_other_customer(context: Context) -> Finding:
        known = people(context, but=curious.caller(context))
        # The courier who brings their order is somebody whom a customer may reach.
        theirs = {
            name: number
            for name, number in known.items()
            if name.endswith("customer") and name != "courier_customer"
        }
        return await _learns_nothing(context, curious, theirs)

    return learns_of_no_other_customer


check_each(_CUSTOMERS, _customers)


async def _learns_nothing(
    context: Context, curious: _Curious, theirs: Mapping[str, str]
) -> Finding:
    answers = await _asked(context, curious)
    return await _judged(context, curious.caller(context), answers, theirs)


async def _judged(
    context: Context, caller: str, answers: Sequence[Exchange], theirs: Mapping[str, str]
) -> Finding:
    """Judge whether a caller was told none of these numbers, and refused on purpose."""
    for answer in answers:
        named = disclosed(answer, theirs)
        if named is not None:
            expected = f"nobody's number in the answer to {caller or 'a hidden caller'}"
            return violated(expected=expected, received=named, blamed=(answer,))
    return await no_proof(context, answers) or satisfied(", then ".join(map(described, answers)))


async def _asked(context: Context, curious: _Curious) -> list[Exchange]:
    """Ask the questions of one session."""
    first = context.fields(curious.caller(context))
    first = replace(first, numb=context.fact(curious.called))
    changes = _changes(context, curious)
    entered = [name and context.fact(name) for name in curious.types]
    return [await context.ask(replace(first, digits=digits), **changes) for digits in entered]


def _changes(context: Context, curious: _Curious) -> Mapping[str, Any]:
    profile = context.profile
    ticked = profile.parameters or profile.dialect.parameters
    more = tuple((name, context.fact("courier")) for name in curious.extra)
    return {"parameters": ticked - curious.without, "extra": (*profile.extra, *more)}


# -- a courier who was asked, and typed what is not theirs ---------------------------------

_ORDERS = {
    "PRIV-040": (FOREIGN_ORDER, "foreign_order"),
    "PRIV-041": (UNKNOWN_ORDER, "unknown_order"),
}


def _couriers(row: tuple[str, str]) -> Check:
    label, order = row

    async def learned_nothing(context: Context) -> Finding:
        found = await samples(context, label)
        if not typed(found[0].played, context.fact(order)):
            return not_asked(found[0].played)
        courier = context.fact("courier")
        answers = [sample.exchange for sample in found]
        return await _judged(context, courier, answers, people(context, but=courier))

    return learned_nothing


check_each(_ORDERS, _couriers)
