"""The vendors' notation for keys pressed on a phone: ``.12.1..4`` [doc].

A dot is one second of pause; everything else is a key, one of ``0-9 * #``.
"""

from dataclasses import dataclass

PAUSE_S = 1.0
"""Seconds that a dot stands for [doc]."""
KEY_S = 0.25
"""Seconds between two keys pressed one after the other [assumed]."""
KEYS = frozenset("0123456789*#")


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A key, and how long after the one before (or after the beginning) it is pressed."""

    after_s: float
    digit: str


def presses(dialled: str) -> tuple[Press, ...]:
    """Read the notation.

    Raises:
        ValueError: There is a character that is neither a dot nor a key.
    """
    strange = sorted(set(dialled) - KEYS - {"."})
    if strange:
        raise ValueError(f"{strange[0]!r} is no key of a phone: use 0-9 * # and . for a pause")
    found = []
    pause = 0.0
    for character in dialled:
        pause += PAUSE_S if character == "." else KEY_S
        if character != ".":
            found.append(Press(after_s=pause, digit=character))
            pause = 0.0
    return tuple(found)
