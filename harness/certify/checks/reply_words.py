"""What an answer lets people hear: the announcement to the caller, the whisper to the callee."""

from collections.abc import Iterator

from harness.certify.checks.reply_answers import OBJECTS, Answer, look
from harness.certify.checks.reply_template import unfilled
from mockpbx.wire.instruction import LONGEST_NAME
from mockpbx.wire.keys import OPERATOR_KINDS, is_unset
from mockpbx.wire.rejected import described, excerpt

LONGEST_TEXT = 1000
"""Characters; spoken, that is more than a minute."""

_ANNOUNCING = ("message_name", "text")
_WHISPERING = ("operator_message", *OPERATOR_KINDS)


# -- to the caller ------------------------------------------------------------------------


def _announces_twice(one: Answer) -> str | None:
    both = [name for name in _ANNOUNCING if one.keys.get(name)]
    return " and ".join(both) if len(both) > 1 else None


def _announces_no_string(one: Answer) -> str | None:
    for name in _ANNOUNCING:
        value = one.keys.get(name)
        if not is_unset(value) and not isinstance(value, str):
            return f"{name}: {described(value)}"
    return None


def _longer(name: str, most: int, one: Answer) -> str | None:
    value = one.keys.get(name)
    if not isinstance(value, str) or len(value) <= most:
        return None
    return f"{name} of {len(value)} characters"


def _text_is_long(one: Answer) -> str | None:
    return _longer("text", LONGEST_TEXT, one)


def _name_is_long(one: Answer) -> str | None:
    return _longer("message_name", LONGEST_NAME, one)


look("REPLY-090", OBJECTS, _announces_twice, expected="message_name or text")
look("REPLY-091", OBJECTS, _announces_no_string, expected="announcements that are strings")
look("REPLY-094", OBJECTS, _text_is_long, expected=f"a text of at most {LONGEST_TEXT} characters")
look("REPLY-095", OBJECTS, _name_is_long, expected=f"a name of at most {LONGEST_NAME} characters")


# -- to whoever answers -------------------------------------------------------------------


def _whispers_in_an_object(one: Answer) -> str | None:
    message = one.keys.get("operator_message")
    inside = isinstance(message, dict) and any(kind in message for kind in OPERATOR_KINDS)
    return "operator_message as an object" if inside else None


def _whispers_at_the_root(one: Answer) -> str | None:
    given = [kind for kind in OPERATOR_KINDS if not is_unset(one.keys.get(kind))]
    return f"{' and '.join(given)} beside the other keys" if given else None


def _whispers_nonsense(one: Answer) -> str | None:
    message = one.keys.get("operator_message")
    if is_unset(message) or isinstance(message, str) or _whispers_in_an_object(one):
        return None
    return f"operator_message: {described(message)}"


def _whispers_to_nobody(one: Answer) -> str | None:
    given = [name for name in _WHISPERING if not is_unset(one.keys.get(name))]
    dials = not is_unset(one.keys.get("phones"))
    return f"{' and '.join(given)} without phones" if given and not dials else None


look("REPLY-096", OBJECTS, _whispers_in_an_object, expected="operator_message as a string")
look("REPLY-097", OBJECTS, _whispers_at_the_root, expected="operator_message as a string")
look("REPLY-098", OBJECTS, _whispers_nonsense, expected="operator_message as a string")
look("REPLY-099", OBJECTS, _whispers_to_nobody, expected="a message beside phones only")


# -- all words ----------------------------------------------------------------------------


def _words(one: Answer) -> Iterator[tuple[str, object]]:
    """Return all that is spoken or names a file, with the key it stands under."""
    for name in (*_ANNOUNCING, *_WHISPERING):
        if name in one.keys:
            yield name, one.keys[name]
    message = one.keys.get("operator_message")
    if isinstance(message, dict):
        for kind in OPERATOR_KINDS:
            if kind in message:
                yield f"operator_message.{kind}", message[kind]


def _says_nothing(one: Answer) -> str | None:
    empty = [f"{name}: {described(value)}" for name, value in _words(one) if is_unset(value)]
    return empty[0] if empty else None


def _says_a_template(one: Answer) -> str | None:
    for name, value in _words(one):
        if isinstance(value, str) and unfilled(value):
            return f'{name}: "{excerpt(value)}"'
    return None


look("REPLY-092", OBJECTS, _says_nothing, expected="words, or no such key")
look("REPLY-101", OBJECTS, _says_a_template, expected="words in the place of a template's")
