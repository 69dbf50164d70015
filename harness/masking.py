"""Hides personal numbers in all that is shown or written.

What is hidden: the numbers of people that a run knows of, in whatever spelling, and any
other run of 11 to 15 digits. What is left: virtual numbers, extensions and session ids.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_LONG_DIGITS = re.compile(r"(?<![0-9])[0-9]{11,15}(?![0-9])")
_SHORTEST = 7
"""Extensions and order numbers are shorter, and nobody's secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Masker:
    """Replaces the middle of phone numbers by stars.

    Attributes:
        known: Numbers of people; found also within longer texts.
        kept: Numbers that are no secret, such as the virtual number.
        off: Show everything.
    """

    known: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    off: bool = False

    def and_known(self, numbers: Iterable[str], kept: Iterable[str] = ()) -> "Masker":
        """Give a masker that knows further numbers."""
        return Masker(
            known=self.known | {number.lstrip("+ ") for number in numbers},
            kept=self.kept | frozenset(kept),
            off=self.off,
        )

    def __call__(self, text: str) -> str:
        """Mask the numbers in a text."""
        if self.off:
            return text
        longest_first = sorted(self.known - self.kept, key=len, reverse=True)
        for number in longest_first:
            if len(number) >= _SHORTEST and number.isdigit():
                text = text.replace(number, stars(number))
        return _LONG_DIGITS.sub(self._long, text)

    def _long(self, found: re.Match[str]) -> str:
        number = found.group()
        return number if number in self.kept else stars(number)


def stars(number: str) -> str:
    """Hide the middle of a number: ``7916*****01``."""
    return number[:4] + "*" * max(1, len(number) - 6) + number[-2:]


_SECRET = re.compile(r"(?i)([?&](?:[a-z_]*(?:secret|token|key|password|auth)[a-z_]*)=)[^&#]+")
_USER = re.compile(r"(?<=//)[^/@]+@")


def without_secrets(url: str) -> str:
    """Hide credentials in an address: passwords, and query values that are named like secrets."""
    return _USER.sub("***@", _SECRET.sub(r"\1***", url))
