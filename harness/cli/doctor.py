"""``pbx doctor``: is the endpoint there, and is what is declared of it right?"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from harness import facts
from harness.cli import options
from harness.cli.exits import Exit, complain
from harness.diagnosis import Blame, Diagnosis, Severity, ok
from harness.masking import Masker, without_secrets
from harness.preflight import problems, run_preflight, unusable
from harness.reports.terminal import Terminal, emit
from harness.reports.words import counted
from harness.target import Overrides, Target, target
from mockpbx.errors import FileError, PbxError, UsageError

FORMAT = "pbx-harness-doctor/1"
_STYLES = {Severity.OK: "green", Severity.WARNING: "yellow", Severity.PROBLEM: "bold red"}
_EXITS = {
    Blame.CONFIGURATION: Exit.USAGE,
    Blame.UNREACHABLE: Exit.UNREACHABLE,
    Blame.ENDPOINT: Exit.MISSED,
}


def doctor(
    url: Annotated[str | None, typer.Argument(help="The endpoint that the PBX asks.")] = None,
    manifest: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Address, facts, states; default: ./pbx.toml."),
    ] = None,
    scenario: options.ScenarioOption = None,
    dialect: options.DialectOption = None,
    method: options.MethodOption = None,
    header: options.Headers = [],  # noqa: B006  # typer copies it
    ca_file: options.CaFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
    show_numbers: options.ShowNumbers = False,
) -> None:
    """Look for what would make every verdict worthless: address, token, certificate, facts.

    Places one harmless call. Exit code 0: the certification can begin; 1: the endpoint is
    wrong; 2: what you gave is wrong; 3: the endpoint cannot be reached.

    Example: pbx doctor http://127.0.0.1:8080/crm_integration
    """
    manifest = options.manifest_of(manifest, url)
    mask = Masker(off=show_numbers)
    known: Target | None = None
    try:
        if manifest is None and url is None:
            raise UsageError("name the endpoint by its URL, or let pbx init URL write a pbx.toml")
        given = Overrides(
            url=url,
            scenario=scenario,
            dialect=dialect,
            method=method,
            headers=options.header_pairs(header),
            ca_file=ca_file,
        )
        with target(manifest, given) as known:
            mask = known.mask(mask)
            found = run_preflight(known)
        if manifest is not None:
            found = (ok("manifest", str(manifest)), *found)
    except FileError as error:
        found = unusable(error)
    except PbxError as error:
        raise complain(error, mask) from None
    if as_json:
        emit(json.dumps(_as_json(found, known, mask), ensure_ascii=False, indent=2) + "\n")
    else:
        print_diagnoses(Terminal(), found, mask)
        _print_verdict(Terminal(), found)
    raise typer.Exit(exit_of(found))


def exit_of(found: Sequence[Diagnosis]) -> Exit:
    """Choose the exit code: the first problem decides, for the others may follow from it."""
    first = next(iter(problems(tuple(found))), None)
    return Exit.OK if first is None else _EXITS[first.blame]


def print_diagnoses(terminal: Terminal, found: Sequence[Diagnosis], mask: Masker) -> None:
    """Print a line for each thing looked at, and one for what to do about it."""
    for one in found:
        word = (f"{one.severity.value:<8}", _STYLES[one.severity])
        terminal.say(word, f" {one.name:<11}", mask(one.said))
        if one.do:
            terminal.say(f"{'':<20}→ {mask(one.do)}")


def _print_verdict(terminal: Terminal, found: Sequence[Diagnosis]) -> None:
    wrong = len(problems(tuple(found)))
    warnings = sum(one.severity is Severity.WARNING for one in found)
    if wrong:
        terminal.say(f"\n{counted(wrong, 'problem')} to mend first")
    else:
        aside = f", with {counted(warnings, 'warning')}" if warnings else ""
        terminal.say(f"\nready: pbx certify can begin{aside}")


def _as_json(found: Sequence[Diagnosis], known: Target | None, mask: Masker) -> dict[str, object]:
    content: dict[str, object] = {
        "format": FORMAT,
        "endpoint": {"url": mask(without_secrets(known.profile.url))} if known else None,
        "ready": not problems(tuple(found)),
        "exit_code": int(exit_of(found)),
        "checks": [
            {
                "name": one.name,
                "severity": one.severity.value,
                "said": mask(one.said),
                "do": mask(one.do),
                "blame": one.blame.value if one.severity is Severity.PROBLEM else None,
            }
            for one in found
        ],
        "not_applicable": [],
    }
    if known is not None:
        content["not_applicable"] = [
            {"reason": lost.reason, "cases": [case.id for case in lost.cases]}
            for lost in facts.lost(known.facts, known.capabilities)
        ]
    return content
