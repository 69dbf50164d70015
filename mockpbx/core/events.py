"""What happened to a call: the inputs of the engine.

Every event says when it happened, `at`, in seconds since the stage on which the call is
played was opened. The engine knows no other time.
"""

from dataclasses import dataclass
from enum import Enum

from mockpbx.core.instruction import Instruction
from mockpbx.core.observed import Failure


class LegFailure(Enum):
    """Why a dialled phone was not reached, as the network says it."""

    BUSY = "busy"
    REJECTED = "rejected"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened.

    Attributes:
        at: Seconds since the stage was opened.
    """

    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallArrived(Event):
    """A caller dialled the virtual number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerHungUp(Event):
    """The caller ended the call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitPressed(Event):
    """The caller pressed a key: one of ``0-9 * #``."""

    digit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementFinished(Event):
    """An announcement or a whisper was heard to its end."""

    announcement_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired(Event):
    """A timer that the engine started ran out."""

    timer_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructionArrived(Event):
    """The endpoint gave a valid instruction.

    Attributes:
        request_id: The request it answers.
        instruction: What to do.
        notes: What was ambiguous about it, or outside the documentation.
    """

    request_id: int
    instruction: Instruction
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFailed(Event):
    """A request brought no valid instruction."""

    request_id: int
    failure: Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class LegAnswered(Event):
    """A dialled phone was picked up."""

    leg_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LegFailed(Event):
    """A dialled phone cannot be reached."""

    leg_id: int
    failure: LegFailure


@dataclass(frozen=True, slots=True, kw_only=True)
class LegHungUp(Event):
    """The person called ended the conversation."""

    leg_id: int
