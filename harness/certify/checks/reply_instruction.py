"""The instruction in an answer: whether there is one, and only one; and its return code."""

import json

from harness.certify.checks.reply_answers import OBJECTS, Answer, having, look
from mockpbx.core.scenario import Interactive
from mockpbx.wire.keys import BRANCHING, FORWARDING, KNOWN, is_unset, reported_error, suggestion
from mockpbx.wire.rejected import described, excerpt, listed

_ANNOUNCING = ("message_name", "text")
_INSTRUCTING = (*FORWARDING, BRANCHING)
_MOST_COMPARED = 50


def _given(one: Answer, *names: str) -> list[str]:
    """Name the keys that hold something; what is not set is blamed by the case of that key."""
    return [name for name in names if not is_unset(one.keys.get(name))]


# -- which instruction --------------------------------------------------------------------


def _near_miss(one: Answer) -> str | None:
    """Find the key that was meant to be an instruction."""
    if reported_error(one.keys):
        return None  # its `code` or `message` was meant as it stands
    for key in list(one.keys)[:_MOST_COMPARED]:
        meant = suggestion(key)
        if key not in KNOWN and meant in _INSTRUCTING:
            return f"the key `{excerpt(key, 40)}` where `{meant}` is read"
    return None


def _wrapper(one: Answer) -> str | None:
    for key, inner in one.keys.items():
        # A function gateway is given a text, and passes it on where it is not set up to.
        held = _parsed(inner) if key == "body" else inner
        if key not in KNOWN and isinstance(held, dict) and any(name in held for name in KNOWN):
            return key
    return None


def _parsed(inner: object) -> object:
    if not isinstance(inner, str):
        return inner
    try:
        return json.loads(inner)
    except (ValueError, RecursionError):
        return inner


def _instructs(one: Answer) -> bool:
    return bool(_given(one, *_INSTRUCTING))


def _is_misspelt(one: Answer) -> str | None:
    return None if _instructs(one) or _wrapper(one) else _near_miss(one)


def _is_wrapped(one: Answer) -> str | None:
    wrapper = None if _instructs(one) else _wrapper(one)
    return f"an instruction inside `{excerpt(wrapper, 40)}`" if wrapper else None


def _is_none(one: Answer) -> str | None:
    # An answer of nothing but empty phones is the business of REPLY-062.
    if _instructs(one) or _wrapper(one) or _near_miss(one) or "phones" in one.keys:
        return None
    return f"an object with {listed(one.keys)}" if one.keys else "an empty object"


def _is_both(one: Answer) -> str | None:
    both = _given(one, "phones", BRANCHING)
    return " and ".join(both) if len(both) > 1 else None


def _announces_and_branches(one: Answer) -> str | None:
    announced, branch = _given(one, *_ANNOUNCING), _given(one, BRANCHING)
    return " and ".join(announced + branch) if announced and branch else None


def _has_other_keys(one: Answer) -> str | None:
    unknown = [key for key in one.keys if key not in KNOWN]
    return f"also {listed(unknown)}" if unknown and _instructs(one) else None


look("REPLY-050", OBJECTS, _is_none, expected=f"one of {', '.join(_INSTRUCTING)}")
look("REPLY-051", OBJECTS, _is_misspelt, expected="the documented spelling of the keys")
look("REPLY-052", OBJECTS, _is_wrapped, expected="the instruction at the root")
look("REPLY-053", OBJECTS, _is_both, expected="phones or returned_code")
look("REPLY-054", OBJECTS, _announces_and_branches, expected="an announcement or returned_code")
look("REPLY-055", OBJECTS, _has_other_keys, expected="documented keys only")


# -- the return code ----------------------------------------------------------------------

CODES = having(BRANCHING)


def _codes(one: Answer) -> list[object]:
    value = one.keys[BRANCHING]
    return value if isinstance(value, list) else [value]


def _number(code: object) -> float | None:
    """Return a JSON number; to JSON, true and false are none."""
    return code if isinstance(code, int | float) and not isinstance(code, bool) else None


def _slot(code: object) -> str | None:
    """Return the text by which the slot of a code is found; None if it is no code."""
    if isinstance(code, str):
        return code or None
    number = _number(code)
    if number is None or number < 0 or not float(number).is_integer():
        return None
    return str(int(number))


def _leads_nowhere(one: Answer) -> str | None:
    slots = _slots(one)
    # Beside phones nobody knows whether the code counts: REPLY-053 is about that.
    if slots is None or _given(one, "phones"):
        return None
    for code in _codes(one):
        slot = _slot(code)
        if slot is not None and slot not in slots:
            known = ", ".join(slots) or "none"
            return f"returned_code {excerpt(slot, 40)}, where the slots are {known}"
    return None


def _slots(one: Answer) -> list[str] | None:
    """Return the slots of the operation that asked."""
    asked = one.sample.exchange.request_id
    scenario = one.scenario
    for record in one.sample.played.record.requests:
        operation = scenario.operations.get(record.operation)
        if record.request_id == asked and isinstance(operation, Interactive):
            return list(operation.branches)
    return None


def _is_a_word(one: Answer) -> str | None:
    words = [code for code in _codes(one) if isinstance(code, str) and code]
    words = [code for code in words if not code.isdigit()]
    return f"returned_code {listed(words)}" if words else None


def _is_digits_in_quotes(one: Answer) -> str | None:
    digits = [code for code in _codes(one) if isinstance(code, str) and code.isdigit()]
    return f"returned_code {listed(digits)}, a string" if digits else None


def _is_a_fraction(one: Answer) -> str | None:
    for code in _codes(one):
        if isinstance(code, float) and not code.is_integer():
            return f"returned_code {described(code)}"
    return None


def _is_negative(one: Answer) -> str | None:
    for code in _codes(one):
        number = _number(code)
        if number is not None and number < 0:
            return f"returned_code {described(code)}"
    return None


def _is_no_code(one: Answer) -> str | None:
    if is_unset(one.keys[BRANCHING]):
        return None
    for code in _codes(one):
        if code == "" or not (isinstance(code, str) or _number(code) is not None):
            return f"returned_code {described(code)}"
    return None


def _is_not_set(one: Answer) -> str | None:
    value = one.keys[BRANCHING]
    return f"returned_code: {described(value)}" if is_unset(value) else None


def _is_a_list(one: Answer) -> str | None:
    value = one.keys[BRANCHING]
    return f"returned_code {described(value)}" if isinstance(value, list) and value else None


look("REPLY-080", CODES, _leads_nowhere, expected="a code with a slot in the scenario")
look("REPLY-081", CODES, _is_a_word, expected="the number of a slot")
look("REPLY-082", CODES, _is_digits_in_quotes, expected="a number without quotes")
look("REPLY-083", CODES, _is_a_fraction, expected="a whole number")
look("REPLY-084", CODES, _is_negative, expected="a number from 0")
look("REPLY-085", CODES, _is_no_code, expected="the number of a slot")
look("REPLY-087", CODES, _is_not_set, expected="a code, or no such key")
look("REPLY-086", CODES, _is_a_list, expected="one code")
