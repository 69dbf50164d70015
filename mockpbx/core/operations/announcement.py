"""Information message: play something, go on."""

from mockpbx.core.channel import CallChannel
from mockpbx.core.instruction import Announcement
from mockpbx.core.operations.outcome import Outcome, Waiting, go
from mockpbx.core.scenario import Announce
from mockpbx.core.state import State


def announce(channel: CallChannel, operation: Announce) -> Waiting[Outcome]:
    """Play the operation's announcement."""
    yield from play(channel, operation.announcement)
    return go(operation.next)


def play(channel: CallChannel, announcement: Announcement | None) -> Waiting[None]:
    """Play something to its end; digits pressed meanwhile are dropped."""
    if announcement:
        channel.play(announcement)
        yield State.ANNOUNCING  # only its end can be reported in this state
        channel.played()
