"""The call detail record (CDR): all that happened on one call.

Times are seconds since the call arrived; `CallRecord.started` places it on the calendar.
"""

from dataclasses import dataclass
from enum import StrEnum

from mockpbx.core.instruction import Instruction
from mockpbx.core.observed import Failure


class Direction(StrEnum):
    """Which way the call goes, in the values of the `direction` parameter [doc]."""

    IN = "in"
    OUT = "out"


class FinishReason(StrEnum):
    """How a call ended, in the vendors' words [doc]."""

    SUCCESS_FINISH = "success_finish"
    SUBSCRIBER_DISCONNECTS = "subscriber_disconnects"
    INCORRECT_INPUT = "incorrect_input"
    NO_OPERATION = "no_operation"
    MAX_TRANSITION_COUNT_EXCEEDED = "max_transition_count_exceeded"
    TIMEOUT = "timeout"
    OPERATOR_BUSY = "operator_busy"
    OPERATOR_NOT_RESPONSIBLE = "operator_not_responsible"
    OPERATOR_NUMBER_PROBLEMS = "operator_number_problems"
    NO_SUCCESS_OPERATOR_CALL = "no_success_operator_call"
    GROUP_INACTIVE_BY_SCHEDULE = "group_inactive_by_schedule"
    NUMA_IN_BLACK_LIST = "numa_in_black_list"
    NUMB_NOT_EXISTS = "numb_not_exists"
    SCENARIO_NOT_FOUND = "scenario_not_found"
    INTERNAL_ERROR = "internal_error"


class Party(StrEnum):
    """Who ended the call."""

    CALLER = "caller"
    CALLEE = "callee"
    PBX = "pbx"


class LegDisposition(StrEnum):
    """What became of a dialled phone."""

    ANSWERED = "answered"
    BUSY = "busy"
    REJECTED = "rejected"
    INVALID = "invalid"
    NO_ANSWER = "no-answer"
    CANCELLED = "cancelled"
    """Somebody else answered, or the caller hung up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A phone that was dialled.

    Attributes:
        phone: The number.
        shown: The number it displayed; empty when hidden.
        rang_at: When it was dialled.
        answered_at: When it was picked up.
        connected_at: When the two could talk.
        ended_at: When it was over.
        disposition: What became of it.
        whisper: What its person heard before being connected.
    """

    phone: str
    shown: str
    rang_at: float
    ended_at: float
    disposition: LegDisposition
    answered_at: float | None = None
    connected_at: float | None = None
    whisper: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PathStep:
    """An operation that the call entered, and when."""

    at: float
    operation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Something the caller heard.

    Attributes:
        at: When it began.
        until: When it ended.
        words: The spoken text, or ``file NAME``.
        whole: False if a digit or the end of the call cut it short.
    """

    at: float
    until: float
    words: str
    whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """Digits that the caller entered for an operation."""

    at: float
    operation: str
    digits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRecord:
    """One question to the endpoint and what came of it.

    Attributes:
        request_id: Counts from 1.
        operation: The operation that asked.
        asked_at: When it was sent.
        settled_at: When its outcome was known to the PBX.
        digits: What the caller had entered; None when nothing.
        instruction: The valid instruction, if one came in time.
        failure: Why none came; also None when the caller hung up first.
        fallback: The operation that the failure led to.
        late_at: When an answer came that the PBX no longer wanted.
        notes: What was ambiguous about the instruction, or outside the documentation.
    """

    request_id: int
    operation: str
    asked_at: float
    settled_at: float
    digits: str | None
    instruction: Instruction | None = None
    failure: Failure | None = None
    fallback: str | None = None
    late_at: float | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A span in which the caller heard nothing and nobody waited for them: dead air."""

    at: float
    until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """The call detail record.

    Attributes:
        session_id: Identifies the call.
        numa: Caller's number; empty when hidden.
        numb: Virtual number that was called.
        direction: Incoming or outgoing.
        started: Start, in seconds since the Unix epoch.
        ended_at: Length of the call in seconds.
        picked_up_at: When the PBX answered; None if it never did.
        path: Operations entered, in order.
        heard: All that was announced to the caller.
        entered: All digits that were collected.
        requests: All questions to the endpoint.
        legs: All phones dialled.
        silences: All dead air.
        wait_s: Seconds until the caller talked to somebody, or until the end.
        talk_s: Seconds of conversation.
        dead_air_s: Seconds of dead air.
        message_s: Seconds of voicemail recorded.
        hung_up_by: Who ended the call.
        finish_reason: How it ended, in the vendors' words.
        log: Remarks of the engine.
    """

    session_id: str
    numa: str
    numb: str
    direction: Direction
    started: float
    ended_at: float
    picked_up_at: float | None
    path: tuple[PathStep, ...]
    heard: tuple[Heard, ...]
    entered: tuple[Entered, ...]
    requests: tuple[RequestRecord, ...]
    legs: tuple[Leg, ...]
    silences: tuple[Silence, ...]
    wait_s: float
    talk_s: float
    dead_air_s: float
    message_s: float
    hung_up_by: Party
    finish_reason: FinishReason
    log: tuple[str, ...]

    @property
    def connected(self) -> str | None:
        """The number the caller talked to last, if any."""
        talked = [leg.phone for leg in self.legs if leg.connected_at is not None]
        return talked[-1] if talked else None
