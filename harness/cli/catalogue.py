"""``pbx catalogue``: the built-in call scripts."""

from typing import Annotated

import typer
from rich.table import Table

from harness.cli import completion
from harness.cli.grammar import command
from harness.cli.lazy import Command, Group
from harness.cli.options import JsonOptions
from harness.display.counting import counted
from harness.display.terminal import Terminal, emit
from mockpbx.callscript import library

_PIPED = 200
"""Columns that hold every script's title on one line."""

app = typer.Typer(cls=Group, add_completion=False, invoke_without_command=True)


@app.callback()
@command
def list_scripts(context: typer.Context, *, output: JsonOptions) -> None:
    """List the built-in call scripts, or print one.

    Example: pbx catalogue
    """
    if context.invoked_subcommand is not None:
        return
    output.check()
    scripts = library.catalogue()
    output.write([_entry(script) for script in scripts])
    if output.is_printed:
        return
    terminal = Terminal()
    table = Table(box=None, pad_edge=False)
    for column in ("script", "sequences", "title"):
        table.add_column(column, no_wrap=column != "title")
    if not terminal.is_watched:  # a line each, for grep
        terminal.width = _PIPED
    for script in scripts:
        rows = ", ".join(str(row) for row in script.model.sequences)
        table.add_row(script.id, rows, script.model.title)
    terminal.print(table)
    terminal.say(f"\n{counted(len(scripts), 'script')}; pbx catalogue show SCRIPT prints one")


def _entry(script: library.Script) -> dict[str, object]:
    return {
        "id": script.id,
        "title": script.model.title,
        "sequences": script.model.sequences,
        "facts": sorted(script.needs),
    }


@app.command("show", cls=Command)
@command
def show(
    script: Annotated[
        str,
        typer.Argument(
            metavar="SCRIPT",
            help="Its name, as pbx catalogue lists it.",
            autocompletion=completion.scripts,
        ),
    ],
) -> None:
    """Print a call script, to read or to start your own from.

    Example: pbx catalogue show own-order
    """
    emit("\n".join(item.text for item in library.find(script)))
