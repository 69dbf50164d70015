"""One call through the PBX: events in, commands out.

The engine does no I/O and reads no clock. A driver gives it events and carries out the
commands it answers; the same engine therefore serves a test in virtual time, a call in
the terminal and a load of thousands.
"""

from collections import deque
from typing import assert_never

from mockpbx.core import commands as do
from mockpbx.core import events as on
from mockpbx.core.cdr import CallRecord, FinishReason, Party
from mockpbx.core.channel import CallChannel, CallSetup
from mockpbx.core.operations import perform
from mockpbx.core.operations.outcome import Branches, Done, Go, Stop, Waiting
from mockpbx.core.scenario import Scenario
from mockpbx.core.state import TRANSITIONS, State
from mockpbx.errors import HarnessError, ProtocolError


class CallEngine:
    """A call session.

    Attributes:
        setup: Who calls whom.
        state: What the call is doing; see `mockpbx.core.state`.
        record: The call detail record, once the call has ended.
    """

    def __init__(self, setup: CallSetup, scenario: Scenario) -> None:
        self.setup = setup
        self.state = State.NEW
        self.record: CallRecord | None = None
        self._channel = CallChannel(setup, scenario)
        self._journey = _journey(self._channel)
        self._arrived_at = 0.0

    def handle(self, event: on.Event) -> list[do.Command]:
        """Take an event and say what is to be done.

        Args:
            event: What happened; never earlier than the event before it.

        Returns:
            Commands, in the order in which they are to be carried out.

        Raises:
            ProtocolError: The event is impossible in the call's state. The call is
                unchanged.
        """
        before = self.state
        may_follow = self._admit(event)
        channel = self._channel
        commands: list[do.Command] = []
        channel.commands = commands
        if before is State.NEW:
            self._arrived_at = event.at
        channel.now = event.at - self._arrived_at
        self._react(event)
        if self.state not in may_follow:
            raise HarnessError(f"{before.name} may not become {self.state.name} by {event}")
        return commands

    def _admit(self, event: on.Event) -> frozenset[State]:
        """Return the states that may follow."""
        may_follow = TRANSITIONS[self.state].get(type(event))
        if may_follow is None:
            raise ProtocolError(
                f"{type(event).__name__} is impossible for call {self.setup.session_id} "
                f"in state {self.state.name}"
            )
        if self.state is not State.NEW and event.at - self._arrived_at < self._channel.now:
            raise ProtocolError(f"{type(event).__name__} comes from the past: {event.at:.3f}")
        if not self._is_expected(event):
            raise ProtocolError(
                f"{event} is about something that call {self.setup.session_id} has not open"
            )
        return may_follow

    def _is_expected(self, event: on.Event) -> bool:
        """Tell whether the timer, leg, request or announcement is open, and the digit one."""
        channel = self._channel
        match event:
            case on.DigitPressed():
                return len(event.digit) == 1 and event.digit in "0123456789*#"
            case on.TimerFired():
                return event.timer_id in channel.timers
            case on.AnnouncementFinished() if self.state is State.WHISPERING:
                return channel.is_whispering(event.announcement_id)
            case on.AnnouncementFinished():
                playing = channel.playing
                return playing is not None and playing.announcement_id == event.announcement_id
            case on.InstructionArrived() | on.RequestFailed():
                return channel.may_answer(event.request_id)
            case on.LegAnswered() | on.LegFailed() | on.LegHungUp():
                return event.leg_id in channel.legs
        return True

    def _react(self, event: on.Event) -> None:
        match event:
            case on.CallerHungUp():
                self._journey.close()
                self._end(_hung_up(self._channel, self.state))
            case on.InstructionArrived() | on.RequestFailed() if not self._channel.awaits(
                event.request_id
            ):
                self._channel.came_late(event.request_id)
            case on.DigitPressed() if self._is_unasked():
                self._channel.log(f"digit {event.digit} dropped: nobody asked for it")
            case on.CallArrived():
                self._resume(None)
            case on.TimerFired():
                self._channel.timers.discard(event.timer_id)
                self._resume(event)
            case _:
                self._resume(event)

    def _is_unasked(self) -> bool:
        """Tell whether nobody waits for a digit, or it belongs to an entry that is full."""
        waiting = self.state in (State.PROMPTING, State.COLLECTING)
        return self._channel.drops_digit() or not waiting

    def _resume(self, event: on.Event | None) -> None:
        """Let the operation go on until it waits again, or the call is over."""
        try:
            self.state = self._journey.send(event)  # type: ignore[arg-type]  # None starts it
        except StopIteration as over:
            self._end(over.value)

    def _end(self, stop: Stop) -> None:
        self.state = State.ENDED
        channel = self._channel
        channel.close()
        if stop.by is not Party.CALLER:
            channel.commands.append(do.ReleaseCaller())
        setup = self.setup
        self.record = channel.journal.close(
            session_id=setup.session_id,
            numa=setup.numa,
            numb=setup.numb,
            direction=setup.direction,
            started=setup.started,
            ended_at=channel.now,
            reason=stop.reason,
            by=stop.by,
        )
        channel.commands.append(do.FileRecord(record=self.record))


def _hung_up(channel: CallChannel, state: State) -> Stop:
    """Say how a call ended that the caller ended."""
    served = state is State.RECORDING or channel.journal.connected_at is not None
    reason = FinishReason.SUCCESS_FINISH if served else FinishReason.SUBSCRIBER_DISCONNECTS
    return Stop(reason=reason, by=Party.CALLER)


def _journey(channel: CallChannel) -> Waiting[Stop]:
    """Lead the call from operation to operation."""
    scenario = channel.scenario
    refusal = _refusal(channel)
    if refusal:
        return refusal
    ahead: deque[str | None] = deque([scenario.start])
    while ahead:
        name = ahead.popleft()
        if name is None:
            return Stop(reason=FinishReason.NO_OPERATION)
        if len(channel.journal.path) >= scenario.transition_limit:
            return Stop(reason=FinishReason.MAX_TRANSITION_COUNT_EXCEEDED)
        channel.enter(name)
        outcome = yield from perform(channel, name, scenario.operations[name])
        match outcome:
            case Go():
                ahead.appendleft(outcome.operation)
            case Branches():
                ahead.extendleft(reversed(outcome.operations))
            case Stop():
                return outcome
            case Done():
                continue
            case _:
                assert_never(outcome)
    return Stop(reason=FinishReason.SUCCESS_FINISH)


def _refusal(channel: CallChannel) -> Stop | None:
    """Turn a caller away before any operation."""
    setup, scenario = channel.setup, channel.scenario
    if scenario.numbers and setup.numb not in scenario.numbers:
        return Stop(reason=FinishReason.NUMB_NOT_EXISTS)
    if setup.numa.lstrip("+") in scenario.blacklist:
        return Stop(reason=FinishReason.NUMA_IN_BLACK_LIST)
    return None
