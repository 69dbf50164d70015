"""One run of ``pbx bdd``: what is printed, what is written, and what it comes to."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.progress import Progress

from harness import facts
from harness.cli.exits import Exit
from harness.diagnosis import Severity
from harness.endpoint import check_reachable
from harness.masking import HIDDEN, Masker, without_secrets
from harness.pytest_plugin.cucumber import cucumber_json
from harness.pytest_plugin.messages import messages
from harness.pytest_plugin.running import (
    REACHED_WITHIN_S,
    FeatureRun,
    Ways,
    check_still_there,
    endpoint_words,
    follow,
)
from harness.pytest_plugin.telling import content
from harness.reports.files import is_stdout, write
from harness.reports.terminal import Terminal, progress_on
from harness.reports.words import counted
from harness.steps.scenario import NOT_RUN, ScenarioTold
from harness.target import Overrides, Target
from mockpbx.errors import UsageError

_WORDS = {
    "pass": ("ok", "green"),
    "fail": ("FAILED", "bold red"),
    "untestable": ("WRONG", "bold red"),
    "error": ("ERROR", "bold magenta"),
    "nonstrict": ("remark", "yellow"),
    "info": ("info", "cyan"),
    "not-applicable": ("n/a", "yellow"),
    NOT_RUN: ("not run", "yellow"),
}
_MEANING = {
    "pass": "as expected",
    "fail": "failed",
    "untestable": "not to be understood",
    "error": "broken off",
    "nonstrict": "with a remark",
    "info": "unspecified",
    "not-applicable": "not applicable",
    NOT_RUN: "not run",
}
_WITHOUT_EVIDENCE = ("pass", "not-applicable", NOT_RUN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """What to write.

    Attributes:
        report: Our own JSON.
        cucumber: Cucumber JSON.
        messages: Cucumber Messages.
    """

    report: Path | None
    cucumber: Path | None
    messages: Path | None

    @property
    def all(self) -> list[Path]:
        """Those that are wanted."""
        return [path for path in (self.report, self.cucumber, self.messages) if path is not None]


def _repeating(found: Target, given: Overrides, *, real_time: bool) -> tuple[str, ...]:
    """Give the options that name the same endpoint again, and ask it in the same way."""
    words = [*endpoint_words(found)]
    options_given = {
        "--scenario": given.scenario,
        "--dialect": given.dialect and given.dialect.value,
        "--method": given.method and given.method.value,
        "--ca-file": given.ca_file and str(given.ca_file),
        "--clock": "real" if real_time else None,
    }
    for name, value in options_given.items():
        words += [name, value] if value else []
    if given.url and found.manifest:
        words += ["--url", without_secrets(given.url)]
    for header, _ in given.headers:
        words += ["--header", f"{header}:{HIDDEN}"]
    return tuple(words)


class Features:
    """One run of the command.

    Args:
        found: The endpoint.
        mask: What to hide.
        files: What to write.
        given: What the command line said of the endpoint.
        real_time: Wait for what people take.
        show_numbers: Do not mask numbers in evidence.
    """

    def __init__(
        self,
        found: Target,
        mask: Masker,
        files: Files,
        *,
        given: Overrides,
        real_time: bool,
        show_numbers: bool,
    ) -> None:
        self._target = found
        self._mask = mask
        self._files = files
        self._words = _repeating(found, given, real_time=real_time)
        self._real_time = real_time
        self._show_numbers = show_numbers
        self._terminal = Terminal(stderr=any(map(is_stdout, files.all)))

    def run(self, places: Sequence[str]) -> Exit:
        """Run the features, print, write, and judge.

        Raises:
            PbxError: Nothing answers, or what was given is wrong.
        """
        self._check()
        url = self._mask(without_secrets(self._target.profile.url))
        self._terminal.say(f"running features against {url}")
        with progress_on(self._terminal) as progress:
            run = self._follow(places, progress)
        if run.interrupted:
            self._terminal.say("interrupted; here is what was done")
        self._write(run.told)
        self._say_what_was_broken_off(run.told)
        self._sum_up(run.told)
        if run.interrupted:
            return Exit.INTERRUPTED
        code = _judged(run.told)
        if code is not Exit.HARNESS:
            check_still_there(self._target)
        return code

    def _check(self) -> None:
        """See that there is an endpoint, and that what is declared of it can be true."""
        asyncio.run(check_reachable(self._target.profile.url, within_s=REACHED_WITHIN_S))
        for one in facts.examine(self._target.facts, self._target.scenario):
            if one.severity is Severity.PROBLEM:
                raise UsageError(f"{one.said}; {one.do}")

    def _follow(self, places: Sequence[str], progress: Progress) -> FeatureRun:
        task = progress.add_task("reading", total=None)

        def begin(told: ScenarioTold, of: int) -> None:
            progress.update(task, description=self._mask(told.name), total=of)

        def end(told: ScenarioTold) -> None:
            progress.update(task, advance=1)
            self._print(told)

        ways = Ways(
            begin=begin,
            real_time=self._real_time,
            show_numbers=self._show_numbers,
            endpoint_words=self._words,
        )
        return follow(places, self._target, end, ways)

    def _print(self, told: ScenarioTold) -> None:
        word, style = _WORDS[told.verdict]
        self._terminal.say((f"{word:<6} ", style), (f"{told.name}  ", "bold"), told.title)
        if told.verdict == "pass":
            return
        for line in told.reason.splitlines():
            self._terminal.say(f"         {line}")
        if told.verdict not in _WITHOUT_EVIDENCE:
            if told.evidence:
                self._terminal.say(f"\n{told.evidence}\n")
            self._terminal.say(f"         repeat it: {told.repeat}")

    def _say_what_was_broken_off(self, told: Sequence[ScenarioTold]) -> None:
        """Name the scenario that was in hand; those that never began are in the files."""
        for one in told:
            if one.verdict == NOT_RUN and one.began:
                self._print(one)

    def _write(self, told: Sequence[ScenarioTold]) -> None:
        if self._files.report is not None:
            write(self._files.report, content(told))
        if self._files.cucumber is not None:
            write(self._files.cucumber, cucumber_json(told, self._mask))
        if self._files.messages is not None:
            write(self._files.messages, messages(told, self._mask))

    def _sum_up(self, told: Sequence[ScenarioTold]) -> None:
        if not told:
            self._terminal.say("no scenario was run")
            return
        found = Counter(one.verdict for one in told)
        parts = [f"{found[verdict]} {_MEANING[verdict]}" for verdict in _MEANING if found[verdict]]
        seconds = sum(one.seconds for one in told)
        said = f"{counted(len(told), 'scenario')}: {', '.join(parts)}; {seconds:.1f} s"
        bad = found["fail"] + found["error"] + found["untestable"] + found[NOT_RUN]
        self._terminal.say((said, "bold red" if bad else "bold green"))


def _judged(told: Sequence[ScenarioTold]) -> Exit:
    found = {one.verdict for one in told}
    if "error" in found:
        return Exit.HARNESS
    if "fail" in found:
        return Exit.MISSED
    if "untestable" in found:
        return Exit.USAGE
    if not found & {"pass", "nonstrict", "info"}:
        # Green would say that something was tried.
        raise UsageError("nothing was tried: what is known of the endpoint is not enough")
    return Exit.OK
