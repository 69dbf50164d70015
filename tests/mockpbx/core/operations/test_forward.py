"""Forward: dial phones, whisper to whoever answers, let the two talk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockpbx.core.cdr import FinishReason, LegDisposition, Party, Silence
from mockpbx.core.commands import (
    CancelLeg,
    Connect,
    FileRecord,
    Log,
    PickUp,
    Play,
    PlayWhisper,
    ReleaseCaller,
    RingLeg,
    StartTimer,
    StopTimer,
)
from mockpbx.core.events import (
    AnnouncementFinished,
    CallArrived,
    CallerHungUp,
    DigitPressed,
    LegAnswered,
    LegFailed,
    LegFailure,
    LegHungUp,
    TimerFired,
)
from mockpbx.core.instruction import Announcement
from mockpbx.core.scenario import Announce, Dial, Dialling, ForwardTo, HangUp, ShownNumber
from mockpbx.core.state import State

if TYPE_CHECKING:
    from tests.mockpbx.core.conftest import Play as PlayCall
    from tests.mockpbx.core.conftest import Playbook

CALLER = "79161110001"
VIRTUAL = "74951234567"
WHISPER = Announcement(text="A customer of the shop.")
HUNT = Dial()
RING_ALL = Dial(dialling=Dialling.RING_ALL)

BUSY, REJECTED, INVALID = LegFailure.BUSY, LegFailure.REJECTED, LegFailure.INVALID
SILENT = "nobody answers"


def ringing(play: PlayCall, *phones: str, dial: Dial = HUNT) -> Playbook:
    """A call at second 0 whose phones ring."""
    call = play({"operators": ForwardTo(phones=phones, dial=dial)})
    call.on(CallArrived(at=0.0))
    assert call.state is State.RINGING
    return call


def dispositions(call: Playbook) -> list[tuple[str, str]]:
    return [(leg.phone, leg.disposition.value) for leg in call.record.legs]


# -- one phone -----------------------------------------------------------------------------


def test_a_phone_is_dialled_answered_and_connected(play: PlayCall) -> None:
    call = play({"operators": ForwardTo(phones=("101",))})
    call.on(CallArrived(at=0.0)).does(
        RingLeg(leg_id=1, phone="101", shown=CALLER),
        StartTimer(timer_id=1, seconds=20.0),
    )
    call.on(LegAnswered(at=6.0, leg_id=1)).does(StopTimer(timer_id=1), PickUp(), Connect(leg_id=1))
    call.on(LegHungUp(at=66.0, leg_id=1)).does(ReleaseCaller(), FileRecord(record=call.record))
    assert (call.record.wait_s, call.record.talk_s) == (6.0, 60.0)
    assert call.record.hung_up_by is Party.CALLEE
    assert call.record.finish_reason is FinishReason.SUCCESS_FINISH


def test_the_caller_may_end_the_conversation_too(play: PlayCall) -> None:
    call = ringing(play, "101")
    call.on(LegAnswered(at=6.0, leg_id=1))
    call.on(CallerHungUp(at=10.0)).does(CancelLeg(leg_id=1), FileRecord(record=call.record))
    assert call.record.hung_up_by is Party.CALLER
    assert call.record.finish_reason is FinishReason.SUCCESS_FINISH
    assert dispositions(call) == [("101", "answered")]


def test_an_announcement_comes_before_the_dialling(play: PlayCall) -> None:
    hold_on = Announcement(text="Hold on.")
    call = play({"operators": ForwardTo(phones=("101",), announcement=hold_on)})
    call.on(CallArrived(at=0.0)).does(PickUp(), Play(announcement_id=1, announcement=hold_on))
    call.on(AnnouncementFinished(at=2.0, announcement_id=1)).does(
        RingLeg(leg_id=1, phone="101", shown=CALLER),
        StartTimer(timer_id=1, seconds=20.0),
    )


def test_the_caller_may_hear_music_instead_of_the_ringing_tone(play: PlayCall) -> None:
    call = play({"operators": ForwardTo(phones=("101",), dial=Dial(music="waltz.wav"))})
    call.on(CallArrived(at=0.0)).does(
        RingLeg(leg_id=1, phone="101", shown=CALLER, music="waltz.wav"),
        StartTimer(timer_id=1, seconds=20.0),
    )


@pytest.mark.parametrize(
    ("shows", "number"), [(ShownNumber.CALLER, CALLER), (ShownNumber.VIRTUAL, VIRTUAL)]
)
def test_the_dialled_phone_displays_the_caller_or_the_virtual_number(
    play: PlayCall, shows: ShownNumber, number: str
) -> None:
    call = play({"operators": ForwardTo(phones=("101",), dial=Dial(shown=shows))})
    call.on(CallArrived(at=0.0)).does(
        RingLeg(leg_id=1, phone="101", shown=number),
        StartTimer(timer_id=1, seconds=20.0),
    )
    call.on(CallerHungUp(at=1.0))
    assert call.record.legs[0].shown == number


def test_keys_pressed_while_it_rings_or_in_conversation_change_nothing(play: PlayCall) -> None:
    dropped = Log(message="digit 1 dropped: nobody asked for it")
    call = ringing(play, "101")
    call.on(DigitPressed(at=1.0, digit="1")).does(dropped)
    call.on(LegAnswered(at=2.0, leg_id=1), DigitPressed(at=3.0, digit="1")).does(dropped)
    assert call.state is State.TALKING


# -- hunt ----------------------------------------------------------------------------------


def test_phones_are_hunted_in_the_order_given(play: PlayCall) -> None:
    call = ringing(play, "103", "101", "102")
    call.on(TimerFired(at=20.0, timer_id=1)).does(
        CancelLeg(leg_id=1),
        RingLeg(leg_id=2, phone="101", shown=CALLER),
        StartTimer(timer_id=2, seconds=20.0),
    )
    call.on(LegFailed(at=21.0, leg_id=2, failure=BUSY)).does(
        StopTimer(timer_id=2),
        RingLeg(leg_id=3, phone="102", shown=CALLER),
        StartTimer(timer_id=3, seconds=20.0),
    )
    call.on(LegAnswered(at=25.0, leg_id=3), CallerHungUp(at=30.0))
    assert dispositions(call) == [("103", "no-answer"), ("101", "busy"), ("102", "answered")]
    assert call.record.connected == "102"


def test_a_number_may_have_a_ring_time_of_its_own(play: PlayCall) -> None:
    call = ringing(play, "101", "102", dial=Dial(ring_time_s=15.0, ring_times_s={"102": 40.0}))
    call.on(TimerFired(at=15.0, timer_id=1)).does(
        CancelLeg(leg_id=1),
        RingLeg(leg_id=2, phone="102", shown=CALLER),
        StartTimer(timer_id=2, seconds=40.0),
    )


def test_an_invalid_and_a_rejected_call_do_not_end_the_hunt(play: PlayCall) -> None:
    call = ringing(play, "000", "101", "102")
    call.on(
        LegFailed(at=1.0, leg_id=1, failure=INVALID),
        LegFailed(at=4.0, leg_id=2, failure=REJECTED),
        LegAnswered(at=7.0, leg_id=3),
        LegHungUp(at=9.0, leg_id=3),
    )
    assert dispositions(call) == [("000", "invalid"), ("101", "rejected"), ("102", "answered")]


# -- ring-all ------------------------------------------------------------------------------


def test_all_phones_ring_and_the_first_to_answer_has_the_call(play: PlayCall) -> None:
    call = play({"operators": ForwardTo(phones=("101", "102", "103"), dial=RING_ALL)})
    call.on(CallArrived(at=0.0)).does(
        RingLeg(leg_id=1, phone="101", shown=CALLER),
        StartTimer(timer_id=1, seconds=20.0),
        RingLeg(leg_id=2, phone="102", shown=CALLER),
        StartTimer(timer_id=2, seconds=20.0),
        RingLeg(leg_id=3, phone="103", shown=CALLER),
        StartTimer(timer_id=3, seconds=20.0),
    )
    call.on(LegAnswered(at=5.0, leg_id=2)).does(
        CancelLeg(leg_id=1),
        StopTimer(timer_id=1),
        CancelLeg(leg_id=3),
        StopTimer(timer_id=3),
        StopTimer(timer_id=2),
        PickUp(),
        Connect(leg_id=2),
    )
    call.on(CallerHungUp(at=9.0))
    assert dispositions(call) == [
        ("101", "cancelled"),
        ("103", "cancelled"),
        ("102", "answered"),
    ]


def test_the_other_phones_ring_on_when_one_is_busy_or_has_rung_long_enough(
    play: PlayCall,
) -> None:
    dial = Dial(dialling=Dialling.RING_ALL, ring_times_s={"102": 5.0})
    call = ringing(play, "101", "102", "103", dial=dial)
    call.on(LegFailed(at=1.0, leg_id=1, failure=BUSY)).does(StopTimer(timer_id=1))
    call.on(TimerFired(at=5.0, timer_id=2)).does(CancelLeg(leg_id=2))
    call.on(LegAnswered(at=9.0, leg_id=3)).does(StopTimer(timer_id=3), PickUp(), Connect(leg_id=3))


def test_when_the_last_of_all_phones_fails_nobody_was_reached(play: PlayCall) -> None:
    call = ringing(play, "101", "102", dial=RING_ALL)
    call.on(TimerFired(at=20.0, timer_id=1), TimerFired(at=20.0, timer_id=2)).does(
        CancelLeg(leg_id=2), ReleaseCaller(), FileRecord(record=call.record)
    )
    assert call.record.finish_reason is FinishReason.OPERATOR_NOT_RESPONSIBLE


# -- nobody --------------------------------------------------------------------------------


@pytest.mark.parametrize("dialling", list(Dialling))
@pytest.mark.parametrize(
    ("fates", "reason"),
    [
        ((BUSY,), FinishReason.OPERATOR_BUSY),
        ((BUSY, BUSY), FinishReason.OPERATOR_BUSY),
        ((SILENT,), FinishReason.OPERATOR_NOT_RESPONSIBLE),
        ((SILENT, SILENT), FinishReason.OPERATOR_NOT_RESPONSIBLE),
        ((INVALID,), FinishReason.OPERATOR_NUMBER_PROBLEMS),
        ((INVALID, INVALID), FinishReason.OPERATOR_NUMBER_PROBLEMS),
        ((REJECTED,), FinishReason.NO_SUCCESS_OPERATOR_CALL),
        ((BUSY, SILENT), FinishReason.NO_SUCCESS_OPERATOR_CALL),
        ((BUSY, INVALID), FinishReason.NO_SUCCESS_OPERATOR_CALL),
        ((SILENT, REJECTED, INVALID), FinishReason.NO_SUCCESS_OPERATOR_CALL),
    ],
)
def test_why_nobody_was_reached_is_the_finish_reason(
    play: PlayCall,
    dialling: Dialling,
    fates: tuple[LegFailure | str, ...],
    reason: FinishReason,
) -> None:
    phones = tuple(str(101 + place) for place in range(len(fates)))
    call = ringing(play, *phones, dial=Dial(dialling=dialling))
    for number, fate in enumerate(fates, start=1):
        if isinstance(fate, LegFailure):
            call.on(LegFailed(at=20.0 * number, leg_id=number, failure=fate))
        else:
            call.on(TimerFired(at=20.0 * number, timer_id=number))
    assert call.record.finish_reason is reason
    assert call.record.hung_up_by is Party.PBX
    assert call.record.connected is None


def test_when_nobody_is_reached_another_operation_may_follow(play: PlayCall) -> None:
    call = play({"operators": ForwardTo(phones=("101",), unreached="bye"), "bye": HangUp()})
    call.on(CallArrived(at=0.0), LegFailed(at=1.0, leg_id=1, failure=BUSY))
    assert call.path == ["operators", "bye"]
    assert call.record.finish_reason is FinishReason.SUCCESS_FINISH


@pytest.mark.parametrize("dialling", list(Dialling))
def test_with_no_phones_at_all_nobody_is_reached(play: PlayCall, dialling: Dialling) -> None:
    call = play({"operators": ForwardTo(phones=(), dial=Dial(dialling=dialling))})
    call.on(CallArrived(at=0.0)).does(ReleaseCaller(), FileRecord(record=call.record))
    assert call.record.finish_reason is FinishReason.NO_SUCCESS_OPERATOR_CALL


def test_a_forward_judges_its_own_phones_only(play: PlayCall) -> None:
    call = play(
        {
            "first": ForwardTo(phones=("101",), unreached="second"),
            "second": ForwardTo(phones=("102",)),
        }
    )
    call.on(
        CallArrived(at=0.0),
        LegFailed(at=1.0, leg_id=1, failure=INVALID),
        LegFailed(at=2.0, leg_id=2, failure=BUSY),
    )
    assert call.record.finish_reason is FinishReason.OPERATOR_BUSY


# -- the virtual number --------------------------------------------------------------------

LOOP = f"{VIRTUAL} is the virtual number of this call: not dialled, it would loop"


def test_the_virtual_number_is_not_dialled_from_itself(play: PlayCall) -> None:
    call = play({"operators": ForwardTo(phones=(VIRTUAL,))})
    call.on(CallArrived(at=0.0)).does(
        Log(message=LOOP), ReleaseCaller(), FileRecord(record=call.record)
    )
    assert call.record.finish_reason is FinishReason.OPERATOR_NUMBER_PROBLEMS
    assert dispositions(call) == [(VIRTUAL, "invalid")]


def test_the_hunt_goes_past_the_virtual_number(play: PlayCall) -> None:
    call = ringing(play, VIRTUAL, "101")
    assert call.rung == ["101"]
    ring = next(each for each in call.commands if isinstance(each, RingLeg))
    call.on(LegAnswered(at=3.0, leg_id=ring.leg_id), CallerHungUp(at=9.0))
    assert dispositions(call) == [(VIRTUAL, "invalid"), ("101", "answered")]


def test_the_virtual_number_does_not_ring_among_all(play: PlayCall) -> None:
    call = ringing(play, "101", VIRTUAL, "102", dial=RING_ALL)
    assert call.rung == ["101", "102"]


# -- whisper -------------------------------------------------------------------------------


def test_whoever_answers_hears_the_whisper_before_being_connected(play: PlayCall) -> None:
    call = ringing(play, "101", dial=Dial(whisper=WHISPER))
    call.on(LegAnswered(at=4.0, leg_id=1)).does(
        StopTimer(timer_id=1),
        PickUp(),
        PlayWhisper(announcement_id=1, leg_id=1, announcement=WHISPER),
    )
    call.on(AnnouncementFinished(at=6.5, announcement_id=1)).does(Connect(leg_id=1))
    call.on(CallerHungUp(at=10.0))
    (leg,) = call.record.legs
    assert (leg.answered_at, leg.connected_at, leg.whisper) == (4.0, 6.5, WHISPER.words)
    assert call.record.silences == (Silence(at=4.0, until=6.5),)
    assert call.record.heard == ()


def test_who_hangs_up_on_the_whisper_is_passed_over(play: PlayCall) -> None:
    call = ringing(play, "101", "102", dial=Dial(whisper=WHISPER))
    call.on(LegAnswered(at=4.0, leg_id=1))
    call.on(LegHungUp(at=5.0, leg_id=1)).does(
        RingLeg(leg_id=2, phone="102", shown=CALLER),
        StartTimer(timer_id=2, seconds=20.0),
    )
    call.on(
        LegAnswered(at=8.0, leg_id=2),
        AnnouncementFinished(at=10.0, announcement_id=2),
        CallerHungUp(at=20.0),
    )
    assert dispositions(call) == [("101", "rejected"), ("102", "answered")]
    assert call.record.connected == "102"
    assert call.record.silences == (Silence(at=4.0, until=5.0), Silence(at=8.0, until=10.0))


def test_when_the_only_phone_hangs_up_on_the_whisper_nobody_was_reached(play: PlayCall) -> None:
    call = ringing(play, "101", dial=Dial(whisper=WHISPER))
    call.on(LegAnswered(at=4.0, leg_id=1))
    call.on(LegHungUp(at=5.0, leg_id=1)).does(ReleaseCaller(), FileRecord(record=call.record))
    assert call.record.finish_reason is FinishReason.NO_SUCCESS_OPERATOR_CALL
    assert call.record.connected is None
    assert call.record.hung_up_by is Party.PBX


def test_when_the_winner_of_all_hangs_up_on_the_whisper_the_others_do_not_ring_again(
    play: PlayCall,
) -> None:
    dial = Dial(dialling=Dialling.RING_ALL, whisper=WHISPER)
    call = ringing(play, "101", "102", dial=dial)
    call.on(LegAnswered(at=4.0, leg_id=2), LegHungUp(at=5.0, leg_id=2))
    assert call.rung == ["101", "102"]
    assert call.record.finish_reason is FinishReason.NO_SUCCESS_OPERATOR_CALL


def test_a_caller_who_hangs_up_on_the_whisper_talked_to_nobody(play: PlayCall) -> None:
    call = ringing(play, "101", dial=Dial(whisper=WHISPER))
    call.on(LegAnswered(at=4.0, leg_id=1))
    call.on(CallerHungUp(at=5.0)).does(CancelLeg(leg_id=1), FileRecord(record=call.record))
    assert call.record.finish_reason is FinishReason.SUBSCRIBER_DISCONNECTS
    assert call.record.connected is None
    assert call.record.legs[0].disposition is LegDisposition.ANSWERED


def test_an_empty_whisper_is_none(play: PlayCall) -> None:
    call = ringing(play, "101", dial=Dial(whisper=Announcement()))
    call.on(LegAnswered(at=4.0, leg_id=1)).does(StopTimer(timer_id=1), PickUp(), Connect(leg_id=1))


def test_ringing_after_an_announcement_is_no_dead_air(play: PlayCall) -> None:
    call = play(
        {
            "hold": Announce(announcement=Announcement(text="Hold on."), next="operators"),
            "operators": ForwardTo(phones=("101",)),
        }
    )
    call.on(
        CallArrived(at=0.0),
        AnnouncementFinished(at=2.0, announcement_id=1),
        LegAnswered(at=12.0, leg_id=1),
        CallerHungUp(at=20.0),
    )
    assert call.record.silences == ()
