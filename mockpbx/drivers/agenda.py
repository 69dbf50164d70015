"""What is going to happen, in the order in which it will."""

import heapq
from dataclasses import dataclass, field
from itertools import count

from mockpbx.core.commands import SendRequest
from mockpbx.core.events import Event

Owner = int
"""Which of the calls on the stage something concerns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resend:
    """The PBX sends a request again."""

    command: SendRequest
    copy: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp:
    """The PBX has waited long enough for the answer to a repetition."""

    request_id: int
    copy: int


Action = Event | Resend | GiveUp


@dataclass(slots=True, order=True)
class Entry:
    """Something that will happen.

    Attributes:
        at: Seconds since the stage was opened.
        place: Breaks ties: what was planned first happens first.
        owner: The call it concerns.
        subject: What it belongs to within that call; see `Agenda.call_off`.
        action: What happens.
    """

    at: float
    place: int
    owner: Owner = field(compare=False)
    subject: str = field(compare=False)
    action: Action = field(compare=False)
    off: bool = field(default=False, compare=False)


class Agenda:
    """A queue of future events that can be called off."""

    def __init__(self) -> None:
        self._heap: list[Entry] = []
        self._by_subject: dict[tuple[Owner, str], list[Entry]] = {}
        self._places = count()

    def plan(self, at: float, owner: Owner, subject: str, action: Action) -> None:
        """Let something happen at a time."""
        entry = Entry(at, next(self._places), owner, subject, action)
        heapq.heappush(self._heap, entry)
        self._by_subject.setdefault((owner, subject), []).append(entry)

    def call_off(self, owner: Owner, subject: str) -> None:
        """Let nothing happen that belongs to a subject."""
        for entry in self._by_subject.pop((owner, subject), []):
            entry.off = True

    @property
    def next_at(self) -> float | None:
        """When the next thing happens; None if nothing does."""
        self._drop_called_off()
        return self._heap[0].at if self._heap else None

    def pop(self) -> Entry | None:
        """Take the next thing."""
        self._drop_called_off()
        return heapq.heappop(self._heap) if self._heap else None

    def _drop_called_off(self) -> None:
        while self._heap and self._heap[0].off:
            heapq.heappop(self._heap)
