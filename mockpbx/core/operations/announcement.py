"""Information message: play something, go on."""

from mockpbx.core.instruction import Announcement
from mockpbx.core.line import Line
from mockpbx.core.operations.outcome import Outcome, Waiting, go
from mockpbx.core.scenario import Announce
from mockpbx.core.state import State


def announce(line: Line, operation: Announce) -> Waiting[Outcome]:
    """Play the operation's announcement."""
    yield from play(line, operation.announcement)
    return go(operation.next)


def play(line: Line, announcement: Announcement | None) -> Waiting[None]:
    """Play something to its end; digits pressed meanwhile are dropped."""
    if announcement:
        line.play(announcement)
        yield State.ANNOUNCING  # only its end can be reported in this state
        line.played()
