"""The call detail record: who ended the call, how, and what it took."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockpbx.core.cdr import Direction, FinishReason, LegDisposition, Party
from mockpbx.core.commands import (
    AbandonRequest,
    CancelLeg,
    Command,
    FileRecord,
    ReleaseCaller,
    StopPlaying,
    StopTimer,
)
from mockpbx.core.events import (
    AnnouncementFinished,
    CallArrived,
    CallerHungUp,
    DigitPressed,
    Event,
    InstructionArrived,
    LegAnswered,
    LegFailed,
    LegFailure,
    LegHungUp,
)
from mockpbx.core.instruction import Announcement, Forward
from mockpbx.core.scenario import (
    Announce,
    Collect,
    Dial,
    Dialling,
    ForwardTo,
    HangUp,
    Interactive,
    Operation,
    Scenario,
    Voicemail,
)

if TYPE_CHECKING:
    from tests.mockpbx.core.conftest import Play as PlayCall

HELLO = Announcement(text="Hello.")
WHISPERED = Dial(whisper=HELLO)


# -- the caller hangs up -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("doing", "before", "ends", "reason"),
    [
        pytest.param(
            Announce(announcement=HELLO),
            [],
            [StopPlaying(announcement_id=1)],
            FinishReason.SUBSCRIBER_DISCONNECTS,
            id="in an announcement",
        ),
        pytest.param(
            Interactive(prompt=HELLO, collect=Collect(length=5)),
            [],
            [StopPlaying(announcement_id=1)],
            FinishReason.SUBSCRIBER_DISCONNECTS,
            id="in a prompt",
        ),
        pytest.param(
            Interactive(collect=Collect(length=5)),
            [DigitPressed(at=1.0, digit="1")],
            [StopTimer(timer_id=1)],
            FinishReason.SUBSCRIBER_DISCONNECTS,
            id="in the middle of the digits",
        ),
        pytest.param(
            Interactive(),
            [],
            [AbandonRequest(request_id=1), StopTimer(timer_id=1)],
            FinishReason.SUBSCRIBER_DISCONNECTS,
            id="while the endpoint is thinking",
        ),
        pytest.param(
            ForwardTo(phones=("101", "102")),
            [],
            [CancelLeg(leg_id=1), StopTimer(timer_id=1)],
            FinishReason.SUBSCRIBER_DISCONNECTS,
            id="while a phone rings",
        ),
        pytest.param(
            ForwardTo(phones=("101", "102"), dial=Dial(dialling=Dialling.RING_ALL)),
            [],
            [
                CancelLeg(leg_id=1),
                StopTimer(timer_id=1),
                CancelLeg(leg_id=2),
                StopTimer(timer_id=2),
            ],
            FinishReason.SUBSCRIBER_DISCONNECTS,
            id="while all phones ring",
        ),
        pytest.param(
            ForwardTo(phones=("101",), dial=WHISPERED),
            [LegAnswered(at=1.0, leg_id=1)],
            [CancelLeg(leg_id=1)],
            FinishReason.SUBSCRIBER_DISCONNECTS,
            id="in a whisper",
        ),
        pytest.param(
            ForwardTo(phones=("101",)),
            [LegAnswered(at=1.0, leg_id=1)],
            [CancelLeg(leg_id=1)],
            FinishReason.SUCCESS_FINISH,
            id="in conversation",
        ),
        pytest.param(
            Voicemail(),
            [],
            [StopTimer(timer_id=1)],
            FinishReason.SUCCESS_FINISH,
            id="in a message",
        ),
    ],
)
def test_when_the_caller_hangs_up_all_that_is_open_is_ended(
    play: PlayCall,
    doing: Operation,
    before: list[Event],
    ends: list[Command],
    reason: FinishReason,
) -> None:
    call = play({"start": doing})
    call.on(CallArrived(at=0.0), *before)
    call.on(CallerHungUp(at=2.0)).does(*ends, FileRecord(record=call.record))
    assert call.record.hung_up_by is Party.CALLER
    assert call.record.finish_reason is reason
    assert call.record.ended_at == 2.0


def test_a_caller_who_did_not_wait_for_the_endpoint_leaves_a_question_without_an_outcome(
    play: PlayCall,
) -> None:
    call = play({"ask": Interactive()})
    call.on(CallArrived(at=0.0), CallerHungUp(at=2.0))
    (request,) = call.record.requests
    assert (request.asked_at, request.settled_at) == (0.0, 2.0)
    assert (request.instruction, request.failure, request.fallback) == (None, None, None)


def test_a_phone_that_rang_when_the_caller_hung_up_was_cancelled(play: PlayCall) -> None:
    call = play({"ring": ForwardTo(phones=("101",))})
    call.on(CallArrived(at=0.0), CallerHungUp(at=2.0))
    assert call.record.legs[0].disposition is LegDisposition.CANCELLED
    assert call.record.legs[0].ended_at == 2.0


# -- callers who are turned away -----------------------------------------------------------


def guarded(
    *, numbers: frozenset[str] = frozenset(), blacklist: frozenset[str] = frozenset()
) -> Scenario:
    return Scenario(
        name="guarded",
        start="ask",
        operations={"ask": Interactive()},
        numbers=numbers,
        blacklist=blacklist,
    )


@pytest.mark.parametrize("numa", ["79160000666", "+79160000666"])
def test_nobody_is_asked_about_a_caller_in_the_blacklist(play: PlayCall, numa: str) -> None:
    call = play(guarded(blacklist=frozenset({"79160000666"})), numa=numa)
    call.on(CallArrived(at=0.0)).does(ReleaseCaller(), FileRecord(record=call.record))
    assert call.record.finish_reason is FinishReason.NUMA_IN_BLACK_LIST
    assert call.record.hung_up_by is Party.PBX
    assert (call.record.path, call.record.requests) == ((), ())
    assert call.record.picked_up_at is None


def test_a_caller_who_is_not_in_the_blacklist_gets_through(play: PlayCall) -> None:
    call = play(guarded(blacklist=frozenset({"79160000666"})))
    call.on(CallArrived(at=0.0), CallerHungUp(at=1.0))
    assert call.path == ["ask"]


def test_a_number_that_does_not_lead_here_does_not_exist(play: PlayCall) -> None:
    call = play(guarded(numbers=frozenset({"74950000000"})))
    call.on(CallArrived(at=0.0)).does(ReleaseCaller(), FileRecord(record=call.record))
    assert call.record.finish_reason is FinishReason.NUMB_NOT_EXISTS
    assert call.record.path == ()


def test_a_number_that_leads_here_is_served(play: PlayCall) -> None:
    call = play(guarded(numbers=frozenset({"74951234567"})))
    call.on(CallArrived(at=0.0), CallerHungUp(at=1.0))
    assert call.path == ["ask"]


def test_a_hidden_caller_is_served_and_shown_as_nothing(play: PlayCall) -> None:
    call = play({"ring": ForwardTo(phones=("101",))}, numa="")
    call.on(CallArrived(at=0.0), CallerHungUp(at=1.0))
    assert call.record.numa == ""
    assert call.record.legs[0].shown == ""


# -- figures -------------------------------------------------------------------------------


def test_the_record_repeats_who_called_whom_and_when(play: PlayCall) -> None:
    call = play({"bye": HangUp()}, numa="1", numb="2", started=1200.0, direction=Direction.OUT)
    call.on(CallArrived(at=0.0))
    record = call.record
    assert (record.session_id, record.numa, record.numb) == ("sid-1", "1", "2")
    assert (record.started, record.direction) == (1200.0, Direction.OUT)


def test_times_of_the_record_count_from_the_arrival_of_the_call(play: PlayCall) -> None:
    call = play(
        {"hello": Announce(announcement=HELLO, next="ring"), "ring": ForwardTo(phones=("1",))}
    )
    call.on(
        CallArrived(at=1000.0),
        AnnouncementFinished(at=1002.0, announcement_id=1),
        LegAnswered(at=1010.0, leg_id=1),
        LegHungUp(at=1040.0, leg_id=1),
    )
    record = call.record
    assert record.picked_up_at == 0.0
    assert [step.at for step in record.path] == [0.0, 2.0]
    assert (record.wait_s, record.talk_s, record.ended_at) == (10.0, 30.0, 40.0)


def test_a_call_without_a_conversation_was_waiting_only(play: PlayCall) -> None:
    call = play({"voicemail": Voicemail()})
    call.on(CallArrived(at=0.0), CallerHungUp(at=9.0))
    assert (call.record.wait_s, call.record.talk_s, call.record.message_s) == (9.0, 0.0, 9.0)


def test_dead_air_is_the_sum_of_all_silences(play: PlayCall) -> None:
    call = play({"ask": Interactive(forced_pickup=True, dial=WHISPERED)})
    call.on(
        CallArrived(at=0.0),
        InstructionArrived(at=1.5, request_id=1, instruction=Forward(phones=("101",))),
        LegAnswered(at=10.0, leg_id=1),
        AnnouncementFinished(at=12.0, announcement_id=1),
        CallerHungUp(at=20.0),
    )
    assert call.record.dead_air_s == 3.5
    assert len(call.record.silences) == 2


def test_the_number_the_caller_talked_to_is_among_the_legs(play: PlayCall) -> None:
    call = play({"ring": ForwardTo(phones=("101", "102"))})
    call.on(
        CallArrived(at=0.0),
        LegFailed(at=1.0, leg_id=1, failure=LegFailure.BUSY),
        LegAnswered(at=2.0, leg_id=2),
        CallerHungUp(at=3.0),
    )
    assert call.record.connected == "102"
    assert [leg.phone for leg in call.record.legs] == ["101", "102"]


def test_there_is_one_record_and_it_comes_last(play: PlayCall) -> None:
    call = play({"ring": ForwardTo(phones=("101",))})
    call.on(CallArrived(at=0.0), LegAnswered(at=2.0, leg_id=1), LegHungUp(at=3.0, leg_id=1))
    filed = [place for place, each in enumerate(call.commands) if isinstance(each, FileRecord)]
    assert filed == [len(call.commands) - 1]
