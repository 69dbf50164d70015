"""The published contract: what an endpoint must accept and may answer.

`instruction_schema` is for validators and editors, `openapi` for whoever builds an
endpoint: mock servers, code generators and API fuzzers read it. A fuzzer should send what
the document allows (Schemathesis: ``--mode positive``): nothing obliges an endpoint to
refuse what no PBX sends.
"""

import json
from importlib.resources import files
from typing import Any

from mockpbx.wire.openapi_parts import (
    ANSWERS,
    INFO,
    PARAMETER_OBJECTS,
    TICKED_SCHEMA,
    operation,
)

Json = dict[str, Any]


def instruction_schema() -> Json:
    """Read the JSON Schema (2020-12) of an instruction.

    It agrees with `mockpbx.wire.instruction.interpret` on every JSON value.
    """
    text = files("mockpbx.wire.schema").joinpath("instruction.schema.json").read_text("utf-8")
    schema: Json = json.loads(text)
    return schema


def openapi(*, path: str = "/crm_integration", server: str | None = None) -> Json:
    """Describe an endpoint as an OpenAPI 3.1 document.

    Args:
        path: Path of the endpoint; vendors' sample by default [doc].
        server: Base URL of the endpoint, without the path; left out if None.
    """
    document: Json = {"openapi": "3.1.0", "info": INFO}
    if server is not None:
        document["servers"] = [{"url": server}]
    document["paths"] = {path: _path_item()}
    document["components"] = {
        "parameters": PARAMETER_OBJECTS,
        "schemas": {**_component_schemas(), "Parameters": TICKED_SCHEMA},
        "examples": ANSWERS,
    }
    return json.loads(json.dumps(document))  # type: ignore[no-any-return]  # a copy to keep


def _path_item() -> Json:
    shared = [{"$ref": f"#/components/parameters/{name}"} for name in PARAMETER_OBJECTS]
    return {"parameters": shared, "get": operation("get"), "post": operation("post")}


def _component_schemas() -> Json:
    """Turn the schema and its definitions into components that refer to each other."""
    schema = instruction_schema()
    definitions: Json = schema.pop("$defs")
    root = {key: value for key, value in schema.items() if not key.startswith("$")}
    moved: Json = _moved({"Instruction": root, **definitions})
    return moved


def _moved(value: Any) -> Any:
    if isinstance(value, list):
        return [_moved(item) for item in value]
    if isinstance(value, dict):
        return {key: _moved(item) for key, item in value.items()}
    if isinstance(value, str) and value.startswith("#/$defs/"):
        return value.replace("#/$defs/", "#/components/schemas/")
    return value
