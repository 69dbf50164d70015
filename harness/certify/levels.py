"""How much a certificate says: what was known of the endpoint, and so could be tried."""

from collections.abc import Sequence

from harness.certify.model import CaseResult, Level
from mockpbx.core.scenario import Interactive
from mockpbx.manifest.endpoint import Endpoint
from mockpbx.manifest.facts import BASIC, ESSENTIAL
from mockpbx.scenario import library as scenarios


def level_of(endpoint: Endpoint, results: Sequence[CaseResult]) -> Level:
    """Return the level that what is declared, and what was seen, allow for."""
    if endpoint.own_line:
        behaves = any(result.case.feature for result in results)
    else:
        behaves = all(name in endpoint.facts for name in ESSENTIAL)
    if not behaves:
        return Level.PROTOCOL
    return Level.BEHAVIOUR if lacking_for_complete(endpoint, results) else Level.COMPLETE


def lacking_for_complete(endpoint: Endpoint, results: Sequence[CaseResult]) -> tuple[str, ...]:
    """Say what is lacking for a certificate to be complete; nothing if nothing is."""
    found = []
    if not endpoint.names_scenario:
        found.append("the PBX scenario ([scenario] in pbx.toml)")
    if endpoint.states_url is None:
        found.append("a states address ([states] in pbx.toml)")
    declared = endpoint.facts.keys() - endpoint.derived
    facts = [] if endpoint.own_line else [name for name in BASIC if name not in declared]
    if facts:
        found.append(f"the facts {', '.join(facts)}")
    # A built-in scenario has branches that no endpoint needs; one's own is as one wants it.
    own = endpoint.names_scenario and not scenarios.is_builtin(endpoint.scenario)
    untaken = untaken_branches(endpoint, results) if own else ()
    if untaken:
        found.append(f"a call that takes {', '.join(untaken)} of the scenario")
    return tuple(found)


def untaken_branches(endpoint: Endpoint, results: Sequence[CaseResult]) -> tuple[str, ...]:
    """Return the branches of the PBX scenario that no call of the run took."""
    operations = endpoint.scenario.operations
    entered = {
        (request.operation, str(code))
        for result in results
        for played in result.calls
        for request in played.record.requests
        for code in getattr(request.instruction, "codes", ())
    }
    return tuple(
        f"{name}: {code}"
        for name, operation in operations.items()
        if isinstance(operation, Interactive)
        for code in operation.branches
        if (name, code) not in entered
    )
