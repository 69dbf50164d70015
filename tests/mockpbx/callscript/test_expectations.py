"""Every expectation: met by one call, missed by another, and the miss reads well."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from mockpbx.callscript.expectations import Expect, Miss, judge
from mockpbx.core.cdr import (
    CallRecord,
    Direction,
    FinishReason,
    Heard,
    Leg,
    LegDisposition,
    Party,
    PathStep,
    RequestRecord,
)
from mockpbx.core.instruction import Announcement, Branch, Forward, Instruction
from mockpbx.core.observed import Failure, Observed
from mockpbx.result.call_result import CallResult
from mockpbx.result.exchange import Exchange
from mockpbx.wire.messages import HttpReply, HttpRequest
from mockpbx.wire.reply import Instructed

CUSTOMER, OTHER = "79175968108", "79262220002"
DOWN = Failure(observed=Observed.HTTP_STATUS, detail="HTTP 503 Service Unavailable")
ASK = Branch(codes=(1,))
CONNECT = Forward(phones=(CUSTOMER,))
SPEAK = Forward(announcement=Announcement(text="Goodbye."))


def asked(
    number: int = 1,
    digits: str | None = None,
    instruction: Instruction | None = ASK,
    failure: Failure | None = None,
    late_at: float | None = None,
) -> RequestRecord:
    return RequestRecord(
        request_id=number,
        operation="who-is-calling",
        asked_at=0.0,
        settled_at=0.0,
        digits=digits,
        instruction=instruction,
        failure=failure,
        fallback="operators" if failure else None,
        late_at=late_at,
    )


def answered(
    result: Instruction | Failure = ASK,
    *,
    number: int = 1,
    copy: int = 0,
    status: int | None = 200,
    text: str = "",
) -> Exchange:
    observed = result if isinstance(result, Failure) else Instructed(instruction=result, notes=())
    body = text.encode()
    reply = HttpReply(status=status or 0, reason="", headers=(), body=body, http_version="HTTP/1.1")
    return Exchange(
        request_id=number,
        copy=copy,
        at=0.0,
        elapsed_s=0.0,
        request=HttpRequest(method="GET", url="http://endpoint.invalid/", headers=(), body=None),
        reply=None if status is None else reply,
        observed=observed,
        seen=observed,
    )


def judged(
    expect: Expect, record: CallRecord, answers: tuple[Exchange, ...] = (), *, injected: bool
) -> tuple[Miss, ...]:
    call = CallResult(name="call#1", record=record, exchanges=answers, starts=0.0)
    return judge(expect, call, injected=injected)


def leg(
    phone: str = CUSTOMER,
    disposition: LegDisposition = LegDisposition.ANSWERED,
    whisper: str | None = None,
) -> Leg:
    talked = 5.0 if disposition is LegDisposition.ANSWERED else None
    return Leg(
        phone=phone,
        shown="7495",
        rang_at=2.0,
        ended_at=25.0,
        disposition=disposition,
        answered_at=talked,
        connected_at=talked,
        whisper=whisper,
    )


def spoken(*words: str) -> tuple[Heard, ...]:
    return tuple(Heard(at=0.0, until=1.0, words=each, whole=True) for each in words)


def passed(*operations: str) -> tuple[PathStep, ...]:
    return tuple(PathStep(at=0.0, operation=name) for name in operations)


PLAIN = CallRecord(
    session_id="1",
    numa="79161110001",
    numb="74951234567",
    direction=Direction.IN,
    started=0.0,
    ended_at=25.0,
    picked_up_at=0.0,
    path=passed("hours", "ask", "shop"),
    heard=spoken("Good morning.", "Enter the order number."),
    entered=(),
    requests=(asked(), asked(2, "10523", CONNECT)),
    legs=(leg(),),
    silences=(),
    wait_s=5.0,
    talk_s=20.0,
    dead_air_s=1.5,
    message_s=0.0,
    hung_up_by=Party.CALLER,
    finish_reason=FinishReason.SUCCESS_FINISH,
    log=(),
)
"""A courier is asked, types an order, and talks to the customer for twenty seconds."""

NOBODY = replace(PLAIN, legs=(leg(disposition=LegDisposition.BUSY),))
VOICEMAIL = replace(PLAIN, legs=(), message_s=4.0)
FAILED = replace(PLAIN, requests=(asked(instruction=None, failure=DOWN),))


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is expected; a call that meets it and one that does not, with what is told."""

    expect: Mapping[str, object]
    met: CallRecord = PLAIN
    missed: CallRecord = PLAIN
    met_answers: tuple[Exchange, ...] = ()
    missed_answers: tuple[Exchange, ...] = ()
    told: str
    injected: bool = field(default=False)


