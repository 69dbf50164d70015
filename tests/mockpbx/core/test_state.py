"""The life of a call: what may happen when, and that everything else is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from mockpbx.core import events as on
from mockpbx.core.events import (
    AnnouncementFinished,
    CallArrived,
    CallerHungUp,
    DigitPressed,
    Event,
    InstructionArrived,
    LegAnswered,
    LegFailed,
    LegFailure,
    LegHungUp,
    RequestFailed,
    TimerFired,
)
from mockpbx.core.instruction import Announcement, Branch
from mockpbx.core.observed import Failure, Observed
from mockpbx.core.scenario import (
    Announce,
    Collect,
    Dial,
    ForwardTo,
    Goto,
    HangUp,
    Interactive,
    Operation,
    Scenario,
    Voicemail,
)
from mockpbx.core.state import ANYWHERE, TRANSITIONS, State
from mockpbx.errors import HarnessError, ProtocolError

if TYPE_CHECKING:
    from tests.mockpbx.core.conftest import Play as PlayCall
    from tests.mockpbx.core.conftest import Playbook

HELLO = Announcement(text="Hello.")
LIVING = [state for state in State if state not in (State.NEW, State.ENDED)]


def new(play: PlayCall) -> Playbook:
    return play({"bye": HangUp()})


def announcing(play: PlayCall) -> Playbook:
    return play({"hello": Announce(announcement=HELLO)}).on(CallArrived(at=10.0))


def prompting(play: PlayCall) -> Playbook:
    asks = Interactive(prompt=HELLO, collect=Collect(length=2))
    return play({"ask": asks}).on(CallArrived(at=10.0))


def collecting(play: PlayCall) -> Playbook:
    return play({"ask": Interactive(collect=Collect(length=2))}).on(CallArrived(at=10.0))


def asking(play: PlayCall) -> Playbook:
    return play({"ask": Interactive()}).on(CallArrived(at=10.0))


def ringing(play: PlayCall) -> Playbook:
    dial = Dial(whisper=HELLO)
    return play({"ring": ForwardTo(phones=("101",), dial=dial)}).on(CallArrived(at=10.0))


def whispering(play: PlayCall) -> Playbook:
    return ringing(play).on(LegAnswered(at=11.0, leg_id=1))


def talking(play: PlayCall) -> Playbook:
    return whispering(play).on(AnnouncementFinished(at=12.0, announcement_id=1))


def recording(play: PlayCall) -> Playbook:
    return play({"voicemail": Voicemail()}).on(CallArrived(at=10.0))


def ended(play: PlayCall) -> Playbook:
    return play({"bye": HangUp()}).on(CallArrived(at=10.0))


CALLS: dict[State, Callable[[PlayCall], Playbook]] = {
    State.NEW: new,
    State.ANNOUNCING: announcing,
    State.PROMPTING: prompting,
    State.COLLECTING: collecting,
    State.ASKING: asking,
    State.RINGING: ringing,
    State.WHISPERING: whispering,
    State.TALKING: talking,
    State.RECORDING: recording,
    State.ENDED: ended,
}
"""For each state, how a call gets there."""

KINDS = {
    kind
    for kind in vars(on).values()
    if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
}
"""Every kind of event that the engine knows."""

FAILURE = Failure(observed=Observed.RESET, detail="reset")
EVENTS: list[Event] = [
    CallArrived(at=20.0),
    CallerHungUp(at=20.0),
    DigitPressed(at=20.0, digit="1"),
    AnnouncementFinished(at=20.0, announcement_id=1),
    TimerFired(at=20.0, timer_id=1),
    InstructionArrived(at=20.0, request_id=1, instruction=Branch(codes=(1,))),
    RequestFailed(at=20.0, request_id=1, failure=FAILURE),
    LegAnswered(at=20.0, leg_id=1),
    LegFailed(at=20.0, leg_id=1, failure=LegFailure.BUSY),
    LegHungUp(at=20.0, leg_id=1),
]
"""One event of every kind, about the first timer, leg, request and announcement."""

EXPECTED: dict[State, set[type[Event]]] = {
    State.NEW: {CallArrived},
    State.ANNOUNCING: {AnnouncementFinished},
    State.PROMPTING: {AnnouncementFinished},
    State.COLLECTING: {TimerFired},
    State.ASKING: {TimerFired, InstructionArrived, RequestFailed},
    State.RINGING: {TimerFired, LegAnswered, LegFailed},
    State.WHISPERING: {AnnouncementFinished, LegHungUp},
    State.TALKING: {LegHungUp},
    State.RECORDING: {TimerFired},
    State.ENDED: set(),
}
"""What can happen in a state, apart from digits and a hang-up, which can in every living one."""


def refused(call: Playbook, event: Event, why: str) -> None:
    """See the event refused and the call unchanged."""
    state, commands = call.state, list(call.commands)
    with pytest.raises(ProtocolError, match=why):
        call.on(event)
    assert call.state is state
    assert call.commands == commands


# -- the table -----------------------------------------------------------------------------


def test_every_state_has_a_row() -> None:
    assert set(TRANSITIONS) == set(State)


def test_every_event_is_possible_in_some_state() -> None:
    possible = {event for row in TRANSITIONS.values() for event in row}
    assert possible == KINDS


def test_every_state_can_be_reached_and_every_living_one_left_for_the_end() -> None:
    reached = {after for row in TRANSITIONS.values() for afters in row.values() for after in afters}
    assert reached == set(State) - {State.NEW}
    for state in LIVING:
        assert TRANSITIONS[state][CallerHungUp] == {State.ENDED}


def test_nothing_leads_back_to_a_call_that_has_not_arrived() -> None:
    assert State.NEW not in ANYWHERE
    assert all(after == {State.ENDED} for after in TRANSITIONS[State.ENDED].values())


# -- each event in each state --------------------------------------------------------------


@pytest.mark.parametrize("state", list(State), ids=lambda state: state.name)
def test_a_call_gets_into_every_state(play: PlayCall, state: State) -> None:
    assert CALLS[state](play).state is state


def test_there_is_an_event_of_every_kind_to_try() -> None:
    assert {type(event) for event in EVENTS} == KINDS


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
@pytest.mark.parametrize("state", list(State), ids=lambda state: state.name)
def test_an_event_is_taken_in_the_states_where_it_can_happen_and_refused_in_the_others(
    play: PlayCall, state: State, event: Event
) -> None:
    call = CALLS[state](play)
    anytime = {CallerHungUp, DigitPressed} if state in LIVING else set()
    if type(event) in EXPECTED[state] | anytime:
        call.on(event)
        assert call.state in TRANSITIONS[state][type(event)]
    else:
        refused(call, event, type(event).__name__)


def test_a_refusal_names_the_event_the_call_and_its_state(play: PlayCall) -> None:
    refused(
        talking(play),
        TimerFired(at=20.0, timer_id=1),
        "TimerFired is impossible for call sid-1 in state TALKING",
    )


def test_a_call_that_has_ended_does_not_arrive_again(play: PlayCall) -> None:
    refused(ended(play), CallArrived(at=30.0), "in state ENDED")


def test_an_event_of_no_known_kind_is_refused(play: PlayCall) -> None:
    refused(asking(play), Event(at=20.0), "Event is impossible")


# -- identifiers and times -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "event"),
    [
        (State.ANNOUNCING, AnnouncementFinished(at=20.0, announcement_id=2)),
        (State.PROMPTING, AnnouncementFinished(at=20.0, announcement_id=0)),
        (State.COLLECTING, TimerFired(at=20.0, timer_id=2)),
        (State.ASKING, TimerFired(at=20.0, timer_id=0)),
        (State.ASKING, InstructionArrived(at=20.0, request_id=2, instruction=Branch(codes=(1,)))),
        (State.ASKING, RequestFailed(at=20.0, request_id=0, failure=FAILURE)),
        (State.RINGING, LegAnswered(at=20.0, leg_id=2)),
        (State.RINGING, LegFailed(at=20.0, leg_id=0, failure=LegFailure.BUSY)),
        (State.RINGING, TimerFired(at=20.0, timer_id=7)),
        (State.WHISPERING, AnnouncementFinished(at=20.0, announcement_id=2)),
        (State.WHISPERING, LegHungUp(at=20.0, leg_id=2)),
        (State.TALKING, LegHungUp(at=20.0, leg_id=2)),
        (State.RECORDING, TimerFired(at=20.0, timer_id=2)),
    ],
    ids=lambda value: value.name if isinstance(value, State) else type(value).__name__,
)
def test_an_event_about_something_that_is_not_open_is_refused(
    play: PlayCall, state: State, event: Event
) -> None:
    refused(CALLS[state](play), event, "has not open")


def test_a_timer_that_was_stopped_does_not_fire(play: PlayCall) -> None:
    call = play(
        {
            "first": Interactive(branches={"1": "second"}),
            "second": Interactive(),
        }
    )
    call.on(
        CallArrived(at=0.0),
        InstructionArrived(at=1.0, request_id=1, instruction=Branch(codes=(1,))),
    )
    refused(call, TimerFired(at=5.0, timer_id=1), "has not open")


def test_a_timer_fires_once(play: PlayCall) -> None:
    call = play({"ring": ForwardTo(phones=("101", "102"))})
    call.on(CallArrived(at=0.0), TimerFired(at=20.0, timer_id=1))
    refused(call, TimerFired(at=21.0, timer_id=1), "has not open")


@pytest.mark.parametrize("event", [CallerHungUp(at=9.9), DigitPressed(at=9.9, digit="1")])
@pytest.mark.parametrize("state", LIVING, ids=lambda state: state.name)
def test_an_event_from_the_past_is_refused(play: PlayCall, state: State, event: Event) -> None:
    refused(CALLS[state](play), event, r"comes from the past: 9\.900")


def test_several_things_may_happen_at_the_same_time(play: PlayCall) -> None:
    call = collecting(play)
    call.on(
        DigitPressed(at=10.0, digit="1"),
        DigitPressed(at=10.0, digit="2"),
        CallerHungUp(at=10.0),
    )
    assert call.record.ended_at == 0.0


def test_the_stage_may_have_been_open_for_any_time_when_the_call_arrives(play: PlayCall) -> None:
    call = play({"ask": Interactive()})
    call.on(CallArrived(at=1e6), CallerHungUp(at=1e6 + 2.0))
    assert call.record.ended_at == 2.0


def test_the_engine_notices_when_it_breaks_its_own_table(
    play: PlayCall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        TRANSITIONS,
        State.NEW,
        {CallArrived: frozenset({State.ASKING})},
    )
    call = play({"bye": HangUp()})
    with pytest.raises(HarnessError, match="NEW may not become ENDED"):
        call.on(CallArrived(at=0.0))


# -- a new call ----------------------------------------------------------------------------


def test_a_goto_leads_on_without_a_sound(play: PlayCall) -> None:
    call = play({"here": Goto(target="there"), "there": HangUp()})
    call.on(CallArrived(at=0.0))
    assert call.path == ["here", "there"]
    assert call.record.picked_up_at is None


def test_a_loop_of_gotos_ends_at_the_transition_limit(play: PlayCall) -> None:
    operations: dict[str, Operation] = {"here": Goto(target="here")}
    call = play(Scenario(name="loop", start="here", operations=operations, transition_limit=20))
    call.on(CallArrived(at=0.0))
    assert call.path == ["here"] * 20
    assert call.record.finish_reason.value == "max_transition_count_exceeded"


def test_a_path_as_long_as_the_transition_limit_is_allowed(play: PlayCall) -> None:
    operations: dict[str, Operation] = {"here": Goto(target="there"), "there": HangUp()}
    call = play(Scenario(name="short", start="here", operations=operations, transition_limit=2))
    call.on(CallArrived(at=0.0))
    assert call.record.finish_reason.value == "success_finish"
