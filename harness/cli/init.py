"""``pbx init``: write a first pbx.toml, and try whether what it says is true."""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from harness import facts as known_facts
from harness import manifest as manifests
from harness.cli import options
from harness.cli.doctor import exit_of, print_diagnoses
from harness.cli.exits import Exit, complain
from harness.diagnosis import Severity
from harness.draft import Draft, text_of
from harness.masking import HARMLESS_HEADERS, Masker
from harness.preflight import calls_hold, run_preflight
from harness.reports.terminal import Terminal
from harness.reports.words import FACTS, counted
from harness.target import STANDARD_FACTS, Target, from_manifest
from mockpbx.core.scenario import Scenario
from mockpbx.errors import PbxError, UsageError
from mockpbx.scenario import library as scenarios
from mockpbx.wire.request import Dialect, Method
from mockpbx.wire.target import split_target

_DEFAULTS = {**STANDARD_FACTS, "unknown_order": "99999"}
"""Offered where nobody says otherwise."""


def _fact(name: str) -> typer.models.OptionInfo:
    what = FACTS[name]
    option: typer.models.OptionInfo = typer.Option(
        f"--{name.replace('_', '-')}", metavar="NUMBER", help=f"{what[0].upper()}{what[1:]}."
    )
    return option


def init(
    url: Annotated[str, typer.Argument(help="The endpoint that the PBX asks.")],
    virtual_number: Annotated[str | None, _fact("virtual_number")] = None,
    courier: Annotated[str | None, _fact("courier")] = None,
    order: Annotated[str | None, _fact("order")] = None,
    customer: Annotated[str | None, _fact("customer")] = None,
    foreign_order: Annotated[str | None, _fact("foreign_order")] = None,
    foreign_customer: Annotated[str | None, _fact("foreign_customer")] = None,
    unknown_order: Annotated[str | None, _fact("unknown_order")] = None,
    stranger: Annotated[str | None, _fact("stranger")] = None,
    fact: Annotated[
        list[str], typer.Option(metavar="NAME=NUMBER", help="A further fact. Repeatable.")
    ] = [],  # noqa: B006  # typer copies it
    dialect: options.DialectOption = None,
    method: options.MethodOption = None,
    header: options.Headers = [],  # noqa: B006  # typer copies it
    ca_file: options.CaFile = None,
    scenario: options.ScenarioOption = None,
    output: Annotated[Path, typer.Option(metavar="FILE", help="What is written.")] = Path(
        "pbx.toml"
    ),
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")] = False,
    show_numbers: options.ShowNumbers = False,
) -> None:
    """Write a pbx.toml, after asking what is true behind the endpoint, and try it out.

    The file is written whatever the endpoint answers. Exit code 0: what it says holds; 1: a
    call showed otherwise; 2: something you gave is wrong; 3: the endpoint cannot be reached.

    Example: pbx init http://127.0.0.1:8080/crm_integration --courier 79161110001 --yes
    """
    flags = {
        "virtual_number": virtual_number,
        "courier": courier,
        "order": order,
        "customer": customer,
        "foreign_order": foreign_order,
        "foreign_customer": foreign_customer,
        "unknown_order": unknown_order,
        "stranger": stranger,
    }
    try:
        flags |= dict(map(_pair, fact))
        _check_free(output, force=force)
        split_target(manifests.expanded(url, "the address"))
        played = scenarios.load(scenario or "courier-line")
        draft = Draft(
            url=url,
            facts=dict(_gathered(flags, played, ask=not yes)),
            method=(method or Method.GET).value,
            dialect=(dialect or Dialect.COMAGIC).value,
            headers=dict(options.header_pairs(header)),
            ca_file=str(ca_file.resolve()) if ca_file else None,
            scenario=_from_anywhere(scenario or "courier-line"),
        )
        code = _try_out(_written(draft, output), output, Masker(off=show_numbers))
    except PbxError as error:
        raise complain(error) from None
    raise typer.Exit(code)


