"""Reads features: the document, and the scenarios that it comes to (pickles)."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from gherkin.errors import CompositeParserException
from gherkin.parser import Parser
from gherkin.pickles.compiler import Compiler

from mockpbx.errors import FileError, Problem, UsageError
from mockpbx.filemodel import read_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Pickle:
    """A scenario with its examples filled in.

    Attributes:
        title: Of the scenario, examples filled in.
        template: The scenario's title as written.
        line: Of the scenario.
        row: Which row of its examples, from 1; None if it has none.
        tags: All that apply to it, with their ``@``.
        content: As the Gherkin library gives it.
        order: Place in the file.
    """

    title: str
    template: str
    line: int
    row: int | None
    tags: tuple[str, ...]
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
        UsageError: It is no Gherkin, holds no feature, or two scenarios bear one title.
    """
    text = read_text(path, error=FileError)
    try:
        document: dict[str, Any] = dict(Parser().parse(text))
    except CompositeParserException as wrong:
        raise FileError(str(path), list(_problems(wrong))) from None
    if not document.get("feature"):
        raise UsageError(f"{path} holds no Feature; begin with a line “Feature: …”")
    document["uri"] = str(path)
    scenarios = {scenario["id"]: scenario for scenario in _scenarios(document["feature"])}
    _without_doubles(path, scenarios)
    return FeatureRead(
        path=path,
        title=document["feature"]["name"],
        text=text,
        document=document,
        pickles=tuple(_pickles(compiled(Compiler(), document), scenarios)),
    )


def compiled(compiler: Any, document: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the scenarios that a document comes to, as the library gives them."""
    found: list[dict[str, Any]] = compiler.compile(document)
    return found


def _problems(wrong: CompositeParserException) -> Iterator[Problem]:
    for error in wrong.errors:
        said = str(error).partition("): ")[2] or str(error)
        yield Problem(message=said, line=error.location["line"])


def _scenarios(holder: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for child in holder["children"]:
        if "scenario" in child:
            yield child["scenario"]
        elif "rule" in child:
            yield from _scenarios(child["rule"])


def _without_doubles(path: Path, scenarios: dict[str, dict[str, Any]]) -> None:
    seen: dict[str, int] = {}
    problems = []
    for scenario in scenarios.values():
        title, line = scenario["name"], scenario["location"]["line"]
        if title in seen:
            message = f"the title “{title}” is in line {seen[title]} already; give it another"
            problems.append(Problem(message=message, line=line))
        if not scenario["steps"]:
            message = f"the scenario “{title}” has no steps"
            problems.append(Problem(message=message, line=line))
        if scenario["keyword"] and scenario["examples"] == [] and _gaps(scenario):
            message = f"“{title}” is an outline without Examples"
            problems.append(Problem(message=message, line=line))
        seen.setdefault(title, line)
    if problems:
        raise FileError(str(path), problems)


def _gaps(scenario: dict[str, Any]) -> bool:
    outline = ("Outline", "Template", "Структура", "Шаблон")
    return any(word in scenario["keyword"] for word in outline)


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
            row=row,
            tags=tuple(tag["name"] for tag in content["tags"]),
            content=content,
            order=order,
        )
