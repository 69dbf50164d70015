"""All commands of ``pbx``, each loaded when it is used."""

from typing import Annotated, Any

import typer

from harness.cli.lazy import Group, Home, LazyCommand

HOMES = {
    "call": Home("harness.cli.call:call", "Place one call and draw what happened."),
    "replay": Home(
        "harness.cli.replay:replay",
        "Replay call scripts and compare what happens with what they expect.",
    ),
    "reference": Home(
        "harness.cli.reference:reference",
        "Run the courier-routing reference server, to read, call and learn from.",
        {
            "context_settings": {"allow_extra_args": True, "ignore_unknown_options": True},
            "add_help_option": False,
        },
    ),
    "init": Home(
        "harness.cli.init:init",
        "Write a pbx.toml, after asking what is true behind the endpoint, and try it out.",
    ),
    "doctor": Home(
        "harness.cli.doctor:doctor",
        "Look for what would make every verdict worthless: address, token, certificate, facts.",
    ),
    "certify": Home(
        "harness.cli.certify:certify",
        "Certify an endpoint: what is right, what is wrong, and what to do about it.",
    ),
    "bdd": Home(
        "harness.cli.bdd:bdd",
        "Run features against an endpoint: a line for each scenario, and what went wrong.",
    ),
    "new": Home("harness.cli.new:new", "Make a first feature, and say how to run it."),
    "steps": Home(
        "harness.cli.steps:steps", "List the sentences that features may use, each with an example."
    ),
    "editor": Home(
        "harness.cli.editor:editor",
        "Let an editor know the sentences: what a step means, which there are, which is misspelt.",
    ),
    "cases": Home(
        "harness.cli.cases:cases",
        "List the cases of the certification, or its requirements and what tests them.",
    ),
    "explain": Home(
        "harness.cli.explain:explain",
        "Explain a case or a requirement: what is wanted, why, how to fulfil it, how to try it.",
    ),
    "compare": Home(
        "harness.cli.compare:compare",
        "Compare two reports: new failures, what was fixed, what else changed.",
    ),
    "verify": Home(
        "harness.cli.verify:verify",
        "Verify a bundle offline: has a byte changed since it was issued, and is it still good?",
    ),
    "catalogue": Home("harness.cli.catalogue:app", "List the built-in call scripts, or print one."),
    "openapi": Home(
        "harness.cli.documents:openapi",
        "Print an OpenAPI 3.1 document of what an endpoint must implement.",
    ),
    "schema": Home(
        "harness.cli.documents:schema",
        "Print the JSON Schema of an answer or of a file, e.g. for your editor.",
    ),
}


class Commands(Group):
    """The command ``pbx``."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for name, home in HOMES.items():
            self.add_command(LazyCommand(name, home))


app = typer.Typer(
    name="pbx",
    cls=Commands,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(asked: bool) -> None:  # noqa: FBT001  # typer calls it with the option's value
    if asked:
        from importlib.metadata import version  # noqa: PLC0415  # slow to load

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
