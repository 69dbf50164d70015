"""The operations of a PBX scenario, one file each."""

from typing import assert_never

from mockpbx.core.cdr import FinishReason
from mockpbx.core.channel import CallChannel
from mockpbx.core.operations.announcement import announce
from mockpbx.core.operations.forward import forward
from mockpbx.core.operations.interactive import interactive
from mockpbx.core.operations.menu import menu
from mockpbx.core.operations.outcome import Go, Outcome, Stop, Waiting
from mockpbx.core.operations.schedule import schedule
from mockpbx.core.operations.voicemail import voicemail
from mockpbx.core.scenario import (
    Announce,
    ForwardTo,
    Goto,
    HangUp,
    Interactive,
    Menu,
    Operation,
    Schedule,
    Voicemail,
)


def perform(channel: CallChannel, name: str, operation: Operation) -> Waiting[Outcome]:
    """Carry out one operation of the scenario."""
    match operation:
        case Interactive():
            return (yield from interactive(channel, name, operation))
        case Menu():
            return (yield from menu(channel, name, operation))
        case ForwardTo():
            return (yield from forward(channel, operation))
        case Announce():
            return (yield from announce(channel, operation))
        case Voicemail():
            return (yield from voicemail(channel, name, operation))
        case Schedule():
            return schedule(channel, operation)
        case Goto():
            return Go(operation=operation.target)
        case HangUp():
            return Stop(reason=FinishReason.SUCCESS_FINISH)
        case _:
            assert_never(operation)
