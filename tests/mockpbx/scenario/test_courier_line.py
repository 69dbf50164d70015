"""The built-in scenarios, played through the real engine.

`Stage` plays the people and the endpoint: what the engine commands, it answers with what
the test laid down, in virtual time.
"""

import heapq
from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from mockpbx.core import commands as do
from mockpbx.core import events as on
from mockpbx.core.call import CallEngine
from mockpbx.core.cdr import CallRecord, FinishReason, LegDisposition, Party
from mockpbx.core.channel import CallSetup
from mockpbx.core.instruction import Branch, Forward, Instruction
from mockpbx.core.observed import Failure, Observed
from mockpbx.core.scenario import Scenario
from mockpbx.scenario import builtin_names, load, read

CUSTOMER = "79160000042"
FIRST_OPERATOR, SECOND_OPERATOR = "74950000101", "74950000102"
MOSCOW = ZoneInfo("Europe/Moscow")
NOON = datetime(2026, 9, 17, 12, 0, tzinfo=MOSCOW)

ASK_ORDER, SHOP, TRY_AGAIN, OPERATORS = (Branch(codes=(code,)) for code in (1, 2, 3, 4))
UNAVAILABLE = Failure(observed=Observed.HTTP_STATUS, detail="HTTP 503 Service Unavailable")

Answer = Instruction | Failure | None
"""What the endpoint does; None is silence."""


class Stage:
    """One call and all who take part in it.

    Attributes:
        answers: What the endpoint does, request by request.
        digits: What the caller presses, prompt by prompt.
        phones: How the phones react; those not named ring until they are given up.
    """

    def __init__(
        self,
        answers: Sequence[Answer] = (),
        digits: Sequence[str] = (),
        phones: Mapping[str, on.LegFailure | None] | None = None,
    ) -> None:
        self.answers = list(answers)
        self.digits = list(digits)
        self.phones = phones or {}
        self.asked: list[str | None] = []
        self._ahead: list[tuple[float, int, on.Event]] = []
        self._count = 0

    def play(self, scenario: Scenario, when: datetime = NOON) -> CallRecord:
        """Play the call to its end."""
        setup = CallSetup(
            session_id="1", numa="79161110001", numb="74951234567", started=when.timestamp()
        )
        call = CallEngine(setup, scenario)
        self._later(on.CallArrived(at=0.0))
        while call.record is None:
            at, _, event = heapq.heappop(self._ahead)
            for command in call.handle(event):
                self._answer(command, at)
        return call.record

    def _later(self, event: on.Event) -> None:
        self._count += 1
        heapq.heappush(self._ahead, (event.at, self._count, event))

    def _forget(self, kind: type[on.Event], name: str, number: int) -> None:
        self._ahead = [
            entry
            for entry in self._ahead
            if not (isinstance(entry[2], kind) and getattr(entry[2], name) == number)
        ]
        heapq.heapify(self._ahead)

    def _answer(self, command: do.Command, now: float) -> None:
        match command:
            case do.Play():
                number = command.announcement_id
                self._later(on.AnnouncementFinished(at=now + 2, announcement_id=number))
            case do.StopPlaying():
                self._forget(on.AnnouncementFinished, "announcement_id", command.announcement_id)
            case do.TakeDigits():
                pressed = self.digits.pop(0) if self.digits else ""
                for place, digit in enumerate(pressed):
                    self._later(on.DigitPressed(at=now + 1 + place / 10, digit=digit))
            case do.StartTimer() | do.StopTimer():
                self._timer(command, now)
            case do.SendRequest():
                self._endpoint(command, now + 0.5)
            case do.RingLeg():
                self._phone(command, now + 3)
            case do.Connect():
                self._later(on.LegHungUp(at=now + 30, leg_id=command.leg_id))
            case do.RecordMessage():
                self._later(on.CallerHungUp(at=now + 8))

    def _timer(self, command: do.StartTimer | do.StopTimer, now: float) -> None:
        self._forget(on.TimerFired, "timer_id", command.timer_id)
        if isinstance(command, do.StartTimer):
            fires_at = now + command.seconds
            self._later(on.TimerFired(at=fires_at, timer_id=command.timer_id))

    def _endpoint(self, command: do.SendRequest, at: float) -> None:
        self.asked.append(command.fields.digits)
        answer = self.answers.pop(0)
        number = command.request_id
        if isinstance(answer, Failure):
            self._later(on.RequestFailed(at=at, request_id=number, failure=answer))
        elif answer is not None:
            self._later(on.InstructionArrived(at=at, request_id=number, instruction=answer))

    def _phone(self, command: do.RingLeg, at: float) -> None:
        if command.phone not in self.phones:
            return
        failure = self.phones[command.phone]
        if failure is None:
            self._later(on.LegAnswered(at=at, leg_id=command.leg_id))
        else:
            self._later(on.LegFailed(at=at, leg_id=command.leg_id, failure=failure))


