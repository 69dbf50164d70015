"""The people on a call: what they do when the PBX does something.

Pure like the engine: a command goes in, future events come out. A driver keeps them in
an agenda and gives them to the engine when their time has come.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mockpbx.callscript.dtmf import presses
from mockpbx.callscript.model import Call, Callee, CalleeBehaviour, HangUp, Phase
from mockpbx.core import commands as do
from mockpbx.core import events as on
from mockpbx.core.instruction import Announcement

SPEECH_CHARACTERS_PER_S = 14.0
"""Pace of the TTS voice [assumed]."""
MEDIA_S = 3.0
"""Length of a file of the media base [assumed]: the mock does not have the file."""
RING_S = 3.0
"""Seconds after which anybody picks up whom a script does not mention."""


def duration(announcement: Announcement) -> float:
    """Return the seconds that an announcement takes."""
    if announcement.media or not announcement.text:
        return MEDIA_S
    return max(1.0, len(announcement.text) / SPEECH_CHARACTERS_PER_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """Something a person will do, unless it is called off.

    Attributes:
        subject: What it belongs to; calling off a subject calls off all of it.
        event: What will happen.
    """

    subject: str
    event: on.Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledOff:
    """What belongs to this subject does not happen any more."""

    subject: str


Reaction = Planned | CalledOff


class People:
    """The caller and all callees of one call.

    Attributes:
        hangs_up_at: When the caller means to hang up, once what they wait for has begun.
    """

    def __init__(self, call: Call, callees: Mapping[str, CalleeBehaviour]) -> None:
        self._call = call
        self._callees = callees
        self._asked = 0
        self._begun: dict[Phase, int] = {}
        self._prompt_ends = 0.0
        self.hangs_up_at: float | None = None
        self._answering: dict[int, Callee] = {}

    def react(self, command: do.Command, now: float) -> Iterable[Reaction]:
        """Say what people do about a command of the engine at this moment."""
        match command:
            case do.Play():
                return self._listen(command, now)
            case do.StopPlaying():
                self._prompt_ends = now
                return [CalledOff(subject=f"announcement {command.announcement_id}")]
            case do.TakeDigits():
                return self._dial(now)
            case do.SendRequest():
                return self._perhaps_hang_up("thinking", now)
            case do.RingLeg():
                return [*self._perhaps_hang_up("ringing", now), *self._ring(command, now)]
            case do.CancelLeg():
                return [CalledOff(subject=f"leg {command.leg_id}")]
            case do.PlayWhisper():
                return [*self._perhaps_hang_up("whisper", now), *self._hear(command, now)]
            case do.Connect():
                return [*self._perhaps_hang_up("talking", now), *self._talk(command, now)]
            case do.RecordMessage():
                return [
                    *self._perhaps_hang_up("recording", now),
                    _caller_hangs_up(now + self._call.message),
                ]
        return []

    def times(self, phase: Phase) -> int:
        """Return how often something of this kind went on."""
        return self._begun.get(phase, 0)

    def _perhaps_hang_up(self, phase: Phase, now: float) -> list[Reaction]:
        """Hang up if the script wants it this time that the phase begins."""
        self._begun[phase] = self._begun.get(phase, 0) + 1
        plan: HangUp | None = self._call.hangs_up
        if plan is None or (plan.during, plan.nth) != (phase, self._begun[phase]):
            return []
        self.hangs_up_at = now + plan.after
        return [_caller_hangs_up(now + plan.after)]

    def _listen(self, command: do.Play, now: float) -> list[Reaction]:
        self._prompt_ends = now + duration(command.announcement)
        finished = on.AnnouncementFinished(
            at=self._prompt_ends, announcement_id=command.announcement_id
        )
        subject = f"announcement {command.announcement_id}"
        return [
            *self._perhaps_hang_up("announcement", now),
            Planned(subject=subject, event=finished),
        ]

    def _dial(self, now: float) -> list[Reaction]:
        """Dial what the script says for this time; after the prompt, or into it."""
        self._asked += 1
        ready = now if self._call.barges_in else max(now, self._prompt_ends)
        begins = max(ready, self._call.dials_from)
        reactions = self._perhaps_hang_up("digits", begins)
        dials = self._call.dials
        at = begins
        for press in presses(dials[self._asked - 1]) if self._asked <= len(dials) else ():
            at += press.after_s
            event = on.DigitPressed(at=at, digit=press.digit)
            reactions.append(Planned(subject="caller", event=event))
        return reactions

    def _ring(self, command: do.RingLeg, now: float) -> list[Reaction]:
        leg_id, subject = command.leg_id, f"leg {command.leg_id}"
        default: CalleeBehaviour = (
            "busy" if command.phone == self._call.caller else Callee(answers=RING_S)
        )
        callee = self._callees.get(command.phone, default)
        match callee:
            case Callee():
                self._answering[leg_id] = callee
                answered = on.LegAnswered(at=now + callee.answers, leg_id=leg_id)
                return [Planned(subject=subject, event=answered)]
            case "silent":
                return []
        failed = on.LegFailed(at=now + _REFUSAL_S[callee], leg_id=leg_id, failure=_REFUSAL[callee])
        return [Planned(subject=subject, event=failed)]

    def _hear(self, command: do.PlayWhisper, now: float) -> list[Reaction]:
        subject = f"leg {command.leg_id}"
        if self._answering[command.leg_id].hangs_up_in_whisper:
            event: on.Event = on.LegHungUp(at=now, leg_id=command.leg_id)
        else:
            event = on.AnnouncementFinished(
                at=now + duration(command.announcement), announcement_id=command.announcement_id
            )
        return [Planned(subject=subject, event=event)]

    def _talk(self, command: do.Connect, now: float) -> list[Reaction]:
        """Talk until one of the two has had enough."""
        callee = self._answering[command.leg_id]
        if callee.talks is None or callee.talks > self._call.talks:
            return [_caller_hangs_up(now + self._call.talks)]
        hung_up = on.LegHungUp(at=now + callee.talks, leg_id=command.leg_id)
        return [Planned(subject=f"leg {command.leg_id}", event=hung_up)]


def _caller_hangs_up(at: float) -> Planned:
    return Planned(subject="caller", event=on.CallerHungUp(at=at))


_REFUSAL = {
    "busy": on.LegFailure.BUSY,
    "rejects": on.LegFailure.REJECTED,
    "invalid": on.LegFailure.INVALID,
}
_REFUSAL_S = {"busy": 0.5, "rejects": 4.0, "invalid": 0.2}
