"""What a finding rests on that nobody documents.

A vendor's PBX may well do otherwise there, so such a finding can inform and no more; and so
can whatever follows from it. What the manifest declares is no assumption.
"""

from harness.certify.reasons import LATE_KINDS, Assumption, Finding
from mockpbx.core.cdr import FinishReason
from mockpbx.core.instruction import Branch, Forward
from mockpbx.core.observed import Observed
from mockpbx.core.scenario import Interactive
from mockpbx.manifest.endpoint import Endpoint
from mockpbx.result.call_result import CallResult
from mockpbx.result.exchange import Exchange

LONGEST_WAIT_S = 15.0
"""No PBX of the trade that documents its deadline waits longer: nothing by then is no answer."""


def resting_on(
    finding: Finding, endpoint: Endpoint, calls: tuple[CallResult, ...]
) -> Assumption | None:
    """Return what a finding rests on; None if all of it is documented or declared.

    Args:
        finding: What a check saw.
        endpoint: What is declared of the endpoint.
        calls: The calls that the check placed.
    """
    blamed = finding.reason.exchanges
    failed = [exchange for exchange in blamed if exchange.failure is not None]
    if failed:
        found = [of_exchange(exchange, endpoint) for exchange in failed]
        return found[0] if all(found) else None
    told = (*blamed, *(exchange for played in calls for exchange in played.exchanges))
    if any(_knows_what_nobody_declared(exchange, endpoint) for exchange in told):
        return Assumption.DERIVED_FACT
    nowhere = any(leads_nowhere(exchange, endpoint) for exchange in blamed)
    if not endpoint.names_scenario and (nowhere or any(map(_led_nowhere, calls))):
        return Assumption.SCENARIO
    return None


def _knows_what_nobody_declared(exchange: Exchange, endpoint: Endpoint) -> bool:
    """Tell whether an order that was taken to be unknown leads to somebody.

    Perhaps it is one after all.
    """
    derived = {endpoint.facts[name] for name in endpoint.derived}
    instruction = exchange.instruction
    leads = isinstance(instruction, Forward) and bool(instruction.phones)
    return leads and exchange.params.get("input_result") in derived


def leads_nowhere(exchange: Exchange, endpoint: Endpoint) -> bool:
    """Tell whether an answer is a return code that no branch of the PBX scenario takes."""
    instruction = exchange.instruction
    if not isinstance(instruction, Branch):
        return False
    slots = {
        str(code)
        for operation in endpoint.scenario.operations.values()
        if isinstance(operation, Interactive)
        for code in operation.branches
    }
    return not any(str(code) in slots for code in instruction.codes)


def of_exchange(exchange: Exchange, endpoint: Endpoint) -> Assumption | None:
    """Return what must be assumed for a failed request to be a fault of the endpoint."""
    failure = exchange.failure
    if failure is None:
        return None
    if failure.assumed:
        return Assumption.REDIRECT if failure.observed is Observed.REDIRECT else Assumption.FORM
    if failure.observed in LATE_KINDS and not _is_late_for_anybody(exchange, endpoint):
        return Assumption.DEADLINE
    return _of_request(exchange, endpoint)


def _is_late_for_anybody(exchange: Exchange, endpoint: Endpoint) -> bool:
    return endpoint.declares_deadline or exchange.elapsed_s >= LONGEST_WAIT_S


def _of_request(exchange: Exchange, endpoint: Endpoint) -> Assumption | None:
    """Return what the PBX must be assumed to send."""
    params = exchange.params
    if not params:
        return None  # bytes that are no ordinary request: they are the standard's matter
    if "numa" not in params:
        hides = endpoint.hidden_caller == "absent"
        return None if hides else Assumption.PARAMETERS
    if _without_id(endpoint.profile.ticked) - params.keys() or not _IDS & params.keys():
        return Assumption.PARAMETERS
    if params["numa"] in ("", "anonymous", "0"):
        declared = {"empty": "", "anonymous": "anonymous"}.get(endpoint.hidden_caller or "")
        return None if params["numa"] == declared else Assumption.HIDDEN_CALLER
    return None


_IDS = {"cdr_id", "call_session_id"}
"""Names of the call's id; either is documented, whichever the brand sends."""


def _without_id(ticked: frozenset[str]) -> frozenset[str]:
    return ticked - _IDS


def _led_nowhere(played: CallResult) -> bool:
    return played.record.finish_reason is FinishReason.NO_OPERATION
