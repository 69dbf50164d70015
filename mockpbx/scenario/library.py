"""Finding scenarios: those that come with the program, and files."""

from contextlib import suppress
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from mockpbx.core.scenario import Scenario
from mockpbx.errors import ScenarioError, UsageError
from mockpbx.filemodel import json_schema, parse, read_text, suggest, validate
from mockpbx.scenario import check
from mockpbx.scenario.compile import compile_scenario
from mockpbx.scenario.model import ScenarioFile

_BUILTIN = resources.files("mockpbx.scenario.builtin")
_SUFFIX = ".yaml"


def load(name_or_path: str) -> Scenario:
    """Load a scenario.

    Args:
        name_or_path: Name of a built-in scenario, or else the path of a file.

    Raises:
        ScenarioError: The file cannot be read, or something in it is wrong.
        UsageError: No built-in scenario has this name, and it is no path.
    """
    if name_or_path in builtin_names():
        return _builtin(name_or_path)
    if not _is_path(name_or_path):
        raise UsageError(_unknown(name_or_path))
    return read(read_text(Path(name_or_path), error=ScenarioError), source=name_or_path)


def read(text: str, *, source: str) -> Scenario:
    """Make a scenario of a file's text.

    Args:
        text: YAML.
        source: The file's path, for messages.

    Raises:
        ScenarioError: Something in it is wrong; names lines, keys and what to do.
    """
    document = parse(text, source=source, error=ScenarioError)
    file = validate(ScenarioFile, document, error=ScenarioError)
    problems = check.problems(file, document)
    if problems:
        raise ScenarioError(source, problems)
    return compile_scenario(file)


@cache
def _builtin(name: str) -> Scenario:
    return read(source(name), source=f"built-in {name}")


@cache
def builtin_names() -> tuple[str, ...]:
    """Name the built-in scenarios, in alphabetical order."""
    files = (entry.name for entry in _BUILTIN.iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in files if name.endswith(_SUFFIX)))


def is_builtin(scenario: Scenario) -> bool:
    """Tell whether a scenario is a built-in one, or a copy that kept its name."""
    return scenario.name in builtin_names()


def source(name: str) -> str:
    """Return the text of a built-in scenario, to copy and change.

    Raises:
        UsageError: There is none of this name.
    """
    if name not in builtin_names():
        raise UsageError(_unknown(name))
    return (_BUILTIN / f"{name}{_SUFFIX}").read_text(encoding="utf-8")


def schema() -> dict[str, Any]:
    """Return the JSON Schema of scenario files, for editors."""
    return json_schema(ScenarioFile, title="PBX scenario", id="urn:pbx-harness:scenario:1")


def _is_path(text: str) -> bool:
    """Tell a path from a misspelt name."""
    path = Path(text)
    if path.suffix in (".yaml", ".yml") or path.name != text:
        return True
    with suppress(OSError):  # a name that is too long for a file
        return path.exists()
    return False


def _unknown(name: str) -> str:
    known = builtin_names()
    near = suggest(name, known)
    hint = f"; {near} " if near.startswith("did") else ". "
    return (
        f"no built-in scenario is called {name!r}{hint}Built in are {', '.join(known)}. "
        f"For a scenario of your own, give the path of its file: ./{name}.yaml"
    )
