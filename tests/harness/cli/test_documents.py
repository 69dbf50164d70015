"""`pbx`, `pbx catalogue`, `pbx openapi`, `pbx schema`."""

import json
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import pytest
import yaml

Pbx = Callable[..., Any]


def test_the_version_is_that_of_the_package(pbx: Pbx) -> None:
    result = pbx("--version")
    assert (result.exit_code, result.stdout) == (0, f"pbx-harness {version('pbx-harness')}\n")


def test_without_a_command_help_is_printed_and_the_exit_code_is_2(pbx: Pbx) -> None:
    result = pbx()
    assert result.exit_code == 2
    assert "Usage: pbx" in result.output


@pytest.mark.parametrize("words", [["nonsense"], ["schema", "nonsense"], ["schema"], ["--nope"]])
def test_a_word_that_nobody_knows_is_exit_code_2(pbx: Pbx, words: list[str]) -> None:
    assert pbx(*words).exit_code == 2


def test_the_catalogue_is_listed_a_script_a_line(pbx: Pbx) -> None:
    lines = pbx("catalogue").stdout.splitlines()
    scripts = json.loads(pbx("catalogue", "--json", "-").stdout)
    assert lines[-1] == f"{len(scripts)} scripts; pbx catalogue show SCRIPT prints one"
    assert [line.split()[0] for line in lines[1:-2]] == [script["id"] for script in scripts]


def test_the_catalogue_as_json_tells_what_a_script_needs(pbx: Pbx) -> None:
    scripts = {
        script["id"]: script for script in json.loads(pbx("catalogue", "--json", "-").stdout)
    }
    own = scripts["own-order"]
    assert own["facts"] == ["courier", "customer", "order", "virtual_number"]
    assert set(own) == {"id", "title", "sequences", "facts"}


def test_a_script_is_printed_as_it_is_written(pbx: Pbx) -> None:
    result = pbx("catalogue", "show", "own-order")
    assert result.exit_code == 0
    assert yaml.safe_load(result.stdout)["id"] == "own-order"
    assert result.stdout.endswith("\n")


def test_a_script_that_is_not_there_is_answered_with_those_it_resembles(pbx: Pbx) -> None:
    result = pbx("catalogue", "show", "own-ordre")
    assert result.exit_code == 2
    assert "did you mean own-order" in result.stderr


@pytest.mark.parametrize("name", ["instruction", "scenario", "callscript", "manifest"])
def test_a_schema_is_printed_as_json(pbx: Pbx, name: str) -> None:
    result = pbx("schema", name)
    assert json.loads(result.stdout)["$schema"].endswith("2020-12/schema")


def test_the_openapi_document_is_printed_as_json(pbx: Pbx) -> None:
    assert json.loads(pbx("openapi").stdout)["openapi"].startswith("3.1")
