"""The people on a call, by what they do about the engine's commands."""

import pytest

from mockpbx.callscript.model import Call, Callee
from mockpbx.callscript.people import MEDIA_S, CalledOff, People, Planned, duration
from mockpbx.core import commands as do
from mockpbx.core import events as on
from mockpbx.core.instruction import Announcement

COURIER, CUSTOMER = "79161110001", "79175968108"
PROMPT = Announcement(text="Enter the order number.")


def people(callees: dict[str, Callee] | None = None, **call: object) -> People:
    model = Call.model_validate({"from": COURIER, "expect": {}, **call})
    return People(model, callees or {})


def events(who: People, command: do.Command, now: float = 10.0) -> list[on.Event]:
    return [item.event for item in who.react(command, now) if isinstance(item, Planned)]


def ring(phone: str = CUSTOMER, leg_id: int = 1) -> do.RingLeg:
    return do.RingLeg(leg_id=leg_id, phone=phone, shown=COURIER, music=None)


def take() -> do.TakeDigits:
    return do.TakeDigits(operation="ask-order", length=5)


def play(number: int = 1) -> do.Play:
    return do.Play(announcement_id=number, announcement=PROMPT)


# -- listening ----------------------------------------------------------------------------


def test_an_announcement_takes_as_long_as_its_text() -> None:
    assert duration(Announcement(text="x" * 140)) == 10.0
    assert duration(Announcement(text="!")) == 1.0
    assert duration(Announcement(media="a.wav", text="x" * 140)) == MEDIA_S


def test_an_announcement_is_heard_to_its_end() -> None:
    finished = on.AnnouncementFinished(at=10 + duration(PROMPT), announcement_id=3)
    assert events(people(), play(3)) == [finished]


def test_a_stopped_announcement_does_not_finish() -> None:
    stopped = do.StopPlaying(announcement_id=3)
    assert list(people().react(stopped, 11.0)) == [CalledOff(subject="announcement 3")]


# -- dialling -----------------------------------------------------------------------------


def test_digits_come_after_the_prompt() -> None:
    who = people(dials=["1.2"])
    events(who, play())
    end = 10 + duration(PROMPT)
    assert events(who, take()) == [
        on.DigitPressed(at=end + 0.25, digit="1"),
        on.DigitPressed(at=end + 1.5, digit="2"),
    ]


def test_whoever_barges_in_dials_into_the_prompt() -> None:
    who = people(dials=["1"], barges_in=True)
    events(who, play())
    assert events(who, take()) == [on.DigitPressed(at=10.25, digit="1")]


def test_each_time_they_are_asked_callers_dial_what_comes_next_and_then_nothing() -> None:
    who = people(dials=["1", "", "3"])
    dialled = [events(who, take()) for _ in range(4)]
    pressed = [
        [event.digit for event in each if isinstance(event, on.DigitPressed)] for each in dialled
    ]
    assert pressed == [["1"], [], ["3"], []]


# -- hanging up ---------------------------------------------------------------------------


def whisper(leg_id: int = 1) -> do.PlayWhisper:
    return do.PlayWhisper(announcement_id=9, leg_id=leg_id, announcement=PROMPT)


@pytest.mark.parametrize(
    ("phase", "command"),
    [
        ("digits", take()),
        ("announcement", play()),
        ("ringing", ring()),
        ("whisper", whisper()),
        ("talking", do.Connect(leg_id=1)),
        ("recording", do.RecordMessage(operation="voicemail")),
    ],
)
def test_a_caller_hangs_up_in_the_phase_that_the_script_names(
    phase: str, command: do.Command
) -> None:
    who = people(hangs_up={"while": phase, "after": 1.5})
    events(who, ring(), 0.0)
    if phase != "ringing":
        assert on.CallerHungUp(at=11.5) in events(who, command)
    else:
        first = people(hangs_up={"while": phase, "after": 1.5})
        assert on.CallerHungUp(at=11.5) in events(first, command)


def test_a_caller_may_wait_for_the_second_time() -> None:
    who = people(hangs_up={"while": "digits", "nth": 2})
    assert events(who, take()) == []
    assert events(who, take(), 20.0) == [on.CallerHungUp(at=20.0)]
    assert events(who, take(), 30.0) == []


def test_hanging_up_in_the_digits_is_counted_from_the_end_of_the_prompt() -> None:
    who = people(hangs_up={"while": "digits", "after": 1})
    events(who, play())
    assert events(who, take()) == [on.CallerHungUp(at=11 + duration(PROMPT))]


def test_a_voicemail_is_spoken_to_for_as_long_as_the_script_says() -> None:
    record = do.RecordMessage(operation="voicemail")
    assert events(people(message=7), record) == [on.CallerHungUp(at=17.0)]


# -- callees ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("callee", "event"),
    [
        (None, on.LegAnswered(at=13.0, leg_id=1)),
        (Callee(answers=6), on.LegAnswered(at=16.0, leg_id=1)),
        ("busy", on.LegFailed(at=10.5, leg_id=1, failure=on.LegFailure.BUSY)),
        ("rejects", on.LegFailed(at=14.0, leg_id=1, failure=on.LegFailure.REJECTED)),
        ("invalid", on.LegFailed(at=10.2, leg_id=1, failure=on.LegFailure.INVALID)),
        ("silent", None),
    ],
)
def test_a_callee_does_what_the_script_says_or_picks_up(
    callee: Callee | None, event: on.Event | None
) -> None:
    who = people({} if callee is None else {CUSTOMER: callee})
    assert events(who, ring()) == ([] if event is None else [event])


def test_whoever_calls_themselves_is_busy() -> None:
    failed = on.LegFailed(at=10.5, leg_id=1, failure=on.LegFailure.BUSY)
    assert events(people(), ring(COURIER)) == [failed]


def test_a_cancelled_leg_does_nothing_more() -> None:
    cancelled = do.CancelLeg(leg_id=2)
    assert list(people().react(cancelled, 11.0)) == [CalledOff(subject="leg 2")]


def test_the_caller_talks_and_hangs_up() -> None:
    who = people(talks=8)
    events(who, ring())
    assert events(who, do.Connect(leg_id=1), 13.0) == [on.CallerHungUp(at=21.0)]


@pytest.mark.parametrize(("callee_s", "ends"), [(5, "callee"), (30, "caller")])
def test_whoever_has_had_enough_first_ends_the_conversation(callee_s: float, ends: str) -> None:
    who = people({CUSTOMER: Callee(talks=callee_s)}, talks=8)
    events(who, ring())
    (event,) = events(who, do.Connect(leg_id=1), 13.0)
    by_callee = on.LegHungUp(at=18.0, leg_id=1)
    assert event == (by_callee if ends == "callee" else on.CallerHungUp(at=21.0))


def test_a_whisper_is_heard_to_its_end() -> None:
    who = people()
    events(who, ring())
    finished = on.AnnouncementFinished(at=10 + duration(PROMPT), announcement_id=9)
    assert events(who, whisper()) == [finished]


def test_a_callee_may_hang_up_on_hearing_the_whisper() -> None:
    who = people({CUSTOMER: Callee(hangs_up_in_whisper=True)})
    events(who, ring())
    assert events(who, whisper()) == [on.LegHungUp(at=10.0, leg_id=1)]


def test_commands_that_concern_nobody_are_ignored() -> None:
    assert list(people().react(do.PickUp(), 0.0)) == []
