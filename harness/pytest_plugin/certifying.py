"""Scenarios of features as cases of a certification."""

import hashlib
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness import registry
from harness.certifier import CaseFinished, RunEvent
from harness.model import (
    Case,
    CaseResult,
    FeatureUsed,
    Finding,
    Keyword,
    Requirement,
    Run,
    Saw,
    Source,
    StepSeen,
    Verdict,
)
from harness.pytest_plugin import gherkin
from harness.pytest_plugin.finding import features_in
from harness.pytest_plugin.running import (
    FeatureRun,
    Ways,
    check_still_there,
    endpoint_words,
    perform,
)
from harness.steps.judging import CALLER
from harness.steps.scenario import ScenarioTold
from harness.steps.story import Story
from harness.steps.worth import requirement_of
from harness.target import Target
from mockpbx.errors import FileError, PbxError, Problem, UsageError


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
        target: Target,
        tell: Callable[[RunEvent], None],
    ) -> "Added":
        """Run some of them after the cases of the catalogue; give the result of both.

        One that is switched off or has an undefined step is untestable, never a pass; one
        that needs what the endpoint does not declare is not applicable.

        Args:
            earlier: What the cases of the catalogue came to.
            chosen: Ids of those to run.
            target: The endpoint and what is known of it.
            tell: Told of every case that is done.
        """
        began, error = time.monotonic(), None
        results: list[CaseResult] = []
        aborted = earlier.aborted
        try:
            if aborted is None and self._run(chosen, target, results, tell):
                aborted = "interrupted"
        except PbxError as wrong:
            error, aborted = wrong, str(wrong)
        run = replace(
            earlier,
            results=(*earlier.results, *results),
            duration_s=earlier.duration_s + time.monotonic() - began,
            aborted=aborted,
            features=self.features,
        )
        return Added(run=run, error=error)

    def _run(
        self,
        chosen: Collection[str],
        target: Target,
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

        def finish(told: ScenarioTold) -> None:
            results.append(_result(cases[told.id], told, run.story(told)))
            tell(CaseFinished(result=results[-1]))

        # Reports mask what they hold by themselves.
        ways = Ways(endpoint_words=endpoint_words(target), show_numbers=True)
        run = FeatureRun(target, finish, ways, only=cases.keys())
        perform(run, [str(path) for path in self.files])
        if not run.interrupted:
            check_still_there(target)
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
    found: dict[str, tuple[Case, ScenarioTold]] = {}
    used = []
    files = tuple(dict.fromkeys(_files(places)))
    for path in files:
        feature = gherkin.read(path)
        tolds = [gherkin.told(feature, pickle, here) for pickle in feature.pickles]
        for told in tolds:
            owner = found.get(told.id)
            _check_id(told, owner[1] if owner else None)
            found[told.id] = _case(told), told
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        shown = tolds[0].file if tolds else str(path)
        used.append(FeatureUsed(file=shown, sha256=digest, scenarios=len(tolds)))
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


def _check_id(told: ScenarioTold, owner: ScenarioTold | None) -> None:
    family = told.id.rpartition("-")[0]
    if family in registry.FAMILIES:
        message = f"{told.id}: the cases of the suite have ids in {family}; take another word"
    elif owner is not None:
        message = f"{told.id} is the id of {owner.file}:{owner.line} already; give it another"
    else:
        return
    raise FileError(told.file, [Problem(message=message, line=told.line)])


def _case(told: ScenarioTold) -> Case:
    """Give a scenario as a case; it binds as much as the strongest requirement of its tags."""
    return Case(
        id=told.id,
        title=told.title,
        requirement=requirement_of(told.tags) or _own(told),
        feature=told.feature,
    )


def _own(told: ScenarioTold) -> Requirement:
    """Make a requirement of a scenario that names none: its owner's word binds them."""
    return Requirement(
        id=told.id.lower(),
        keyword=Keyword.MUST,
        text=told.title,
        source=Source.DECLARED,
        documented=f"{told.file}:{told.line}",
        why=f"The owner of the endpoint says so in the feature “{told.feature}”.",
        fix="Let the endpoint do what the scenario says, or mend the scenario.",
    )


# -- results ---------------------------------------------------------------------------

_SAW = {
    Verdict.PASS: Saw.KEPT,
    Verdict.FAIL: Saw.BROKEN,
    Verdict.NONSTRICT: Saw.BROKEN,
    Verdict.INFO: Saw.BROKEN,
    Verdict.ERROR: Saw.BROKEN,
    Verdict.NOT_APPLICABLE: Saw.NOT_APPLICABLE,
}


def _result(case: Case, told: ScenarioTold, story: Story | None) -> CaseResult:
    verdict = Verdict(told.verdict)
    if verdict is Verdict.UNTESTABLE:
        case = replace(case, requirement=_runnable(told))
    return CaseResult(
        case=case,
        verdict=verdict,
        finding=_finding(told),
        duration_s=told.seconds,
        exchanges=story.exchanges if story else (),
        calls=story.calls if story else (),
        steps=tuple(
            StepSeen(text=f"{step.keyword} {step.text}", status=step.status) for step in told.steps
        ),
        replay=told.repeat,
    )


def _finding(told: ScenarioTold) -> Finding:
    """Give what a scenario saw: of a failure the step that was missed, and what came instead."""
    saw = _SAW.get(Verdict(told.verdict), Saw.UNTESTABLE)
    step, *seen = told.reason.splitlines() or [""]
    # What the caller lived through is told of every case that has calls.
    told_else = [line for line in seen if not line.startswith(CALLER)]
    if saw is Saw.BROKEN and told_else:
        return Finding(saw=saw, expected=step, received="; ".join(told_else))
    return Finding(saw=saw, received=told.reason)


def _runnable(told: ScenarioTold) -> Requirement:
    """Make the requirement that a scenario breaks which cannot be run."""
    return Requirement(
        id="scenario-can-be-run",
        keyword=Keyword.MUST,
        text="A scenario that belongs to a certificate can be run.",
        source=Source.DECLARED,
        documented=f"{told.file}:{told.line}",
        why="What was not tried is no proof.",
        fix="Mend the feature, or take the scenario out of it.",
    )
