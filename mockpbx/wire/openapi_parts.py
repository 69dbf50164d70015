"""The parts of the OpenAPI document that are not the instruction's schema."""

from typing import Any

Json = dict[str, Any]

INFO: Json = {
    "title": "Interactive call processing endpoint",
    "version": "1",
    "summary": "What a virtual PBX asks your server in the course of a call",
    "description": (
        "The PBX (UIS, CoMagic, Novofon, CallGear) asks this endpoint what to do with a call, "
        "by GET or POST as its administrator chose. Sources: [doc] the vendors' public "
        "documentation, [field] seen in endpoints that people run, [assumed] documented by "
        "nobody."
    ),
}

_STRING: Json = {"type": "string"}


def _parameter(name: str, description: str, examples: Json) -> Json:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": _STRING,
        "examples": {key: {"value": value} for key, value in examples.items()},
    }


PARAMETER_OBJECTS: Json = {
    item["name"]: item
    for item in (
        _parameter(
            "cdr_id",
            "Identifies the call, in the CoMagic and CallGear texts [doc].",
            {"sample": "123"},
        ),
        _parameter(
            "call_session_id",
            "The same id in the Novofon text and on every brand's settings screen [doc].",
            {"number": "123"},
        ),
        _parameter(
            "start_time",
            "Start of the call [doc]. Only the sample value 1200 is documented; the other "
            "forms are [assumed].",
            {"sample": "1200", "epoch": "1789629300", "datetime": "2026-09-17 10:15:00"},
        ),
        _parameter(
            "input_result",
            "Digits that the caller entered [doc]. The sample for nothing is the word None "
            "[doc]; an empty value is [assumed].",
            {"nothing": "None", "digits": "10523"},
        ),
        _parameter(
            "numa",
            "Caller's number: digits, E.164 without plus [doc]. Hidden callers may come as an "
            "empty value [assumed].",
            {"sample": "74952345678", "hidden": ""},
        ),
        _parameter(
            "numb",
            "Virtual number that was called [doc].",
            {"sample": "74951234567"},
        ),
        _parameter(
            "direction",
            "in or out, on the Novofon and CallGear settings screens [doc].",
            {"incoming": "in", "outgoing": "out"},
        ),
    )
}
"""Every one can be unticked on the settings screen, so none is required [doc]."""

TICKED_SCHEMA: Json = {
    "title": "The same parameters in a body",
    "type": "object",
    "properties": dict.fromkeys(PARAMETER_OBJECTS, _STRING),
    "examples": [{"cdr_id": "123", "input_result": "None", "numa": "74952345678"}],
}

ANSWERS: Json = {
    "ask-order": {
        "summary": "Branch: ask the caller for the order number",
        "value": {"returned_code": 1},
    },
    "forward-with-whisper": {
        "summary": "Connect with the customer, and tell the customer who is calling",
        "value": {
            "phones": ["79175968108"],
            "operator_message": {"operator_text": "The courier with your order is calling."},
        },
    },
    "announcement-only": {
        "summary": "Tell the caller something",
        "value": {"text": "The shop opens at eight."},
    },
}


def operation(method: str) -> Json:
    """Describe one HTTP method of the endpoint: ``get`` or ``post``."""
    described: Json = {
        "operationId": f"{method}Instruction",
        "summary": "Say what to do with the call",
        "responses": {"200": _answer()},
    }
    if method == "post":
        described["requestBody"] = _body()
    return described


def _answer() -> Json:
    content = {
        "schema": {"$ref": "#/components/schemas/Instruction"},
        "examples": {name: {"$ref": f"#/components/examples/{name}"} for name in ANSWERS},
    }
    return {
        "description": (
            "An instruction [doc]. Any other status or body is none, and the PBX takes its "
            "operation's fallback [doc]."
        ),
        "content": {"application/json": content},
    }


def _body() -> Json:
    schema = {"schema": {"$ref": "#/components/schemas/Parameters"}}
    return {
        "required": False,
        "description": (
            "The encoding of POST is undocumented: a form by default, or JSON, or an empty "
            "body with the parameters in the query [assumed]; endpoints accept form and JSON "
            "[field]."
        ),
        "content": {
            "application/x-www-form-urlencoded": schema,
            "application/json": schema,
        },
    }
