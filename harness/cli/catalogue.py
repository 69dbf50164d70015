"""``pbx catalogue``: the built-in call scripts."""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from harness.cli.exits import complain
from mockpbx.callscript import library
from mockpbx.errors import PbxError

app = typer.Typer(
    invoke_without_command=True,
    help="List the built-in call scripts, or print one.\n\nExample: pbx catalogue show own-order",
)


@app.callback()
def list_scripts(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """List the built-in call scripts.

    Example: pbx catalogue
    """
    if context.invoked_subcommand is not None:
        return
    scripts = library.catalogue()
    if as_json:
        typer.echo(json.dumps([_entry(script) for script in scripts], ensure_ascii=False, indent=2))
        return
    table = Table("script", "sequences", "title", box=None, pad_edge=False)
    for script in scripts:
        rows = ", ".join(str(row) for row in script.model.sequences)
        table.add_row(script.id, rows, script.model.title)
    console = Console()
    console.print(table, width=None if console.is_terminal else 160)
    console.print(f"\n{len(scripts)} scripts; pbx catalogue show SCRIPT prints one")


def _entry(script: library.Script) -> dict[str, object]:
    return {
        "id": script.id,
        "title": script.model.title,
        "sequences": script.model.sequences,
        "facts": sorted(script.needs),
    }


@app.command("show")
def show(
    script: Annotated[str, typer.Argument(help="Its name, as pbx catalogue lists it.")],
) -> None:
    """Print a call script, to read or to start your own from.

    Example: pbx catalogue show courier-own-order
    """
    try:
        found = library.find(script)
    except PbxError as error:
        raise complain(error) from None
    typer.echo("\n".join(item.text for item in found), nl=False)
