"""Finds what a parser of Gherkin lets pass, and what would not mean what its author sees."""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from harness.certify import registry
from harness.pytest_plugin import keywords
from harness.steps.nearest import likeness
from harness.steps.scenario_result import REQUIREMENT_TAG
from harness.steps.vocabulary import find
from mockpbx.errors import Problem

Node = dict[str, Any]

_PLACEHOLDER = re.compile(r"<([^<>\n]+)>")
_ALIKE_WORD, _ALIKE_SENTENCE = 0.6, 0.75
_IN_A_ROW = ("Conjunction", "Unknown")
"""Kinds of keywords that only go on with what stands before: And, But, ``*``."""


def problems(feature: Node, text: str) -> list[Problem]:
    """Return what is wrong with a feature that could be parsed, in the order of its lines."""
    lang = keywords.language(text)
    found = [
        *_of_tags(feature),
        *_of_titles(list(scenarios(feature))),
        *_of_lost_lines(feature, text.splitlines(), lang),
        *(one for scenario in scenarios(feature) for one in _of_outline(scenario)),
        *(one for holder in _holders(feature) for one in _of_first_step(holder, lang)),
    ]
    return sorted(found, key=lambda problem: problem.line or 0)


def scenarios(holder: Node) -> Iterator[Node]:
    """Return the scenarios of a feature or a rule."""
    for child in holder["children"]:
        if "scenario" in child:
            yield child["scenario"]
        elif "rule" in child:
            yield from scenarios(child["rule"])


def _holders(holder: Node) -> Iterator[Node]:
    """Return all that has steps."""
    for child in holder["children"]:
        if "rule" in child:
            yield from _holders(child["rule"])
        else:
            yield child.get("background") or child["scenario"]


def steps_of(feature: Node) -> Iterator[Node]:
    """Return all steps that a feature is written with, those of backgrounds included."""
    for holder in _holders(feature):
        yield from holder["steps"]


def _rules(feature: Node) -> Iterator[Node]:
    yield from (child["rule"] for child in feature["children"] if "rule" in child)


def _line(node: Node) -> int:
    return int(node["location"]["line"])


# -- titles and tags -------------------------------------------------------------------


def _of_titles(found: Sequence[Node]) -> Iterator[Problem]:
    if not found:
        yield Problem(message="there is no Scenario in it; pbx new makes a first one")
    seen: dict[str, int] = {}
    for scenario in found:
        title, line = scenario["name"], _line(scenario)
        if not title:
            yield Problem(message="this scenario has no title; give it one", line=line)
        elif title in seen:
            message = f"the title “{title}” is in line {seen[title]} already; give it another"
            yield Problem(message=message, line=line)
        if not scenario["steps"]:
            message = f"the scenario “{title}” has no steps; write some, or remove it"
            yield Problem(message=message, line=line)
        seen.setdefault(title, line)


def _of_tags(feature: Node) -> Iterator[Problem]:
    known = {requirement.id for requirement in registry.requirements()}
    for tag in _tags(feature):
        name = tag["name"]
        if name == "@":
            yield Problem(message="a tag has no name; write it after the @", line=_line(tag))
        elif name.startswith(REQUIREMENT_TAG) and name.removeprefix(REQUIREMENT_TAG) not in known:
            near = difflib.get_close_matches(name.removeprefix(REQUIREMENT_TAG), known, n=1)
            hint = f"did you mean {near[0]}?" if near else "pbx cases --requirements lists them"
            yield Problem(message=f"{name}: there is no such requirement; {hint}", line=_line(tag))


def _tags(feature: Node) -> Iterator[Node]:
    for node in (feature, *_rules(feature), *scenarios(feature)):
        yield from node["tags"]
        for examples in node.get("examples", ()):
            yield from examples["tags"]


# -- lines that were meant as steps ----------------------------------------------------


def _of_lost_lines(feature: Node, lines: Sequence[str], lang: str) -> Iterator[Problem]:
    """Find steps whose keyword is mistyped: they would be taken for a description, and lost."""
    for node in (feature, *_rules(feature), *_holders(feature)):
        has_steps = "steps" in node
        for number in _described(node, lines):
            said = lines[number - 1].strip()
            word = said.partition(" ")[0]
            keyword = _meant(said, lang, strictly=not has_steps)
            if keyword is not None:
                message = f"this line is no step, for “{word}” is no keyword of one; "
                message += f"did you mean “{keyword}”?" if keyword else "it needs one"
                if word == keyword:
                    message = f"“{word}” is no keyword of the file's language, "
                    message += f"{keywords.name(lang)}; write all keywords in one"
                if not has_steps:
                    message = "a step outside a scenario; begin one above it with “Scenario: …”"
                yield Problem(message=message, line=number)


