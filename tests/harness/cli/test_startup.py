"""How fast the program starts: what is not needed is not loaded."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

CLI = Path(__file__).parents[3] / "harness" / "cli"
PBX = os.fspath(Path(sys.executable).with_name("pbx"))
HEAVY = {"asyncio", "h11", "jinja2", "phonenumbers", "pydantic", "pytest", "rich", "yaml"}

_LOADED = """
import sys
from harness.cli.main import run
sys.argv = ["pbx", *{words!r}]
try:
    run()
except SystemExit:
    print("loaded:", *sorted(sys.modules), file=sys.stderr)
"""


def loaded(*words: str) -> set[str]:
    """Run the command and give the modules that it loaded."""
    program = _LOADED.format(words=list(words))
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(done.stderr.rpartition("loaded:")[2].split())


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["-h"], []])
def test_neither_help_nor_version_loads_the_engine(words: list[str]) -> None:
    modules = loaded(*words)
    assert not modules & HEAVY
    assert not [name for name in modules if name.split(".")[0] == "mockpbx"]
    ours = {name for name in modules if name.startswith("harness.")}
    assert all(name == "harness.cli" or name.startswith("harness.cli.") for name in ours)


def cpu_s(*command: str) -> float:
    """Run a program and give the processor time that it took."""
    environment = {name: text for name, text in os.environ.items() if not name.startswith("COV")}
    before = os.times()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, env=environment)
    after = os.times()
    return sum(after[2:4]) - sum(before[2:4])


@pytest.mark.parametrize("word", ["--help", "--version"])
def test_the_program_starts_within_three_times_what_its_libraries_take(word: str) -> None:
    def ratio() -> float:
        return cpu_s(PBX, word) / cpu_s(sys.executable, "-c", "import typer, rich")

    # Whatever else the machine does, one of a few tries is not disturbed.
    assert min(ratio() for _ in range(5)) < 3


def test_no_function_of_the_command_line_is_longer_than_40_lines() -> None:
    long = [
        f"{path.name}: {node.name}"
        for path in CLI.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= 40
    ]
    assert long == []
