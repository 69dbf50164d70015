"""The call as an operation sees it: things to do, and what is still open.

An operation never builds a record or remembers an identifier by itself: it tells the
line what to do, and the line issues the command, writes the journal, and knows at any
moment what has to be closed if the caller hangs up now.
"""

from dataclasses import dataclass

from mockpbx.core import commands as do
from mockpbx.core.cdr import (
    Direction,
    Entered,
    Heard,
    Leg,
    LegDisposition,
    PathStep,
    RequestRecord,
    Silence,
)
from mockpbx.core.instruction import Announcement, Instruction
from mockpbx.core.journal import Journal
from mockpbx.core.observed import Failure
from mockpbx.core.scenario import Dial, Interactive, Scenario, ShownNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSetup:
    """Who calls whom.

    Attributes:
        session_id: Identifies the call.
        numa: Caller's number as the network delivers it; empty when hidden.
        numb: Virtual number that is called.
        started: Start of the call, seconds since the Unix epoch.
        direction: Incoming or outgoing.
    """

    session_id: str
    numa: str
    numb: str
    started: float
    direction: Direction = Direction.IN


@dataclass(slots=True)
class _Playing:
    announcement_id: int
    words: str
    since: float


@dataclass(slots=True)
class _OpenRequest:
    request_id: int
    operation: str
    asked_at: float
    digits: str | None


@dataclass(slots=True)
class _OpenLeg:
    leg_id: int
    phone: str
    shown: str
    rang_at: float
    timer_id: int
    answered_at: float | None = None
    connected_at: float | None = None
    whisper: str | None = None


