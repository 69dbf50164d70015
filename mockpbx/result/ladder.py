"""Ladder diagrams: the sequence chart of a call, between Caller, PBX, Endpoint and Callee.

`ladder` makes the rungs from a played call; a report draws them. `draw` does so for a
terminal.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from rich.cells import cell_len

from mockpbx.core.cdr import CallRecord, Leg, LegDisposition, Party, RequestRecord
from mockpbx.core.instruction import Branch, Forward, Instruction
from mockpbx.core.observed import Failure
from mockpbx.result.exchange import Exchange
from mockpbx.result.printable import visible
from mockpbx.wire.reply import Instructed

DEFAULT_WIDTH = 110
"""Columns where nobody says how many there are."""


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


class _Turn(IntEnum):
    """Which comes first of what happens at the same moment: a cause before what it causes."""

    ARRIVAL = 0
    REPORTED = 1
    """Something reaches the PBX: an answer, digits, a phone picked up."""
    PICK_UP = 2
    QUESTION = 3
    ACTION = 4
    """The PBX announces, rings, whispers."""
    STATE = 5
    """What lasts from here on: silence, a conversation."""
    END = 6
    AFTERMATH = 7
    """What the end of the call brings about."""


_Placed = tuple[_Turn, tuple[int, ...], Step]
"""A step, its turn, and the order within a turn: request, repetition, question or answer."""


def ladder(record: CallRecord, copies: Sequence[Exchange] = ()) -> tuple[Step, ...]:
    """Make the rungs of a call, in the order of time; causes before what they cause.

    Args:
        record: The call detail record.
        copies: The requests that the PBX repeated, which no record holds.
    """
    arrival = Rung(at=0.0, source=Lane.CALLER, target=Lane.PBX, label=f"calls {record.numb}")
    placed: list[_Placed] = [
        (_Turn.ARRIVAL, (), arrival),
        *_caller_side(record),
        *(step for request in record.requests for step in _request(request, record)),
        *(step for exchange in copies for step in _copy(exchange)),
        *(step for leg in record.legs for step in _leg(leg, record)),
        (_Turn.END, (), _end(record)),
    ]
    placed.sort(key=lambda item: (item[2].at, item[0], item[1]))
    return tuple(step for _, _, step in placed)


def relabelled(steps: Iterable[Step], change: Callable[[str], str]) -> tuple[Step, ...]:
    """Change all labels, e.g. to mask numbers: before drawing, which may cut a number in two."""
    return tuple(
        replace(step, label=change(step.label)) if isinstance(step, Rung) else step
        for step in steps
    )


def _caller_side(record: CallRecord) -> Iterator[_Placed]:
    if record.picked_up_at is not None:
        picks_up = Rung(
            at=record.picked_up_at, source=Lane.PBX, target=Lane.CALLER, label="picks up"
        )
        yield _Turn.PICK_UP, (), picks_up
    for heard in record.heard:
        cut = "" if heard.whole else " (cut short)"
        label = f"“{heard.words}”{cut}"
        yield _Turn.ACTION, (), Rung(at=heard.at, source=Lane.PBX, target=Lane.CALLER, label=label)
    for entered in record.entered:
        label = f"keys {entered.digits}"
        rung = Rung(at=entered.at, source=Lane.CALLER, target=Lane.PBX, label=label)
        yield _Turn.REPORTED, (), rung
    if record.message_s > 0:  # nothing comes after a voicemail
        at, label = record.ended_at - record.message_s, f"speaks for {record.message_s:.1f} s"
        speaks = Rung(at=at, source=Lane.CALLER, target=Lane.PBX, label=label)
        yield _Turn.STATE, (), speaks
    for silence in record.silences:
        if silence.until - silence.at >= _AUDIBLE_S:
            dead_air = DeadAir(at=silence.at, seconds=silence.until - silence.at)
            yield _Turn.STATE, (), dead_air


def _request(request: RequestRecord, record: CallRecord) -> Iterator[_Placed]:
    asked = f"asks: input {request.digits or 'None'}"
    question = Rung(at=request.asked_at, source=Lane.PBX, target=Lane.ENDPOINT, label=asked)
    yield _Turn.QUESTION, (request.request_id, 0, 0), question
    # An answer that takes no time, as in lockstep, still follows its question.
    at_once = request.settled_at <= request.asked_at
    turn = _Turn.QUESTION if at_once else _Turn.REPORTED
    order = (request.request_id, 0, 1)
    if request.instruction is not None:
        label = instruction_words(request.instruction)
        yield turn, order, _answer(request.settled_at, label)
    elif request.failure is not None:
        injected = " (injected)" if request.failure.injected else ""
        label = f"{request.failure.observed.value}{injected} → {request.fallback or 'no fallback'}"
        yield turn, order, _answer(request.settled_at, label, trouble=True)
    else:
        label = "closes the connection"
        closes = Rung(at=record.ended_at, source=Lane.PBX, target=Lane.ENDPOINT, label=label)
        yield _Turn.AFTERMATH, (), closes
    if request.late_at is not None:
        yield (
            _Turn.REPORTED,
            order,
            _answer(request.late_at, "late answer, ignored", trouble=True),
        )


def _answer(at: float, label: str, *, trouble: bool = False) -> Rung:
    return Rung(at=at, source=Lane.ENDPOINT, target=Lane.PBX, label=label, trouble=trouble)


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


def _copy(exchange: Exchange) -> Iterator[_Placed]:
    """Show a repetition of a request, and what came of it; the call takes no notice."""
    label = f"asks request {exchange.request_id} again"
    again = Rung(at=exchange.at, source=Lane.PBX, target=Lane.ENDPOINT, label=label)
    number = (exchange.request_id, exchange.copy)
    yield _Turn.QUESTION, (*number, 0), again
    at = exchange.at + exchange.elapsed_s
    match exchange.seen:
        case Instructed():
            said = instruction_words(exchange.seen.instruction)
            yield _Turn.QUESTION, (*number, 1), _answer(at, f"again: {said}")
        case Failure():
            said = exchange.seen.observed.value
            yield _Turn.QUESTION, (*number, 1), _answer(at, f"again: {said}", trouble=True)


_LEG_WORDS = {
    LegDisposition.BUSY: "busy",
    LegDisposition.REJECTED: "rejects",
    LegDisposition.INVALID: "no such number",
    LegDisposition.NO_ANSWER: "no answer",
}


def _leg(leg: Leg, record: CallRecord) -> Iterator[_Placed]:
    rings = Rung(at=leg.rang_at, source=Lane.PBX, target=Lane.CALLEE, label=f"rings {leg.phone}")
    yield _Turn.ACTION, (), rings
    if leg.answered_at is not None:
        answers = Rung(at=leg.answered_at, source=Lane.CALLEE, target=Lane.PBX, label="answers")
        yield _Turn.REPORTED, (), answers
        if leg.whisper:
            label = f"whispers “{leg.whisper}”"
            whispers = Rung(at=leg.answered_at, source=Lane.PBX, target=Lane.CALLEE, label=label)
            yield _Turn.ACTION, (), whispers
    if leg.connected_at is not None:
        label = f"talk for {leg.ended_at - leg.connected_at:.1f} s"
        talk = Rung(
            at=leg.connected_at, source=Lane.CALLER, target=Lane.CALLEE, label=label, both=True
        )
        yield _Turn.STATE, (), talk
    if leg.disposition is not LegDisposition.ANSWERED:
        yield _leg_failure(leg, record)


def _leg_failure(leg: Leg, record: CallRecord) -> _Placed:
    cancelled = leg.disposition is LegDisposition.CANCELLED
    with_the_call = cancelled and leg.ended_at >= record.ended_at
    turn = _Turn.AFTERMATH if with_the_call else _Turn.ACTION if cancelled else _Turn.REPORTED
    # It is the PBX that stops a phone from ringing; all else comes from the phone.
    source, target = (Lane.PBX, Lane.CALLEE) if cancelled else (Lane.CALLEE, Lane.PBX)
    label = f"stops ringing {leg.phone}" if cancelled else _LEG_WORDS[leg.disposition]
    rung = Rung(at=leg.ended_at, source=source, target=target, label=label, trouble=True)
    return turn, (), rung


def _end(record: CallRecord) -> Step:
    lanes = {Party.CALLER: Lane.CALLER, Party.CALLEE: Lane.CALLEE, Party.PBX: Lane.PBX}
    source = lanes[record.hung_up_by]
    target = Lane.CALLER if source is Lane.PBX else Lane.PBX
    return Rung(at=record.ended_at, source=source, target=target, label="hangs up")


# -- for a terminal --------------------------------------------------------------------

_TIME = 8
"""Characters for the time at the left."""
_CALLEE_GAP = 12
"""From the endpoint's lane to the callee's; whatever crosses it has the gap before it too."""
_NARROWEST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lanes:
    """Where the lanes stand.

    Attributes:
        at: Column of each, without the time.
    """

    at: tuple[int, ...]

    @classmethod
    def within(cls, width: int) -> "_Lanes":
        """Share a width: the gaps at the left, which hold announcements, get the most."""
        last = max(width, _NARROWEST) - _TIME - len(Lane.CALLEE.title)
        gap = (last - _CALLEE_GAP) // 2
        return cls(at=(0, gap, 2 * gap, 2 * gap + _CALLEE_GAP))


def draw(steps: Iterable[Step], width: int = DEFAULT_WIDTH) -> str:
    """Draw rungs with characters, a line each.

    Args:
        steps: The rungs, as `ladder` gives them.
        width: Columns to fit into; less than 60 is taken for 60.
    """
    lanes = _Lanes.within(width)
    header = [" "] * (_TIME + lanes.at[-1])
    for lane in Lane:
        _put(header, _TIME + lanes.at[lane], list(lane.title))
    return "\n".join(["".join(header), *(_line(step, lanes) for step in steps)])


def _line(step: Step, lanes: _Lanes) -> str:
    cells = [" "] * (lanes.at[-1] + 1)
    for place in lanes.at:
        cells[place] = "│"
    if isinstance(step, DeadAir):
        room = lanes.at[Lane.PBX] - 1
        _put(cells, 1, list(f" dead air {step.seconds:.1f} s ".center(room, "░")))
    else:
        _put_rung(cells, step, lanes)
    return f"{step.at:6.2f}  " + "".join(cells)


def _put_rung(cells: list[str], rung: Rung, lanes: _Lanes) -> None:
    left, right = sorted((rung.source, rung.target))
    start = lanes.at[left] + 1
    room = lanes.at[right] - start
    shaft = "╌" if rung.trouble else "─"
    # Two of shaft or arrow before the label, one behind it, and a space at either side.
    body = [shaft, shaft, " ", *_fit(rung.label, room - 5), " "]
    body += [shaft] * (room - len(body))
    if rung.both or rung.source > rung.target:
        body[0] = "◀"
    if rung.both or rung.source < rung.target:
        body[-1] = "▶"
    _put(cells, start, body)


def _fit(text: str, room: int) -> list[str]:
    cells = _cells(visible(" ".join(text.split())))
    if len(cells) <= room:
        return cells
    kept = cells[: room - 1]
    if cells[room - 1] == "" and kept:  # the second half of a wide letter would be left over
        kept[-1] = " "
    return [*kept, "…"]


def _cells(text: str) -> list[str]:
    """Split a text into what stands in each column; a wide letter is followed by nothing."""
    cells: list[str] = []
    for letter in text:
        match cell_len(letter):
            case 0 if cells:
                cells[-1] += letter
            case 2:
                cells += [letter, ""]
            case _:
                cells.append(letter)
    return cells


def _put(line: list[str], start: int, cells: list[str]) -> None:
    line[start : start + len(cells)] = cells
