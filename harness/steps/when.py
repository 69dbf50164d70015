"""When: who calls, what they dial, when they hang up, what the PBX repeats."""

from typing import cast

from harness.steps.endings import MisuseError
from harness.steps.slots import Term
from harness.steps.story import Story
from harness.steps.vocabulary import when
from mockpbx.callscript.model import HangUp, Phase, Repeat, State
from mockpbx.callscript.variables import FORMS
from mockpbx.core.cdr import Direction

_SHORTEST, _LONGEST = 7, 15
"""Digits of a phone number, country code included."""
_LONGEST_PAUSE_S = 600
_SOON_S = 0.3
_REPEATED_AFTER_S = 2.0
_FIRST = 1
_SHARED = "shared"

# -- calling ---------------------------------------------------------------------------


@when("{who} calls", "{who} calls again", ru=("{who} звонит", "{who} звонит снова"))
def calls(story: Story, who: Term) -> None:
    """Somebody calls the shop's number; a further call comes after the one before it."""
    story.begin(_caller(story, who))


def _caller(story: Story, who: Term) -> str:
    """Return the number of somebody who calls, as long as numbers are."""
    number = story.number(who)
    digits = len(number.removeprefix("+"))
    if number and who.quoted and not _SHORTEST <= digits <= _LONGEST:
        raise MisuseError(
            f"{story.place}: a phone number has {_SHORTEST} to {_LONGEST} digits, not {digits}; "
            f"“a call comes from {who.text}” sends it as it is"
        )
    return number


@when(
    "{who} calls at the same moment",
    "at the same moment {who} calls",
    ru=("{who} звонит в ту же минуту", "в ту же минуту звонит {who}"),
)
def calls_too(story: Story, who: Term) -> None:
    """Somebody calls while the call before is on: the two cross."""
    story.begin(_caller(story, who), with_the_last=True)


@when("{who} calls, the number written {spelling}", ru="{who} звонит, номер записан {spelling}")
def calls_spelled(story: Story, who: Term, spelling: Term) -> None:
    """The PBX writes the caller's number in another way."""
    number = _caller(story, who)
    if spelling.value == "raw_plus":
        story.ask(raw_plus=True)
    form = {"raw_plus": "plus", "local": "ten"}.get(spelling.value, spelling.value)
    story.begin(FORMS[form](number))


@when(
    "a call comes from {number:text}",
    ru="поступает звонок с номера {number:text}",
    samples={"number": '"+7 916 111-00-01"'},
)
def calls_from(story: Story, number: str) -> None:
    """Somebody calls from this number, written as the PBX delivers it."""
    story.begin(number)


@when(
    "{who} calls under the same session id",
    ru="{who} звонит с тем же идентификатором сеанса",
)
def calls_in_session(story: Story, who: Term) -> None:
    """The PBX gives two calls the same id."""
    story.change(session=_SHARED)
    story.begin(_caller(story, who))
    story.change(session=_SHARED)


@when("{who} places a call out", ru="{who} совершает исходящий звонок")
def calls_out(story: Story, who: Term) -> None:
    """An outgoing call reaches the same operation."""
    story.begin(_caller(story, who))
    story.change(direction=Direction.OUT)


# -- dialling --------------------------------------------------------------------------


@when(
    "the caller enters {order}",
    "the caller then enters {order}",
    ru="звонящий набирает {order:order_number}",
)
def enters(story: Story, order: Term) -> None:
    """What the caller dials the next time they are asked for an order number."""
    story.dial(story.number(order))


@when("the caller presses {keys}", ru="звонящий нажимает {keys}")
def presses(story: Story, keys: str) -> None:
    """Keys in the order pressed: 0-9 * #, and . for a second of pause."""
    story.dial(keys)


@when("the caller enters nothing", ru="звонящий ничего не набирает")
def enters_nothing(story: Story) -> None:
    """The caller lets the time pass, the next time they are asked."""
    story.dial("")


@when(
    "the caller enters only the beginning of {order}",
    ru="звонящий набирает только начало номера {order:order_gen}",
)
def enters_part(story: Story, order: Term) -> None:
    """The caller stops after three digits."""
    story.dial(FORMS["first3"](story.number(order)))


@when(
    "the caller enters {order} twice over",
    ru="звонящий дважды подряд набирает {order:order_number}",
)
def enters_doubled(story: Story, order: Term) -> None:
    """The caller dials more digits than are wanted."""
    story.dial(FORMS["doubled"](story.number(order)))


