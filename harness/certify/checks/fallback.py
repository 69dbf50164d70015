"""What the scenario keeps for callers when the endpoint fails.

These cases certify the declared PBX scenario, not the endpoint, and send nothing to it. They
are in the certificate because a caller meets both: an endpoint fails one day, and then it is
the fallback that answers.
"""

from collections.abc import Mapping, Sequence

from harness.certify.checks.answers import check_each, ended
from harness.certify.checks.rehearsal import CUSTOMER, Canned, Rehearsal, questions
from harness.certify.context import Context
from harness.certify.reasons import Finding, not_applicable, satisfied, violated
from harness.certify.registry import Check, check
from mockpbx.core.cdr import CallRecord
from mockpbx.core.observed import Observed
from mockpbx.errors import ExchangeFailed

_NOBODY_ASKED = not_applicable("the scenario never asks the endpoint")
_SILENCE = Rehearsal(fault="time.silence")
_DOWN = Rehearsal(fault="http.status", at=503)
_NONSENSE = Rehearsal(fault="json.html")
_REFUSED = Rehearsal(fault="tcp.refused")
_A_WEEK = range(7 * 24)
_GRACE_S = 0.001
_HEARS_ABOUT_IT = "a person, a voicemail, or at least a word about it"

_TROUBLES: Mapping[str, Rehearsal] = {
    "FALLBACK-001": _REFUSED,
    "FALLBACK-002": Rehearsal(fault="dns.unknown"),
    "FALLBACK-003": Rehearsal(fault="tcp.connect_timeout"),
    "FALLBACK-004": Rehearsal(fault="tls.expired"),
    "FALLBACK-005": Rehearsal(fault="tcp.reset"),
    "FALLBACK-006": Rehearsal(fault="tcp.eof_empty"),
    "FALLBACK-007": Rehearsal(fault="tcp.eof_mid_body"),
    "FALLBACK-008": Rehearsal(
        canned=Canned(outcome=ExchangeFailed(Observed.READ_TIMEOUT, "the endpoint fell silent"))
    ),
    "FALLBACK-009": _SILENCE,
    "FALLBACK-010": _DOWN,
    "FALLBACK-011": Rehearsal(fault="http.redirect"),
    "FALLBACK-012": Rehearsal(fault="http.framing"),
    "FALLBACK-013": Rehearsal(fault="http.content_type"),
    "FALLBACK-014": Rehearsal(fault="http.not_gzip"),
    "FALLBACK-015": Rehearsal(fault="json.windows_1251"),
    "FALLBACK-016": _NONSENSE,
    "FALLBACK-017": Rehearsal(fault="json.nan"),
    "FALLBACK-018": Rehearsal(fault="json.null"),
    "FALLBACK-019": Rehearsal(fault="http.body", at='{"phone": "74950000312"}'),
    "FALLBACK-020": Rehearsal(fault="http.oversize"),
}


def _first_question(trouble: Rehearsal) -> Check:
    async def falls_back(context: Context) -> Finding:
        return await _judged(context, trouble, questions(context)[:1])

    return falls_back


check_each(_TROUBLES, _first_question)

_LATER = {"FALLBACK-022": _SILENCE, "FALLBACK-023": _DOWN, "FALLBACK-024": _NONSENSE}


def _later_questions(trouble: Rehearsal) -> Check:
    async def falls_back_as_well(context: Context) -> Finding:
        later = questions(context)[1:]
        if not later:
            return not_applicable("the scenario asks the endpoint only once")
        return await _judged(context, trouble, later)

    return falls_back_as_well


check_each(_LATER, _later_questions)


@check("FALLBACK-021")
async def late_answer_is_ignored(context: Context) -> Finding:
    """Let the answer come a second after the deadline, and name a customer."""
    trouble = Rehearsal(fault="time.delay", at=context.deadline_s + 1)
    finding = await _judged(context, trouble, questions(context)[:1])
    dialled = [leg.phone for played in context.calls for leg in played.record.legs]
    if CUSTOMER in dialled:
        expected = "the answer that came too late is ignored"
        return violated(expected=expected, received=f"{CUSTOMER} was dialled")
    return finding


