"""Collecting digits: how many, how long to wait, and what becomes of the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockpbx.core.cdr import Entered, FinishReason, Heard
from mockpbx.core.commands import Log, PickUp, Play, StartTimer, StopPlaying, StopTimer, TakeDigits
from mockpbx.core.events import (
    AnnouncementFinished,
    CallArrived,
    CallerHungUp,
    DigitPressed,
    InstructionArrived,
    TimerFired,
)
from mockpbx.core.instruction import Announcement, Branch
from mockpbx.core.scenario import Collect, Interactive, Menu
from mockpbx.core.state import State
from mockpbx.errors import ProtocolError

if TYPE_CHECKING:
    from tests.mockpbx.core.conftest import Play as PlayCall
    from tests.mockpbx.core.conftest import Playbook

ENTER = Announcement(text="Enter the order number.")
FIVE = Collect(length=5, first_digit_s=7.0, inter_digit_s=3.0)


def collecting(play: PlayCall, wanted: Collect = FIVE) -> Playbook:
    """A call in which digits are awaited, without a prompt; timer 1 runs."""
    call = play({"ask": Interactive(collect=wanted)})
    call.on(CallArrived(at=0.0))
    assert call.state is State.COLLECTING
    return call


def prompting(play: PlayCall, wanted: Collect = FIVE) -> Playbook:
    """A call in which a prompt asks for digits."""
    call = play({"ask": Interactive(prompt=ENTER, collect=wanted)})
    call.on(CallArrived(at=0.0))
    assert call.state is State.PROMPTING
    return call


def test_the_call_is_picked_up_to_listen_for_digits(play: PlayCall) -> None:
    call = play({"ask": Interactive(collect=FIVE)})
    call.on(CallArrived(at=0.0)).does(
        PickUp(),
        TakeDigits(operation="ask", length=5),
        StartTimer(timer_id=1, seconds=7.0),
    )


def test_collecting_ends_with_the_last_digit_of_the_access_code(play: PlayCall) -> None:
    call = collecting(play)
    call.presses("1052", at=1.0)
    call.on(DigitPressed(at=4.0, digit="3")).does(
        StopTimer(timer_id=1),
        call.request(1, "ask", digits="10523"),
        StartTimer(timer_id=2, seconds=5.0),
    )


def test_every_digit_begins_the_inter_digit_interval_anew(play: PlayCall) -> None:
    call = collecting(play)
    call.on(DigitPressed(at=6.9, digit="1")).does(StartTimer(timer_id=1, seconds=3.0))
    call.on(DigitPressed(at=9.8, digit="2")).does(StartTimer(timer_id=1, seconds=3.0))


def test_when_the_inter_digit_interval_ends_the_endpoint_gets_what_there_is(
    play: PlayCall,
) -> None:
    call = collecting(play)
    call.presses("123", at=1.0)
    call.on(TimerFired(at=5.0, timer_id=1)).does(
        call.request(1, "ask", digits="123"),
        StartTimer(timer_id=2, seconds=5.0),
    )


def test_a_caller_who_waits_too_long_for_the_first_digit_entered_nothing(play: PlayCall) -> None:
    call = collecting(play)
    call.on(TimerFired(at=7.0, timer_id=1)).does(
        call.request(1, "ask", digits=None),
        StartTimer(timer_id=2, seconds=5.0),
    )
    call.on(CallerHungUp(at=8.0))
    assert call.record.entered == ()


@pytest.mark.parametrize("digits", ["*5", "123#", "#", "**", "00042", "0"])
def test_stars_hashes_and_leading_zeros_are_digits_like_any_other(
    play: PlayCall, digits: str
) -> None:
    call = collecting(play, Collect(length=len(digits)))
    call.presses(digits, at=1.0).on(CallerHungUp(at=9.0))
    assert [request.digits for request in call.record.requests] == [digits]
    assert [entered.digits for entered in call.record.entered] == [digits]


def test_the_wait_for_the_first_digit_begins_when_the_prompt_is_over(play: PlayCall) -> None:
    call = prompting(play)
    call.on(AnnouncementFinished(at=3.0, announcement_id=1)).does(
        StartTimer(timer_id=1, seconds=7.0)
    )
    assert call.state is State.COLLECTING


def test_a_digit_interrupts_the_prompt_and_is_the_first_one(play: PlayCall) -> None:
    call = play({"ask": Interactive(prompt=ENTER, collect=FIVE)})
    call.on(CallArrived(at=0.0)).does(
        PickUp(),
        Play(announcement_id=1, announcement=ENTER),
        TakeDigits(operation="ask", length=5),
    )
    call.on(DigitPressed(at=1.5, digit="1")).does(
        StopPlaying(announcement_id=1),
        StartTimer(timer_id=1, seconds=3.0),
    )
    call.presses("0523", at=2.0).on(CallerHungUp(at=4.0))
    assert call.record.heard == (Heard(at=0.0, until=1.5, words=ENTER.words, whole=False),)
    assert call.record.entered == (Entered(at=3.5, operation="ask", digits="10523"),)


def test_a_single_digit_during_the_prompt_needs_no_timer(play: PlayCall) -> None:
    call = prompting(play, Collect(length=1))
    call.on(DigitPressed(at=1.0, digit="2")).does(
        StopPlaying(announcement_id=1),
        call.request(1, "ask", digits="2"),
        StartTimer(timer_id=1, seconds=5.0),
    )


def test_the_end_of_a_prompt_that_was_interrupted_is_not_expected_any_more(play: PlayCall) -> None:
    call = prompting(play)
    call.on(DigitPressed(at=1.0, digit="1"))
    with pytest.raises(ProtocolError, match="AnnouncementFinished is impossible"):
        call.on(AnnouncementFinished(at=3.0, announcement_id=1))


def test_digits_beyond_the_length_do_not_leak_into_the_next_step(play: PlayCall) -> None:
    call = play(
        {
            "first": Interactive(collect=Collect(length=3), branches={"1": "second"}),
            "second": Interactive(collect=Collect(length=3)),
        }
    )
    call.on(CallArrived(at=0.0)).presses("123", at=1.0)
    call.on(DigitPressed(at=2.5, digit="4")).does(
        Log(message="digit 4 dropped: nobody asked for it")
    )
    call.on(InstructionArrived(at=3.0, request_id=1, instruction=Branch(codes=(1,))))
    call.presses("567", at=4.0).on(CallerHungUp(at=9.0))
    assert [request.digits for request in call.record.requests] == ["123", "567"]
    assert call.record.log == ("digit 4 dropped: nobody asked for it",)


def test_a_menu_before_the_question_keeps_its_digit_to_itself(play: PlayCall) -> None:
    call = play(
        {
            "menu": Menu(choices={"1": "ask"}),
            "ask": Interactive(collect=Collect(length=2)),
        }
    )
    call.on(CallArrived(at=0.0)).presses("123", at=1.0).on(CallerHungUp(at=9.0))
    assert [request.digits for request in call.record.requests] == ["23"]


def test_a_caller_who_hangs_up_in_the_middle_of_the_digits_is_never_asked_about(
    play: PlayCall,
) -> None:
    call = collecting(play)
    call.presses("105", at=1.0).on(CallerHungUp(at=3.0))
    assert call.record.requests == ()
    assert call.record.entered == (Entered(at=3.0, operation="ask", digits="105"),)
    assert call.record.finish_reason is FinishReason.SUBSCRIBER_DISCONNECTS


@pytest.mark.parametrize("digit", ["", "12", "A", "²", "٣", "+", " "])
def test_what_is_not_on_a_telephone_keypad_is_no_digit(play: PlayCall, digit: str) -> None:
    call = collecting(play)
    with pytest.raises(ProtocolError, match="DigitPressed"):
        call.on(DigitPressed(at=1.0, digit=digit))
    assert call.state is State.COLLECTING


def two_entries(play: PlayCall) -> Playbook:
    """A call in which five digits are awaited, and after them five more, with a prompt."""
    again = Interactive(prompt=ENTER, collect=FIVE)
    return play({"ask": Interactive(collect=FIVE, branches={"3": "again"}), "again": again})


def test_spare_digits_are_dropped_though_the_next_prompt_has_begun(play: PlayCall) -> None:
    call = two_entries(play)
    call.on(CallArrived(at=0.0)).presses("10523", at=1.0)
    call.on(InstructionArrived(at=3.1, request_id=1, instruction=Branch(codes=(3,))))
    call.presses("777", at=3.5)
    assert call.state is State.PROMPTING


def test_a_digit_a_second_after_the_last_interrupts_the_next_prompt(play: PlayCall) -> None:
    call = two_entries(play)
    call.on(CallArrived(at=0.0)).presses("10523", at=1.0)
    call.on(InstructionArrived(at=3.1, request_id=1, instruction=Branch(codes=(3,))))
    call.presses("4", at=4.0)
    assert call.state is State.COLLECTING