@when(
    "the caller enters {order} with a pause after each digit",
    ru="звонящий медленно набирает {order:order_number}",
)
def enters_slowly(story: Story, order: Term) -> None:
    """The caller takes a second for each digit."""
    story.dial(FORMS["spelled"](story.number(order)))


@when("the caller does not wait for the end of the prompt", ru="звонящий не дослушивает вопрос")
def barges_in(story: Story) -> None:
    """The caller dials into the announcement."""
    story.change(barges_in=True)


# -- hanging up ------------------------------------------------------------------------


@when(
    "the caller hangs up {phase}",
    ru=("звонящий кладёт трубку, {phase:going_on}", "звонящий кладёт трубку {phase}"),
)
def hangs_up(story: Story, phase: Term) -> None:
    """The caller has had enough; a little after it began."""
    story.change(hangs_up=HangUp(during=cast("Phase", phase.value), after=_SOON_S))


@when(
    "the caller hangs up {phase} for the {nth} time",
    ru=(
        "звонящий кладёт трубку, {phase:going_on} {nth:nth_again} раз",
        "звонящий кладёт трубку {phase} {nth:nth_again} раз",
    ),
    samples={"nth": ("third", "в третий")},
)
def hangs_up_later(story: Story, phase: Term, nth: Term) -> None:
    """The caller has had enough, not the first time that this goes on."""
    during = cast("Phase", phase.value)
    story.change(hangs_up=HangUp(during=during, nth=int(nth.value)))


@when("the caller talks for {seconds:duration}", ru="звонящий говорит {seconds:duration}")
def talks(story: Story, seconds: float) -> None:
    """The caller ends the conversation after so long; 20 seconds unless this is said."""
    story.change(talks=seconds)


@when(
    "the caller waits {seconds:duration} before entering",
    ru="звонящий ждёт {seconds:duration} перед набором",
)
def waits(story: Story, seconds: float) -> None:
    """The caller begins to dial so many seconds after being asked."""
    dials = story.draft.dials
    if not dials:
        raise MisuseError(f"{story.place}: say first what the caller enters")
    if not seconds.is_integer() or seconds > _LONGEST_PAUSE_S:
        said = f"whole seconds, {_LONGEST_PAUSE_S} at most"
        raise MisuseError(f"{story.place}: callers wait {said}")
    story.change(dials=[*dials[:-1], "." * int(seconds) + dials[-1]])


# -- the PBX ---------------------------------------------------------------------------


@when("the PBX repeats the {nth} question", ru="АТС повторяет {nth} вопрос")
def repeats(story: Story, nth: Term) -> None:
    """The PBX sends a question again after two seconds."""
    again = Repeat(request=int(nth.value), after=_REPEATED_AFTER_S)
    story.change(repeats=[*story.draft.repeats, again])


@when(
    "the PBX sends the {nth} question twice at once",
    ru="АТС присылает {nth} вопрос дважды одновременно",
)
def doubles(story: Story, nth: Term) -> None:
    """The PBX sends the same question twice at the same moment."""
    story.change(repeats=[*story.draft.repeats, Repeat(request=int(nth.value))])


@when(
    "{order} is delivered before the {nth} question",
    ru="до {nth:nth_gen} вопроса {order} доставляют",
    samples={"nth": ("second", "второго")},
)
def delivered_meanwhile(story: Story, order: Term, nth: Term) -> None:
    """The order is closed in the middle of the call; a states address is needed."""
    number = story.number(order)
    story.restorer.order(number)
    _meanwhile(story, nth, "order closed", order=number)


@when(
    "{order} is given to {who} before the {nth} question",
    ru="до {nth:nth_gen} вопроса {order} передают {who:who_dat}",
    samples={"nth": ("second", "второго"), "who": ("another courier", "другому курьеру")},
)
def reassigned_meanwhile(story: Story, order: Term, who: Term, nth: Term) -> None:
    """Another courier gets the order in the middle of the call; a states address is needed."""
    number = story.number(order)
    story.restorer.order(number)
    _meanwhile(story, nth, "order assigned", order=number, courier=story.number(who))


def _meanwhile(story: Story, nth: Term, state: str, **params: str) -> None:
    story.needs_states(state)
    if int(nth.value) == _FIRST:
        hint = "say before the call how it is, with “has been …”"
        raise MisuseError(f"{story.place}: nothing comes before the first question; {hint}")
    story.given.append(State(state=state, params=params, before_request=int(nth.value)))


@when(
    "the calls take place", "the call takes place", ru=("звонки совершаются", "звонок совершается")
)
def take_place(story: Story) -> None:
    """The calls are placed now, not when the first outcome is looked at."""
    _ = story.draft
    story.perform()
