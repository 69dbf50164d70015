"""The keys of an answer, and what people write in their place."""

import difflib
from collections.abc import Iterable, Mapping

from mockpbx.core.observed import Observed
from mockpbx.wire.rejected import Rejected, excerpt, listed

FORWARDING = ("phones", "message_name", "text")
"""Any of these makes the answer a forward or an announcement [doc]."""
BRANCHING = "returned_code"
"""This makes the answer a branch [doc]."""
OPERATOR_KINDS = ("operator_media", "operator_text")
KNOWN = (*FORWARDING, BRANCHING, "operator_message", *OPERATOR_KINDS)


def is_unset(value: object) -> bool:
    """Tell whether a value stands for what is not set, as serializers write it [field]."""
    return value is None or value in ("", [])


# Beyond what looks alike: names that mean the same to whoever wrote them [field].
_ALIASES = {
    "number": "phones",
    "numbers": "phones",
    "phonenumber": "phones",
    "phonenumbers": "phones",
    "tel": "phones",
    "code": BRANCHING,
    "returncode": BRANCHING,
    "message": "text",
    "whisper": "operator_message",
}
_PLAIN = {key.replace("_", ""): key for key in KNOWN} | _ALIASES
_MOST_COMPARED = 50
"""Unknown keys that are looked at; comparing is slow, and an answer may hold 100 000."""


def suggestion(key: str) -> str | None:
    """Guess which known key was meant; None if nothing is near."""
    plain = "".join(letter for letter in key[:40].casefold() if letter.isalnum())
    near = difflib.get_close_matches(plain, _PLAIN, n=1, cutoff=0.75)
    return _PLAIN[near[0]] if near else None


def missing(value: Mapping[str, object]) -> Rejected:
    """Return the rejection of an object that holds no instruction, with a guess why."""
    wanted = f"{', '.join(FORWARDING)} nor {BRANCHING}"
    detail = f"no instruction: neither {wanted}{_guess(value)}"
    return Rejected(Observed.INSTRUCTION_INVALID, detail, "$")


def _guess(value: Mapping[str, object]) -> str:
    for key in _unknown(value)[:_MOST_COMPARED]:
        meant = suggestion(key)
        if meant:
            return f"; the answer has `{excerpt(key, 40)}`, did you mean `{meant}`?"
        inner = value[key]
        if isinstance(inner, dict) and any(name in inner for name in KNOWN):
            return f"; it is inside `{excerpt(key, 40)}`, but belongs at the root"
    return f"; the answer has {listed(value)}" if value else "; the object is empty"


def unknown_note(value: Mapping[str, object]) -> list[str]:
    """Name the keys that an otherwise valid answer has too many, in one note or none."""
    unknown = _unknown(value)
    return [f"unknown keys ignored: {listed(unknown)}"] if unknown else []


def _unknown(value: Iterable[str]) -> list[str]:
    return [key for key in value if key not in KNOWN]
