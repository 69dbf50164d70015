"""Output for people: a terminal that no answer of an endpoint can play tricks on."""

import re
import sys
from collections.abc import Iterator

from rich.cells import cell_len
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from mockpbx.result.ladder import DEFAULT_WIDTH
from mockpbx.result.printable import visible

PIPED_WIDTH = DEFAULT_WIDTH
"""Columns where nobody knows how many there are."""


class Terminal(Console):
    """Prints lines as they are: no markup, no broken words, control characters made visible.

    Args:
        stderr: Print to standard error.
    """

    def __init__(self, *, stderr: bool = False) -> None:
        # Numbers and addresses are not coloured: a colour means something here.
        # And the stream is this one, also while what others print is captured.
        file = sys.stderr if stderr else sys.stdout
        super().__init__(file=file, highlight=False, markup=False, emoji=False)

    @property
    def is_watched(self) -> bool:
        """Tell whether a person looks on; colours may be wanted in a pipe, too."""
        return self.file.isatty()

    @property
    def columns(self) -> int:
        """The width to draw in."""
        return min(self.width, PIPED_WIDTH) if self.is_watched else PIPED_WIDTH

    def say(self, *parts: str | tuple[str, str]) -> None:
        """Print one line; a part is text, or text and its style.

        A person's terminal gets it broken between words; in a pipe it stays one line.
        """
        styled = [(part, "") if isinstance(part, str) else part for part in parts]
        text = Text.assemble(*((visible(words), style) for words, style in styled))
        if self.is_watched:
            text = Text("\n").join(
                piece for line in text.split("\n") for piece in _broken(line, self.width)
            )
        self.print(text, soft_wrap=True)


def _broken(line: Text, width: int) -> Iterator[Text]:
    """Break a line between words, and indent all of it alike; a long word is left whole."""
    words = line.plain
    indent = words[: len(words) - len(words.lstrip())]
    begins, room = 0, width
    breaks = []
    for word in re.finditer(r"\S+", words):
        if cell_len(words[begins : word.end()]) > room and words[begins : word.start()].strip():
            breaks.append(word.start())
            begins, room = word.start(), width - len(indent)
    for place, piece in enumerate(line.divide(breaks)):
        piece.rstrip()
        yield Text.assemble(indent, piece) if place else piece


def progress_on(terminal: Terminal) -> Progress:
    """Return a line that shows a person how far the work is, and is gone when it is done."""
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=terminal,
        transient=True,
        disable=not terminal.is_watched,
        # What steps of features print is captured while they run.
        redirect_stdout=False,
        redirect_stderr=False,
    )


def emit(text: str) -> None:
    """Write a document to standard output as it is."""
    sys.stdout.write(text)
    sys.stdout.flush()
