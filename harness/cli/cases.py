"""``pbx cases``: what an endpoint is tried with, and which requirements that tests."""

import json
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from harness import manifest as manifests
from harness import registry, target
from harness.certifier import facts_needed, inapplicable
from harness.cli.exits import complain
from harness.model import Case, Keyword, Requirement, Source
from harness.reports.terminal import Terminal, emit
from harness.reports.words import counted
from mockpbx.errors import PbxError, UsageError

_PIPED = 10_000
"""Columns that hold whatever there is to say on one line."""


def cases(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILTER]...",
            help="Ids, families, patterns (SEQ-0*), requirements, or words of a title.",
        ),
    ] = None,
    family: Annotated[
        str | None, typer.Option("--family", metavar="FAMILY", help="Of this family: REPLY.")
    ] = None,
    source: Annotated[
        Source | None, typer.Option("--source", help="Whose requirement comes from there.")
    ] = None,
    keyword: Annotated[
        Keyword | None,
        typer.Option("--keyword", case_sensitive=False, help="Whose requirement binds so much."),
    ] = None,
    facts: Annotated[
        Path | None,
        typer.Option("--facts", metavar="FILE", help="Say which do not apply to a pbx.toml."),
    ] = None,
    requirements: Annotated[
        bool, typer.Option("--requirements", help="List requirements, and what tests each.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the list as JSON.")] = False,
) -> None:
    """List the cases of the certification, or its requirements and what tests them.

    Exit code 2: nothing is like that.

    Example: pbx cases --family REPLY --keyword MUST
    """
    try:
        chosen = [
            case
            for case in registry.cases().values()
            if (family is None or case.family == family.upper())
            and _fits(case.requirement, source, keyword)
            and (not words or any(_matches(case, word) for word in words))
        ]
        excluded = _untested(words or [], source, keyword) if family is None else []
        known = target.from_manifest(manifests.load(facts)) if facts is not None else None
        if not chosen and not (requirements and excluded):
            raise UsageError("no case is like that; pbx cases lists them all")
    except PbxError as error:
        raise complain(error) from None
    if requirements:
        _list_requirements(chosen, excluded, as_json=as_json)
    else:
        _list_cases(chosen, known, as_json=as_json)


# -- choosing --------------------------------------------------------------------------


def _fits(requirement: Requirement, source: Source | None, keyword: Keyword | None) -> bool:
    return source in (None, requirement.source) and keyword in (None, requirement.keyword)


def _matches(case: Case, word: str) -> bool:
    pattern = word.upper()
    return (
        case.family == pattern
        or fnmatchcase(case.id, pattern)
        or word.lower() in case.title.lower()
        or _is_about(case.requirement, word)
    )


def _is_about(requirement: Requirement, word: str) -> bool:
    return word.lower() == requirement.id or word.lower() in requirement.text.lower()


def _untested(
    words: Sequence[str], source: Source | None, keyword: Keyword | None
) -> list[Requirement]:
    """Give the requirements that no case tests."""
    tested = {case.requirement.id for case in registry.cases().values()}
    return [
        requirement
        for requirement in registry.requirements()
        if requirement.id not in tested
        and _fits(requirement, source, keyword)
        and (not words or any(_is_about(requirement, word) for word in words))
    ]


# -- cases -----------------------------------------------------------------------------


def _list_cases(chosen: Sequence[Case], known: target.Target | None, *, as_json: bool) -> None:
    reasons = (
        {case.id: inapplicable(case, known.facts, known.capabilities) for case in chosen}
        if known
        else {}
    )
    if as_json:
        _print_json([_case_as_json(case, reasons) for case in chosen])
        return
    table = _table("case", "keyword", "source", "title", *["not applicable"][: len(reasons)])
    for case in chosen:
        requirement = case.requirement
        cells = [case.id, requirement.keyword.value, requirement.source.value, case.title]
        reason = reasons.get(case.id)
        table.add_row(*cells, *([reason or ""] if reasons else []), style="dim" if reason else "")
    said = f"{counted(len(chosen), 'case')}; pbx explain ID tells more"
    missing = sum(reason is not None for reason in reasons.values())
    if known:
        said = f"{counted(len(chosen), 'case')}, of which {missing} not applicable"
    _print(table, said)


def _case_as_json(case: Case, reasons: dict[str, str | None]) -> dict[str, object]:
    requirement = case.requirement
    content: dict[str, object] = {
        "id": case.id,
        "title": case.title,
        "family": case.family,
        "keyword": requirement.keyword.value,
        "source": requirement.source.value,
        "requirement_id": requirement.id,
        "requirement": requirement.text,
        "facts": sorted(facts_needed(case)),
        "capability": case.capability,
        "guesses": case.guesses,
        "script": case.script,
    }
    if case.id in reasons:
        reason = reasons[case.id]
        content |= {"applicable": reason is None, "not_applicable": reason}
    return content


# -- requirements ----------------------------------------------------------------------


def _list_requirements(
    chosen: Sequence[Case], excluded: Sequence[Requirement], *, as_json: bool
) -> None:
    tested = {case.requirement.id: case.requirement for case in chosen}
    rows = [(requirement, _cases_of(requirement)) for requirement in (*tested.values(), *excluded)]
    if as_json:
        _print_json([_requirement_as_json(*row) for row in rows])
        return
    table = _table("requirement", "keyword", "source", "tested by", "text")
    for requirement, ids in rows:
        cells = requirement.id, requirement.keyword.value, requirement.source.value
        untested = f"not tested: {requirement.excluded or 'nobody says why'}"
        table.add_row(*cells, ", ".join(ids) or untested, requirement.text)
    said = f"{counted(len(rows), 'requirement')}, {len(tested)} tested, {len(excluded)} not"
    _print(table, said)


def _cases_of(requirement: Requirement) -> list[str]:
    """Give all cases that test a requirement, also those that were not asked for."""
    found = registry.cases().values()
    return [case.id for case in found if case.requirement.id == requirement.id]


def _requirement_as_json(requirement: Requirement, ids: list[str]) -> dict[str, object]:
    return {
        "id": requirement.id,
        "keyword": requirement.keyword.value,
        "source": requirement.source.value,
        "requirement": requirement.text,
        "cases": ids,
        "excluded": requirement.excluded,
    }


# -- printing --------------------------------------------------------------------------


def _table(*columns: str) -> Table:
    return Table(*columns, box=None, pad_edge=False)


def _print(table: Table, said: str) -> None:
    terminal = Terminal()
    if not terminal.is_terminal:  # a line each, for grep
        terminal.width = _PIPED
    terminal.print(table)
    terminal.print(Text(f"\n{said}"), soft_wrap=True)


def _print_json(content: object) -> None:
    emit(json.dumps(content, ensure_ascii=False, indent=2) + "\n")
