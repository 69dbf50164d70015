"""Runs commands in processes that begin warm: forked of one that has loaded what they import.

A command spends most of its time on imports, and tests start hundreds. What is forked is a
process of its own all the same: it has its own folder, environment, files and exit code.
How long a cold start takes is looked at elsewhere (`tests/harness/cli/test_startup.py`).
"""

import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

LOADED = (
    *(f"_pytest.{name}" for name in ("assertion.rewrite", "fixtures", "junitxml", "main")),
    *(f"_pytest.{name}" for name in ("python", "runner", "skipping", "terminal", "unittest")),
    "anyio.pytest_plugin",
    "asyncio",
    "faker.contrib.pytest.plugin",
    "gherkin.parser",
    "harness.cli.call",
    "harness.cli.certify",
    "harness.cli.certify_run",
    "harness.cli.main",
    "harness.cli.replay",
    "harness.pytest_plugin.hooks",
    "harness.reports.html",
    "harness.steps.story",
    "hypothesis.strategies",
    "mako.template",
    "mockpbx.pbx",
    "pytest",
    "pytest_bdd.plugin",
    "pytest_cov.plugin",
)


class WarmStart:
    """Starts processes; only one runs at a time."""

    def __init__(self) -> None:
        self._server = subprocess.Popen(
            [sys.executable, "-X", "utf8", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def run(
        self, command: list[str], *, folder: Path, environment: Mapping[str, str]
    ) -> "subprocess.CompletedProcess[str]":
        """Run ``pbx …`` or ``pytest …`` and wait for it."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        with TemporaryDirectory() as files:
            out, err = Path(files, "out"), Path(files, "err")
            job = {"command": command, "folder": str(folder), "environment": dict(environment)}
            print(
                json.dumps({**job, "files": [os.devnull, str(out), str(err)]}),
                file=self._server.stdin,
                flush=True,
            )
            code = int(self._server.stdout.readline())
            said = out.read_text("utf-8"), err.read_text("utf-8")
        return subprocess.CompletedProcess(command, code, *said)

    def close(self) -> None:
        """End the process that is forked."""
        self._server.communicate()


def serve() -> int:
    """Fork a process for each job on standard input, until there are no more."""
    sys.path.pop(0)  # the folder of this file
    load()
    for line in iter(sys.stdin.readline, ""):
        child = os.fork()
        if child == 0:
            return become(**json.loads(line))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()
    return 0


def load() -> None:
    """Load, read and compile what most processes will need."""
    for name in LOADED:
        import_module(name)
    for name, module in sys.modules.items():
        # Otherwise pytest says of plugins that it comes too late to rewrite their assertions.
        if "." not in name and name not in sys.stdlib_module_names:
            module.__doc__ = "PYTEST_DONT_REWRITE"
    import_module("harness.certify.registry").cases()
    vocabulary = import_module("harness.steps.vocabulary")
    for step in vocabulary.steps():
        for pattern in step.patterns:
            vocabulary.compiled(pattern)
    # The search for garbage need not look at all this in each process.
    gc.collect()
    gc.freeze()


def become(command: list[str], folder: str, environment: dict[str, str], files: list[str]) -> int:
    """Be the process that a job is about; return its exit code."""
    for number, name in enumerate(files):
        opened = os.open(name, os.O_RDWR | os.O_CREAT)
        os.dup2(opened, number)
        os.close(opened)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.argv = command
    program: Any
    if command[0] == "pytest":
        sys.path.insert(0, folder)  # as with python -m pytest
        program = import_module("pytest").main
    else:
        program = import_module("harness.cli.main").run
    try:
        return int(program() or 0)
    finally:
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(serve())
