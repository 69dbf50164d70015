"""Many calls at once: does everybody get what is theirs?

What comes too late is left to the cases about time: a small machine is no mix-up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from harness.checks.answers import (
    check_each,
    disclosed,
    people,
    same_number,
    story,
)
from harness.checks.concurrency_burst import NONE_IN_TIME, TOO_LATE, exhausted
from harness.context import Context
from harness.model import Finding, broken, kept, untestable
from harness.registry import Check, check
from mockpbx.drivers.stage import Played


@dataclass(frozen=True, slots=True, kw_only=True)
class _Caller:
    """One of many who call; left out where a fact is not declared.

    Attributes:
        caller: The fact that names them; None if their number is hidden.
        order: The fact that names what they type, if anything.
        customer: The fact that names whom they may be told of, if anybody.
        stays: They hold the line, and must reach that customer.
        starts: Seconds after the first call.
        more: Other keys of the call.
    """

    caller: str | None = "courier"
    order: str | None = "order"
    customer: str | None = "customer"
    stays: bool = True
    starts: float = 0.0
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_served(self) -> bool:
        """Tell whether they should end with the customer."""
        return self.customer is not None and self.stays

    def facts(self) -> set[str]:
        """Name the facts that are needed."""
        return {name for name in (self.caller, self.order, self.customer) if name is not None}

    def call(self, facts: Mapping[str, str]) -> Mapping[str, Any]:
        """Give the call as a call script has it."""
        numa = facts[self.caller] if self.caller else ""
        dials = [facts[self.order]] if self.order else []
        return {"from": numa, "dials": dials, "starts": self.starts, **self.more}


_COURIER = _Caller()
_STRANGER = _Caller(caller="stranger", order=None, customer=None)
_HIDDEN = _Caller(caller=None, order=None, customer=None)
_OTHER = _Caller(caller="other_courier", order="foreign_order", customer="foreign_customer")
_SECOND = _Caller(order="second_order", customer="second_customer")
_GIVES_UP = _Caller(stays=False, more={"hangs_up": {"while": "digits", "after": 0.6}})
_LEAVES = _Caller(stays=False, more={"hangs_up": {"while": "thinking"}})


def _apart(gap: float, *callers: _Caller, times: int = 1) -> tuple[_Caller, ...]:
    """Let callers call one after another, over and over."""
    return tuple(
        replace(caller, starts=round(place * gap, 3))
        for place, caller in enumerate(callers * times)
    )


_CROSSINGS = {
    "CONC-020": _apart(0.5, _COURIER, _STRANGER, _COURIER, _HIDDEN, _STRANGER),
    "CONC-021": _apart(0.25, _COURIER, _OTHER, _OTHER, _COURIER),
    "CONC-022": _apart(0.25, _COURIER, _SECOND, _SECOND, _COURIER),
    # A stranger comes last: who keeps "the caller" in a global keeps this one.
    "CONC-023": _apart(0.0, _COURIER, _OTHER, _HIDDEN, _COURIER, _STRANGER, times=10),
    "CONC-024": _apart(0.25, _COURIER, _GIVES_UP, _LEAVES, _COURIER, _STRANGER, times=4),
    "CONC-040": _apart(60.0, _COURIER, _STRANGER, _OTHER, _HIDDEN, times=5),
}


def _crossed(callers: Sequence[_Caller]) -> Check:
    async def nobody_gets_what_is_not_theirs(context: Context) -> Finding:
        return await _judged(context, callers)

    return nobody_gets_what_is_not_theirs


check_each(_CROSSINGS, _crossed)


@check("CONC-041")
async def a_connection_for_each_question(context: Context) -> Finding:
    """Play the calls of CONC-040 without keeping any connection."""
    bench = context.bench
    setting = replace(bench.setting, transport=bench.single_use)
    single = Context(context.case, replace(bench, setting=setting))
    single.calls, single.exchanges = context.calls, context.exchanges
    return await _judged(single, _CROSSINGS["CONC-040"])


async def _judged(context: Context, callers: Sequence[_Caller]) -> Finding:
    facts = context.bench.facts
    there = [caller for caller in callers if caller.facts() <= set(facts)]
    before = await context.alive()
    alone = await _alone(context, there)
    calls = await context.play_calls([caller.call(facts) for caller in there])
    for caller, played in zip(there, calls, strict=True):
        objection = _mixed_up(context, caller, played)
        if objection is not None:
            return objection
    waited = [pair for pair in zip(there, calls, strict=True) if pair[0].is_served]
    for caller, played in waited:
        if not _served(context, caller, played) and not _came_late(played):
            return _unserved(context, caller, played, alone[caller.order])
    late = sum(_came_late(played) for _, played in waited)
    said = f"{len(calls)} calls" + (f", {late} of them answered too late" if late else "")
    return await exhausted(context, before) or (kept(said) if late < len(waited) else NONE_IN_TIME)


async def _alone(context: Context, callers: Sequence[_Caller]) -> Mapping[str | None, Played]:
    """Let each who should be served call when nobody else does; by what they type."""
    served = {caller.order: caller for caller in callers if caller.is_served}
    facts = context.bench.facts
    return {
        order: (await context.play_calls([{**caller.call(facts), "starts": 0}]))[0]
        for order, caller in served.items()
    }


def _mixed_up(context: Context, caller: _Caller, played: Played) -> Finding | None:
    """Object to an answer that names somebody who is not this caller's customer."""
    numa = played.record.numa
    own = context.fact(caller.customer) if caller.customer else ""
    others = {
        name: number
        for name, number in people(context, but=numa).items()
        if not same_number(number, own)
    }
    for exchange in played.exchanges:
        told = disclosed(exchange, others)
        if told is not None:
            return broken(
                expected=f"nobody else's number in the answer to {numa or 'a hidden caller'}",
                received=told,
                blamed=(exchange,),
            )
    return None


def _served(context: Context, caller: _Caller, played: Played) -> bool:
    return same_number(played.record.connected, context.fact(caller.customer or ""))


def _came_late(played: Played) -> bool:
    failures = [request.failure for request in played.record.requests]
    return any(failure is not None and failure.observed in TOO_LATE for failure in failures)


def _unserved(context: Context, caller: _Caller, played: Played, alone: Played) -> Finding:
    """Tell an endpoint that many calls confuse from one that never serves this caller."""
    customer = context.fact(caller.customer or "")
    if not _served(context, caller, alone):
        return untestable(f"also alone the courier does not reach {customer}: {story(alone)}")
    return broken(
        expected=f"the courier talks to {customer}, as before, when nobody else called",
        received=story(played),
        blamed=played.exchanges[-1:],
    )
