"""The life of a call, in one table.

`TRANSITIONS[state][event type]` is the set of states that the call may be in after that
event. An event that is not in the row of a state is impossible there, and giving it to
the call raises `ProtocolError`. Everything else, such as what an operation does, is
somewhere else; *when* something can happen to a call is here and nowhere else.

::

    NEW ──CallArrived──▶ ┌───────────────────────────────────────────────┐
                         │ ANNOUNCING  PROMPTING ─▶ COLLECTING ─▶ ASKING │
                         │ RINGING ─▶ WHISPERING ─▶ TALKING    RECORDING │ ─▶ ENDED
                         └───────────────────────────────────────────────┘

Within the box the scenario and the endpoint's instructions decide what follows what.
"""

from collections.abc import Mapping
from enum import Enum

from mockpbx.core.events import (
    AnnouncementFinished,
    CallArrived,
    CallerHungUp,
    DigitPressed,
    Event,
    InstructionArrived,
    LegAnswered,
    LegFailed,
    LegHungUp,
    RequestFailed,
    TimerFired,
)


class State(Enum):
    """What a call is doing."""

    NEW = "new"
    ANNOUNCING = "announcing"
    """The caller hears an announcement; digits are dropped."""
    PROMPTING = "prompting"
    """The caller hears a prompt that a digit interrupts."""
    COLLECTING = "collecting"
    """The caller is expected to press keys."""
    ASKING = "asking"
    """A request to the endpoint is under way."""
    RINGING = "ringing"
    """One phone or several ring."""
    WHISPERING = "whispering"
    """Somebody answered and hears a message meant for them only."""
    TALKING = "talking"
    RECORDING = "recording"
    """The caller leaves a message."""
    ENDED = "ended"

    __hash__ = object.__hash__  # the table is looked up for every event; Enum's hash is slow


ANYWHERE = frozenset(State) - {State.NEW}
"""After this event the scenario decides where the call is."""

_ENDED = frozenset({State.ENDED})


def _row(
    state: State, moves: Mapping[type[Event], frozenset[State]]
) -> Mapping[type[Event], frozenset[State]]:
    """Add what can happen at any time of a living call: it stays where it is, or ends."""
    stay = frozenset({state})
    return {
        CallerHungUp: _ENDED,
        DigitPressed: stay,  # nobody waits for it: dropped
        InstructionArrived: stay,  # late: the PBX gave up on it, it is recorded and ignored
        RequestFailed: stay,
        **moves,
    }


TRANSITIONS: Mapping[State, Mapping[type[Event], frozenset[State]]] = {
    State.NEW: {CallArrived: ANYWHERE},
    State.ANNOUNCING: _row(State.ANNOUNCING, {AnnouncementFinished: ANYWHERE}),
    State.PROMPTING: _row(
        State.PROMPTING, {AnnouncementFinished: ANYWHERE, DigitPressed: ANYWHERE}
    ),
    State.COLLECTING: _row(State.COLLECTING, {DigitPressed: ANYWHERE, TimerFired: ANYWHERE}),
    State.ASKING: _row(
        State.ASKING,
        {InstructionArrived: ANYWHERE, RequestFailed: ANYWHERE, TimerFired: ANYWHERE},
    ),
    State.RINGING: _row(
        State.RINGING,
        {
            LegAnswered: frozenset({State.WHISPERING, State.TALKING}),
            LegFailed: ANYWHERE,
            TimerFired: ANYWHERE,
        },
    ),
    State.WHISPERING: _row(
        State.WHISPERING,
        {AnnouncementFinished: frozenset({State.TALKING}), LegHungUp: ANYWHERE},
    ),
    State.TALKING: _row(State.TALKING, {LegHungUp: _ENDED}),
    State.RECORDING: _row(State.RECORDING, {TimerFired: _ENDED}),
    State.ENDED: {InstructionArrived: _ENDED, RequestFailed: _ENDED},
}
