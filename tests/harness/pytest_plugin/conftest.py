"""Projects of users: an empty folder, features in it, and the commands that run them."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.warm_start import WarmStart

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command came to."""

    code: int
    out: str
    err: str
    results: list[dict[str, Any]] = field(default_factory=list)

    @property
    def verdicts(self) -> dict[str, str]:
        return {one["title"]: one["verdict"] for one in self.results}


@dataclass(frozen=True, slots=True)
class Project:
    """A folder of somebody who tests their endpoint."""

    folder: Path
    start: WarmStart

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")

    def read(self, name: str) -> str:
        return (self.folder / name).read_text("utf-8")

    def pbx(self, *words: object) -> Ran:
        """Run one of our commands."""
        return self._run(["pbx", *map(str, words)])

    def pytest(self, *words: object, report: bool = True) -> Ran:
        """Run pytest as users do, with our plugin."""
        results = self.folder / "results.json"
        wanted = [f"--pbx-report={results}"] if report else []
        command = ["pytest", "-p", "no:cacheprovider", *wanted]
        ran = self._run([*command, *map(str, words)])
        found = json.loads(results.read_text("utf-8"))["scenarios"] if results.exists() else []
        return Ran(ran.code, ran.out, ran.err, found)

    def _run(self, command: list[str]) -> Ran:
        kept = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
        done = self.start.run(command, folder=self.folder, environment=kept)
        return Ran(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def project(tmp_path: Path, warm_start: WarmStart, reference_facts: dict[str, Any]) -> Project:
    """Return a project with nothing in it but settings, and the manifest of a running server.

    The server is shared: to start one for each test would take longer than the tests.
    """
    return project_in(tmp_path, warm_start, reference_facts)


@pytest.fixture(scope="module")
def shared(
    tmp_path_factory: pytest.TempPathFactory,
    warm_start: WarmStart,
    reference_facts: dict[str, Any],
) -> Project:
    """Return a project whose one run all tests of a module look at."""
    return project_in(tmp_path_factory.mktemp("project"), warm_start, reference_facts)


def project_in(folder: Path, start: WarmStart, reference_facts: dict[str, Any]) -> Project:
    """Make a project in a folder."""
    project = Project(folder, start)
    facts = "\n".join(f'{name} = "{value}"' for name, value in reference_facts["facts"].items())
    head = f'[endpoint]\nurl = "{reference_facts["url"]}"\n'
    states = f'[states]\nurl = "{reference_facts["states_url"]}"\n'
    project.write({"reference.toml": f"{head}[facts]\n{facts}\n{states}"})
    project.write({"pytest.ini": "[pytest]\naddopts = --strict-markers -W error\n"})
    return project


@pytest.fixture
def feature() -> Callable[..., str]:
    """Write a feature of scenarios, each given by title and steps."""

    def write(*scenarios: tuple[str, str]) -> str:
        parts = ["Feature: Calls\n"]
        for title, steps in scenarios:
            lines = "\n".join(f"    {line.strip()}" for line in steps.strip().splitlines())
            parts.append(f"  Scenario: {title}\n{lines}\n")
        return "\n".join(parts)

    return write


@pytest.fixture(scope="session")
def features() -> Path:
    """Where the features of this repository are."""
    return ROOT / "features"
