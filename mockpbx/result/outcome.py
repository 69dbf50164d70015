"""What the person on the phone lived through, in one sentence."""

from collections.abc import Iterator

from mockpbx.core.cdr import CallRecord, FinishReason, LegDisposition

_AUDIBLE_S = 0.05
"""Shorter silences are not noticed by anybody."""
_MOST_WORDS = 80
"""Characters of an announcement that a sentence repeats."""

_IN_VAIN = {
    LegDisposition.BUSY,
    LegDisposition.REJECTED,
    LegDisposition.INVALID,
    LegDisposition.NO_ANSWER,
}
"""Not those that stopped ringing because somebody else answered or the caller hung up."""

_ENDINGS = {
    FinishReason.INCORRECT_INPUT: "was cut off after no valid choice",
    FinishReason.NO_OPERATION: "was cut off: nothing was configured to follow",
    FinishReason.MAX_TRANSITION_COUNT_EXCEEDED: "went in circles until the PBX cut the call off",
    FinishReason.TIMEOUT: "was cut off: the endpoint did not answer and there is no fallback",
    FinishReason.OPERATOR_BUSY: "was cut off: every phone was busy",
    FinishReason.OPERATOR_NOT_RESPONSIBLE: "was cut off: nobody answered",
    FinishReason.OPERATOR_NUMBER_PROBLEMS: "was cut off: no number could be dialled",
    FinishReason.NO_SUCCESS_OPERATOR_CALL: "was cut off: nobody could be reached",
    FinishReason.GROUP_INACTIVE_BY_SCHEDULE: "was cut off: outside the opening hours",
    FinishReason.NUMA_IN_BLACK_LIST: "was turned away: on the blacklist",
    FinishReason.NUMB_NOT_EXISTS: "was turned away: the number leads nowhere",
    FinishReason.SCENARIO_NOT_FOUND: "was turned away: no scenario is set up",
    FinishReason.INTERNAL_ERROR: "was cut off by an error of the PBX",
}


def outcome(record: CallRecord) -> str:
    """Tell a call from the caller's side, numbers unmasked."""
    return ", ".join(_parts(record))


def _parts(record: CallRecord) -> Iterator[str]:
    if record.dead_air_s >= _AUDIBLE_S:
        yield f"heard {record.dead_air_s:.1f} s of dead air"
    if record.entered:
        digits = ", ".join(entered.digits for entered in record.entered)
        yield f"entered {digits}"
    failed = [request for request in record.requests if request.failure]
    if failed:
        last = failed[-1]
        reason = last.failure.observed.value if last.failure else ""
        yield f"fell back to {last.fallback or 'nothing'} ({reason})"
    missed = sum(leg.disposition in _IN_VAIN for leg in record.legs)
    if missed:
        yield f"heard {missed} {'phone' if missed == 1 else 'phones'} not answer"
    yield _end(record)


def _end(record: CallRecord) -> str:
    if record.connected is not None:
        return f"talked to {record.connected} for {record.talk_s:.0f} s"
    if record.message_s > 0:
        return f"left a voicemail of {record.message_s:.0f} s"
    if record.finish_reason is FinishReason.SUBSCRIBER_DISCONNECTS:
        return f"hung up after {record.ended_at:.1f} s"
    if record.finish_reason is FinishReason.SUCCESS_FINISH:
        heard = record.heard[-1].words if record.heard else None
        return f"was told “{_brief(heard)}”" if heard else "was hung up on by the scenario"
    return _ENDINGS[record.finish_reason]


def _brief(words: str) -> str:
    one_line = " ".join(words.split())
    return one_line if len(one_line) <= _MOST_WORDS else one_line[: _MOST_WORDS - 1] + "…"
