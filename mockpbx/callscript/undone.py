"""What a call script says should happen, and never happened.

A call on which the second question was to fail, and that has only one question, shows nothing
of a second question that fails: whatever else it met, it tested something else.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from mockpbx.callscript.model import Call, CallScript
from mockpbx.callscript.people import People
from mockpbx.faults.plan import strikes
from mockpbx.result.call_result import CallResult
from mockpbx.result.undone import Act, Undone


def with_undone(
    script: CallScript, calls: Sequence[CallResult], people: Sequence[People]
) -> tuple[CallResult, ...]:
    """Return the calls of a script, each with what was to happen on it and never did.

    Args:
        script: The script.
        calls: Its calls as they happened.
        people: Those on the calls.
    """
    found = [*_faults(script, calls), *_states(script, calls)]
    for number, (call, played, those) in enumerate(
        zip(script.calls, calls, people, strict=True), 1
    ):
        found += _acts(number, call, played, those)
    if not found:
        return tuple(calls)
    return tuple(
        replace(played, undone=tuple(one for one in found if _concerns(one, number, len(calls))))
        for number, played in enumerate(calls, 1)
    )


def _concerns(undone: Undone, number: int, calls: int) -> bool:
    """Tell on which call it is told; a call beyond the last is told on the last."""
    return min(undone.call or 1, calls) == number


def _faults(script: CallScript, calls: Sequence[CallResult]) -> Iterator[Undone]:
    for place, fault in enumerate(script.faults):
        struck = any(
            strikes(
                fault,
                place=place,
                call=played.name,
                request_id=exchange.request_id,
                copy=exchange.copy,
            )
            for played in calls
            for exchange in played.exchanges
        )
        if not struck:
            when = fault.when
            where = f" of request {when.step}" if when.step is not None else ""
            of_call = f" of call {when.call}" if when.call is not None else ""
            asked = ", ".join(str(len(played.record.requests)) for played in calls)
            never = f"the failure {fault.fault}{where}{of_call} never struck"
            said = f"{never}; requests that there were, call by call: {asked}"
            yield Undone(act=Act.FAULT, call=when.call, said=said)


def _states(script: CallScript, calls: Sequence[CallResult]) -> Iterator[Undone]:
    for state in script.given:
        asked = len(calls[0].record.requests)
        if state.before_request is not None and asked < state.before_request:
            said = (
                f"the state “{state.state}” was to come before request {state.before_request}, "
                f"and there were {asked}"
            )
            yield Undone(act=Act.STATE, call=1, said=said)


def _acts(number: int, call: Call, played: CallResult, people: People) -> Iterator[Undone]:
    asked = len(played.record.requests)
    for repeat in call.repeats:
        if repeat.request > asked:
            said = f"request {repeat.request} was to be repeated, and there were {asked}"
            yield Undone(act=Act.REPEAT, call=number, said=said)
    plan = call.hangs_up
    # Who would only hang up if asked (again), and was not, has missed nothing.
    patient = plan is not None and plan.during == "digits" and (plan.nth > 1 or not call.dials)
    if plan is not None and not patient:
        times = people.times(plan.during)
        if times < plan.nth:
            said = f"the caller was to hang up while {plan.during}, time {plan.nth}; it was {times}"
            yield Undone(act=Act.HANG_UP, call=number, said=said)
        elif _was_over_before(played, people):
            said = f"the caller was to hang up while {plan.during}, and the call was over before"
            yield Undone(act=Act.HANG_UP, call=number, said=said)
    typed = [keys for keys in call.dials if keys]
    if typed and people.times("digits") == 0:
        said = f"the caller was never asked for digits, and could not dial {typed[0]}"
        yield Undone(act=Act.DIGITS, call=number, said=said)


_GRACE_S = 0.001


def _was_over_before(played: CallResult, people: People) -> bool:
    """Tell whether a call ended before the caller would have hung up."""
    planned = people.hangs_up_at
    ended = played.starts + played.record.ended_at
    return planned is not None and ended < planned - _GRACE_S
