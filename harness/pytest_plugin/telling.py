"""Gathers what became of all scenarios, from all processes, and writes the report."""

import json
from pathlib import Path

import pytest

from harness.pytest_plugin.recording import PROPERTY
from harness.steps.scenario import ScenarioTold

FORMAT = "pbx-features/1"


class Teller:
    """A plugin that keeps what became of the scenarios, in the order in which they ended."""

    def __init__(self) -> None:
        self.told: list[ScenarioTold] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take a scenario's result out of its last report."""
        for name, value in report.user_properties:
            if name == PROPERTY and isinstance(value, dict) and report.when == "teardown":
                self.told.append(ScenarioTold.of(value))


class Writer(Teller):
    """Writes the report when all is done.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def pytest_sessionfinish(self) -> None:
        """Write it."""
        self._path.write_text(content(self.told), "utf-8")


def content(told: list[ScenarioTold]) -> str:
    """Give the report as JSON."""
    ordered = sorted(told, key=lambda one: (one.file, one.order))
    scenarios = [one.plain() for one in ordered]
    return json.dumps({"format": FORMAT, "scenarios": scenarios}, ensure_ascii=False, indent=2)


def configure(config: pytest.Config) -> None:
    """Write a report if one is wanted; the process that collects the others' results does."""
    path = config.getoption("pbx_report")
    if path is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Writer(Path(path)), "pbx-report")
