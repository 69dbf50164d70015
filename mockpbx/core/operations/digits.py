"""Collecting digits: access-code length, inter-digit interval, a prompt that can be interrupted.

Every collection starts empty. What the caller types beyond an access code's length is
dropped, also when the next prompt has begun meanwhile: a digit less than `SPARE_S` after
the one before belongs to the entry that is full [assumed]. ``*`` and ``#`` are digits like
any other; the vendors document no terminator.
"""

from mockpbx.core.channel import CallChannel
from mockpbx.core.events import DigitPressed
from mockpbx.core.instruction import Announcement
from mockpbx.core.operations.outcome import Waiting
from mockpbx.core.scenario import Collect
from mockpbx.core.state import State

SPARE_S = 1.0
"""Nobody hears a prompt and answers it in less; whoever presses a key then is still typing."""


def collect(
    channel: CallChannel, name: str, wanted: Collect, prompt: Announcement | None = None
) -> Waiting[str]:
    """Take digits until there are enough, or the caller is silent for too long.

    Returns:
        The digits, ``""`` if none were pressed.
    """
    digits = yield from _first_during(channel, name, wanted, prompt)
    try:
        if len(digits) < wanted.length:
            timer = channel.start_timer(wanted.inter_digit_s if digits else wanted.first_digit_s)
            while isinstance(event := (yield State.COLLECTING), DigitPressed):
                digits += event.digit
                if len(digits) == wanted.length:
                    break
                channel.restart_timer(timer, wanted.inter_digit_s)
            channel.stop_timer(timer)
    finally:  # a caller who hangs up in the middle has entered these digits all the same
        channel.took_digits(name, digits)
    if len(digits) == wanted.length > 1:
        channel.ignore_digits(SPARE_S)
    return digits


def _first_during(
    channel: CallChannel, name: str, wanted: Collect, prompt: Announcement | None
) -> Waiting[str]:
    """Play the prompt; a digit ends it and is the first one."""
    if prompt:
        channel.play(prompt)
    channel.take_digits(name, wanted.length)
    if not prompt:
        return ""
    event = yield State.PROMPTING
    if isinstance(event, DigitPressed):
        channel.stop_playing()
        return event.digit
    channel.played()
    return ""
