"""Runs features for programs: ``pbx bdd`` and the certificate."""

import asyncio
import io
import os
import shlex
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from _pytest.terminal import TerminalReporter

from harness.endpoint.reachability import UnreachableError, check_reachable
from harness.pytest_plugin import completion, gherkin
from harness.pytest_plugin.options import ALL_EVIDENCE, ENDPOINT_WORDS, GIVEN_ENDPOINT
from harness.pytest_plugin.refusal import EndpointRefused
from harness.pytest_plugin.stash import SCENARIO, STORY
from harness.steps.scenario_result import ScenarioResult
from harness.steps.story import Story
from mockpbx.errors import HarnessError, UsageError
from mockpbx.manifest.endpoint import Endpoint

Tell = Callable[[ScenarioResult], None]

REACHED_WITHIN_S = 5.0
"""Whoever does not take a connection by then is not there."""

_NAME = "pbx"
"""Of our plugin, by its entry point."""
_NOT_HERE = (
    "cacheprovider",
    "hypothesispytest",
    "pytest_cov",
    "randomly",
    "timeout",
    "xdist",
    "xdist.looponfail",
)
"""Other plugins, which would split, time, shuffle or slow down what is part of a larger run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How features are run.

    Attributes:
        endpoint_words: How the command that repeats a scenario names the endpoint.
        begin: Called with every scenario that begins, and how many there are.
        real_time: Wait for what people take.
        show_numbers: Do not mask numbers in evidence.
        all_evidence: Draw the calls of scenarios that passed, too.
    """

    endpoint_words: tuple[str, ...] = ("--reference",)
    begin: Callable[[ScenarioResult, int], None] = lambda _result, _of: None
    real_time: bool = False
    show_numbers: bool = False
    all_evidence: bool = False


@dataclass(slots=True)
class FeatureRun:
    """A run of features: a pytest plugin that follows it.

    Attributes:
        endpoint: The endpoint.
        tell: Called with every scenario that is done.
        ways: How they are run.
        only: Ids of the scenarios to run; all if None.
        lines: Of scenarios to run, by file; of all others of the file none is run.
        items: What was collected.
        problems: Why files, or the endpoint, could not be used.
        interrupted: True if somebody broke it off.
        output: What pytest would have printed.
    """

    endpoint: Endpoint
    tell: Tell
    ways: Ways
    only: Collection[str] | None = None
    lines: dict[Path, set[int]] = field(default_factory=dict)
    items: dict[str, pytest.Item] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    interrupted: bool = False
    output: io.StringIO = field(default_factory=io.StringIO)

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Name the endpoint, and keep pytest from printing."""
        config.stash[GIVEN_ENDPOINT] = self.endpoint
        config.stash[ENDPOINT_WORDS] = self.ways.endpoint_words
        config.stash[ALL_EVIDENCE] = self.ways.all_evidence
        manager = config.pluginmanager
        printing = manager.unregister(name="terminalreporter")
        if printing is not None:
            manager.register(TerminalReporter(config, self.output), "terminalreporter")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep what is wrong with a file."""
        if report.failed:
            self.problems.append(str(report.longrepr))

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Choose the scenarios that lines name."""
        items[:] = [item for item in items if self._is_wanted(item)]
        self.items = {item.nodeid: item for item in items}

    def _is_wanted(self, item: pytest.Item) -> bool:
        wanted = self.lines.get(item.path)
        if SCENARIO not in item.stash:
            return False
        if self.only is not None and item.stash[SCENARIO].id not in self.only:
            return False
        if wanted is None:
            return True
        lines = {pickle.begins: pickle.line for pickle in gherkin.read(item.path).pickles}
        begins = [max((one for one in lines if one <= line), default=0) for line in wanted]
        # A line before all scenarios stands for the feature.
        return 0 in begins or item.stash[SCENARIO].line in {lines[one] for one in begins}

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Keep why the endpoint could not be used; Ctrl-C needs no reason."""
        if isinstance(excinfo.value, EndpointRefused):
            self.problems.append(excinfo.value.reason)
        elif isinstance(excinfo.value, pytest.exit.Exception):
            self.problems.append(excinfo.value.msg)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Say which scenario begins."""
        if nodeid in self.items:
            self.ways.begin(self.items[nodeid].stash[SCENARIO], len(self.items))

    def pytest_sessionfinish(self) -> None:
        """Say of what was not run that it was not."""
        for item in self.items.values():
            completion.leave(item)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Pass on what became of a scenario."""
        if report.when == "teardown" and report.nodeid in self.items:
            self.tell(self.items[report.nodeid].stash[SCENARIO])

    def story(self, result: ScenarioResult) -> Story | None:
        """Return the calls of a scenario, if it came to any."""
        mine = (item for item in self.items.values() if item.stash[SCENARIO] is result)
        return next(mine).stash.get(STORY, None)

    @property
    def results(self) -> list[ScenarioResult]:
        """What became of the scenarios; of one that was not run, too."""
        return [item.stash[SCENARIO] for item in self.items.values()]


