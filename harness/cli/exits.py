"""Exit codes and how errors end a command: one line that helps, never a traceback."""

from enum import IntEnum

import typer
from rich.console import Console
from rich.text import Text

from harness.endpoint import UnreachableError
from mockpbx.errors import HarnessError, PbxError


class Exit(IntEnum):
    """What a command's exit code means."""

    OK = 0
    """As expected."""
    MISSED = 1
    """Something was not as expected."""
    USAGE = 2
    """What the user gave us is wrong."""
    UNREACHABLE = 3
    """Nothing answers at the endpoint's address."""
    HARNESS = 4
    """A bug of ours."""
    INTERRUPTED = 130
    """Ctrl-C; reports are written all the same."""


def exit_for(error: PbxError) -> Exit:
    """Choose the exit code for an error."""
    if isinstance(error, UnreachableError):
        return Exit.UNREACHABLE
    return Exit.HARNESS if isinstance(error, HarnessError) else Exit.USAGE


def complain(error: PbxError) -> typer.Exit:
    """Print an error and give what ends the command."""
    code = exit_for(error)
    hint = "\nThis is a bug of pbx-harness; please report it." if code is Exit.HARNESS else ""
    console = Console(stderr=True)
    console.print(Text.assemble(("pbx: ", "bold red"), f"{error}{hint}"), soft_wrap=True)
    return typer.Exit(code)
