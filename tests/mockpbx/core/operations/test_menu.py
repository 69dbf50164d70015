"""Menu: a prompt and one choice, asked again a few times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockpbx.core.cdr import FinishReason, Party
from mockpbx.core.commands import (
    FileRecord,
    PickUp,
    Play,
    ReleaseCaller,
    StartTimer,
    StopPlaying,
    StopTimer,
    TakeDigits,
)
from mockpbx.core.events import AnnouncementFinished, CallArrived, DigitPressed, TimerFired
from mockpbx.core.instruction import Announcement
from mockpbx.core.scenario import Goto, HangUp, Menu, Operation

if TYPE_CHECKING:
    from tests.mockpbx.core.conftest import Play as PlayCall

PROMPT = Announcement(text="One for sales, two for service.")
ENDS: dict[str, Operation] = {
    "sales": HangUp(),
    "service": HangUp(),
    "nobody": Goto(target="sales"),
}
CHOICES = {"1": "sales", "2": "service"}


def test_a_choice_after_the_prompt_leads_to_its_operation(play: PlayCall) -> None:
    call = play({"menu": Menu(choices=CHOICES, prompt=PROMPT, wait_s=4.0), **ENDS})
    call.on(CallArrived(at=0.0)).does(
        PickUp(),
        Play(announcement_id=1, announcement=PROMPT),
        TakeDigits(operation="menu", length=1),
    )
    call.on(AnnouncementFinished(at=3.0, announcement_id=1)).does(
        StartTimer(timer_id=1, seconds=4.0)
    )
    call.on(DigitPressed(at=5.0, digit="2")).does(
        StopTimer(timer_id=1),
        ReleaseCaller(),
        FileRecord(record=call.record),
    )
    assert call.path == ["menu", "service"]


def test_a_choice_interrupts_the_prompt(play: PlayCall) -> None:
    call = play({"menu": Menu(choices=CHOICES, prompt=PROMPT), **ENDS})
    call.on(CallArrived(at=0.0))
    call.on(DigitPressed(at=1.0, digit="1")).does(
        StopPlaying(announcement_id=1),
        ReleaseCaller(),
        FileRecord(record=call.record),
    )
    assert call.path == ["menu", "sales"]


def test_the_prompt_is_played_again_after_silence(play: PlayCall) -> None:
    call = play({"menu": Menu(choices=CHOICES, prompt=PROMPT, attempts=2), **ENDS})
    call.on(CallArrived(at=0.0), AnnouncementFinished(at=3.0, announcement_id=1))
    call.on(TimerFired(at=8.0, timer_id=1)).does(
        Play(announcement_id=2, announcement=PROMPT),
        TakeDigits(operation="menu", length=1),
    )
    call.presses("1", at=9.0)
    assert call.path == ["menu", "sales"]


def test_a_digit_without_an_operation_costs_an_attempt(play: PlayCall) -> None:
    call = play({"menu": Menu(choices=CHOICES, attempts=2), **ENDS})
    call.on(CallArrived(at=0.0)).presses("9", at=1.0).presses("2", at=2.0)
    assert call.path == ["menu", "service"]
    assert [entered.digits for entered in call.record.entered] == ["9", "2"]


def test_a_caller_without_a_valid_choice_ends_with_incorrect_input(play: PlayCall) -> None:
    call = play({"menu": Menu(choices=CHOICES, attempts=3), **ENDS})
    call.on(CallArrived(at=0.0)).presses("9", at=1.0).presses("#", at=2.0)
    call.on(TimerFired(at=9.0, timer_id=3)).does(ReleaseCaller(), FileRecord(record=call.record))
    assert call.record.finish_reason is FinishReason.INCORRECT_INPUT
    assert call.record.hung_up_by is Party.PBX


def test_a_caller_without_a_valid_choice_may_be_led_elsewhere(play: PlayCall) -> None:
    call = play({"menu": Menu(choices=CHOICES, attempts=1, otherwise="nobody"), **ENDS})
    call.on(CallArrived(at=0.0), TimerFired(at=5.0, timer_id=1))
    assert call.path == ["menu", "nobody", "sales"]
    assert call.record.finish_reason is FinishReason.SUCCESS_FINISH
