"""`pbx editor`: files for an editor, and no file of the user's changed."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.cli.editor import SETTINGS
from harness.pytest_plugin.feature_files import features_in
from tests.warm_start import WarmStart

Pbx = Callable[..., Any]

GUIDE = Path(__file__).parents[3] / "docs" / "gherkin.md"
GLUE, WORDS, SETTINGS_FILE = (
    Path(".vscode") / name for name in ("pbx_steps.py", "pbx_words.feature", "settings.json")
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_one_command_makes_all_that_the_editor_needs(pbx: Pbx) -> None:
    result = pbx("editor")
    assert result.exit_code == 0
    assert f"made {GLUE} and {WORDS}\nmade {SETTINGS_FILE}\n" in result.stdout
    settings = json.loads(SETTINGS_FILE.read_text("utf-8"))
    assert settings == SETTINGS
    assert settings["cucumber.features"] == [WORDS.as_posix()]
    assert settings["cucumber.glue"][0] == GLUE.as_posix()
    assert '@when("{кто} звонит")' in GLUE.read_text("utf-8")
    assert "* the courier calls" in WORDS.read_text("utf-8")


@pytest.mark.usefixtures("folder")
def test_made_again_our_files_are_new_and_settings_that_know_them_are_no_news(pbx: Pbx) -> None:
    pbx("editor")
    fresh = GLUE.read_text("utf-8")
    GLUE.write_text(fresh.splitlines()[0], "utf-8")
    mine = f"// mine\n{SETTINGS_FILE.read_text('utf-8')}"
    SETTINGS_FILE.write_text(mine, "utf-8")
    result = pbx("editor")
    assert result.exit_code == 0
    assert "settings.json" not in result.stdout
    assert GLUE.read_text("utf-8") == fresh
    assert SETTINGS_FILE.read_text("utf-8") == mine


def test_settings_of_ones_own_are_left_alone_and_what_is_to_be_added_is_said(
    pbx: Pbx, folder: Path
) -> None:
    (folder / ".vscode").mkdir()
    SETTINGS_FILE.write_text('{"editor.rulers": [100]}', "utf-8")
    result = pbx("editor")
    assert result.exit_code == 0
    assert SETTINGS_FILE.read_text("utf-8") == '{"editor.rulers": [100]}'
    before, _, said = result.stdout.partition("it should say:\n")
    assert "is yours and was left alone" in before
    assert json.loads(f"{{{said.rpartition(']')[0]}]}}") == SETTINGS


@pytest.mark.parametrize("name", [GLUE, WORDS])
def test_a_file_that_is_not_ours_is_not_overwritten(pbx: Pbx, folder: Path, name: Path) -> None:
    (folder / ".vscode").mkdir()
    name.write_bytes(b"mine \xff")
    result = pbx("editor")
    assert result.exit_code == 2
    assert f"{name} is there and not made by pbx editor" in result.stderr
    assert name.read_bytes() == b"mine \xff"


def test_another_folder_may_be_named_but_must_be_there(pbx: Pbx, folder: Path) -> None:
    (folder / "project").mkdir()
    assert pbx("editor", "project").exit_code == 0
    assert (folder / "project" / GLUE).exists()
    result = pbx("editor", "nowhere")
    assert (result.exit_code, result.stderr) == (2, "pbx: there is no folder nowhere\n")
    assert not (folder / "nowhere").exists()


def test_what_cannot_be_written_is_said(pbx: Pbx, folder: Path) -> None:
    (folder / ".vscode").write_text("a file", "utf-8")
    result = pbx("editor")
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr


def test_fields_of_own_steps_are_found_where_the_editor_looks_for_steps(
    pbx: Pbx, folder: Path
) -> None:
    (folder / "steps").mkdir()
    (own,) = re.findall(r"```python\n(from pytest_bdd.+?)```", GUIDE.read_text("utf-8"), re.S)
    (folder / "steps" / "own.py").write_text(own, "utf-8")
    pbx("editor")
    assert 'gap(name="seconds:d"' in GLUE.read_text("utf-8")


def test_the_guide_shows_the_settings_that_are_made() -> None:
    (shown,) = re.findall(r"```json\n(.+?)```", GUIDE.read_text("utf-8"), re.S)
    assert json.loads(shown) == SETTINGS


@pytest.mark.parametrize("words", [[], [str(GLUE)], ["-o", "norecursedirs=nothing"]])
def test_nothing_of_it_is_a_test(
    pbx: Pbx, folder: Path, words: list[str], warm_start: WarmStart
) -> None:
    pbx("editor")
    (folder / "pytest.ini").write_text("[pytest]\npbx_features = true\naddopts = -W error\n")
    command = ["pytest", "-p", "no:cacheprovider", *words]
    done = warm_start.run(command, folder=folder, environment=os.environ)
    assert done.returncode == pytest.ExitCode.NO_TESTS_COLLECTED, done.stdout


@pytest.mark.usefixtures("folder")
def test_the_words_are_no_feature_for_other_commands(pbx: Pbx) -> None:
    pbx("editor")
    pbx("new", "courier")
    result = pbx("steps", "--coverage", ".")
    assert (result.exit_code, result.stderr) == (0, "")
    assert features_in(Path()) == [Path("courier.feature")]
