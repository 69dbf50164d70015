"""``pbx explain``: what a case or a requirement wants, why, and how to fulfil it."""

import difflib
import inspect
import textwrap
from collections.abc import Iterator, Sequence
from typing import Annotated

import typer

from harness.certify import checks, registry
from harness.certify.applicability import facts_needed
from harness.certify.model import Case, Requirement, Source, Verdict
from harness.certify.reasons import Saw
from harness.cli import completion
from harness.cli.grammar import command
from harness.cli.options import JsonOptions
from harness.display.counting import counted
from harness.display.terminal import Terminal
from mockpbx.callscript import library
from mockpbx.errors import UsageError
from mockpbx.manifest.facts import FACTS

_SOURCES = {
    Source.VENDOR_DOC: "the vendors document it",
    Source.STANDARD: "an HTTP, JSON, TLS or URL standard",
    Source.PRIVACY: "who may learn whose number: the purpose of the courier line",
    Source.DECLARED: "your own pbx.toml says so",
    Source.DE_FACTO: "endpoints in use do it; nobody documents it",
    Source.ASSUMPTION: "AN ASSUMPTION: nobody documents it",
}
_CONSEQUENCES = {
    Verdict.FAIL: "the endpoint is not certified",
    Verdict.NONSTRICT: "a remark; the endpoint can be certified all the same",
    Verdict.INFO: "recorded only; the endpoint can be certified all the same",
}
_CAPABILITIES = {
    "https": "an address that begins with https:",
    "states": "a states address, [states] in pbx.toml",
}
_INDENT = 13
_WIDTH = 100


@command
def explain(
    name: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="A case, e.g. REPLY-001, or a requirement.",
            autocompletion=completion.explained,
        ),
    ],
    *,
    output: JsonOptions,
) -> None:
    """Explain a case or a requirement: what is wanted, why, how to fulfil it, how to try it.

    Exit code 2: there is neither.

    Example: pbx explain REPLY-001
    """
    output.check()
    requirement, cases = find(name)
    output.write(_as_json(requirement, cases))
    if output.is_printed:
        return
    terminal = Terminal()
    width = min(terminal.columns, _WIDTH)
    for label, text in _lines(requirement, cases):
        terminal.say(_wrapped(label, text, width) if label else (text, "bold"))


def find(name: str) -> tuple[Requirement, Sequence[Case]]:
    """Find a case and its requirement, or a requirement and all its cases.

    Raises:
        UsageError: There is neither; names those that are called like it.
    """
    checks.load()
    cases = registry.cases()
    if name.upper() in cases:
        case = cases[name.upper()]
        return case.requirement, [case]
    requirements = {requirement.id: requirement for requirement in registry.requirements()}
    found = requirements.get(name.lower())
    if found is not None:
        return found, [case for case in cases.values() if case.requirement.id == found.id]
    near = [
        *difflib.get_close_matches(name.upper()[:100], cases, n=3),
        *difflib.get_close_matches(name.lower()[:100], requirements, n=3),
    ]
    hint = f"did you mean {' or '.join(near)}?" if near else "pbx cases lists them"
    raise UsageError(f"there is no case and no requirement {name}; {hint}")


# -- for people ------------------------------------------------------------------------


def _lines(requirement: Requirement, cases: Sequence[Case]) -> Iterator[tuple[str, str]]:
    """Return labels and texts; a headline has no label."""
    if len(cases) == 1:
        yield "", f"{cases[0].id}  {cases[0].title}"
    else:
        yield "", requirement.id
    yield "required", f"{requirement.text} ({requirement.keyword.value}, {requirement.id})"
    yield "source", _SOURCES[requirement.source]
    yield "documented", requirement.documented
    yield "if broken", _CONSEQUENCES[requirement.verdict(Saw.VIOLATED)]
    yield "on a call", requirement.why
    yield "how to fix", requirement.fix
    if requirement.excluded is not None:
        yield "not tested", requirement.excluded
    for case in cases:
        yield from _about(case, alone=len(cases) == 1)
    if cases:
        yield "try it", certify_line(cases)


def _about(case: Case, *, alone: bool) -> Iterator[tuple[str, str]]:
    """Return what a case does and what it needs."""
    if not alone:
        yield case.id, case.title
        return
    said = what_it_does(case)
    if said != case.title:
        yield "the case", said
    needs = [
        f"{fact} ({FACTS[fact].meaning})" if fact in FACTS else fact
        for fact in sorted(facts_needed(case))
    ]
    if needs:
        yield "facts", f"{', '.join(needs)}; give them in [facts] of pbx.toml"
    if case.capability is not None:
        yield "only with", _CAPABILITIES.get(case.capability, f"method {case.capability}")
    if case.guesses:
        times = counted(case.guesses, "wrong order")
        yield "guesses", f"the courier enters {times}; an endpoint that locks guessers is right"


def _wrapped(label: str, text: str, width: int) -> str:
    """Put a text beside its label; lines of its own stay lines of their own."""
    lines = [
        part
        for line in text.strip().splitlines()
        for part in textwrap.wrap(
            line,
            width - _INDENT,
            break_long_words=False,
            break_on_hyphens=False,
            subsequent_indent=" " * (len(line) - len(line.lstrip())),
        )
        or [""]
    ]
    return f"{label:<{_INDENT}}" + f"\n{'':<{_INDENT}}".join(lines)


# -- of cases --------------------------------------------------------------------------


def what_it_does(case: Case) -> str:
    """Return what a case does, beyond its title."""
    if case.script is not None:
        (script,) = library.find(case.script)
        title = script.model.title.rstrip(".")
        return f"{title}. It plays a call script: pbx catalogue show {case.script}"
    said = inspect.getdoc(registry.check_of(case))
    return " ".join(said.split("\n\n")[0].split()) if said else case.title


def certify_line(cases: Sequence[Case]) -> str:
    """Return the command that runs cases alone."""
    return f"pbx certify URL --only {','.join(case.id for case in cases)}"


def _as_json(requirement: Requirement, cases: Sequence[Case]) -> dict[str, object]:
    return {
        "requirement_id": requirement.id,
        "requirement": requirement.text,
        "keyword": requirement.keyword.value,
        "source": requirement.source.value,
        "if_broken": requirement.verdict(Saw.VIOLATED).value,
        "documented": requirement.documented,
        "why": requirement.why,
        "fix": requirement.fix,
        "excluded": requirement.excluded,
        "cases": [_case_as_json(case) for case in cases],
        "try": certify_line(cases) if cases else None,
    }


def _case_as_json(case: Case) -> dict[str, object]:
    return {
        "id": case.id,
        "title": case.title,
        "does": what_it_does(case),
        "facts": sorted(facts_needed(case)),
        "capability": case.capability,
        "guesses": case.guesses,
        "script": case.script,
    }
