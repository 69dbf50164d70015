"""Many calls at once: does everybody get what is theirs?

What comes too late is left to the cases about time: a small machine is no mix-up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from harness.certify.checks.answers import (
    check_each,
    disclosed,
    people,
    story,
)
from harness.certify.checks.concurrency_burst import NONE_IN_TIME, TOO_LATE, exhausted
from harness.certify.context import Context
from harness.certify.reasons import Finding, satisfied, untestable, violated
from harness.certify.registry import Check, check
from mockpbx.callscript.model import Call, HangUp
from mockpbx.result.call_result import CallResult
from mockpbx.wire.numbers import same_number


@dataclass(frozen=True, slots=True, kw_only=True)
class _Caller:
    """One of many who call; left out where a fact is not declared.

    Attributes:
        caller: The fact that names them; None if their number is hidden.
        order: The fact that names what they type, if anything.
        customer: The fact that names whom they may be told of, if anybody.
        stays: They hold the line, and must reach that customer.
        starts: Seconds after the first call.
        hangs_up: When they hang up, if not after the conversation.
    """

    caller: str | None = "courier"
    order: str | None = "order"
    customer: str | None = "customer"
    stays: bool = True
    starts: float = 0.0
    hangs_up: HangUp | None = None

    @property
    def is_served(self) -> bool:
        """Tell whether they should end with the customer."""
        return self.customer is not None and self.stays

    def facts(self) -> set[str]:
        """Name the facts that are needed."""
        return {name for name in (self.caller, self.order, self.customer) if name is not None}

    def call(self, facts: Mapping[str, str]) -> Call:
        """Return the call."""
        return Call(
            caller=facts[self.caller] if self.caller else "",
            dials=[facts[self.order]] if self.order else [],
            starts=self.starts,
            hangs_up=self.hangs_up,
        )


_COURIER = _Caller()
_STRANGER = _Caller(caller="stranger", order=None, customer=None)
_HIDDEN = _Caller(caller=None, order=None, customer=None)
_OTHER = _Caller(caller="other_courier", order="foreign_order", customer="foreign_customer")
_SECOND = _Caller(order="second_order", customer="second_customer")
_GIVES_UP = _Caller(stays=False, hangs_up=HangUp(during="digits", after=0.6))
_LEAVES = _Caller(stays=False, hangs_up=HangUp(during="thinking"))


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
    "CONC-023": _apart(0.0, _COURIER, _OTHER, _HIDDEN, _COURIER, _STRANGER, times=4),
    "CONC-024": _apart(0.25, _COURIER, _GIVES_UP, _LEAVES, _COURIER, _STRANGER, times=4),
    "CONC-040": _apart(60.0, _COURIER, _STRANGER, _OTHER, _HIDDEN, times=3),
}


def _crossed(callers: Sequence[_Caller]) -> Check:
    async def nobody_gets_what_is_not_theirs(context: Context) -> Finding:
        return await _judged(context, callers)

    return nobody_gets_what_is_not_theirs


check_each(_CROSSINGS, _crossed)


@check("CONC-041")
async def a_connection_for_each_question(context: Context) -> Finding:
    """Play the calls of CONC-040 without keeping any connection."""
    return await _judged(context, _CROSSINGS["CONC-040"], single_use=True)


async def _judged(
    context: Context, callers: Sequence[_Caller], *, single_use: bool = False
) -> Finding:
    facts = context.facts
    there = [caller for caller in callers if caller.facts() <= set(facts)]
    before = await context.probe()
    alone = await _alone(context, there, single_use=single_use)
    calls = await context.play_calls(
        [caller.call(facts) for caller in there], single_use=single_use
    )
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
    return await exhausted(context, before) or (
        satisfied(said) if late < len(waited) else NONE_IN_TIME
    )


async def _alone(
    context: Context, callers: Sequence[_Caller], *, single_use: bool
) -> Mapping[str | None, CallResult]:
    """Let each who should be served call when nobody else does; by what they type."""
    found = {}
    for caller in {one.order: one for one in callers if one.is_served}.values():
        call = replace(caller, starts=0.0).call(context.facts)
        (found[caller.order],) = await context.play_calls([call], single_use=single_use)
    return found


def _mixed_up(context: Context, caller: _Caller, played: CallResult) -> Finding | None:
    """Object to an answer that names somebody who is not this caller's customer."""
    numa = played.record.numa
    own = context.fact(caller.customer) if caller.customer else ""
    others = {
        name: number
        for name, number in people(context, but=numa).items()
        if not same_number(number, own)
    }
    for exchange in played.exchanges:
        named = disclosed(exchange, others)
        if named is not None:
            return violated(
                expected=f"nobody else's number in the answer to {numa or 'a hidden caller'}",
                received=named,
                blamed=(exchange,),
            )
    return None


def _served(context: Context, caller: _Caller, played: CallResult) -> bool:
    return same_number(played.record.connected, context.fact(caller.customer or ""))


def _came_late(played: CallResult) -> bool:
    failures = [request.failure for request in played.record.requests]
    return any(failure is not None and failure.observed in TOO_LATE for failure in failures)


def _unserved(context: Context, caller: _Caller, played: CallResult, alone: CallResult) -> Finding:
    """Tell an endpoint that many calls confuse from one that never serves this caller."""
    customer = context.fact(caller.customer or "")
    if not _served(context, caller, alone):
        said = f"also alone the courier does not reach {customer}: {story(alone)}"
        return untestable(said, blamed=alone.exchanges[-1:])
    return violated(
        expected=f"the courier talks to {customer}, as before, when nobody else called",
        received=story(played),
        blamed=played.exchanges[-1:],
    )
