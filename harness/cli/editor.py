"""``pbx editor``: an editor that knows the sentences of features."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.grammar import command
from harness.display.terminal import Terminal
from harness.steps import editor_glue, own_steps
from mockpbx.errors import UsageError

_DEFINITIONS = ".vscode/pbx_steps.py"
_WORDS = ".vscode/pbx_words.feature"
_SETTINGS = ".vscode/settings.json"

_OWN_STEPS = ("conftest.py", "features/**/*.py", "steps/**/*.py", "tests/**/*.py")

SETTINGS: Mapping[str, Sequence[str]] = {
    # Where completion finds words for gaps; all other features are checked when they are open.
    "cucumber.features": [_WORDS],
    "cucumber.glue": [_DEFINITIONS, *_OWN_STEPS],
}
"""What the editor is to know, with paths from the folder that it opens."""


@command
def editor(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder that you open in the editor.")
    ] = Path(),
) -> None:
    """Let an editor know the sentences: what a step means, which there are, which is misspelt.

    For VS Code with the extension Cucumber, and for others with the Cucumber language server.
    Writes two files into .vscode, and settings.json if there is none; yours is left alone.
    Run it again after an upgrade, and after a new step of your own.

    Exit code 2: there is no such folder, or a file of that name which is not ours.

    Example: pbx editor
    """
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}")
    own = own_steps.fields(folder, _OWN_STEPS)
    _write(folder / _DEFINITIONS, editor_glue.definitions(own))
    _write(folder / _WORDS, editor_glue.examples())
    made = _make_settings(folder / _SETTINGS)
    terminal = Terminal()
    terminal.say(f"made {folder / _DEFINITIONS} and {folder / _WORDS}")
    if made:
        terminal.say(f"made {folder / _SETTINGS}")
    elif not _knows(folder / _SETTINGS):
        terminal.say(f"{folder / _SETTINGS} is yours and was left alone; it should say:")
        terminal.say(_json().strip("{}\n"))
    terminal.say("VS Code needs the extension Cucumber (CucumberOpen.cucumber-official)")


def _json() -> str:
    return json.dumps(SETTINGS, indent=2) + "\n"


def _write(path: Path, text: str) -> None:
    """Write a file anew, unless it is somebody else's."""
    try:
        if path.exists() and not path.read_bytes().startswith(editor_glue.MADE.encode()):
            raise UsageError(f"{path} is there and not made by pbx editor; move it away")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error


def _make_settings(path: Path) -> bool:
    """Write the settings; return whether there were none."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(_json())
    except FileExistsError:
        return False
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
    return True


def _knows(path: Path) -> bool:
    """Tell whether settings name our files; they may have comments and so be no JSON."""
    try:
        text = path.read_text("utf-8", "replace")
    except OSError:
        return False
    return _DEFINITIONS in text and _WORDS in text
