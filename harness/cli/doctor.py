"""``pbx doctor``: is the endpoint there, and is what is declared of it right?"""

from collections.abc import Sequence
from pathlib import Path

from harness.certify import applicability
from harness.cli.bdd import needs_bdd
from harness.cli.exits import Exit
from harness.cli.grammar import command
from harness.cli.options import EndpointOptions, ExchangeOptions, Url
from harness.display.counting import counted
from harness.display.exchanges import exchange_lines
from harness.display.terminal import Terminal
from harness.doctor.diagnosis import Blame, Diagnosis, Severity, ok, problem
from harness.doctor.preflight import problems, run_preflight, unusable
from harness.endpoint.target import nearest_manifest
from mockpbx.errors import FileError, UsageError
from mockpbx.manifest.endpoint import Endpoint
from mockpbx.masking import Masker, without_secrets

FORMAT = "pbx-harness-doctor/1"
_STYLES = {Severity.OK: "green", Severity.WARNING: "yellow", Severity.PROBLEM: "bold red"}
_EXITS = {
    Blame.CONFIGURATION: Exit.USAGE,
    Blame.UNREACHABLE: Exit.UNREACHABLE,
    Blame.ENDPOINT: Exit.MISSED,
}


@command
def doctor(url: Url = None, *, endpoint: EndpointOptions, shown: ExchangeOptions) -> Exit:
    """Look for what would make every verdict worthless: address, token, certificate, facts.

    Places one harmless call. Exit code 0: the certification can begin; 1: the endpoint is
    wrong; 2: what you gave is wrong; 3: the endpoint cannot be reached.

    Example: pbx doctor http://127.0.0.1:8080/crm_integration
    """
    shown.check()
    mask, known = shown.mask, None
    found: tuple[Diagnosis, ...]
    try:
        with endpoint.found(url, mask, unmasked=FileError) as (known, mask):
            coverage = applicability.coverage(known.facts, known.capabilities, known.own_line)
            found = (*run_preflight(known), *_own_features(known), coverage)
        if known.manifest is not None:
            file = endpoint.manifest or nearest_manifest(Path.cwd())
            found = (ok("manifest", str(file)), *found)
    except FileError as error:
        found = unusable(error)
    shown.write(_as_json(found, known, mask))
    _print(found, shown, mask)
    return exit_of(found)


def _own_features(known: Endpoint) -> Sequence[Diagnosis]:
    """Look whether the features of the manifest can be read."""
    if not known.features:
        return ()
    try:
        with needs_bdd():
            from harness.pytest_plugin.scenario_cases import scenarios_in  # noqa: PLC0415
        scenarios = scenarios_in(known.features)
    except FileError as error:
        wrong = (f"{error.source}, {one}" for one in error.problems)
        return [problem("features", said, "correct this line") for said in wrong]
    except UsageError as error:
        return [problem("features", str(error), "they are named in [certify] of pbx.toml")]
    return [ok("features", counted(len(scenarios.cases), "scenario"))]


def _print(found: Sequence[Diagnosis], shown: ExchangeOptions, mask: Masker) -> None:
    terminal = shown.terminal
    wrong = [one for one in found if one.severity is not Severity.OK]
    print_diagnoses(terminal, wrong if shown.quiet else found, mask, verbose=shown.verbose)
    _print_verdict(terminal, found)


def exit_of(found: Sequence[Diagnosis]) -> Exit:
    """Return the exit code: the first problem decides, for the others may follow from it."""
    first = next(iter(problems(tuple(found))), None)
    return Exit.OK if first is None else _EXITS[first.blame]


def print_diagnoses(
    terminal: Terminal, found: Sequence[Diagnosis], mask: Masker, *, verbose: bool = False
) -> None:
    """Print a line for each thing looked at, one for what to do, and what was exchanged."""
    for one in found:
        word = (f"{one.severity.value:<8}", _STYLES[one.severity])
        terminal.say(word, f" {one.name:<11}", mask(one.said))
        if one.do:
            terminal.say(f"{'':<20}→ {mask(one.do)}")
        for exchange in one.exchanges if verbose else ():
            for line in exchange_lines(exchange, mask):
                terminal.say(f"{'':<20}{line}")


def _print_verdict(terminal: Terminal, found: Sequence[Diagnosis]) -> None:
    wrong = len(problems(tuple(found)))
    warnings = sum(one.severity is Severity.WARNING for one in found)
    if wrong:
        terminal.say(f"\n{counted(wrong, 'problem')} to fix first")
    else:
        aside = f", with {counted(warnings, 'warning')}" if warnings else ""
        terminal.say(f"\nready: pbx certify can begin{aside}")


def _as_json(found: Sequence[Diagnosis], known: Endpoint | None, mask: Masker) -> dict[str, object]:
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
            for lost in applicability.lost(known.facts, known.capabilities, known.own_line)
        ]
    return content
