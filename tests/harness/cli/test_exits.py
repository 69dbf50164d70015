"""How a command ends when something is wrong."""

import subprocess
import sys

import pytest

from harness.cli import commands, main
from harness.cli.exits import Exit, complain, exit_for
from harness.endpoint.reachability import UnreachableError
from mockpbx.errors import HarnessError, ManifestError, PbxError, Problem, UsageError
from mockpbx.masking import Masker

ERRORS: list[tuple[PbxError, Exit]] = [
    (UsageError("x"), Exit.USAGE),
    (ManifestError("pbx.toml", [Problem(message="x")]), Exit.USAGE),
    (UnreachableError("x"), Exit.UNREACHABLE),
    (HarnessError("x"), Exit.HARNESS),
]


@pytest.mark.parametrize(("error", "code"), ERRORS, ids=lambda value: type(value).__name__)
def test_the_kind_of_an_error_chooses_the_exit_code(error: PbxError, code: Exit) -> None:
    assert exit_for(error) is code


def test_an_error_is_one_line_with_secrets_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    complain(UsageError("hunter2 [bold] is wrong"), Masker().and_secrets(["hunter2"]))
    assert capsys.readouterr().err == "pbx: *** [bold] is wrong\n"


def test_a_bug_of_ours_asks_to_be_reported(capsys: pytest.CaptureFixture[str]) -> None:
    assert complain(HarnessError("a call never ended")).exit_code == 4
    assert "This is a bug of pbx-harness; please report it." in capsys.readouterr().err


def test_an_unforeseen_exception_is_exit_code_4_not_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(commands, "app", broken)
    with pytest.raises(SystemExit) as ended:
        main.run()
    assert ended.value.code == 4
    assert "This is a bug of pbx-harness; please report it." in capsys.readouterr().err


_BROKEN_OFF = """
import sys

class Impatient:
    def find_spec(self, name, *_):
        if name == "harness.cli.commands":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Impatient())
from harness.cli.main import run
run()
"""


def test_ctrl_c_while_the_program_is_loaded_leaves_no_traceback() -> None:
    done = subprocess.run([sys.executable, "-c", _BROKEN_OFF], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (130, b"")