CASES = [
    Case(
        expect={"requests": 2},
        missed=replace(PLAIN, requests=()),
        told="requests: expected 2, received 0",
    ),
    Case(
        expect={"requests": {"min": 2, "max": 3}},
        missed=FAILED,
        told="requests: expected 2 to 3, received 1",
    ),
    Case(
        expect={"asked": ["None", "10523"]},
        missed=replace(PLAIN, requests=(asked(), asked(2, "105"))),
        told="asked: expected None, 10523, received None, 105",
    ),
    Case(
        expect={"instructions": ["branch", "forward"]},
        missed=FAILED,
        told="instructions: expected branch, forward, received none",
    ),
    Case(
        expect={"instructions": ["valid", "any"]},
        met=replace(PLAIN, requests=(asked(instruction=SPEAK), asked(2, None, None))),
        missed=replace(PLAIN, requests=(asked(instruction=None), asked(2))),
        told="instructions: expected valid, any, received none, branch",
    ),
    Case(
        expect={"instructions": ["announcement"]},
        met=replace(PLAIN, requests=(asked(instruction=SPEAK),)),
        missed=replace(PLAIN, requests=(asked(instruction=CONNECT),)),
        told="instructions: expected announcement, received forward",
    ),
    Case(
        expect={},  # valid answers are expected by default
        met_answers=(answered(),),
        missed_answers=(answered(DOWN, status=404),),
        told="answer to request 1: expected a valid instruction, "
        "received http_status: HTTP 503 Service Unavailable",
    ),
    Case(
        expect={},  # with failures in their place, answers need only not be server errors
        injected=True,
        met_answers=(answered(DOWN, status=404),),
        missed_answers=(answered(DOWN, status=503),),
        told="answer to request 1: expected no server error, received HTTP 503",
    ),
    Case(
        expect={"answers": "valid"},
        injected=True,
        met_answers=(answered(),),
        missed_answers=(answered(DOWN, number=2, status=404),),
        told="answer to request 2: expected a valid instruction, "
        "received http_status: HTTP 503 Service Unavailable",
    ),
    Case(
        expect={"path": ["hours", "shop"]},
        missed=replace(PLAIN, path=passed("shop", "hours")),
        told="path: expected hours → shop, received shop → hours",
    ),
    Case(
        expect={"avoids": ["operators"]},
        missed=replace(PLAIN, path=passed("hours", "operators")),
        told="avoids: expected not operators, received hours → operators",
    ),
    Case(
        expect={"hears": ["morning", "order number"]},
        missed=replace(PLAIN, heard=spoken("Good morning.")),
        told="hears: expected morning, order number, received Good morning.",
    ),
    Case(
        expect={"whisper": "10523"},
        met=replace(PLAIN, legs=(leg(whisper="Order 10523"),)),
        told="whisper: expected 10523, received none",
    ),
    Case(
        expect={"whisper": ""},
        met=replace(PLAIN, legs=(leg(whisper="file a.wav"),)),
        told="whisper: expected a message to whoever answers, received none",
    ),
    Case(
        expect={"reaches": CUSTOMER},
        missed=NOBODY,
        told=f"reaches: expected {CUSTOMER}, received nobody",
    ),
    Case(
        expect={"reaches": [OTHER, "voicemail"]},
        met=VOICEMAIL,
        missed=PLAIN,
        told=f"reaches: expected {OTHER} or voicemail, received {CUSTOMER}",
    ),
    Case(
        expect={"reaches": "nobody"},
        met=NOBODY,
        told=f"reaches: expected nobody, received {CUSTOMER}",
    ),
    Case(
        expect={"reaches": "somebody"},
        missed=VOICEMAIL,
        told="reaches: expected somebody, received voicemail",
    ),
    Case(
        expect={"never_reaches": [CUSTOMER]},
        met=NOBODY,  # it was dialled, and an answer may have named it: nobody talked to it
        met_answers=(answered(CONNECT),),
        told=f"never_reaches: expected not {CUSTOMER}, received talked to {CUSTOMER}",
    ),
    Case(
        expect={"never_dials": [OTHER, CUSTOMER]},
        met=VOICEMAIL,
        missed=NOBODY,
        told=f"never_dials: expected not {CUSTOMER}, received {CUSTOMER} dialled",
    ),
    Case(
        expect={"never_dials": [OTHER]},
        met_answers=(answered(CONNECT),),
        missed_answers=(answered(Forward(phones=(CUSTOMER, OTHER))),),
        told=f"never_dials: expected not {OTHER}, received {OTHER} named in an answer",
    ),
    Case(
        expect={"never_says": [OTHER]},
        met_answers=(answered(text="{}"),),
        missed_answers=(answered(number=2, text=f"x-debug: {OTHER}"),),
        told=f"never_says: expected {OTHER!r} in no answer, "
        "received it stands in the answer to request 2",
    ),
    Case(
        expect={"legs": [{"phone": CUSTOMER, "disposition": "answered", "shown": "7495"}]},
        missed=NOBODY,
        told=f"legs: expected {CUSTOMER} answered shown 7495, received {CUSTOMER} busy shown 7495",
    ),
    Case(
        expect={"legs": []},
        met=VOICEMAIL,
        told=f"legs: expected none, received {CUSTOMER} answered shown 7495",
    ),
    Case(
        expect={"failures": ["http_status"]},
        met=FAILED,
        told="failures: expected http_status, received none",
    ),
    Case(
        expect={"failures": []},
        missed=FAILED,
        told="failures: expected none, received http_status",
    ),
    Case(
        expect={"falls_back_to": "operators"},
        met=FAILED,
        told="falls_back_to: expected operators, received nothing",
    ),
    Case(
        expect={"finish": "success_finish"},
        missed=replace(PLAIN, finish_reason=FinishReason.TIMEOUT),
        told="finish: expected success_finish, received timeout",
    ),
    Case(
        expect={"finish": ["success_finish", "timeout"]},
        missed=replace(PLAIN, finish_reason=FinishReason.NO_OPERATION),
        told="finish: expected success_finish or timeout, received no_operation",
    ),
    Case(
        expect={"hung_up_by": "caller"},
        missed=replace(PLAIN, hung_up_by=Party.PBX),
        told="hung_up_by: expected caller, received pbx",
    ),
    Case(
        expect={"dead_air": {"max": 2}},
        missed=replace(PLAIN, dead_air_s=5.0),
        told="dead_air: expected at most 2 s, received 5.000 s",
    ),
    Case(
        expect={"wait": {"min": "1s", "max": "5s"}},
        missed=replace(PLAIN, wait_s=7.25),
        told="wait: expected 1 to 5 s, received 7.250 s",
    ),
    Case(
        expect={"talk": {"min": 20}},
        missed=replace(PLAIN, talk_s=0.0),
        told="talk: expected at least 20 s, received 0.000 s",
    ),
    Case(
        expect={"message": {"min": 4, "max": 4}},
        met=VOICEMAIL,
        told="message: expected 4 s, received 0.000 s",
    ),
    Case(
        expect={"same_answers": True},
        met_answers=(answered(), answered(copy=1), answered(CONNECT, number=2)),
        missed_answers=(answered(), answered(CONNECT, copy=1)),
        told="same_answers: expected request 1 repeated is answered as before, "
        f"received returned_code 1, then phones {CUSTOMER}",
    ),
    Case(
        expect={"late": True},
        met=replace(PLAIN, requests=(asked(late_at=5.1),)),
        told="late: expected yes, received no",
    ),
]


def _ids(case: Case) -> str:
    return f"{'-'.join(case.expect) or 'by default'}: {case.told[:40]}"


@pytest.mark.parametrize("case", CASES, ids=_ids)
def test_an_expectation_is_met(case: Case) -> None:
    expect = Expect.model_validate(case.expect)
    assert judged(expect, case.met, case.met_answers, injected=case.injected) == ()


@pytest.mark.parametrize("case", CASES, ids=_ids)
def test_a_miss_reads_well(case: Case) -> None:
    expect = Expect.model_validate(case.expect)
    (miss,) = judged(expect, case.missed, case.missed_answers, injected=case.injected)
    assert str(miss) == case.told


def test_every_key_has_an_example() -> None:
    assert {key for case in CASES for key in case.expect} == set(Expect.model_fields)


def test_a_call_without_expectations_misses_nothing() -> None:
    assert judged(Expect(), FAILED, injected=True) == ()


def test_all_misses_are_told() -> None:
    expect = Expect.model_validate({"requests": 1, "reaches": "nobody", "hung_up_by": "pbx"})
    misses = judged(expect, PLAIN, injected=False)
    assert [miss.what for miss in misses] == ["requests", "reaches", "hung_up_by"]
