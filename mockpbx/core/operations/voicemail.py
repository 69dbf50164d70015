"""Voicemail: the caller leaves a message, and the call ends."""

from mockpbx.core.cdr import FinishReason
from mockpbx.core.channel import CallChannel
from mockpbx.core.operations.announcement import play
from mockpbx.core.operations.outcome import Outcome, Stop, Waiting
from mockpbx.core.scenario import Voicemail
from mockpbx.core.state import State


def voicemail(channel: CallChannel, name: str, operation: Voicemail) -> Waiting[Outcome]:
    """Record until the caller hangs up or the longest message is reached."""
    yield from play(channel, operation.prompt)
    channel.record(name)
    channel.start_timer(operation.longest_s)
    yield State.RECORDING
    return Stop(reason=FinishReason.SUCCESS_FINISH)
