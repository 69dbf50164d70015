"""One run of ``pbx certify``: cases, scenarios, reports, exit code."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.progress import Progress

from harness.certify import registry, whole_run
from harness.certify.applicability import inapplicable
from harness.certify.levels import level_of
from harness.certify.load_estimate import expected_load
from harness.certify.model import FAILING, Case, CaseResult, FeatureUsed, Run, RunVerdict, Verdict
from harness.certify.run import Certification, Effort
from harness.certify.scheduler import CaseFinished, CaseStarted, RunEvent
from harness.certify.script_cases import OwnScripts
from harness.cli.exits import Exit
from harness.cli.options import ExchangeOptions
from harness.display.exchanges import exchange_lines
from harness.display.files import as_json, check_all_writable, is_stdout, write
from harness.display.terminal import Terminal, progress_on
from harness.doctor import fact_checks
from harness.doctor.diagnosis import Severity
from harness.doctor.entered_facts import entered_facts
from harness.reports import summary
from harness.reports.manifest import manifest_text
from harness.reports.overview import reach, run_sentences, run_title, to_fix
from harness.reports.report import mask_for, people_of
from harness.reports.report import report as report_of
from harness.results import baseline as baselines
from harness.results.bundle import write_bundle
from mockpbx.errors import PbxError
from mockpbx.manifest.endpoint import Endpoint
from mockpbx.masking import Masker

if TYPE_CHECKING:
    from harness.pytest_plugin.scenario_cases import Scenarios

Report = dict[str, Any]

_WORTH_SAYING = 50
"""Requests of which a user should know beforehand."""


class FailOn(Enum):
    """What, besides failures, ends with exit code 1."""

    NONSTRICT = "nonstrict"


FORMATS = ("json", "junit", "html", "har", "ctrf", "sarif", "markdown", "badge")
"""The reports by name; a module of `harness.reports` each, but for the JSON report itself."""


def written(name: str, report: Report) -> str:
    """Make a report of the JSON report; what makes one is loaded when it is wanted."""
    if name == "json":
        return as_json(report)
    make: Callable[[Report], str] = getattr(import_module(f"harness.reports.{name}"), name)
    return make(report)


_IN_BUNDLE = {"html": "report.html", "junit": "junit.xml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How to certify, and what to write.

    Attributes:
        effort: How hard to try.
        files: Reports, by the names of `FORMATS`.
        bundle: The sealed zip.
        baseline: Known failures.
        fail_on: What, besides failures, is one.
    """

    effort: Effort
    files: Mapping[str, Path]
    bundle: Path | None
    baseline: baselines.Baseline | None
    fail_on: FailOn | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCases:
    """Cases of the owner's own, besides those of the suite.

    Attributes:
        scenarios: Scenarios of features, if there are any.
        scripts: Call scripts.
    """

    scenarios: "Scenarios | None"
    scripts: OwnScripts

    @property
    def cases(self) -> tuple[Case, ...]:
        """All of them, call scripts first."""
        return self.scripts.cases + (self.scenarios.cases if self.scenarios else ())

    @property
    def files(self) -> tuple[FeatureUsed, ...]:
        """What is to be said of the files they stand in."""
        return self.scripts.files + (self.scenarios.features if self.scenarios else ())


