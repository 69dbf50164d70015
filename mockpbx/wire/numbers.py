"""Phone numbers: when two spellings are one person's phone."""

import re

_NATIONAL_DIGITS = 10
_AT_HOME = re.compile(r"8[0-9]{10}|810[0-9]{7,}|0[0-9]{6,}|9[0-9]{9}")
"""As people in Russia and elsewhere dial them: 8 916 …, 8 10 44 …, 0 30 …, 916 …"""


def same_number(one: str | None, other: str) -> bool:
    """Tell whether two spellings, ``7916…`` and ``8916…``, are one person's phone."""
    if one is None or min(len(one), len(other)) < _NATIONAL_DIGITS:
        return one == other
    return one[-_NATIONAL_DIGITS:] == other[-_NATIONAL_DIGITS:]


def is_home_form(number: str) -> bool:
    """Tell whether a number is written as it is dialled within a country, not as E.164."""
    return _AT_HOME.fullmatch(number) is not None
