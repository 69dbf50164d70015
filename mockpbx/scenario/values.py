"""The single values of a scenario file: numbers, keys, times of day, and their checks."""

import re
from datetime import time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from mockpbx.core.observed import Observed
from mockpbx.filemodel import suggest

FALLBACK_WORDS = ("default", *(observed.value for observed in Observed))
"""What a fallback may be given for: everything, or one kind of failure."""

Text = Annotated[str, Field(min_length=1)]

Target = Text
"""Name of an operation."""


def _phone(value: str) -> str:
    if not re.fullmatch("[0-9]{1,32}", value):
        raise ValueError('a number is digits only, without plus or spaces: "79161110001"')
    return value


Phone = Annotated[
    str,
    AfterValidator(_phone),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{1,32}$"}),
]
"""A number as the protocol writes it [doc], or an extension such as ``"101"`` [field]."""


def _menu_digit(value: str) -> str:
    if not re.fullmatch("[0-9*#]", value):
        raise ValueError('a choice is one key of the phone: 0-9, "*" or "#"')
    return value


MenuDigit = Annotated[
    str,
    AfterValidator(_menu_digit),
    WithJsonSchema({"type": "string", "pattern": "^[0-9*#]$"}),
]


def _failure_word(value: str) -> str:
    if value not in FALLBACK_WORDS:
        raise ValueError(f"unknown failure {value}; {suggest(value, FALLBACK_WORDS)}")
    return value


FailureWord = Annotated[
    str,
    AfterValidator(_failure_word),
    WithJsonSchema({"type": "string", "enum": list(FALLBACK_WORDS)}),
]


def _url(value: str) -> str:
    if not re.match("https?://.", value):
        raise ValueError("give a whole address: https://crm.example/pbx")
    return value


Url = Annotated[
    str, AfterValidator(_url), WithJsonSchema({"type": "string", "pattern": "^https?://."})
]

# The wire layer, which lies above, has these words as enumerations; a test compares them.
Method = Literal["GET", "POST-form", "POST-json", "POST-query"]
Parameter = Literal[
    "cdr_id", "call_session_id", "start_time", "input_result", "numa", "numb", "direction"
]


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, OSError, ValueError):  # no such zone, a directory of zones, no name at all
        near = suggest(value, sorted(available_timezones()))
        hint = near if near.startswith("did") else "write it as Europe/Moscow or UTC"
        raise ValueError(f"unknown time zone {value}; {hint}") from None
    return value


Zone = Annotated[str, AfterValidator(_zone)]


def _clock(value: object) -> time:
    """Read a time of day."""
    written = re.fullmatch("([0-9]{1,2}):([0-5][0-9])", value) if isinstance(value, str) else None
    if not written or int(written[1]) > 23:  # noqa: PLR2004  # the clock's last hour
        raise ValueError('give a time of day as "08:00"; a day ends at "24:00"')
    return time(int(written[1]), int(written[2]))


def _closing(value: object) -> time:
    """Read a time of day; ``24:00`` is the midnight that ends it."""
    return time(0) if value == "24:00" else _clock(value)


_CLOCK = "([01]?[0-9]|2[0-3]):[0-5][0-9]"

Clock = Annotated[
    time,
    BeforeValidator(_clock),
    WithJsonSchema({"type": "string", "pattern": f"^{_CLOCK}$"}),
]

Closing = Annotated[
    time,
    BeforeValidator(_closing),
    WithJsonSchema({"type": "string", "pattern": f"^({_CLOCK}|24:00)$"}),
]

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "daily", "weekdays", "weekend"]
