"""What the options ``--pbx-…`` and the nearest ``pbx.toml`` name: the endpoint under test."""

from itertools import combinations
from pathlib import Path

import pytest

from harness.endpoint.target import nearest_manifest
from harness.pytest_plugin import are_asked_for
from mockpbx.manifest.endpoint import Endpoint

GIVEN_ENDPOINT = pytest.StashKey[Endpoint]()
"""The endpoint, where a program runs the features and not a person."""

ENDPOINT_WORDS = pytest.StashKey[tuple[str, ...]]()
"""How that program names the endpoint: words for the command that repeats a scenario."""

ALL_EVIDENCE = pytest.StashKey[bool]()
"""Whether that program shows the calls of scenarios that passed, too."""

_NAMING = ("--pbx-url", "--pbx-app", "--pbx-reference", "--pbx-manifest")
_TOGETHER = (("--pbx-url", "--pbx-manifest"), ("--pbx-app", "--pbx-manifest"))
"""A manifest says what is true behind an endpoint, wherever that is."""

HOW_TO_NAME = (
    "name the endpoint: --pbx-url URL, --pbx-app module:app, a fixture pbx_app, --pbx-manifest "
    "FILE or a pbx.toml here or in a folder above, or --pbx-reference for the reference server"
)


def wanted(config: pytest.Config, path: Path) -> bool:
    """Tell whether somebody said that a feature is about calls."""
    return (
        GIVEN_ENDPOINT in config.stash
        or are_asked_for(config)
        or nearby(config, path.parent) is not None
    )


def names_endpoint(config: pytest.Config) -> bool:
    """Tell whether the command line names an endpoint."""
    return any(value(config, name) for name in _NAMING)


def shows_all(config: pytest.Config) -> bool:
    """Tell whether somebody will look at the calls of scenarios that passed."""
    return config.stash.get(ALL_EVIDENCE, value(config, "--pbx-report") is not None)


def check(config: pytest.Config) -> None:
    """See that the command line names one endpoint at most.

    Raises:
        pytest.UsageError: It names two.
    """
    given = [name for name in _NAMING if value(config, name)]
    pairs = (pair for pair in combinations(given, 2) if pair not in _TOGETHER)
    for one, other in pairs:
        raise pytest.UsageError(f"{one} and {other} name two endpoints; leave one of them out")


def value(config: pytest.Config, option: str) -> str | None:
    """Return the value of an option; None if it was not given."""
    found = config.getoption(option.removeprefix("--").replace("-", "_"))
    return str(found) if found else None


def nearby(config: pytest.Config, folder: Path) -> Path | None:
    """Return the ``pbx.toml`` nearest to a folder, or else to where pytest was started."""
    return nearest_manifest(folder) or nearest_manifest(config.invocation_params.dir)


def manifest(config: pytest.Config, folder: Path) -> Path | None:
    """Return the manifest that the command line names, or else the nearest one."""
    if value(config, "--pbx-reference"):
        return None  # it brings its own facts
    named = value(config, "--pbx-manifest")
    if named is None:
        return nearby(config, folder)
    here = config.invocation_params.dir  # which a test may have left meanwhile
    return Path(named) if Path.cwd() == here else here / named


def worker(config: pytest.Config) -> int:
    """Return which process of pytest-xdist this is; 0 without it."""
    given: dict[str, str] = getattr(config, "workerinput", {})
    return int(given.get("workerid", "gw-1").removeprefix("gw")) + 1
