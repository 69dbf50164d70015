"""Forward: dial phones, whisper to whoever answers, let the two talk."""

from dataclasses import dataclass

from mockpbx.core.cdr import FinishReason, LegDisposition, Party
from mockpbx.core.channel import CallChannel
from mockpbx.core.events import AnnouncementFinished, LegAnswered, LegFailed, LegFailure, TimerFired
from mockpbx.core.instruction import Announcement
from mockpbx.core.operations.announcement import play
from mockpbx.core.operations.outcome import Go, Outcome, Stop, Waiting
from mockpbx.core.scenario import Dial, Dialling, ForwardTo
from mockpbx.core.state import State

_DISPOSITIONS = {
    LegFailure.BUSY: LegDisposition.BUSY,
    LegFailure.REJECTED: LegDisposition.REJECTED,
    LegFailure.INVALID: LegDisposition.INVALID,
}

_REASONS = {
    LegDisposition.BUSY: FinishReason.OPERATOR_BUSY,
    LegDisposition.NO_ANSWER: FinishReason.OPERATOR_NOT_RESPONSIBLE,
    LegDisposition.INVALID: FinishReason.OPERATOR_NUMBER_PROBLEMS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreached:
    """Nobody could be talked to, and what became of each phone."""

    dispositions: frozenset[LegDisposition]

    @property
    def reason(self) -> FinishReason:
        """The vendors' word for it, if the call ends with this [assumed mapping]."""
        if len(self.dispositions) == 1:
            (only,) = self.dispositions
            return _REASONS.get(only, FinishReason.NO_SUCCESS_OPERATOR_CALL)
        return FinishReason.NO_SUCCESS_OPERATOR_CALL


def forward(channel: CallChannel, operation: ForwardTo) -> Waiting[Outcome]:
    """Carry out a forward operation of the scenario."""
    yield from play(channel, operation.announcement)
    result = yield from reach(channel, operation.phones, operation.dial)
    if isinstance(result, Unreached) and operation.unreached is not None:
        return Go(operation=operation.unreached)
    return Stop(reason=result.reason) if isinstance(result, Unreached) else result


def reach(
    channel: CallChannel, phones: tuple[str, ...], dial: Dial, whisper: Announcement | None = None
) -> Waiting[Stop | Unreached]:
    """Dial phones until somebody talks to the caller.

    Args:
        channel: The call.
        phones: Numbers, in the order given.
        dial: How they are dialled.
        whisper: Message to whoever answers; beats that of `dial` [doc].

    Returns:
        The end of the call after a conversation, or that nobody was reached.
    """
    whisper = whisper or dial.whisper
    waves = [(phone,) for phone in phones] if dial.dialling is Dialling.HUNT else [phones]
    before = len(channel.journal.legs)
    for wave in waves:
        leg_id = yield from _ring(channel, wave, dial)
        if leg_id is not None and (yield from _brief(channel, leg_id, whisper)):
            return (yield from _talk(channel, leg_id))
    legs = channel.journal.legs[before:]
    return Unreached(dispositions=frozenset(leg.disposition for leg in legs))


def _ring(channel: CallChannel, phones: tuple[str, ...], dial: Dial) -> Waiting[int | None]:
    """Ring phones at once; give the leg that answered, if one did."""
    for phone in phones:
        channel.ring(phone, dial)
    while channel.legs:
        event = yield State.RINGING
        match event:
            case LegAnswered():
                channel.answered(event.leg_id)
                return event.leg_id
            case LegFailed():
                channel.lose_leg(event.leg_id, _DISPOSITIONS[event.failure])
            case TimerFired():
                channel.end_leg(channel.leg_of_timer(event.timer_id), LegDisposition.NO_ANSWER)
    return None


def _brief(channel: CallChannel, leg_id: int, whisper: Announcement | None) -> Waiting[bool]:
    """Whisper to the person called; tell whether they are still there after it."""
    if not whisper:
        return True
    channel.whisper(leg_id, whisper)
    event = yield State.WHISPERING
    if isinstance(event, AnnouncementFinished):
        return True
    channel.lose_leg(leg_id, LegDisposition.REJECTED)
    return False


def _talk(channel: CallChannel, leg_id: int) -> Waiting[Stop]:
    """Connect the two until the person called hangs up; the caller may do so at any time."""
    channel.connect(leg_id)
    yield State.TALKING
    channel.lose_leg(leg_id, LegDisposition.ANSWERED)
    return Stop(reason=FinishReason.SUCCESS_FINISH, by=Party.CALLEE)
