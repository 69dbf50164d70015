"""Text → JSON value: strict, bounded, and clear about what is wrong.

Python's parser accepts NaN and keys given twice, overflows the stack on deep nesting and
refuses long integers with an error of its own. None of that may reach the PBX.
"""

import json
import re
from dataclasses import dataclass

from mockpbx.core.observed import Observed
from mockpbx.wire.json_hints import explain
from mockpbx.wire.rejected import Rejected, excerpt


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The largest answer that is read [assumed: no vendor documents any limit].

    Attributes:
        body: Bytes of the body, before and after decompression.
        depth: Objects and lists within each other.
        digits: Digits of one number. 640 is the lowest limit that the interpreter itself
            can be set to, so that its own never strikes first.
    """

    body: int = 1024 * 1024
    depth: int = 32
    digits: int = 640


LIMITS = Limits()

# Possessive, so that no text can make the search run back and forth.
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


def parse(text: str, limits: Limits = LIMITS) -> object:
    r"""Parse a JSON text (RFC 8259) and nothing more.

    A string that holds half of a surrogate pair (``"\ud800"``) is rejected: RFC 8259 calls
    the outcome unpredictable, and it could be neither spoken nor logged.

    Raises:
        Rejected: With OVERSIZE, JSON_SYNTAX or JSON_NOT_STRICT.
    """
    _check_depth(text, limits.depth)
    value = _load(text, limits)
    if _SURROGATE_ESCAPE.search(text):
        _check_surrogates(value)
    return value


def _check_depth(text: str, deepest: int) -> None:
    """Count brackets outside of strings, before the recursive parser sees them."""
    if text.count("[") + text.count("{") <= deepest:
        return
    depth = 0
    for match in _TOKEN.finditer(text):
        bracket = match[0]
        depth += (bracket in "[{") - (bracket in "]}")
        if depth > deepest:
            raise Rejected(Observed.OVERSIZE, f"nested deeper than {deepest} levels", assumed=True)


def _load(text: str, limits: Limits) -> object:
    def number(digits: str, kind: type[int] | type[float]) -> float:
        if len(digits) > limits.digits:
            raise Rejected(Observed.OVERSIZE, f"a number of {len(digits)} characters", assumed=True)
        return _finite(kind(digits), digits)

    try:
        value: object = json.loads(
            text,
            parse_int=lambda digits: number(digits, int),
            parse_float=lambda digits: number(digits, float),
            parse_constant=_no_constant,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        raise Rejected(Observed.JSON_SYNTAX, explain(text, error)) from error
    return value


def _finite(value: float, digits: str) -> float:
    if value in (float("inf"), float("-inf")):
        detail = f"the number {excerpt(digits)} is too large to be represented"
        raise Rejected(Observed.JSON_NOT_STRICT, detail)
    return value


def _no_constant(name: str) -> object:
    raise Rejected(Observed.JSON_NOT_STRICT, f"{name} is no JSON value")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) == len(pairs):
        return result
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            detail = f"the key `{excerpt(key)}` is given twice in one object"
            # RFC 8259 section 4: names SHOULD be unique; most parsers take the last one.
            raise Rejected(Observed.JSON_NOT_STRICT, detail, assumed=True)
        seen.add(key)
    raise AssertionError  # pragma: no cover - one of the keys was there twice


def _check_surrogates(value: object) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        half = f"\\u{ord(error.object[error.start]):04x}"
        detail = f"a string holds {half}, half of a surrogate pair: it is no character"
        raise Rejected(Observed.JSON_NOT_STRICT, detail) from error
