"""What the engine wants done: its outputs.

Numbers that identify a request, leg, timer or announcement count up from 1 within a call.
"""

from dataclasses import dataclass

from mockpbx.core.cdr import CallRecord, Direction
from mockpbx.core.instruction import Announcement


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something to be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PickUp(Command):
    """Answer the caller; from here on silence is dead air."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Play(Command):
    """Play an announcement to the caller; report its end with `AnnouncementFinished`."""

    announcement_id: int
    announcement: Announcement


@dataclass(frozen=True, slots=True, kw_only=True)
class StopPlaying(Command):
    """Cut an announcement short; its end is no longer to be reported."""

    announcement_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeDigits(Command):
    """Listen for digits: the caller is being asked to press keys.

    Attributes:
        operation: The operation that asks.
        length: Digits wanted at most.
    """

    operation: str
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFields:
    """What a request tells the endpoint about the call, before a dialect names the parameters.

    Attributes:
        session_id: Identifies the call.
        numa: Caller's number as the network delivered it; empty when hidden.
        numb: Virtual number that was called.
        direction: Incoming or outgoing.
        started: Start of the call, seconds since the Unix epoch.
        digits: What the caller entered for this operation; None when nothing.
    """

    session_id: str
    numa: str
    numb: str
    direction: Direction
    started: float
    digits: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SendRequest(Command):
    """Ask the endpoint; report with `InstructionArrived` or `RequestFailed`.

    Attributes:
        request_id: Counts the requests of the call from 1; also its step.
        operation: The operation that asks.
        fields: What the endpoint is told.
        method: The operation's own HTTP method and body form, if it has one.
        url: The operation's own address, if it has one.
        parameters: The operation's own ticked parameters, if it has them.
    """

    request_id: int
    operation: str
    fields: RequestFields
    method: str | None = None
    url: str | None = None
    parameters: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AbandonRequest(Command):
    """Close the connection of a request whose answer is no longer wanted."""

    request_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTimer(Command):
    """Report with `TimerFired` after so many seconds; starting it again resets it."""

    timer_id: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StopTimer(Command):
    """The timer is no longer wanted."""

    timer_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RingLeg(Command):
    """Dial a phone; report with `LegAnswered` or `LegFailed`.

    Attributes:
        leg_id: Counts the legs of the call from 1.
        phone: The number.
        shown: The number that the phone displays; empty when hidden.
        music: What the caller hears instead of the ringing tone.
    """

    leg_id: int
    phone: str
    shown: str
    music: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelLeg(Command):
    """Stop ringing a phone, or end the conversation with it."""

    leg_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayWhisper(Command):
    """Play a message to the person called only; report with `AnnouncementFinished`."""

    announcement_id: int
    leg_id: int
    announcement: Announcement


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect(Command):
    """Let the caller and the person called talk."""

    leg_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordMessage(Command):
    """Record what the caller says; it ends when the caller hangs up or the engine does."""

    operation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseCaller(Command):
    """End the caller's leg."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Log(Command):
    """Something a person reading the call's record would want to know.

    Attributes:
        message: One sentence.
    """

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord(Command):
    """The call is over; this is its record. Exactly one for every call."""

    record: CallRecord
