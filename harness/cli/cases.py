"""``pbx cases``: what an endpoint is tried with, and which requirements that tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from harness.certify import registry
from harness.certify.applicability import facts_needed, inapplicable
from harness.certify.model import Case, Keyword, Requirement, Source
from harness.certify.sentences import reason_sentence
from harness.cli import completion
from harness.cli.grammar import command
from harness.cli.options import EndpointOptions, JsonOptions, split_url
from harness.display.counting import counted
from harness.display.terminal import Terminal
from mockpbx.errors import UsageError
from mockpbx.manifest.endpoint import Endpoint
from mockpbx.masking import Masker

_PIPED = 10_000
"""Columns that hold whatever there is to say on one line."""


@dataclass(frozen=True, kw_only=True)
class _Choice:
    """Which cases."""

    family: Annotated[
        str | None, typer.Option("--family", metavar="FAMILY", help="Of this family: REPLY.")
    ] = None
    source: Annotated[
        Source | None, typer.Option("--source", help="Whose requirement comes from there.")
    ] = None
    keyword: Annotated[
        Keyword | None,
        typer.Option("--keyword", case_sensitive=False, help="Whose requirement binds so much."),
    ] = None
    requirements: Annotated[
        bool, typer.Option("--requirements", help="List requirements, and what tests each.")
    ] = False

    def fits(self, requirement: Requirement) -> bool:
        """Tell whether a requirement is one of those."""
        return self.source in (None, requirement.source) and self.keyword in (
            None,
            requirement.keyword,
        )


@command
def cases(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[URL] [FILTER]...",
            help="The endpoint, to say what does not apply to it; then ids, families, patterns "
            "(SEQ-0*), requirements, or words of a title.",
            autocompletion=completion.case_ids,
        ),
    ] = None,
    *,
    choice: _Choice,
    endpoint: EndpointOptions,
    output: JsonOptions,
) -> None:
    """List the cases of the certification, or its requirements and what tests them.

    With a pbx.toml, or an endpoint, it says which cases do not apply. Exit code 2: nothing is
    like that.

    Example: pbx cases --family REPLY --keyword MUST
    """
    output.check()
    url, filters = split_url(words)
    chosen = [case for case in registry.cases().values() if _is_chosen(case, filters, choice)]
    excluded = _untested(filters, choice) if choice.family is None else []
    if not chosen and not (choice.requirements and excluded):
        raise UsageError("no case is like that; pbx cases lists them all")
    if choice.requirements:
        _list_requirements(chosen, excluded, output)
    elif endpoint.is_named(url):
        with endpoint.found(url, Masker()) as (known, _):
            _list_cases(chosen, _reasons(chosen, known), output)
    else:
        _list_cases(chosen, {}, output)


# -- choosing --------------------------------------------------------------------------


def _is_chosen(case: Case, words: Sequence[str], choice: _Choice) -> bool:
    is_of_family = choice.family is None or case.family == choice.family.upper()
    is_named = not words or any(_matches(case, word) for word in words)
    return is_of_family and is_named and choice.fits(case.requirement)


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


def _untested(words: Sequence[str], choice: _Choice) -> list[Requirement]:
    """Return the requirements that no case tests."""
    tested = {case.requirement.id for case in registry.cases().values()}
    return [
        requirement
        for requirement in registry.requirements()
        if requirement.id not in tested
        and choice.fits(requirement)
        and (not words or any(_is_about(requirement, word) for word in words))
    ]


# -- cases -----------------------------------------------------------------------------


Reasons = Mapping[str, str | None]
"""Why cases do not apply, by their ids; None for one that does."""


def _reasons(chosen: Sequence[Case], known: Endpoint) -> Reasons:
    found = {
        case.id: inapplicable(case, known.facts, known.capabilities, known.own_line)
        for case in chosen
    }
    return {
        case_id: None if lack is None else reason_sentence(lack.reason)
        for case_id, lack in found.items()
    }


def _list_cases(chosen: Sequence[Case], reasons: Reasons, output: JsonOptions) -> None:
    output.write([_case_as_json(case, reasons) for case in chosen])
    if output.is_printed:
        return
    table = _table("case", "keyword", "source", "title", *["not applicable"][: len(reasons)])
    for case in chosen:
        requirement = case.requirement
        cells = [case.id, requirement.keyword.value, requirement.source.value, case.title]
        reason = reasons.get(case.id)
        table.add_row(*cells, *([reason or ""] if reasons else []), style="dim" if reason else "")
    said = f"{counted(len(chosen), 'case')}; pbx explain ID says more"
    if reasons:
        missing = sum(reason is not None for reason in reasons.values())
        said = f"{counted(len(chosen), 'case')}, of which {missing} not applicable"
    _print(table, said)


def _case_as_json(case: Case, reasons: Reasons) -> dict[str, object]:
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
    chosen: Sequence[Case], excluded: Sequence[Requirement], output: JsonOptions
) -> None:
    tested = {case.requirement.id: case.requirement for case in chosen}
    rows = [(requirement, _cases_of(requirement)) for requirement in (*tested.values(), *excluded)]
    output.write([_requirement_as_json(*row) for row in rows])
    if output.is_printed:
        return
    said = f"{counted(len(rows), 'requirement')}, {len(tested)} tested, {len(excluded)} not"
    if Terminal().is_watched:
        _print_entries(rows, said)
        return
    table = _table("requirement", "keyword", "source", "tested by", "text")
    for requirement, ids in rows:
        cells = requirement.id, requirement.keyword.value, requirement.source.value
        table.add_row(*cells, _testing(requirement, ids), requirement.text)
    _print(table, said)


def _print_entries(rows: Sequence[tuple[Requirement, list[str]]], said: str) -> None:
    """Print requirements one beneath the other: five columns are too many for a terminal."""
    terminal = Terminal()
    for requirement, ids in rows:
        weight = f"  {requirement.keyword.value}  {requirement.source.value}"
        terminal.say((requirement.id, "bold"), weight)
        terminal.say(f"    {requirement.text}")
        terminal.say(f"    {'tested by ' if ids else ''}{_testing(requirement, ids)}")
    terminal.say(f"\n{said}")


def _testing(requirement: Requirement, ids: list[str]) -> str:
    """Return what tests a requirement, or why nothing does."""
    return ", ".join(ids) or f"not tested: {requirement.excluded or 'nobody says why'}"


def _cases_of(requirement: Requirement) -> list[str]:
    """Return all cases that test a requirement, also those that were not asked for."""
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


_WORDY = ("title", "text", "tested by", "not applicable")
"""Columns that may be broken between words."""


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, no_wrap=column not in _WORDY)
    return table


def _print(table: Table, said: str) -> None:
    terminal = Terminal()
    if not terminal.is_watched:  # a line each, for grep
        terminal.width = _PIPED
    terminal.print(table)
    terminal.print(Text(f"\n{said}"), soft_wrap=True)
