"""A checked scenario file → the values that the engine works with."""

from collections.abc import Mapping
from typing import assert_never
from zoneinfo import ZoneInfo

from mockpbx.core.instruction import Announcement
from mockpbx.core.observed import Observed
from mockpbx.core.scenario import (
    Announce,
    Collect,
    Dial,
    Fallback,
    ForwardTo,
    Goto,
    HangUp,
    Hours,
    Interactive,
    Menu,
    Operation,
    Scenario,
    Schedule,
    Voicemail,
)
from mockpbx.scenario.model import (
    AnnounceFile,
    AnnouncementFile,
    DialFile,
    ForwardFile,
    HangUpFile,
    HoursFile,
    InteractiveFile,
    MenuFile,
    ScenarioFile,
    ScheduleFile,
    Settings,
    VoicemailFile,
)

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPANS = {"daily": range(7), "weekdays": range(5), "weekend": range(5, 7)}


def compile_scenario(file: ScenarioFile) -> Scenario:
    """Make a scenario of a file in which `mockpbx.scenario.check` found no problems."""
    return Scenario(
        name=file.name,
        start=file.start,
        operations={name: _operation(what.settings) for name, what in file.operations.items()},
        numbers=frozenset(file.numbers),
        blacklist=frozenset(file.blacklist),
        transition_limit=file.transition_limit,
        deadline_s=file.deadline,
    )


def _operation(settings: Settings) -> Operation:
    match settings:
        case InteractiveFile():
            return _interactive(settings)
        case MenuFile():
            return _menu(settings)
        case ForwardFile():
            return _forward(settings)
        case AnnounceFile():
            return Announce(announcement=_played(settings.play), next=settings.next)
        case VoicemailFile():
            return Voicemail(prompt=_announcement(settings.prompt), longest_s=settings.longest)
        case ScheduleFile():
            return _schedule(settings)
        case HangUpFile():
            return HangUp()
        case str():
            return Goto(target=settings)
        case _:
            assert_never(settings)


def _interactive(file: InteractiveFile) -> Interactive:
    return Interactive(
        prompt=_announcement(file.prompt),
        collect=_collect(file),
        forced_pickup=file.forced_pickup,
        branches=_branches(file.branches),
        fallback=_fallback(file.fallback),
        dial=_dial(file),
        unreached=file.unreached,
        after_announcement=file.after_announcement,
        method=file.method,
        url=file.url,
        parameters=None if file.parameters is None else frozenset(file.parameters),
    )


def _collect(file: InteractiveFile) -> Collect | None:
    if file.access_code_length is None:
        return None
    return Collect(
        length=file.access_code_length,
        first_digit_s=file.first_digit_wait,
        inter_digit_s=file.inter_digit_interval,
    )


def _branches(slots: Mapping[str, str] | tuple[str | None, ...]) -> dict[str, str]:
    """Number the slots of a list from 0, as the vendors' screens do [doc]."""
    if isinstance(slots, tuple):
        return {str(code): target for code, target in enumerate(slots) if target}
    return dict(slots)


def _fallback(file: str | Mapping[str, str] | None) -> Fallback:
    if file is None or isinstance(file, str):
        return Fallback(default=file)
    return Fallback(
        default=file.get("default"),
        by_failure={Observed(word): file[word] for word in file if word != "default"},
    )


def _dial(file: DialFile) -> Dial:
    return Dial(
        dialling=file.dialling,
        ring_time_s=file.ring_time,
        ring_times_s=dict(file.ring_times),
        shown=file.show,
        whisper=_announcement(file.whisper),
        music=file.music,
    )


def _menu(file: MenuFile) -> Menu:
    return Menu(
        choices=dict(file.choices),
        prompt=_announcement(file.prompt),
        wait_s=file.wait,
        attempts=file.attempts,
        otherwise=file.otherwise,
    )


def _forward(file: ForwardFile) -> ForwardTo:
    return ForwardTo(
        phones=file.phones,
        dial=_dial(file),
        announcement=_announcement(file.announcement),
        unreached=file.unreached,
    )


def _schedule(file: ScheduleFile) -> Schedule:
    return Schedule(
        hours=tuple(_hours(span) for span in file.open),
        zone=ZoneInfo(file.zone),
        opened=file.opened,
        closed=file.closed,
    )


def _hours(file: HoursFile) -> Hours:
    words = [file.days] if isinstance(file.days, str) else file.days
    days = {day for word in words for day in _SPANS.get(word) or [_DAYS.index(word)]}
    return Hours(days=frozenset(days), opens=file.opens, closes=file.closes)


def _announcement(file: str | AnnouncementFile | None) -> Announcement | None:
    return None if file is None else _played(file)


def _played(file: str | AnnouncementFile) -> Announcement:
    if isinstance(file, str):
        return Announcement(text=file)
    return Announcement(media=file.media, text=file.text)
