"""``pbx replay``: replay call scripts against an endpoint."""

import asyncio
import contextlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from harness import manifest as manifests
from harness.cli import options
from harness.cli.exits import Exit, complain
from harness.endpoint import StatesClient, check_reachable, reference_server
from harness.masking import Masker, without_secrets
from harness.reports import replay as report
from harness.runner import Replayed, Verdict, session_ids
from harness.runner import replay as replay_scripts
from mockpbx.callscript.library import CATALOGUE, Script, find
from mockpbx.core.scenario import Scenario
from mockpbx.drivers.live import HttpTransport, LivePace
from mockpbx.drivers.play import Setting
from mockpbx.errors import PbxError, UsageError
from mockpbx.scenario import library as scenarios
from mockpbx.wire.request import Dialect, Method, Profile

_STANDARD_FACTS = {"virtual_number": "74951234567"}
_REACHED_WITHIN_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """The endpoint, and what is known of it."""

    profile: Profile
    scenario: Scenario
    facts: Mapping[str, str]
    states_url: str | None = None
    states_headers: tuple[tuple[str, str], ...] = ()
    trust: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Overrides:
    """What the command line says of the endpoint."""

    scenario: str | None
    dialect: Dialect | None
    method: Method | None
    headers: list[str]
    ca_file: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ways:
    """How to replay and what to show."""

    jobs: int
    ladders: bool
    json_file: Path | None
    mask: Masker
    clock: options.Clock


def replay(
    scripts: Annotated[
        list[str] | None,
        typer.Argument(help="Scripts of the catalogue, files or folders; default: catalogue."),
    ] = None,
    url: Annotated[str | None, typer.Option(help="The endpoint that the PBX asks.")] = None,
    reference: Annotated[
        bool, typer.Option("--reference", help="Start the reference server and replay against it.")
    ] = False,
    facts: Annotated[
        Path | None, typer.Option(help="Manifest pbx.toml: address, facts, states, scenario.")
    ] = None,
    scenario: Annotated[
        str | None, typer.Option(help="PBX scenario: a built-in name or a file.")
    ] = None,
    dialect: options.DialectOption = None,
    method: options.MethodOption = None,
    header: options.Headers = [],  # noqa: B006  # typer copies it
    ca_file: options.CaFile = None,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Scripts played at once.")] = 1,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the report as JSON; - prints it.")
    ] = None,
    ladders: Annotated[bool, typer.Option("--ladders", help="Draw every call.")] = False,
    clock: options.ClockOption = options.Clock.VIRTUAL,
    show_numbers: options.ShowNumbers = False,
) -> None:
    """Replay call scripts and compare what happens with what they expect.

    Exit code 0: all as expected; 1: an expectation was missed; 2: something you gave is wrong;
    3: nothing answers at the address.

    Example: pbx replay catalogue --reference
    """
    ways = _Ways(
        jobs=jobs, ladders=ladders, json_file=json_file, mask=Masker(off=show_numbers), clock=clock
    )
    given = _Overrides(
        scenario=scenario, dialect=dialect, method=method, headers=header, ca_file=ca_file
    )
    try:
        chosen = [script for word in scripts or [CATALOGUE] for script in find(word)]
        with _target(url, facts, reference=reference) as found:
            target = _overridden(found, given)
            code = asyncio.run(_Replay(chosen, target, ways).run())
    except PbxError as error:
        raise complain(error) from None
    raise typer.Exit(code)


@contextlib.contextmanager
def _target(url: str | None, facts: Path | None, *, reference: bool) -> Iterator[_Target]:
    """Find the endpoint: our own reference server, or the one that the user named."""
    if reference:
        if url is not None or facts is not None:
            raise UsageError("--reference brings its own address and facts; leave out the others")
        with reference_server() as running:
            yield _Target(
                profile=Profile(url=running.url),
                scenario=scenarios.load("courier-line"),
                facts=running.facts,
                states_url=running.states_url,
            )
        return
    if facts is not None:
        yield _from_manifest(manifests.load(facts), url)
    elif url is not None:
        yield _Target(
            profile=Profile(url=url),
            scenario=scenarios.load("courier-line"),
            facts=_STANDARD_FACTS,
        )
    else:
        raise UsageError("name the endpoint with --url or --facts, or use --reference")


