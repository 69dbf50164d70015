"""``pbx certify``: certify an endpoint, with evidence to hand on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from dataclasses import field as default
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.certify import checks, registry
from harness.certify.run import Dose, Effort, select
from harness.certify.script_cases import scripts_in
from harness.cli import completion
from harness.cli.bdd import needs_bdd
from harness.cli.certify_run import Certify, FailOn, OwnCases, Ways
from harness.cli.exits import Exit
from harness.cli.grammar import command
from harness.cli.options import EndpointOptions, ExchangeOptions, Url
from harness.results import baseline as baselines
from mockpbx.drivers.turns import Pacing

if TYPE_CHECKING:
    from harness.pytest_plugin.scenario_cases import Scenarios


def _file(option: str, about: str) -> Any:
    return typer.Option(option, metavar="FILE", help=about)


def _ids(option: str, about: str) -> Any:
    complete = completion.case_lists
    return typer.Option(option, metavar="ID,…", help=about, autocompletion=complete)


@dataclass(frozen=True, kw_only=True)
class _Run:
    """Certification."""

    only: Annotated[str | None, _ids("--only", "Cases, families or patterns: REPLY,SEQ-0*.")] = None
    skip: Annotated[str | None, _ids("--skip", "Cases, families or patterns to leave out.")] = None
    features: Annotated[
        list[Path],
        typer.Option(
            "--features",
            metavar="DIR",
            help="Features whose scenarios are cases, besides those of pbx.toml.",
        ),
    ] = default(default_factory=list)
    baseline: Annotated[Path | None, _file("--baseline", "Known failures, YAML.")] = None
    dose: Annotated[
        Dose, typer.Option("--dose", help="small: one case of each requirement, nothing hostile.")
    ] = Dose.FULL
    thorough: Annotated[
        bool,
        typer.Option(
            "--thorough", help="Try everything, however long it takes and often it fails alike."
        ),
    ] = False
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            metavar="1-64",
            min=1,
            max=64,
            help="So many run at once. Default: as many as the endpoint serves side by side.",
        ),
    ] = None
    max_rps: Annotated[
        float | None,
        typer.Option(
            "--max-rps", metavar="N", min=0.1, help="Send no more than so many requests a second."
        ),
    ] = None
    pace: Annotated[
        float | None,
        typer.Option(
            "--pace",
            metavar="SECONDS",
            min=0.1,
            help="Leave so many seconds between two requests of a call, as people do.",
        ),
    ] = None
    calls_per_minute: Annotated[
        int | None,
        typer.Option(
            "--calls-per-minute",
            metavar="N",
            min=1,
            help="Place no more than so many calls a minute from one number.",
        ),
    ] = None
    fail_on: Annotated[
        FailOn | None,
        typer.Option("--fail-on", help="Exit with 1 for remarks of this kind, too."),
    ] = None


@dataclass(frozen=True, kw_only=True)
class _Reports:
    """Reports."""

    junit: Annotated[Path | None, _file("--junit", "JUnit report.")] = None
    html: Annotated[Path | None, _file("--html", "One HTML file to hand on.")] = None
    har: Annotated[Path | None, _file("--har", "HAR: all exchanges.")] = None
    ctrf: Annotated[Path | None, _file("--ctrf", "CTRF report.")] = None
    sarif: Annotated[Path | None, _file("--sarif", "SARIF report.")] = None
    markdown: Annotated[Path | None, _file("--markdown", "Markdown summary for a CI job page.")] = (
        None
    )
    badge: Annotated[Path | None, _file("--badge", "SVG badge.")] = None
    bundle: Annotated[
        Path | None, _file("--bundle", "Sealed zip of everything, for pbx verify.")
    ] = None

    def files(self, json_file: Path | None) -> Mapping[str, Path]:
        """Return the files that are wanted, by the name of the report."""
        wanted = {one.name: getattr(self, one.name) for one in fields(self)}
        named = {"json": json_file, **wanted}
        return {name: path for name, path in named.items() if path and name != "bundle"}


@command
def certify(
    url: Url = None,
    *,
    run: _Run,
    reports: _Reports,
    endpoint: EndpointOptions,
    shown: ExchangeOptions,
) -> Exit:
    """Certify an endpoint: what is right, what is wrong, and what to do about it.

    Exit code 0: certified, with or without remarks, or all chosen cases pass; 1: not certified,
    or not asked to the end; 2: something you gave is wrong, or no chosen case applies;
    3: nothing answers; 4: a bug of ours; 5: the baseline is stale.

    Example: pbx certify --reference --html certificate.html
    """
    shown.check()
    checks.load()
    pacing = Pacing(max_rps=run.max_rps, pause_s=run.pace, calls_per_minute=run.calls_per_minute)
    ways = Ways(
        effort=Effort(jobs=run.jobs, pacing=pacing, thorough=run.thorough),
        files=reports.files(shown.json_file),
        bundle=reports.bundle,
        baseline=baselines.load(run.baseline) if run.baseline else None,
        fail_on=run.fail_on,
    )
    with endpoint.found(url, shown.mask) as (found, mask):
        own = OwnCases(
            scenarios=_scenarios([*found.features, *run.features]),
            scripts=scripts_in(found.scripts),
        )
        known = [*registry.cases().values(), *own.cases]
        cases = select(known, _words(run.only), _words(run.skip), run.dose)
        return Certify(found, cases, own, ways, shown, mask).run()


def _scenarios(places: Sequence[Path]) -> "Scenarios | None":
    if not places:
        return None
    with needs_bdd():
        from harness.pytest_plugin.scenario_cases import scenarios_in  # noqa: PLC0415
    return scenarios_in(places)


def _words(listed: str | None) -> list[str]:
    return [word.strip() for word in (listed or "").split(",") if word.strip()]
