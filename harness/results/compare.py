"""Compares two reports: what fails now that did not, what was fixed, what else changed."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.display.counting import counted
from harness.reports.overview import CaseReport, Report, is_broken_off
from harness.reports.report import FORMAT
from harness.reports.words import FAILING
from mockpbx.errors import UsageError

Change = Mapping[str, Any]
"""A case, and its verdicts before and after; None where it was not run."""

_CONFIRMED = frozenset({"pass", "nonstrict", "info"})
"""Verdicts that show that a failure is gone; a case that no longer applies does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What changed from one report to the next.

    Attributes:
        new_failures: Cases that fail and did not, be it that they were not run before.
        fixed: Cases that failed and no longer do.
        changed: Other changes of a verdict.
        added: Cases that were not run before, and do not fail.
        removed: Cases that were run before.
        broken_off: Whether the later run was broken off, unlike the earlier one.
        remarks: Why the two may not be alike.
    """

    new_failures: tuple[Change, ...]
    fixed: tuple[Change, ...]
    changed: tuple[Change, ...]
    added: tuple[Change, ...]
    removed: tuple[Change, ...]
    broken_off: bool
    remarks: tuple[str, ...]

    @property
    def worse(self) -> bool:
        """Tell whether something fails that did not, or can no longer be told."""
        return bool(self.new_failures) or self.broken_off


def compare(before: Report, after: Report) -> Comparison:
    """Compare two reports case by case."""
    groups: dict[str, list[Change]] = {}
    for change in _changes(_by_id(before), _by_id(after)):
        groups.setdefault(_group(change), []).append(change)
    return Comparison(
        new_failures=tuple(groups.get("new_failures", ())),
        fixed=tuple(groups.get("fixed", ())),
        changed=tuple(groups.get("changed", ())),
        added=tuple(groups.get("added", ())),
        removed=tuple(groups.get("removed", ())),
        broken_off=is_broken_off(after) and not is_broken_off(before),
        remarks=tuple(_remarks(before, after)),
    )


def _by_id(report: Report) -> dict[str, CaseReport]:
    return {case["id"]: case for case in report["cases"]}


def _changes(
    before: Mapping[str, CaseReport], after: Mapping[str, CaseReport]
) -> Iterator[dict[str, Any]]:
    for case_id in (*after, *(gone for gone in before if gone not in after)):
        old, new = before.get(case_id), after.get(case_id)
        verdicts = [case["verdict"] if case else None for case in (old, new)]
        if verdicts[0] != verdicts[1]:
            shown = new or old or {}
            yield {
                "id": case_id,
                "title": shown["title"],
                "before": verdicts[0],
                "after": verdicts[1],
                "reason": shown["reason"],
            }


def _group(change: Change) -> str:
    before, after = change["before"], change["after"]
    if after in FAILING:
        return "changed" if before in FAILING else "new_failures"
    if before is None:
        return "added"
    if after is None:
        return "removed"
    return "fixed" if before in FAILING and after in _CONFIRMED else "changed"


def _remarks(before: Report, after: Report) -> Iterable[str]:
    if before["endpoint"]["url"] != after["endpoint"]["url"]:
        yield f"different endpoints: {before['endpoint']['url']} and {after['endpoint']['url']}"
    yield from measured_otherwise(before, after)


def measured_otherwise(before: Report, after: Report) -> Iterator[str]:
    """Say why verdicts may differ although the endpoints do not."""
    if before["suite"]["cases_digest"] != after["suite"]["cases_digest"]:
        versions = f"{before['suite']['version']} and {after['suite']['version']}"
        yield f"measured by different cases: versions {versions}"
    if _features(before) != _features(after):
        yield "measured by different features or call scripts"
    for name, report in (("earlier", before), ("later", after)):
        if is_broken_off(report):
            done = counted(len(report["cases"]), "case")
            yield f"the {name} run was broken off after {done}"


def _features(report: Report) -> list[tuple[str, str]]:
    used = report["suite"].get("features") or ()
    return [(feature["file"], feature["sha256"]) for feature in used]


# -- reading ---------------------------------------------------------------------------

_Place = tuple[str, list[str | int], type]
"""A key as it is named, the way to it, and what is to be there."""

_KEYS: tuple[tuple[str, type], ...] = (
    ("verdict", str),
    ("started", str),
    ("suite.version", str),
    ("suite.cases_digest", str),
    ("endpoint.url", str),
    ("cases", list),
)
_CASE_KEYS = ("id", "title", "verdict", "reason")


def read_report(path: Path) -> Report:
    """Read a JSON report.

    Raises:
        UsageError: There is none, or it is none; names the key that is missing.
    """
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not JSON: {error}; give what --json wrote") from None
    wrong = _wrong(content)
    if wrong is not None:
        raise UsageError(f"{path} is not a report of pbx certify: {wrong}")
    report: Report = content
    return report


def _wrong(content: object) -> str | None:
    """Say what keeps something from being a report; None if it is one."""
    if not isinstance(content, dict) or "format" not in content:
        return "the key format is missing"
    if content["format"] != FORMAT:
        return f"its format is {content['format']!r:.80}, not {FORMAT}"
    places: list[_Place] = [(key, [*key.split(".")], kind) for key, kind in _KEYS]
    problem = _first_problem(content, places)
    if problem is not None:
        return problem
    cases = range(len(content["cases"]))
    return _first_problem(
        content,
        [
            (f"cases[{number}].{key}", ["cases", number, key], str)
            for number in cases
            for key in _CASE_KEYS
        ],
    )


def _first_problem(content: object, places: Iterable[_Place]) -> str | None:
    problems = (_wrong_at(content, *place) for place in places)
    return next((problem for problem in problems if problem is not None), None)


def _wrong_at(value: Any, name: str, way: Iterable[str | int], kind: type) -> str | None:
    try:
        for step in way:
            value = value[step]
    except (KeyError, TypeError, IndexError):
        return f"the key {name} is missing"
    if isinstance(value, kind):
        return None
    return f"{name} is not {'a list' if kind is list else 'text'}"
