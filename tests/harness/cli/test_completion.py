"""What the shell completes."""

from collections.abc import Callable
from typing import Any

import pytest

Shell = Callable[..., Any]


def completed(shell: Shell, line: str) -> list[str]:
    """Press Tab at the end of a line."""
    words = line.split(" ")
    asked = {
        "_PBX_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
    }
    done = shell(**asked)
    assert done.stderr == ""
    found: list[str] = done.stdout.split()
    return found


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("pbx cert", "certify"),
        ("pbx explain REPLY-00", "REPLY-001"),
        ("pbx explain answer-is", "answer-is-200"),
        ("pbx cases REPLY-00", "REPLY-001"),
        ("pbx certify --only REP", "REPLY"),
        ("pbx certify --only SEQ,REPLY-00", "SEQ,REPLY-001"),
        ("pbx certify --scenario cour", "courier-line"),
        ("pbx certify --dialect nov", "novofon"),
        ("pbx call --inject http.st", "http.status"),
        ("pbx replay own", "own-order"),
        ("pbx catalogue show own", "own-order"),
    ],
)
def test_a_word_is_completed(shell: Shell, line: str, wanted: str) -> None:
    beginning = line.rpartition(" ")[2]
    found = completed(shell, line)
    assert wanted in found
    assert all(word.startswith(beginning) for word in found)
