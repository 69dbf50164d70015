"""Scenarios of features as cases of a certification."""

import hashlib
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.certify import registry, script_cases
from harness.certify.model import (
    Case,
    CaseResult,
    FeatureUsed,
    Keyword,
    Requirement,
    Run,
    Source,
    StepSeen,
    Verdict,
)
from harness.certify.reasons import (
    Finding,
    Reason,
    ReasonKind,
    Saw,
    Subject,
    not_applicable,
    satisfied,
    untestable,
    violated,
)
from harness.certify.scheduler import CaseFinished, RunEvent
from harness.pytest_plugin import gherkin
from harness.pytest_plugin.feature_files import features_in
from harness.pytest_plugin.feature_run import (
    FeatureRun,
    Ways,
    check_still_there,
    endpoint_words,
    perform,
)
from harness.steps.missed_outcome import MissedOutcome
from harness.steps.requirement_tags import requirement_of
from harness.steps.scenario_result import ScenarioResult
from harness.steps.story import Story
from mockpbx.errors import FileError, PbxError, Problem, UsageError
from mockpbx.manifest.endpoint import Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenarios:
    """Scenarios that are to be cases.

    Attributes:
        files: Where they stand.
        cases: The scenarios, in the order of their files.
        features: What is to be said of the files.
    """

    files: tuple[Path, ...]
    cases: tuple[Case, ...]
    features: tuple[FeatureUsed, ...]

    def added(
        self,
        earlier: Run,
        chosen: Collection[str],
        endpoint: Endpoint,
        tell: Callable[[RunEvent], None],
    ) -> "Added":
        """Run some of them after the cases of the catalogue; return the result of both.

        One that is switched off or has an undefined step is untestable, never a pass; one
        that needs what the endpoint does not declare is not applicable.

        Args:
            earlier: What the cases of the catalogue came to.
            chosen: Ids of those to run.
            endpoint: The endpoint and what is known of it.
            tell: Called with every case that is done.
        """
        began, error = time.monotonic(), None
        results: list[CaseResult] = []
        aborted = earlier.aborted
        try:
            if aborted is None and self._run(chosen, endpoint, results, tell):
                aborted = "interrupted"
        except PbxError as wrong:
            error, aborted = wrong, str(wrong)
        run = replace(
            earlier,
            results=(*earlier.results, *results),
            duration_s=earlier.duration_s + time.monotonic() - began,
            aborted=aborted,
        )
        return Added(run=run, error=error)

    def _run(
        self,
        chosen: Collection[str],
        endpoint: Endpoint,
        results: list[CaseResult],
        tell: Callable[[RunEvent], None],
    ) -> bool:
        """Run them; tell whether somebody broke it off.

        Raises:
            PbxError: They cannot be run, or the endpoint went away.
        """
        cases = {case.id: case for case in self.cases if case.id in chosen}
        if not cases:
            return False

        def finish(result: ScenarioResult) -> None:
            results.append(_case_result(cases[result.id], result, run.story(result)))
            tell(CaseFinished(result=results[-1]))

        # Reports mask what they hold by themselves.
        ways = Ways(endpoint_words=endpoint_words(endpoint), show_numbers=True)
        run = FeatureRun(endpoint, finish, ways, only=cases.keys())
        perform(run, [str(path) for path in self.files])
        if not run.interrupted:
            check_still_there(endpoint)
        return run.interrupted


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What came of adding scenarios to a run.

    Attributes:
        run: The result of both; broken off if the scenarios were.
        error: What broke them off, if an error did.
    """

    run: Run
    error: PbxError | None


def scenarios_in(places: Sequence[Path]) -> Scenarios:
    """Read the scenarios of files and folders.

    Raises:
        UsageError: There is none, a feature is no Gherkin, a tag names a requirement that does
            not exist, or an id belongs to another scenario or to the catalogue.
    """
    here = Path.cwd()
    found: dict[str, tuple[Case, ScenarioResult]] = {}
    used = []
    files = tuple(dict.fromkeys(_files(places)))
    for path in files:
        feature = gherkin.read(path)
        results = [gherkin.scenario_result(feature, pickle, here) for pickle in feature.pickles]
        for result in results:
            owner = found.get(result.id)
            _check_id(result, owner[1] if owner else None)
            found[result.id] = _case(result), result
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        shown = results[0].file if results else str(path)
        used.append(FeatureUsed(file=shown, sha256=digest, scenarios=len(results)))
    if not found:
        named = ", ".join(map(str, places))
        raise UsageError(f"no scenario in {named}; pbx new makes a first one")
    return Scenarios(
        files=files,
        cases=tuple(case for case, _ in found.values()),
        features=tuple(used),
    )


def _files(places: Sequence[Path]) -> Iterator[Path]:
    for place in places:
        if not place.exists():
            raise UsageError(f"there is no {place}; name a folder or a *.feature file")
        yield from features_in(place.absolute()) if place.is_dir() else [place.absolute()]


def _check_id(result: ScenarioResult, owner: ScenarioResult | None) -> None:
    family = result.id.rpartition("-")[0]
    if family == script_cases.FAMILY:
        message = f"{result.id}: call scripts have ids in {family}; take another word"
    elif family in registry.FAMILIES:
        message = f"{result.id}: the cases of the suite have ids in {family}; take another word"
    elif owner is not None:
        message = f"{result.id} is the id of {owner.file}:{owner.line} already; give it another"
    else:
        return
    raise FileError(result.file, [Problem(message=message, line=result.line)])


def _case(result: ScenarioResult) -> Case:
    """Return a scenario as a case; it binds as much as the strongest requirement of its tags."""
    return Case(
        id=result.id,
        title=result.title,
        requirement=requirement_of(result.tags) or _own(result),
        feature=result.feature,
    )


def _own(result: ScenarioResult) -> Requirement:
    """Make a requirement of a scenario that names none: its owner's word binds them."""
    return Requirement(
        id=result.id.lower(),
        keyword=Keyword.MUST,
        text=result.title,
        source=Source.DECLARED,
        documented=f"{result.file}:{result.line}",
        why=f"The owner of the endpoint says so in the feature “{result.feature}”.",
        fix="Let the endpoint do what the scenario says, or fix the scenario.",
    )


