"""What a report comes to: the verdict in a sentence, families, what was not tested.

Made from the JSON report alone, for whatever is made from it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from harness.display.counting import counted
from harness.reports.words import FAILING, FAMILY_TITLES, REMARKS, RUN_TITLES
from mockpbx.manifest.facts import FACTS

Report = Mapping[str, Any]
"""The JSON report; its form is `harness/spec/report.schema.json`."""
CaseReport = Mapping[str, Any]
"""One of its cases."""


@dataclass(frozen=True, kw_only=True)
class Family:
    """Cases that belong together.

    Attributes:
        id: The part of their ids before the number.
        cases: In the order of the report.
    """

    id: str
    cases: Sequence[CaseReport]

    @property
    def title(self) -> str:
        """What they are about."""
        known = FAMILY_TITLES.get(self.id)
        if known is not None:
            return known
        features = {case["feature"]: None for case in self.cases if case.get("feature")}
        return " · ".join(features) or self.id

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """How often each verdict occurs; 0 for one that does not."""
        return Counter(case["verdict"] for case in self.cases)

    @property
    def failing(self) -> int:
        """Cases that keep the endpoint from being certified."""
        return sum(self.counts[verdict] for verdict in FAILING)

    @property
    def remarks(self) -> int:
        """Cases that are remarked upon."""
        return sum(self.counts[verdict] for verdict in REMARKS)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTested:
    """Cases that were not applicable for the same reason."""

    reason: str
    cases: Sequence[CaseReport]


def families(cases: Sequence[CaseReport]) -> list[Family]:
    """Group the cases by family, in the order of the report."""
    found: dict[str, list[CaseReport]] = {}
    for case in cases:
        found.setdefault(case["family"], []).append(case)
    return [Family(id=name, cases=group) for name, group in found.items()]


def failing(cases: Sequence[CaseReport]) -> list[CaseReport]:
    """Return the cases that keep the endpoint from being certified."""
    return [case for case in cases if case["verdict"] in FAILING]


def remarks(cases: Sequence[CaseReport]) -> list[CaseReport]:
    """Return the cases that are remarked upon."""
    return [case for case in cases if case["verdict"] in REMARKS]


def to_fix(cases: Sequence[CaseReport]) -> list[Sequence[CaseReport]]:
    """Group the endpoint's failing cases by requirement: one thing to fix may fail many.

    The form of the answer comes first, for what is wrong with it shows in all other families.
    """
    found: dict[str, list[CaseReport]] = {}
    for case in failing(cases):
        if case["verdict"] != "error":
            found.setdefault(case["requirement_id"], []).append(case)
    return sorted(found.values(), key=lambda group: group[0]["family"] != "REPLY")


def not_tested(cases: Sequence[CaseReport]) -> list[NotTested]:
    """Group the cases that were not applicable by the reason, most frequent first."""
    found: dict[str, list[CaseReport]] = {}
    for case in cases:
        if case["verdict"] == "not-applicable":
            found.setdefault(case["reason"], []).append(case)
    groups = [NotTested(reason=reason, cases=group) for reason, group in found.items()]
    return sorted(groups, key=lambda group: -len(group.cases))


def facts_to_add(cases: Sequence[CaseReport]) -> list[tuple[str, int]]:
    """Return the facts that cases want, with the number of cases that want each."""
    wanted = Counter(fact for case in cases for fact in case.get("missing_facts") or ())
    names = list(FACTS)
    rank = {name: place for place, name in enumerate(names)}
    return sorted(wanted.items(), key=lambda item: (rank.get(item[0], len(names)), item[0]))


# -- the verdict in words --------------------------------------------------------------


def run_title(verdict: str) -> str:
    """Say what the run comes to."""
    return RUN_TITLES[verdict]


def run_sentences(report: Report) -> list[str]:
    """Say why, and how much was tested."""
    return [_why(report), *_extent(report)]


def _why(report: Report) -> str:
    cases, counts = report["cases"], report["counts"]
    applicable = len(cases) - counts["not-applicable"]
    match report["verdict"]:
        case "aborted":
            done = f"The run was broken off after {counted(len(cases), 'case')}"
            return f"{done}: {_without_stop(report.get('aborted') or 'interrupted')}."
        case "not-certified":
            failed = counted(len(failing(report["cases"])), "case fails", "cases fail")
            return f"{failed}, of {applicable} that apply: {_listed(_shortcomings(report))}."
        case "certified-with-remarks":
            return f"No binding requirement is broken; {_listed(_remarks(counts))}."
    if applicable == 1:
        return "The one case that applies passes."
    return f"All {counted(applicable, 'case')} that apply pass."


def _shortcomings(report: Report) -> Iterable[str]:
    counts = report["counts"]
    broken = {case["requirement_id"] for case in report["cases"] if case["verdict"] == "fail"}
    if broken:
        said = "binding requirement is broken", "binding requirements are broken"
        yield counted(len(broken), *said)
    if counts["untestable"]:
        said = (
            "case could not be tested although declared",
            "cases could not be tested although declared",
        )
        yield counted(counts["untestable"], *said)
    if counts["error"]:
        yield counted(
            counts["error"],
            "case ran into an error of the harness",
            "cases ran into errors of the harness",
        )


def _remarks(counts: Mapping[str, int]) -> Iterable[str]:
    if counts["nonstrict"]:
        said = "recommendation is not followed", "recommendations are not followed"
        yield counted(counts["nonstrict"], *said)
    if counts["info"]:
        said = "unspecified behaviour is recorded", "unspecified behaviours are recorded"
        yield counted(counts["info"], *said)


_WANTING = "a fact or a capability is not declared"


def _extent(report: Report) -> Iterable[str]:
    untested, total = report["counts"]["not-applicable"], report["suite"].get("cases")
    if untested:
        of_all = f"{untested} of {counted(len(report['cases']), 'case')}"
        yield f"{of_all} {'was' if untested == 1 else 'were'} not tested: {_WANTING}."
    chosen = len(report["cases"])
    if total is not None and chosen < total and report["verdict"] != "aborted":
        were = "was" if chosen == 1 else "were"
        yield f"Only {chosen} of the suite's {total} cases {were} chosen."


def _listed(parts: Iterable[str]) -> str:
    *most, last = [*parts] or ["see the cases"]
    return f"{', '.join(most)} and {last}" if most else last


def _without_stop(text: str) -> str:
    return text.rstrip(". ")
