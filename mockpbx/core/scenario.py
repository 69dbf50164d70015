"""The PBX scenario: the graph of operations that an administrator configured.

These are checked values, made by `mockpbx.scenario` from a file. The core takes every
reference between operations for good.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, tzinfo
from enum import Enum

from mockpbx.core.instruction import Announcement
from mockpbx.core.observed import Observed


class Dialling(Enum):
    """How several numbers are rung."""

    HUNT = "hunt"
    """One after another, in the order given [assumed to be the default]."""
    RING_ALL = "ring-all"
    """All at once; the first to answer has the call."""


class ShownNumber(Enum):
    """Which number the dialled phone displays [doc]."""

    CALLER = "caller"
    VIRTUAL = "virtual"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """How numbers are dialled.

    Attributes:
        dialling: Hunt or ring-all.
        ring_time_s: Seconds each number rings [assumed 20].
        ring_times_s: Seconds for particular numbers, where they differ.
        shown: The number that the dialled phone displays.
        whisper: Played to whoever answers.
        music: What the caller hears instead of the ringing tone.
    """

    dialling: Dialling = Dialling.HUNT
    ring_time_s: float = 20.0
    ring_times_s: Mapping[str, float] = field(default_factory=dict)
    shown: ShownNumber = ShownNumber.CALLER
    whisper: Announcement | None = None
    music: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect:
    """How digits are collected.

    Attributes:
        length: Access-code length: collecting ends with this many digits.
        first_digit_s: Seconds to wait for the first digit [assumed 7].
        inter_digit_s: Inter-digit interval: collecting ends after this many silent seconds.
    """

    length: int
    first_digit_s: float = 7.0
    inter_digit_s: float = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """Where the call goes when no valid instruction arrives.

    Attributes:
        default: An operation's name; None ends the call.
        by_failure: Other targets for particular failures.
    """

    default: str | None = None
    by_failure: Mapping[Observed, str] = field(default_factory=dict)

    def target(self, observed: Observed) -> str | None:
        """Name the operation that follows this failure."""
        return self.by_failure.get(observed, self.default)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interactive:
    """Interactive call processing: ask the endpoint what to do [doc].

    Attributes:
        prompt: Played before the digits are collected; a digit interrupts it.
        collect: How digits are collected *before* the request; None collects nothing [doc].
        forced_pickup: Answer the call before asking [doc].
        branches: Operation for each return code, keyed by the code's text.
        fallback: What happens when no instruction comes.
        dial: How the phones of an instruction are dialled.
        unreached: Operation when none of the phones could be reached; the fallback's
            default if not set [assumed].
        after_announcement: Operation after an instruction that only announces; the call
            ends if not set [assumed].
        method: HTTP method and body form, if it differs from the endpoint's setting.
        url: Address, if it differs from the endpoint's setting.
        parameters: Names of the ticked parameters, if not all; see `mockpbx.wire.request`.
    """

    prompt: Announcement | None = None
    collect: Collect | None = None
    forced_pickup: bool = False
    branches: Mapping[str, str] = field(default_factory=dict)
    fallback: Fallback = field(default_factory=Fallback)
    dial: Dial = field(default_factory=Dial)
    unreached: str | None = None
    after_announcement: str | None = None
    method: str | None = None
    url: str | None = None
    parameters: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """Play a prompt, take one choice.

    Attributes:
        prompt: Played first; a digit interrupts it.
        choices: Operation for each digit.
        wait_s: Seconds to wait for a digit after the prompt.
        attempts: How often the prompt is played before giving up.
        otherwise: Operation when no valid choice was made; if not set, the call ends with
            `incorrect_input`.
    """

    choices: Mapping[str, str]
    prompt: Announcement | None = None
    wait_s: float = 5.0
    attempts: int = 2
    otherwise: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardTo:
    """Dial numbers of the PBX's own: an employee, a group, an extension.

    Attributes:
        phones: Numbers, in the order of the hunt.
        dial: How they are dialled.
        announcement: Played to the caller first.
        unreached: Operation when nobody could be reached.
    """

    phones: tuple[str, ...]
    dial: Dial = field(default_factory=Dial)
    announcement: Announcement | None = None
    unreached: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce:
    """Information message.

    Attributes:
        announcement: What is played.
        next: Operation that follows; the branch ends if not set.
    """

    announcement: Announcement
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Voicemail:
    """Record a message; the call ends with it.

    Attributes:
        prompt: Played first.
        longest_s: Seconds after which the recording is cut.
    """

    prompt: Announcement | None = None
    longest_s: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A span of opening hours on some days of the week.

    Attributes:
        days: Weekdays, Monday is 0.
        opens: First moment that counts.
        closes: First moment that no longer counts; a `closes` at or before `opens` belongs
            to the following day, so 22:00-06:00 is a night and 00:00-00:00 a whole day.
    """

    days: frozenset[int]
    opens: time
    closes: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Go one way in opening hours, another way outside them.

    Attributes:
        hours: The opening hours, on the wall clock of `zone`.
        zone: Time zone; the wall clock follows its daylight saving time.
        opened: Operation within the hours.
        closed: Operation outside them; if not set, the call ends with
            `group_inactive_by_schedule`.
    """

    hours: tuple[Hours, ...]
    zone: tzinfo
    opened: str
    closed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Goto:
    """Link to another operation, or insert a scenario.

    Attributes:
        target: The operation that follows.
    """

    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    """The PBX ends the call."""


Operation = Interactive | Menu | ForwardTo | Announce | Voicemail | Schedule | Goto | HangUp


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A PBX scenario.

    Attributes:
        name: Its name.
        start: The operation a call begins with.
        operations: All operations by name.
        numbers: Virtual numbers that lead here; empty means any.
        blacklist: Callers who are turned away; the endpoint is never asked about them.
        transition_limit: Operations a call may enter before it is ended with
            `max_transition_count_exceeded` [doc that it exists, the number assumed].
        deadline_s: Seconds the PBX waits for a whole answer [assumed 5].
    """

    name: str
    start: str
    operations: Mapping[str, Operation]
    numbers: frozenset[str] = frozenset()
    blacklist: frozenset[str] = frozenset()
    transition_limit: int = 20
    deadline_s: float = 5.0
