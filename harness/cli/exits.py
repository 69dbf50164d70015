"""Exit codes and how errors end a command: one line that helps, never a traceback."""

from enum import IntEnum

import typer

from harness.endpoint import UnreachableError
from harness.masking import Masker
from harness.reports.terminal import Terminal
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
    STALE = 5
    """The baseline says what no longer holds."""
    INTERRUPTED = 130
    """Ctrl-C; reports are written all the same."""


def exit_for(error: PbxError) -> Exit:
    """Choose the exit code for an error."""
    if isinstance(error, UnreachableError):
        return Exit.UNREACHABLE
    return Exit.HARNESS if isinstance(error, HarnessError) else Exit.USAGE


BUG = "This is a bug of pbx-harness; please report it."


def complain(error: PbxError, mask: Masker | None = None) -> typer.Exit:
    """Print an error and give what ends the command.

    Args:
        error: What went wrong.
        mask: Hides the secrets that the command was given.
    """
    code = exit_for(error)
    said = str(error) if mask is None else mask(str(error))
    terminal = Terminal(stderr=True)
    terminal.say(("pbx: ", "bold red"), said)
    if code is Exit.HARNESS:
        terminal.say(BUG)
    return typer.Exit(code)
