"""How many two-step courier calls the engine plays in a second, on one core.

The engine alone: no HTTP, no agenda, no people. Beside it runs a calibration loop of plain
Python, so that figures of different machines can be compared.
"""

import time
from collections.abc import Callable

from mockpbx.core import events as on
from mockpbx.core.call import CallEngine
from mockpbx.core.channel import CallSetup
from mockpbx.core.instruction import Announcement, Branch, Forward
from mockpbx.scenario.library import load

_ROUNDS = 5
_CALLS = 5_000
_ADDITIONS = 200_000

SCENARIO = load("courier-line")
SETUP = CallSetup(session_id="1", numa="79161110001", numb="74951234567", started=1_789_629_300.0)
EVENTS = (
    on.CallArrived(at=0.0),
    on.InstructionArrived(at=0.1, request_id=1, instruction=Branch(codes=(1,))),
    on.AnnouncementFinished(at=2.0, announcement_id=1),
    *(on.DigitPressed(at=3.0 + place, digit=digit) for place, digit in enumerate("10523")),
    on.InstructionArrived(
        at=8.1,
        request_id=2,
        instruction=Forward(
            phones=("79175968108",), whisper=Announcement(text="Courier, order 10523")
        ),
    ),
    on.LegAnswered(at=11.0, leg_id=1),
    on.AnnouncementFinished(at=13.0, announcement_id=2),
    on.CallerHungUp(at=43.0),
)


def play() -> None:
    """Play the call from its arrival to its record."""
    call = CallEngine(SETUP, SCENARIO)
    for event in EVENTS:
        call.handle(event)
    if call.record is None or call.record.connected != "79175968108":
        raise SystemExit("the call did not reach the customer")


def calibrate() -> None:
    """Do a known amount of plain Python."""
    total = 0
    for number in range(_ADDITIONS):
        total += number


def _best(work: Callable[[], None], times: int) -> float:
    """Return the seconds of the fastest round."""
    seconds = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        for _ in range(times):
            work()
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def main() -> None:
    """Measure and print."""
    calls = _CALLS / _best(play, _CALLS)
    loop = 1 / _best(calibrate, 1)
    print(f"engine: {calls:,.0f} two-step courier calls a second, one core")
    print(f"calibration: {loop * _ADDITIONS / 1e6:,.1f} million additions a second")
    print(f"ratio: a call costs {loop * _ADDITIONS / calls:,.0f} additions")


if __name__ == "__main__":
    main()