# -- results ---------------------------------------------------------------------------


def _case_result(case: Case, result: ScenarioResult, story: Story | None) -> CaseResult:
    verdict = result.verdict or Verdict.UNTESTABLE
    if verdict is Verdict.UNTESTABLE:
        case = replace(case, requirement=_runnable(result))
    return CaseResult(
        case=case,
        verdict=verdict,
        finding=_finding(result),
        duration_s=result.seconds,
        exchanges=story.exchanges if story else (),
        calls=story.calls if story else (),
        steps=tuple(StepSeen(text=step.sentence, status=step.status) for step in result.steps),
        replay=result.repeat,
    )


def _finding(result: ScenarioResult) -> Finding:
    """Return what a scenario saw."""
    if result.missed is not None:
        return _missed(result.missed)
    match result.verdict:
        case Verdict.PASS:
            return satisfied()
        case Verdict.NOT_APPLICABLE:
            return not_applicable(result.reason)
        case Verdict.ERROR:
            kind, traceback = ReasonKind.CHECK_FAILED, result.traceback
            broken = Reason(kind=kind, received=result.reason, traceback=traceback)
            return Finding(saw=Saw.ERROR, reason=broken)
        case Verdict.FAIL:
            return violated(expected=_failed_step(result), received=result.reason)
    return untestable(result.reason)


def _missed(missed: MissedOutcome) -> Finding:
    """Return which step was missed, and what came instead."""
    reason = Reason(
        kind=ReasonKind.EXPECTATION_MISSED,
        subject=Subject(request_id=missed.causes[0].request_id if missed.causes else None),
        expected=str(missed.place),
        received=missed.received,
        misses=missed.misses,
    )
    return Finding(saw=Saw.VIOLATED, reason=reason)


def _failed_step(result: ScenarioResult) -> str:
    """Return the step that a scenario failed at, as an expectation."""
    failed = (step for step in result.steps if step.status == "failed")
    return next((f"{result.file}:{step.line}: {step.sentence}" for step in failed), result.title)


def _runnable(result: ScenarioResult) -> Requirement:
    """Make the requirement that a scenario breaks which cannot be run."""
    return Requirement(
        id="scenario-can-be-run",
        keyword=Keyword.MUST,
        text="A scenario that belongs to a certificate can be run.",
        source=Source.DECLARED,
        documented=f"{result.file}:{result.line}",
        why="What was not tried is no proof.",
        fix="Fix the feature, or take the scenario out of it.",
    )
