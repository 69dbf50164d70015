"""``pbx init``: write a first pbx.toml, and try whether what it says is true."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, make_dataclass
from dataclasses import field as default
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.certify.applicability import coverage, lost
from harness.cli.doctor import exit_of, print_diagnoses
from harness.cli.exits import Exit
from harness.cli.grammar import command
from harness.cli.options import AskingOptions, ShowNumbers, header_pairs
from harness.display.counting import counted
from harness.display.terminal import Terminal
from harness.doctor import fact_checks
from harness.doctor.diagnosis import Severity
from harness.doctor.preflight import calls_hold, run_preflight
from harness.endpoint.manifest_template import OF_ANY_LINE, Draft, text_of
from harness.endpoint.target import MANIFEST
from mockpbx.core.scenario import Scenario
from mockpbx.errors import UsageError
from mockpbx.manifest import pbx_toml
from mockpbx.manifest.endpoint import DEFAULT_SCENARIO, Endpoint
from mockpbx.manifest.facts import BASIC, DEFAULT_FACTS, FACTS, is_of_courier_line
from mockpbx.masking import HARMLESS_HEADERS, Masker
from mockpbx.scenario import library as scenarios
from mockpbx.wire.address import split_url
from mockpbx.wire.request import Dialect, Method

_DEFAULTS = {**DEFAULT_FACTS, "unknown_order": "99999"}
"""Offered where nobody says otherwise."""


def _fact(name: str) -> typer.models.OptionInfo:
    what = FACTS[name].meaning
    option: typer.models.OptionInfo = typer.Option(
        f"--{name.replace('_', '-')}", metavar="NUMBER", help=f"{what[0].upper()}{what[1:]}."
    )
    return option


if TYPE_CHECKING:

    @dataclass(frozen=True)
    class FactOptions:
        """An option for each basic fact."""

else:
    FactOptions = make_dataclass(
        "FactOptions",
        [(name, Annotated[str | None, _fact(name)], None) for name in BASIC],
        kw_only=True,
        namespace={"__doc__": "Facts."},
    )


@dataclass(frozen=True, kw_only=True)
class _Writing:
    """Writing."""

    fact: Annotated[
        list[str],
        typer.Option("--fact", metavar="NAME=NUMBER", help="A further fact. Repeatable."),
    ] = default(default_factory=list)
    output: Annotated[Path, typer.Option("--output", metavar="FILE", help="What is written.")] = (
        Path(MANIFEST)
    )
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")] = False
    show_numbers: ShowNumbers = False


@command
def init(
    url: Annotated[str, typer.Argument(metavar="URL", help="The endpoint that the PBX asks.")],
    *,
    facts: FactOptions,
    writing: _Writing,
    asking: AskingOptions,
) -> Exit:
    """Write a pbx.toml, after asking what is true behind the endpoint, and try it out.

    The file is written whatever the endpoint answers. Exit code 0: what it says holds; 1: a
    call showed otherwise; 2: something you gave is wrong; 3: the endpoint cannot be reached.

    Example: pbx init http://127.0.0.1:8080/crm_integration --courier 79161110001 --yes
    """
    given: dict[str, str | None] = asdict(facts)
    given |= dict(map(_pair, writing.fact))
    _check_free(writing.output, force=writing.force)
    split_url(pbx_toml.expanded(url, "the address"))
    ask = not writing.yes
    scenario = asking.scenario or (_which_scenario() if ask else DEFAULT_SCENARIO)
    line = scenarios.load(scenario)
    is_own = _is_own(line, given)
    gather = _facts_of_ones_own if is_own else _facts_of_couriers
    folder = writing.output.parent
    draft = Draft(
        url=url,
        facts=gather(given, line, ask=ask),
        method=(asking.method or Method.GET).value,
        dialect=(asking.dialect or Dialect.COMAGIC).value,
        headers=dict(header_pairs(asking.header)),
        ca_file=_seen_from(folder, asking.ca_file) if asking.ca_file else None,
        scenario=_seen_from(folder, Path(scenario)) if _is_file(scenario) else scenario,
        is_own_line=is_own,
    )
    endpoint = _written(draft, writing.output)
    return _try_out(endpoint, writing.output, Masker(off=writing.show_numbers))


# -- asking ----------------------------------------------------------------------------


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise UsageError(f"--fact: write it as NAME=NUMBER, not {text!r}")
    return name.strip(), value.strip()


def _which_scenario() -> str:
    """Ask for the PBX scenario first: what else is to be known depends on it."""

    def check(text: str) -> str:
        try:
            scenarios.load(text.strip())
        except UsageError as error:
            raise typer.BadParameter(str(error)) from None
        return text.strip()

    said = "scenario: a built-in one, or the path of your own file"
    return _prompted(said, default=DEFAULT_SCENARIO, show_default=True, value_proc=check)


def _is_own(scenario: Scenario, given: Mapping[str, str | None]) -> bool:
    """Tell whether this is another line than the courier's, and nobody tells of couriers."""
    told = (name for name, value in given.items() if value)
    return not scenarios.is_builtin(scenario) and not any(map(is_of_courier_line, told))


def _facts_of_couriers(
    given: Mapping[str, str | None], line: Scenario, *, ask: bool
) -> Mapping[str, str]:
    meanings = {name: fact.meaning for name, fact in FACTS.items()}
    return dict(_gathered(given, line, meanings if ask else None))


