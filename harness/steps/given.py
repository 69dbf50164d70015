"""Given: what is true before the call, and what goes wrong with the endpoint."""

from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from harness.steps.endings import MisuseError
from harness.steps.slots import Term
from harness.steps.story import Story
from harness.steps.vocabulary import CUSTOMER, given
from mockpbx.callscript.model import Callee, CalleeBehaviour
from mockpbx.faults.plan import Fault, When
from mockpbx.filemodel import suggest
from mockpbx.wire.request import PARAMETERS, NoInput

_STATUSES = range(100, 600)

# -- the PBX ---------------------------------------------------------------------------


@given(
    "the PBX scenario {name:text}", ru="сценарий АТС {name:text}", samples={"name": '"ring-all"'}
)
def pbx_scenario(story: Story, name: str) -> None:
    """The PBX plays this scenario, a built-in one or a file, instead of the endpoint's own."""
    story.scenario = name
    _ = story.pbx_scenario  # is there one of this name?


@given("it is {clock}", "it is {clock} on {date}", ru=("сейчас {clock}", "сейчас {clock}, {date}"))
def time_of_day(story: Story, clock: str, date: str = "2026-09-17") -> None:
    """The call begins at this time, in Moscow; without a date on an ordinary Thursday."""
    story.at = _moment(story, clock, date)


@given(
    "it is {clock} on {date} in {zone:text}",
    ru="сейчас {clock}, {date}, часовой пояс {zone:text}",
    samples={"zone": '"Europe/Berlin"'},
)
def time_elsewhere(story: Story, clock: str, date: str, zone: str) -> None:
    """The call begins at this time, in a time zone named like Europe/Berlin."""
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError):
        hint = "write it like Europe/Moscow"
        raise MisuseError(f"{story.place}: no time zone {zone!r}; {hint}") from None
    story.at, story.zone = _moment(story, clock, date), zone


def _moment(story: Story, clock: str, date: str) -> str:
    moment = f"{date} {clock:0>5}:00"
    try:
        datetime.fromisoformat(moment)
    except ValueError:
        hint = "a day ends at 23:59, and dates are written like 2026-09-17"
        raise MisuseError(f"{story.place}: there is no {clock} on {date}; {hint}") from None
    return moment


@given("the PBX asks with {method}", ru="АТС отправляет запросы методом {method}")
def asking_method(story: Story, method: str) -> None:
    """The administrator chose how the endpoint is asked."""
    story.ask(method=method)


@given("the PBX is a {brand} one", ru="АТС {brand}")
def brand(story: Story, brand: str) -> None:
    """The brand decides which parameters are sent, and under which names."""
    story.ask(dialect=brand)


@given("the PBX leaves out {parameter}", ru="АТС не передаёт {parameter}")
def without(story: Story, parameter: str) -> None:
    """The administrator unticked a parameter."""
    if parameter not in PARAMETERS:
        known = suggest(parameter, PARAMETERS)
        raise MisuseError(f"{story.place}: the PBX has no parameter {parameter}; {known}")
    story.ask(without=[*story.asks.without, parameter])


@given(
    "the PBX also sends {name:text} as {value:text}",
    ru="АТС передаёт ещё {name:text} со значением {value:text}",
    samples={"name": '"utm_source"', "value": '"spring"'},
)
def extra(story: Story, name: str, value: str) -> None:
    """The PBX sends a parameter that the endpoint does not expect."""
    story.ask(extra={**story.asks.extra, name: value})


@given(
    "nothing entered is sent as {how:text}",
    ru="пустой ввод передаётся как {how:text}",
    samples={"how": '"empty"'},
)
def nothing_entered(story: Story, how: str) -> None:
    """What stands for no digits: "None" as documented, "empty" or "absent"."""
    known = [one.value for one in NoInput]
    if how not in known:
        raise MisuseError(f"{story.place}: {how!r} is not one of {', '.join(known)}")
    story.ask(no_input=how)


@given("callers are asked for the order number", ru="у звонящих спрашивают номер заказа")
def asked(story: Story) -> None:
    """Where the endpoint connects without a question, the scenario is not applicable."""
    story.needs_question = True


# -- who picks up ----------------------------------------------------------------------


@given("{who} {state}", ru="{who} {state}", samples={**CUSTOMER, "state": ("is busy", "занят")})
def callee_is(story: Story, who: Term, state: Term) -> None:
    """What comes of ringing somebody: busy, no answer, call rejected, no such number."""
    story.callee(who, cast("CalleeBehaviour", state.value))


