"""Interactive call processing: pick up, prompt, collect, ask, do what the endpoint says.

The first test is the whole story of a courier call, command by command; each of the others
tells one thing that may go differently.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

import pytest

from mockpbx.core.cdr import (
    Entered,
    FinishReason,
    Heard,
    Leg,
    LegDisposition,
    Party,
    PathStep,
    RequestRecord,
    Silence,
)
from mockpbx.core.commands import (
    AbandonRequest,
    Connect,
    FileRecord,
    Log,
    PickUp,
    Play,
    PlayWhisper,
    ReleaseCaller,
    RingLeg,
    SendRequest,
    StartTimer,
    StopTimer,
    TakeDigits,
)
from mockpbx.core.events import (
    AnnouncementFinished,
    CallArrived,
    CallerHungUp,
    DigitPressed,
    InstructionArrived,
    LegAnswered,
    LegFailed,
    LegFailure,
    LegHungUp,
    RequestFailed,
    TimerFired,
)
from mockpbx.core.instruction import Announcement, Branch, Forward, Instruction
from mockpbx.core.observed import Failure, Observed
from mockpbx.core.scenario import (
    Announce,
    Collect,
    Dial,
    Fallback,
    ForwardTo,
    Goto,
    HangUp,
    Interactive,
    Operation,
    Scenario,
    Schedule,
)
from mockpbx.core.state import State
from mockpbx.errors import ProtocolError

if TYPE_CHECKING:
    from tests.mockpbx.core.conftest import Play as PlayCall
    from tests.mockpbx.core.conftest import Playbook

ENTER = Announcement(text="Enter the order number.")
NO_SUCH_ORDER = Announcement(media="no_such_order.wav")
ORDER_10523 = Announcement(text="Courier, order one zero five two three.")
CUSTOMER = "79175968108"
COURIER = "79161110001"

COURIER_LINE: dict[str, Operation] = {
    "greet": Interactive(
        forced_pickup=True,
        branches={"1": "ask-order", "2": "shop", "3": "try-again", "4": "operators"},
        fallback=Fallback(default="operators"),
    ),
    "ask-order": Interactive(
        prompt=ENTER,
        collect=Collect(length=5, first_digit_s=7.0, inter_digit_s=3.0),
        branches={"3": "try-again", "4": "operators"},
        fallback=Fallback(default="operators"),
    ),
    "try-again": Interactive(
        prompt=NO_SUCH_ORDER,
        collect=Collect(length=5),
        branches={"3": "try-again", "4": "operators"},
        fallback=Fallback(default="operators"),
    ),
    "shop": Announce(announcement=Announcement(text="Welcome to the shop.")),
    "operators": ForwardTo(phones=("101", "102")),
}


def instructs(request_id: int, instruction: Instruction, *, at: float) -> InstructionArrived:
    return InstructionArrived(at=at, request_id=request_id, instruction=instruction)


def code(*codes: int | str) -> Branch:
    return Branch(codes=codes)


def words(text: str) -> Announcement:
    return Announcement(text=text)


def asking(play: PlayCall, asks: Interactive, **others: Operation) -> Playbook:
    """A call whose first and only question is open as number 1."""
    call = play({"ask": asks, **others})
    call.on(CallArrived(at=0.0))
    assert call.state is State.ASKING
    return call


# -- the whole story ----------------------------------------------------------------------


def test_a_courier_enters_an_order_and_talks_to_the_customer(play: PlayCall) -> None:
    call = play(COURIER_LINE)

    call.on(CallArrived(at=100.0)).does(
        PickUp(),
        call.request(1, "greet"),
        StartTimer(timer_id=1, seconds=5.0),
    )
    call.on(instructs(1, code(1), at=100.5)).does(
        StopTimer(timer_id=1),
        Play(announcement_id=1, announcement=ENTER),
        TakeDigits(operation="ask-order", length=5),
    )
    call.on(AnnouncementFinished(at=103.0, announcement_id=1)).does(
        StartTimer(timer_id=2, seconds=7.0),
    )
    call.on(DigitPressed(at=105.0, digit="1")).does(StartTimer(timer_id=2, seconds=3.0))
    call.presses("052", at=106.0).does(StartTimer(timer_id=2, seconds=3.0))
    call.on(DigitPressed(at=108.0, digit="3")).does(
        StopTimer(timer_id=2),
        call.request(2, "ask-order", digits="10523"),
        StartTimer(timer_id=3, seconds=5.0),
    )
    to_customer = Forward(phones=(CUSTOMER,), whisper=ORDER_10523)
    call.on(instructs(2, to_customer, at=109.0)).does(
        StopTimer(timer_id=3),
        RingLeg(leg_id=1, phone=CUSTOMER, shown=COURIER),
        StartTimer(timer_id=4, seconds=20.0),
    )
    call.on(LegAnswered(at=115.0, leg_id=1)).does(
        StopTimer(timer_id=4),
        PlayWhisper(announcement_id=2, leg_id=1, announcement=ORDER_10523),
    )
    call.on(AnnouncementFinished(at=118.0, announcement_id=2)).does(Connect(leg_id=1))
    call.on(LegHungUp(at=148.0, leg_id=1)).does(
        ReleaseCaller(),
        FileRecord(record=call.record),
    )

    record = call.record
    assert record.path == (
        PathStep(at=0.0, operation="greet"),
        PathStep(at=0.5, operation="ask-order"),
    )
    assert record.requests == (
        RequestRecord(
            request_id=1,
            operation="greet",
            asked_at=0.0,
            settled_at=0.5,
            digits=None,
            instruction=code(1),
        ),
        RequestRecord(
            request_id=2,
            operation="ask-order",
            asked_at=8.0,
            settled_at=9.0,
            digits="10523",
            instruction=to_customer,
        ),
    )
    assert record.heard == (Heard(at=0.5, until=3.0, words=ENTER.words, whole=True),)
    assert record.entered == (Entered(at=8.0, operation="ask-order", digits="10523"),)
    assert record.legs == (
        Leg(
            phone=CUSTOMER,
            shown=COURIER,
            rang_at=9.0,
            answered_at=15.0,
            connected_at=18.0,
            ended_at=48.0,
            disposition=LegDisposition.ANSWERED,
            whisper=ORDER_10523.words,
        ),
    )
    assert record.silences == (
        Silence(at=0.0, until=0.5),
        Silence(at=8.0, until=9.0),
        Silence(at=15.0, until=18.0),
    )
    assert (record.wait_s, record.talk_s, record.dead_air_s) == (18.0, 30.0, 4.5)
    assert record.connected == CUSTOMER
    assert record.hung_up_by is Party.CALLEE
    assert record.finish_reason is FinishReason.SUCCESS_FINISH


def test_a_mistyped_order_is_asked_for_again(play: PlayCall) -> None:
    call = play(COURIER_LINE)
    call.on(CallArrived(at=0.0), instructs(1, code(1), at=0.1))
    call.presses("12354", at=1.0).does(
        StopTimer(timer_id=2),
        call.request(2, "ask-order", digits="12354"),
        StartTimer(timer_id=3, seconds=5.0),
    )
    call.on(instructs(2, code(3), at=4.0)).does(
        StopTimer(timer_id=3),
        Play(announcement_id=2, announcement=NO_SUCH_ORDER),
        TakeDigits(operation="try-again", length=5),
    )
    call.presses("10523", at=5.0).on(
        instructs(3, Forward(phones=(CUSTOMER,)), at=8.0),
        LegAnswered(at=9.0, leg_id=1),
        CallerHungUp(at=20.0),
    )
    assert call.path == ["greet", "ask-order", "try-again"]
    assert [entered.digits for entered in call.record.entered] == ["12354", "10523"]
    assert call.record.connected == CUSTOMER


def test_a_caller_who_types_nothing_is_asked_about_as_nothing(play: PlayCall) -> None:
    call = play(COURIER_LINE)
    call.on(
        CallArrived(at=0.0),
        instructs(1, code(1), at=0.1),
        AnnouncementFinished(at=3.0, announcement_id=1),
    )
    call.on(TimerFired(at=10.0, timer_id=2)).does(
        call.request(2, "ask-order", digits=None),
        StartTimer(timer_id=3, seconds=5.0),
    )


# -- before the question -------------------------------------------------------------------


def test_without_forced_pickup_the_endpoint_is_asked_while_the_caller_hears_it_ring(
    play: PlayCall,
) -> None:
    call = play({"ask": Interactive()})
    call.on(CallArrived(at=0.0)).does(call.request(1, "ask"), StartTimer(timer_id=1, seconds=5.0))
    call.on(CallerHungUp(at=2.0))
    assert call.record.picked_up_at is None
    assert call.record.silences == ()


def test_an_operation_that_collects_nothing_plays_its_prompt_to_the_end_and_then_asks(
    play: PlayCall,
) -> None:
    call = play({"ask": Interactive(prompt=ENTER)})
    call.on(CallArrived(at=0.0)).does(PickUp(), Play(announcement_id=1, announcement=ENTER))
    call.on(DigitPressed(at=1.0, digit="5")).does(
        Log(message="digit 5 dropped: nobody asked for it")
    )
    call.on(AnnouncementFinished(at=3.0, announcement_id=1)).does(
        call.request(1, "ask"),
        StartTimer(timer_id=1, seconds=5.0),
    )


def test_an_operation_has_its_own_method_address_and_parameters(play: PlayCall) -> None:
    ticked = frozenset({"numa"})
    call = play({"ask": Interactive(method="POST", url="https://shop.example", parameters=ticked)})
    call.on(CallArrived(at=0.0))
    (request,) = [each for each in call.commands if isinstance(each, SendRequest)]
    assert request.method == "POST"
    assert request.url == "https://shop.example"
    assert request.parameters == ticked


# -- branches ------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [7, "7"])
def test_a_code_is_looked_up_by_its_text(play: PlayCall, given: int | str) -> None:
    call = asking(play, Interactive(branches={"7": "bye"}), bye=HangUp())
    call.on(instructs(1, code(given), at=1.0))
    assert call.path == ["ask", "bye"]


def test_a_code_may_be_a_word(play: PlayCall) -> None:
    call = asking(play, Interactive(branches={"auth_ok": "bye"}), bye=HangUp())
    call.on(instructs(1, code("auth_ok"), at=1.0))
    assert call.path == ["ask", "bye"]


def test_several_codes_are_processed_one_after_another(play: PlayCall) -> None:
    call = asking(
        play,
        Interactive(branches={"1": "one", "2": "two"}),
        one=Announce(announcement=words("one")),
        two=Announce(announcement=words("two"), next="two_b"),
        two_b=Announce(announcement=words("two, continued")),
    )
    call.on(
        instructs(1, code(2, 1), at=1.0),
        AnnouncementFinished(at=2.0, announcement_id=1),
        AnnouncementFinished(at=3.0, announcement_id=2),
        AnnouncementFinished(at=4.0, announcement_id=3),
    )
    assert call.path == ["ask", "two", "two_b", "one"]
    assert call.record.finish_reason is FinishReason.SUCCESS_FINISH
    assert call.record.hung_up_by is Party.PBX


def test_codes_that_a_code_leads_to_come_before_the_codes_after_it(play: PlayCall) -> None:
    call = asking(
        play,
        Interactive(branches={"1": "one", "2": "ask_more"}),
        ask_more=Interactive(branches={"3": "three", "4": "four"}),
        one=Announce(announcement=words("one")),
        three=Announce(announcement=words("three")),
        four=Announce(announcement=words("four")),
    )
    call.on(
        instructs(1, code(2, 1), at=1.0),
        instructs(2, code(4, 3), at=2.0),
        AnnouncementFinished(at=3.0, announcement_id=1),
        AnnouncementFinished(at=4.0, announcement_id=2),
        AnnouncementFinished(at=5.0, announcement_id=3),
    )
    assert call.path == ["ask", "ask_more", "four", "three", "one"]


def test_a_code_that_ends_the_call_leaves_no_turn_to_the_codes_after_it(play: PlayCall) -> None:
    call = asking(
        play,
        Interactive(branches={"1": "bye", "2": "never"}),
        bye=HangUp(),
        never=Announce(announcement=words("never")),
    )
    call.on(instructs(1, code(1, 2), at=1.0))
    assert call.path == ["ask", "bye"]


def test_a_code_without_a_slot_leads_nowhere(play: PlayCall) -> None:
    call = asking(play, Interactive(branches={"1": "bye"}), bye=HangUp())
    call.on(instructs(1, code(99), at=1.0)).does(
        StopTimer(timer_id=1),
        Log(message="return code 99 has no slot in this operation"),
        ReleaseCaller(),
        FileRecord(record=call.record),
    )
    assert call.record.finish_reason is FinishReason.NO_OPERATION


def test_a_code_without_a_slot_stops_the_call_only_when_its_turn_comes(play: PlayCall) -> None:
    call = asking(play, Interactive(branches={"1": "one"}), one=Announce(announcement=words("one")))
    call.on(instructs(1, code(1, "nowhere"), at=1.0))
    assert call.state is State.ANNOUNCING
    call.on(AnnouncementFinished(at=2.0, announcement_id=1))
    assert call.path == ["ask", "one"]
    assert call.record.finish_reason is FinishReason.NO_OPERATION
    assert call.record.log == ("return code 'nowhere' has no slot in this operation",)


def test_an_operation_may_lead_to_itself_until_the_transition_limit(play: PlayCall) -> None:
    scenario = Scenario(
        name="loop",
        start="ask",
        operations={"ask": Interactive(branches={"1": "ask"})},
        transition_limit=3,
    )
    call = play(scenario)
    call.on(
        CallArrived(at=0.0),
        instructs(1, code(1), at=1.0),
        instructs(2, code(1), at=2.0),
        instructs(3, code(1), at=3.0),
    )
    assert call.path == ["ask", "ask", "ask"]
    assert call.record.finish_reason is FinishReason.MAX_TRANSITION_COUNT_EXCEEDED


# -- no instruction ------------------------------------------------------------------------


def test_a_failure_leads_to_the_fallback(play: PlayCall, failed: Failure) -> None:
    call = asking(play, Interactive(fallback=Fallback(default="bye")), bye=HangUp())
    call.on(RequestFailed(at=1.0, request_id=1, failure=failed))
    (request,) = call.record.requests
    assert (request.failure, request.fallback, request.settled_at) == (failed, "bye", 1.0)
    assert call.path == ["ask", "bye"]


def test_a_failure_may_have_a_fallback_of_its_own(play: PlayCall, failed: Failure) -> None:
    fallback = Fallback(default="bye", by_failure={failed.observed: "sorry"})
    call = asking(
        play,
        Interactive(fallback=fallback),
        bye=HangUp(),
        sorry=Announce(announcement=words("sorry")),
    )
    call.on(
        RequestFailed(at=1.0, request_id=1, failure=failed),
        AnnouncementFinished(at=2.0, announcement_id=1),
    )
    assert call.path == ["ask", "sorry"]


@pytest.mark.parametrize(
    ("observed", "reason"),
    [
        (Observed.DEADLINE, FinishReason.TIMEOUT),
        (Observed.READ_TIMEOUT, FinishReason.TIMEOUT),
        (Observed.CONNECT_TIMEOUT, FinishReason.TIMEOUT),
        (Observed.HTTP_STATUS, FinishReason.NO_OPERATION),
        (Observed.REFUSED, FinishReason.NO_OPERATION),
        (Observed.INSTRUCTION_INVALID, FinishReason.NO_OPERATION),
    ],
)
def test_without_a_fallback_a_failure_ends_the_call(
    play: PlayCall, observed: Observed, reason: FinishReason
) -> None:
    call = asking(play, Interactive())
    failure = Failure(observed=observed, detail="as it happens")
    call.on(RequestFailed(at=1.0, request_id=1, failure=failure)).does(
        StopTimer(timer_id=1),
        ReleaseCaller(),
        FileRecord(record=call.record),
    )
    assert call.record.finish_reason is reason
    assert call.record.requests[0].fallback is None


def test_at_the_deadline_the_request_is_abandoned_and_the_fallback_taken(play: PlayCall) -> None:
    call = asking(
        play,
        Interactive(fallback=Fallback(default="sorry")),
        sorry=Announce(announcement=words("sorry")),
    )
    call.on(TimerFired(at=5.0, timer_id=1)).does(
        AbandonRequest(request_id=1),
        PickUp(),
        Play(announcement_id=1, announcement=words("sorry")),
    )
    call.on(AnnouncementFinished(at=6.0, announcement_id=1))
    (request,) = call.record.requests
    assert request.failure == Failure(
        observed=Observed.DEADLINE, detail="no whole answer within 5 s"
    )
    assert request.fallback == "sorry"


def test_the_deadline_is_a_setting_of_the_scenario(play: PlayCall) -> None:
    operations: dict[str, Operation] = {"ask": Interactive()}
    call = play(Scenario(name="hasty", start="ask", operations=operations, deadline_s=1.5))
    call.on(CallArrived(at=0.0)).does(call.request(1, "ask"), StartTimer(timer_id=1, seconds=1.5))
    call.on(TimerFired(at=1.5, timer_id=1))
    assert call.record.finish_reason is FinishReason.TIMEOUT


def test_the_deadline_without_a_fallback_is_a_timeout(play: PlayCall) -> None:
    call = asking(play, Interactive())
    call.on(TimerFired(at=5.0, timer_id=1)).does(
        AbandonRequest(request_id=1),
        ReleaseCaller(),
        FileRecord(record=call.record),
    )
    assert call.record.finish_reason is FinishReason.TIMEOUT


def test_a_late_answer_is_recorded_and_ignored(play: PlayCall) -> None:
    call = asking(
        play,
        Interactive(branches={"1": "bye"}, fallback=Fallback(default="operators")),
        bye=HangUp(),
        operators=ForwardTo(phones=("101",)),
    )
    call.on(TimerFired(at=5.0, timer_id=1))
    call.on(instructs(1, code(1), at=5.1)).does(
        Log(message="answer to request 1 came after the PBX had given up: ignored")
    )
    assert call.state is State.RINGING
    call.on(LegAnswered(at=9.0, leg_id=1), CallerHungUp(at=20.0))
    (request,) = call.record.requests
    assert (request.settled_at, request.late_at, request.instruction) == (5.0, 5.1, None)
    assert call.path == ["ask", "operators"]


def test_a_late_answer_is_not_taken_for_the_answer_to_the_next_request(play: PlayCall) -> None:
    call = asking(
        play,
        Interactive(branches={"1": "wrong"}, fallback=Fallback(default="again")),
        wrong=HangUp(),
        again=Interactive(branches={"1": "right"}),
        right=HangUp(),
    )
    call.on(TimerFired(at=5.0, timer_id=1), instructs(1, code(1), at=6.0))
    assert call.state is State.ASKING
    call.on(instructs(2, code(1), at=7.0))
    assert call.path == ["ask", "again", "right"]
    assert [request.late_at for request in call.record.requests] == [6.0, None]


def test_a_late_answer_is_recorded_with_its_own_request(play: PlayCall) -> None:
    call = asking(
        play,
        Interactive(fallback=Fallback(default="again")),
        again=Interactive(fallback=Fallback(default="ring")),
        ring=ForwardTo(phones=("101",)),
    )
    call.on(TimerFired(at=5.0, timer_id=1), TimerFired(at=10.0, timer_id=2))
    call.on(instructs(2, code(1), at=11.0), CallerHungUp(at=12.0))
    assert [request.late_at for request in call.record.requests] == [None, 11.0]


def test_a_late_failure_changes_nothing_either(play: PlayCall, failed: Failure) -> None:
    call = asking(
        play, Interactive(fallback=Fallback(default="ring")), ring=ForwardTo(phones=("101",))
    )
    call.on(TimerFired(at=5.0, timer_id=1))
    call.on(RequestFailed(at=6.0, request_id=1, failure=failed))
    assert call.state is State.RINGING
    call.on(LegAnswered(at=7.0, leg_id=1), LegHungUp(at=8.0, leg_id=1))
    (request,) = call.record.requests
    assert request.failure is not None
    assert request.failure.observed is Observed.DEADLINE


def test_an_answer_after_the_end_of_the_call_is_only_logged(play: PlayCall) -> None:
    call = asking(play, Interactive(branches={"1": "bye"}), bye=HangUp())
    call.on(CallerHungUp(at=1.0))
    filed = call.record
    call.on(instructs(1, code(1), at=2.0)).does(
        Log(message="answer to request 1 came after the PBX had given up: ignored")
    )
    assert call.record is filed
    assert call.state is State.ENDED


def test_a_request_is_answered_once(play: PlayCall, failed: Failure) -> None:
    call = asking(
        play,
        Interactive(branches={"1": "ring"}),
        ring=ForwardTo(phones=("101",)),
    )
    call.on(instructs(1, code(1), at=1.0))
    with pytest.raises(ProtocolError, match="has not open"):
        call.on(instructs(1, code(1), at=2.0))
    with pytest.raises(ProtocolError, match="has not open"):
        call.on(RequestFailed(at=2.0, request_id=1, failure=failed))
    call.on(CallerHungUp(at=3.0))
    assert call.record.requests[0].late_at is None


def test_a_late_answer_comes_once(play: PlayCall) -> None:
    call = asking(play, Interactive())
    call.on(CallerHungUp(at=1.0), instructs(1, code(1), at=2.0))
    with pytest.raises(ProtocolError, match="has not open"):
        call.on(instructs(1, code(1), at=3.0))


# -- forward and announce ------------------------------------------------------------------


def test_an_announcement_is_heard_before_anybody_is_dialled(play: PlayCall) -> None:
    call = asking(play, Interactive())
    hold_on = words("Hold on.")
    call.on(instructs(1, Forward(phones=("101",), announcement=hold_on), at=1.0)).does(
        StopTimer(timer_id=1),
        PickUp(),
        Play(announcement_id=1, announcement=hold_on),
    )
    call.on(AnnouncementFinished(at=3.0, announcement_id=1)).does(
        RingLeg(leg_id=1, phone="101", shown=COURIER),
        StartTimer(timer_id=2, seconds=20.0),
    )


def test_phones_without_an_announcement_ring_before_the_call_is_picked_up(play: PlayCall) -> None:
    call = asking(play, Interactive())
    call.on(instructs(1, Forward(phones=("101",)), at=1.0)).does(
        StopTimer(timer_id=1),
        RingLeg(leg_id=1, phone="101", shown=COURIER),
        StartTimer(timer_id=2, seconds=20.0),
    )
    call.on(LegAnswered(at=4.0, leg_id=1)).does(StopTimer(timer_id=2), PickUp(), Connect(leg_id=1))
    call.on(CallerHungUp(at=9.0))
    assert call.record.picked_up_at == 4.0


def test_a_lone_announcement_ends_the_call(play: PlayCall) -> None:
    call = asking(play, Interactive())
    closed = Forward(announcement=words("We are closed."))
    call.on(instructs(1, closed, at=1.0), AnnouncementFinished(at=3.0, announcement_id=1))
    assert call.record.finish_reason is FinishReason.SUCCESS_FINISH
    assert call.record.hung_up_by is Party.PBX


def test_an_operation_may_follow_a_lone_announcement(play: PlayCall) -> None:
    call = asking(play, Interactive(after_announcement="bye"), bye=HangUp())
    closed = Forward(announcement=words("We are closed."))
    call.on(instructs(1, closed, at=1.0), AnnouncementFinished(at=3.0, announcement_id=1))
    assert call.path == ["ask", "bye"]


@pytest.mark.parametrize(
    ("settings", "follows"),
    [
        (Interactive(unreached="voicemail", fallback=Fallback(default="bye")), "voicemail"),
        (Interactive(fallback=Fallback(default="bye")), "bye"),
    ],
)
def test_when_nobody_is_reached_the_call_goes_on_elsewhere(
    play: PlayCall, settings: Interactive, follows: str
) -> None:
    call = asking(play, settings, voicemail=HangUp(), bye=Goto(target="voicemail"))
    call.on(
        instructs(1, Forward(phones=("101",)), at=1.0),
        LegFailed(at=2.0, leg_id=1, failure=LegFailure.BUSY),
    )
    assert call.path[1] == follows


def test_when_nobody_is_reached_and_nothing_follows_the_call_ends(play: PlayCall) -> None:
    call = asking(play, Interactive())
    call.on(
        instructs(1, Forward(phones=("101",)), at=1.0),
        LegFailed(at=2.0, leg_id=1, failure=LegFailure.BUSY),
    )
    assert call.record.finish_reason is FinishReason.OPERATOR_BUSY


def test_the_whisper_of_the_instruction_beats_that_of_the_operation(play: PlayCall) -> None:
    operation = Interactive(dial=Dial(whisper=words("from the settings")))
    call = asking(play, operation)
    instruction = Forward(phones=("101",), whisper=words("from the answer"))
    call.on(instructs(1, instruction, at=1.0))
    call.on(LegAnswered(at=2.0, leg_id=1)).does(
        StopTimer(timer_id=2),
        PickUp(),
        PlayWhisper(announcement_id=1, leg_id=1, announcement=words("from the answer")),
    )


def test_without_a_whisper_in_the_instruction_the_operation_has_its_own(play: PlayCall) -> None:
    call = asking(play, Interactive(dial=Dial(whisper=words("from the settings"))))
    call.on(instructs(1, Forward(phones=("101",)), at=1.0))
    call.on(LegAnswered(at=2.0, leg_id=1)).does(
        StopTimer(timer_id=2),
        PickUp(),
        PlayWhisper(announcement_id=1, leg_id=1, announcement=words("from the settings")),
    )


def test_notes_on_an_ambiguous_instruction_are_recorded(play: PlayCall) -> None:
    call = asking(play, Interactive(branches={"1": "bye"}), bye=HangUp())
    call.on(InstructionArrived(at=1.0, request_id=1, instruction=code(1), notes=("odd",)))
    assert call.record.requests[0].notes == ("odd",)


# -- dead air ------------------------------------------------------------------------------


def test_silence_while_asking_is_dead_air_once_the_call_is_picked_up(play: PlayCall) -> None:
    call = asking(play, Interactive(forced_pickup=True, branches={"1": "bye"}), bye=HangUp())
    call.on(instructs(1, code(1), at=1.9))
    assert call.record.silences == (Silence(at=0.0, until=1.9),)
    assert call.record.dead_air_s == 1.9


def test_silence_lasts_until_the_deadline(play: PlayCall) -> None:
    call = asking(play, Interactive(forced_pickup=True))
    call.on(TimerFired(at=5.0, timer_id=1))
    assert call.record.silences == (Silence(at=0.0, until=5.0),)


def test_a_caller_who_hangs_up_on_a_thinking_endpoint_has_heard_silence(play: PlayCall) -> None:
    call = asking(play, Interactive(forced_pickup=True))
    call.on(CallerHungUp(at=3.0))
    assert call.record.silences == (Silence(at=0.0, until=3.0),)


def test_an_instant_answer_is_no_dead_air(play: PlayCall) -> None:
    call = asking(play, Interactive(forced_pickup=True, branches={"1": "bye"}), bye=HangUp())
    call.on(instructs(1, code(1), at=0.0))
    assert call.record.silences == ()


def test_ringing_and_collecting_are_no_dead_air(play: PlayCall) -> None:
    call = play({"ask": Interactive(prompt=ENTER, collect=Collect(length=1))})
    call.on(CallArrived(at=0.0), AnnouncementFinished(at=2.0, announcement_id=1))
    call.presses("1", at=5.0).on(
        instructs(1, Forward(phones=("101",)), at=6.0),
        LegAnswered(at=16.0, leg_id=1),
        CallerHungUp(at=20.0),
    )
    assert call.record.silences == (Silence(at=5.0, until=6.0),)


# -- the way to the question ---------------------------------------------------------------


def test_at_night_the_endpoint_is_not_asked(play: PlayCall) -> None:
    call = play(
        {
            "hours": Schedule(hours=(), zone=UTC, opened="ask", closed="bye"),
            "ask": Interactive(),
            "bye": HangUp(),
        }
    )
    call.on(CallArrived(at=0.0))
    assert call.path == ["hours", "bye"]
    assert call.record.requests == ()
