"""Compares a call with an outcome that a feature wants."""

from typing import NoReturn

from harness.steps.endings import OutcomeMissedError
from harness.steps.missed_outcome import Cause, MissedOutcome
from harness.steps.story import Story
from mockpbx.callscript.expectations import Expect, Miss, judge
from mockpbx.result.call_result import CallResult


def expect(story: Story, call: CallResult, wanted: Expect) -> None:
    """Want something of a call.

    Raises:
        OutcomeMissedError: It is otherwise.
    """
    # Not every outcome is about the answers; a server error spoils each of them all the same.
    wanted = wanted.changed(answers=wanted.answers or "any")
    misses = judge(wanted, call, injected=story.injected(call))
    if misses:
        miss(story, call, *misses)


def want(story: Story, call: CallResult, *, holds: bool, expected: str, received: str) -> None:
    """Want that something holds, which the step names.

    Raises:
        OutcomeMissedError: It does not.
    """
    if not holds:
        miss(story, call, Miss(what="", expected=expected, received=received))


def miss(story: Story, call: CallResult, *misses: Miss) -> NoReturn:
    """Say what is otherwise than wanted, and what may be the cause.

    Raises:
        OutcomeMissedError: Always.
    """
    raise OutcomeMissedError(
        MissedOutcome(
            place=story.place,
            misses=misses,
            caller=call.summary(show_numbers=True),
            causes=tuple(
                Cause(request_id=exchange.request_id, failure=exchange.failure)
                for exchange in call.exchanges
                if exchange.failure is not None
            ),
        )
    )
