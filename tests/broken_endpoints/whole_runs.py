"""A certification from preflight to verdict, as `pbx certify` does it."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import replace

from harness.certify import checks, registry
from harness.certify.model import Run
from harness.certify.run import Certification, Effort
from mockpbx.manifest.endpoint import Endpoint
from mockpbx.scenario import library as scenarios
from mockpbx.wire.request import Profile
from tests.broken_endpoints.crm import FACTS

checks.load()


def described(
    url: str,
    *,
    deadline_s: float = 5.0,
    facts: Mapping[str, str] = FACTS,
    names_scenario: bool = True,
) -> Endpoint:
    """Return what a manifest would say of an endpoint.

    Args:
        url: Its address.
        deadline_s: How long the PBX waits.
        facts: What is declared to be true behind it.
        names_scenario: Whether the PBX scenario is named.
    """
    return Endpoint(
        profile=Profile(url=url),
        scenario=replace(scenarios.load("courier-line"), deadline_s=deadline_s),
        facts=facts,
        states_url=None,
        names_scenario=names_scenario,
        declares_deadline=True,
    )


def certified(endpoint: Endpoint, only: Collection[str] | None = None) -> Run:
    """Certify an endpoint by the given cases, or by all there are."""
    cases = [case for case in registry.cases().values() if only is None or case.id in only]
    certification = Certification(endpoint, cases, tell=lambda _event: None, effort=Effort())
    run = asyncio.run(certification.run())
    assert certification.error is None, certification.error
    return run
