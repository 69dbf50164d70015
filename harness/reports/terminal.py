"""Output for people: a terminal that no answer of an endpoint can play tricks on."""

import os
import sys

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

PIPED_WIDTH = 110
"""Columns where nobody has told how many there are."""


class Terminal(Console):
    """Prints lines as they are: no markup, nothing wrapped, control characters made visible.

    Args:
        stderr: Print to standard error.
    """

    def __init__(self, *, stderr: bool = False) -> None:
        # Numbers and addresses are not coloured: a colour means something here.
        # And the stream is this one, also while what others print is captured.
        file = sys.stderr if stderr else sys.stdout
        super().__init__(file=file, highlight=False, markup=False, emoji=False)

    @property
    def columns(self) -> int:
        """The width to draw in."""
        return min(self.width, PIPED_WIDTH) if self.is_terminal else PIPED_WIDTH

    def say(self, *parts: str | tuple[str, str]) -> None:
        """Print one line; a part is text, or text and its style."""
        styled = [(part, "") if isinstance(part, str) else part for part in parts]
        text = Text.assemble(*((visible(words), style) for words, style in styled))
        self.print(text, soft_wrap=True)

    def on_broken_pipe(self) -> None:
        """Go on in silence: reports are still to be written, and the exit code is to be true."""
        self.quiet = True
        _silence_stdout()


def progress_on(terminal: Terminal) -> Progress:
    """Give a line that shows a person how far the work is, and is gone when it is done."""
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=terminal,
        transient=True,
        disable=not terminal.is_terminal,
        # What steps of features print is captured while they run.
        redirect_stdout=False,
        redirect_stderr=False,
    )


def visible(text: str) -> str:
    r"""Show control characters, e.g. of an announcement, as ``\x1b``; lines stay lines."""
    return "".join(
        letter
        if letter.isprintable() or letter == "\n"
        else letter.encode("unicode_escape").decode("ascii")
        for letter in text
    )


def emit(text: str) -> None:
    """Write a document to standard output; a reader who has gone is no error."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _silence_stdout()


def _silence_stdout() -> None:
    # Or the interpreter complains when it flushes at its end.
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123  # os.devnull is no path of ours
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
