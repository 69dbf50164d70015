"""Then: whom the caller reached, what they heard, how the call ended."""

from harness.steps.endings import MisuseError
from harness.steps.outcomes import expect, want
from harness.steps.slots import Term
from harness.steps.story import Story
from harness.steps.tables import choice, rows
from harness.steps.vocabulary import OF_CUSTOMER, WITH_CUSTOMER, then
from mockpbx.callscript.expectations import Expect, LegExpectation, Range
from mockpbx.core.cdr import FinishReason, LegDisposition, Party
from mockpbx.filemodel import suggest

_OUTCOMES = {disposition.value: disposition for disposition in LegDisposition}

# -- whom they reached -----------------------------------------------------------------


@then(
    "the caller talks to {who}",
    "the caller is connected to {who}",
    ru=("звонящий разговаривает с {who:who_ins}", "звонящего соединяют с {who:who_ins}"),
    samples=WITH_CUSTOMER,
)
def talks_to(story: Story, who: Term, nth: int | None = None) -> None:
    """The last caller is connected with somebody."""
    expect(story, story.call(nth=nth), Expect(reaches=story.numbers(who)))


@then(
    "{caller:who} talks to {callee:who}",
    ru="{caller:who} разговаривает с {callee:who_ins}",
    samples={"callee": ("the customer", "клиентом")},
)
def one_talks_to(story: Story, caller: Term, callee: Term, nth: int | None = None) -> None:
    """Of several callers this one is connected with somebody."""
    expect(story, story.call(caller, nth), Expect(reaches=story.numbers(callee)))


@then("the caller talks to nobody", ru="звонящий ни с кем не разговаривает")
def talks_to_nobody(story: Story, nth: int | None = None) -> None:
    """The last caller is not connected with anybody."""
    expect(story, story.call(nth=nth), Expect(reaches="nobody"))


@then("the caller talks to somebody", ru="звонящий с кем-то разговаривает")
def talks_to_somebody(story: Story, nth: int | None = None) -> None:
    """The last caller is connected, with whomever."""
    expect(story, story.call(nth=nth), Expect(reaches="somebody"))


@then("the caller is looked after", ru="о звонящем позаботились")
def is_looked_after(story: Story, nth: int | None = None) -> None:
    """The caller reaches a person or a voicemail, and is not cut off."""
    expect(story, story.call(nth=nth), Expect(reaches=["somebody", "voicemail"]))


@then("the caller leaves a message", ru="звонящий оставляет сообщение")
def leaves_message(story: Story, nth: int | None = None) -> None:
    """The caller ends at a voicemail."""
    expect(story, story.call(nth=nth), Expect(reaches="voicemail"))


@then(
    "the caller does not talk to {who}",
    ru="звонящий не разговаривает с {who:who_ins}",
    samples=WITH_CUSTOMER,
)
def does_not_talk_to(story: Story, who: Term, nth: int | None = None) -> None:
    """The caller is not connected with somebody."""
    expect(story, story.call(nth=nth), Expect(never_reaches=story.numbers(who)))


@then(
    "the number of {who} stays secret",
    "nobody learns the number of {who}",
    ru=("номер {who:who_gen} остаётся в тайне", "никто не узнаёт номер {who:who_gen}"),
    samples=OF_CUSTOMER,
)
def stays_secret(story: Story, who: Term, nth: int | None = None) -> None:
    """No answer of the call names the number, and the PBX does not dial it."""
    numbers = story.numbers(who)
    expect(story, story.call(nth=nth), Expect(never_dials=numbers, never_says=numbers))


@then(
    "{caller:who} learns no number of {who}",
    ru="{caller:who} не узнаёт номер {who:who_gen}",
    samples=OF_CUSTOMER,
)
def learns_no_number(story: Story, caller: Term, who: Term, nth: int | None = None) -> None:
    """On this caller's call no answer names the number, and the PBX does not dial it."""
    numbers = story.numbers(who)
    expect(story, story.call(caller, nth), Expect(never_dials=numbers, never_says=numbers))


# -- where the call went ---------------------------------------------------------------


def _operation(story: Story, place: Term) -> str:
    """Return the name of an operation that the PBX scenario has."""
    operations = story.pbx_scenario.operations
    if place.value not in operations:
        hint = suggest(place.value, operations)
        raise MisuseError(f"{story.place}: the PBX scenario has no “{place.value}”; {hint}")
    return place.value


@then("the caller is led to {place}", ru="звонящий доходит до {place:place_gen}")
def led_to(story: Story, place: Term, nth: int | None = None) -> None:
    """The call enters an operation of the PBX scenario."""
    expect(story, story.call(nth=nth), Expect(path=[_operation(story, place)]))


@then("the caller is not led to {place}", ru="звонящий не доходит до {place:place_gen}")
def not_led_to(story: Story, place: Term, nth: int | None = None) -> None:
    """The call does not enter an operation of the PBX scenario."""
    expect(story, story.call(nth=nth), Expect(avoids=[_operation(story, place)]))


@then("the caller is asked for the order number", ru="звонящего просят набрать номер заказа")
def is_asked(story: Story, nth: int | None = None) -> None:
    """The call comes to the question for the order number."""
    expect(story, story.call(nth=nth), Expect(path=["ask-order"]))


