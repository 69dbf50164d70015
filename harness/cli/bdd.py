"""``pbx bdd``: run features, without anybody seeing pytest."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from harness.cli import options
from harness.cli.exits import complain
from harness.masking import Masker
from harness.reports.files import check_all_writable
from harness.target import Overrides, target
from mockpbx.errors import PbxError, UsageError


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
    that nobody knows; 3: nothing answers; 4: a bug of ours; 130: broken off with Ctrl-C, and
    what was done is written all the same.

    Example: pbx bdd features --reference
    """
    mask = Masker(off=show_numbers)
    try:
        check_all_writable(path for path in (report, cucumber, messages) if path is not None)
        given = Overrides(
            url=url,
            scenario=scenario,
            dialect=dialect,
            method=method,
            headers=options.header_pairs(header),
            ca_file=ca_file,
        )
        manifest = options.manifest_of(manifest, url, reference=reference)
        with target(manifest, given, reference=reference) as found:
            mask = found.mask(mask)
            with needs_bdd():
                from harness.cli.features import Features, Files  # noqa: PLC0415
            run = Features(
                found,
                mask,
                Files(report=report, cucumber=cucumber, messages=messages),
                given=given,
                real_time=clock is options.Clock.REAL,
                show_numbers=show_numbers,
            )
            code = run.run(places or [_default()])
    except PbxError as error:
        raise complain(error, mask) from None
    raise typer.Exit(code)


def _default() -> str:
    return "features" if Path("features").is_dir() else "."
