"""Options that several commands share."""

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from harness.manifest import sendable_headers
from mockpbx.errors import UsageError
from mockpbx.wire.request import Dialect, Method, NoInput, StartTime

MANIFEST = Path("pbx.toml")
"""Looked for where neither an address nor a manifest is given."""


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
ScenarioOption = Annotated[
    str | None,
    typer.Option(
        "--scenario",
        metavar="NAME|FILE",
        help="PBX scenario: a built-in name or a file. Default: courier-line.",
    ),
]
CaFile = Annotated[
    Path | None,
    typer.Option(
        "--ca-file", metavar="FILE", help="Certificates to trust instead of the usual authorities."
    ),
]
ShowNumbers = Annotated[bool, typer.Option("--show-numbers", help="Do not mask phone numbers.")]
ClockOption = Annotated[
    Clock, typer.Option("--clock", help="virtual skips what people take; real waits for them.")
]


def manifest_of(named: Path | None, url: str | None, *, reference: bool = False) -> Path | None:
    """Use the manifest of this folder where nothing else says whom to ask."""
    if named is None and url is None and not reference and MANIFEST.exists():
        return MANIFEST
    return named


def header_pairs(headers: list[str]) -> tuple[tuple[str, str], ...]:
    """Split ``NAME:VALUE``.

    Raises:
        UsageError: There is no colon, or it cannot be sent.
    """
    pairs = []
    for header in headers:
        name, colon, value = header.partition(":")
        if not colon or not name.strip():
            # What stands there is not repeated: it may be a token.
            raise UsageError("--header: write it as NAME:VALUE, e.g. --header 'X-Token: abc'")
        pairs.append((name.strip(), value.strip()))
    return sendable_headers(tuple(pairs))
