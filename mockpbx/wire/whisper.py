"""The whisper: what is played to whoever answers, before they talk to the caller.

The sample shows `operator_message` as a string, a file name; the prose names two kinds,
`operator_media` (a file) and `operator_text` (spoken), and lets the file win [doc]. Whether
those are members of an object or keys of the answer itself is not said, so all three
shapes are taken, each with a note [assumed]. An object in which neither is set counts as not
given, as serializers write it [field].
"""

import re
from collections.abc import Mapping

from mockpbx.core.instruction import Announcement
from mockpbx.wire.keys import OPERATOR_KINDS, is_unset
from mockpbx.wire.rejected import listed
from mockpbx.wire.values import mismatch, non_empty_text

_FILE_NAME = re.compile(r"\S*[^\s.]\.[A-Za-z0-9]{1,5}")
_UNSAID = "the documentation does not say where operator_media and operator_text belong"


def read_whisper(value: Mapping[str, object], notes: list[str]) -> Announcement | None:
    """Find the whisper in any of its shapes.

    Every shape that is given must be right, also one that loses to another.

    Args:
        value: The answer.
        notes: Gains a sentence for whatever is ambiguous.

    Raises:
        Rejected: With INSTRUCTION_INVALID.
    """
    keys = _kinds(value, "$")
    if "operator_message" not in value:
        if keys:
            notes.append(f"{_UNSAID}; taken from the answer itself (assumed)")
        return _wins(keys, notes)
    if keys:
        notes.append("operator_message and top-level keys: the former is played (assumed)")
    return _message(value["operator_message"], notes)


def _message(message: object, notes: list[str]) -> Announcement | None:
    if isinstance(message, str):
        return _string(non_empty_text(message, "$.operator_message"), notes)
    if not isinstance(message, dict):
        raise mismatch("$.operator_message", "a string or an object", message)
    kinds = _kinds(message, "$.operator_message")
    found = _wins(kinds, notes)
    others = [key for key in message if key not in OPERATOR_KINDS]
    if found is None and others:
        raise mismatch("$.operator_message", "operator_media or operator_text in it", message)
    if found is None:
        notes.append("operator_message holds nothing: taken for not given (assumed)")
        return None
    notes.append(f"{_UNSAID}; taken from the object operator_message (assumed)")
    if others:
        notes.append(f"unknown keys in operator_message ignored: {listed(others)}")
    return found


def _string(message: str, notes: list[str]) -> Announcement:
    if _FILE_NAME.fullmatch(message):
        return Announcement(media=message)
    notes.append("operator_message is a string but no file name as in the sample: spoken (assumed)")
    return Announcement(text=message)


def _kinds(value: Mapping[str, object], path: str) -> dict[str, str]:
    return {
        key: non_empty_text(value[key], f"{path}.{key}")
        for key in OPERATOR_KINDS
        if key in value and not is_unset(value[key])
    }


def _wins(kinds: Mapping[str, str], notes: list[str]) -> Announcement | None:
    """Choose between file and speech: the file wins [doc]."""
    if not kinds:
        return None
    media, text = (kinds.get(key) for key in OPERATOR_KINDS)
    if media and text:
        notes.append("both operator_media and operator_text: the file is played")
    return Announcement(media=media, text=None if media else text)