class Certify:
    """One run of the command.

    Args:
        endpoint: The endpoint.
        cases: What is tried, cases of the owner's own among them.
        own: Where those come from.
        ways: How, and what to write.
        shown: What to print.
        mask: What to hide.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        cases: Sequence[Case],
        own: OwnCases,
        ways: Ways,
        shown: ExchangeOptions,
        mask: Masker,
    ) -> None:
        self._endpoint = endpoint
        self._cases = cases
        self._own = own
        self._ways = ways
        self._shown = shown
        self._mask = mask
        printed = any(map(is_stdout, ways.files.values()))
        self._terminal = Terminal(stderr=printed)

    def run(self) -> Exit:
        """Preflight, cases, reports, exit code."""
        check_all_writable([*self._ways.files.values(), *filter(None, [self._ways.bundle])])
        self._warn()
        self._announce()
        with progress_on(self._terminal) as progress:
            run, error = self._run(self._teller(progress))
        code = self._report(run)
        if error is not None:
            raise error
        return code

    def _warn(self) -> None:
        """Say what is odd about the facts: a slip in a name leaves cases out, and none fails."""
        endpoint = self._endpoint
        entered = entered_facts(endpoint)
        for one in fact_checks.examine(endpoint.facts, endpoint.scenario, entered):
            if one.severity is Severity.WARNING:
                self._terminal.say(("warning    ", "yellow"), self._mask(f"{one.said}; {one.do}"))

    def _announce(self) -> None:
        """Say before the first call how many there will be: each may leave traces."""
        endpoint = self._endpoint
        known = endpoint.with_derived_facts()
        applying = [
            case
            for case in self._cases
            if inapplicable(case, known.facts, known.capabilities, known.own_line) is None
        ]
        load = expected_load(applying)
        if endpoint.is_reference or self._shown.quiet or load.requests < _WORTH_SAYING:
            return
        said = (
            f"about {load.requests} requests in {load.calls} calls, {load.unknown} of them from "
            "numbers that the endpoint does not know; certify a test copy, or with --dose small"
        )
        self._terminal.say(("asks       ", "dim"), said)

    def _run(self, tell: Callable[[RunEvent], None]) -> tuple[Run, PbxError | None]:
        """Run the cases of the catalogue and call scripts, then the scenarios.

        Guesses come after the scenarios where nothing makes the endpoint forget them: a good
        one locks out a courier who guesses.
        """
        scenarios = self._own.scenarios
        own = {case.id for case in scenarios.cases} if scenarios else set()
        cases = [case for case in self._cases if case.id not in own]
        forgets = scenarios is None or "states" in self._endpoint.capabilities
        guessing = [] if forgets else [case for case in cases if case.guesses]
        certification = Certification(self._endpoint, cases, tell=tell, effort=self._ways.effort)
        # One event loop for both parts: they share what they saw, and the locks around it.
        with asyncio.Runner() as runner:
            before = [case for case in cases if case not in guessing]
            run, error = runner.run(certification.run(before)), certification.error
            if scenarios is not None:
                chosen = {case.id for case in self._cases}
                added = scenarios.added(run, chosen, self._endpoint, tell)
                scenario_results = added.run.results[len(run.results) :]
                run, error = added.run, error or added.error
                if guessing and run.aborted is None:
                    whole = runner.run(certification.run(guessing))
                    duration_s = run.duration_s + whole.duration_s
                    results = (*whole.results, *scenario_results)
                    run = replace(whole, results=results, duration_s=duration_s)
                    error = certification.error
        run = self._looked_at_whole(
            replace(
                run,
                features=self._own.files,
                existing=len(registry.cases()) + len(self._own.cases),
            )
        )
        return replace(run, level=level_of(run.endpoint, run.results)), error

    def _looked_at_whole(self, run: Run) -> Run:
        """Judge what only all calls together can show, and print what changed by it."""
        whole = whole_run.judged_by_all_calls(run, self._endpoint)
        for before, after in zip(run.results, whole.results, strict=True):
            if after is not before:
                self._print(after)
        return whole

    def _teller(self, progress: Progress) -> Callable[[RunEvent], None]:
        task = progress.add_task("certifying", total=len(self._cases))

        def tell(event: RunEvent) -> None:
            match event:
                case CaseStarted():
                    progress.update(task, description=event.case.id)
                case CaseFinished():
                    progress.update(task, description=event.result.case.id, advance=1)
                    self._print(event.result)

        return tell

    def _print(self, result: CaseResult) -> None:
        """Print with ``-v`` what is to be said of a case, and all that went over the line.

        Otherwise the causes are told in the end: one fault shows in many cases.
        """
        # The report says it with the same letters.
        self._mask = self._mask.telling_apart(people_of(result))
        if self._shown.verbose or (result.case.feature and result.verdict in FAILING):
            summary.print_case(self._terminal, result, self._mask)
        if self._shown.verbose and result.exchanges:
            self._terminal.say(f"{result.case.id}: {result.case.title}")
            mask = mask_for(result, self._mask)
            for exchange in result.exchanges:
                for line in exchange_lines(exchange, mask):
                    self._terminal.say(f"  {line}")

    @property
    def _is_written(self) -> bool:
        """Tell whether anything is made of the report besides what is printed."""
        return bool(self._ways.files) or self._ways.bundle is not None

    def _report(self, run: Run) -> Exit:
        """Write all reports, whatever the run came to; then say what it came to."""
        report: Report = report_of(run, self._mask, evidence=self._is_written)
        baselined = self._baselined(report)
        if baselined is not None:
            report = dict(baselined.report)
        for name, path in self._ways.files.items():
            write(path, written(name, report))
        if self._ways.bundle is not None:
            self._write_bundle(self._ways.bundle, report)
        self._sum_up(report)
        if baselined is not None:
            for line in baselined.said():
                self._terminal.say(line)
        return self._exit_code(run, baselined)

    def _sum_up(self, report: Report) -> None:
        if self._shown.quiet:
            title = run_title(report["verdict"]).upper()
            self._terminal.say((title, "bold"), f"  {run_sentences(report)[0]}")
            for cause in to_fix(report):
                self._terminal.say(f"{cause['case']}: {cause['title']} ({reach(cause)})")
        else:
            summary.print_summary(self._terminal, report)

    def _baselined(self, report: Report) -> baselines.Baselined | None:
        if self._ways.baseline is None:
            return None
        failing = set(baselines.FAILURES)
        if self._ways.fail_on is FailOn.NONSTRICT:
            failing.add("nonstrict")
        today = datetime.now(UTC).date()
        return baselines.apply(
            report, self._ways.baseline, today, existing=self._existing(), failing=failing
        )

    def _existing(self) -> set[str]:
        return {*registry.cases(), *(case.id for case in self._own.cases)}

    def _write_bundle(self, path: Path, report: Report) -> None:
        files = {file: written(name, report) for name, file in _IN_BUNDLE.items()}
        digest = write_bundle(path, report, manifest_text(report), files)
        self._terminal.say(f"{path}: sha256 {digest}; check it with pbx verify")

    def _exit_code(self, run: Run, baselined: baselines.Baselined | None) -> Exit:
        if run.verdict is RunVerdict.ABORTED:
            return Exit.INTERRUPTED
        if run.counts[Verdict.ERROR]:
            return Exit.HARNESS
        if run.stopped is None and run.counts[Verdict.NOT_APPLICABLE] == len(run.results):
            return Exit.USAGE  # nothing was judged, and that is nothing to be glad of
        if baselined is not None:
            # Before housekeeping: a regression must not hide behind it.
            if baselined.news or run.stopped is not None:
                return Exit.MISSED
            return Exit.STALE if baselined.stale else Exit.OK
        strict = self._ways.fail_on is FailOn.NONSTRICT and run.counts[Verdict.NONSTRICT]
        failed = run.fails or run.stopped is not None
        return Exit.MISSED if failed or strict else Exit.OK
