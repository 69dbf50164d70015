"""Follows a scenario through its steps, and says what became of it."""

import time
from collections.abc import Callable
from typing import Any, NoReturn

import pytest
from pytest_bdd.exceptions import StepDefinitionNotFoundError
from pytest_bdd.parser import Feature, Scenario, Step

from harness.certify.model import Verdict
from harness.pytest_plugin.completion import complete, evidence_of, mask_of, repeat
from harness.pytest_plugin.masked_report import hide
from harness.pytest_plugin.refusal import REFUSED, RefusedInWorkerError
from harness.pytest_plugin.stash import PBX, SCENARIO, STORY
from harness.pytest_plugin.step_definitions import NotApplicableSkip
from harness.steps.endings import MisuseError, OutcomeMissedError
from harness.steps.nearest import advice
from harness.steps.place import Place
from harness.steps.requirement_tags import missed
from harness.steps.scenario_result import ScenarioResult, StepResult
from harness.steps.story import Story
from mockpbx.errors import EndpointError, UsageError

PROPERTY = "pbx"
"""What a test's report carries under this name goes from process to process."""


class UndefinedStepError(StepDefinitionNotFoundError):
    """Nobody knows the step; the message says what to write instead."""


_WITHOUT_TRACEBACK = (OutcomeMissedError, MisuseError, UndefinedStepError, RefusedInWorkerError)
"""Their message names the place in the feature, and says all that there is to say."""


def begins(item: pytest.Item) -> None:
    """Note when a scenario begins."""
    result = item.stash.get(SCENARIO, None)
    if result is not None:
        result.began = time.time()


def step_begins(item: pytest.Item, scenario: Scenario, step: Step) -> None:
    """Note which step is in hand, and since when."""
    result, story = item.stash.get(SCENARIO, None), item.stash.get(STORY, None)
    if story is None:
        # The first step brings it about; our fixture is needed by every step of ours.
        story = _story(item)
    if story is not None:
        story.title = scenario.name
        story.place = _place(result, scenario.feature, step)
    current = _current(result)
    if current is not None:
        current.status, current.began = "running", time.time()
        current.seconds = -time.monotonic()


def _place(result: ScenarioResult | None, feature: Feature, step: Step) -> Place:
    return Place(
        file=result.file if result else feature.rel_filename,
        line=step.line_number,
        sentence=f"{step.keyword} {step.name}",
        lang=feature.language,
    )


def _story(item: pytest.Item) -> Story | None:
    request: pytest.FixtureRequest | None = getattr(item, "_request", None)
    if SCENARIO not in item.stash or request is None:
        return None
    story: Story = request.getfixturevalue("call")
    return story


def _current(result: ScenarioResult | None, *statuses: str) -> StepResult | None:
    wanted = statuses or ("skipped",)
    steps = result.steps if result else []
    return next((step for step in steps if step.status in wanted), None)


def step_passed(item: pytest.Item) -> None:
    """Note that the step in hand went well."""
    _settle(item, "passed")


def step_failed(item: pytest.Item, error: Exception) -> None:
    """Note that it did not."""
    current = _settle(item, "failed", str(error))
    if current is not None:
        current.error = type(error).__name__.removesuffix("Error")


def _settle(item: pytest.Item, status: str, message: str = "") -> StepResult | None:
    current = _current(item.stash.get(SCENARIO, None), "running")
    if current is not None:
        current.status, current.message = status, message
        current.seconds += time.monotonic()
    return current


def step_unknown(item: pytest.Item, feature: Feature, step: Step) -> NoReturn:
    """Say what to write instead.

    Raises:
        UndefinedStepError: Always.
    """
    result = item.stash.get(SCENARIO, None)
    instead = advice(step.name, outcome=step.type == "then")
    said = f"{_place(result, feature, step)}\n{instead}"
    current = _current(result)
    if current is not None:
        current.status, current.message, current.advice = "undefined", said, instead
    raise UndefinedStepError(said)


