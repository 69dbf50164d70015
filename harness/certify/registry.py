"""The catalogue of requirements and the checks that test them.

`spec/requirements/*.yaml` says what is required and which cases test it; a check is a
function registered for a case id. Both are validated: a check for an unknown case, a case
without a check or a script, an id used twice are errors of ours, found at import.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from harness.certify.model import Case, Keyword, Requirement, Source
from harness.certify.reasons import Finding
from mockpbx.errors import FileError, HarnessError
from mockpbx.filemodel import FileModel, parse, validate

if TYPE_CHECKING:
    from harness.certify.context import Context

Check = Callable[["Context"], Awaitable[Finding]]

FAMILIES = ("REQ", "REPLY", "TIME", "SEQ", "CONC", "ROBUST", "PRIV", "TLS", "FALLBACK")
"""In the order of the report."""

_CHECKS: dict[str, Check] = {}


def _known_family(cases: "dict[str, _CaseEntry]") -> "dict[str, _CaseEntry]":
    for case_id in cases:
        if case_id.rpartition("-")[0] not in FAMILIES:
            raise ValueError(f"{case_id} belongs to none of {', '.join(FAMILIES)}")
    return cases


class _CaseEntry(FileModel):
    title: str
    needs: list[str] = Field(default=[])
    capability: str | None = None
    guesses: int = 0
    closing: bool = False
    script: str | None = None


class _Entry(FileModel):
    id: str
    keyword: Keyword
    requirement: str
    source: Source
    documented: str
    why: str
    fix: str
    excluded: str | None = None
    cases: Annotated[dict[str, _CaseEntry], AfterValidator(_known_family)] = Field(default={})


class _File(FileModel):
    requirements: list[_Entry]


def check(case_id: str) -> Callable[[Check], Check]:
    """Register a function as the check of a case.

    Raises:
        HarnessError: There is no such case, or it has a check already.
    """

    def register(function: Check) -> Check:
        if case_id not in cases():
            raise HarnessError(f"{function.__name__} checks {case_id}, which no requirement names")
        if case_id in _CHECKS:
            raise HarnessError(f"{case_id} has two checks")
        _CHECKS[case_id] = function
        return function

    return register


def check_of(case: Case) -> Check | None:
    """Return the check of a case; None for one that plays a catalogue script."""
    return _CHECKS.get(case.id)


@cache
def requirements() -> tuple[Requirement, ...]:
    """Return all requirements."""
    return tuple(requirement for requirement, _ in _loaded())


@cache
def cases() -> Mapping[str, Case]:
    """Return all cases by id, in the order of the report."""
    found: dict[str, Case] = {}
    for requirement, entries in _loaded():
        for case_id, entry in entries.items():
            if case_id in found:
                raise HarnessError(f"the case {case_id} is named twice")
            found[case_id] = Case(
                id=case_id,
                title=entry.title,
                requirement=requirement,
                needs=frozenset(entry.needs),
                capability=entry.capability,
                guesses=entry.guesses,
                closing=entry.closing,
                script=entry.script,
            )
    return dict(sorted(found.items(), key=lambda item: _place(item[1])))


def _place(case: Case) -> tuple[int, str]:
    return FAMILIES.index(case.family), case.id


def digest() -> str:
    """Identify the set of cases and requirements that a run is measured by."""
    content = [
        (
            case.id,
            case.title,
            case.script,
            case.requirement.id,
            case.requirement.text,
            case.requirement.keyword.value,
            case.requirement.source.value,
        )
        for case in cases().values()
    ]
    text = json.dumps(content, ensure_ascii=False)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


@cache
def _loaded() -> tuple[tuple[Requirement, Mapping[str, _CaseEntry]], ...]:
    folder = resources.files("harness.certify") / "requirements"
    found = []
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".yaml"):
            found += [
                (_requirement(entry), entry.cases)
                for entry in _read(file.name, file.read_text("utf-8"))
            ]
    return tuple(found)


def _read(name: str, text: str) -> list[_Entry]:
    try:
        document = parse(text, source=name, error=FileError)
        return validate(_File, document, error=FileError).requirements
    except FileError as error:
        raise HarnessError(f"the catalogue of requirements is wrong: {error}") from error


def _requirement(entry: _Entry) -> Requirement:
    return Requirement(
        id=entry.id,
        keyword=entry.keyword,
        text=entry.requirement,
        source=entry.source,
        documented=entry.documented,
        why=entry.why,
        fix=entry.fix,
        excluded=entry.excluded,
    )
