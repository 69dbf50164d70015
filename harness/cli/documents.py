"""``pbx openapi`` and ``pbx schema``: the contracts, as documents."""

import json
from enum import Enum
from typing import Annotated, Any

import typer

from harness import baseline, manifest
from harness.reports import report
from harness.reports.terminal import emit
from mockpbx.callscript import library as callscripts
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


def openapi() -> None:
    """Print an OpenAPI 3.1 document of what an endpoint must implement.

    Example: pbx openapi > openapi.json
    """
    _print(contract.openapi())


def schema(
    name: Annotated[
        Schema,
        typer.Argument(metavar="NAME", help=f"One of {', '.join(one.value for one in Schema)}."),
    ],
) -> None:
    """Print the JSON Schema of an answer or of a file, e.g. for your editor.

    Example: pbx schema callscript > callscript.schema.json
    """
    _print(_SCHEMAS[name]())


def _print(document: dict[str, Any]) -> None:
    emit(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
