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

What is documented is refused where it is broken. What nobody documents is read in the way
that serves the caller, with a note: null, an empty string and an empty list stand for what is
not set, as serializers write it [field]; of two instructions at once, phones are dialled, else
the code is followed [assumed]. The counts and lengths are [assumed], too.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mockpbx.core.instruction import Announcement, Branch, Forward, Instruction
from mockpbx.core.observed import Failure, Observed
from mockpbx.wire.keys import BRANCHING, FORWARDING, KNOWN, is_unset, missing, unknown_note
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
    given = _given(value, notes)
    forward = _forward(given, notes)
    branch = _branch(given, notes)
    if not branch and not forward.phones and not forward.announcement:
        raise _nothing(value)
    notes += unknown_note(value)
    return Instructed(instruction=_chosen(forward, branch, given, notes), notes=tuple(notes))


def _given(value: Mapping[str, object], notes: list[str]) -> dict[str, object]:
    """Leave out the known keys that are not set: null, an empty string, an empty list [field]."""
    unset = [key for key in value if key in KNOWN and is_unset(value[key])]
    if unset:
        notes.append(f"{listed(unset)} null or empty: taken for not given (assumed)")
    return {key: item for key, item in value.items() if key not in unset}


def _nothing(value: Mapping[str, object]) -> Rejected:
    """Return the rejection of an object without an instruction: none is there, or none is set."""
    empty = [key for key in (*FORWARDING, BRANCHING) if key in value]
    if not empty:
        return missing(value)
    return mismatch(f"$.{empty[0]}", _WANTED[empty[0]], value[empty[0]])


_WANTED = {
    "phones": "at least one number",
    "message_name": "a non-empty string",
    "text": "a non-empty string",
    BRANCHING: "a whole number from 0 or a word",
}


def _chosen(
    forward: Forward, branch: Branch | None, given: Mapping[str, object], notes: list[str]
) -> Instruction:
    """Choose between two instructions in one answer, which is undefined [assumed]."""
    if branch is None:
        return forward
    beside = listed(key for key in FORWARDING if key in given)
    if forward.phones:
        notes.append(f"{beside} and {BRANCHING} at once: undefined; phones are dialled (assumed)")
        return forward
    if beside:
        notes.append(f"{beside} and {BRANCHING} at once: undefined; the code is followed (assumed)")
    if forward.whisper:
        notes.append("operator_message beside returned_code: nobody is dialled, ignored")
    return branch


def _forward(value: Mapping[str, object], notes: list[str]) -> Forward:
    phones = _phones(value["phones"], notes) if "phones" in value else ()
    announcement = _announcement(value, notes)
    whisper = read_whisper(value, notes)
    if whisper and announcement and not phones and BRANCHING not in value:
        notes.append("operator_message without phones: nobody is there to hear it")
    return Forward(phones=phones, announcement=announcement, whisper=whisper)


def _phones(value: object, notes: list[str]) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise mismatch("$.phones", "a list of strings", value)
    if len(value) > MOST_PHONES:
        raise mismatch("$.phones", f"at most {MOST_PHONES} numbers", value, assumed=True)
    phones = tuple(_phone(item, f"$.phones[{place}]") for place, item in enumerate(value))
    twice = sorted({phone for phone in phones if phones.count(phone) > 1})
    if twice:
        notes.append(f"phones: {listed(twice)} given more than once")
    return phones


def _phone(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise mismatch(path, "a string of digits", value)
    if not _PHONE.fullmatch(value):
        is_long = value.isascii() and value.isdigit()
        raise mismatch(path, "1 to 32 digits, E.164 without plus", value, assumed=is_long)
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
    elif len(given) > MOST_CODES:
        raise mismatch(path, f"at most {MOST_CODES} codes", given, assumed=True)
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
        raise mismatch(path, expected, value, assumed=bool(value))
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
