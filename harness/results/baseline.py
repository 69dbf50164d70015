"""The baseline: failures that are known, so that a run fails only where it is news.

A YAML file::

    known:
      - case: SEQ-021
        reason: a repeated request asks for the order again, CRM-311
        owner: crm@shop.example
        expires: 2026-12-31
      - case: CONC-003
        reason: the pool of connections runs dry, CRM-298
        owner: crm@shop.example
        expires: 2026-10-01
        flaky: {runs: 10, failed: 3}

A known failure must fail: an entry that no longer does is stale, and so is one past its date
or of a case that does not exist. One that is ``flaky`` may pass or fail; how often it fails is
its author's statement, and is shown as such.

With a baseline the report still says what is true, ``not-certified`` among it, and the terminal
“not certified; 2 known failures”. What changes is the exit code: 5 if an entry is stale, else 1
if a failure is not known, else 0, though cases fail.
"""

import difflib
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from harness.display.counting import counted
from harness.reports.overview import CaseReport, Report
from harness.reports.words import RUN_TITLES
from mockpbx.errors import FileError
from mockpbx.filemodel import FileModel, Whole, json_schema, parse, read_text, validate

FAILURES = frozenset({"fail", "untestable"})
"""Verdicts that a baseline can know."""
_ERROR = "error"
"""The harness's own fault: always news, for nobody can have agreed to it."""


def _day(value: object) -> date:
    """Read a day; a number would be taken for seconds since 1970."""
    if isinstance(value, str):
        with suppress(ValueError):
            return date.fromisoformat(value)
    raise ValueError("give a day of the calendar: 2026-12-31")


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]


class Flaky(FileModel):
    """How often a case was seen to fail, as the author of the baseline states."""

    runs: Annotated[Whole, Field(ge=2, description="Runs that were watched.")]
    failed: Annotated[Whole, Field(ge=1, description="How many of them failed.")]

    @model_validator(mode="after")
    def _is_flaky(self) -> "Flaky":
        if self.failed >= self.runs:
            raise ValueError("failed must be less than runs; what always fails is not flaky")
        return self


class Known(FileModel):
    """A failure that is known."""

    case: Annotated[str, Field(min_length=1, description="Id of the case, e.g. REPLY-010.")]
    reason: Annotated[str, Field(min_length=1, description="Why it fails; a ticket.")]
    owner: Annotated[str, Field(min_length=1, description="Who sees to it.")]
    expires: Annotated[Day, Field(description="The last day on which this holds.")]
    flaky: Annotated[Flaky | None, Field(description="If it fails only sometimes.")] = None


class Baseline(FileModel):
    """All that is known to fail."""

    known: list[Known]


