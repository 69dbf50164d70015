"""What the documentation shows is true: its files are read, its commands are run."""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml
from junitparser import JUnitXml

from harness.certify import registry
from harness.cli.commands import app
from harness.cli.lazy import LazyCommand
from harness.results import baseline as baselines
from mockpbx.callscript import library as callscripts
from mockpbx.core.scenario import Interactive
from mockpbx.manifest.pbx_toml import load
from mockpbx.scenario import library as scenarios
from tests.warm_start import WarmStart

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
PBX = Path(sys.executable).with_name("pbx")


def blocks(page: Path, language: str) -> list[str]:
    """Return the code blocks of a page in a language."""
    fences = re.findall(r"^```(\w*)\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S)
    return [text for name, text in fences if name == language]


def commands(page: Path) -> list[str]:
    """Return the pbx commands that a page shows, each on a line of its own."""
    lines = "\n".join([*blocks(page, ""), *blocks(page, "console")]).splitlines()
    plain = [line.removeprefix("$ ") for line in lines]
    return [line for line in plain if line.startswith("pbx ")]


CI = ROOT / "docs" / "ci.md"
YAML = [(page.name, text) for page in PAGES if page != CI for text in blocks(page, "yaml")]


@pytest.mark.parametrize(
    ("page", "text"), YAML, ids=[f"{page}-{n}" for n, (page, _) in enumerate(YAML)]
)
def test_a_file_in_the_documentation_is_right(page: str, text: str, tmp_path: Path) -> None:
    if text.startswith("known:"):
        file = tmp_path / "known.yaml"
        file.write_text(text, "utf-8")
        known = baselines.load(file).known
        assert {one.case for one in known} <= registry.cases().keys()
    elif text.startswith("id:"):
        assert callscripts.read(text, source=page).needs
    else:
        assert scenarios.read(text, source=page).operations


@pytest.mark.parametrize(
    "page", [page for page in PAGES if blocks(page, "toml")], ids=lambda page: page.name
)
def test_a_manifest_in_the_documentation_is_right(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_TOKEN", "t")
    # The files that the page about lines of one's own names.
    shutil.copytree(ROOT / "examples" / "clinic", tmp_path, dirs_exist_ok=True)
    for number, text in enumerate(blocks(page, "toml")):
        file = tmp_path / f"{number}.toml"
        file.write_text(text, "utf-8")
        assert load(file).facts


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8"))
    for link in links:
        if "://" not in link:
            assert (page.parent / link).exists(), link


def test_the_table_of_codes_is_that_of_the_built_in_scenario() -> None:
    table = (ROOT / "docs" / "protocol.md").read_text("utf-8")
    written = dict(re.findall(r"^\| (\d+) \| `([a-z-]+)` \|", table, re.M))
    operations = scenarios.load("courier-line").operations.values()
    questions = [one for one in operations if isinstance(one, Interactive)]
    assert questions
    assert all(one.branches == written for one in questions)


# -- commands --------------------------------------------------------------------------

SHOWN = [(page.name, line) for page in PAGES for line in commands(page)]
SHOWN += [
    (f"make {name}", line.replace("$(BIN)/", ""))
    for name in ("demo",)
    for line in re.findall(
        r"^\t@(\$\(BIN\)/pbx .+)$",
        (ROOT / "Makefile").read_text("utf-8").partition(f"{name}:")[2].partition("\n\n")[0],
        re.MULTILINE,
    )
]


@pytest.mark.parametrize(("page", "line"), SHOWN)
def test_a_command_that_is_shown_is_one(page: str, line: str) -> None:
    del page
    words = shlex.split(line.partition(" > ")[0])[1:]
    group = typer.main.get_command(app)
    context = group.make_context("pbx", [words[0]])
    _, command, _ = group.resolve_command(context, words)  # type: ignore[attr-defined]
    # It is read whole, with every option and its value, and not carried out.
    assert command.make_context(words[0], words[1:], parent=context)


def options_of(command: Any) -> Iterator[str]:
    """Return all options of a command and of those beneath it."""
    command = command.loaded() if isinstance(command, LazyCommand) else command
    for option in command.params:
        yield from option.opts
    for inner in getattr(command, "commands", {}).values():
        yield from options_of(inner)


OF_OTHERS = {
    "--help",
    "--mode",
    "-n",
    "-rs",
    "-m",
    "-g",
    "--install-completion",
    "--show-completion",
}
"""Options of all commands, and of pytest, npm and Schemathesis."""


def test_an_option_that_a_guide_names_exists() -> None:
    reference = subprocess.run(
        [sys.executable, "-m", "reference_server", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    known = {*options_of(typer.main.get_command(app)), *OF_OTHERS}
    known |= set(re.findall(r"--[a-z-]+", reference.stdout))
    for page in PAGES:
        for code in re.findall(r"`([^`\n]+)`", page.read_text("utf-8")):
            named = re.findall(r"(?<!\S)--?[a-zA-Z][a-z-]*", code)
            wrong = [one for one in named if one not in known and not one.startswith("--pbx-")]
            assert wrong == [], f"{page.name}: {code}"


def test_every_option_that_commands_share_is_in_the_guide_to_the_command_line() -> None:
    guide = (ROOT / "docs" / "command-line.md").read_text("utf-8")
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    asking = [set(options_of(commands[name])) for name in ("call", "replay", "certify", "bdd")]
    shared = {option for option in set.intersection(*asking) if option.startswith("--")}
    assert {"--manifest", "--json", "--header"} <= shared
    assert [option for option in shared if option not in guide] == []


# -- the guides are real ---------------------------------------------------------------


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def first_endpoint(tmp_path: Path) -> Iterator[int]:
    """The endpoint of the first guide, running; its port."""
    (text,) = blocks(ROOT / "docs" / "first-call.md", "python")
    port = free_port()
    file = tmp_path / "endpoint.py"
    file.write_text(text.replace("8080", str(port)), "utf-8")
    process = subprocess.Popen([sys.executable, str(file)], stderr=subprocess.DEVNULL)
    try:
        give_up = time.monotonic() + 30
        while time.monotonic() < give_up:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
        yield port
    finally:
        process.kill()
        process.wait()


def test_the_commands_of_the_first_guide_do_what_it_says(
    first_endpoint: int, warm_start: WarmStart, tmp_path: Path
) -> None:
    exits = []
    for line in commands(ROOT / "docs" / "first-call.md"):
        words = shlex.split(line.replace("8080", str(first_endpoint)))[1:]
        at_noon = ["--at", "2026-09-17 12:00"]
        done = warm_start.run(["pbx", *words, *at_noon], folder=tmp_path, environment=os.environ)
        assert "Traceback" not in done.stderr
        exits.append(done.returncode)
    assert exits == [0, 1, 1, 0, 0]


# -- CI --------------------------------------------------------------------------------


def _github(job: Any) -> str:
    return "\n".join(step["run"] for step in job["jobs"]["certify"]["steps"] if "run" in step)


def _gitlab(job: Any) -> str:
    return "\n".join(job["certify"]["before_script"] + job["certify"]["script"])


def _made(job: Any) -> list[str]:
    """Return the files that a job keeps."""
    if "jobs" in job:
        return str(job["jobs"]["certify"]["steps"][-1]["with"]["path"]).split()
    kept = job["certify"]["artifacts"]
    return [*kept["paths"], kept["reports"]["junit"]]


@pytest.mark.skipif(not shutil.which("curl"), reason="the jobs wait with curl")
@pytest.mark.parametrize(
    ("number", "script"), [(0, _github), (1, _gitlab)], ids=["github", "gitlab"]
)
def test_the_jobs_of_the_guide_to_ci_certify(
    number: int, script: Callable[[Any], str], tmp_path: Path
) -> None:
    job = yaml.safe_load(blocks(CI, "yaml")[number])
    port = str(free_port())
    lines = [one for one in script(job).splitlines() if not one.startswith(_FETCHES)]
    (endpoint,) = blocks(ROOT / "docs" / "first-call.md", "python")
    url = "http://127.0.0.1:8080/crm_integration"
    files = {
        "pbx.toml": f'[endpoint]\nurl = "{url}"\n',
        "known.yaml": "known: []\n",
        "shop.py": endpoint,
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text.replace("8080", port), "utf-8")
    summary = tmp_path / "on-the-page.md"
    done = _as_a_runner("\n".join(lines).replace("8080", port), tmp_path, summary)
    assert done == 0, (tmp_path / "log").read_text("utf-8")
    made = [tmp_path / name for name in _made(job)]
    assert all(file.stat().st_size for file in made)
    assert JUnitXml.fromfile(str(tmp_path / "junit.xml")).tests
    told = summary if summary.exists() else tmp_path / "summary.md"
    assert "The form of the answer" in told.read_text("utf-8")


_FETCHES = ("git clone", "pip install")


def _as_a_runner(script: str, folder: Path, summary: Path) -> int:
    """Run a script as a runner of CI does, and end what it leaves running; its exit code.

    The certificate is of few cases: the whole is looked at elsewhere.
    """
    tools = folder / "tools"
    tools.mkdir()
    for name, program in (("python", sys.executable), ("pbx", str(PBX))):
        tool = tools / name
        few = '[ "$1" != certify ] || set -- "$@" --only REPLY-001\n' if name == "pbx" else ""
        tool.write_text(f'#!/bin/sh\n{few}exec {shlex.quote(program)} "$@"\n', "utf-8")
        tool.chmod(0o755)
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            ["bash", "-e", "-c", script],  # noqa: S607  # as a runner does
            cwd=folder,
            env={
                **os.environ,
                "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
                "GITHUB_STEP_SUMMARY": str(summary),
            },
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            return process.wait(timeout=120)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


_VARIES = re.compile(r"(?<=127\.0\.0\.1:)[0-9]+|[0-9]+\.[0-9](?= s$)", re.MULTILINE)
"""Ports and durations."""
_INSTALLS = ("python3 -m venv", "pip install")


def test_the_terminal_of_the_guide_to_features_is_real(tmp_path: Path) -> None:
    shown = "".join(blocks(ROOT / "docs" / "gherkin.md", "console"))
    seen = ""
    for line in shown.splitlines():
        if not line.startswith("$ "):
            continue
        seen += f"{line}\n"
        if not line.removeprefix("$ ").startswith(_INSTALLS):
            seen += _typed(line.removeprefix("$ "), tmp_path)
    assert _VARIES.sub("…", seen) == _VARIES.sub("…", shown)


def _typed(command: str, folder: Path) -> str:
    """Type a command in a terminal, and give what it prints."""
    path = f"{PBX.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-c", command],  # noqa: S607  # as a person's terminal
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return done.stdout