def follow(places: Sequence[str], endpoint: Endpoint, tell: Tell, ways: Ways) -> FeatureRun:
    """Run features and return the run.

    Raises:
        UsageError: There is no scenario, or a feature is no Gherkin.
    """
    run = FeatureRun(endpoint, tell, ways)
    perform(run, places)
    return run


def perform(run: FeatureRun, places: Sequence[str]) -> None:
    """Run features; the run follows them.

    Raises:
        UsageError: There is no scenario, or a feature is no Gherkin.
    """
    paths = [_path(place, run) for place in places]
    with tempfile.TemporaryDirectory(prefix="pbx-features-") as folder, _own_environment():
        settings = Path(folder, "pytest.ini")
        settings.write_text("[pytest]\n", "utf-8")
        words = [*map(str, paths), "-c", str(settings), "--rootdir", str(_root(paths))]
        words += ["-p", _NAME, "--import-mode=importlib", "-o", "python_files=", "-q"]
        words += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
        words += ["--capture=sys", *(word for name in _NOT_HERE for word in ("-p", f"no:{name}"))]
        words += ["--pbx-clock", "real"] if run.ways.real_time else []
        words += ["--pbx-show-numbers"] if run.ways.show_numbers else []
        code = pytest.main(words, plugins=[run])
    run.interrupted = code == pytest.ExitCode.INTERRUPTED
    if run.problems:
        raise UsageError("\n".join(run.problems))
    if code == pytest.ExitCode.INTERNAL_ERROR:
        raise HarnessError(f"pytest broke down:\n{run.output.getvalue().strip()}")
    if code == pytest.ExitCode.USAGE_ERROR:  # and pytest has said what it could not read
        raise UsageError("the features were not run, for what is said above; fix it there")
    if not run.items and not run.interrupted:
        raise UsageError(f"no scenario in {', '.join(places)}; pbx new makes a first one")


def check_still_there(endpoint: Endpoint) -> None:
    """See, after a run, that what is green is not the fallback of an endpoint that went away.

    Raises:
        UnreachableError: It did.
    """
    try:
        asyncio.run(check_reachable(endpoint.profile.url, within_s=REACHED_WITHIN_S))
    except UnreachableError as error:
        raise UnreachableError(f"the endpoint went away during the run: {error}") from None


def endpoint_words(endpoint: Endpoint) -> tuple[str, ...]:
    """Return the words of ``pbx bdd`` that name an endpoint again."""
    return tuple(shlex.split(endpoint.named))


def _path(place: str, run: FeatureRun) -> Path:
    """Split ``FILE:LINE``."""
    name, colon, line = place.rpartition(":")
    has_line = bool(colon) and line.isdecimal()
    path = Path(name if has_line else place).absolute()
    if not path.exists():
        raise UsageError(f"there is no {path}; name a folder or a *.feature file")
    if path.is_file() and path.suffix != ".feature":
        raise UsageError(f"{path} is no feature; the name of one ends in .feature")
    if has_line:
        lines = 0 if path.is_dir() else len(path.read_bytes().splitlines())
        if not 0 < int(line[:9]) <= lines:
            raise UsageError(f"there is no line {line} in {name}, which has {lines}")
        run.lines.setdefault(path, set()).add(int(line))
    return path


def _root(paths: Sequence[Path]) -> Path:
    folders = [path if path.is_dir() else path.parent for path in paths]
    return Path(os.path.commonpath(folders))


@contextmanager
def _own_environment() -> Iterator[None]:
    """Keep a user's settings for their own tests out of this run."""
    names = (
        "PYTEST_ADDOPTS",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD",
        "PYTEST_PLUGINS",
        "PYTEST_XDIST_WORKER",
    )
    kept = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)
