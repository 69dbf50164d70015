"""All commands of ``pbx``."""

from importlib.metadata import version
from typing import Annotated

import typer

from harness.cli import (
    bdd,
    call,
    cases,
    catalogue,
    certify,
    compare,
    doctor,
    documents,
    editor,
    explain,
    init,
    new,
    reference,
    replay,
    steps,
    verify,
)

app = typer.Typer(
    name="pbx",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",  # "rich" would keep the line breaks of docstrings
    help="A mock virtual PBX that calls your endpoint the way a real one does.",
)
app.command("call")(call.call)
app.command("replay")(replay.replay)
app.command(
    "reference",
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)(reference.reference)
app.command("init")(init.init)
app.command("doctor")(doctor.doctor)
app.command("certify")(certify.certify)
app.command("bdd")(bdd.bdd)
app.command("new")(new.new)
app.command("steps")(steps.steps)
app.command("editor")(editor.editor)
app.command("cases")(cases.cases)
app.command("explain")(explain.explain)
app.command("compare")(compare.compare)
app.command("verify")(verify.verify)
app.add_typer(catalogue.app, name="catalogue")
app.command("openapi")(documents.openapi)
app.command("schema")(documents.schema)


def _version(asked: bool) -> None:  # noqa: FBT001  # typer calls it with the option's value
    if asked:
        typer.echo(f"pbx-harness {version('pbx-harness')}")
        raise typer.Exit


@app.callback()
def _options(
    _: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """A mock virtual PBX that calls your endpoint the way a real one does."""
