"""Many calls at once: does everybody get what is theirs?

What comes too late is left to the cases about time: a small machine is no mix-up.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from harness.checks.answers import (
    check_each,
    described,
    disclosed,
    fell_silent,
    people,
    same_number,
    story,
)
from harness.context import Context
from harness.model import Finding, broken, kept, not_applicable, untestable
from harness.registry import Check, check
from mockpbx.core.observed import Failure, Observed
from mockpbx.drivers.stage import Exchange, Played

_TOO_LATE = frozenset({Observed.DEADLINE, Observed.CONNECT_TIMEOUT})
_NONE_IN_TIME = not_applicable("nobody was answered in time, so nothing could be mixed up")
_PROBES = 5


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
    calls = await context.play_calls([caller.call(facts) for caller in there])
    for caller, played in zip(there, calls, strict=True):
        objection = _mixed_up(context, caller, played)
        if objection is not None:
            return objection
    waited = [pair for pair in zip(there, calls, strict=True) if pair[0].customer and pair[0].stays]
    for caller, played in waited:
        if not _served(context, caller, played) and not _came_late(played):
            return await _unserved(context, caller, played)
    late = sum(_came_late(played) for _, played in waited)
    said = f"{len(calls)} calls" + (f", {late} of them answered too late" if late else "")
    return await _exhausted(context) or (kept(said) if late < len(waited) else _NONE_IN_TIME)


async def _exhausted(context: Context) -> Finding | None:
    """Let an endpoint finish what it was asked, and say if it has not survived it.

    Whoever has given up has not left: a slow endpoint goes on with their questions, and the
    next case would have to wait.
    """
    for _ in range(_PROBES):
        probe = await context.alive()
        if not _late(probe):
            break
    if fell_silent(probe):
        return untestable(f"the endpoint no longer answers: {described(probe)}")
    return None


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
    return any(failure is not None and failure.observed in _TOO_LATE for failure in failures)


async def _unserved(context: Context, caller: _Caller, played: Played) -> Finding:
    """Tell an endpoint that is confused by many calls from one that never serves this one."""
    customer = context.fact(caller.customer or "")
    (alone,) = await context.play_calls([{**caller.call(context.bench.facts), "starts": 0}])
    if not _served(context, caller, alone):
        return untestable(f"also alone the courier does not reach {customer}: {story(alone)}")
    return broken(
        expected=f"the courier talks to {customer}, as they do when nobody else calls",
        received=story(played),
        blamed=played.exchanges[-1:],
    )


# -- a burst -----------------------------------------------------------------------------------

_BURST = 20


@check("CONC-042")
async def everybody_in_a_burst_is_answered(context: Context) -> Finding:
    """Ask twenty times at once."""
    questions = [context.question(context.fact("stranger")) for _ in range(_BURST)]
    answers = await asyncio.gather(*(context.ask(question) for question in questions))
    judged = [answer for answer in answers if not _late(answer)]
    for answer in judged:
        if isinstance(answer.observed, Failure):
            expected = "an instruction for each of twenty callers at once"
            return broken(expected=expected, received=described(answer), blamed=(answer,))
    said = f"{len(judged)} of {_BURST} callers at once were answered in time"
    return await _exhausted(context) or (kept(said) if judged else _NONE_IN_TIME)


def _late(answer: Exchange) -> bool:
    return isinstance(answer.observed, Failure) and answer.observed.observed in _TOO_LATE
