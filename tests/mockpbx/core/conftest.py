"""The playbook: a call told event by event, with a bookkeeper who looks over its shoulder.

A test reads as the conversation it is about::

    call = play(scenario)
    call.on(CallArrived(at=0.0)).does(SendRequest(...), StartTimer(timer_id=1, seconds=5.0))
    call.on(CallerHungUp(at=1.0)).does(AbandonRequest(request_id=1), ...)
    assert call.record.hung_up_by is Party.CALLER

Whatever a test expects, every event and command also goes through the `Bookkeeper`, who
knows what is open at any time and complains about what is ended twice or never.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Protocol

import pytest

from mockpbx.core import commands as do
from mockpbx.core import events as on
from mockpbx.core.call import CallEngine
from mockpbx.core.cdr import CallRecord, Direction, LegDisposition, Party
from mockpbx.core.channel import CallSetup
from mockpbx.core.observed import Failure, Observed
from mockpbx.core.scenario import Operation, Scenario
from mockpbx.core.state import State

CALLER = "79161110001"
VIRTUAL = "74951234567"
NOON = 1_780_000_000.0


@dataclass
class Bookkeeper:
    """Keeps the books of one call: what is open, and that all of it is ended once."""

    setup: CallSetup
    arrived_at: float = 0.0
    timers: set[int] = field(default_factory=set)
    ringing: dict[int, str] = field(default_factory=dict)
    answered: dict[int, str] = field(default_factory=dict)
    playing: int | None = None
    whispering: int | None = None
    asking: int | None = None
    given_up: set[int] = field(default_factory=set)
    commands: list[do.Command] = field(default_factory=list)
    record: CallRecord | None = None
    hung_up: bool = False
    last_id: dict[str, int] = field(default_factory=dict)

    def take(self, event: on.Event, commands: list[do.Command]) -> None:
        """Enter an accepted event and what the engine answered to it."""
        if isinstance(event, on.CallArrived):
            self.arrived_at = event.at
        self._event(event)
        for command in commands:
            self._command(command, event.at - self.arrived_at)

    def _event(self, event: on.Event) -> None:
        match event:
            case on.TimerFired():
                self.timers.remove(event.timer_id)
            case on.AnnouncementFinished() if self.whispering is not None:
                assert event.announcement_id == self.whispering
                self.whispering = None
            case on.AnnouncementFinished():
                assert event.announcement_id == self.playing
                self.playing = None
            case on.InstructionArrived() | on.RequestFailed():
                if event.request_id == self.asking:
                    self.asking = None
                else:
                    self.given_up.remove(event.request_id)
            case on.LegAnswered():
                self.answered[event.leg_id] = self.ringing.pop(event.leg_id)
            case on.LegFailed():
                del self.ringing[event.leg_id]
            case on.LegHungUp():
                del self.answered[event.leg_id]
                self.whispering = None
            case on.CallerHungUp():
                self.hung_up = True

    def _command(self, command: do.Command, now: float) -> None:
        self.commands.append(command)
        assert self.record is None or isinstance(command, do.Log), "a command after the record"
        match command:
            case do.PickUp():
                assert self._times(do.PickUp) == 1
            case do.StartTimer() | do.StopTimer():
                self._timer(command)
            case do.Play() | do.StopPlaying():
                self._announcement(command)
            case do.SendRequest() | do.AbandonRequest():
                self._request(command)
            case do.RingLeg() | do.CancelLeg() | do.PlayWhisper() | do.Connect():
                self._leg(command)
            case do.FileRecord():
                self.record = command.record
                self._audit(command.record, now)

    def _timer(self, command: do.StartTimer | do.StopTimer) -> None:
        if isinstance(command, do.StopTimer):
            self.timers.remove(command.timer_id)
            return
        assert command.seconds > 0
        if command.timer_id not in self.timers:  # else it begins anew
            self._count("timer", command.timer_id)
            self.timers.add(command.timer_id)

    def _announcement(self, command: do.Play | do.StopPlaying) -> None:
        if isinstance(command, do.StopPlaying):
            assert command.announcement_id == self.playing
            self.playing = None
            return
        assert self.playing is None
        self._count("announcement", command.announcement_id)
        self.playing = command.announcement_id

    def _request(self, command: do.SendRequest | do.AbandonRequest) -> None:
        if isinstance(command, do.AbandonRequest):
            assert command.request_id == self.asking
            self.given_up.add(command.request_id)
            self.asking = None
            return
        assert self.asking is None
        self._count("request", command.request_id)
        self.asking = command.request_id

    def _leg(self, command: do.RingLeg | do.CancelLeg | do.PlayWhisper | do.Connect) -> None:
        match command:
            case do.RingLeg():
                assert command.phone != self.setup.numb
                assert command.leg_id > self.last_id.get("leg", 0)
                self.last_id["leg"] = command.leg_id
                self.ringing[command.leg_id] = command.phone
            case do.CancelLeg() if command.leg_id in self.ringing:
                del self.ringing[command.leg_id]
            case do.CancelLeg():
                del self.answered[command.leg_id]
                self.whispering = None
            case do.PlayWhisper():
                assert list(self.answered) == [command.leg_id]
                self._count("announcement", command.announcement_id)
                self.whispering = command.announcement_id
            case do.Connect():
                assert self._times(do.Connect) == 1
                assert list(self.answered) == [command.leg_id]
                assert (self.ringing, self.timers, self.whispering) == ({}, set(), None)

    def _count(self, what: str, number: int) -> None:
        """Numbers are given out from 1, without a gap."""
        assert number == self.last_id.get(what, 0) + 1
        self.last_id[what] = number

    def _times(self, kind: type[do.Command]) -> int:
        return sum(isinstance(command, kind) for command in self.commands)

    def _audit(self, record: CallRecord, now: float) -> None:
        self._nothing_is_open()
        self._record_agrees_with_commands(record)
        audit(record)
        assert record.ended_at == now
        assert (record.hung_up_by is Party.CALLER) is self.hung_up
        assert self._times(do.ReleaseCaller) == (0 if self.hung_up else 1)

    def _nothing_is_open(self) -> None:
        left = [self.timers, self.ringing, self.answered]
        assert not any(left), f"left open: {left}"
        assert (self.playing, self.whispering, self.asking) == (None, None, None)

    def _record_agrees_with_commands(self, record: CallRecord) -> None:
        asked = [each for each in self.commands if isinstance(each, do.SendRequest)]
        rang = [each for each in self.commands if isinstance(each, do.RingLeg)]
        said = [each for each in self.commands if isinstance(each, do.Play)]
        logged = [each for each in self.commands if isinstance(each, do.Log)]
        assert [(each.request_id, each.operation, each.fields.digits) for each in asked] == [
            (each.request_id, each.operation, each.digits) for each in record.requests
        ]
        assert sorted((each.phone, each.shown) for each in rang) == sorted(
            (each.phone, each.shown) for each in record.legs if each.phone != record.numb
        )
        assert [each.announcement.words for each in said] == [each.words for each in record.heard]
        assert tuple(each.message for each in logged) == record.log
        assert (record.picked_up_at is not None) == (self._times(do.PickUp) == 1)
        assert (record.connected is not None) == (self._times(do.Connect) == 1)


def audit(record: CallRecord) -> None:
    """Check what is true of every call detail record."""
    end = record.ended_at
    _in_order([step.at for step in record.path], end)
    _in_order([entered.at for entered in record.entered], end)
    _in_order([leg.rang_at for leg in record.legs], end)
    _in_order([leg.ended_at for leg in record.legs], end)
    _spans((heard.at, heard.until) for heard in record.heard)
    _spans((request.asked_at, request.settled_at) for request in record.requests)
    _spans((silence.at, silence.until) for silence in record.silences)
    assert record.wait_s + record.talk_s == pytest.approx(end, abs=0.002)  # both are rounded
    assert record.wait_s >= 0
    assert record.talk_s >= 0
    assert 0 <= record.message_s <= end
    assert 0 <= record.dead_air_s <= end + 0.001
    silent_s = sum(silence.until - silence.at for silence in record.silences)
    assert record.dead_air_s == pytest.approx(silent_s, abs=0.001)
    answers = [leg for leg in record.legs if leg.answered_at is not None]
    if record.silences or record.heard or record.entered or answers:
        assert record.picked_up_at is not None
    if record.silences and record.picked_up_at is not None:
        assert record.picked_up_at <= record.silences[0].at
    assert all(silence.until > silence.at for silence in record.silences)
    _requests(record)
    _legs(record)


def _in_order(times: list[float], end: float) -> None:
    assert all(earlier <= later for earlier, later in pairwise([0.0, *times, end]))


def _spans(spans: Iterable[tuple[float, float]]) -> None:
    """Spans that follow one another without overlapping."""
    bounds = [bound for span in spans for bound in span]
    assert bounds == sorted(bounds)


def _requests(record: CallRecord) -> None:
    for request in record.requests:
        assert request.instruction is None or request.failure is None
        assert request.fallback is None or request.failure is not None
        if request.late_at is not None:
            assert request.instruction is None
            assert request.failure is not None
            assert request.failure.observed is Observed.DEADLINE
            assert request.settled_at <= request.late_at <= record.ended_at
        if request.instruction is None and request.failure is None:
            assert record.hung_up_by is Party.CALLER
            assert request is record.requests[-1]


def _legs(record: CallRecord) -> None:
    talked = [leg for leg in record.legs if leg.connected_at is not None]
    assert [leg.phone for leg in talked] == ([record.connected] if record.connected else [])
    assert len({leg.phone for leg in talked}) <= 1
    for leg in record.legs:
        known = [leg.rang_at, leg.answered_at, leg.connected_at, leg.ended_at]
        times = [time for time in known if time is not None]
        assert times == sorted(times)
        if leg.connected_at is not None:
            assert leg.answered_at is not None
            assert leg.disposition is LegDisposition.ANSWERED
            assert record.wait_s == pytest.approx(leg.connected_at, abs=0.001)
    if not talked:
        assert record.talk_s == 0


class Playbook:
    """A call, told event by event."""

    def __init__(self, scenario: Scenario, setup: CallSetup) -> None:
        self._call = CallEngine(setup, scenario)
        self._latest: list[do.Command] = []
        self._latest_at = 0.0
        self.books = Bookkeeper(setup)

    def on(self, *events: on.Event) -> "Playbook":
        """Let things happen; `does` looks at what the engine made of the last of them."""
        for event in events:
            self._latest = self._call.handle(event)
            self._latest_at = event.at
            self.books.take(event, self._latest)
        return self

    def does(self, *expected: do.Command) -> "Playbook":
        """Expect exactly these commands, in this order."""
        assert self._latest == list(expected)
        return self

    def does_nothing(self) -> "Playbook":
        """Expect no command at all."""
        return self.does()

    def presses(self, digits: str, *, at: float) -> "Playbook":
        """Let the caller press keys, half a second apart."""
        keys = [
            on.DigitPressed(at=at + place / 2, digit=digit) for place, digit in enumerate(digits)
        ]
        return self.on(*keys)

    def request(self, number: int, operation: str, digits: str | None = None) -> do.SendRequest:
        """Build the request that an operation without settings of its own makes."""
        setup = self.books.setup
        fields = do.RequestFields(
            session_id=setup.session_id,
            numa=setup.numa,
            numb=setup.numb,
            direction=setup.direction,
            started=setup.started,
            digits=digits,
        )
        return do.SendRequest(request_id=number, operation=operation, fields=fields)

    def finish(self) -> None:
        """Hang up if the test left the call in the middle, so that its books are closed."""
        if self.state is not State.ENDED:
            self.on(on.CallerHungUp(at=self._latest_at))

    @property
    def state(self) -> State:
        """What the call is doing."""
        return self._call.state

    @property
    def commands(self) -> list[do.Command]:
        """All commands from the beginning."""
        return self.books.commands

    @property
    def record(self) -> CallRecord:
        """The record of the call, which must have ended."""
        assert self._call.record is not None, f"the call is {self.state.name}"
        return self._call.record

    @property
    def path(self) -> list[str]:
        """The operations that the ended call went through."""
        return [step.operation for step in self.record.path]

    @property
    def rung(self) -> list[str]:
        """The phones dialled so far."""
        return [each.phone for each in self.commands if isinstance(each, do.RingLeg)]


class Play(Protocol):
    """Begins a playbook; the first operation given is the one a call starts with."""

    def __call__(
        self,
        operations: Mapping[str, Operation] | Scenario,
        *,
        numa: str = CALLER,
        numb: str = VIRTUAL,
        started: float = NOON,
        direction: Direction = Direction.IN,
    ) -> Playbook: ...


@pytest.fixture
def play() -> Iterator[Play]:
    """Begin calls, and see at the end that their books are in order."""
    played: list[Playbook] = []

    def begin(
        operations: Mapping[str, Operation] | Scenario,
        *,
        numa: str = CALLER,
        numb: str = VIRTUAL,
        started: float = NOON,
        direction: Direction = Direction.IN,
    ) -> Playbook:
        if not isinstance(operations, Scenario):
            operations = Scenario(name="test", start=next(iter(operations)), operations=operations)
        setup = CallSetup(
            session_id="sid-1", numa=numa, numb=numb, started=started, direction=direction
        )
        playbook = Playbook(operations, setup)
        played.append(playbook)
        return playbook

    yield begin
    for playbook in played:
        if playbook.commands:
            playbook.finish()
            assert playbook.books.record is playbook.record


@pytest.fixture
def bookkeeper() -> type[Bookkeeper]:
    """Keep the books of a call that a test leads by itself."""
    return Bookkeeper


@pytest.fixture
def failed() -> Failure:
    """A failure like any other: the endpoint answered 503."""
    return Failure(observed=Observed.HTTP_STATUS, detail="HTTP 503 Service Unavailable")
