"""What an operation comes to, and how it waits.

An operation is a generator. It acts through the `Line`; to wait, it yields the state that
the call is in meanwhile and receives the next event that concerns it::

    line.play(prompt)
    event = yield State.PROMPTING
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

from mockpbx.core.cdr import FinishReason, Party
from mockpbx.core.events import Event
from mockpbx.core.state import State

T = TypeVar("T")

Waiting = Generator[State, Event, T]
"""Something that waits for events and comes to a T."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Go:
    """Another operation follows."""

    operation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Branches:
    """Several operations follow, one after another; None stands for a code without a slot."""

    operations: tuple[str | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Nothing follows here; what is still ahead of the call goes on, or it ends well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """The call is over."""

    reason: FinishReason
    by: Party = Party.PBX


Outcome = Go | Branches | Done | Stop


def go(operation: str | None) -> Go | Done:
    """Go on if there is somewhere to go."""
    return Done() if operation is None else Go(operation=operation)