@pytest.fixture
def line() -> Scenario:
    return load("courier-line")


def path(record: CallRecord) -> list[str]:
    return [step.operation for step in record.path]


def test_a_courier_enters_an_order_and_talks_to_its_customer(line: Scenario) -> None:
    stage = Stage([ASK_ORDER, Forward(phones=(CUSTOMER,))], ["10523"], {CUSTOMER: None})
    record = stage.play(line)
    assert path(record) == ["hours", "who-is-calling", "ask-order"]
    assert stage.asked == [None, "10523"]
    assert record.connected == CUSTOMER
    assert record.talk_s == pytest.approx(30)
    assert record.finish_reason is FinishReason.SUCCESS_FINISH
    assert record.picked_up_at == 0.0
    assert [heard.words for heard in record.heard] == ["Enter the order number."]


def test_a_courier_with_one_order_may_be_connected_at_once(line: Scenario) -> None:
    record = Stage([Forward(phones=(CUSTOMER,))], phones={CUSTOMER: None}).play(line)
    assert path(record) == ["hours", "who-is-calling"]
    assert record.connected == CUSTOMER


def test_a_mistyped_order_is_asked_for_again(line: Scenario) -> None:
    stage = Stage(
        [ASK_ORDER, TRY_AGAIN, TRY_AGAIN, Forward(phones=(CUSTOMER,))],
        ["12354", "00042", "10523"],
        {CUSTOMER: None},
    )
    record = stage.play(line)
    assert path(record)[1:] == ["who-is-calling", "ask-order", "try-again", "try-again"]
    assert stage.asked == [None, "12354", "00042", "10523"]
    assert record.heard[1].words == "No such order. Enter the order number again."
    assert record.connected == CUSTOMER


def test_more_than_five_digits_do_not_leak_into_the_next_question(line: Scenario) -> None:
    stage = Stage([ASK_ORDER, TRY_AGAIN, OPERATORS], ["1052399", ""], {FIRST_OPERATOR: None})
    stage.play(line)
    assert stage.asked == [None, "10523", None]


def test_too_few_digits_are_sent_after_the_inter_digit_interval(line: Scenario) -> None:
    stage = Stage([ASK_ORDER, OPERATORS], ["123"], {FIRST_OPERATOR: None})
    record = stage.play(line)
    assert stage.asked == [None, "123"]
    # Prompt from 0.5 s, digits at 1.5, 1.6 and 1.7 s, three silent seconds.
    assert record.requests[1].asked_at == pytest.approx(4.7)


def test_a_stranger_goes_through_the_shop_menu_to_an_operator(line: Scenario) -> None:
    for choice in ("1", "2", "7", ""):
        stage = Stage([SHOP], [choice], {FIRST_OPERATOR: None})
        record = stage.play(line)
        assert path(record) == ["hours", "who-is-calling", "shop", "operators"]
        assert record.connected == FIRST_OPERATOR
        assert len(stage.asked) == 1


def test_the_second_operator_is_rung_after_the_first_is_busy(line: Scenario) -> None:
    phones = {FIRST_OPERATOR: on.LegFailure.BUSY, SECOND_OPERATOR: None}
    record = Stage([OPERATORS], phones=phones).play(line)
    assert [leg.disposition for leg in record.legs] == [
        LegDisposition.BUSY,
        LegDisposition.ANSWERED,
    ]
    assert record.connected == SECOND_OPERATOR


@pytest.mark.parametrize("answer", [UNAVAILABLE, None], ids=["failure", "silence"])
def test_without_an_instruction_operators_are_rung_and_then_voicemail_answers(
    line: Scenario, answer: Answer
) -> None:
    record = Stage([answer]).play(line)
    assert path(record) == ["hours", "who-is-calling", "operators", "voicemail"]
    assert [leg.phone for leg in record.legs] == [FIRST_OPERATOR, SECOND_OPERATOR]
    assert [leg.ended_at - leg.rang_at for leg in record.legs] == pytest.approx([20, 20])
    assert record.hung_up_by is Party.CALLER
    assert record.message_s == pytest.approx(8)
    assert record.requests[0].fallback == "operators"


