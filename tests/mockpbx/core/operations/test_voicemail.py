"""Voicemail: the caller leaves a message, and the call ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockpbx.core.cdr import FinishReason, Party
from mockpbx.core.commands import (
    FileRecord,
    Log,
    PickUp,
    Play,
    RecordMessage,
    ReleaseCaller,
    StartTimer,
    StopPlaying,
    StopTimer,
)
from mockpbx.core.events import (
    AnnouncementFinished,
    CallArrived,
    CallerHungUp,
    DigitPressed,
    TimerFired,
)
from mockpbx.core.instruction import Announcement
from mockpbx.core.scenario import Voicemail

if TYPE_CHECKING:
    from tests.mockpbx.core.conftest import Play as PlayCall

AFTER_THE_TONE = Announcement(media="tone.wav")


def test_the_caller_leaves_a_message_and_hangs_up(play: PlayCall) -> None:
    call = play({"voicemail": Voicemail(prompt=AFTER_THE_TONE, longest_s=60.0)})
    call.on(CallArrived(at=0.0)).does(
        PickUp(), Play(announcement_id=1, announcement=AFTER_THE_TONE)
    )
    call.on(AnnouncementFinished(at=3.0, announcement_id=1)).does(
        RecordMessage(operation="voicemail"),
        StartTimer(timer_id=1, seconds=60.0),
    )
    call.on(CallerHungUp(at=15.0)).does(StopTimer(timer_id=1), FileRecord(record=call.record))
    assert call.record.message_s == 12.0
    assert call.record.finish_reason is FinishReason.SUCCESS_FINISH
    assert call.record.hung_up_by is Party.CALLER


def test_the_longest_message_is_cut_and_the_caller_released(play: PlayCall) -> None:
    call = play({"voicemail": Voicemail(longest_s=30.0)})
    call.on(CallArrived(at=0.0)).does(
        PickUp(), RecordMessage(operation="voicemail"), StartTimer(timer_id=1, seconds=30.0)
    )
    call.on(TimerFired(at=30.0, timer_id=1)).does(ReleaseCaller(), FileRecord(record=call.record))
    assert call.record.message_s == 30.0
    assert call.record.finish_reason is FinishReason.SUCCESS_FINISH
    assert call.record.hung_up_by is Party.PBX


def test_keys_pressed_in_a_message_change_nothing(play: PlayCall) -> None:
    call = play({"voicemail": Voicemail()})
    call.on(CallArrived(at=0.0))
    call.on(DigitPressed(at=1.0, digit="#")).does(
        Log(message="digit # dropped: nobody asked for it")
    )


def test_a_caller_who_hangs_up_before_the_tone_left_no_message(play: PlayCall) -> None:
    call = play({"voicemail": Voicemail(prompt=AFTER_THE_TONE)})
    call.on(CallArrived(at=0.0))
    call.on(CallerHungUp(at=2.0)).does(
        StopPlaying(announcement_id=1), FileRecord(record=call.record)
    )
    assert call.record.message_s == 0.0
    assert call.record.finish_reason is FinishReason.SUBSCRIBER_DISCONNECTS