@given(
    "{who} answers after {seconds:duration}",
    ru="{who} отвечает через {seconds:duration}",
    samples=CUSTOMER,
)
def callee_answers(story: Story, who: Term, seconds: float) -> None:
    """How long a phone rings before it is picked up; anybody else answers after 3 seconds."""
    story.callee(who, Callee(answers=seconds))


@given(
    "{who} hangs up after {seconds:duration} of talk",
    ru="{who} кладёт трубку через {seconds:duration} разговора",
    samples=CUSTOMER,
)
def callee_hangs_up(story: Story, who: Term, seconds: float) -> None:
    """The one who was called ends the conversation."""
    story.callee(who, Callee(talks=seconds))


@given(
    "{who} hangs up on hearing the message",
    ru="{who} кладёт трубку, услышав, о чём звонок",
    samples=CUSTOMER,
)
def callee_refuses(story: Story, who: Term) -> None:
    """The one who was called hangs up during the whisper."""
    story.callee(who, Callee(hangs_up_in_whisper=True))


# -- the endpoint fails ----------------------------------------------------------------


@given("the endpoint {failure}", ru=("система {failure}", "у системы {failure:having}"))
def fails(story: Story, failure: Term) -> None:
    """Every question meets this failure."""
    story.faults.append(Fault(fault=failure.value))


@given(
    "the endpoint {failure} at the {nth} question",
    ru=(
        "система {failure} при {nth:nth_loc} вопросе",
        "у системы {failure:having} при {nth:nth_loc} вопросе",
    ),
    samples={"nth": ("second", "втором")},
)
def fails_once(story: Story, failure: Term, nth: Term) -> None:
    """One question of the call meets this failure."""
    story.faults.append(Fault(fault=failure.value, when=When(step=int(nth.value))))


@given(
    "the endpoint {failure} on the {nth} call",
    ru=(
        "система {failure} {nth:nth_inside} звонке",
        "у системы {failure:having} {nth:nth_inside} звонке",
    ),
    samples={"nth": ("second", "во втором")},
)
def fails_on_call(story: Story, failure: Term, nth: Term) -> None:
    """All questions of one of several calls meet this failure."""
    story.faults.append(Fault(fault=failure.value, when=When(call=int(nth.value))))


@given(
    "the endpoint answers with status {number}",
    ru="система отвечает статусом {number}",
    samples={"number": "503"},
)
def status(story: Story, number: int) -> None:
    """Every answer reports this HTTP status."""
    story.faults.append(Fault(fault="http.status", at=_status(story, number)))


@given(
    "the endpoint answers with status {number} at the {nth} question",
    ru="система отвечает статусом {number} на {nth} вопрос",
    samples={"number": "503", "nth": ("second", "второй")},
)
def status_once(story: Story, number: int, nth: Term) -> None:
    """One answer of the call reports this HTTP status."""
    when = When(step=int(nth.value))
    story.faults.append(Fault(fault="http.status", at=_status(story, number), when=when))


def _status(story: Story, number: int) -> int:
    if number not in _STATUSES:
        raise MisuseError(f"{story.place}: there is no status {number}; they go from 100 to 599")
    return number


@given("the endpoint takes {seconds:duration}", ru="система думает {seconds:duration}")
def slow(story: Story, seconds: float) -> None:
    """Every answer comes so late; virtual seconds, nobody waits for them."""
    story.faults.append(Fault(fault="time.delay", at=seconds))


@given(
    "the endpoint takes {seconds:duration} on the {nth} call",
    ru="система думает {seconds:duration} {nth:nth_inside} звонке",
    samples={"nth": ("second", "во втором")},
)
def slow_on_call(story: Story, seconds: float, nth: Term) -> None:
    """The answers of one of several calls come so late."""
    when = When(call=int(nth.value))
    story.faults.append(Fault(fault="time.delay", at=seconds, when=when))


@given("the endpoint answers:", ru="система отвечает:", block="text")
def answers(story: Story, text: str) -> None:
    """Every answer is this text, whatever the endpoint really said."""
    story.faults.append(Fault(fault="http.body", at=text))


@given(
    "the endpoint answers the {nth} question:", ru="система отвечает на {nth} вопрос:", block="text"
)
def answers_once(story: Story, nth: Term, text: str) -> None:
    """One answer of the call is this text."""
    when = When(step=int(nth.value))
    story.faults.append(Fault(fault="http.body", at=text, when=when))
