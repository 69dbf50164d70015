"""Information message, and what is true of all that is played to the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockpbx.core.cdr import FinishReason, Heard, Party
from mockpbx.core.commands import FileRecord, Log, PickUp, Play, ReleaseCaller
from mockpbx.core.events import AnnouncementFinished, CallArrived, CallerHungUp, DigitPressed
from mockpbx.core.instruction import Announcement
from mockpbx.core.scenario import Announce, HangUp
from mockpbx.core.state import State

if TYPE_CHECKING:
    from tests.mockpbx.core.conftest import Play as PlayCall

HOURS = Announcement(text="We are open from eight to ten.")


def test_a_message_is_played_and_the_next_operation_follows(play: PlayCall) -> None:
    call = play({"hours": Announce(announcement=HOURS, next="bye"), "bye": HangUp()})
    call.on(CallArrived(at=0.0)).does(PickUp(), Play(announcement_id=1, announcement=HOURS))
    call.on(AnnouncementFinished(at=4.0, announcement_id=1)).does(
        ReleaseCaller(), FileRecord(record=call.record)
    )
    assert call.path == ["hours", "bye"]
    assert call.record.heard == (Heard(at=0.0, until=4.0, words=HOURS.words, whole=True),)


def test_a_message_with_nothing_after_it_ends_the_call_well(play: PlayCall) -> None:
    call = play({"hours": Announce(announcement=HOURS)})
    call.on(CallArrived(at=0.0), AnnouncementFinished(at=4.0, announcement_id=1))
    assert call.record.finish_reason is FinishReason.SUCCESS_FINISH
    assert call.record.hung_up_by is Party.PBX


def test_the_call_is_picked_up_once_for_several_messages(play: PlayCall) -> None:
    call = play(
        {
            "hours": Announce(announcement=HOURS, next="again"),
            "again": Announce(announcement=HOURS),
        }
    )
    call.on(CallArrived(at=0.0))
    call.on(AnnouncementFinished(at=4.0, announcement_id=1)).does(
        Play(announcement_id=2, announcement=HOURS)
    )


def test_digits_do_not_interrupt_a_message(play: PlayCall) -> None:
    call = play({"hours": Announce(announcement=HOURS)})
    call.on(CallArrived(at=0.0))
    call.on(DigitPressed(at=1.0, digit="1")).does(
        Log(message="digit 1 dropped: nobody asked for it")
    )
    assert call.state is State.ANNOUNCING


def test_a_caller_who_hangs_up_has_not_heard_the_whole_of_it(play: PlayCall) -> None:
    call = play({"hours": Announce(announcement=HOURS)})
    call.on(CallArrived(at=0.0), CallerHungUp(at=1.5))
    assert call.record.heard == (Heard(at=0.0, until=1.5, words=HOURS.words, whole=False),)


def test_an_empty_message_is_passed_over(play: PlayCall) -> None:
    call = play({"hours": Announce(announcement=Announcement(), next="bye"), "bye": HangUp()})
    call.on(CallArrived(at=0.0)).does(ReleaseCaller(), FileRecord(record=call.record))
    assert call.path == ["hours", "bye"]
    assert call.record.picked_up_at is None


@pytest.mark.parametrize(
    ("announcement", "words"),
    [
        (Announcement(text="Привет 🚚"), "Привет 🚚"),
        (Announcement(media="hello.wav"), "file hello.wav"),
        (Announcement(media="hello.wav", text="hello"), "file hello.wav"),
        (Announcement(), ""),
    ],
)
def test_the_words_of_an_announcement_are_its_text_or_the_name_of_its_file(
    announcement: Announcement, words: str
) -> None:
    assert announcement.words == words
    assert bool(announcement) is bool(words)
