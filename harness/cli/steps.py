"""``pbx steps``: the sentences of which features are made."""

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.grammar import command
from harness.display.terminal import Terminal, emit
from harness.steps import step_list
from harness.steps.nearest import nearest
from mockpbx.errors import UsageError

_FOR_EXAMPLE = {"en": "e.g.", "ru": "напр.:"}


class Lang(Enum):
    """The language of sentences."""

    EN = "en"
    RU = "ru"


@command
def steps(
    word: Annotated[
        str | None, typer.Argument(metavar="[WORD]", help="Only steps with this word.")
    ] = None,
    lang: Annotated[Lang, typer.Option("--lang", help="en or ru.")] = Lang.EN,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print docs/steps.md.")] = False,
    coverage: Annotated[
        Path | None,
        typer.Option(
            "--coverage", metavar="DIR", help="Print which requirements the features there prove."
        ),
    ] = None,
) -> None:
    """List the sentences that features may use, each with an example.

    Exit code 2: no step has this word.

    Example: pbx steps --lang ru заказ
    """
    if markdown:
        emit(step_list.markdown())
    elif coverage is not None:
        emit(_coverage(coverage))
    else:
        _list(word, lang.value)


def _coverage(folder: Path) -> str:
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}")
    from harness.cli.bdd import needs_bdd  # noqa: PLC0415  # an extra that may be missing

    with needs_bdd():
        from harness.pytest_plugin import coverage  # noqa: PLC0415
    return coverage.markdown(folder)


def _list(word: str | None, lang: str) -> None:
    chosen = step_list.chosen(word)
    found = list(step_list.lines(chosen, lang))
    if not found:
        close = nearest(word or "", outcome=False) + nearest(word or "", outcome=True)
        hint = f"; nearest: {close[0].shown}" if close else "; pbx steps lists them all"
        raise UsageError(f"no step has the word {word!r}{hint}")
    terminal = Terminal()
    for pattern, example, about in found:
        terminal.say((pattern, "bold"))
        terminal.say(f"    {about}")
        if pattern != example:
            terminal.say((f"    {_FOR_EXAMPLE[lang]} ", "dim"), example)
