"""``pbx bdd``: run features, without anybody seeing pytest."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli import options
from harness.cli.exits import Exit, complain
from harness.endpoint import check_reachable
from harness.masking import Masker, without_secrets
from harness.reports.replay import check_writable
from harness.reports.terminal import Terminal, emit
from harness.reports.words import counted
from harness.steps.cucumber import cucumber_json
from harness.target import Overrides, Target, target
from mockpbx.errors import PbxError, UsageError

if TYPE_CHECKING:
    from harness.steps.scenario import ScenarioTold

MANIFEST = Path("pbx.toml")
FORMAT = "pbx-features/1"

_REACHED_WITHIN_S = 5.0
_WORDS = {
    "pass": ("ok", "green"),
    "fail": ("FAILED", "bold red"),
    "untestable": ("WRONG", "bold red"),
    "error": ("ERROR", "bold magenta"),
    "not-applicable": ("n/a", "yellow"),
}
_MEANING = {
    "pass": "as expected",
    "fail": "failed",
    "untestable": "not to be understood",
    "error": "broken off",
    "not-applicable": "not applicable",
}


@contextmanager
def needs_bdd() -> Iterator[None]:
    """Say what to install where the libraries for features are missing.

    Raises:
        UsageError: They are.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise UsageError(
            f'features need {error.name}; install it with: pip install "pbx-harness[bdd]"'
        ) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Files:
    """What to write."""

    report: Path | None
    cucumber: Path | None
    messages: Path | None

    def check(self) -> None:
        """See that all can be written, before anything is run."""
        for path in (self.report, self.cucumber, self.messages):
            if path is not None:
                check_writable(path)


def bdd(
    places: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[DIR|FILE[:LINE]]...", help="Features to run; default: features, or here."
        ),
    ] = None,
    url: Annotated[
        str | None, typer.Option("--url", metavar="URL", help="The endpoint that the PBX asks.")
    ] = None,
    manifest: Annotated[
        Path | None,
        typer.Option("--manifest", metavar="FILE", help="pbx.toml; default: the one in here."),
    ] = None,
    reference: Annotated[
        bool, typer.Option("--reference", help="Start the reference server and ask it.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FILE", help="JSON report.")
    ] = None,
    cucumber: Annotated[
        Path | None, typer.Option("--cucumber-json", metavar="FILE", help="Cucumber JSON.")
    ] = None,
    messages: Annotated[
        Path | None, typer.Option("--messages", metavar="FILE", help="Cucumber Messages, NDJSON.")
    ] = None,
    scenario: options.ScenarioOption = None,
    dialect: options.DialectOption = None,
    method: options.MethodOption = None,
    header: options.Headers = [],  # noqa: B006  # typer copies it
    ca_file: options.CaFile = None,
    clock: options.ClockOption = options.Clock.VIRTUAL,
    show_numbers: options.ShowNumbers = False,
) -> None:
    """Run features against an endpoint: a line for each scenario, and what went wrong.

    Exit code 0: as expected; 1: a scenario failed; 2: something you gave is wrong, also a step
    that nobody knows; 3: nothing answers; 4: a bug of ours.

    Example: pbx bdd features --reference
    """
    mask = Masker(off=show_numbers)
    files = _Files(report=report, cucumber=cucumber, messages=messages)
    try:
        files.check()
        given = Overrides(
            url=url,
            scenario=scenario,
            dialect=dialect,
            method=method,
            headers=options.header_pairs(header),
            ca_file=ca_file,
        )
        with target(
            _manifest(manifest, url, reference=reference), given, reference=reference
        ) as found:
            mask = found.mask(mask)
            real = clock is options.Clock.REAL
            words = _endpoint_words(url, manifest, reference=reference)
            run = _Bdd(found, mask, words, real_time=real, show_numbers=show_numbers)
            code = run.run(places or [_default()], files)
    except PbxError as error:
        raise complain(error, mask) from None
    raise typer.Exit(code)


def _default() -> str:
    return "features" if Path("features").is_dir() else "."


