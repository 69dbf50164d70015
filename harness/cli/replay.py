"""``pbx replay``: replay call scripts against an endpoint."""

import asyncio
import contextlib
import shlex
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from harness.cli import completion
from harness.cli.exits import Exit
from harness.cli.grammar import command
from harness.cli.options import (
    Clock,
    ClockOption,
    EndpointOptions,
    ExchangeOptions,
    JobsOption,
    split_url,
)
from harness.display.counting import counted
from harness.display.exchanges import exchange_lines
from harness.display.plain import apart, mask_of
from harness.display.terminal import progress_on
from harness.endpoint.reachability import check_reachable
from harness.replay import report
from harness.replay.runner import Replayed, ReplayVerdict
from harness.replay.runner import replay as replay_scripts
from mockpbx.async_pbx import AsyncPbx
from mockpbx.callscript.library import CATALOGUE, Script, find
from mockpbx.errors import UsageError
from mockpbx.manifest.endpoint import Endpoint
from mockpbx.masking import Masker, without_secrets

_REACHED_WITHIN_S = 5.0


@dataclass(frozen=True, kw_only=True)
class _Ways:
    """Replay."""

    jobs: JobsOption = 1
    ladders: Annotated[bool, typer.Option("--ladders", help="Draw every call.")] = False
    clock: ClockOption = Clock.VIRTUAL


@command
def replay(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[URL] [SCRIPT]...",
            help="The endpoint, unless pbx.toml names it; then scripts of the catalogue, files or "
            "folders; default: catalogue.",
            autocompletion=completion.scripts,
        ),
    ] = None,
    *,
    ways: _Ways,
    endpoint: EndpointOptions,
    shown: ExchangeOptions,
) -> Exit:
    """Replay call scripts and compare what happens with what they expect.

    Exit code 0: all as expected; 1: an expectation was missed; 2: something you gave is wrong,
    or no script could be played; 3: nothing answers at the address.

    Example: pbx replay catalogue --reference
    """
    shown.check()
    url, names = split_url(words)
    chosen = [script for name in names or [CATALOGUE] for script in find(name)]
    with endpoint.found(url, shown.mask) as (found, mask):
        return asyncio.run(_Replay(chosen, found, ways, shown, mask).run())


class _Replay:
    """One run of the command.

    Args:
        scripts: What is played.
        endpoint: Whom it is played against.
        ways: How it is played.
        shown: What is shown.
        mask: What is hidden.
    """

    def __init__(
        self,
        scripts: list[Script],
        endpoint: Endpoint,
        ways: _Ways,
        shown: ExchangeOptions,
        mask: Masker,
    ) -> None:
        self._scripts = scripts
        self._endpoint = endpoint
        self._ways = ways
        self._shown = shown
        self._mask = mask
        self._terminal = shown.terminal
        self._results: list[Replayed] = []

    async def run(self) -> Exit:
        began = time.monotonic()
        whole = False
        try:
            await self._replay()
            whole = True
        except asyncio.CancelledError:
            self._terminal.say("interrupted; here is what was done")
            return Exit.INTERRUPTED
        finally:
            self._report(time.monotonic() - began, whole=whole)
        return self._judged()

    def _judged(self) -> Exit:
        verdicts = {replayed.verdict for replayed in self._results}
        if verdicts <= {ReplayVerdict.NOT_APPLICABLE, ReplayVerdict.UNTESTABLE}:
            # Green would say that something was tried.
            raise UsageError("nothing was played: what is known of the endpoint is not enough")
        return Exit.MISSED if ReplayVerdict.MISSED in verdicts else Exit.OK

    async def _replay(self) -> None:
        url = self._endpoint.profile.url
        await check_reachable(url, within_s=_REACHED_WITHIN_S)
        if not self._shown.quiet:
            scripts = counted(len(self._scripts), "script")
            self._terminal.say(f"replaying {scripts} against {self._mask(without_secrets(url))}")
        async with AsyncPbx(self._endpoint, clock=self._ways.clock.value) as pbx:
            with progress_on(self._terminal) as progress:
                task = progress.add_task("replaying", total=len(self._scripts))
                results = replay_scripts(self._scripts, pbx, jobs=self._ways.jobs)
                async with contextlib.aclosing(results):
                    async for replayed in results:
                        self._results.append(replayed)
                        if replayed.played is not None:
                            self._mask = apart(replayed.played.calls, self._mask)
                        self._print(replayed)
                        progress.update(task, advance=1, description=replayed.script.id)

    def _print(self, replayed: Replayed) -> None:
        if self._shown.quiet and replayed.verdict is not ReplayVerdict.MISSED:
            return
        report.print_script(
            self._terminal,
            replayed,
            self._mask,
            again=self._again(replayed.script),
            ladders=self._ways.ladders,
        )
        if self._shown.verbose and replayed.played is not None:
            for call in replayed.played.calls:
                mask = mask_of(call, self._mask)
                for exchange in call.exchanges:
                    for line in exchange_lines(exchange, mask):
                        self._terminal.say(f"         {line}")

    def _again(self, script: Script) -> str:
        """Return the command that plays a script alone."""
        source = script.document.source
        name = shlex.quote(source) if Path(source).exists() else script.id
        clock = self._ways.clock
        words = [] if clock is Clock.VIRTUAL else [f"--clock {clock.value}"]
        return " ".join(["pbx replay", name, self._endpoint.named, *words])

    def _report(self, seconds: float, *, whole: bool) -> None:
        # The file first: a terminal may be gone.
        if self._shown.json_file is not None:
            report.write_json(
                self._shown.json_file,
                url=self._endpoint.profile.url,
                results=self._results,
                seconds=seconds,
                mask=self._mask,
                whole=whole,
            )
        if self._results:
            report.print_summary(self._terminal, self._results, seconds)
