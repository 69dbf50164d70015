"""``pbx openapi`` and ``pbx schema``: the contracts, as documents."""

from enum import Enum
from typing import Annotated

import typer

from harness.cli.grammar import command
from harness.display.files import as_json
from harness.display.terminal import emit
from harness.reports import report
from harness.results import baseline
from mockpbx.callscript import library as callscripts
from mockpbx.manifest import pbx_toml as manifest
from mockpbx.scenario import library as scenarios
from mockpbx.wire import contract


class Schema(Enum):
    """The files and answers that have a schema."""

    INSTRUCTION = "instruction"
    SCENARIO = "scenario"
    CALLSCRIPT = "callscript"
    MANIFEST = "manifest"
    REPORT = "report"
    BASELINE = "baseline"


_SCHEMAS = {
    Schema.INSTRUCTION: contract.instruction_schema,
    Schema.SCENARIO: scenarios.schema,
    Schema.CALLSCRIPT: callscripts.schema,
    Schema.MANIFEST: manifest.schema,
    Schema.REPORT: report.schema,
    Schema.BASELINE: baseline.schema,
}


@command
def openapi() -> None:
    """Print an OpenAPI 3.1 document of what an endpoint must implement.

    Example: pbx openapi > openapi.json
    """
    emit(as_json(contract.openapi()))


@command
def schema(
    name: Annotated[
        Schema,
        typer.Argument(metavar="NAME", help=f"One of {', '.join(one.value for one in Schema)}."),
    ],
) -> None:
    """Print the JSON Schema of an answer or of a file, e.g. for your editor.

    Example: pbx schema callscript > callscript.schema.json
    """
    emit(as_json(_SCHEMAS[name]()))
