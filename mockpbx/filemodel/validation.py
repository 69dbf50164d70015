"""Data → a model's values, or all that is wrong, each with its place in the file."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from mockpbx.errors import FileError, Problem
from mockpbx.filemodel.document import Document, Key
from mockpbx.filemodel.places import Finding, find
from mockpbx.filemodel.wording import in_plain_words, wrong_kind

M = TypeVar("M", bound=BaseModel)


def validate(model: type[M], document: Document, *, error: type[FileError]) -> M:
    """Check a document against its model.

    Raises:
        FileError: Of the type `error`, with everything that is wrong, in the order of lines.
    """
    try:
        return model.model_validate(document.data, by_alias=True, by_name=False)
    except ValidationError as wrong:
        problems = _problems(wrong, model, document)
    raise error(document.source, sorted(problems, key=lambda problem: problem.line or 0))


def explained(model: type[BaseModel], wrong: ValidationError, fields: object) -> list[Problem]:
    """Return what is wrong with a value that was made in Python, by attribute."""
    problems = _problems(wrong, model, Document(source="", data=fields, lines={}, scalars={}))
    names = {field.alias: name for name, field in model.model_fields.items() if field.alias}
    return [replace(problem, key=_named(problem.key, names)) for problem in problems]


def _named(key: str | None, names: Mapping[str, str]) -> str | None:
    """Return a dotted key with the attribute's name in the place of the file's key."""
    if key is None:
        return None
    first = re.match(r"\w*", key)
    alias = first[0] if first else ""
    return names.get(alias, alias) + key[len(alias) :]


def _without_noise(findings: list[Finding]) -> list[Finding]:
    """Leave out what only follows from another finding."""
    return [
        finding for finding in findings if not any(_explains(other, finding) for other in findings)
    ]


def _explains(other: Finding, finding: Finding) -> bool:
    """Tell whether a finding is said better by another one.

    A list is too short because its items are wrong; a value does not fit one member of a
    union because it was meant to be another one, in which something is wrong.
    """
    if other.key[: len(finding.key)] != finding.key:
        return False
    is_deeper = other.key != finding.key
    if finding.is_about_length:
        return is_deeper
    if not finding.in_union:
        return False
    if finding.wanted:
        return is_deeper or not other.wanted
    return finding.is_about_choice and (is_deeper or other.is_about_length)


def _problems(wrong: ValidationError, model: type[BaseModel], document: Document) -> list[Problem]:
    """Return what is wrong, once for every place."""
    details = wrong.errors(include_url=False)
    findings = _without_noise([find(detail, document.data) for detail in details])
    kinds: dict[Key, list[str]] = {}
    for finding in findings:
        if finding.wanted:
            kinds.setdefault(finding.key, []).append(finding.wanted)
    problems = []
    for finding in findings:
        if finding.wanted:
            message = wrong_kind(finding, kinds[finding.key], document)
        else:
            message = in_plain_words(finding, model)
        problems.append(document.problem(finding.key, message))
    return list(dict.fromkeys(problems))
