"""``pbx certify``: certify an endpoint, with evidence to hand on."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness import baseline as baselines
from harness import checks, registry
from harness.certification import select
from harness.cli import options
from harness.cli.bdd import needs_bdd
from harness.cli.certifying import Certify, FailOn, Ways
from harness.cli.exits import complain
from harness.masking import Masker
from harness.target import Overrides, target
from mockpbx.errors import PbxError

if TYPE_CHECKING:
    from harness.pytest_plugin.certifying import Scenarios


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
    features: Annotated[
        list[Path],
        typer.Option("--features", metavar="DIR", help="Features whose scenarios are cases, too."),
    ] = [],  # noqa: B006  # typer copies it
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
        ways = Ways(
            jobs=jobs,
            max_rps=max_rps,
            files={name: path for name, path in files.items() if path is not None},
            bundle=bundle,
            baseline=baselines.load(baseline) if baseline else None,
            fail_on=fail_on,
        )
        scenarios = _scenarios(features)
        known = [*registry.cases().values(), *(scenarios.cases if scenarios else ())]
        cases = select(known, _words(only), _words(skip))
        manifest = options.manifest_of(manifest, url, reference=reference)
        with target(manifest, given, reference=reference) as found:
            mask = found.mask(mask)
            code = Certify(found, cases, scenarios, ways, mask).run()
    except PbxError as error:
        raise complain(error, mask) from None
    raise typer.Exit(code)


def _scenarios(places: Sequence[Path]) -> "Scenarios | None":
    if not places:
        return None
    with needs_bdd():
        from harness.pytest_plugin.certifying import scenarios_in  # noqa: PLC0415
    return scenarios_in(places)


def _words(listed: str | None) -> list[str]:
    return [word.strip() for word in (listed or "").split(",") if word.strip()]
