"""What only all calls of a run show together.

The cases about the form of answers look at a few ordinary calls, which there are on any line.
What an endpoint answers deep in a line of the owner's own, their scripts and features show.
"""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from harness.certify.checks.reply_answers import LOOKS, Answer
from harness.certify.context import ObservedReply
from harness.certify.model import CaseResult, Run, Verdict
from harness.certify.reasons import Finding, ReasonKind, Saw, violated
from mockpbx.core.cdr import FinishReason
from mockpbx.core.instruction import Branch
from mockpbx.core.scenario import Interactive, Scenario
from mockpbx.manifest.endpoint import Endpoint
from mockpbx.masking import without_secrets
from mockpbx.result.call_result import CallResult

DEAD_ENDS = "REPLY-080"
"""Every return code has a slot in the scenario."""

_MOST_REPEATED = 5
"""Cases that the line names which shows a finding again."""

_REHEARSED = "FALLBACK"
"""No answer in the calls of these cases comes from the endpoint."""


def judged_by_all_calls(run: Run, endpoint: Endpoint) -> Run:
    """Return a run in which cases that have nothing against the endpoint look at further calls.

    The form of answers is looked at in the calls of the owner's own cases, dead ends in those
    of all cases.

    Args:
        run: What was done.
        endpoint: The endpoint.
    """
    scenario = endpoint.scenario
    own = [
        Answer(sample=sample, reply=sample.exchange.reply, scenario=scenario)
        for result in run.results
        if result.case.feature is not None
        for sample in _answered(result)
        if sample.exchange.reply is not None
    ]
    # Where nobody said which scenario it is, it can only be assumed.
    dead_ends = _dead_ends(run.results, scenario) if endpoint.names_scenario else []
    results = (_revised(result, _seen(result, own, dead_ends), run) for result in run.results)
    return replace(run, results=tuple(results))


_Seen = tuple[Finding, tuple[ObservedReply, ...]]
"""What further calls show, and the answers that show it."""


def _revised(result: CaseResult, seen: _Seen | None, run: Run) -> CaseResult:
    if seen is None:
        return result
    finding, shown = seen
    return replace(
        result,
        verdict=result.case.requirement.verdict(finding.saw),
        finding=finding,
        exchanges=tuple(sample.exchange for sample in shown),
        calls=tuple({id(sample.played): sample.played for sample in shown}.values()),
        replay=_again(result, shown, run),
    )


def _again(result: CaseResult, shown: Sequence[ObservedReply], run: Run) -> str:
    """Return the line that shows it again; alone, the case would not see what others met."""
    places = {id(call): one.case.id for one in run.results for call in one.calls}
    ids = dict.fromkeys([result.case.id, *(places[id(sample.played)] for sample in shown)])
    named = run.named or shlex.quote(without_secrets(run.url))
    return f"pbx certify {named} --only {shlex.quote(','.join([*ids][:_MOST_REPEATED]))}"


def _seen(
    result: CaseResult, own: Sequence[Answer], dead_ends: Sequence["_DeadEnd"]
) -> _Seen | None:
    """Return what further calls show, if that changes what a case came to."""
    reason, case_id = result.finding.reason, result.case.id
    untried = result.verdict is Verdict.NOT_APPLICABLE
    may_change = reason.kind is ReasonKind.NOTHING_TO_JUDGE or result.verdict is Verdict.PASS
    if case_id not in LOOKS or not may_change:
        return None
    if case_id == DEAD_ENDS and dead_ends:
        return _blaming(dead_ends)
    finding, shown = LOOKS[case_id].judged([] if case_id == DEAD_ENDS else own)
    tells = finding.saw is Saw.VIOLATED or (finding.saw is Saw.SATISFIED and untried)
    return (finding, shown) if tells else None


def _answered(result: CaseResult) -> Iterator[ObservedReply]:
    """Return what the endpoint itself answered in the calls of a case."""
    for call in result.calls:
        for exchange in call.exchanges:
            if not exchange.injected:
                label = f"{result.case.id}, request {exchange.request_id}"
                yield ObservedReply(label=label, played=call, exchange=exchange)


# -- dead ends -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _DeadEnd:
    """An answer that led nowhere, so that the call ended.

    Attributes:
        sample: The answer.
        said: What it was, and what it could have been.
    """

    sample: ObservedReply
    said: str


def _dead_ends(results: Sequence[CaseResult], scenario: Scenario) -> list[_DeadEnd]:
    return [
        _DeadEnd(sample=sample, said=said)
        for result in results
        if result.case.family != _REHEARSED
        for sample in _answered(result)
        if (said := _leads_nowhere(sample.played, sample.exchange.request_id, scenario))
    ]


def _leads_nowhere(call: CallResult, request_id: int, scenario: Scenario) -> str | None:
    """Tell whether this answer ended the call, for a code that its question has no slot for."""
    last = call.record.requests[-1]
    if call.finish_reason is not FinishReason.NO_OPERATION or last.request_id != request_id:
        return None
    operation = scenario.operations.get(last.operation)
    if not isinstance(last.instruction, Branch) or not isinstance(operation, Interactive):
        return None
    slots = operation.branches
    without = [str(code) for code in last.instruction.codes if str(code) not in slots]
    known = ", ".join(slots) or "none"
    said = f"to {last.operation}, where the slots are {known}"
    return f"returned_code {without[0]:.40} {said}" if without else None


def _blaming(found: Sequence[_DeadEnd]) -> _Seen:
    first, others = found[0], len(found) - 1
    more = f" and {others} more" if others else ""
    finding = violated(
        expected=LOOKS[DEAD_ENDS].expected,
        received=f"{first.said} ({first.sample.label}{more})",
        blamed=tuple(end.sample.exchange for end in found),
    )
    return finding, tuple(end.sample for end in found)