class CallChannel:
    """What operations act through.

    Attributes:
        setup: Who calls whom.
        scenario: The scenario the call goes through.
        journal: What happened so far.
        now: Seconds since the call arrived.
        commands: What is to be done in answer to the event in hand.
    """

    def __init__(self, setup: CallSetup, scenario: Scenario) -> None:
        self.setup = setup
        self.scenario = scenario
        self.journal = Journal()
        self.now = 0.0
        self.commands: list[do.Command] = []
        self.timers: set[int] = set()
        self.legs: dict[int, _OpenLeg] = {}
        self.playing: _Playing | None = None
        self.request: _OpenRequest | None = None
        self._silent_since: float | None = None
        self._recording_since: float | None = None
        self._ignoring_s = self._ignoring_until = 0.0
        self._abandoned: set[int] = set()
        self._last_timer = self._last_leg = self._last_request = self._last_announcement = 0

    # -- entering, answering ----------------------------------------------------------

    def enter(self, operation: str) -> None:
        """Note that the call enters an operation."""
        self.journal.path.append(PathStep(at=self.now, operation=operation))

    def pick_up(self) -> None:
        """Answer the caller, if that has not happened yet."""
        if self.journal.picked_up_at is None:
            self.journal.picked_up_at = self.now
            self.commands.append(do.PickUp())

    def log(self, message: str) -> None:
        """Leave a remark for whoever reads the record."""
        self.journal.log.append(message)
        self.commands.append(do.Log(message=message))

    # -- timers -----------------------------------------------------------------------

    def start_timer(self, seconds: float) -> int:
        """Start a timer and give its number."""
        self._last_timer += 1
        self.restart_timer(self._last_timer, seconds)
        return self._last_timer

    def restart_timer(self, timer_id: int, seconds: float) -> None:
        """Let a timer run from now."""
        self.timers.add(timer_id)
        self.commands.append(do.StartTimer(timer_id=timer_id, seconds=seconds))

    def stop_timer(self, timer_id: int) -> None:
        """Stop a timer, unless it has fired."""
        if timer_id in self.timers:
            self.timers.remove(timer_id)
            self.commands.append(do.StopTimer(timer_id=timer_id))

    # -- announcements and digits -----------------------------------------------------

    def play(self, announcement: Announcement) -> None:
        """Begin an announcement to the caller."""
        self.pick_up()
        self._last_announcement += 1
        self.playing = _Playing(self._last_announcement, announcement.words, self.now)
        self.commands.append(
            do.Play(announcement_id=self._last_announcement, announcement=announcement)
        )

    def played(self) -> None:
        """Note that the announcement was heard to its end."""
        self._heard(whole=True)

    def stop_playing(self) -> None:
        """Cut the announcement short."""
        if self.playing:
            self.commands.append(do.StopPlaying(announcement_id=self.playing.announcement_id))
            self._heard(whole=False)

    def _heard(self, *, whole: bool) -> None:
        playing, self.playing = self.playing, None
        if playing:
            self.journal.heard.append(
                Heard(at=playing.since, until=self.now, words=playing.words, whole=whole)
            )

    def take_digits(self, operation: str, length: int) -> None:
        """Tell that the caller is now asked for digits."""
        self.pick_up()
        self.commands.append(do.TakeDigits(operation=operation, length=length))

    def took_digits(self, operation: str, digits: str) -> None:
        """Note what the caller entered."""
        if digits:
            self.journal.entered.append(Entered(at=self.now, operation=operation, digits=digits))

    def ignore_digits(self, seconds: float) -> None:
        """Drop what is typed in the next seconds, and as long as the typing goes on."""
        self._ignoring_s = seconds
        self._ignoring_until = self.now + seconds

    def drops_digit(self) -> bool:
        """Tell whether a digit pressed now is to be dropped."""
        if self.now >= self._ignoring_until:
            return False
        self._ignoring_until = self.now + self._ignoring_s
        return True

    # -- the endpoint -----------------------------------------------------------------

    def ask(self, name: str, operation: Interactive, digits: str | None) -> None:
        """Send a request to the endpoint."""
        self._last_request += 1
        self.request = _OpenRequest(self._last_request, name, self.now, digits)
        self._fall_silent()
        setup = self.setup
        fields = do.RequestFields(
            session_id=setup.session_id,
            numa=setup.numa,
            numb=setup.numb,
            direction=setup.direction,
            started=setup.started,
            digits=digits,
        )
        self.commands.append(
            do.SendRequest(
                request_id=self._last_request,
                operation=name,
                fields=fields,
                method=operation.method,
                url=operation.url,
                parameters=operation.parameters,
            )
        )

    def instructed(self, instruction: Instruction, notes: tuple[str, ...]) -> None:
        """Note the instruction that answers the open request."""
        self._settle(instruction=instruction, notes=notes)

    def failed(self, failure: Failure, fallback: str | None) -> None:
        """Note why the open request brought no instruction, and where the call goes."""
        self._settle(failure=failure, fallback=fallback)

    def abandon_request(self) -> None:
        """Return up on the open request; it stays open for `failed` to settle."""
        if self.request:
            self._abandoned.add(self.request.request_id)
            self.commands.append(do.AbandonRequest(request_id=self.request.request_id))

    def may_answer(self, request_id: int) -> bool:
        """Tell whether an answer to this request can come, wanted or late; it comes once."""
        return self.awaits(request_id) or request_id in self._abandoned

    def awaits(self, request_id: int) -> bool:
        """Tell whether the answer to this request is still wanted."""
        return self.request is not None and self.request.request_id == request_id

    def came_late(self, request_id: int) -> None:
        """Note an answer that is no longer wanted; nothing else follows from it."""
        self._abandoned.remove(request_id)
        self.journal.answered_late(request_id, self.now)
        self.log(f"answer to request {request_id} came after the PBX had given up: ignored")

    def _settle(
        self,
        instruction: Instruction | None = None,
        failure: Failure | None = None,
        fallback: str | None = None,
        notes: tuple[str, ...] = (),
    ) -> None:
        request, self.request = self.request, None
        self._silence_ends()
        if request:
            self.journal.requests.append(
                RequestRecord(
                    request_id=request.request_id,
                    operation=request.operation,
                    asked_at=request.asked_at,
                    settled_at=self.now,
                    digits=request.digits,
                    instruction=instruction,
                    failure=failure,
                    fallback=fallback,
                    notes=notes,
                )
            )

    def _fall_silent(self) -> None:
        """From here the caller hears nothing; before pick-up they still hear it ring."""
        if self.journal.picked_up_at is not None:
            self._silent_since = self.now

    def _silence_ends(self) -> None:
        since, self._silent_since = self._silent_since, None
        if since is not None and since < self.now:
            self.journal.silences.append(Silence(at=since, until=self.now))

    # -- legs -------------------------------------------------------------------------

    def ring(self, phone: str, dial: Dial) -> None:
        """Dial a phone; its ring time runs."""
        self._last_leg += 1
        shown = self.setup.numa if dial.shown is ShownNumber.CALLER else self.setup.numb
        if phone == self.setup.numb:
            self._refuse_loop(phone, shown)
            return
        self.commands.append(
            do.RingLeg(leg_id=self._last_leg, phone=phone, shown=shown, music=dial.music)
        )
        timer_id = self.start_timer(dial.ring_times_s.get(phone, dial.ring_time_s))
        leg = _OpenLeg(self._last_leg, phone, shown, self.now, timer_id)
        self.legs[self._last_leg] = leg

    def _refuse_loop(self, phone: str, shown: str) -> None:
        """Do not dial the virtual number from itself [assumed]."""
        self.log(f"{phone} is the virtual number of this call: not dialled, it would loop")
        self.journal.legs.append(
            Leg(
                phone=phone,
                shown=shown,
                rang_at=self.now,
                ended_at=self.now,
                disposition=LegDisposition.INVALID,
            )
        )

    def leg_of_timer(self, timer_id: int) -> int:
        """Tell whose ring time is over."""
        return next(leg.leg_id for leg in self.legs.values() if leg.timer_id == timer_id)

    def answered(self, leg_id: int) -> None:
        """Note who picked up, and stop ringing everybody else."""
        for other in [other for other in self.legs if other != leg_id]:
            self.end_leg(other, LegDisposition.CANCELLED)
        leg = self.legs[leg_id]
        leg.answered_at = self.now
        self.stop_timer(leg.timer_id)
        self.pick_up()

    def whisper(self, leg_id: int, announcement: Announcement) -> None:
        """Begin a message to the person called; the caller hears nothing meanwhile."""
        self._last_announcement += 1
        self.legs[leg_id].whisper = announcement.words
        self._fall_silent()
        self.commands.append(
            do.PlayWhisper(
                announcement_id=self._last_announcement, leg_id=leg_id, announcement=announcement
            )
        )

    def is_whispering(self, announcement_id: int) -> bool:
        """Tell whether this is the message that the person called is hearing."""
        return announcement_id == self._last_announcement

    def connect(self, leg_id: int) -> None:
        """Let them talk."""
        self._silence_ends()
        self.legs[leg_id].connected_at = self.now
        self.journal.connected_at = self.now
        self.commands.append(do.Connect(leg_id=leg_id))

    def lose_leg(self, leg_id: int, disposition: LegDisposition) -> None:
        """Note that the far side ended a leg."""
        leg = self.legs.pop(leg_id)
        self.stop_timer(leg.timer_id)
        self._silence_ends()
        self.journal.legs.append(
            Leg(
                phone=leg.phone,
                shown=leg.shown,
                rang_at=leg.rang_at,
                answered_at=leg.answered_at,
                connected_at=leg.connected_at,
                ended_at=self.now,
                disposition=disposition,
                whisper=leg.whisper,
            )
        )

    def end_leg(self, leg_id: int, disposition: LegDisposition) -> None:
        """End a leg from our side."""
        self.commands.append(do.CancelLeg(leg_id=leg_id))
        self.lose_leg(leg_id, disposition)

    # -- voicemail, the end -----------------------------------------------------------

    def record(self, operation: str) -> None:
        """Begin to record the caller's message."""
        self.pick_up()
        self._recording_since = self.now
        self.commands.append(do.RecordMessage(operation=operation))

    def close(self) -> None:
        """End all that is still open."""
        self.stop_playing()
        self.abandon_request()
        self._settle()
        for leg_id, leg in list(self.legs.items()):
            answered = leg.answered_at is not None
            self.end_leg(leg_id, LegDisposition.ANSWERED if answered else LegDisposition.CANCELLED)
        for timer_id in sorted(self.timers):
            self.stop_timer(timer_id)
        if self._recording_since is not None:
            self.journal.message_s = self.now - self._recording_since
