"""How much a certificate says: what was known of the endpoint, and so could be tried."""

from collections.abc import Sequence

from harness.certify.model import CaseResult, Level
from mockpbx.core.scenario import Interactive
from mockpbx.manifest.endpoint import Endpoint
from mockpbx.manifest.facts import BASIC, ESSENTIAL


def level_of(endpoint: Endpoint, results: Sequence[CaseResult]) -> Level:
    """Return the level that what is declared, and what was seen, allow for."""
    own_line = endpoint.own_line
    known = BASIC if not own_line else ()
    scenarios = any(result.case.family not in _CATALOGUE for result in results)
    behaves = scenarios if own_line else all(name in endpoint.facts for name in ESSENTIAL)
    if not behaves:
        return Level.PROTOCOL
    complete = (
        endpoint.states_url is not None
        and endpoint.names_scenario
        and all(name in endpoint.facts for name in known)
        and not untaken_branches(endpoint, results)
    )
    return Level.COMPLETE if complete else Level.BEHAVIOUR


_CATALOGUE = frozenset({"REQ", "REPLY", "TIME", "SEQ", "CONC", "ROBUST", "PRIV", "TLS", "FALLBACK"})


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
