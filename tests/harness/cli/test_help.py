"""Help texts: every option is documented, and every example works."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer.main

from harness.cli.commands import HOMES, app
from harness.cli.lazy import LazyCommand
from harness.results.bundle import write_bundle

Pbx = Callable[..., Any]


def _commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(command, LazyCommand):
        command = command.loaded()
    yield name, command
    for inner, further in getattr(command, "commands", {}).items():
        yield from _commands(further, f"{name} {inner}")


COMMANDS = dict(_commands(typer.main.get_command(app), "pbx"))
FEATURE = Path(__file__).parents[3] / "features" / "courier-reaches-customer.feature"
EXAMPLES = {
    name: found.group(1)
    for name, command in COMMANDS.items()
    if (found := re.search(r"^\s*Example: (pbx .+)$", command.help or "", re.MULTILINE))
}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_documented(name: str) -> None:
    command = COMMANDS[name]
    assert command.help
    undocumented = [one.name for one in command.params if not getattr(one, "help", None)]
    assert undocumented == []


@pytest.mark.parametrize("name", HOMES)
def test_what_is_listed_of_a_command_is_what_its_own_help_begins_with(name: str) -> None:
    first, *_ = COMMANDS[f"pbx {name}"].help.splitlines()
    assert HOMES[name].about == first


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "pbx"])
def test_every_command_has_an_example(name: str) -> None:
    assert name in EXAMPLES


def test_every_option_is_described_in_the_help_of_its_command(pbx: Pbx) -> None:
    for name, command in COMMANDS.items():
        if name == "pbx reference":  # the server's own help, of a program of its own
            continue
        written = pbx(*name.split()[1:], "--help").stdout
        for option in command.params:
            named = [option.opts[0], option.metavar or option.name.upper()]
            assert any(name.lower() in written.lower() for name in named)


@pytest.fixture
def files(tmp_path: Path, report_of: Callable[..., dict[str, Any]]) -> None:
    """What the examples take for granted in the folder they are run in."""
    report = report_of({"REPLY-001": "pass"}, started=datetime.now(UTC).isoformat())
    for name in ("yesterday.json", "today.json"):
        (tmp_path / name).write_text(json.dumps(report), "utf-8")
    write_bundle(tmp_path / "certificate.zip", report, None, {})


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("name", [name for name in EXAMPLES if name != "pbx reference"])
def test_the_example_works(shell: Pbx, reference_facts: dict[str, Any], name: str) -> None:
    words = shlex.split(EXAMPLES[name].partition(" > ")[0])[1:]
    address = "http://127.0.0.1:8080/crm_integration"
    # One feature is enough here; all of them have a test of their own.
    stands_for = {address: reference_facts["url"], "features": str(FEATURE)}
    words = [stands_for.get(word, word) for word in words]
    if words[0] == "call":
        words += ["--at", "2026-09-17 10:15"]  # the shop is closed at night
    done = shell(*words)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def test_the_example_of_the_reference_server_works() -> None:
    words = shlex.split(EXAMPLES["pbx reference"])[1:]
    words[words.index("--port") + 1] = "0"
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("REFERENCE_") and name != "DATABASE_URL"
    }
    process = subprocess.Popen(
        [Path(sys.executable).with_name("pbx"), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**kept, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    banner = process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    process.communicate()
    assert "/crm_integration is ready" in banner