def _from_manifest(manifest: manifests.Manifest, url: str | None) -> _Target:
    profile = manifest.profile()
    scenario = scenarios.load(manifest.scenario.use)
    states = manifest.states
    return _Target(
        profile=replace(profile, url=url) if url is not None else profile,
        scenario=replace(scenario, deadline_s=manifest.endpoint.deadline),
        facts={**_STANDARD_FACTS, **manifest.facts},
        states_url=manifests.expanded(states.url, "states.url") if states else None,
        states_headers=manifests.expanded_headers(states.headers, "states.headers")
        if states
        else (),
        trust=manifest.endpoint.ca_file,
    )


def _overridden(target: _Target, given: _Overrides) -> _Target:
    """Let the command line prevail."""
    profile = target.profile
    return replace(
        target,
        profile=replace(
            profile,
            dialect=given.dialect or profile.dialect,
            method=given.method or profile.method,
            headers=(*profile.headers, *options.header_pairs(given.headers)),
        ),
        scenario=scenarios.load(given.scenario) if given.scenario else target.scenario,
        trust=str(given.ca_file) if given.ca_file else target.trust,
    )


class _Replay:
    """One run of the command."""

    def __init__(self, scripts: list[Script], target: _Target, ways: _Ways) -> None:
        self._scripts = scripts
        self._target = target
        self._ways = ways
        quiet = ways.json_file is not None and str(ways.json_file) == "-"
        self._console = Console(stderr=quiet)
        self._results: list[Replayed] = []
        self._mask = ways.mask.and_known(
            [value for value in target.facts.values() if value.isdigit()],
            kept=[target.facts["virtual_number"]] if "virtual_number" in target.facts else [],
        )

    async def run(self) -> Exit:
        url = self._target.profile.url
        await check_reachable(url, within_s=_REACHED_WITHIN_S)
        self._console.print(
            f"replaying {len(self._scripts)} scripts against {without_secrets(url)}"
        )
        began = time.monotonic()
        whole = False
        try:
            await self._replay()
            whole = True
        except asyncio.CancelledError:
            self._console.print("interrupted; the report holds what was done")
            return Exit.INTERRUPTED
        finally:
            self._report(time.monotonic() - began, whole=whole)
        missed = any(replayed.verdict is Verdict.MISSED for replayed in self._results)
        return Exit.MISSED if missed else Exit.OK

    async def _replay(self) -> None:
        target, ways = self._target, self._ways
        async with HttpTransport(ca_file=target.trust) as transport:
            setting = self._setting(transport)
            with self._progress() as progress:
                task = progress.add_task("replaying", total=len(self._scripts))
                results = replay_scripts(self._scripts, target.facts, setting, jobs=ways.jobs)
                async with contextlib.aclosing(results):
                    async for replayed in results:
                        self._results.append(replayed)
                        report.print_script(
                            progress.console, replayed, self._mask, ladders=ways.ladders
                        )
                        progress.update(task, advance=1, description=replayed.script.id)

    def _setting(self, transport: HttpTransport) -> Setting:
        target = self._target
        put = None
        if target.states_url is not None:
            put = StatesClient(
                transport=transport, url=target.states_url, headers=target.states_headers
            ).put
        return Setting(
            transport=transport,
            pace=LivePace(real=self._ways.clock is options.Clock.REAL),
            profile=target.profile,
            scenario=target.scenario,
            session_id=session_ids(),
            put_into_state=put,
            load_scenario=scenarios.load,
        )

    def _progress(self) -> Progress:
        return Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )

    def _report(self, seconds: float, *, whole: bool) -> None:
        report.print_summary(self._console, self._results, seconds)
        if self._ways.json_file is not None:
            report.write_json(
                self._ways.json_file,
                url=self._target.profile.url,
                results=self._results,
                seconds=seconds,
                mask=self._mask,
                whole=whole,
            )
