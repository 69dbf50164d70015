"""Reads features: the document, and the scenarios that it comes to (pickles)."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from gherkin.errors import CompositeParserException
from gherkin.parser import Parser
from gherkin.pickles.compiler import Compiler

from harness.pytest_plugin.feature_lint import problems, scenarios, steps_of
from harness.pytest_plugin.gherkin_errors import explained
from harness.steps.scenario_result import ID_TAG, ScenarioResult, StepResult, identify
from mockpbx.errors import FileError, Problem, UsageError
from mockpbx.filemodel import read_text

_RESERVED = ("__", "pytest", "setup", "setUp", "teardown", "tearDown")
"""How names begin that mean something to pytest where a module has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pickle:
    """A scenario with its examples filled in.

    Attributes:
        title: Of the scenario, examples filled in.
        template: The scenario's title as written.
        line: Of the scenario.
        begins: The line of its first tag, or of itself.
        row: Which row of its examples, from 1; None if it has none.
        tags: All that apply to it, with their ``@``.
        own_tags: Those that stand above the scenario itself.
        keyword: ``Scenario``, ``Структура сценария`` …
        description: What stands below the title.
        content: As the Gherkin library gives it.
        order: Place in the file.
    """

    title: str
    template: str
    line: int
    begins: int
    row: int | None
    tags: tuple[str, ...]
    own_tags: tuple[str, ...]
    keyword: str
    description: str
    content: dict[str, Any]
    order: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureRead:
    """A feature file.

    Attributes:
        path: The file.
        title: Of the feature.
        text: As written.
        document: As the Gherkin library gives it.
        pickles: Its scenarios.
    """

    path: Path
    title: str
    text: str
    document: dict[str, Any]
    pickles: tuple[Pickle, ...]


@cache
def read(path: Path) -> FeatureRead:
    """Read a feature.

    Raises:
        UsageError: It is no Gherkin, holds no scenario, or does not mean what it seems to.
    """
    text = lines_alike(read_text(path, error=FileError))
    try:
        document: dict[str, Any] = dict(Parser().parse(text))
    except CompositeParserException as wrong:
        raise FileError(_named(path), list(explained(wrong, text))) from None
    feature = document.get("feature")
    if not feature:
        raise UsageError(f"{_named(path)} holds no Feature; begin with a line “Feature: …”")
    _refuse(path, problems(feature, text))
    document["uri"] = str(path)
    by_id = {scenario["id"]: scenario for scenario in scenarios(feature)}
    pickles = tuple(_pickles(compiled(Compiler(), document), by_id))
    _refuse(path, list(_double_ids(path, pickles)))
    return FeatureRead(
        path=path, title=feature["name"], text=text, document=document, pickles=pickles
    )


def lines_alike(text: str) -> str:
    """End all lines alike, whichever editor wrote them."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _refuse(path: Path, found: list[Problem]) -> None:
    if found:
        raise FileError(_named(path), found)


def scenario_result(feature: FeatureRead, pickle: Pickle, *bases: Path) -> ScenarioResult:
    """Return what is known of a scenario before it is run.

    Args:
        feature: Where it stands.
        pickle: The scenario.
        bases: Folders from which the file is named, if it is within one.
    """
    within = (base for base in bases if feature.path.is_relative_to(base))
    base = next(within, None)
    return ScenarioResult(
        id=identify(pickle.own_tags, feature.path.stem, pickle.template, pickle.row),
        title=pickle.title,
        feature=feature.title,
        file=str(feature.path.relative_to(base) if base else feature.path),
        line=pickle.line,
        tags=pickle.tags,
        steps=list(_steps(feature, pickle)),
        order=pickle.order,
    )


def _steps(feature: FeatureRead, pickle: Pickle) -> Iterator[StepResult]:
    """Return the steps that are to come, those of the background first."""
    written = {step["id"]: step for step in steps_of(feature.document["feature"])}
    for step in pickle.content["steps"]:
        source = written[step["astNodeIds"][0]]
        yield StepResult(
            keyword=source["keyword"].strip(), text=step["text"], line=source["location"]["line"]
        )


def test_name(title: str) -> str:
    """Return the name of a scenario's test: its title, unless it means something to pytest."""
    return f"“{title}”" if title.startswith(_RESERVED) else title


def compiled(compiler: Any, document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the scenarios that a document comes to, as the library gives them."""
    found: list[dict[str, Any]] = compiler.compile(document)
    return found


def _named(path: Path) -> str:
    """Name a file as people do who are where the command was given."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _double_ids(path: Path, pickles: tuple[Pickle, ...]) -> Iterator[Problem]:
    """Find scenarios that reports could not tell from each other."""
    owners: dict[str, Pickle] = {}
    for pickle in pickles:
        ids = [tag for tag in pickle.own_tags if ID_TAG.fullmatch(tag)]
        if len(ids) > 1 and pickle.row in (None, 1):
            message = f"a scenario has one id; keep one of {', '.join(ids)}"
            yield Problem(message=message, line=pickle.line)
        name = identify(pickle.own_tags, path.stem, pickle.template, None)
        owner = owners.setdefault(name, pickle)
        if owner.line != pickle.line and pickle.row in (None, 1):
            hint = "give it another" if ids else "give this one a tag like @COURIER-01"
            message = f"{name} is the id of {path.name}:{owner.line} already; {hint}"
            yield Problem(message=message, line=pickle.line)


def _pickles(
    contents: list[dict[str, Any]], scenarios: dict[str, dict[str, Any]]
) -> Iterator[Pickle]:
    rows: dict[str, int] = {}
    for order, content in enumerate(contents):
        scenario = scenarios[content["astNodeIds"][0]]
        row = None
        if scenario["examples"]:
            rows[scenario["id"]] = row = rows.get(scenario["id"], 0) + 1
        yield Pickle(
            title=content["name"],
            template=scenario["name"],
            line=scenario["location"]["line"],
            begins=min(node["location"]["line"] for node in (scenario, *scenario["tags"])),
            row=row,
            tags=tuple(tag["name"] for tag in content["tags"]),
            own_tags=tuple(tag["name"] for tag in scenario["tags"]),
            keyword=scenario["keyword"],
            description=scenario.get("description") or "",
            content=content,
            order=order,
        )
