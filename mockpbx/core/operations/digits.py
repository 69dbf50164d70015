"""Collecting digits: access-code length, inter-digit interval, a prompt that can be interrupted.

Every collection starts empty: what the caller typed beyond the length of the one before
was dropped when it was pressed and never leaks into the next. ``*`` and ``#`` are digits
like any other; the vendors document no terminator.
"""

from mockpbx.core.events import DigitPressed
from mockpbx.core.instruction import Announcement
from mockpbx.core.line import Line
from mockpbx.core.operations.outcome import Waiting
from mockpbx.core.scenario import Collect
from mockpbx.core.state import State


def collect(
    line: Line, name: str, wanted: Collect, prompt: Announcement | None = None
) -> Waiting[str]:
    """Take digits until there are enough, or the caller is silent for too long.

    Returns:
        The digits, ``""`` if none were pressed.
    """
    digits = yield from _first_during(line, name, wanted, prompt)
    if len(digits) < wanted.length:
        timer = line.start_timer(wanted.inter_digit_s if digits else wanted.first_digit_s)
        while len(digits) < wanted.length:
            event = yield State.COLLECTING
            if not isinstance(event, DigitPressed):
                break
            digits += event.digit
            line.restart_timer(timer, wanted.inter_digit_s)
        line.stop_timer(timer)
    line.took_digits(name, digits)
    return digits


def _first_during(
    line: Line, name: str, wanted: Collect, prompt: Announcement | None
) -> Waiting[str]:
    """Play the prompt; a digit ends it and is the first one."""
    if prompt:
        line.play(prompt)
    line.take_digits(name, wanted.length)
    if not prompt:
        return ""
    event = yield State.PROMPTING
    if isinstance(event, DigitPressed):
        line.stop_playing()
        return event.digit
    line.played()
    return ""