# -- reports ---------------------------------------------------------------------------


def complete_report(
    item: pytest.Item, call: pytest.CallInfo[Any], report: pytest.TestReport
) -> pytest.TestReport:
    """Complete pytest's report of one phase of a test."""
    result = item.stash.get(SCENARIO, None)
    error = call.excinfo.value if call.excinfo else None
    if isinstance(error, RefusedInWorkerError):
        report.user_properties.append((REFUSED, str(error)))
    if result is not None:
        _judge(result, call, report)
    if report.failed and error is not None and (result is not None or PBX in item.stash):
        _explain(item, error, report)
    if result is not None and result.is_remark and report.failed:
        _no_failure(result, report, mask_of(item))
    if result is not None and call.when == "teardown":
        complete(item, result)
        report.user_properties.append((PROPERTY, result.plain()))
    return report


def _explain(item: pytest.Item, error: BaseException, report: pytest.TestReport) -> None:
    """Put ladder, exchange and the command that repeats it into a failure's report."""
    mask = mask_of(item)
    has_place = isinstance(error, _WITHOUT_TRACEBACK)
    # What is wrong around a scenario has no line of Python that its author would know.
    around = report.when != "call" and isinstance(error, UsageError | EndpointError)
    is_around = around and SCENARIO in item.stash
    if has_place or is_around:
        report.longrepr = mask(str(error))
    elif mask(report.longreprtext) != report.longreprtext:
        hide(report, mask)
        said = "phone numbers are masked, so two may look alike; --pbx-show-numbers shows them"
        report.sections.append(("numbers", said))
    shown = evidence_of(item)
    if shown:
        report.sections.append(("call", shown))
    report.sections.append(("repeat it", mask(repeat(item))))


def _no_failure(
    result: ScenarioResult, report: pytest.TestReport, mask: Callable[[str], str]
) -> None:
    """Let pytest say ``xfailed`` of a scenario whose requirement cannot fail an endpoint."""
    report.outcome = "skipped"
    missed = result.missed
    said = f"{missed.place}; {missed.received}" if missed is not None else result.reason
    report.wasxfail = f"a remark, no failure: {mask(said)}"
    for step in result.steps:
        if step.status == "failed":
            step.status = "missed"


# -- verdicts --------------------------------------------------------------------------


def _judge(result: ScenarioResult, call: pytest.CallInfo[Any], report: pytest.TestReport) -> None:
    """Say what a scenario comes to; a phase that fails prevails over one that went well."""
    error = call.excinfo.value if call.excinfo else None
    result.seconds += call.duration
    if report.skipped:
        _skip(result, error, report)
    elif report.failed:
        _fail(result, error, report)
    elif call.when == "call":
        result.verdict, result.reason = Verdict.PASS, ""


def _skip(result: ScenarioResult, error: BaseException | None, report: pytest.TestReport) -> None:
    """Tell a scenario that does not apply from one that somebody switched off."""
    reason = str(error) if error else report.longreprtext
    if isinstance(error, NotApplicableSkip):
        result.verdict, result.reason = Verdict.NOT_APPLICABLE, reason
        return
    result.verdict = Verdict.UNTESTABLE
    if hasattr(report, "wasxfail"):
        result.reason = f"it is marked @xfail, and fails: {reason}"
        return
    result.switched_off, result.reason = True, f"it is switched off: {reason}"


def _fail(result: ScenarioResult, error: BaseException | None, report: pytest.TestReport) -> None:
    result.reason, result.missed = str(error), None
    match error:
        case UsageError() | StepDefinitionNotFoundError():
            result.verdict = Verdict.UNTESTABLE
        case OutcomeMissedError():
            result.verdict, result.missed = missed(result.tags), error.missed
        case AssertionError() | EndpointError():
            result.verdict = Verdict.FAIL
        case _:
            result.verdict, result.traceback = Verdict.ERROR, report.longreprtext
            result.reason = f"{type(error).__name__}: {error}"
