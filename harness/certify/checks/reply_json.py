"""The body of the answer: characters and JSON."""

from harness.certify.checks.reply_answers import BODIES, TEXTS, VALUES, Answer, look
from harness.certify.checks.reply_text import Encoding, Nothing, Syntax, read_json
from mockpbx.wire.rejected import described, excerpt

# -- characters ---------------------------------------------------------------------------

_ENCODINGS = {
    "REPLY-020": Encoding.OTHER,
    "REPLY-021": Encoding.WINDOWS_1251,
    "REPLY-022": Encoding.UTF_16,
    "REPLY-023": Encoding.BYTE_ORDER_MARK,
}


def _look_for_encoding(case_id: str, blamed: Encoding) -> None:
    def is_it(one: Answer) -> str | None:
        return f"a body in {blamed.value}" if one.decoded[0] is blamed else None

    look(case_id, BODIES, is_it, expected="a body in plain UTF-8")


for _id, _encoding in _ENCODINGS.items():
    _look_for_encoding(_id, _encoding)


# -- syntax -------------------------------------------------------------------------------

_SYNTAXES = {
    "REPLY-030": (Syntax.EMPTY, "a JSON object in the body"),
    "REPLY-031": (Syntax.PAGE, "JSON, no page"),
    "REPLY-032": (Syntax.TEXT_BEFORE, "a body that begins with the JSON"),
    "REPLY-033": (Syntax.TEXT_AFTER, "a body that ends with the JSON"),
    "REPLY-034": (Syntax.CUT_OFF, "whole JSON"),
    "REPLY-035": (Syntax.SINGLE_QUOTES, "strings and keys in double quotes"),
    "REPLY-036": (Syntax.TRAILING_COMMA, "no comma after the last item"),
    "REPLY-037": (Syntax.NO_NUMBER, "no NaN and no Infinity"),
    "REPLY-038": (Syntax.KEY_TWICE, "each key once"),
    "REPLY-039": (Syntax.OTHER, "JSON"),
    "REPLY-043": (Syntax.TOO_MUCH, "JSON that is not nested deep, and short numbers"),
    "REPLY-044": (Syntax.BEYOND_AGREEMENT, "JSON that all parsers read alike"),
}


def _look_for_syntax(case_id: str, blamed: Syntax, expected: str) -> None:
    def is_it(one: Answer) -> str | None:
        return one.json.detail if one.json.syntax is blamed else None

    look(case_id, TEXTS, is_it, expected=expected)


for _id, (_syntax, _expected) in _SYNTAXES.items():
    _look_for_syntax(_id, _syntax, _expected)


# -- the root -----------------------------------------------------------------------------


def _is_json_in_a_string(one: Answer) -> str | None:
    value = one.json.value
    if not isinstance(value, str) or not _holds_json(value):
        return None
    return f"JSON within a JSON string: {excerpt(value, 40)}"


def _holds_json(text: str) -> bool:
    return isinstance(read_json(text).value, dict | list)


def _is_a_list(one: Answer) -> str | None:
    return described(one.json.value) if isinstance(one.json.value, list) else None


def _is_a_single_value(one: Answer) -> str | None:
    value = one.json.value
    if value is Nothing.NOTHING or isinstance(value, dict | list):
        return None
    if isinstance(value, str) and _holds_json(value):
        return None
    return described(value)


look("REPLY-040", VALUES, _is_json_in_a_string, expected="a JSON object, encoded once")
look("REPLY-041", VALUES, _is_a_list, expected="a JSON object at the root")
look("REPLY-042", VALUES, _is_a_single_value, expected="a JSON object at the root")