def _facts_of_ones_own(
    given: Mapping[str, str | None], line: Scenario, *, ask: bool
) -> Mapping[str, str]:
    flags = {name: value for name, value in given.items() if value or name in OF_ANY_LINE}
    known = dict(_gathered(flags, line, OF_ANY_LINE if ask else None))
    return {**known, **_further()} if ask else known


def _further() -> Mapping[str, str]:
    """Ask for facts of the owner's own, until there are no more."""

    def check(text: str) -> str:
        name, _, value = text.strip().partition("=")
        name = name.strip()
        if text.strip() and not (pbx_toml.is_fact_name(name) and value.strip()):
            raise typer.BadParameter(
                "write it as NAME=NUMBER, the name in small letters, digits and _"
            )
        return text

    found: dict[str, str] = {}
    said = "a further fact, for your call scripts and features: NAME=NUMBER (empty: no more)"
    while answer := _prompted(said, default="", show_default=False, value_proc=check).strip():
        name, value = _pair(answer)
        found[name] = value
    return found


def _gathered(
    flags: Mapping[str, str | None], scenario: Scenario, meanings: Mapping[str, str] | None
) -> Iterator[tuple[str, str]]:
    """Return the facts: those of the command line, and what people answer.

    Args:
        flags: What the command line says of each.
        scenario: What they must fit.
        meanings: What to ask for those of which it says nothing; None asks nothing.
    """
    for name, flag in flags.items():
        value = flag
        if value is None and meanings is not None:
            value = _answer(name, meanings[name], _checks(name, scenario))
        elif value is None:
            value = _DEFAULTS.get(name)
        if value:
            yield name, value


def _answer(name: str, meaning: str, checks: Callable[[str], str]) -> str:
    aside = "" if name in _DEFAULTS else " (empty to leave out)"
    return _prompted(
        f"{name.replace('_', ' ')}: {meaning}{aside}",
        default=_DEFAULTS.get(name, ""),
        show_default=name in _DEFAULTS,
        value_proc=checks,
    )


def _prompted(
    said: str, *, default: str, show_default: bool, value_proc: Callable[[str], str]
) -> str:
    """Ask, again and again until the answer can be.

    Raises:
        UsageError: Nobody answers.
    """
    try:
        answer: str = typer.prompt(
            said, default=default, show_default=show_default, value_proc=value_proc
        )
    except typer.Abort as abort:
        if isinstance(abort.__context__, KeyboardInterrupt):
            raise typer.Exit(Exit.INTERRUPTED) from None
        raise UsageError(
            "nobody answers; give the facts as options, such as --courier, and --yes"
        ) from None
    return answer


def _checks(name: str, scenario: Scenario) -> Callable[[str], str]:
    """Return what lets an answer through, or says what is wrong so that it is asked again."""

    def check(text: str) -> str:
        value = text.strip()
        for found in fact_checks.examine({name: value} if value else {}, scenario):
            if found.severity is Severity.PROBLEM:
                raise typer.BadParameter(f"{found.said}; {found.do}")
        return value

    return check


def _is_file(scenario: str) -> bool:
    return scenario.endswith((".yaml", ".yml"))


def _seen_from(folder: Path, path: Path) -> str:
    """Return a path as the manifest names it: so both may be moved together."""
    return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()


# -- writing ---------------------------------------------------------------------------


def _check_free(output: Path, *, force: bool) -> None:
    if output.exists() and not force:
        raise UsageError(
            f"{output} is there already; --force overwrites it, --output FILE spares it"
        )
    if not output.parent.is_dir():
        raise UsageError(f"the folder {output.parent} does not exist")


def _written(draft: Draft, output: Path) -> Endpoint:
    """Write the file and read it again; a file that cannot be read takes nobody's place.

    Raises:
        ManifestError: Something in it is wrong, e.g. an environment variable is not set.
        UsageError: It cannot be written.
    """
    text = text_of(draft)
    unfinished = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        unfinished.write_text(text, encoding="utf-8")
        endpoint = Endpoint.described(pbx_toml.load(unfinished))
        unfinished.replace(output)
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return endpoint


# -- trying out ------------------------------------------------------------------------


def _try_out(endpoint: Endpoint, output: Path, mask: Masker) -> Exit:
    """Say what holds of what was written."""
    mask = endpoint.mask(mask)
    found = run_preflight(endpoint)
    found = (*found, coverage(endpoint.facts, endpoint.capabilities, endpoint.own_line))
    if exit_of(found) is Exit.OK:
        found = (*found, *calls_hold(endpoint))
    terminal = Terminal()
    print_diagnoses(terminal, found, mask)
    reasons = lost(endpoint.facts, endpoint.capabilities, endpoint.own_line)
    if reasons:
        terminal.say("\nnot applicable:")
    for reason in reasons:
        terminal.say(f"  {counted(len(reason.cases), 'case'):<10} {reason.reason}")
    for name in _in_the_open(endpoint):
        terminal.say(f"\nthe value of header {name} stands in the file: write ${{NAME}} instead")
    terminal.say(f"\nwritten: {output}; next: pbx certify --manifest {output}")
    return exit_of(found)


def _in_the_open(endpoint: Endpoint) -> list[str]:
    """Name the headers whose values may be secrets and stand in the file as they are."""
    written = endpoint.manifest.endpoint.headers if endpoint.manifest else {}
    return [
        name
        for name, value in written.items()
        if "${" not in value and name.lower() not in HARMLESS_HEADERS
    ]
