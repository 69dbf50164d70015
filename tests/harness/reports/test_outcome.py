"""What the caller lived through, in one sentence."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mockpbx.callscript.model import Callee, HangUp
from mockpbx.core.cdr import FinishReason
from mockpbx.faults.plan import Fault
from mockpbx.result.call_result import CallResult
from mockpbx.result.outcome import outcome

Rehearse = Callable[..., CallResult]
CUSTOMER, SECOND = "79175968108", "79262220002"

CALLS: dict[str, tuple[list[Any], dict[str, Any]]] = {
    "talked to 74950000101 for 20 s": ([{"returned_code": 4}], {}),
    "entered 10523, talked to 79175968108 for 20 s": (
        [{"returned_code": 1}, {"phones": [CUSTOMER]}],
        {"dials": ["10523"]},
    ),
    "heard 5.0 s of dead air, fell back to operators (deadline), talked to 74950000101 for 20 s": (
        [{"returned_code": 4}],
        {"faults": [Fault(fault="time.silence")]},
    ),
    "fell back to operators (instruction_invalid), talked to 74950000101 for 20 s": (
        [{"phone": CUSTOMER}],
        {},
    ),
    "heard 1 phone not answer, talked to 79262220002 for 20 s": (
        [{"phones": [CUSTOMER, SECOND]}],
        {"callees": {CUSTOMER: "busy"}},
    ),
    "heard 2 phones not answer, talked to 74950000101 for 20 s": (
        [{"phones": [CUSTOMER, SECOND]}],
        {"callees": {CUSTOMER: "rejects", SECOND: "invalid"}},
    ),
    "talked to 79175968108 for 20 s": (
        [{"phones": [CUSTOMER, SECOND]}],
        {"scenario": "ring-all", "callees": {SECOND: Callee(answers=9)}},
    ),
    "heard 1.0 s of dead air, hung up after 1.0 s": (
        [{"returned_code": 1}],
        {
            "faults": [Fault(fault="time.delay", at=3)],
            "hangs_up": HangUp(during="thinking", after=1),
        },
    ),
    "hung up after 1.0 s": (
        [{"phones": [CUSTOMER]}],
        {"hangs_up": HangUp(during="ringing", after=1)},
    ),
    "left a voicemail of 5 s": ([], {"at": "2026-09-17 23:30"}),
    "was told “We are closed.”": ([{"text": "We are closed."}], {}),
    "was cut off: nothing was configured to follow": ([{"returned_code": 99}], {}),
    "went in circles until the PBX cut the call off": ([{"returned_code": 1}] * 20, {}),
}


@pytest.mark.parametrize("sentence", CALLS)
def test_a_call_is_told_in_one_sentence(rehearse: Rehearse, sentence: str) -> None:
    answers, keys = CALLS[sentence]
    assert outcome(rehearse(*answers, **keys).record) == sentence


def test_a_long_announcement_is_cut(rehearse: Rehearse) -> None:
    sentence = outcome(rehearse({"text": "Please wait.\n" * 100}).record)
    assert sentence.startswith("was told “Please wait. Please wait.")
    assert sentence.endswith("…”")
    assert len(sentence) < 100


@pytest.mark.parametrize("reason", FinishReason)
def test_there_are_words_for_every_finish_reason(rehearse: Rehearse, reason: FinishReason) -> None:
    record = replace(rehearse({"text": "Bye."}).record, finish_reason=reason)
    assert outcome(record)
