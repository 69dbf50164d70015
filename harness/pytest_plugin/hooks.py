"""What the plugin does while tests are collected and run.

Hooks are one line and delegate; what they do stands in the modules beside this one.
"""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from pytest_bdd.parser import Feature, Scenario, Step

from harness.pytest_plugin import collecting, fixtures, recording, stepping, telling


def begin(config: pytest.Config) -> None:
    """Register fixtures, steps and, if wanted, the report."""
    for module in (fixtures, stepping):
        config.pluginmanager.register(module, module.__name__)
    telling.configure(config)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect features."""
    return collecting.collect(file_path, parent)


@pytest.hookimpl(tryfirst=True)
def pytest_bdd_apply_tag(tag: str, function: Callable[..., object]) -> object:
    """Let tags be more than marks."""
    return collecting.apply_tag(tag, function)


def pytest_bdd_before_scenario(request: pytest.FixtureRequest) -> None:
    """Note when it begins."""
    recording.begins(request.node)


def pytest_bdd_before_step(request: pytest.FixtureRequest, scenario: Scenario, step: Step) -> None:
    """Note which step is in hand."""
    recording.step_begins(request.node, scenario, step)


def pytest_bdd_after_step(request: pytest.FixtureRequest) -> None:
    """Note that it went well."""
    recording.step_passed(request.node)


def pytest_bdd_step_error(request: pytest.FixtureRequest, exception: Exception) -> None:
    """Note that it did not."""
    recording.step_failed(request.node, exception)


def pytest_bdd_step_func_lookup_error(
    request: pytest.FixtureRequest, feature: Feature, step: Step
) -> None:
    """Say what to write instead of a step that nobody knows."""
    recording.step_unknown(request.node, feature, step)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put ladder, exchange and the command that repeats it into a failure's report."""
    return recording.report(item, call, (yield))
