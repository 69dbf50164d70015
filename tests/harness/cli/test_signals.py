"""Signals: what a command started ends with it, and what was done is written."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PBX = os.fspath(Path(sys.executable).with_name("pbx"))
SLOW = {
    "replay": ["replay", "--reference", "--clock", "real"],
    "certify": ["certify", "--reference", "--only", "REPLY", "-v", "--jobs=1", "--max-rps=5"],
    "bdd": ["bdd", "features", "--reference"],
}
"""Commands that say where the reference server is, and are not done soon after."""
ROOT = Path(__file__).parents[3]


@contextmanager
def begun(*command: str, until: str = "") -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """Start a command and wait for a line, after the reference server was named; give its port."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    port = None
    for line in process.stdout:
        named = re.search(r"127\.0\.0\.1:([0-9]+)", line)
        port = int(named[1]) if named else port
        if port and re.match(until, line):
            yield process, port
            break
    else:
        pytest.fail(f"it ended before: {process.communicate()}")


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("name", SLOW)
def test_sigterm_ends_the_reference_server_too(name: str, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    until = "ok " if name == "bdd" else ""  # reading the features is no scenario yet
    with begun(PBX, *SLOW[name], "--json", str(report), until=until) as (process, port):
        assert is_listening(port)
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate()
    assert process.returncode == 143
    assert "Traceback" not in stderr
    assert not is_listening(port)
    written = json.loads(report.read_text())
    assert written.get("verdict", "aborted") == "aborted"
    assert written.get("complete", False) is False


def test_sigterm_ends_what_a_shell_started_in_the_background() -> None:
    # Such a command ignores Ctrl-C.
    command = f'trap "" INT; exec "{PBX}" {" ".join(SLOW["replay"])}'
    with begun("sh", "-c", command) as (process, port):
        process.send_signal(signal.SIGTERM)
        process.communicate()
    assert process.returncode == 143
    assert not is_listening(port)


def test_sigterm_while_the_reference_server_starts_leaves_none_behind(tmp_path: Path) -> None:
    # It makes a folder for its ready file before it starts the server, and removes it after.
    process = subprocess.Popen(
        [PBX, "replay", "--reference"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    while not [*tmp_path.glob("pbx-reference-*/log.txt")] and process.poll() is None:
        os.sched_yield()
    process.send_signal(signal.SIGTERM)
    _, stderr = process.communicate()
    assert process.returncode == 143
    assert b"Traceback" not in stderr
    assert not [*tmp_path.iterdir()]
