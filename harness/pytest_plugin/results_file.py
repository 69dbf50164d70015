"""Gathers what became of all scenarios, from all processes, and writes the report."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.display.files import check_writable, write
from harness.pytest_plugin import completion, gherkin
from harness.pytest_plugin.recorder import PROPERTY
from harness.pytest_plugin.stash import SCENARIO
from harness.steps.scenario_result import ScenarioResult
from mockpbx.errors import UsageError

FORMAT = "pbx-features/1"


class Writer:
    """A plugin that keeps what became of the scenarios, and writes the report when all is done.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._results: list[ScenarioResult] = []
        self._elsewhere: dict[str, None] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take a scenario's result out of its last report."""
        for name, value in report.user_properties:
            if name == PROPERTY and isinstance(value, dict) and report.when == "teardown":
                self._results.append(ScenarioResult.of(value))
                self._elsewhere.pop(report.nodeid, None)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Note what other processes are going to run."""
        self._elsewhere |= dict.fromkeys(ids)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write it, also where the run was broken off."""
        items = [item for item in getattr(session, "items", ()) if SCENARIO in item.stash]
        for item in items:
            completion.leave(item)
        left = [item.stash[SCENARIO] for item in items if item.stash[SCENARIO].verdict is None]
        left += _left_elsewhere(session.config, list(self._elsewhere))
        write(self._path, content([*self._results, *left]))


def _left_elsewhere(config: pytest.Config, ids: Sequence[str]) -> Iterator[ScenarioResult]:
    """Return the scenarios that other processes did not come to, by the ids of their tests."""
    mask = completion.mask_without_calls(config)
    bases = (config.invocation_params.dir, config.rootpath)
    for file in dict.fromkeys(name.partition("::")[0] for name in ids):
        if not file.endswith(".feature"):
            continue
        feature = gherkin.read(config.rootpath / file)
        for pickle in feature.pickles:
            name = f"{file}::{gherkin.test_name(pickle.template)}"
            rows = [one for one in ids if one == name or one.startswith(f"{name}[")]
            if len(rows) >= (pickle.row or 1):
                result = gherkin.scenario_result(feature, pickle, *bases)
                result.reason = "the run ended before"
                completion.settle(result)
                result.mask(mask)
                yield result


def content(results: Sequence[ScenarioResult]) -> str:
    """Return the report as JSON."""
    ordered = sorted(results, key=lambda one: (one.file, one.order))
    report: dict[str, Any] = {
        "format": FORMAT,
        "complete": bool(results) and all(one.verdict is not None for one in results),
        "scenarios": [one.plain() for one in ordered],
    }
    return json.dumps(report, ensure_ascii=False, indent=2) + "\n"


def configure(config: pytest.Config) -> None:
    """Write a report if one is wanted; the process that collects the others' results does.

    Raises:
        pytest.UsageError: It cannot be written.
    """
    path = config.getoption("pbx_report")
    if path is None or hasattr(config, "workerinput"):
        return
    try:
        check_writable(Path(path))
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None
    config.pluginmanager.register(Writer(Path(path)), "pbx-report")
