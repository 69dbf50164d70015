"""The body of an answer → text → JSON, with the one thing that is wrong about each.

A PBX stops at the first thing that is wrong. Here the reading goes on past it wherever that
is possible, so that each check can judge its own matter in an answer that another blames.
"""

import json
import re
from dataclasses import dataclass
from enum import Enum

from mockpbx.core.observed import Observed
from mockpbx.wire.keys import KNOWN
from mockpbx.wire.rejected import Rejected
from mockpbx.wire.strict_json import parse


class Encoding(Enum):
    """How the characters of a body are encoded."""

    UTF_8 = "UTF-8"
    BYTE_ORDER_MARK = "UTF-8 with a byte order mark"
    UTF_16 = "UTF-16"
    WINDOWS_1251 = "windows-1251"
    OTHER = "another encoding"


class Syntax(Enum):
    """What a text is, as JSON."""

    STRICT = "JSON"
    EMPTY = "nothing"
    PAGE = "an HTML page"
    TEXT_BEFORE = "text before the JSON"
    TEXT_AFTER = "text after the JSON"
    CUT_OFF = "JSON that is cut off"
    SINGLE_QUOTES = "single quotes"
    TRAILING_COMMA = "a comma after the last item"
    NO_NUMBER = "a value that is no JSON number"
    KEY_TWICE = "a key given twice"
    BEYOND_AGREEMENT = "JSON that not every parser takes"
    TOO_MUCH = "more than the PBX reads"
    OTHER = "no JSON"


class Nothing(Enum):
    """There is no JSON value; `None` would be JSON's null."""

    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A text, as far as it can be read as JSON.

    Attributes:
        syntax: What it is.
        value: The JSON value that is in it, if one can be told.
        detail: What is wrong, in one sentence.
    """

    syntax: Syntax
    value: object = Nothing.NOTHING
    detail: str = ""


_BOM = b"\xef\xbb\xbf"
_UTF_16_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_CYRILLIC_TEXT = re.compile("[\x00-\x7f\u0400-\u045f\u2116\u00ab\u00bb\u2010-\u203a\u00a0]*")
_NAMES_OF_1251 = frozenset({"windows-1251", "cp1251", "cp-1251", "win-1251", "x-cp1251"})


def decode(body: bytes, declared: str | None) -> tuple[Encoding, str | None]:
    """Tell how a body is encoded, and decode it.

    Args:
        body: Its bytes.
        declared: The charset that Content-Type names, in small letters.
    """
    wide = _utf_16(body)
    if wide is not None:
        return Encoding.UTF_16, body.decode(wide, "replace").removeprefix("\ufeff")
    if body.startswith(_BOM):
        return Encoding.BYTE_ORDER_MARK, body.removeprefix(_BOM).decode("utf-8", "replace")
    try:
        return Encoding.UTF_8, body.decode()
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            # Cut off within a character: not a matter of the encoding.
            return Encoding.UTF_8, body[: error.start].decode()
    cyrillic = body.decode("cp1251", "replace")
    if declared in _NAMES_OF_1251 or (declared is None and _CYRILLIC_TEXT.fullmatch(cyrillic)):
        return Encoding.WINDOWS_1251, cyrillic
    return Encoding.OTHER, None


def _utf_16(body: bytes) -> str | None:
    """Find UTF-16 by its mark, or by the zero in one of the first two characters."""
    mark = _UTF_16_MARKS.get(body[:2])
    if mark is not None or len(body) < 2:  # noqa: PLR2004  # a UTF-16 unit
        return mark
    if body[0] == 0:
        return "utf-16-be"
    return "utf-16-le" if body[1] == 0 else None


def read_json(text: str) -> Read:
    """Read a text as JSON, and find the one thing that is wrong with it."""
    if not text.strip():
        return Read(syntax=Syntax.EMPTY, detail="the body is empty")
    try:
        return Read(syntax=Syntax.STRICT, value=parse(text))
    except Rejected as rejected:
        failure = rejected.failure
    if failure.observed is Observed.OVERSIZE:
        return Read(syntax=Syntax.TOO_MUCH, detail=failure.detail)
    if failure.observed is Observed.JSON_NOT_STRICT:
        return _lenient(text, failure.detail)
    syntax, value = _broken(text)
    return Read(syntax=syntax, value=value, detail=failure.detail)


_NOT_FINITE = re.compile(r"-?\b(?:NaN|Infinity)\b")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def _lenient(text: str, detail: str) -> Read:
    """Read what a lenient parser takes for JSON."""
    try:
        value: object = json.loads(text)
    except ValueError:  # a number longer than the interpreter reads
        return Read(syntax=Syntax.TOO_MUCH, detail=detail)
    if _NOT_FINITE.search(_STRING.sub('""', text)):
        # Whatever holds it would be judged by a guess.
        return Read(syntax=Syntax.NO_NUMBER, detail=detail)
    if _keys_twice(text):
        return Read(syntax=Syntax.KEY_TWICE, value=value, detail=detail)
    return Read(syntax=Syntax.BEYOND_AGREEMENT, value=value, detail=detail)


def _keys_twice(text: str) -> bool:
    found = False

    def watch(pairs: list[tuple[str, object]]) -> dict[str, object]:
        nonlocal found
        result = dict(pairs)
        found = found or len(result) != len(pairs)
        return result

    json.loads(text, object_pairs_hook=watch)
    return found


def _broken(text: str) -> tuple[Syntax, object]:
    """Recognise what stands in the place of JSON, and find the JSON in it."""
    stripped = text.strip()
    whole = _at_the_start(stripped)
    if whole is not Nothing.NOTHING:
        return Syntax.TEXT_AFTER, whole
    inner = Nothing.NOTHING if stripped[0] in "{[" else _further_on(stripped)
    if inner is not Nothing.NOTHING:
        return Syntax.TEXT_BEFORE, inner
    return _unreadable(stripped), Nothing.NOTHING


def _unreadable(text: str) -> Syntax:
    if text.startswith("<"):
        return Syntax.PAGE
    if text[0] not in '{["' and "{" in text:
        return Syntax.TEXT_BEFORE
    if _parses(_TRAILING_COMMA.sub(r"\1", text)):
        return Syntax.TRAILING_COMMA
    if _parses(_SINGLE_QUOTED.sub('"x"', text)):
        return Syntax.SINGLE_QUOTES
    return Syntax.CUT_OFF if _is_cut_off(text) else Syntax.OTHER


_TRAILING_COMMA = re.compile(r",\s*([\]}])")
_SINGLE_QUOTED = re.compile(r"'[^']*'")


def _parses(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _is_cut_off(text: str) -> bool:
    """Tell whether the text could still become JSON: what is open only has to be closed."""
    if text[0] not in '{["':
        return False
    bare = _STRING.sub("", text)
    in_string = '"' in bare
    bare = bare.partition('"')[0]
    return in_string or bare.count("{") > bare.count("}") or bare.count("[") > bare.count("]")


def _at_the_start(text: str) -> object:
    """Read a JSON object or list that other things follow."""
    if text[0] not in "{[":
        return Nothing.NOTHING
    try:
        value: object
        value, _ = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return Nothing.NOTHING
    return value


_MOST_BRACES = 50


def _further_on(text: str) -> object:
    """Find an instruction that stands after other things."""
    place = text.find("{", 1)
    for _ in range(_MOST_BRACES):
        if place < 0:
            break
        value = _at_the_start(text[place:])
        if isinstance(value, dict) and any(key in KNOWN for key in value):
            return value
        place = text.find("{", place + 1)
    return Nothing.NOTHING