async def _judged(context: Context, trouble: Rehearsal, asking: Sequence[str]) -> Finding:
    """Let each of these questions fail, and look where the caller ends."""
    if not asking:
        return _NOBODY_ASKED
    ways = []
    for question in asking:
        record = await trouble.play(context, question)
        ways.append(_way(record))
        if any(failed.fallback is None for failed in record.requests):
            expected = f"{record.requests[-1].operation} has an operation to fall back to"
            return violated(expected=expected, received=ways[-1])
        if not _looked_after(record, record.requests[-1].settled_at):
            expected = f"the fallback of {question} leads to {_HEARS_ABOUT_IT}"
            return violated(expected=expected, received=ways[-1])
    return satisfied("; ".join(ways))


def _way(record: CallRecord) -> str:
    """Tell what became of a caller whose questions failed."""
    failed = record.requests[-1]
    observed = failed.failure.observed.value if failed.failure else "answered"
    return (
        f"{failed.operation}, {observed} → {failed.fallback or 'nothing'}: "
        f"{_waited(record):.1f} s of dead air, then {ended(record)}"
    )


def _waited(record: CallRecord) -> float:
    """Add up the seconds in which the caller waited for the endpoint."""
    return sum(request.settled_at - request.asked_at for request in record.requests)


def _looked_after(record: CallRecord, since: float = 0.0) -> bool:
    """Tell whether a caller talked to somebody, left a message, or heard something."""
    heard = any(words.at >= since for words in record.heard)
    return record.connected is not None or record.message_s > 0 or heard


# -- beyond the first fallback --------------------------------------------------------------

_NOBODY_ANSWERS = {
    "FALLBACK-025": Rehearsal(fault="tcp.refused", callees="silent"),
    "FALLBACK-026": Rehearsal(fault="tcp.refused", callees="busy"),
    "FALLBACK-027": Rehearsal(callees="silent"),
}


def _nobody_answers(trouble: Rehearsal) -> Check:
    async def caller_is_looked_after(context: Context) -> Finding:
        for question in questions(context):
            record = await trouble.play(context, question)
            if not _looked_after(record, record.requests[0].settled_at):
                expected = f"after {len(record.legs)} phones in vain, {_HEARS_ABOUT_IT}"
                return violated(expected=expected, received=f"{question}: {ended(record)}")
        calls = context.calls
        return (
            satisfied(f"{len(calls)} calls: {ended(calls[0].record)}") if calls else _NOBODY_ASKED
        )

    return caller_is_looked_after


check_each(_NOBODY_ANSWERS, _nobody_answers)


@check("FALLBACK-028")
async def silence_lasts_one_deadline(context: Context) -> Finding:
    """Add up the dead air of a call on which the endpoint never says anything."""
    longest = 0.0
    for question in questions(context):
        record = await _SILENCE.play(context, question)
        longest = max(longest, _waited(record))
        if longest > context.deadline_s + _GRACE_S:
            expected = f"at most {context.deadline_s:g} s of dead air"
            return violated(expected=expected, received=_way(record))
    return satisfied(f"{longest:.1f} s of dead air at most") if context.calls else _NOBODY_ASKED


@check("FALLBACK-029")
async def closed_hours_are_covered(context: Context) -> Finding:
    """Call at an hour of the week at which the endpoint is not asked."""
    for hour in _A_WEEK:
        record = await Rehearsal(fault="tcp.refused", hours=hour).play(context)
        if not record.requests:
            del context.calls[:-1]
            if _looked_after(record):
                return satisfied(ended(record))
            expected = f"outside the opening hours, {_HEARS_ABOUT_IT}"
            return violated(expected=expected, received=ended(record))
    context.calls.clear()
    return not_applicable("the endpoint is asked at every hour")


@check("FALLBACK-030")
async def fallback_is_more_than_words(context: Context) -> Finding:
    """Look whether every kind of failure ends with a person or a voicemail."""
    for trouble in _TROUBLES.values():
        for question in questions(context):
            record = await trouble.play(context, question)
            if record.connected is None and not record.message_s:
                expected = "the fallback leads to a person or a voicemail"
                return violated(expected=expected, received=_way(record))
    count = len(context.calls)
    return (
        satisfied(f"{count} calls ended with a person or a voicemail") if count else _NOBODY_ASKED
    )
