"""Compares a call with an outcome that a feature wants."""

from typing import Any, NoReturn

from pydantic import ValidationError

from harness.reports.outcome import outcome
from harness.steps.signals import MisuseError, OutcomeMissedError
from harness.steps.story import Story
from mockpbx.callscript.expectations import Expect, judge
from mockpbx.core.observed import Failure
from mockpbx.drivers.play import evidence
from mockpbx.drivers.stage import Played

CALLER = "The caller"
"""Begins the line that tells what a caller lived through."""


def expect(story: Story, played: Played, **wanted: Any) -> None:
    """Want something of a call, in the keys of a call script's ``expect``.

    Raises:
        OutcomeMissedError: It is otherwise.
    """
    # Not every outcome is about the answers; a server error spoils each of them all the same.
    try:
        model = Expect.model_validate({"answers": "any", **wanted})
    except ValidationError as error:
        said = "; ".join(one["msg"] for one in error.errors())
        raise MisuseError(f"{story.place}: {said}") from None
    misses = judge(model, evidence(played, injected=story.injected(played)))
    if misses:
        miss(story, played, "; ".join(str(one) for one in misses))


def want(story: Story, played: Played, *, holds: bool, expected: str, received: str) -> None:
    """Want that something holds.

    Raises:
        OutcomeMissedError: It does not.
    """
    if not holds:
        miss(story, played, f"expected {expected}, received {received}")


def miss(story: Story, played: Played, said: str) -> NoReturn:
    """Say what is otherwise than wanted, and what may be the cause.

    Raises:
        OutcomeMissedError: Always.
    """
    lines = [str(story.place), said, f"{CALLER} {outcome(played.record)}."]
    lines += [f"Cause: {cause}" for cause in causes(played)]
    raise OutcomeMissedError("\n".join(lines))


def causes(played: Played) -> list[str]:
    """Name what the endpoint's own answers lacked."""
    found = []
    for exchange in played.exchanges:
        observed = exchange.observed
        if isinstance(observed, Failure):
            place = f" at {observed.path}" if observed.path else ""
            said = f"{observed.observed.value}: {observed.detail}{place}"
            found.append(f"the answer to request {exchange.request_id} is no instruction, {said}")
    return found
