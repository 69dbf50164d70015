"""Schedule: opening hours on the wall clock of a time zone."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from mockpbx.core.cdr import FinishReason, Party
from mockpbx.core.commands import FileRecord, ReleaseCaller
from mockpbx.core.events import AnnouncementFinished, CallArrived
from mockpbx.core.instruction import Announcement
from mockpbx.core.scenario import Announce, HangUp, Hours, Schedule

if TYPE_CHECKING:
    from tests.mockpbx.core.conftest import Play as PlayCall

BERLIN = ZoneInfo("Europe/Berlin")
MOSCOW = ZoneInfo("Europe/Moscow")
EVERY_DAY = frozenset(range(7))
MONDAY, SATURDAY = 0, 5

DAY = Hours(days=EVERY_DAY, opens=time(8), closes=time(22))
NIGHT = Hours(days=EVERY_DAY, opens=time(22), closes=time(6))
SATURDAY_NIGHT = Hours(days=frozenset({SATURDAY}), opens=time(22), closes=time(6))
SATURDAY_WHOLE = Hours(days=frozenset({SATURDAY}), opens=time(0), closes=time(0))


def is_open(play: PlayCall, hours: tuple[Hours, ...], zone: ZoneInfo, moment: datetime) -> bool:
    """Call at a moment and see which way the call goes."""
    schedule = Schedule(hours=hours, zone=zone, opened="open", closed="closed")
    call = play(
        {"schedule": schedule, "open": HangUp(), "closed": HangUp()}, started=moment.timestamp()
    )
    call.on(CallArrived(at=0.0))
    _, way = call.path
    return way == "open"


def wall(zone: ZoneInfo, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "opened"),
    [
        ("2026-09-17 07:59:59.999", False),
        ("2026-09-17 08:00:00", True),
        ("2026-09-17 21:59:59.999", True),
        ("2026-09-17 22:00:00", False),
    ],
)
def test_the_opening_minute_counts_and_the_closing_minute_does_not(
    play: PlayCall, moment: str, opened: bool
) -> None:
    assert is_open(play, (DAY,), MOSCOW, wall(MOSCOW, moment)) is opened


@pytest.mark.parametrize(
    ("moment", "opened"),
    [
        ("2026-09-17 21:59:59", False),
        ("2026-09-17 22:00:00", True),
        ("2026-09-18 00:00:00", True),
        ("2026-09-18 05:59:59", True),
        ("2026-09-18 06:00:00", False),
    ],
)
def test_a_span_may_reach_over_midnight(play: PlayCall, moment: str, opened: bool) -> None:
    assert is_open(play, (NIGHT,), MOSCOW, wall(MOSCOW, moment)) is opened


@pytest.mark.parametrize(
    ("moment", "opened"),
    [
        ("2026-09-18 23:00", False),  # Friday night
        ("2026-09-19 05:00", False),  # belongs to Friday
        ("2026-09-19 23:00", True),  # Saturday night
        ("2026-09-20 05:00", True),  # still Saturday's
        ("2026-09-20 23:00", False),  # Sunday night
    ],
)
def test_a_night_belongs_to_the_day_on_which_it_begins(
    play: PlayCall, moment: str, opened: bool
) -> None:
    assert is_open(play, (SATURDAY_NIGHT,), MOSCOW, wall(MOSCOW, moment)) is opened


@pytest.mark.parametrize(
    ("moment", "opened"),
    [
        ("2026-09-18 23:59:59", False),
        ("2026-09-19 00:00:00", True),
        ("2026-09-19 23:59:59", True),
        ("2026-09-20 00:00:00", False),
    ],
)
def test_from_midnight_to_midnight_is_one_whole_day(
    play: PlayCall, moment: str, opened: bool
) -> None:
    assert is_open(play, (SATURDAY_WHOLE,), MOSCOW, wall(MOSCOW, moment)) is opened


def test_hours_count_on_their_weekdays_only(play: PlayCall) -> None:
    mondays = Hours(days=frozenset({MONDAY}), opens=time(8), closes=time(22))
    assert is_open(play, (mondays,), MOSCOW, wall(MOSCOW, "2026-09-14 12:00"))
    assert not is_open(play, (mondays,), MOSCOW, wall(MOSCOW, "2026-09-15 12:00"))


def test_the_weekday_is_that_of_the_zone(play: PlayCall) -> None:
    mondays = Hours(days=frozenset({MONDAY}), opens=time(0), closes=time(8))
    sunday_evening_in_greenwich = utc("2026-09-13 22:30")
    assert is_open(play, (mondays,), MOSCOW, sunday_evening_in_greenwich)


def test_there_may_be_a_break_between_two_spans(play: PlayCall) -> None:
    morning = Hours(days=EVERY_DAY, opens=time(9), closes=time(13))
    afternoon = Hours(days=EVERY_DAY, opens=time(14), closes=time(18))
    assert is_open(play, (morning, afternoon), MOSCOW, wall(MOSCOW, "2026-09-17 14:00"))
    assert not is_open(play, (morning, afternoon), MOSCOW, wall(MOSCOW, "2026-09-17 13:30"))


@pytest.mark.parametrize(
    ("moment", "opened"),
    [
        ("2026-03-28 06:59", False),  # winter: eight o'clock is 07:00 UTC
        ("2026-03-28 07:00", True),
        ("2026-03-29 05:59", False),  # clocks went forward at 01:00 UTC
        ("2026-03-29 06:00", True),
        ("2026-03-29 19:59", True),
        ("2026-03-29 20:00", False),
        ("2026-10-24 06:00", True),  # still summer
        ("2026-10-25 06:59", False),  # clocks went back at 01:00 UTC
        ("2026-10-25 07:00", True),
        ("2026-10-25 20:59", True),
        ("2026-10-25 21:00", False),
    ],
)
def test_opening_hours_follow_daylight_saving_time(
    play: PlayCall, moment: str, opened: bool
) -> None:
    assert is_open(play, (DAY,), BERLIN, utc(moment)) is opened


@pytest.mark.parametrize(
    ("moment", "opened"),
    [
        ("2026-10-25 00:29", True),  # 02:29 the first time
        ("2026-10-25 00:30", False),  # 02:30 the first time
        ("2026-10-25 01:29", True),  # 02:29 again, an hour later
        ("2026-10-25 01:30", False),
    ],
)
def test_an_hour_that_comes_twice_is_judged_by_the_clock_on_the_wall(
    play: PlayCall, moment: str, opened: bool
) -> None:
    until_half_past_two = Hours(days=EVERY_DAY, opens=time(1), closes=time(2, 30))
    assert is_open(play, (until_half_past_two,), BERLIN, utc(moment)) is opened


def test_an_hour_that_never_comes_opens_nothing(play: PlayCall) -> None:
    skipped = Hours(days=EVERY_DAY, opens=time(2), closes=time(3))
    assert not is_open(play, (skipped,), BERLIN, utc("2026-03-29 00:59:59"))
    assert not is_open(play, (skipped,), BERLIN, utc("2026-03-29 01:00:00"))


def test_a_night_shortened_by_the_change_of_clocks_is_still_one_night(play: PlayCall) -> None:
    assert is_open(play, (SATURDAY_NIGHT,), BERLIN, utc("2026-03-29 03:59"))  # 05:59 on Sunday
    assert not is_open(play, (SATURDAY_NIGHT,), BERLIN, utc("2026-03-29 04:00"))


def test_without_an_operation_for_the_night_the_call_ends(play: PlayCall) -> None:
    call = play(
        {"schedule": Schedule(hours=(), zone=MOSCOW, opened="open"), "open": HangUp()},
    )
    call.on(CallArrived(at=0.0)).does(ReleaseCaller(), FileRecord(record=call.record))
    assert call.record.finish_reason is FinishReason.GROUP_INACTIVE_BY_SCHEDULE
    assert call.record.hung_up_by is Party.PBX


def test_the_time_is_that_at_which_the_call_gets_there(play: PlayCall) -> None:
    call = play(
        {
            "welcome": Announce(announcement=Announcement(text="Welcome."), next="schedule"),
            "schedule": Schedule(hours=(DAY,), zone=MOSCOW, opened="open", closed="closed"),
            "open": HangUp(),
            "closed": HangUp(),
        },
        started=wall(MOSCOW, "2026-09-17 07:59:58").timestamp(),
    )
    call.on(CallArrived(at=500.0), AnnouncementFinished(at=502.0, announcement_id=1))
    assert call.path == ["welcome", "schedule", "open"]