# -- asking ----------------------------------------------------------------------------


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise UsageError(f"--fact: write it as NAME=NUMBER, not {text!r}")
    return name.strip(), value.strip()


def _gathered(
    flags: Mapping[str, str | None], scenario: Scenario, *, ask: bool
) -> Iterator[tuple[str, str]]:
    """Give the facts: those of the command line, and what is told when asked."""
    for name, flag in flags.items():
        value = flag
        if value is None and ask:
            value = _answer(name, _checks(name, scenario))
        elif value is None:
            value = _DEFAULTS.get(name)
        if value:
            yield name, value


def _answer(name: str, checks: Callable[[str], str]) -> str:
    aside = "" if name in _DEFAULTS else " (empty to leave out)"
    try:
        told: str = typer.prompt(
            f"{name.replace('_', ' ')}: {FACTS[name]}{aside}",
            default=_DEFAULTS.get(name, ""),
            show_default=name in _DEFAULTS,
            value_proc=checks,
        )
    except typer.Abort as abort:
        if isinstance(abort.__context__, KeyboardInterrupt):
            raise typer.Exit(Exit.INTERRUPTED) from None
        raise UsageError(
            "nobody answers; give the facts as options, such as --courier, and --yes"
        ) from None
    return told


def _checks(name: str, scenario: Scenario) -> Callable[[str], str]:
    """Give what lets an answer through, or says what is wrong with it so that it is asked again."""

    def check(text: str) -> str:
        value = text.strip()
        for found in known_facts.examine({name: value} if value else {}, scenario):
            if found.severity is Severity.PROBLEM:
                raise typer.BadParameter(f"{found.said}; {found.do}")
        return value

    return check


def _from_anywhere(scenario: str) -> str:
    """Give a scenario's path so that it holds wherever the manifest stands."""
    is_file = scenario.endswith((".yaml", ".yml"))
    return str(Path(scenario).resolve()) if is_file else scenario


# -- writing ---------------------------------------------------------------------------


def _check_free(output: Path, *, force: bool) -> None:
    if output.exists() and not force:
        raise UsageError(
            f"{output} is there already; --force overwrites it, --output FILE spares it"
        )
    if not output.parent.is_dir():
        raise UsageError(f"the folder {output.parent} does not exist")


def _written(draft: Draft, output: Path) -> Target:
    """Write the file and read it again; a file that cannot be read takes nobody's place.

    Raises:
        ManifestError: Something in it is wrong, e.g. an environment variable is not set.
        UsageError: It cannot be written.
    """
    text = text_of(draft)
    unfinished = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        unfinished.write_text(text, encoding="utf-8")
        target = from_manifest(manifests.load(unfinished))
        unfinished.replace(output)
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return target


# -- trying out ------------------------------------------------------------------------


def _try_out(target: Target, output: Path, mask: Masker) -> Exit:
    """Say what holds of what was written."""
    mask = target.mask(mask)
    found = run_preflight(target)
    if exit_of(found) is Exit.OK:
        found = (*found, *calls_hold(target))
    terminal = Terminal()
    print_diagnoses(terminal, found, mask)
    lost = known_facts.lost(target.facts, target.capabilities)
    if lost:
        terminal.say("\nnot applicable:")
    for reason in lost:
        terminal.say(f"  {counted(len(reason.cases), 'case'):<10} {reason.reason}")
    for name in _in_the_open(target):
        terminal.say(f"\nthe value of header {name} stands in the file: write ${{NAME}} instead")
    terminal.say(f"\nwritten: {output}; next: pbx certify --manifest {output}")
    return exit_of(found)


def _in_the_open(target: Target) -> list[str]:
    """Name the headers whose values may be secrets and stand in the file as they are."""
    written = target.manifest.endpoint.headers if target.manifest else {}
    return [
        name
        for name, value in written.items()
        if "${" not in value and name.lower() not in HARMLESS_HEADERS
    ]
