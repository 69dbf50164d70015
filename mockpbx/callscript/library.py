"""Call scripts from files: the catalogue that comes with the package, and the user's own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from mockpbx.callscript.model import VIRTUAL_NUMBER, CallScript
from mockpbx.callscript.variables import FORMS, Facts, fill, names, unknown_forms
from mockpbx.errors import CallScriptError, Problem, UsageError
from mockpbx.filemodel import Document, json_schema, parse, read_text, suggest, validate

CATALOGUE = "catalogue"
"""The word that stands for all built-in scripts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A call script before facts are put into it.

    Attributes:
        text: The file as it is.
        model: Its content, variables unfilled.
        document: Where things stand in the file.
        needs: Names of the facts it needs.
    """

    text: str
    model: CallScript
    document: Document
    needs: frozenset[str]

    @property
    def id(self) -> str:
        """The script's name."""
        return self.model.id

    def missing(self, facts: Facts) -> list[str]:
        """Name the facts that are needed but not given."""
        return sorted(self.needs - set(facts))

    def bind(self, facts: Facts) -> CallScript:
        """Put facts in the place of the variables.

        Raises:
            CallScriptError: A fact is missing, or does not fit where it is put.
        """
        missing = self.missing(facts)
        if missing:
            message = f"needs the fact {', '.join(missing)}; give it in [facts] of pbx.toml"
            raise CallScriptError(self.document.source, [Problem(message=message)])
        filled = Document(
            source=self.document.source,
            data=fill(self.document.data, facts),
            lines=self.document.lines,
            scalars=self.document.scalars,
        )
        script = validate(CallScript, filled, error=CallScriptError)
        return called_at(script, facts.get("virtual_number", ""))


def called_at(script: CallScript, number: str) -> CallScript:
    """Return a script whose callers call this number, unless they call another one by name."""
    calls = [
        call.model_copy(update={"called": number}) if call.called == VIRTUAL_NUMBER else call
        for call in script.calls
    ]
    return script.model_copy(update={"calls": calls})


def read(text: str, *, source: str) -> Script:
    """Read a call script.

    Raises:
        CallScriptError: With all that is wrong, by line and key.
    """
    document = parse(text, source=source, error=CallScriptError)
    model = validate(CallScript, document, error=CallScriptError)
    problems = [
        document.problem(("calls", place, "expect"), "the key expect is missing")
        for place, call in enumerate(model.calls)
        if "expect" not in call.model_fields_set
    ]
    if problems:
        raise CallScriptError(source, problems)
    unknown = sorted(unknown_forms(document.data))
    if unknown:
        message = f"no form {unknown[0]!r} of a variable; {suggest(unknown[0], FORMS)}"
        raise CallScriptError(source, [Problem(message=message)])
    needs = names(document.data)
    if any(call.called == VIRTUAL_NUMBER for call in model.calls):
        needs.add("virtual_number")
    return Script(text=text, model=model, document=document, needs=frozenset(needs))


@cache
def catalogue() -> tuple[Script, ...]:
    """Return the built-in scripts in the order in which they are best played.

    Guessing comes last: a good endpoint locks out a courier who guesses, and what is
    played after that would meet the lock.
    """
    return tuple(map(_built_in, _files()))


@cache
def _files() -> Mapping[str, Traversable]:
    """Return the files of the catalogue by the id of their script: ``10-own-order.yaml``."""
    folder = resources.files("mockpbx.callscript") / "catalogue"
    files = (entry for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    return {
        entry.name.removesuffix(".yaml").partition("-")[2]: entry
        for entry in sorted(files, key=lambda entry: entry.name)
    }


@cache
def _built_in(script_id: str) -> Script:
    file = _files()[script_id]
    return read(file.read_text("utf-8"), source=file.name)


def find(wanted: str) -> tuple[Script, ...]:
    """Return the scripts that a word of the command line means.

    Args:
        wanted: ``catalogue``, the id of a built-in script, a file, or a folder of files.

    Raises:
        UsageError: It is none of these.
        CallScriptError: A file is wrong.
    """
    if wanted == CATALOGUE:
        return catalogue()
    path = Path(wanted)
    if path.is_dir():
        return tuple(_from_folder(path))
    if path.suffix in (".yaml", ".yml") or path.exists():
        return (read(read_text(path, error=CallScriptError), source=str(path)),)
    if wanted not in _files():
        near = suggest(wanted, [*_files()])
        raise UsageError(f"no call script {wanted!r} in the catalogue, nor such a file; {near}")
    return (_built_in(wanted),)


def _from_folder(folder: Path) -> Iterator[Script]:
    files = sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")])
    if not files:
        raise UsageError(f"{folder} holds no call script (*.yaml)")
    for file in files:
        yield read(read_text(file, error=CallScriptError), source=str(file))


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a call script file, for editors."""
    return json_schema(CallScript, title="Call script", id="urn:pbx-harness:callscript:1")
