"""One run of ``pbx bdd``: what is printed, what is written, and what it comes to."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.progress import Progress

from harness.certify.model import FAILING, Verdict
from harness.cli.exits import Exit
from harness.cli.options import Clock, ExchangeOptions
from harness.display.counting import counted
from harness.display.files import is_stdout, write
from harness.display.terminal import Terminal, progress_on
from harness.doctor import fact_checks
from harness.doctor.diagnosis import Severity
from harness.endpoint.reachability import check_reachable
from harness.pytest_plugin.cucumber_json import cucumber_json
from harness.pytest_plugin.cucumber_messages import messages
from harness.pytest_plugin.feature_run import (
    REACHED_WITHIN_S,
    FeatureRun,
    Ways,
    check_still_there,
    endpoint_words,
    follow,
)
from harness.pytest_plugin.results_file import content
from harness.steps.scenario_result import NOT_RUN, ScenarioResult
from mockpbx.errors import UsageError
from mockpbx.manifest.endpoint import Endpoint
from mockpbx.masking import Masker, without_secrets

if TYPE_CHECKING:
    from harness.cli.bdd import BddOptions

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
_WITHOUT_EVIDENCE = (Verdict.PASS, Verdict.NOT_APPLICABLE, None)


class Features:
    """One run of the command.

    Args:
        endpoint: The endpoint.
        mask: What to hide.
        ways: How to run, and what to write.
        shown: What to print.
        repeating: Options that ask the endpoint in the same way again.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        mask: Masker,
        ways: "BddOptions",
        shown: ExchangeOptions,
        repeating: tuple[str, ...],
    ) -> None:
        self._endpoint = endpoint
        self._mask = mask
        self._ways = ways
        self._shown = shown
        self._words = (*endpoint_words(endpoint), *repeating)
        files = filter(None, (shown.json_file, ways.cucumber, ways.messages))
        self._terminal = Terminal(stderr=any(map(is_stdout, files)))

    def run(self, places: Sequence[str]) -> Exit:
        """Run the features, print, write, and judge.

        Raises:
            PbxError: Nothing answers, or what was given is wrong.
        """
        self._check()
        url = self._mask(without_secrets(self._endpoint.profile.url))
        if not self._shown.quiet:
            self._terminal.say(f"running features against {url}")
        with progress_on(self._terminal) as progress:
            run = self._follow(places, progress)
        if run.interrupted:
            self._terminal.say("interrupted; here is what was done")
        self._write(run.results)
        self._say_what_was_broken_off(run.results)
        self._sum_up(run.results)
        if run.interrupted:
            return Exit.INTERRUPTED
        code = _judged(run.results)
        if code is not Exit.HARNESS:
            check_still_there(self._endpoint)
        return code

    def _check(self) -> None:
        """See that there is an endpoint, and that what is declared of it can be true."""
        asyncio.run(check_reachable(self._endpoint.profile.url, within_s=REACHED_WITHIN_S))
        for one in fact_checks.examine(self._endpoint.facts, self._endpoint.scenario):
            if one.severity is Severity.PROBLEM:
                raise UsageError(f"{one.said}; {one.do}")

    def _follow(self, places: Sequence[str], progress: Progress) -> FeatureRun:
        task = progress.add_task("reading", total=None)

        def begin(result: ScenarioResult, of: int) -> None:
            progress.update(task, description=self._mask(result.name), total=of)

        def end(result: ScenarioResult) -> None:
            progress.update(task, advance=1)
            self._print(result)

        ways = Ways(
            begin=begin,
            real_time=self._ways.clock is Clock.REAL,
            show_numbers=self._shown.show_numbers,
            endpoint_words=self._words,
            all_evidence=self._shown.verbose or self._shown.json_file is not None,
        )
        return follow(places, self._endpoint, end, ways)

    def _print(self, result: ScenarioResult) -> None:
        is_wrong = result.verdict is None or result.verdict in FAILING
        if self._shown.quiet and not is_wrong:
            return
        word, style = _WORDS[result.verdict_word]
        self._terminal.say((f"{word:<6} ", style), (f"{result.name}  ", "bold"), result.title)
        if result.verdict is not Verdict.PASS:
            for line in (*result.reason.splitlines(), *result.traceback.splitlines()):
                self._terminal.say(f"         {line}")
        is_unexpected = result.verdict not in _WITHOUT_EVIDENCE
        if result.evidence and (is_unexpected or self._shown.verbose):
            self._terminal.say(f"\n{result.evidence}\n")
        if is_unexpected:
            self._terminal.say(f"         repeat it: {result.repeat}")

    def _say_what_was_broken_off(self, results: Sequence[ScenarioResult]) -> None:
        """Name the scenario that was in hand; those that never began are in the files."""
        for result in results:
            if result.verdict is None and result.began:
                self._print(result)

    def _write(self, results: Sequence[ScenarioResult]) -> None:
        if self._shown.json_file is not None:
            write(self._shown.json_file, content(results))
        if self._ways.cucumber is not None:
            write(self._ways.cucumber, cucumber_json(results, self._mask))
        if self._ways.messages is not None:
            write(self._ways.messages, messages(results, self._mask))

    def _sum_up(self, results: Sequence[ScenarioResult]) -> None:
        if not results:
            self._terminal.say("no scenario was run")
            return
        found = Counter(one.verdict_word for one in results)
        parts = [f"{found[word]} {_MEANING[word]}" for word in _MEANING if found[word]]
        seconds = sum(one.seconds for one in results)
        said = f"{counted(len(results), 'scenario')}: {', '.join(parts)}; {seconds:.1f} s"
        bad = any(one.verdict is None or one.verdict in FAILING for one in results)
        self._terminal.say((said, "bold red" if bad else "bold green"))


def _judged(results: Sequence[ScenarioResult]) -> Exit:
    found = {one.verdict for one in results}
    if Verdict.ERROR in found:
        return Exit.HARNESS
    if Verdict.FAIL in found:
        return Exit.MISSED
    if Verdict.UNTESTABLE in found:
        return Exit.USAGE
    if not found & {Verdict.PASS, Verdict.NONSTRICT, Verdict.INFO}:
        # Green would say that something was tried.
        raise UsageError("nothing was tried: what is known of the endpoint is not enough")
    return Exit.OK
