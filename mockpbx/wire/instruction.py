"""A JSON value → an instruction. `schema/instruction.schema.json` states the same rules.

The hot path has its own code instead of the schema because it says precisely what is
wrong; a property test proves that the two agree.

=================  ====================================================================
`phones`           1…100 strings of 1…32 digits: E.164 without plus [doc], extensions [field]
`message_name`     a file of the media base, played to the caller [doc]
`text`             spoken to the caller [doc]
`operator_message` whisper to whoever answers [doc]; see `mockpbx.wire.whisper`
`returned_code`    a slot's number [doc], a word [field], a list of them [assumed]
=================  ====================================================================

`phones` with `returned_code` is undefined, so it is no instruction; the same is [assumed]
of an announcement with `returned_code`, which asks for both kinds of instruction at once.
The counts and lengths are [assumed].
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mockpbx.core.instruction import Announcement, Branch, Forward, Instruction
from mockpbx.core.observed import Failure, Observed
from mockpbx.wire.keys import BRANCHING, FORWARDING, missing, unknown_note
from mockpbx.wire.rejected import Rejected, described, listed
from mockpbx.wire.values import mismatch, non_empty_text
from mockpbx.wire.whisper import read_whisper

MOST_PHONES = 100
MOST_CODES = 20
LONGEST_NAME = 255

_PHONE = re.compile(r"[0-9]{1,32}")
# Controls and white space, spelt out because regex dialects differ in what \s means.
_NOT_IN_WORD = re.compile(
    "[\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]"
)
_LONGEST_WORD = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Instructed:
    """A valid instruction.

    Attributes:
        instruction: What the PBX is to do.
        notes: What about the answer is ambiguous, undocumented or ignored; one sentence each.
    """

    instruction: Instruction
    notes: tuple[str, ...] = ()


def interpret(value: object) -> Instructed | Failure:
    """Tell what a JSON value instructs the PBX to do.

    Args:
        value: As a JSON parser gives it.

    Returns:
        The instruction, or a failure (JSON_SHAPE, INSTRUCTION_INVALID) that names the path.
    """
    try:
        return _interpret(value)
    except Rejected as rejected:
        return rejected.failure


def _interpret(value: object) -> Instructed:
    if not isinstance(value, dict):
        detail = f"expected an object at the root, got {described(value)}"
        raise Rejected(Observed.JSON_SHAPE, detail, "$")
    notes: list[str] = []
    forward = _forward(value, notes)
    branch = _branch(value, notes)
    forwards = any(key in value for key in FORWARDING)
    if branch and forwards:
        raise _both(value)
    if not branch and not forwards:
        raise missing(value)
    if branch and forward.whisper:
        notes.append("operator_message beside returned_code: nobody is dialled, ignored")
    notes += unknown_note(value)
    return Instructed(instruction=branch or forward, notes=tuple(notes))


def _both(value: Mapping[str, object]) -> Rejected:
    given = [key for key in FORWARDING if key in value]
    what = "forward and branch" if "phones" in given else "announcement and branch"
    detail = f"{what} at once: undefined ({', '.join(given)} together with {BRANCHING})"
    return Rejected(Observed.INSTRUCTION_INVALID, detail, "$")


def _forward(value: Mapping[str, object], notes: list[str]) -> Forward:
    phones = _phones(value["phones"], notes) if "phones" in value else ()
    announcement = _announcement(value, notes)
    whisper = read_whisper(value, notes)
    if whisper and announcement and not phones:
        notes.append("operator_message without phones: nobody is there to hear it")
    return Forward(phones=phones, announcement=announcement, whisper=whisper)


def _phones(value: object, notes: list[str]) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise mismatch("$.phones", "a list of strings", value)
    if not value:
        raise mismatch("$.phones", "at least one number", value)
    if len(value) > MOST_PHONES:
        raise mismatch("$.phones", f"at most {MOST_PHONES} numbers", value)
    phones = tuple(_phone(item, f"$.phones[{place}]") for place, item in enumerate(value))
    twice = sorted({phone for phone in phones if phones.count(phone) > 1})
    if twice:
        notes.append(f"phones: {listed(twice)} given more than once")
    return phones


def _phone(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise mismatch(path, "a string of digits", value)
    if not _PHONE.fullmatch(value):
        raise mismatch(path, "1 to 32 digits, E.164 without plus", value)
    return value


def _announcement(value: Mapping[str, object], notes: list[str]) -> Announcement | None:
    media = text = None
    if "message_name" in value:
        media = non_empty_text(value["message_name"], "$.message_name", LONGEST_NAME)
    if "text" in value:
        text = non_empty_text(value["text"], "$.text")
    if media and text:
        notes.append("both message_name and text: undefined; the file is played (assumed)")
    return Announcement(media=media, text=text) if media or text else None


def _branch(value: Mapping[str, object], notes: list[str]) -> Branch | None:
    if BRANCHING not in value:
        return None
    given, path = value[BRANCHING], f"$.{BRANCHING}"
    if not isinstance(given, list):
        codes: tuple[int | str, ...] = (_code(given, path),)
    elif not 1 <= len(given) <= MOST_CODES:
        raise mismatch(path, f"1 to {MOST_CODES} codes", given)
    else:
        codes = tuple(_code(item, f"{path}[{place}]") for place, item in enumerate(given))
        notes.append("returned_code as a list: this shape of several codes is assumed")
    notes += _word_notes(codes)
    return Branch(codes=codes)


def _code(value: object, path: str) -> int | str:
    if isinstance(value, str):
        return _word(value, path)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise mismatch(path, "a whole number from 0 or a word", value)
    # 2.0 is an integer to JSON, and to JSON Schema; infinity is none to either.
    if isinstance(value, float) and not value.is_integer():
        raise mismatch(path, "a whole number", value)
    return int(value)


def _word(value: str, path: str) -> str:
    if not 1 <= len(value) <= _LONGEST_WORD or _NOT_IN_WORD.search(value):
        expected = f"a word of 1 to {_LONGEST_WORD} characters without white space"
        raise mismatch(path, expected, value)
    return value


def _word_notes(codes: tuple[int | str, ...]) -> list[str]:
    words = [code for code in codes if isinstance(code, str)]
    digits = [word for word in words if word.isascii() and word.isdigit()]
    notes = []
    if len(words) > len(digits):
        notes.append("return codes as words are used in the field, not documented")
    if digits:
        notes.append(f"returned_code {listed(digits)}: a string of digits, documented as a number")
    return notes
