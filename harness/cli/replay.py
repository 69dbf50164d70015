"""``pbx replay``: replay call scripts against an endpoint."""

import asyncio
import contextlib
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from harness.cli import options
from harness.cli.exits import Exit, complain
from harness.endpoint import check_reachable
from harness.masking import Masker, without_secrets
from harness.reports import replay as report
from harness.reports.files import check_writable
from harness.reports.terminal import Terminal, progress_on
from harness.reports.words import counted
from harness.runner import Replayed, Verdict
from harness.runner import replay as replay_scripts
from harness.target import Overrides, Target, opened, target
from mockpbx.callscript.library import CATALOGUE, Script, find
from mockpbx.drivers.live import LivePace
from mockpbx.errors import PbxError, UsageError

_REACHED_WITHIN_S = 5.0


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
        typer.Argument(
            metavar="[SCRIPT]...",
            help="Scripts of the catalogue, files or folders; default: catalogue.",
        ),
    ] = None,
    url: Annotated[
        str | None, typer.Option(metavar="URL", help="The endpoint that the PBX asks.")
    ] = None,
    reference: Annotated[
        bool, typer.Option("--reference", help="Start the reference server and replay against it.")
    ] = False,
    facts: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Address, facts, states, scenario; default: ./pbx.toml."),
    ] = None,
    scenario: options.ScenarioOption = None,
    dialect: options.DialectOption = None,
    method: options.MethodOption = None,
    header: options.Headers = [],  # noqa: B006  # typer copies it
    ca_file: options.CaFile = None,
    jobs: Annotated[
        int, typer.Option(metavar="1-64", min=1, max=64, help="Scripts played at once.")
    ] = 1,
    json_file: Annotated[
        Path | None,
        typer.Option("--json", metavar="FILE", help="Write the report as JSON; - prints it."),
    ] = None,
    ladders: Annotated[bool, typer.Option("--ladders", help="Draw every call.")] = False,
    clock: options.ClockOption = options.Clock.VIRTUAL,
    show_numbers: options.ShowNumbers = False,
) -> None:
    """Replay call scripts and compare what happens with what they expect.

    Exit code 0: all as expected; 1: an expectation was missed; 2: something you gave is wrong,
    or no script could be played; 3: nothing answers at the address.

    Example: pbx replay catalogue --reference
    """
    ways = _Ways(
        jobs=jobs, ladders=ladders, json_file=json_file, mask=Masker(off=show_numbers), clock=clock
    )
    mask = ways.mask
    try:
        given = Overrides(
            url=url,
            scenario=scenario,
            dialect=dialect,
            method=method,
            headers=options.header_pairs(header),
            ca_file=ca_file,
        )
        chosen = [script for word in scripts or [CATALOGUE] for script in find(word)]
        facts = options.manifest_of(facts, url, reference=reference)
        with target(facts, given, reference=reference) as found:
            mask = found.mask(mask)
            code = asyncio.run(_Replay(chosen, found, replace(ways, mask=mask)).run())
    except PbxError as error:
        raise complain(error, mask) from None
    raise typer.Exit(code)


class _Replay:
    """One run of the command."""

    def __init__(self, scripts: list[Script], target: Target, ways: _Ways) -> None:
        self._scripts = scripts
        self._target = target
        self._ways = ways
        quiet = ways.json_file is not None and str(ways.json_file) == "-"
        self._console = Terminal(stderr=quiet)
        self._results: list[Replayed] = []
        self._mask = ways.mask

    async def run(self) -> Exit:
        if self._ways.json_file is not None:
            check_writable(self._ways.json_file)
        began = time.monotonic()
        whole = False
        try:
            await self._replay()
            whole = True
        except asyncio.CancelledError:
            self._console.say("interrupted; here is what was done")
            return Exit.INTERRUPTED
        finally:
            self._report(time.monotonic() - began, whole=whole)
        return self._judged()

    def _judged(self) -> Exit:
        verdicts = {replayed.verdict for replayed in self._results}
        if verdicts <= {Verdict.NOT_APPLICABLE}:
            # Green would say that something was tried.
            raise UsageError("nothing was played: what is known of the endpoint is not enough")
        return Exit.MISSED if Verdict.MISSED in verdicts else Exit.OK

    async def _replay(self) -> None:
        target, ways = self._target, self._ways
        url = target.profile.url
        await check_reachable(url, within_s=_REACHED_WITHIN_S)
        scripts = counted(len(self._scripts), "script")
        self._console.say(f"replaying {scripts} against {self._mask(without_secrets(url))}")
        async with opened(target, pace=LivePace(real=ways.clock is options.Clock.REAL)) as bench:
            setting = bench.setting
            with progress_on(self._console) as progress:
                task = progress.add_task("replaying", total=len(self._scripts))
                results = replay_scripts(self._scripts, target.facts, setting, jobs=ways.jobs)
                async with contextlib.aclosing(results):
                    async for replayed in results:
                        self._results.append(replayed)
                        report.print_script(
                            self._console, replayed, self._mask, ladders=ways.ladders
                        )
                        progress.update(task, advance=1, description=replayed.script.id)

    def _report(self, seconds: float, *, whole: bool) -> None:
        # The file first: a terminal may be gone.
        if self._ways.json_file is not None:
            report.write_json(
                self._ways.json_file,
                url=self._target.profile.url,
                results=self._results,
                seconds=seconds,
                mask=self._mask,
                whole=whole,
            )
        if self._results:
            report.print_summary(self._console, self._results, seconds)