def test_every_question_falls_back_to_the_operators(line: Scenario) -> None:
    answers: list[Answer] = [ASK_ORDER, TRY_AGAIN, UNAVAILABLE]
    record = Stage(answers, ["1", "2"], {FIRST_OPERATOR: None}).play(line)
    assert path(record)[2:] == ["ask-order", "try-again", "operators"]
    record = Stage([ASK_ORDER, UNAVAILABLE], ["1"], {FIRST_OPERATOR: None}).play(line)
    assert path(record)[2:] == ["ask-order", "operators"]


def test_a_customer_who_does_not_answer_leads_to_the_operators(line: Scenario) -> None:
    record = Stage([Forward(phones=(CUSTOMER,))], phones={FIRST_OPERATOR: None}).play(line)
    assert path(record)[1:] == ["who-is-calling", "operators"]
    assert record.connected == FIRST_OPERATOR


@pytest.mark.parametrize(
    ("clock", "first"),
    [
        ("07:59", "voicemail"),
        ("08:00", "who-is-calling"),
        ("21:59", "who-is-calling"),
        ("22:00", "voicemail"),
        ("03:00", "voicemail"),
    ],
)
def test_at_night_voicemail_answers_and_the_endpoint_is_not_asked(
    line: Scenario, clock: str, first: str
) -> None:
    stage = Stage([OPERATORS])
    record = stage.play(line, datetime.fromisoformat(f"2026-09-17T{clock}+03:00"))
    assert path(record)[:2] == ["hours", first]
    assert stage.asked == ([] if first == "voicemail" else [None])


def test_an_endpoint_that_never_is_content_is_stopped_after_twenty_operations(
    line: Scenario,
) -> None:
    stage = Stage([TRY_AGAIN] * 30, ["10523"] * 30)
    record = stage.play(line)
    assert record.finish_reason is FinishReason.MAX_TRANSITION_COUNT_EXCEEDED
    assert len(record.path) == 20
    assert len(stage.asked) == 19  # the first operation is the schedule


def test_an_unknown_code_leads_nowhere(line: Scenario) -> None:
    record = Stage([Branch(codes=(99,))]).play(line)
    assert record.finish_reason is FinishReason.NO_OPERATION


def test_every_operation_of_a_built_in_can_be_reached() -> None:
    for name in builtin_names():
        scenario = load(name)
        ahead, seen = [scenario.start], set[str]()
        while ahead:
            operation = ahead.pop()
            if operation not in seen:
                seen.add(operation)
                told = str(scenario.operations[operation])
                ahead += [other for other in scenario.operations if f"'{other}'" in told]
        assert seen == set(scenario.operations)


def test_direct_dials_whom_the_endpoint_names() -> None:
    record = Stage([Forward(phones=(CUSTOMER,))], phones={CUSTOMER: None}).play(load("direct"))
    assert path(record) == ["whom-to-dial"]
    assert record.connected == CUSTOMER


def test_direct_falls_back_to_an_operator_and_then_voicemail() -> None:
    for answer in (UNAVAILABLE, Forward(phones=(CUSTOMER,))):
        record = Stage([answer]).play(load("direct"))
        assert path(record) == ["whom-to-dial", "operator", "voicemail"]


BERLIN = """
name: berlin
start: hours
operations:
  hours:
    schedule:
      zone: Europe/Berlin
      open: [{days: sun, from: "02:30", to: "04:00"}]
      opened: awake
      closed: asleep
  awake: {hangup: }
  asleep: {hangup: }
"""


@pytest.mark.parametrize(
    ("utc", "wall", "reached"),
    [
        # 29 March 2026: at 02:00 the clocks go to 03:00, there is no half past two.
        ("2026-03-29T00:59", "01:59 winter", "asleep"),
        ("2026-03-29T01:00", "03:00 summer", "awake"),
        ("2026-03-29T01:59", "03:59 summer", "awake"),
        ("2026-03-29T02:00", "04:00 summer", "asleep"),
        # 25 October 2026: at 03:00 they go back to 02:00, half past two comes twice.
        ("2026-10-25T00:29", "02:29 summer", "asleep"),
        ("2026-10-25T00:30", "02:30 summer", "awake"),
        ("2026-10-25T01:29", "02:29 winter", "asleep"),
        ("2026-10-25T01:30", "02:30 winter", "awake"),
        ("2026-10-25T02:59", "03:59 winter", "awake"),
        ("2026-10-25T03:00", "04:00 winter", "asleep"),
    ],
)
def test_opening_hours_follow_the_wall_clock_when_it_is_changed(
    utc: str, wall: str, reached: str
) -> None:
    scenario = read(BERLIN, source="berlin.yaml")
    when = datetime.fromisoformat(f"{utc}+00:00")
    assert when.astimezone(ZoneInfo("Europe/Berlin")).strftime("%H:%M") == wall[:5]
    assert path(Stage().play(scenario, when)) == ["hours", reached]
