"""What a call script expects of a call, and the comparison with what happened.

A script judges by where the caller ends, not by one particular answer: an endpoint that
sends a stranger to the shop by its phone number is as right as one that gives the code.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from mockpbx.core.cdr import CallRecord, FinishReason, LegDisposition, Party
from mockpbx.core.instruction import Branch, Forward, Instruction
from mockpbx.core.observed import Observed
from mockpbx.filemodel import FileModel, Seconds
from mockpbx.result.call_result import CallResult
from mockpbx.result.exchange import Exchange
from mockpbx.wire.numbers import same_number

_WORDS = ("nobody", "somebody", "voicemail")
_YAML_WORDS = frozenset({"no", "yes", "true", "false", "on", "off", "null", "~", "y", "n"})
_NUMBER = re.compile(r"\+?[0-9]{1,32}|\$\{[^}]+\}")


def _somebody(text: str) -> str:
    """Let through what can be reached."""
    if text in _WORDS or _NUMBER.fullmatch(text):
        return text
    known = f"a number, {', '.join(_WORDS[:-1])} or {_WORDS[-1]}"
    if text.lower() in _YAML_WORDS:
        raise ValueError(f"{text} is a truth value to YAML; write {known}, a word in quotes")
    raise ValueError(f"{text!r} is nobody who can be reached; write {known}")


Somebody = Annotated[str, AfterValidator(_somebody)]
InstructionKind = Literal["branch", "forward", "announcement", "valid", "none", "any"]
Reached = Literal["nobody", "somebody", "voicemail"]


class Range(FileModel):
    """From, to, both included; seconds or a count."""

    min: Seconds | None = Field(default=None, description="At least this much.")
    max: Seconds | None = Field(default=None, description="At most this much.")

    def holds(self, value: float) -> bool:
        """Tell whether a value lies within; a millisecond is forgiven."""
        grace = 0.001
        above = self.min is None or value >= self.min - grace
        return above and (self.max is None or value <= self.max + grace)

    def __str__(self) -> str:
        """Return ``1 to 5``, ``3``, ``at least 1`` or ``at most 5``."""
        if self.min is not None and self.min == self.max:
            return f"{self.min:g}"
        if self.min is not None and self.max is not None:
            return f"{self.min:g} to {self.max:g}"
        return f"at most {self.max:g}" if self.min is None else f"at least {self.min:g}"


class LegExpectation(FileModel):
    """A phone that must have been dialled, in this order among the others."""

    phone: str
    disposition: LegDisposition | None = None
    shown: str | None = Field(default=None, description="Number that the dialled phone displayed.")


class Expect(FileModel):
    """What is expected of one call; what is not named does not matter."""

    requests: int | Range | None = Field(
        default=None, description="How many requests the endpoint got for this call."
    )
    asked: list[str] | None = Field(
        default=None,
        description="The digits of each request, in order; None stands for nothing entered.",
    )
    instructions: list[InstructionKind] | None = Field(
        default=None, description="The kind of each answer, in order."
    )
    answers: Literal["valid", "any"] | None = Field(
        default=None,
        description="valid: each real answer is a valid instruction. Default unless the script "
        "puts failures in place. any: it need only not be a server error.",
    )
    path: list[str] | None = Field(
        default=None,
        description="Operations the call passes, in this order; others may lie between.",
    )
    avoids: list[str] = Field(default=[], description="Operations the call must not enter.")
    hears: list[str] = Field(default=[], description="Texts the caller hears, in this order.")
    whisper: str | None = Field(
        default=None, description="Text in the message to whoever answered; empty for any message."
    )
    reaches: Reached | Somebody | list[Somebody] | None = Field(
        default=None, description="Whom the caller talks to: a number, one of several, or a word."
    )
    never_reaches: list[str] = Field(
        default=[],
        description="Numbers the caller must not end up talking to, although an answer may "
        "name them: one that was replaced, for instance.",
    )
    never_dials: list[str] = Field(
        default=[], description="Numbers that no instruction may name and no leg may ring."
    )
    never_says: list[str] = Field(
        default=[], description="Texts that may stand in no answer of the endpoint."
    )
    legs: list[LegExpectation] | None = Field(default=None, description="Phones dialled, in order.")
    failures: list[Observed] | None = Field(
        default=None, description="What the PBX observed where no instruction came, in order."
    )
    falls_back_to: str | None = Field(
        default=None, description="Operation that the last failure led to."
    )
    finish: FinishReason | list[FinishReason] | None = Field(
        default=None, description="How the call ends, in the vendors' words."
    )
    hung_up_by: Party | None = Field(default=None, description="Who ended it.")
    dead_air: Range | None = Field(
        default=None, description="Seconds in which the caller hears nothing."
    )
    wait: Range | None = Field(
        default=None, description="Seconds until the caller talks to somebody."
    )
    talk: Range | None = Field(default=None, description="Seconds of conversation.")
    message: Range | None = Field(default=None, description="Seconds of voicemail.")
    same_answers: bool = Field(
        default=False, description="Each repetition of a request got the answer of the first."
    )
    late: bool | None = Field(
        default=None, description="Whether an answer came after the PBX had given up."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One call as it happened.

    Attributes:
        call: The call.
        injected: True if the script puts failures in the place of outcomes.
    """

    call: CallResult
    injected: bool

    @property
    def record(self) -> CallRecord:
        """The call detail record."""
        return self.call.record

    @property
    def answers(self) -> tuple[Exchange, ...]:
        """All that the endpoint itself answered, whatever was put in its place."""
        return tuple(item for item in self.call.exchanges if item.observed is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """An expectation that was not met.

    Attributes:
        what: The expectation's key.
        expected: What the script wants.
        received: What happened.
    """

    what: str
    expected: str
    received: str

    def __str__(self) -> str:
        """Return one line."""
        return f"{self.what}: expected {self.expected}, received {self.received}"


def judge(expect: Expect, call: CallResult, *, injected: bool) -> tuple[Miss, ...]:
    """Compare a call with what is expected of it.

    Args:
        expect: What is expected.
        call: The call.
        injected: True if failures were put in the place of outcomes.
    """
    evidence = Evidence(call=call, injected=injected)
    return tuple(miss for check in _CHECKS for miss in check(expect, evidence))


def _differs(what: str, expected: object, received: object) -> Iterator[Miss]:
    if expected is not None and expected != received:
        yield Miss(what=what, expected=_show(expected), received=_show(received))


def _show(value: object) -> str:
    match value:
        case list() | tuple():
            return ", ".join(_show(item) for item in value) or "none"
        case Enum():
            return str(value.value)
        case None:
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)