@then("the caller is not asked for an order number", ru="звонящего не просят набрать номер заказа")
def is_not_asked(story: Story, nth: int | None = None) -> None:
    """The call comes to no question for an order number."""
    expect(story, story.call(nth=nth), Expect(avoids=["ask-order", "try-again"]))


@then("the caller is asked to try again", ru="звонящего просят попробовать ещё раз")
def is_asked_again(story: Story, nth: int | None = None) -> None:
    """The call comes to “no such order”."""
    expect(story, story.call(nth=nth), Expect(path=["try-again"]))


@then(
    "the caller hears {words:text}",
    ru="звонящий слышит {words:text}",
    samples={"words": '"order number"'},
)
def hears(story: Story, words: str, nth: int | None = None) -> None:
    """An announcement to the caller holds these words; a file is heard as “file NAME”."""
    expect(story, story.call(nth=nth), Expect(hears=[words]))


@then(
    "whoever answers is told {words:text}",
    ru="ответившему говорят {words:text}",
    samples={"words": '"Courier is calling"'},
)
def is_told(story: Story, words: str, nth: int | None = None) -> None:
    """The whisper to the one who picked up holds these words."""
    expect(story, story.call(nth=nth), Expect(whisper=words))


@then(
    "whoever answers is told the number of {order}",
    ru="ответившему называют {order:order_number}",
)
def is_told_order(story: Story, order: Term, nth: int | None = None) -> None:
    """The whisper to the one who picked up names the order."""
    expect(story, story.call(nth=nth), Expect(whisper=story.number(order)))


@then("these phones ring:", ru="звонят телефоны:", block="table")
def phones_ring(story: Story, table: list[list[str]], nth: int | None = None) -> None:
    """The phones that were dialled, in the order in which they ended.

    Columns: phone, outcome, shown (телефон, итог, показан); outcomes are answered, busy,
    rejected, invalid, no-answer, cancelled.
    """
    legs = []
    for row in rows(story, table, ("phone",), ("outcome", "shown")):
        outcome = choice(story, row["outcome"], _OUTCOMES, default=None)
        shown = story.number(row["shown"]) if row["shown"].value else None
        phone = story.number(row["phone"])
        legs.append(LegExpectation(phone=phone, disposition=outcome, shown=shown))
    expect(story, story.call(nth=nth), Expect(legs=legs))


@then("nobody's phone rings", ru="ни один телефон не звонит")
def no_phone_rings(story: Story, nth: int | None = None) -> None:
    """Nobody was dialled."""
    expect(story, story.call(nth=nth), Expect(legs=[]))


# -- how it ended ----------------------------------------------------------------------


@then(
    "the PBX falls back to {place}",
    ru="запасной путь АТС ведёт к {place:place_dat}",
    samples={"place": ("the operators", "операторам")},
)
def falls_back_to(story: Story, place: Term, nth: int | None = None) -> None:
    """The last failure of the endpoint led to an operation."""
    expect(story, story.call(nth=nth), Expect(falls_back_to=_operation(story, place)))


@then("the PBX falls back because {reason}", ru="запасной путь выбран, потому что {reason}")
def falls_back_because(story: Story, reason: Term, nth: int | None = None) -> None:
    """What the PBX saw of the endpoint's last failure."""
    call = story.call(nth=nth)
    seen = [request.failure.observed.value for request in call.record.requests if request.failure]
    received = seen[-1] if seen else "a valid instruction"
    want(story, call, holds=received == reason.value, expected=reason.value, received=received)


@then("the PBX does not fall back", ru="запасной путь не нужен")
def no_fallback(story: Story, nth: int | None = None) -> None:
    """Every question of the call got a valid instruction in time."""
    expect(story, story.call(nth=nth), Expect(failures=[]))


@then("the answer came too late", ru="ответ пришёл слишком поздно")
def too_late(story: Story, nth: int | None = None) -> None:
    """An answer came after the PBX had given up, and was ignored."""
    expect(story, story.call(nth=nth), Expect(late=True))


@then(
    "the caller hears at most {seconds:duration} of silence",
    ru="тишина длится не больше {seconds:duration}",
)
def silence_at_most(story: Story, seconds: float, nth: int | None = None) -> None:
    """Dead air: seconds in which the caller heard nothing."""
    expect(story, story.call(nth=nth), Expect(dead_air=Range(max=seconds)))


@then(
    "the caller hears at least {seconds:duration} of silence",
    ru="тишина длится не меньше {seconds:duration}",
)
def silence_at_least(story: Story, seconds: float, nth: int | None = None) -> None:
    """Dead air: seconds in which the caller heard nothing."""
    expect(story, story.call(nth=nth), Expect(dead_air=Range(min=seconds)))


@then("the call ends as {ending}", ru="звонок завершается с итогом {ending}")
def ends_as(story: Story, ending: str, nth: int | None = None) -> None:
    """How the call ended, in the vendors' words: success_finish, no_operation."""
    known = [reason.value for reason in FinishReason]
    if ending not in known:
        raise MisuseError(f"{story.place}: no call ends as {ending}; {suggest(ending, known)}")
    expect(story, story.call(nth=nth), Expect(finish=FinishReason(ending)))


@then("the call is ended by {party}", ru="звонок завершает {party}")
def ended_by(story: Story, party: Term, nth: int | None = None) -> None:
    """Who hung up: the caller, the other side, or the PBX."""
    expect(story, story.call(nth=nth), Expect(hung_up_by=Party(party.value)))