def load(path: Path) -> Baseline:
    """Read a baseline.

    Raises:
        FileError: With all that is wrong, by line and key.
    """
    document = parse(read_text(path, error=FileError), source=str(path), error=FileError)
    baseline = validate(Baseline, document, error=FileError)
    first: dict[str, int] = {}
    problems = []
    for place, entry in enumerate(baseline.known):
        if first.setdefault(entry.case, place) != place:
            line = document.line(("known", first[entry.case], "case"))
            message = f"{entry.case} is in line {line} already; remove one of the two"
            problems.append(document.problem(("known", place, "case"), message))
    if problems:
        raise FileError(str(path), problems)
    return baseline


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a baseline, for editors."""
    return json_schema(Baseline, title="Baseline", id="urn:pbx-harness:baseline:1")


# -- applying --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """An entry that no longer holds.

    Attributes:
        case: The case it names.
        why: What is the matter with it.
        do: What to do about it.
    """

    case: str
    why: str
    do: str

    def __str__(self) -> str:
        """Return one line."""
        return f"{self.case}: {self.why}; {self.do}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Baselined:
    """A report in the light of a baseline.

    Attributes:
        report: The report; a failure that is known has a key ``known``.
        news: Ids of the failures that are not known.
        known: Entries whose case failed, as was known.
        passed: Flaky entries whose case did not fail this time.
        untried: Entries whose case was not run, or not to its end.
        stale: Entries that no longer hold.
    """

    report: Report
    news: tuple[str, ...]
    known: tuple[Known, ...]
    passed: tuple[Known, ...]
    untried: tuple[Known, ...]
    stale: tuple[Stale, ...]

    def said(self) -> Iterator[str]:
        """Tell people, a line each."""
        failed = self.report["verdict"] in ("not-certified", "partial")
        if failed and self.known and not self.news:
            verdict = RUN_TITLES[self.report["verdict"]].lower()
            yield f"{verdict}; {counted(len(self.known), 'known failure')}"
        elif self.known:
            yield f"{counted(len(self.known), 'known failure')} besides"
        for entry in (*self.known, *self.passed):
            yield f"  {_shown(entry, failed=entry in self.known)}"
        if self.untried:
            cases = ", ".join(entry.case for entry in self.untried)
            yield f"  known failures that were not tried: {cases}"
        if self.stale:
            yield f"the baseline is stale in {counted(len(self.stale), 'entry', 'entries')}:"
        yield from (f"  {entry}" for entry in self.stale)


def _shown(entry: Known, *, failed: bool) -> str:
    seen = ""
    if entry.flaky is not None:
        now = "fails" if failed else "passes"
        often = f"stated to fail {entry.flaky.failed} times in {entry.flaky.runs}"
        seen = f" (flaky: {now} this time, {often})"
    return f"{entry.case}: {entry.reason}{seen}; {entry.owner}, until {entry.expires}"


def apply(
    report: Report,
    baseline: Baseline,
    today: date,
    *,
    existing: Collection[str],
    failing: Collection[str] = FAILURES,
) -> Baselined:
    """See which failures of a report are known, and which entries no longer hold.

    Args:
        report: The JSON report.
        baseline: What is known.
        today: The day of the run.
        existing: Ids of all cases there are, run or not.
        failing: Verdicts that count as failures; ``nonstrict`` may be one.
    """
    cases: Mapping[str, CaseReport] = {case["id"]: case for case in report["cases"]}
    sorted_out: dict[str, list[Known]] = {"known": [], "passed": [], "untried": []}
    stale = []
    for entry in baseline.known:
        verdict = cases.get(entry.case, {}).get("verdict")
        problem = _stale(entry, verdict, today, existing, failing)
        if problem is not None:
            stale.append(problem)
        else:
            sorted_out[_standing(verdict, failing)].append(entry)
    return Baselined(
        report=_marked(report, {entry.case: entry for entry in sorted_out["known"]}),
        news=tuple(_news(cases, {entry.case for entry in baseline.known}, failing)),
        stale=tuple(stale),
        **{name: tuple(entries) for name, entries in sorted_out.items()},
    )


def _stale(
    entry: Known,
    verdict: str | None,
    today: date,
    existing: Collection[str],
    failing: Collection[str],
) -> Stale | None:
    """Say why an entry does not hold any longer; None if it does."""
    if verdict is None and entry.case not in existing:
        near = difflib.get_close_matches(entry.case, existing, n=1)
        do = f"did you mean {near[0]}?" if near else "remove the entry"
        return Stale(case=entry.case, why="there is no such case", do=do)
    if entry.expires < today:
        do = f"fix the endpoint, or agree on a new day with {entry.owner}"
        return Stale(case=entry.case, why=f"it was to be fixed by {entry.expires}", do=do)
    if entry.flaky is None and _standing(verdict, failing) == "passed":
        do = "remove the entry, or say how flaky it is if it still fails sometimes"
        return Stale(case=entry.case, why=f"it no longer fails ({verdict})", do=do)
    return None


def _standing(verdict: str | None, failing: Collection[str]) -> str:
    if verdict in failing:
        return "known"
    return "untried" if verdict in (None, "not-applicable", _ERROR) else "passed"


def _news(
    cases: Mapping[str, CaseReport], named: Collection[str], failing: Collection[str]
) -> Iterator[str]:
    """Return the failures of which the baseline says nothing.

    One whose entry is past its date is reported as stale, which says more.
    """
    for case_id, case in cases.items():
        if case["verdict"] == _ERROR or (case["verdict"] in failing and case_id not in named):
            yield case_id


def _marked(report: Report, known: Mapping[str, Known]) -> Report:
    """Say of the failures that are known who knows them; the verdict stays what it is."""

    def marked(case: CaseReport) -> CaseReport:
        entry = known.get(case["id"])
        if entry is None:
            return case
        said = entry.model_dump(mode="json", exclude={"case"}, exclude_none=True)
        return {**case, "known": said}

    return {**report, "cases": [marked(case) for case in report["cases"]]}
