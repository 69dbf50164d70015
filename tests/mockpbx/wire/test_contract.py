import json
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mockpbx.wire.contract import instruction_schema, openapi
from mockpbx.wire.instruction import Instructed, interpret
from mockpbx.wire.keys import KNOWN
from mockpbx.wire.request import PARAMETERS

STEADY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no reason to fail."""

SCHEMA = Draft202012Validator(instruction_schema())

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
PHONE = st.text("0123456789", min_size=1, max_size=32)
NEAR_PHONE = st.text("0123456789+ \n٣", max_size=34) | st.integers(0, 99)
NAME = st.text(max_size=6) | st.sampled_from(["a" * 255, "a" * 256, "order.mp3"])
CODE = (
    st.integers(-2, 30)
    | st.sampled_from([2.0, 2.5, -0.0, -1.0, 1e300, True, "2", "auth_ok", "a b", "a\n", "", "ы"])
    | st.text(max_size=3)
    | st.sampled_from(["\x1f", "\x85", "\xa0", "\u180e", "\u2003", "\ufeff", "😀" * 64, "a" * 65])
)
WHISPER = (
    NAME
    | ANYTHING
    | st.dictionaries(st.sampled_from(["operator_media", "operator_text", "x"]), NAME | ANYTHING)
)
FIELDS = {
    "phones": st.lists(PHONE, max_size=3)
    | st.lists(PHONE | NEAR_PHONE, max_size=3)
    | st.integers(99, 101).map(lambda count: ["1"] * count)
    | ANYTHING,
    "message_name": NAME | ANYTHING,
    "text": NAME | ANYTHING,
    "operator_message": WHISPER,
    "operator_media": NAME | ANYTHING,
    "operator_text": NAME | ANYTHING,
    "returned_code": CODE
    | st.lists(CODE, max_size=3)
    | st.integers(19, 21).map(lambda count: [1] * count)
    | ANYTHING,
}
VALID = st.fixed_dictionaries(
    {"phones": st.lists(PHONE, min_size=1, max_size=3)},
    optional={"text": st.text(min_size=1), "operator_message": st.text(min_size=1)},
) | st.fixed_dictionaries({"returned_code": st.integers(0, 99)})


@st.composite
def near_valid(draw: st.DrawFn) -> dict[str, Any]:
    """A valid answer with some keys replaced, added or taken away."""
    value: dict[str, Any] = dict(draw(VALID))
    for key in draw(st.lists(st.sampled_from(KNOWN), max_size=2, unique=True)):
        value[key] = draw(FIELDS[key])
    for key in draw(st.lists(st.sampled_from((*KNOWN, "phone", "x")), max_size=1)):
        value.pop(key, None) if draw(st.booleans()) else value.setdefault(key, draw(ANYTHING))
    return value


@settings(STEADY, max_examples=200)
@given(ANYTHING | near_valid() | near_valid())
def test_the_schema_and_the_reader_agree_on_every_json_value(value: object) -> None:
    valid = SCHEMA.is_valid(value)
    event("valid" if valid else "invalid")

    assert isinstance(interpret(value), Instructed) == valid


@pytest.mark.parametrize("key", KNOWN)
@STEADY
@given(data=st.data())
def test_they_agree_on_every_single_key(key: str, data: st.DataObject) -> None:
    value: dict[str, object] = {key: data.draw(FIELDS[key])}
    if key.startswith("operator_"):
        value["phones"] = ["101"]

    assert isinstance(interpret(value), Instructed) == SCHEMA.is_valid(value)


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(instruction_schema())


def test_the_schema_helps_an_editor_with_titles_and_descriptions() -> None:
    schema = instruction_schema()

    for part in (schema, *schema["$defs"].values()):
        assert part["title"]
        assert part["description"]
        assert part["examples"]


def examples_with_schemas() -> list[tuple[dict[str, Any], object]]:
    schema = instruction_schema()
    shared = {"$defs": schema["$defs"]}
    parts = [schema, *({**part, **shared} for part in schema["$defs"].values())]
    return [(part, example) for part in parts for example in part["examples"]]


@pytest.mark.parametrize(("schema", "example"), examples_with_schemas())
def test_every_example_of_the_schema_is_valid(schema: dict[str, Any], example: object) -> None:
    Draft202012Validator(schema).validate(example)


@pytest.mark.parametrize("example", instruction_schema()["examples"])
def test_every_example_at_the_root_is_an_instruction_without_a_note(example: object) -> None:
    result = interpret(example)

    assert isinstance(result, Instructed)
    assert result.notes == ()


def references(value: object) -> list[str]:
    if isinstance(value, list):
        return [found for item in value for found in references(item)]
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [found for item in value.values() for found in references(item)]
    return []


def resolve(document: dict[str, Any], reference: str) -> object:
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def test_every_reference_of_the_openapi_document_leads_somewhere() -> None:
    document = openapi()

    found = references(document)

    assert len(found) > 20
    assert all(resolve(document, reference) for reference in found)


def test_the_openapi_document_names_every_parameter_and_requires_none() -> None:
    parameters = openapi()["components"]["parameters"]

    assert tuple(parameters) == PARAMETERS
    assert not any(parameter["required"] for parameter in parameters.values())
    assert all("[doc]" in parameter["description"] for parameter in parameters.values())


@pytest.mark.parametrize("name", ["ask-order", "forward-with-whisper", "announcement-only"])
def test_every_named_answer_is_an_instruction(name: str) -> None:
    answer = openapi()["components"]["examples"][name]["value"]

    assert isinstance(interpret(answer), Instructed)
    assert SCHEMA.is_valid(answer)


def test_the_openapi_schema_says_the_same_as_the_published_one() -> None:
    published, moved = instruction_schema(), openapi()["components"]["schemas"]

    text = json.dumps(published["$defs"]).replace("#/$defs/", "#/components/schemas/")
    definitions = json.loads(text)

    assert {name: moved[name] for name in definitions} == definitions
    assert moved["Instruction"]["anyOf"] == [
        {"$ref": "#/components/schemas/Forward"},
        {"$ref": "#/components/schemas/Branch"},
    ]


def test_get_and_post_answer_alike_at_the_path_that_is_asked_for() -> None:
    document = openapi(path="/hook", server="https://example.org")

    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": "https://example.org"}]
    assert list(document["paths"]) == ["/hook"]
    item = document["paths"]["/hook"]
    assert item["get"]["responses"] == item["post"]["responses"]
    assert "servers" not in openapi()


def test_a_document_is_a_copy_that_may_be_changed() -> None:
    openapi()["components"]["parameters"].clear()

    assert openapi()["components"]["parameters"]
