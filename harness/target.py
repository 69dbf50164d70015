"""The endpoint under test: what the manifest and the command line say of it, put together."""

import asyncio
import shlex
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from harness import manifest as manifests
from harness.context import Bench
from harness.endpoint import StatesClient, reference_server
from harness.masking import Masker, secrets_of_headers, secrets_of_url, without_secrets
from harness.runner import session_ids
from mockpbx.core.scenario import Scenario
from mockpbx.drivers.live import HttpTransport, LivePace, trust
from mockpbx.drivers.play import Setting
from mockpbx.errors import UsageError
from mockpbx.scenario import library as scenarios
from mockpbx.wire.request import Dialect, Method, Profile

STANDARD_FACTS = {"virtual_number": "74951234567", "stranger": "79990000009"}
"""What is taken to hold where nobody says otherwise: a number to call, and one that nobody has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The endpoint, and what is known of it.

    Attributes:
        profile: How the PBX asks it.
        scenario: The PBX scenario, with the deadline that holds for this endpoint.
        facts: What is true behind it.
        states_url: Where it is put into states.
        states_headers: Sent along.
        ca_file: Certificates to trust instead of the usual authorities.
        environment: Values that came from environment variables: secrets.
        manifest: What the manifest says, for reports; secrets are still names in it.
        named: How the command line named it, as shell words without secrets.
        is_reference: True for the reference server that we started.
    """

    profile: Profile
    scenario: Scenario
    facts: Mapping[str, str]
    states_url: str | None = None
    states_headers: tuple[tuple[str, str], ...] = ()
    ca_file: str | None = None
    environment: frozenset[str] = frozenset()
    manifest: manifests.Manifest | None = None
    named: str = ""
    is_reference: bool = False

    @property
    def capabilities(self) -> frozenset[str]:
        """What the endpoint declares: ``https``, ``states``, and how it wants to be asked."""
        found = {self.profile.method.value}
        if self.profile.url.startswith("https:"):
            found.add("https")
        if self.states_url is not None:
            found.add("states")
        return frozenset(found)

    def mask(self, mask: Masker) -> Masker:
        """Let a masker know the people behind the endpoint, and the secrets of reaching it."""
        secrets = {
            *self.environment,
            *secrets_of_url(self.profile.url),
            *secrets_of_url(self.states_url or ""),
            *secrets_of_headers((*self.profile.headers, *self.states_headers)),
        }
        # A long order number may look like a phone's, and is nobody's secret.
        people = [value for name, value in self.facts.items() if "order" not in name]
        kept = [self.facts[name] for name in ("virtual_number",) if name in self.facts]
        return mask.and_known(people, kept=kept).and_secrets(secrets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """What the command line says of the endpoint; it prevails over the manifest.

    Attributes:
        url: Its address.
        scenario: A built-in scenario's name, or a file.
        dialect: The brand.
        method: How it is asked.
        headers: Sent with every request.
        ca_file: Certificates to trust.
    """

    url: str | None = None
    scenario: str | None = None
    dialect: Dialect | None = None
    method: Method | None = None
    headers: tuple[tuple[str, str], ...] = ()
    ca_file: Path | None = None


@contextmanager
def target(manifest: Path | None, given: Overrides, *, reference: bool = False) -> Iterator[Target]:
    """Find the endpoint: our own reference server, or the one that the user named.

    Raises:
        UsageError: None is named, or what is said of it cannot be used.
    """
    if reference:
        if given.url is not None or manifest is not None:
            raise UsageError("--reference brings its own address and facts; leave out the others")
        with reference_server() as running:
            found = Target(
                profile=Profile(url=running.url),
                scenario=scenarios.load("courier-line"),
                facts=running.facts,
                states_url=running.states_url,
                is_reference=True,
            )
            yield replace(_overridden(found, given), named="--reference")
    elif manifest is not None:
        found = _overridden(from_manifest(manifests.load(manifest)), given)
        yield replace(found, named=f"--manifest {shlex.quote(str(manifest))}")
    elif given.url is not None:
        found = _overridden(from_url(given.url), given)
        yield replace(found, named=shlex.quote(without_secrets(given.url)))
    else:
        raise UsageError(
            "name the endpoint by its URL or a pbx.toml (pbx init writes one), or use --reference"
        )


def from_url(url: str) -> Target:
    """Know nothing but an address."""
    return Target(
        profile=Profile(url=url), scenario=scenarios.load("courier-line"), facts=STANDARD_FACTS
    )


def from_manifest(manifest: manifests.Manifest) -> Target:
    """Know what a manifest says.

    Raises:
        ManifestError: An environment variable is not set.
        UsageError: The scenario does not exist or is wrong.
    """
    states = manifest.states
    headers = manifests.expanded_headers(states.headers, "states.headers") if states else ()
    return Target(
        profile=manifest.profile(),
        scenario=_with_deadline(scenarios.load(manifest.scenario.use), manifest),
        facts={**STANDARD_FACTS, **manifest.facts},
        states_url=manifests.expanded(states.url, "states.url") if states else None,
        states_headers=headers,
        ca_file=manifest.endpoint.ca_file,
        environment=frozenset(manifest.from_environment()),
        manifest=manifest,
    )


def _with_deadline(scenario: Scenario, manifest: manifests.Manifest | None) -> Scenario:
    """Let the endpoint's own deadline prevail over the scenario's."""
    if manifest is None or manifest.deadline_s is None:
        return scenario
    return replace(scenario, deadline_s=manifest.deadline_s)


def _overridden(found: Target, given: Overrides) -> Target:
    """Let the command line prevail."""
    profile, scenario = found.profile, found.scenario
    if given.scenario is not None:
        scenario = _with_deadline(scenarios.load(given.scenario), found.manifest)
    names = {name.lower() for name, _ in given.headers}
    kept = (pair for pair in profile.headers if pair[0].lower() not in names)
    return replace(
        found,
        profile=replace(
            profile,
            url=given.url or profile.url,
            dialect=given.dialect or profile.dialect,
            method=given.method or profile.method,
            headers=(*kept, *given.headers),
        ),
        scenario=scenario,
        ca_file=str(given.ca_file) if given.ca_file else found.ca_file,
    )


class _Turns:
    """Gives turns, no more than so many a second."""

    def __init__(self, max_rps: float) -> None:
        self._gap_s = 1 / max_rps
        self._next = 0.0

    async def wait(self) -> None:
        """Wait for the next turn; waiting is nobody's answering time."""
        now = asyncio.get_running_loop().time()
        self._next = max(now, self._next + self._gap_s)
        await asyncio.sleep(self._next - now)


@asynccontextmanager
async def opened(
    target: Target, *, pace: LivePace | None = None, max_rps: float | None = None
) -> AsyncGenerator[Bench, None]:
    """Open connections to a target, for the time of a run.

    Args:
        target: The endpoint.
        pace: How time passes; by default what people take is skipped.
        max_rps: Requests a second at most.
    """
    async with (
        HttpTransport(ca_file=target.ca_file) as kept,
        HttpTransport(ca_file=target.ca_file, keep_alive=False) as single,
    ):
        put = None
        if target.states_url is not None:
            put = StatesClient(
                transport=kept, url=target.states_url, headers=target.states_headers
            ).put
        setting = Setting(
            transport=kept,
            pace=pace or LivePace(),
            profile=target.profile,
            scenario=target.scenario,
            session_id=session_ids(),
            put_into_state=put,
            load_scenario=scenarios.load,
            wait_for_turn=_Turns(max_rps).wait if max_rps else None,
        )
        yield Bench(
            setting=setting,
            facts=target.facts,
            single_use=single,
            anew=partial(HttpTransport, ca_file=target.ca_file),
            trust=trust(target.ca_file) if target.profile.url.startswith("https:") else None,
        )
