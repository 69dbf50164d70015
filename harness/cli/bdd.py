"""``pbx bdd``: run features, without anybody seeing pytest."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.exits import Exit
from harness.cli.grammar import command
from harness.cli.options import Clock, ClockOption, EndpointOptions, ExchangeOptions, split_url
from harness.display.files import check_all_writable
from mockpbx.errors import UsageError
from mockpbx.masking import HIDDEN

_FROM_ENVIRONMENT = re.compile(r"([A-Za-z]+ )?\$\{[A-Za-z_][A-Za-z0-9_]*\}")


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


@dataclass(frozen=True, kw_only=True)
class BddOptions:
    """Features."""

    clock: ClockOption = Clock.VIRTUAL
    cucumber: Annotated[
        Path | None, typer.Option("--cucumber-json", metavar="FILE", help="Cucumber JSON.")
    ] = None
    messages: Annotated[
        Path | None, typer.Option("--messages", metavar="FILE", help="Cucumber Messages, NDJSON.")
    ] = None


@command
def bdd(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[URL] [DIR|FILE[:LINE]]...",
            help="The endpoint, unless pbx.toml names it; then features to run; default: "
            "features, or here.",
        ),
    ] = None,
    *,
    ways: BddOptions,
    endpoint: EndpointOptions,
    shown: ExchangeOptions,
) -> Exit:
    """Run features against an endpoint: a line for each scenario, and what went wrong.

    Exit code 0: as expected; 1: a scenario failed; 2: something you gave is wrong, also a step
    that nobody knows; 3: nothing answers; 4: a bug of ours; 130: broken off with Ctrl-C, and
    what was done is written all the same.

    Example: pbx bdd features --reference
    """
    shown.check()
    files = (shown.json_file, ways.cucumber, ways.messages)
    check_all_writable(path for path in files if path is not None)
    url, places = split_url(words)
    with endpoint.found(url, shown.mask) as (found, mask):
        with needs_bdd():
            from harness.cli.bdd_run import Features  # noqa: PLC0415
        repeating = _repeating(endpoint, ways)
        return Features(found, mask, ways, shown, repeating).run(places or [_default()])


def _repeating(endpoint: EndpointOptions, ways: BddOptions) -> tuple[str, ...]:
    """Return the options that ask an endpoint in the same way again, without secrets."""
    values = {
        "--scenario": endpoint.scenario,
        "--dialect": endpoint.dialect and endpoint.dialect.value,
        "--method": endpoint.method and endpoint.method.value,
        "--ca-file": endpoint.ca_file and str(endpoint.ca_file),
        "--deadline": endpoint.deadline and f"{endpoint.deadline:g}",
        "--clock": "real" if ways.clock is Clock.REAL else None,
    }
    words = [word for name, value in values.items() if value for word in (name, value)]
    for header in endpoint.header:
        name, _, value = header.partition(":")
        shown = value.strip() if _FROM_ENVIRONMENT.fullmatch(value.strip()) else HIDDEN
        words += ["--header", f"{name}:{shown}"]
    return tuple(words)


def _default() -> str:
    return "features" if Path("features").is_dir() else "."
