"""Output for people: in a terminal, in a narrow one, without colour, into a pipe."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.display.terminal import PIPED_WIDTH, Terminal
from mockpbx.result.printable import visible

PBX = os.fspath(Path(sys.executable).with_name("pbx"))
COLOUR = re.compile(r"\x1b\[[0-9;]*3[0-9]")
STYLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def in_a_terminal(columns: int, *words: object, **environment: str) -> tuple[int, str]:
    """Run the command in a terminal of this width; give its exit code and what it printed."""
    kept = {
        name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR")
    }
    outside, inside = pty.openpty()
    fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        [PBX, *map(str, words)],
        stdin=inside,
        stdout=inside,
        stderr=inside,
        env={**kept, "TERM": "xterm", **environment},
    )
    os.close(inside)
    printed = b""
    while True:
        try:
            more = os.read(outside, 65536)
        except OSError:  # Linux: the last program at the other side has ended
            more = b""
        if not more:
            break
        printed += more
    os.close(outside)
    return process.wait(), printed.decode().replace("\r\n", "\n")


def call(url: str) -> tuple[str, ...]:
    by_day = ("--at", "2026-09-17 10:15")
    return ("call", url, "--from", "79161110001", "--dial", ".10523", *by_day)


@pytest.mark.parametrize(("columns", "width"), [(80, 80), (200, PIPED_WIDTH)])
def test_a_ladder_fits_the_terminal(endpoint: Callable[..., Any], columns: int, width: int) -> None:
    code, printed = in_a_terminal(columns, *call(endpoint().url))
    rungs = [line for line in printed.splitlines() if line.endswith("│")]
    assert code == 0
    assert len(rungs) > 8
    assert {len(line) for line in rungs} == {width - len("Callee") + 1}


def test_a_terminal_shows_colours_unless_it_is_told_not_to(
    endpoint: Callable[..., Any], manifest: Callable[..., Path]
) -> None:
    words = ("replay", "own-order", "--manifest", manifest(endpoint().url))
    _, coloured = in_a_terminal(100, *words)
    _, plain = in_a_terminal(100, *words, NO_COLOR="1")
    assert COLOUR.search(coloured)
    assert not COLOUR.search(plain)
    said = "talked to 7917*****08 for 20 s"
    for printed in (coloured, plain):
        assert said in " ".join(STYLE.sub("", printed).split())


def test_a_pipe_gets_no_styles(shell: Callable[..., Any], endpoint: Callable[..., Any]) -> None:
    assert "\x1b" not in shell(*call(endpoint().url)).stdout


@given(text=st.text())
def test_whatever_is_said_only_line_ends_are_not_printable(text: str) -> None:
    assert visible(text).replace("\n", "").isprintable()


def test_colours_in_a_pipe_bring_no_progress_and_no_broken_lines(
    shell: Callable[..., Any], endpoint: Callable[..., Any], manifest: Callable[..., Path]
) -> None:
    words = ("replay", "own-order", "--manifest", manifest(endpoint().url))
    printed = shell(*words, FORCE_COLOR="1", COLUMNS="40").stdout
    assert COLOUR.search(printed)
    assert "\r" not in printed
    assert len(printed.splitlines()) == 3


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["certify", "--help"],
        ["bdd", "--help"],
        ["cases", "--requirements"],
        ["cases", "PRIV"],
        ["catalogue"],
        ["explain", "REPLY-001"],
        ["steps", "--lang", "ru"],
    ],
    ids=" ".join,
)
def test_no_word_is_broken_at_80_columns(shell: Callable[..., Any], words: list[str]) -> None:
    code, printed = in_a_terminal(80, *words)
    lines = STYLE.sub("", printed).splitlines()
    assert code == 0
    assert {word for line in lines for word in line.split()} <= set(shell(*words).stdout.split())
    assert not [line for line in lines if len(line.rstrip()) > 80 and " " in line.strip()]


def test_a_line_is_broken_between_words_for_a_person(endpoint: Callable[..., Any]) -> None:
    words = ["call", endpoint(lambda _: {"text": "word " * 40}).url, "--from", "101", "-v"]
    _, printed = in_a_terminal(60, *words)
    said = STYLE.sub("", printed).rpartition("\n\n")[2]
    assert said.count("word") == 16
    assert all(len(line) <= 60 for line in said.splitlines() if "://" not in line)


def test_in_a_pipe_a_line_stays_one_however_narrow(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal()
    terminal.width = 20
    terminal.say("a " * 40, ("[b]", "bold"))
    assert capsys.readouterr().out == f"{'a ' * 40}[b]\n"
