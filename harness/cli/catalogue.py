"""``pbx catalogue``: the built-in call scripts."""

import json
from typing import Annotated

import typer
from rich.table import Table

from harness.cli.exits import complain
from harness.reports.terminal import Terminal, emit
from harness.reports.words import counted
from mockpbx.callscript import library
from mockpbx.errors import PbxError

_PIPED = 200
"""Columns that hold every script's title on one line."""

app = typer.Typer(
    invoke_without_command=True,
    help="List the built-in call scripts, or print one.\n\nExample: pbx catalogue show own-order",
)


@app.callback()
def list_scripts(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print the list as JSON.")] = False,
) -> None:
    """List the built-in call scripts.

    Example: pbx catalogue
    """
    if context.invoked_subcommand is not None:
        return
    scripts = library.catalogue()
    if as_json:
        emit(
            json.dumps([_entry(script) for script in scripts], ensure_ascii=False, indent=2) + "\n"
        )
        return
    console = Terminal()
    table = Table("script", "sequences", "title", box=None, pad_edge=False)
    if not console.is_terminal:  # a line each, for grep
        console.width = _PIPED
    for script in scripts:
        rows = ", ".join(str(row) for row in script.model.sequences)
        table.add_row(script.id, rows, script.model.title)
    console.print(table)
    console.say(f"\n{counted(len(scripts), 'script')}; pbx catalogue show SCRIPT prints one")


def _entry(script: library.Script) -> dict[str, object]:
    return {
        "id": script.id,
        "title": script.model.title,
        "sequences": script.model.sequences,
        "facts": sorted(script.needs),
    }


@app.command("show")
def show(
    script: Annotated[
        str, typer.Argument(metavar="SCRIPT", help="Its name, as pbx catalogue lists it.")
    ],
) -> None:
    """Print a call script, to read or to start your own from.

    Example: pbx catalogue show own-order
    """
    try:
        found = library.find(script)
    except PbxError as error:
        raise complain(error) from None
    emit("\n".join(item.text for item in found))