def _described(node: Node, lines: Sequence[str]) -> Iterator[int]:
    """Return the numbers of the lines of a description."""
    number = _line(node)
    for said in (node.get("description") or "").splitlines():
        if said.strip():
            number += 1
            while number < len(lines) and lines[number - 1].strip() != said.strip():
                number += 1
            yield number


def _meant(said: str, lang: str, *, strictly: bool) -> str | None:
    """Return the keyword that a line was meant to have, empty if any; None if it is prose.

    Args:
        said: The line.
        lang: The feature's language.
        strictly: Take nothing for a step but a sentence of the vocabulary.
    """
    word, _, rest = said.partition(" ")
    known = keywords.of_steps(lang)
    if said in known:
        return f"{said} …"
    near = difflib.get_close_matches(word.capitalize(), known, n=1, cutoff=_ALIKE_WORD)
    foreign = word if any(word in usual for usual in keywords.USUAL.values()) else ""
    keyword = near[0] if near else foreign
    if _is_sentence(rest) and (keyword or not strictly):
        return keyword
    if strictly:
        return None
    if _is_sentence(said):
        return ""
    # “The” of a sentence is no misspelt “Then” before one.
    is_before = keyword and likeness(rest) > max(_ALIKE_SENTENCE, likeness(said))
    return keyword if is_before else None


def _is_sentence(said: str) -> bool:
    return any(find(said, outcome=outcome) for outcome in (True, False))


def _of_first_step(holder: Node, lang: str) -> Iterator[Problem]:
    for step in holder["steps"][:1]:
        if step["keywordType"] in _IN_A_ROW:
            first = ", ".join(keywords.USUAL.get(lang, keywords.USUAL["en"])[:3])
            message = f"the first step cannot begin with “{step['keyword'].strip()}”, but with one"
            yield Problem(message=f"{message} of {first}", line=_line(step))


# -- outlines --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Used:
    """Where a name in angle brackets stands."""

    name: str
    line: int


def _of_outline(scenario: Node) -> Iterator[Problem]:
    title, tables = scenario["name"], scenario["examples"]
    if not tables and _is_outline(scenario):
        message = f"“{title}” is an outline without Examples; add a table of them"
        yield Problem(message=message, line=_line(scenario))
    if not tables:
        return
    used = list(_used(scenario))
    anywhere = {one.name for one in used} | set(_PLACEHOLDER.findall(_prose(scenario)))
    for table in tables:
        yield from _of_examples(table, used, anywhere)


def _is_outline(scenario: Node) -> bool:
    outline = ("Outline", "Template", "Структура", "Шаблон")
    return any(word in scenario["keyword"] for word in outline)


def _of_examples(table: Node, used: Sequence[_Used], anywhere: set[str]) -> Iterator[Problem]:
    if not table.get("tableBody"):
        yield Problem(
            message="Examples without a row; give headings and a row below them", line=_line(table)
        )
        return
    head = table["tableHeader"]
    columns = [cell["value"] for cell in head["cells"]]
    for column in dict.fromkeys(columns):
        if columns.count(column) > 1:
            yield Problem(message=f"two columns are called {column}", line=_line(head))
        elif column not in anywhere:
            message = (
                f"nothing says <{column}>; use the column in a step or the title, or remove it"
            )
            yield Problem(message=message, line=_line(head))
    for name, line in {one.name: one.line for one in reversed(used)}.items():
        if name not in columns:
            listed = ", ".join(columns)
            message = f"<{name}> is no column of the Examples in line {_line(table)}: {listed}"
            yield Problem(message=message, line=line)


def _used(scenario: Node) -> Iterator[_Used]:
    """Return the names that steps and their tables use.

    Texts below steps are left out: what stands in angle brackets there may be HTML.
    """
    for step in scenario["steps"]:
        yield from (_Used(name, _line(step)) for name in _PLACEHOLDER.findall(step["text"]))
        for row in step.get("dataTable", {}).get("rows", ()):
            for cell in row["cells"]:
                yield from (_Used(name, _line(row)) for name in _PLACEHOLDER.findall(cell["value"]))


def _prose(scenario: Node) -> str:
    texts = [step["docString"]["content"] for step in scenario["steps"] if "docString" in step]
    return "\n".join([scenario["name"], scenario.get("description") or "", *texts])
