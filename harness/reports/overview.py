"""What a report comes to: the verdict in a sentence, families, what was not tested.

Made from the JSON report alone, for whatever is made from it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from harness.display.counting import counted
from harness.reports.words import FAILING, FAMILY_TITLES, LEVELS, REMARKS, RUN_TITLES
from mockpbx.manifest.facts import FACTS

Report = Mapping[str, Any]
"""The JSON report; its form is `harness/spec/report.schema.json`."""
CaseReport = Mapping[str, Any]
"""One of its cases."""
CauseReport = Mapping[str, Any]
"""One of its causes."""


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


def to_fix(report: Report) -> list[CauseReport]:
    """Return the causes that keep the endpoint from being certified, most urgent first."""
    return [cause for cause in report["causes"] if cause["verdict"] in FAILING]


def to_consider(report: Report) -> list[CauseReport]:
    """Return the causes that are remarked upon."""
    return [cause for cause in report["causes"] if cause["verdict"] in REMARKS]


def is_broken_off(report: Report) -> bool:
    """Tell whether the endpoint was not asked to the end, though nobody wanted that."""
    return report["verdict"] == "aborted" or report.get("stopped") is not None


def reach(cause: CauseReport) -> str:
    """Say how many cases a cause shows in, and how many could not be seen because of it."""
    shown, hidden = len(cause["cases"]), len(cause["consequences"])
    if not shown:
        return f"{counted(hidden, 'case')} not seen because of it"
    more = f", {hidden} more not seen because of it" if hidden else ""
    return f"{counted(shown, 'case')}{more}"


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
            return f"{_failed(report, applicable)}."
        case "partial":
            return f"{_sentence(_partly(report))}. {_so_far(report, applicable)}."
        case "certified-with-remarks":
            return f"No binding requirement is broken; {_listed(_remarks(counts))}."
    if applicable == 1:
        return "The one case that applies passes."
    return f"All {counted(applicable, 'case')} that apply pass."


def _failed(report: Report, applicable: int) -> str:
    failed = counted(len(failing(report["cases"])), "case fails", "cases fail")
    said = f"{failed}, of {applicable} that apply"
    causes = len(to_fix(report))
    return (
        f"{counted(causes, 'cause')}: {said}" if causes else f"{said}: {_listed(_faults(report))}"
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _partly(report: Report) -> str:
    """Say why not all cases were tried."""
    stopped = report.get("stopped")
    if stopped is not None and stopped["kind"] == "throttled":
        rps = f"{stopped['advised_rps']:g}"
        return f"the endpoint throttles after {stopped['requests']} requests; try --max-rps {rps}"
    if stopped is not None:
        return (
            f"after {stopped['requests']} requests the endpoint closes every connection, as if it "
            "had banned this address; look into its log and into what stands before it"
        )
    limited = sum(case["kind"] == "stopped" for case in report["cases"])
    if limited:
        met = f"{counted(limited, 'case')} met a limit on how often one number may call"
        return f"{met}; --calls-per-minute 15 stays below it"
    late = sum(case["kind"] == "out-of-time" for case in report["cases"])
    if late:
        return f"{counted(late, 'case')} not tried for lack of time; --thorough tries them all"
    chosen = len(report["cases"])
    were = "was" if chosen == 1 else "were"
    return f"only {chosen} of {report['suite']['cases']} cases {were} chosen"


def _so_far(report: Report, applicable: int) -> str:
    if failing(report["cases"]):
        return _failed(report, applicable)
    if not applicable:
        return "None of them applies, so nothing was judged"
    remarked = len(remarks(report["cases"]))
    said = f"{counted(applicable - remarked, 'case passes', 'cases pass')}"
    return f"{said}, {counted(remarked, 'remark')}" if remarked else said


def _faults(report: Report) -> Iterable[str]:
    counts = report["counts"]
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


_WANTING = "see below why"


def _extent(report: Report) -> Iterable[str]:
    if report["verdict"] in ("certified", "certified-with-remarks"):
        yield f"Level {report['level']}: {LEVELS[report['level']]}."
        lacking = report.get("lacking_for_complete")
        if lacking and report["level"] != "complete":
            yield f"For the level complete it lacks {_listed(lacking)}."
    untested = report["counts"]["not-applicable"]
    if untested:
        of_all = f"{untested} of {counted(len(report['cases']), 'case')}"
        yield f"{of_all} {'was' if untested == 1 else 'were'} not tested: {_WANTING}."


def _listed(parts: Iterable[str]) -> str:
    *most, last = [*parts] or ["see the cases"]
    return f"{', '.join(most)} and {last}" if most else last


def _without_stop(text: str) -> str:
    return text.rstrip(". ")
