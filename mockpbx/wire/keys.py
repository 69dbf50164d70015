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
    envelope = _envelope(value)
    if envelope:
        return envelope
    reported = reported_error(value)
    if reported:
        return f"; this reports an error: {reported}"
    for key in _unknown(value)[:_MOST_COMPARED]:
        meant = suggestion(key)
        if meant:
            return f"; the answer has `{excerpt(key, 40)}`, did you mean `{meant}`?"
        inner = value[key]
        if isinstance(inner, dict) and any(name in inner for name in KNOWN):
            return f"; it is inside `{excerpt(key, 40)}`, but belongs at the root"
    return f"; the answer has {listed(value)}" if value else "; the object is empty"


def _envelope(value: Mapping[str, object]) -> str:
    """Look into the envelope of a function gateway, which is to take it off itself [field]."""
    status = next((key for key in ("statusCode", "status_code") if key in value), None)
    body = value.get("body")
    if status is None or body is None:
        return ""
    inner = body if isinstance(body, str) else ""
    held = next((name for name in KNOWN if f'"{name}"' in inner or name in _keys_of(body)), None)
    what = f", which holds `{held}`" if held else ""
    return f"; this is a function gateway's envelope ({status}): answer with its body{what}, alone"


def _keys_of(body: object) -> Iterable[str]:
    return body if isinstance(body, dict) else ()


_REPORTS = ("message", "detail", "error_description", "error", "errors")
"""Keys under which frameworks say what is wrong, the most telling first [field]."""


def reported_error(value: Mapping[str, object]) -> str:
    """Quote the error that an object reports instead of instructing; nothing if it reports none."""
    names = [name for name in _REPORTS if value.get(name)]
    # A message alone may be meant for the caller.
    if not names or (names == ["message"] and not any(name in value for name in _WITH_A_MESSAGE)):
        return ""
    said = value[names[0]]
    return f"“{excerpt(said if isinstance(said, str) else repr(said))}”"


_WITH_A_MESSAGE = ("code", "status", "exception", "success", "statusCode", "timestamp", "path")


def unknown_note(value: Mapping[str, object]) -> list[str]:
    """Name the keys that an otherwise valid answer has too many, in one note or none."""
    unknown = _unknown(value)
    return [f"unknown keys ignored: {listed(unknown)}"] if unknown else []


def _unknown(value: Iterable[str]) -> list[str]:
    return [key for key in value if key not in KNOWN]
