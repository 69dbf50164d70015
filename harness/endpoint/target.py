"""Finds the endpoint under test: the one that the user names, or our reference server."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from harness.endpoint.reference import reference_server
from mockpbx.errors import UsageError
from mockpbx.manifest import pbx_toml
from mockpbx.manifest.endpoint import DEFAULT_SCENARIO, Endpoint, Overrides
from mockpbx.masking import HIDDEN, without_secrets
from mockpbx.scenario import library as scenarios
from mockpbx.wire.request import Profile

MANIFEST = "pbx.toml"
"""The name of a manifest where nobody names another."""

HOW_TO_NAME = (
    "name the endpoint: its URL, a pbx.toml here or in a folder above (pbx init writes one), "
    "or --reference for the reference server"
)


def nearest_manifest(start: Path) -> Path | None:
    """Return the ``pbx.toml`` of a folder, or of the nearest folder above; None without one.

    It is named as seen from the current folder, where it lies below.
    """
    begin, here = start.absolute(), Path.cwd()
    found = (folder / MANIFEST for folder in (begin, *begin.parents))
    path = next((path for path in found if path.is_file()), None)
    return path.relative_to(here) if path and path.is_relative_to(here) else path


@contextmanager
def found_endpoint(
    given: Overrides,
    *,
    manifest: Path | None = None,
    reference: bool = False,
    start: Path | None = None,
) -> Iterator[Endpoint]:
    """Find the endpoint, and stop the reference server at the end if it was started.

    Args:
        given: What the command line says of the endpoint.
        manifest: The manifest that the user named.
        reference: Start the reference server and ask it.
        start: From here upwards a ``pbx.toml`` is looked for; the current folder if not given.

    Raises:
        UsageError: None is named, or what is said of it cannot be used.
    """
    url_words = [shlex.quote(without_secrets(given.url))] if given.url else []
    options = _options(given)
    if reference:
        if given.url is not None or manifest is not None:
            raise UsageError("--reference brings its own address and facts; leave out the others")
        with reference_server() as running:
            found = Endpoint(
                profile=Profile(url=running.url),
                scenario=scenarios.load(DEFAULT_SCENARIO),
                facts=running.facts,
                states_url=running.states_url,
                is_reference=True,
                names_scenario=True,
                declares_deadline=True,
            )
            yield replace(given.applied(found), named=" ".join(["--reference", *options]))
        return
    if manifest is not None:
        found = given.applied(Endpoint.described(pbx_toml.load(manifest)))
        words = [f"--manifest {shlex.quote(str(manifest))}"]
        yield replace(found, named=" ".join([*url_words, *words, *options]))
        return
    nearby = nearest_manifest(start or Path.cwd())
    if nearby is not None:
        described = Endpoint.described(pbx_toml.load(nearby))
        if given.url is not None:
            described = _elsewhere(described, given.url)
        words = url_words or [f"--manifest {shlex.quote(str(nearby))}"]
        yield replace(given.applied(described), named=" ".join([*words, *options]))
    elif given.url is not None:
        yield replace(given.applied(Endpoint.at(given.url)), named=" ".join([*url_words, *options]))
    else:
        raise UsageError(HOW_TO_NAME)


def _options(given: Overrides) -> list[str]:
    """Return what else the command line says of the endpoint, without secrets."""
    said = [
        ("--scenario", given.scenario if isinstance(given.scenario, str) else None),
        ("--dialect", given.dialect and given.dialect.value),
        ("--method", given.method and given.method.value),
        ("--ca-file", str(given.ca_file) if given.ca_file else None),
        ("--deadline", None if given.deadline_s is None else f"{given.deadline_s:g}"),
        *(("--header", f"{name}: {HIDDEN}") for name, _ in given.headers),
    ]
    return [f"{name} {shlex.quote(value)}" for name, value in said if value is not None]


def _elsewhere(endpoint: Endpoint, url: str) -> Endpoint:
    """Keep a manifest's secrets and states from another server than the one it describes."""
    if _origin(url) == _origin(endpoint.profile.url):
        return endpoint
    return replace(
        endpoint,
        profile=replace(endpoint.profile, headers=()),
        states_url=None,
        states_headers=(),
        environment=frozenset(),
    )


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url.strip())
    return parts.scheme.lower(), parts.netloc.rpartition("@")[2].lower()
