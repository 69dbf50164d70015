"""``pbx certify``: certify an endpoint, with evidence to hand on."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from harness import baseline as baselines
from harness import checks, registry
from harness.bundle import write_bundle
from harness.certification import Certification, select
from harness.certifier import CaseFinished, CaseStarted, RunEvent
from harness.cli import options
from harness.cli.exits import Exit, complain
from harness.masking import Masker
from harness.model import Case, Run, RunVerdict, Verdict
from harness.reports import badge, ctrf, har, html, junit, markdown, sarif, summary
from harness.reports.manifest import manifest_text
from harness.reports.report import report as report_of
from harness.reports.terminal import Terminal, emit
from harness.target import Overrides, Target, target
from mockpbx.errors import PbxError, UsageError

Report = dict[str, Any]

MANIFEST = Path("pbx.toml")
"""Looked for where neither an address nor a manifest is given."""


class FailOn(Enum):
    """What, besides failures, ends with exit code 1."""

    NONSTRICT = "nonstrict"


def _json(report: Report) -> str:
    return json.dumps(report, ensure_ascii=False, indent=2) + "\n"


WRITERS: Mapping[str, Callable[[Report], str]] = {
    "json": _json,
    "junit": junit.junit,
    "html": html.html,
    "har": har.har,
    "ctrf": ctrf.ctrf,
    "sarif": sarif.sarif,
    "markdown": markdown.markdown,
    "badge": badge.badge,
}
"""Every report is a function of the JSON report."""

_IN_BUNDLE = {"html": "report.html", "junit": "junit.xml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ways:
    """How to certify, and what to write."""

    jobs: int
    max_rps: float | None
    files: Mapping[str, Path]
    bundle: Path | None
    baseline: baselines.Baseline | None
    fail_on: FailOn | None


def _file(help_text: str, *names: str) -> Any:
    return typer.Option(*names, metavar="FILE", help=help_text)


def certify(
    url: Annotated[str | None, typer.Argument(help="The endpoint that the PBX asks.")] = None,
    manifest: Annotated[
        Path | None, _file("Address, facts, states, scenario; default: ./pbx.toml.", "--manifest")
    ] = None,
    reference: Annotated[
        bool, typer.Option("--reference", help="Start the reference server and certify it.")
    ] = False,
    only: Annotated[
        str | None, typer.Option(metavar="ID,…", help="Cases, families or patterns: REPLY,SEQ-0*.")
    ] = None,
    skip: Annotated[
        str | None, typer.Option(metavar="ID,…", help="Cases, families or patterns to leave out.")
    ] = None,
    json_file: Annotated[Path | None, _file("JSON report; - prints it.", "--json")] = None,
    junit_file: Annotated[Path | None, _file("JUnit report.", "--junit")] = None,
    html_file: Annotated[Path | None, _file("One HTML file to hand on.", "--html")] = None,
    har_file: Annotated[Path | None, _file("HAR: all exchanges.", "--har")] = None,
    ctrf_file: Annotated[Path | None, _file("CTRF report.", "--ctrf")] = None,
    sarif_file: Annotated[Path | None, _file("SARIF report.", "--sarif")] = None,
    markdown_file: Annotated[
        Path | None, _file("Markdown summary for a CI job page.", "--markdown")
    ] = None,
    badge_file: Annotated[Path | None, _file("SVG badge.", "--badge")] = None,
    bundle: Annotated[
        Path | None, _file("Sealed zip of everything, for pbx verify.", "--bundle")
    ] = None,
    baseline: Annotated[Path | None, _file("Known failures, YAML.", "--baseline")] = None,
    jobs: Annotated[
        int, typer.Option(metavar="1-64", min=1, max=64, help="Independent cases run at once.")
    ] = 4,
    max_rps: Annotated[
        float | None,
        typer.Option(metavar="N", min=0.1, help="Send no more than so many requests a second."),
    ] = None,
    fail_on: Annotated[
        FailOn | None, typer.Option(help="Exit with 1 for remarks of this kind, too.")
    ] = None,
    scenario: options.ScenarioOption = None,
    dialect: options.DialectOption = None,
    method: options.MethodOption = None,
    header: options.Headers = [],  # noqa: B006  # typer copies it
    ca_file: options.CaFile = None,
    show_numbers: options.ShowNumbers = False,
) -> None:
    """Certify an endpoint: what is right, what is wrong, and what to do about it.

    Exit code 0: certified, with or without remarks; 1: not certified; 2: something you gave is
    wrong; 3: nothing answers; 4: a bug of ours; 5: the baseline is stale.

    Example: pbx certify --reference --html certificate.html
    """
    files = {
        "json": json_file,
        "junit": junit_file,
        "html": html_file,
        "har": har_file,
        "ctrf": ctrf_file,
        "sarif": sarif_file,
        "markdown": markdown_file,
        "badge": badge_file,
    }
    mask = Masker(off=show_numbers)
    try:
        checks.load()
        given = Overrides(
            url=url,
            scenario=scenario,
            dialect=dialect,
            method=method,
            headers=options.header_pairs(header),
            ca_file=ca_file,
        )
        ways = _Ways(
            jobs=jobs,
            max_rps=max_rps,
            files={name: path for name, path in files.items() if path is not None},
            bundle=bundle,
            baseline=baselines.load(baseline) if baseline else None,
            fail_on=fail_on,
        )
        cases = select(_words(only), _words(skip))
        with target(
            _manifest(manifest, given, reference=reference), given, reference=reference
        ) as found:
            mask = found.mask(mask)
            code = _Certify(found, cases, ways, mask).run()
    except PbxError as error:
        raise complain(error, mask) from None
    raise typer.Exit(code)


def _words(listed: str | None) -> list[str]:
    return [word.strip() for word in (listed or "").split(",") if word.strip()]


def _manifest(named: Path | None, given: Overrides, *, reference: bool) -> Path | None:
    """Use the manifest of this folder where nothing else says what to certify."""
    if named is None and given.url is None and not reference and MANIFEST.exists():
        return MANIFEST
    return named


class _Certify:
    """One run of the command."""

    def __init__(self, found: Target, cases: Sequence[Case], ways: _Ways, mask: Masker) -> None:
        self._target = found
        self._cases = cases
        self._ways = ways
        self._mask = mask
        printed = any(str(path) == "-" for path in ways.files.values())
        self._terminal = Terminal(stderr=printed)

    def run(self) -> Exit:
        """Preflight, cases, reports, exit code."""
        _check_writable([*self._ways.files.values(), *filter(None, [self._ways.bundle])])
        with self._progress() as progress:
            certification = Certification(
                self._target,
                self._cases,
                tell=self._teller(progress),
                jobs=self._ways.jobs,
                max_rps=self._ways.max_rps,
            )
            run = asyncio.run(certification.run())
        code = self._report(run)
        if certification.error is not None:
            raise certification.error
        return code

    def _progress(self) -> Progress:
        return Progress(
            TextColumn("{task.description:<14}"),
            BarColumn(),
            MofNCompleteColumn(),
            console=self._terminal,
            transient=True,
            disable=not self._terminal.is_terminal,
        )

    def _teller(self, progress: Progress) -> Callable[[RunEvent], None]:
        task = progress.add_task("certifying", total=len(self._cases))

        def tell(event: RunEvent) -> None:
            match event:
                case CaseStarted():
                    progress.update(task, description=event.case.id)
                case CaseFinished():
                    progress.update(task, advance=1)
                    summary.print_case(self._terminal, event.result, self._mask)

        return tell

    def _report(self, run: Run) -> Exit:
        """Write all reports, whatever the run came to; then say what it came to."""
        report: Report = report_of(run, self._mask)
        baselined = self._baselined(report)
        if baselined is not None:
            report = dict(baselined.report)
        for name, path in self._ways.files.items():
            _write(path, WRITERS[name](report))
        if self._ways.bundle is not None:
            self._write_bundle(self._ways.bundle, report)
        summary.print_summary(self._terminal, report)
        if baselined is not None:
            for line in baselined.said():
                self._terminal.say(line)
        return self._exit_code(run, baselined)

    def _baselined(self, report: Report) -> baselines.Baselined | None:
        if self._ways.baseline is None:
            return None
        failing = set(baselines.FAILURES)
        if self._ways.fail_on is FailOn.NONSTRICT:
            failing.add("nonstrict")
        today = datetime.now(UTC).date()
        return baselines.apply(
            report, self._ways.baseline, today, existing=registry.cases().keys(), failing=failing
        )

    def _write_bundle(self, path: Path, report: Report) -> None:
        files = {file: WRITERS[name](report) for name, file in _IN_BUNDLE.items()}
        digest = write_bundle(path, report, manifest_text(report), files)
        self._terminal.say(f"{path}: sha256 {digest}; check it with pbx verify")

    def _exit_code(self, run: Run, baselined: baselines.Baselined | None) -> Exit:
        if run.verdict is RunVerdict.ABORTED:
            return Exit.INTERRUPTED
        if run.counts[Verdict.ERROR]:
            return Exit.HARNESS
        if baselined is not None:
            if baselined.news:  # before housekeeping: a regression must not hide behind it
                return Exit.MISSED
            return Exit.STALE if baselined.stale else Exit.OK
        strict = self._ways.fail_on is FailOn.NONSTRICT and run.counts[Verdict.NONSTRICT]
        failed = run.verdict is RunVerdict.NOT_CERTIFIED
        return Exit.MISSED if failed or strict else Exit.OK


def _check_writable(paths: Sequence[Path]) -> None:
    """Say now, not after the run, that a report cannot be written."""
    for path in paths:
        if str(path) != "-" and not path.absolute().parent.is_dir():
            raise UsageError(f"there is no folder {path.absolute().parent} for the report {path}")


def _write(path: Path, text: str) -> None:
    if str(path) == "-":
        emit(text)
        return
    try:
        path.write_text(text, "utf-8", "backslashreplace")
    except OSError as error:
        raise UsageError(f"the report {path} cannot be written: {error.strerror}") from error
