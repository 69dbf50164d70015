"""Runs features for programs: ``pbx bdd`` and the certificate."""

import io
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from _pytest.terminal import TerminalReporter

from harness import registry
from harness.model import Case, CaseResult, Finding, Keyword, Requirement, Saw, Source, Verdict
from harness.pytest_plugin.options import ENDPOINT_WORDS, GIVEN_TARGET
from harness.pytest_plugin.stashing import STORY, TOLD
from harness.steps.scenario import ScenarioTold
from harness.target import Target
from mockpbx.errors import UsageError

Tell = Callable[[ScenarioTold], None]

_NAME = "pbx"
"""Of our plugin, by its entry point."""
_NOT_HERE = ("cacheprovider", "xdist", "xdist.looponfail", "timeout", "pytest_cov", "randomly")
"""Other plugins, which would split, time or shuffle a run that is part of a larger one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How features are run.

    Attributes:
        real_time: Wait for what people take.
        show_numbers: Do not mask numbers in evidence.
        endpoint_words: How the command that repeats a scenario names the endpoint.
    """

    endpoint_words: tuple[str, ...] = ("--reference",)
    real_time: bool = False
    show_numbers: bool = False


@dataclass(slots=True)
class FeatureRun:
    """A run of features: a pytest plugin that follows it.

    Attributes:
        target: The endpoint.
        tell: Told of every scenario that is done.
        ways: How they are run.
        lines: Of scenarios to run, by file; of all others of the file none is run.
        items: What was collected.
        wrong: Why files could not be used.
    """

    target: Target
    tell: Tell
    ways: Ways
    lines: dict[Path, set[int]] = field(default_factory=dict)
    items: dict[str, pytest.Item] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Name the endpoint, and keep pytest from printing."""
        config.stash[GIVEN_TARGET] = self.target
        config.stash[ENDPOINT_WORDS] = self.ways.endpoint_words
        manager = config.pluginmanager
        printing = manager.unregister(name="terminalreporter")
        if printing is not None:
            manager.register(TerminalReporter(config, io.StringIO()), "terminalreporter")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep what is wrong with a file."""
        if report.failed:
            self.wrong.append(str(report.longrepr))

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Choose the scenarios that lines name."""
        items[:] = [item for item in items if self._is_wanted(item, items)]
        self.items = {item.nodeid: item for item in items}

    def _is_wanted(self, item: pytest.Item, items: list[pytest.Item]) -> bool:
        wanted = self.lines.get(item.path)
        if TOLD not in item.stash:
            return False
        if wanted is None:
            return True
        begins = sorted({other.stash[TOLD].line for other in items if other.path == item.path})
        chosen = {max((one for one in begins if one <= line), default=0) for line in wanted}
        return item.stash[TOLD].line in chosen

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Pass on what became of a scenario."""
        if report.when == "teardown" and report.nodeid in self.items:
            self.tell(self.items[report.nodeid].stash[TOLD])

    @property
    def told(self) -> list[ScenarioTold]:
        """What became of the scenarios; of one that was not run, too."""
        return [item.stash[TOLD] for item in self.items.values()]


def run_features(
    places: Path | Sequence[str],
    target: Target,
    *,
    tell: Tell = lambda _told: None,
    ways: Ways | None = None,
) -> list[CaseResult]:
    """Run features against an endpoint, and give a result for every scenario.

    A scenario that is switched off or has an undefined step is untestable, never a pass; one
    that needs what the endpoint does not declare is not applicable.

    Args:
        places: A folder, or files and folders; ``FILE:LINE`` is the scenario at that line.
        target: The endpoint and what is known of it.
        tell: Told of every scenario as soon as it is done.
        ways: How they are run.

    Raises:
        UsageError: There is no scenario, or a feature is no Gherkin.
    """
    run = follow(
        [str(places)] if isinstance(places, Path) else places, target, tell, ways or Ways()
    )
    return [_result(item) for item in run.items.values()]


def follow(places: Sequence[str], target: Target, tell: Tell, ways: Ways) -> FeatureRun:
    """Run features and give the run.

    Raises:
        UsageError: There is no scenario, or a feature is no Gherkin.
    """
    run = FeatureRun(target, tell, ways)
    paths = [_path(place, run) for place in places]
    with tempfile.TemporaryDirectory(prefix="pbx-features-") as folder, _own_environment():
        settings = Path(folder, "pytest.ini")
        settings.write_text("[pytest]\n", "utf-8")
        words = [*map(str, paths), "-c", str(settings), "--rootdir", str(_root(paths))]
        words += ["-p", _NAME, "--import-mode=importlib", "-o", "python_files=", "-q"]
        words += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
        words += ["--capture=sys", *(word for name in _NOT_HERE for word in ("-p", f"no:{name}"))]
        words += ["--pbx-clock", "real"] if ways.real_time else []
        words += ["--pbx-show-numbers"] if ways.show_numbers else []
        code = pytest.main(words, plugins=[run])
    if run.wrong:
        raise UsageError("\n".join(run.wrong))
    if not run.items:
        said = "" if code == pytest.ExitCode.NO_TESTS_COLLECTED else f" (pytest ended with {code})"
        raise UsageError(f"no scenario in {', '.join(places)}{said}; pbx new makes a first one")
    return run


def _path(place: str, run: FeatureRun) -> Path:
    """Split ``FILE:LINE``."""
    name, colon, line = place.rpartition(":")
    path = Path(name if colon and line.isdigit() else place).absolute()
    if not path.exists():
        raise UsageError(f"there is no {path}; name a folder or a *.feature file")
    if colon and line.isdigit():
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


# -- results ---------------------------------------------------------------------------


def _result(item: pytest.Item) -> CaseResult:
    told, story = item.stash[TOLD], item.stash.get(STORY, None)
    case = case_of(told)
    verdict = Verdict(told.verdict)
    saw = _SAW.get(verdict, Saw.UNTESTABLE)
    if verdict is Verdict.FAIL:
        verdict = case.requirement.verdict(Saw.BROKEN)
    return CaseResult(
        case=case,
        verdict=verdict,
        finding=Finding(saw=saw, received=told.reason),
        duration_s=told.seconds,
        exchanges=story.exchanges if story else (),
        calls=story.calls if story else (),
    )


_SAW = {
    Verdict.PASS: Saw.KEPT,
    Verdict.FAIL: Saw.BROKEN,
    Verdict.ERROR: Saw.BROKEN,
    Verdict.NOT_APPLICABLE: Saw.NOT_APPLICABLE,
}


def case_of(told: ScenarioTold) -> Case:
    """Give a scenario as a case; it binds as much as the strongest requirement of its tags."""
    known = {requirement.id: requirement for requirement in registry.requirements()}
    tagged = [known[name] for name in told.requirements if name in known]
    strongest = next((one for one in tagged if one.can_fail), tagged[0] if tagged else None)
    return Case(id=told.id, title=told.title, requirement=strongest or _own(told))


def _own(told: ScenarioTold) -> Requirement:
    """Make a requirement of a scenario that names none: its owner's word binds them."""
    return Requirement(
        id=told.id.lower(),
        keyword=Keyword.MUST,
        text=told.title,
        source=Source.DECLARED,
        documented=f"{told.file}:{told.line}",
        why=f"The owner of the endpoint says so in the feature “{told.feature}”.",
        fix=f"Run it alone: {told.repeat}" if told.repeat else "Run it alone with pbx bdd.",
    )
