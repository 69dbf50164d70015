"""What the options ``--pbx-…`` name: the endpoint, and how it is asked."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.endpoint import check_reachable
from harness.pytest_plugin import MANIFEST, are_asked_for
from harness.steps.line import Line
from harness.target import Overrides, Target, target

GIVEN_TARGET = pytest.StashKey[Target]()
"""The endpoint, where a program runs the features and not a person."""

ENDPOINT_WORDS = pytest.StashKey[tuple[str, ...]]()
"""How that program was told of the endpoint: words for the command that repeats a scenario."""

_REACHED_WITHIN_S = 5.0


def wanted(config: pytest.Config) -> bool:
    """Tell whether somebody said that features are about calls."""
    return (
        GIVEN_TARGET in config.stash
        or are_asked_for(config)
        or (config.rootpath / MANIFEST).exists()
    )


@contextmanager
def opened(config: pytest.Config) -> Iterator[Line]:
    """Open the line to the endpoint that the options name.

    Raises:
        UsageError: It cannot be used.
        UnreachableError: Nothing answers there.
    """
    given = config.stash.get(GIVEN_TARGET, None)
    ways = {
        "real_time": config.getoption("pbx_clock") == "real",
        "show_numbers": bool(config.getoption("pbx_show_numbers")),
    }
    worker = _worker(config)
    if given is not None:
        with Line(given, worker=worker, **ways) as line:
            yield line
        return
    manifest, url = _manifest(config), config.getoption("pbx_url")
    reference = bool(config.getoption("pbx_reference")) or (manifest is None and url is None)
    with target(manifest, Overrides(url=url), reference=reference) as found:
        asyncio.run(check_reachable(found.profile.url, within_s=_REACHED_WITHIN_S))
        with Line(found, worker=worker, **ways) as line:
            yield line


def _manifest(config: pytest.Config) -> Path | None:
    """Use the manifest of the root folder where nothing else says whom to ask."""
    named = config.getoption("pbx_manifest")
    if named is not None:
        return Path(named)
    found = config.rootpath / MANIFEST
    elsewhere = config.getoption("pbx_url") or config.getoption("pbx_reference")
    return found if found.exists() and not elsewhere else None


def _worker(config: pytest.Config) -> int:
    """Tell which process of pytest-xdist this is; 0 without it."""
    told: dict[str, str] = getattr(config, "workerinput", {})
    return int(told.get("workerid", "gw-1").removeprefix("gw")) + 1