def _requests(expect: Expect, evidence: Evidence) -> Iterator[Miss]:
    asked = len(evidence.record.requests)
    if isinstance(expect.requests, Range):
        if not expect.requests.holds(asked):
            yield Miss(what="requests", expected=str(expect.requests), received=str(asked))
    else:
        yield from _differs("requests", expect.requests, asked)
    digits = [request.digits or "None" for request in evidence.record.requests]
    yield from _differs("asked", expect.asked, digits)


def _instructions(expect: Expect, evidence: Evidence) -> Iterator[Miss]:
    if expect.instructions is None:
        return
    kinds = [_kind(request.instruction) for request in evidence.record.requests]
    fits = len(kinds) == len(expect.instructions) and all(
        wanted in (kind, "any") or (wanted == "valid" and kind != "none")
        for wanted, kind in zip(expect.instructions, kinds, strict=True)
    )
    if not fits:
        yield Miss(what="instructions", expected=_show(expect.instructions), received=_show(kinds))


def _kind(instruction: Instruction | None) -> InstructionKind:
    match instruction:
        case Branch():
            return "branch"
        case Forward(phones=()):
            return "announcement"
        case Forward():
            return "forward"
        case None:
            return "none"


def _answers(expect: Expect, evidence: Evidence) -> Iterator[Miss]:
    wanted = expect.answers or ("any" if evidence.injected else "valid")
    for answer in evidence.answers:
        name = f"answer to request {answer.request_id}"
        if answer.status is not None and answer.status >= 500:  # noqa: PLR2004 - a server error
            yield Miss(what=name, expected="no server error", received=f"HTTP {answer.status}")
        elif wanted == "valid" and answer.failure is not None:
            received = f"{answer.failure.observed.value}: {answer.failure.detail}"
            yield Miss(what=name, expected="a valid instruction", received=received)


def _says(expect: Expect, evidence: Evidence) -> Iterator[Miss]:
    for secret in expect.never_says:
        for answer in evidence.answers:
            if secret in answer.text:
                yield Miss(
                    what="never_says",
                    expected=f"{secret!r:.60} in no answer",
                    received=f"it stands in the answer to request {answer.request_id}",
                )


def _path(expect: Expect, evidence: Evidence) -> Iterator[Miss]:
    passed = [step.operation for step in evidence.record.path]
    if expect.path is not None and not _in_order(expect.path, passed, lambda a, b: a == b):
        yield Miss(what="path", expected=" → ".join(expect.path), received=" → ".join(passed))
    for operation in expect.avoids:
        if operation in passed:
            yield Miss(what="avoids", expected=f"not {operation}", received=" → ".join(passed))


def _hears(expect: Expect, evidence: Evidence) -> Iterator[Miss]:
    heard = [item.words for item in evidence.record.heard]
    if not _in_order(expect.hears, heard, lambda wanted, words: wanted in words):
        yield Miss(what="hears", expected=_show(expect.hears), received=_show(heard))
    if expect.whisper is not None:
        whispers = [leg.whisper for leg in evidence.record.legs if leg.whisper]
        if not any(expect.whisper in whisper for whisper in whispers):
            wanted = expect.whisper or "a message to whoever answers"
            yield Miss(what="whisper", expected=wanted, received=_show(whispers))


def _in_order(wanted: list[str], passed: list[str], fits: Callable[[str, str], bool]) -> bool:
    rest = iter(passed)
    return all(any(fits(item, candidate) for candidate in rest) for item in wanted)


