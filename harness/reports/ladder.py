"""Ladder diagrams: the sequence chart of a call, between Caller, PBX, Endpoint and Callee.

`ladder` makes the rungs from a played call; a report draws them. `draw` does so for a
terminal.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from mockpbx.core.cdr import CallRecord, Leg, LegDisposition, Party, RequestRecord
from mockpbx.core.instruction import Branch, Forward, Instruction
from mockpbx.drivers.stage import Exchange, Played


class Lane(IntEnum):
    """The parties, from left to right."""

    CALLER = 0
    PBX = 1
    ENDPOINT = 2
    CALLEE = 3

    @property
    def title(self) -> str:
        """The name above the lane."""
        return "PBX" if self is Lane.PBX else self.name.capitalize()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """Something that goes from one party to another.

    Attributes:
        at: Seconds since the call arrived.
        source: Where it comes from.
        target: Where it goes; the same as `source` for something that stays.
        label: What it is.
        trouble: True if it is a failure.
        both: True if it goes both ways, as a conversation does.
    """

    at: float
    source: Lane
    target: Lane
    label: str
    trouble: bool = False
    both: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadAir:
    """The caller heard nothing."""

    at: float
    seconds: float


Step = Rung | DeadAir

_AUDIBLE_S = 0.05


def ladder(played: Played) -> tuple[Step, ...]:
    """Make the rungs of a call, in the order of time."""
    record = played.record
    steps: list[Step] = [
        Rung(at=0.0, source=Lane.CALLER, target=Lane.PBX, label=f"calls {record.numb}"),
        *_caller_side(record),
        *(step for request in record.requests for step in _request(request, record)),
        *(step for exchange in played.exchanges for step in _copy(exchange)),
        *(step for leg in record.legs for step in _leg(leg)),
    ]
    steps.sort(key=lambda step: step.at)
    return (*steps, _end(record))


def _caller_side(record: CallRecord) -> Iterator[Step]:
    if record.picked_up_at is not None:
        yield Rung(at=record.picked_up_at, source=Lane.PBX, target=Lane.CALLER, label="picks up")
    for heard in record.heard:
        cut = "" if heard.whole else " (cut short)"
        label = f"“{heard.words}”{cut}"
        yield Rung(at=heard.at, source=Lane.PBX, target=Lane.CALLER, label=label)
    for entered in record.entered:
        label = f"keys {entered.digits}"
        yield Rung(at=entered.at, source=Lane.CALLER, target=Lane.PBX, label=label)
    for silence in record.silences:
        if silence.until - silence.at >= _AUDIBLE_S:
            yield DeadAir(at=silence.at, seconds=silence.until - silence.at)


def _request(request: RequestRecord, record: CallRecord) -> Iterator[Step]:
    asked = f"asks: input {request.digits or 'None'}"
    yield Rung(at=request.asked_at, source=Lane.PBX, target=Lane.ENDPOINT, label=asked)
    if request.instruction is not None:
        label = instruction_words(request.instruction)
        yield Rung(at=request.settled_at, source=Lane.ENDPOINT, target=Lane.PBX, label=label)
    elif request.failure is not None:
        injected = "injected " if request.failure.injected else ""
        label = f"{injected}{request.failure.observed.value} → {request.fallback or 'no fallback'}"
        yield Rung(
            at=request.settled_at,
            source=Lane.ENDPOINT,
            target=Lane.PBX,
            label=label,
            trouble=True,
        )
    else:
        label = "closes the connection"
        yield Rung(at=record.ended_at, source=Lane.PBX, target=Lane.ENDPOINT, label=label)
    if request.late_at is not None:
        label = "late answer, ignored"
        yield Rung(
            at=request.late_at, source=Lane.ENDPOINT, target=Lane.PBX, label=label, trouble=True
        )


def instruction_words(instruction: Instruction) -> str:
    """Say in a few words what an instruction wants."""
    if isinstance(instruction, Branch):
        codes = ", ".join(str(code) for code in instruction.codes)
        return f"returned_code {codes}"
    return ", ".join(_forward_words(instruction))


def _forward_words(instruction: Forward) -> Iterator[str]:
    if instruction.announcement:
        yield f"say “{instruction.announcement.words}”"
    if instruction.phones:
        yield f"dial {', '.join(instruction.phones)}"
    if instruction.whisper:
        yield "whisper"


def _copy(exchange: Exchange) -> Iterator[Step]:
    if exchange.copy:
        label = f"asks request {exchange.request_id} again"
        yield Rung(at=exchange.at, source=Lane.PBX, target=Lane.ENDPOINT, label=label)


_LEG_WORDS = {
    LegDisposition.BUSY: "busy",
    LegDisposition.REJECTED: "rejects",
    LegDisposition.INVALID: "no such number",
    LegDisposition.NO_ANSWER: "no answer",
    LegDisposition.CANCELLED: "stops ringing",
}


def _leg(leg: Leg) -> Iterator[Step]:
    yield Rung(at=leg.rang_at, source=Lane.PBX, target=Lane.CALLEE, label=f"rings {leg.phone}")
    if leg.answered_at is not None:
        yield Rung(at=leg.answered_at, source=Lane.CALLEE, target=Lane.PBX, label="answers")
        if leg.whisper:
            label = f"whispers “{leg.whisper}”"
            yield Rung(at=leg.answered_at, source=Lane.PBX, target=Lane.CALLEE, label=label)
    if leg.connected_at is not None:
        label = f"talk for {leg.ended_at - leg.connected_at:.1f} s"
        yield Rung(
            at=leg.connected_at, source=Lane.CALLER, target=Lane.CALLEE, label=label, both=True
        )
    if leg.disposition is not LegDisposition.ANSWERED:
        yield Rung(
            at=leg.ended_at,
            source=Lane.CALLEE,
            target=Lane.PBX,
            label=_LEG_WORDS[leg.disposition],
            trouble=True,
        )


def _end(record: CallRecord) -> Step:
    lanes = {Party.CALLER: Lane.CALLER, Party.CALLEE: Lane.CALLEE, Party.PBX: Lane.PBX}
    source = lanes[record.hung_up_by]
    target = Lane.CALLER if source is Lane.PBX else Lane.PBX
    return Rung(at=record.ended_at, source=source, target=target, label="hangs up")


# -- for a terminal --------------------------------------------------------------------

_WIDTH = 27
"""Characters from one lane to the next."""
_TIME = 8


def draw(steps: tuple[Step, ...]) -> str:
    """Draw rungs with characters, a line each; 90 columns wide."""
    header = " " * _TIME + "".join(lane.title.ljust(_WIDTH) for lane in Lane).rstrip()
    return "\n".join([header, *(_line(step) for step in steps)])


def _line(step: Step) -> str:
    lanes = list(" " * _WIDTH * len(Lane))
    for lane in Lane:
        lanes[lane * _WIDTH] = "│"
    if isinstance(step, DeadAir):
        _put(lanes, 1, f" dead air {step.seconds:.1f} s ".center(_WIDTH - 1, "░"))
    else:
        _put_rung(lanes, step)
    return f"{step.at:6.2f}  " + "".join(lanes).rstrip()


def _put_rung(lanes: list[str], rung: Rung) -> None:
    left, right = sorted((rung.source, rung.target))
    start, room = left * _WIDTH + 1, (right - left) * _WIDTH - 1
    shaft = "╌" if rung.trouble else "─"
    label = f" {_fit(rung.label, room - 6)} "
    body = (shaft * 2 + label).ljust(room, shaft)
    if rung.both or rung.source > rung.target:
        body = "◀" + body[1:]
    if rung.both or rung.source < rung.target:
        body = body[:-1] + "▶"
    _put(lanes, start, body)


def _fit(text: str, room: int) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= room else one_line[: room - 1] + "…"


def _put(lanes: list[str], start: int, text: str) -> None:
    lanes[start : start + len(text)] = list(text)
