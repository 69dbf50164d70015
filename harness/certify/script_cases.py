"""Call scripts of the owner as cases of a certification."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.certify.model import Case, FeatureUsed, Keyword, Requirement, Source
from mockpbx.callscript import library
from mockpbx.callscript.library import Script
from mockpbx.errors import CallScriptError

FAMILY = "SCRIPT"
"""How the ids of these cases begin."""

TITLE = "Your call scripts"
"""What they stand under in reports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnScripts:
    """Call scripts that are to be cases.

    Attributes:
        cases: The scripts, in the order in which they are named.
        files: What is to be said of their files.
    """

    cases: tuple[Case, ...] = ()
    files: tuple[FeatureUsed, ...] = ()


def scripts_in(paths: Sequence[Path]) -> OwnScripts:
    """Read the call scripts of files.

    Raises:
        CallScriptError: One is wrong, or two have the same id.
    """
    found: dict[str, Path] = {}
    cases: list[Case] = []
    files: list[FeatureUsed] = []
    for path in paths:
        (script,) = library.find(str(path))
        earlier = found.setdefault(script.id, path)
        if earlier != path:
            message = f"{script.id} is the id of {_shown(earlier)} already; give it another"
            problem = script.document.problem(("id",), message)
            raise CallScriptError(str(path), [problem])
        cases.append(_case(script, path))
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        files.append(FeatureUsed(file=_shown(path), sha256=digest, scenarios=1))
    return OwnScripts(cases=tuple(cases), files=tuple(files))


def case_id(script_id: str) -> str:
    """Return the id of a script's case; within a family, hyphens would make further ones."""
    return f"{FAMILY}-{script_id.replace('-', '_')}"


def _case(script: Script, path: Path) -> Case:
    wants_states = any(state.otherwise == "skip" for state in script.model.given)
    return Case(
        id=case_id(script.id),
        title=script.model.title,
        requirement=_requirement(script, path),
        capability="states" if wants_states else None,
        script=str(path),
        feature=TITLE,
    )


def _requirement(script: Script, path: Path) -> Requirement:
    return Requirement(
        id=case_id(script.id).lower(),
        keyword=Keyword.MUST,
        text=script.model.title,
        source=Source.DECLARED,
        documented=_shown(path),
        why="The owner of the endpoint says so in this call script.",
        fix="Let the endpoint do what the call script expects, or fix the script.",
    )


def _shown(path: Path) -> str:
    """Name a file as seen from here, if it lies below."""
    here = Path.cwd()
    whole = path.absolute()
    return str(whole.relative_to(here) if whole.is_relative_to(here) else path)
