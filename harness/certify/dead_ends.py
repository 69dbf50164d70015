"""Codes that lead nowhere, whichever call of a run brought them.

The case of the suite looks at ordinary callers only. What an endpoint answers deep in a line of
the owner's own, their scripts and features show.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from harness.certify.model import CaseResult, Run, Verdict
from harness.certify.reasons import violated
from mockpbx.core.cdr import FinishReason
from mockpbx.core.instruction import Branch
from mockpbx.core.scenario import Interactive, Scenario
from mockpbx.manifest.endpoint import Endpoint
from mockpbx.result.call_result import CallResult
from mockpbx.result.exchange import Exchange

CASE = "REPLY-080"
"""Every return code has a slot in the scenario."""

_GREEN = (Verdict.PASS, Verdict.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadEnd:
    """A call that ended because its answer led nowhere.

    Attributes:
        result: The case that placed it.
        call: The call.
        exchange: The answer.
        said: What it was, and what it could have been.
    """

    result: CaseResult
    call: CallResult
    exchange: Exchange
    said: str


def judged_by_all_calls(run: Run, endpoint: Endpoint) -> Run:
    """Return a run in which the case of dead ends looks at the calls of all cases.

    Where nobody said which scenario it is, it can only be assumed, and nothing changes.

    Args:
        run: What was done.
        endpoint: The endpoint.
    """
    if not endpoint.names_scenario:
        return run
    places = [place for place, one in enumerate(run.results) if one.case.id == CASE]
    if not places or run.results[places[0]].verdict not in _GREEN:
        return run
    found = [end for one in run.results for end in _dead_ends(one, endpoint.scenario)]
    if not found:
        return run
    revised = _revised(run.results[places[0]], found)
    results = [*run.results]
    results[places[0]] = revised
    return replace(run, results=tuple(results))


def _dead_ends(result: CaseResult, scenario: Scenario) -> Iterator[DeadEnd]:
    for call in result.calls:
        end = _dead_end(call, scenario)
        if end is not None:
            exchange, said = end
            yield DeadEnd(result=result, call=call, exchange=exchange, said=said)


def _dead_end(call: CallResult, scenario: Scenario) -> tuple[Exchange, str] | None:
    """Return the answer that ended a call and led nowhere, if the endpoint gave it itself."""
    if call.finish_reason is not FinishReason.NO_OPERATION or not call.record.requests:
        return None
    last = call.record.requests[-1]
    operation = scenario.operations.get(last.operation)
    if not isinstance(last.instruction, Branch) or not isinstance(operation, Interactive):
        return None
    without = [code for code in last.instruction.codes if str(code) not in operation.branches]
    answers = [one for one in call.exchanges if one.request_id == last.request_id]
    if not without or not answers or any(one.injected for one in answers):
        return None
    slots = ", ".join(operation.branches) or "none"
    said = f"returned_code {without[0]!s:.40} to {last.operation}, where the slots are {slots}"
    return answers[0], said


def _revised(result: CaseResult, found: list[DeadEnd]) -> CaseResult:
    first, others = found[0], len(found) - 1
    more = f" and {others} more" if others else ""
    finding = violated(
        expected="a code with a slot in the scenario",
        received=f"{first.said} ({first.result.case.id}{more})",
        blamed=tuple(end.exchange for end in found),
    )
    return replace(
        result,
        verdict=result.case.requirement.verdict(finding.saw),
        finding=finding,
        exchanges=tuple(end.exchange for end in found),
        calls=tuple(end.call for end in found),
    )
