"""Finding scenarios: built in, or in a file."""

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from mockpbx.errors import ScenarioError, UsageError
from mockpbx.filemodel import parse
from mockpbx.scenario import builtin_names, load, read, schema, source

SCHEMA = Draft202012Validator(schema())


def test_the_two_scenarios_of_the_design_come_with_the_program() -> None:
    assert {"courier-line", "direct"} <= set(builtin_names())


@pytest.mark.parametrize("name", builtin_names())
def test_a_built_in_loads_under_its_own_name_for_any_number(name: str) -> None:
    scenario = load(name)
    assert scenario.name == name
    assert not scenario.numbers


def test_the_published_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("name", builtin_names())
def test_a_built_in_agrees_with_the_published_schema(name: str) -> None:
    data = parse(source(name), source=name, error=ScenarioError).data
    SCHEMA.validate(data)


@pytest.mark.parametrize(
    "operation",
    [
        {},
        {"goto": "a", "hangup": {}},
        {"gotoo": "a"},
        {"menu": {"choices": {"12": "a"}}},
        {"forward": {"phones": [74950000101]}},
        {"interactive": {"fallback": {"dedline": "a"}}},
        {"interactive": {"deadline": "5s"}},
    ],
)
def test_the_schema_refuses_what_the_program_refuses(operation: dict[str, object]) -> None:
    data = {"name": "x", "start": "a", "operations": {"a": operation}}
    assert not SCHEMA.is_valid(data)
    with pytest.raises(ScenarioError):
        read(str(data), source="test.yaml")  # Python's notation of these is YAML, too


def test_a_copied_built_in_loads_from_its_path(tmp_path: Path) -> None:
    for file in (tmp_path / "mine.yaml", tmp_path / "mine"):
        file.write_text(source("direct"), encoding="utf-8")
        assert load(str(file)) == load("direct")


def test_a_file_in_the_working_directory_needs_no_suffix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").write_text(source("direct"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert load("mine").name == "direct"


def test_a_mistake_in_a_file_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("name: x\nstart: a\noperations: {b: {hangup: }}\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(str(file))
    assert str(caught.value) == (f"{file}, line 2, start: there is no operation a; known here: b")


@pytest.mark.parametrize("name", ["courier-lin", "kurier", "x" * 300])
def test_an_unknown_name_is_told_with_the_built_in_ones(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(name)
    assert str(caught.value) == (
        f"no built-in scenario is called {name!r}"
        f"{'; did you mean courier-line?' if name == 'courier-lin' else '.'} "
        f"Built in are {', '.join(builtin_names())}. "
        f"For a scenario of your own, give the path of its file: ./{name}.yaml"
    )
    with pytest.raises(UsageError, match="no built-in scenario"):
        source(name)


def test_a_missing_file_is_told_as_such() -> None:
    with pytest.raises(ScenarioError, match=r"nowhere\.yaml, no such file"):
        load("nowhere.yaml")
    with pytest.raises(ScenarioError, match="no such file"):
        load("./nowhere")