def _reaches(expect: Expect, evidence: Evidence) -> Iterator[Miss]:
    record, wanted = evidence.record, expect.reaches
    connected = record.connected
    if any(same_number(connected, number) for number in expect.never_reaches):
        yield Miss(
            what="never_reaches", expected=f"not {connected}", received=f"talked to {connected}"
        )
    if wanted is None:
        return
    met = {
        "nobody": connected is None,
        "somebody": connected is not None,
        "voicemail": connected is None and record.message_s > 0,
    }
    numbers = wanted if isinstance(wanted, list) else [wanted]
    if not any(met.get(item, same_number(connected, item)) for item in numbers):
        received = connected or ("voicemail" if record.message_s else "nobody")
        yield Miss(what="reaches", expected=" or ".join(numbers), received=received)


def _dials(expect: Expect, evidence: Evidence) -> Iterator[Miss]:
    record = evidence.record
    dialled = {leg.phone for leg in record.legs}
    named = {
        phone
        for answer in evidence.answers
        if isinstance(answer.instruction, Forward)
        for phone in answer.instruction.phones
    }
    for number in expect.never_dials:
        if any(same_number(phone, number) for phone in dialled | named):
            is_dialled = any(same_number(phone, number) for phone in dialled)
            how = "dialled" if is_dialled else "named in an answer"
            yield Miss(what="never_dials", expected=f"not {number}", received=f"{number} {how}")
    if expect.legs is not None:
        yield from _legs(expect.legs, record)


def _legs(wanted: list[LegExpectation], record: CallRecord) -> Iterator[Miss]:
    def text(phone: str, disposition: LegDisposition | None, shown: str | None) -> str:
        parts = [phone, disposition.value if disposition else "", f"shown {shown}" if shown else ""]
        return " ".join(part for part in parts if part)

    fits = len(wanted) == len(record.legs) and all(
        same_number(leg.phone, want.phone)
        and want.disposition in (None, leg.disposition)
        and want.shown in (None, leg.shown)
        for want, leg in zip(wanted, record.legs, strict=True)
    )
    if not fits:
        expected = [text(want.phone, want.disposition, want.shown) for want in wanted]
        received = [text(leg.phone, leg.disposition, leg.shown) for leg in record.legs]
        yield Miss(what="legs", expected=_show(expected), received=_show(received))


def _fallback(expect: Expect, evidence: Evidence) -> Iterator[Miss]:
    failed = [request for request in evidence.record.requests if request.failure is not None]
    observed = [request.failure.observed for request in failed if request.failure]
    yield from _differs("failures", expect.failures, observed)
    if expect.falls_back_to is not None:
        target = failed[-1].fallback if failed else None
        yield from _differs("falls_back_to", expect.falls_back_to, target)
    if expect.late is not None:
        late = any(request.late_at is not None for request in evidence.record.requests)
        yield from _differs("late", expect.late, late)


def _ending(expect: Expect, evidence: Evidence) -> Iterator[Miss]:
    record, wanted = evidence.record, expect.finish
    reasons = [wanted] if isinstance(wanted, FinishReason) else wanted
    if reasons is not None and record.finish_reason not in reasons:
        expected = " or ".join(reason.value for reason in reasons)
        yield Miss(what="finish", expected=expected, received=record.finish_reason.value)
    yield from _differs("hung_up_by", expect.hung_up_by, record.hung_up_by)


def _seconds(expect: Expect, evidence: Evidence) -> Iterator[Miss]:
    record = evidence.record
    for what, wanted, value in (
        ("dead_air", expect.dead_air, record.dead_air_s),
        ("wait", expect.wait, record.wait_s),
        ("talk", expect.talk, record.talk_s),
        ("message", expect.message, record.message_s),
    ):
        if wanted is not None and not wanted.holds(value):
            yield Miss(what=what, expected=f"{wanted} s", received=f"{value:.3f} s")


def _repeats(expect: Expect, evidence: Evidence) -> Iterator[Miss]:
    if not expect.same_answers:
        return
    first = {answer.request_id: answer for answer in evidence.answers if answer.copy == 0}
    for answer in evidence.answers:
        original = first.get(answer.request_id)
        if answer.copy and original and not _alike(answer, original):
            yield Miss(
                what="same_answers",
                expected=f"request {answer.request_id} repeated is answered as before",
                received=f"{_brief(original)}, then {_brief(answer)}",
            )


def _alike(one: Exchange, other: Exchange) -> bool:
    same_meaning = (one.instruction, one.failure) == (other.instruction, other.failure)
    return same_meaning and one.status == other.status


def _brief(answer: Exchange) -> str:
    match answer.instruction:
        case Branch(codes=codes):
            return f"returned_code {_show(codes)}"
        case Forward(phones=phones):
            return f"phones {_show(phones)}" if phones else "an announcement"
    return answer.failure.observed.value if answer.failure else "no answer"


_CHECKS: tuple[Callable[[Expect, Evidence], Iterator[Miss]], ...] = (
    _requests,
    _answers,
    _instructions,
    _reaches,
    _dials,
    _says,
    _path,
    _hears,
    _repeats,
    _fallback,
    _ending,
    _seconds,
)
