"""What the plugin does while tests are collected and run.

Hooks are one line and delegate; what they do stands in the modules beside this one.
"""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from pytest_bdd.parser import Feature, Scenario, Step

from harness.pytest_plugin import (
    collection,
    connections,
    header,
    options,
    recorder,
    refusal,
    results_file,
    step_definitions,
)


def begin(config: pytest.Config) -> None:
    """Register steps and, if wanted, the report; say whom it asks."""
    options.check(config)
    config.pluginmanager.register(step_definitions, step_definitions.__name__)
    results_file.configure(config)
    header.show_if_quiet(config)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect features."""
    return collection.collect(file_path, parent)


@pytest.hookimpl(tryfirst=True)
def pytest_bdd_apply_tag(tag: str, function: Callable[..., object]) -> object:
    """Let tags be more than marks."""
    return collection.apply_tag(tag, function)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Shut an application under test down before its fixture ends."""
    return connections.follow_fixture(fixturedef, request, (yield))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """End all processes where one of them cannot ask the endpoint."""
    refusal.end_if_refused(report)


def pytest_bdd_before_scenario(request: pytest.FixtureRequest) -> None:
    """Note when it begins."""
    recorder.begins(request.node)


def pytest_bdd_before_step(request: pytest.FixtureRequest, scenario: Scenario, step: Step) -> None:
    """Note which step is in hand."""
    recorder.step_begins(request.node, scenario, step)


def pytest_bdd_after_step(request: pytest.FixtureRequest) -> None:
    """Note that it went well."""
    recorder.step_passed(request.node)


def pytest_bdd_step_error(request: pytest.FixtureRequest, exception: Exception) -> None:
    """Note that it did not."""
    recorder.step_failed(request.node, exception)


def pytest_bdd_step_func_lookup_error(
    request: pytest.FixtureRequest, feature: Feature, step: Step
) -> None:
    """Say what to write instead of a step that nobody knows."""
    recorder.step_unknown(request.node, feature, step)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put ladder, exchange and the command that repeats it into a failure's report."""
    return recorder.complete_report(item, call, (yield))