def _manifest(named: Path | None, url: str | None, *, reference: bool) -> Path | None:
    """Use the manifest of this folder where nothing else says whom to ask."""
    if named is None and url is None and not reference and MANIFEST.exists():
        return MANIFEST
    return named


def _endpoint_words(url: str | None, manifest: Path | None, *, reference: bool) -> tuple[str, ...]:
    """Give the words that name the same endpoint again."""
    named = _manifest(manifest, url, reference=reference)
    words = ["--url", without_secrets(url)] if url else []
    words += ["--manifest", str(named)] if named else []
    return tuple(words) or ("--reference",)


def _name(told: "ScenarioTold") -> str:
    """Give a scenario's own id, or where it stands."""
    return told.id if "_" not in told.id else f"{told.file}:{told.line}"


class _Bdd:
    """One run of the command."""

    def __init__(
        self,
        found: Target,
        mask: Masker,
        words: tuple[str, ...],
        *,
        real_time: bool,
        show_numbers: bool,
    ) -> None:
        self._target = found
        self._mask = mask
        self._words = words
        self._real_time = real_time
        self._show_numbers = show_numbers
        self._terminal = Terminal()
        # What steps print is captured while they run; our lines are not.
        self._terminal.file = sys.stdout

    def run(self, places: Sequence[str], files: _Files) -> Exit:
        """Run the features, print, write, and judge."""
        with needs_bdd():
            from harness.pytest_plugin.running import Ways, follow  # noqa: PLC0415
        url = self._target.profile.url
        asyncio.run(check_reachable(url, within_s=_REACHED_WITHIN_S))
        self._terminal.say(f"running features against {self._mask(without_secrets(url))}")
        ways = Ways(
            real_time=self._real_time,
            show_numbers=self._show_numbers,
            endpoint_words=self._words,
        )
        told = follow(places, self._target, self._print, ways).told
        self._write(told, files)
        return self._summed_up(told)

    def _print(self, told: "ScenarioTold") -> None:
        word, style = _WORDS[told.verdict]
        self._terminal.say((f"{word:<7}", style), (f"{_name(told)}  ", "bold"), told.title)
        if told.verdict == "pass":
            return
        for line in told.reason.splitlines():
            self._terminal.say(f"         {line}")
        if told.verdict != "not-applicable":
            if told.evidence:
                self._terminal.say(f"\n{told.evidence}\n")
            self._terminal.say(f"         repeat it: {told.repeat}")

    def _write(self, told: Sequence["ScenarioTold"], files: _Files) -> None:
        content = {"format": FORMAT, "scenarios": [one.plain() for one in told]}
        self._save(files.report, lambda: json.dumps(content, ensure_ascii=False, indent=2) + "\n")
        self._save(files.cucumber, lambda: cucumber_json(told))
        self._save(files.messages, lambda: self._messages(told))

    def _messages(self, told: Sequence["ScenarioTold"]) -> str:
        from harness.pytest_plugin.messages import messages  # noqa: PLC0415  # see needs_bdd

        return messages(told, self._mask)

    def _save(self, path: Path | None, text: Callable[[], str]) -> None:
        if path is None:
            return
        if str(path) == "-":
            emit(text())
        else:
            path.write_text(text(), "utf-8")

    def _summed_up(self, told: Sequence["ScenarioTold"]) -> Exit:
        found = Counter(one.verdict for one in told)
        parts = [f"{found[verdict]} {_MEANING[verdict]}" for verdict in _MEANING if found[verdict]]
        seconds = sum(one.seconds for one in told)
        said = f"{counted(len(told), 'scenario')}: {', '.join(parts)}; {seconds:.1f} s"
        bad = found["fail"] + found["error"] + found["untestable"]
        self._terminal.say((said, "bold red" if bad else "bold green"))
        if found["error"]:
            return Exit.HARNESS
        if found["fail"]:
            return Exit.MISSED
        if found["untestable"]:
            return Exit.USAGE
        if not found["pass"]:
            # Green would say that something was tried.
            raise UsageError("nothing was tried: what is known of the endpoint is not enough")
        return Exit.OK
