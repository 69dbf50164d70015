"""Phone numbers: one form for all the ways in which a PBX may write the same one."""

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException

LONGEST = 40
"""E.164 has fifteen digits; the rest leaves room for brackets and spaces."""

# ASCII only: the library also reads letters on the keypad and the digits of other scripts,
# which would let a SIP name pass for somebody's number.
_WRITTEN_NUMBER = re.compile(r"\+?[0-9 ().-]+", re.ASCII)


# The same callers call all day, and the answer depends on nothing but the arguments.
@lru_cache(maxsize=10_000)
def normalise(text: str, region: str = "RU") -> str | None:
    """Turn a written number into E.164 without the plus, or None when it is no phone number.

    Extensions, SIP names and hidden callers give None. A number without a plus is read as one of
    the region first, because `8916…` and ten digits are how people write them there, and as an
    international one after that. A raw `+` in a query arrives as a space and is stripped.
    """
    written = text.strip(" ")
    if len(written) > LONGEST or not _WRITTEN_NUMBER.fullmatch(written):
        return None
    if written.startswith("+"):
        return _valid(written, None)
    return _valid(written, region) or _valid("+" + written, None)


def mask(text: str) -> str:
    """Hide the middle of a number for a log line: enough to recognise, too little to call."""
    if not text:
        return "hidden"
    if len(text) <= len("79161"):
        return "*" * len(text)
    return f"{text[:4]}*****{text[-2:]}" if text.isdigit() else "*****"


def _valid(written: str, region: str | None) -> str | None:
    try:
        number = phonenumbers.parse(written, region)
    except NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    formatted = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return formatted.removeprefix("+")
