"""Follows a scenario through its steps, and tells what became of it."""

import time
from collections.abc import Callable
from typing import Any, NoReturn

import pytest
from pytest_bdd.exceptions import StepDefinitionNotFoundError
from pytest_bdd.parser import Feature, Scenario, Step

from harness.model import Verdict
from harness.pytest_plugin.completing import complete, mask_of, repeat
from harness.pytest_plugin.stashing import STORY, TOLD
from harness.pytest_plugin.stepping import NotApplicableSkip
from harness.steps.nearest import advice
from harness.steps.place import Place
from harness.steps.scenario import SWITCHED_OFF, ScenarioTold, StepTold, evidence
from harness.steps.signals import OutcomeMissedError
from harness.steps.worth import missed
from mockpbx.errors import PbxError, UsageError

PROPERTY = "pbx"
"""What a test's report carries under this name goes from process to process."""


class UndefinedStepError(StepDefinitionNotFoundError):
    """Nobody knows the step; the message says what to write instead."""


def begins(item: pytest.Item) -> None:
    """Note when a scenario begins."""
    told = item.stash.get(TOLD, None)
    if told is not None:
        told.began = time.time()


def step_begins(item: pytest.Item, scenario: Scenario, step: Step) -> None:
    """Note which step is in hand, and since when."""
    told, story = item.stash.get(TOLD, None), item.stash.get(STORY, None)
    if story is None:
        # The first step brings it about; our fixture is needed by every step of ours.
        story = _story(item)
    if story is not None:
        story.title = scenario.name
        file = told.file if told else scenario.feature.rel_filename
        sentence = f"{step.keyword} {step.name}"
        story.place = Place(file=file, line=step.line_number, sentence=sentence)
    current = _current(told)
    if current is not None:
        current.status, current.began = "running", time.time()
        current.seconds = -time.monotonic()


def _story(item: pytest.Item) -> Any:
    request: pytest.FixtureRequest | None = getattr(item, "_request", None)
    is_ours = item.stash.get(TOLD, None) is not None and request is not None
    return request.getfixturevalue("call") if is_ours and request is not None else None


def _current(told: ScenarioTold | None, *statuses: str) -> StepTold | None:
    wanted = statuses or ("skipped",)
    steps = told.steps if told else []
    return next((step for step in steps if step.status in wanted), None)


def step_passed(item: pytest.Item) -> None:
    """Note that the step in hand went well."""
    _settle(item, "passed")


def step_failed(item: pytest.Item, error: Exception) -> None:
    """Note that it did not."""
    current = _settle(item, "failed", str(error))
    if current is not None:
        current.error = type(error).__name__.removesuffix("Error")


def _settle(item: pytest.Item, status: str, message: str = "") -> StepTold | None:
    current = _current(item.stash.get(TOLD, None), "running")
    if current is not None:
        current.status, current.message = status, message
        current.seconds += time.monotonic()
    return current


def step_unknown(item: pytest.Item, feature: Feature, step: Step) -> NoReturn:
    """Say what to write instead.

    Raises:
        UndefinedStepError: Always.
    """
    told = item.stash.get(TOLD, None)
    file = told.file if told else feature.rel_filename
    place = Place(file=file, line=step.line_number, sentence=f"{step.keyword} {step.name}")
    said = f"{place}\n{advice(step.name, outcome=step.type == 'then')}"
    current = _current(told)
    if current is not None:
        current.status, current.message = "undefined", said
    raise UndefinedStepError(said)


# -- telling ---------------------------------------------------------------------------


def report(
    item: pytest.Item, call: pytest.CallInfo[Any], told_by_pytest: pytest.TestReport
) -> pytest.TestReport:
    """Complete the report of one phase of a test."""
    story, told = item.stash.get(STORY, None), item.stash.get(TOLD, None)
    if told is not None:
        _judge(told, call, told_by_pytest)
    if told_by_pytest.failed and call.excinfo is not None and (story or told):
        error = call.excinfo.value
        mask = mask_of(item)
        if isinstance(error, OutcomeMissedError | PbxError | UndefinedStepError):
            told_by_pytest.longrepr = mask(str(error))
        elif mask(told_by_pytest.longreprtext) != told_by_pytest.longreprtext:
            told_by_pytest.longrepr = mask(told_by_pytest.longreprtext)
        if story is not None and story.calls:
            shown = evidence(story.calls, story.line.mask)
            told_by_pytest.sections.append(("call", shown))
        told_by_pytest.sections.append(("repeat it", mask(repeat(item))))
    if told is not None and told.is_remark and told_by_pytest.failed:
        _no_failure(told, told_by_pytest, mask_of(item))
    if told is not None and call.when == "teardown":
        complete(item, told)
        told_by_pytest.user_properties.append((PROPERTY, told.plain()))
    return told_by_pytest


def _no_failure(
    told: ScenarioTold, told_by_pytest: pytest.TestReport, mask: Callable[[str], str]
) -> None:
    """Let pytest say ``xfailed`` of a scenario whose requirement cannot fail an endpoint."""
    told_by_pytest.outcome = "skipped"
    said = "; ".join(told.reason.splitlines())
    told_by_pytest.wasxfail = f"a remark, no failure: {mask(said)}"
    for step in told.steps:
        if step.status == "failed":
            step.status = "missed"


def _judge(
    told: ScenarioTold, call: pytest.CallInfo[Any], told_by_pytest: pytest.TestReport
) -> None:
    """Say what a scenario comes to; a phase that fails prevails over one that went well."""
    error = call.excinfo.value if call.excinfo else None
    told.seconds += call.duration
    if told_by_pytest.skipped:
        told.verdict, told.reason = _skipped(error, told_by_pytest)
    elif told_by_pytest.failed:
        told.verdict, told.reason = _verdict(error, told), str(error)
    elif call.when == "call":
        told.verdict, told.reason = Verdict.PASS.value, ""


def _skipped(error: BaseException | None, told_by_pytest: pytest.TestReport) -> tuple[str, str]:
    """Tell a scenario that does not apply from one that somebody switched off."""
    reason = str(error) if error else told_by_pytest.longreprtext
    if isinstance(error, NotApplicableSkip):
        return Verdict.NOT_APPLICABLE.value, reason
    if hasattr(told_by_pytest, "wasxfail"):
        return Verdict.UNTESTABLE.value, f"it is marked @xfail, and fails: {reason}"
    return Verdict.UNTESTABLE.value, f"{SWITCHED_OFF}: {reason}"


def _verdict(error: BaseException | None, told: ScenarioTold) -> str:
    if isinstance(error, UsageError | StepDefinitionNotFoundError):
        return Verdict.UNTESTABLE.value
    if isinstance(error, OutcomeMissedError):
        return missed(told.tags).value
    if isinstance(error, AssertionError | PbxError):
        return Verdict.FAIL.value
    return Verdict.ERROR.value
