"""How a stage of reading an answer says no, and how it quotes what it saw."""

import json
from collections.abc import Iterable

from mockpbx.core.observed import Failure, Observed

EXCERPT = 80
"""Characters of an endpoint's value that a sentence may quote at most."""
_PRINTABLE_BITS = 2000
"""The interpreter refuses to print longer integers: its limit can be set as low as 640 digits."""


class Rejected(Exception):
    """Carries a `Failure` out of nested code; `read` and `interpret` return it as a value.

    Attributes:
        failure: Why the answer is no instruction.
    """

    def __init__(
        self, observed: Observed, detail: str, path: str | None = None, *, assumed: bool = False
    ) -> None:
        super().__init__(detail)
        self.failure = Failure(observed=observed, detail=detail, path=path, assumed=assumed)


def excerpt(text: str, limit: int = EXCERPT) -> str:
    """Quote an endpoint's text: bounded, on one line, control characters escaped.

    Args:
        text: Anything.
        limit: The longest result, in characters.
    """
    escaped = "".join(_visible(letter) for letter in text[:limit])
    return escaped if len(escaped) <= limit and len(text) <= limit else escaped[: limit - 1] + "…"


def _visible(letter: str) -> str:
    return letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")


def listed(names: Iterable[str], limit: int = 5) -> str:
    """Name things in backquotes: the first few, and how many more there are."""
    every = list(names)
    shown = ", ".join(f"`{excerpt(name, 40)}`" for name in every[:limit])
    return f"{shown} and {len(every) - limit} more" if len(every) > limit else shown


def described(value: object) -> str:
    """Say what a JSON value is, for the end of a sentence: ``the number 79161110001``."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int | float):
        return f"the number {_digits(value)}"
    if isinstance(value, str):
        return f'the string "{excerpt(value, EXCERPT - 2)}"' if value else "an empty string"
    if isinstance(value, list):
        return f"a list of {len(value)}" if value else "an empty list"
    return "an object" if value else "an empty object"


def _digits(number: float) -> str:
    if isinstance(number, int) and number.bit_length() > _PRINTABLE_BITS:
        return "of hundreds of digits"
    return excerpt(repr(number))
