"""Options that several commands share."""

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from mockpbx.errors import UsageError
from mockpbx.wire.request import Dialect, Method, NoInput, StartTime


class Clock(Enum):
    """How the time of people passes."""

    VIRTUAL = "virtual"
    REAL = "real"


Headers = Annotated[
    list[str],
    typer.Option("--header", "-H", metavar="NAME:VALUE", help="Sent with every request."),
]
DialectOption = Annotated[
    Dialect | None, typer.Option("--dialect", help="The brand: which parameters are sent.")
]
MethodOption = Annotated[
    Method | None, typer.Option("--method", help="HTTP method, and where the parameters go.")
]
NoInputOption = Annotated[
    NoInput | None, typer.Option("--no-input", help="What stands for nothing entered.")
]
StartTimeOption = Annotated[
    StartTime | None, typer.Option("--start-time", help="The form of start_time.")
]
CaFile = Annotated[
    Path | None,
    typer.Option("--ca-file", help="Certificates to trust instead of the usual authorities."),
]
ShowNumbers = Annotated[bool, typer.Option("--show-numbers", help="Do not mask phone numbers.")]
ClockOption = Annotated[
    Clock, typer.Option("--clock", help="virtual skips what people take; real waits for them.")
]


def header_pairs(headers: list[str]) -> tuple[tuple[str, str], ...]:
    """Split ``NAME:VALUE``.

    Raises:
        UsageError: There is no colon.
    """
    pairs = []
    for header in headers:
        name, colon, value = header.partition(":")
        if not colon or not name.strip():
            raise UsageError(f"write a header as NAME:VALUE, not {header!r}")
        pairs.append((name.strip(), value.strip()))
    return tuple(pairs)
