"""Output that cannot go out: a full device, a reader who goes away, nobody at all."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PBX = os.fspath(Path(sys.executable).with_name("pbx"))
WORDS = ["--help", "--version", "catalogue", "openapi", "catalogue show own-order", "steps"]
FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="there is no device that is always full")


def run(words: str, **streams: Any) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([PBX, *words.split()], check=False, text=True, **streams)


@needs_full
@pytest.mark.parametrize("words", WORDS)
def test_a_full_device_is_one_line_and_no_success(words: str) -> None:
    with FULL.open("w") as full:
        done = run(words, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2
    assert done.stderr.startswith("pbx: ")
    assert len(done.stderr.splitlines()) == 1


@needs_full
@pytest.mark.parametrize("words", ["catalogue", "nonsense"])
def test_where_not_even_errors_can_go_there_is_still_an_exit_code(words: str) -> None:
    with FULL.open("w") as full:
        assert run(words, stdout=full, stderr=full).returncode == 2


@needs_full
def test_a_report_that_does_not_fit_is_one_line(
    shell: Callable[..., Any], endpoint: Callable[..., Any]
) -> None:
    done = shell("call", endpoint().url, "--from", "101", "--json", FULL)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


@needs_full
def test_a_full_device_costs_no_report(endpoint: Callable[..., Any], tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    with FULL.open("w") as full:
        words = f"certify {endpoint().url} --only REPLY-001 --json {report}"
        done = run(words, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2
    assert json.loads(report.read_text())["counts"]["pass"] == 1


@pytest.mark.parametrize("words", WORDS)
def test_a_reader_who_goes_away_is_no_error(words: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = run(words, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


def test_a_command_whose_output_nobody_wants_does_its_work() -> None:
    command = f'"{PBX}" catalogue >&-'
    done = subprocess.run(["sh", "-c", command], check=False, capture_output=True)  # noqa: S607
    assert (done.returncode, done.stderr) == (0, b"")
