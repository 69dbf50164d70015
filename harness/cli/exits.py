"""Exit codes and how errors end a command: one line that helps, never a traceback."""

from enum import IntEnum

import typer

from harness.display.terminal import Terminal
from harness.endpoint.reachability import UnreachableError
from mockpbx.errors import HarnessError, PbxError
from mockpbx.masking import Masker


class Exit(IntEnum):
    """What a command's exit code means."""

    OK = 0
    """As expected."""
    MISSED = 1
    """Something was not as expected."""
    USAGE = 2
    """What the user gave us is wrong, also a device for the output that is full."""
    UNREACHABLE = 3
    """Nothing answers at the endpoint's address."""
    HARNESS = 4
    """A bug of ours."""
    STALE = 5
    """The baseline says what no longer holds."""
    INTERRUPTED = 130
    """Ctrl-C; reports are written all the same."""
    CLOSED = 141
    """Who read the output went away before its end; all else was as expected."""
    TERMINATED = 143
    """SIGTERM; reports are written all the same."""


def exit_for(error: PbxError) -> Exit:
    """Return the exit code for an error."""
    if isinstance(error, UnreachableError):
        return Exit.UNREACHABLE
    return Exit.HARNESS if isinstance(error, HarnessError) else Exit.USAGE


BUG = "This is a bug of pbx-harness; please report it."


def say_bug() -> None:
    """Say that the program itself is to blame."""
    Terminal(stderr=True).say(("pbx: ", "bold red"), BUG)


def complain(error: PbxError, mask: Masker | None = None) -> typer.Exit:
    """Print an error and return what ends the command.

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
