"""Then: what the endpoint was asked, and what it answered."""

import json
from typing import cast

from harness.display.counting import counted
from harness.steps.endings import MisuseError
from harness.steps.outcomes import expect, miss, want
from harness.steps.reference_log import entries
from harness.steps.slots import Term
from harness.steps.story import Story
from harness.steps.vocabulary import OF_CUSTOMER, then
from mockpbx.callscript.expectations import Expect, InstructionKind, Miss, Range
from mockpbx.core.instruction import Forward
from mockpbx.result.call_result import CallResult
from mockpbx.wire.messages import HttpRequest
from mockpbx.wire.reply import Instructed

_BOTH = 2

# -- what it was asked -----------------------------------------------------------------


@then("the endpoint is asked {times}", ru="систему спрашивают {times}")
def asked_times(story: Story, times: int, nth: int | None = None) -> None:
    """How many questions the PBX sent for the call."""
    expect(story, story.call(nth=nth), Expect(requests=times))


@then("the endpoint is not asked", ru="систему не спрашивают")
def not_asked(story: Story, nth: int | None = None) -> None:
    """The PBX sent no question."""
    expect(story, story.call(nth=nth), Expect(requests=0))


@then(
    "the endpoint is asked at most {times}",
    ru="систему спрашивают не больше {times}",
    samples={"times": ("2 times", "двух раз")},
)
def asked_at_most(story: Story, times: int, nth: int | None = None) -> None:
    """An endpoint that knows enough may answer sooner."""
    expect(story, story.call(nth=nth), Expect(requests=Range(max=times)))


def _digits(call: CallResult, nth: Term) -> str:
    requests = call.record.requests
    place = int(nth.value)
    return requests[place - 1].digits or "nothing" if place <= len(requests) else "no such question"


@then(
    "the {which:nth} question carries {order}",
    ru="{which:nth} вопрос содержит {order:order_number}",
)
def carries(story: Story, which: Term, order: Term, nth: int | None = None) -> None:
    """The digits that the PBX sent along."""
    call, number = story.call(nth=nth), story.number(order)
    received = _digits(call, which)
    want(story, call, holds=received == number, expected=number, received=received)


@then(
    "the {which:nth} question carries the keys {keys}",
    ru="{which:nth} вопрос содержит клавиши {keys}",
)
def carries_keys(story: Story, which: Term, keys: str, nth: int | None = None) -> None:
    """The digits that the PBX sent along, as pressed."""
    call = story.call(nth=nth)
    received = _digits(call, which)
    want(story, call, holds=received == keys, expected=keys, received=received)


@then("the {which:nth} question carries no digits", ru="{which:nth_inside} вопросе нет цифр")
def carries_nothing(story: Story, which: Term, nth: int | None = None) -> None:
    """Nothing had been entered."""
    call = story.call(nth=nth)
    received = _digits(call, which)
    want(story, call, holds=received == "nothing", expected="nothing", received=received)


@then(
    "the {which:nth} question says {words:text}",
    ru="{which:nth_inside} вопросе есть {words:text}",
    samples={"words": '"numa=79161110001"'},
)
def question_says(story: Story, which: Term, words: str, nth: int | None = None) -> None:
    """What is sent holds this text, e.g. numa=74951234567, by whatever method it is sent."""
    call = story.call(nth=nth)
    sent = _sent(call, which)
    want(story, call, holds=words in sent, expected=words, received=sent or "no such question")


@then(
    "the {which:nth} question does not mention {words:text}",
    ru="{which:nth_inside} вопросе нет {words:text}",
    samples={"words": '"numb"'},
)
def question_silent(story: Story, which: Term, words: str, nth: int | None = None) -> None:
    """What is sent does not hold this text."""
    call = story.call(nth=nth)
    sent = _sent(call, which)
    holds = bool(sent) and words not in sent
    received = sent or "no such question"
    want(story, call, holds=holds, expected=f"no {words}", received=received)


def _sent(call: CallResult, which: Term) -> str:
    for exchange in call.exchanges:
        if exchange.request_id == int(which.value) and exchange.copy == 0:
            return f"{exchange.request.url} {_body(exchange.request)}"
    return ""


def _body(request: HttpRequest) -> str:
    """Return a body as text; one in JSON as an address would spell it."""
    text = (request.body or b"").decode("utf-8", "replace")
    if not text.startswith("{"):
        return text
    return "&".join(f"{name}={value}" for name, value in json.loads(text).items())


# -- what it answered ------------------------------------------------------------------


@then("every answer is a valid instruction", ru="каждый ответ — верная инструкция")
def all_valid(story: Story, nth: int | None = None) -> None:
    """What the endpoint itself answered can be followed by the PBX."""
    expect(story, story.call(nth=nth), Expect(answers="valid"))


@then("the {which:nth} answer is {kind}", ru="{which:nth} ответ — {kind}")
def answer_is(story: Story, which: Term, kind: Term, nth: int | None = None) -> None:
    """What kind of instruction the call got."""
    call = story.call(nth=nth)
    place = int(which.value)
    if place > len(call.record.requests):
        received = f"{counted(len(call.record.requests), 'answer')} in all"
        miss(story, call, Miss(what=f"answer {place}", expected=kind.text, received=received))
    wanted: list[InstructionKind] = ["any"] * len(call.record.requests)
    wanted[place - 1] = cast("InstructionKind", kind.value)
    expect(story, call, Expect(instructions=wanted))


@then("every answer is marked as JSON", ru="каждый ответ помечен как JSON")
def marked_as_json(story: Story, nth: int | None = None) -> None:
    """The answer says what it is."""
    call = story.call(nth=nth)
    for exchange in call.exchanges:
        marked = exchange.reply.header("content-type") if exchange.reply else None
        fits = marked is not None and "json" in marked.lower()
        want(story, call, holds=fits, expected="application/json", received=marked or "nothing")


@then(
    "every answer has status {number}",
    ru="у каждого ответа статус {number}",
    samples={"number": "200"},
)
def has_status(story: Story, number: int, nth: int | None = None) -> None:
    """The HTTP status that the endpoint itself gave."""
    call = story.call(nth=nth)
    for exchange in call.exchanges:
        status = exchange.reply.status if exchange.reply else "no answer"
        want(story, call, holds=status == number, expected=f"status {number}", received=str(status))


@then(
    "every answer comes within {seconds:duration}",
    ru="каждый ответ приходит не позже чем через {seconds:duration}",
)
def answers_within(story: Story, seconds: float, nth: int | None = None) -> None:
    """How long the endpoint itself took, in real seconds."""
    call = story.call(nth=nth)
    slowest = max((exchange.elapsed_s for exchange in call.exchanges), default=0.0)
    want(
        story,
        call,
        holds=slowest <= seconds,
        expected=f"at most {seconds:g} s",
        received=f"{slowest:.1f} s",
    )


@then(
    "every answer is shorter than {number} bytes",
    ru="каждый ответ короче {number} байт",
    samples={"number": "4000"},
)
def shorter_than(story: Story, number: int, nth: int | None = None) -> None:
    """How long the body of each answer is."""
    call = story.call(nth=nth)
    longest = max((len(one.reply.body) for one in call.exchanges if one.reply), default=0)
    want(
        story,
        call,
        holds=longest < number,
        expected=f"below {number}",
        received=f"{longest} bytes",
    )


@then(
    "no answer says {words:text}",
    ru="ни один ответ не содержит {words:text}",
    samples={"words": '"Traceback"'},
)
def never_says(story: Story, words: str, nth: int | None = None) -> None:
    """Neither headers nor body of any answer hold this text."""
    expect(story, story.call(nth=nth), Expect(never_says=[words]))


@then("no answer sets a cookie", ru="ни один ответ не устанавливает cookie")
def no_cookie(story: Story, nth: int | None = None) -> None:
    """No answer has the header Set-Cookie."""
    call = story.call(nth=nth)
    replies = [exchange.reply for exchange in call.exchanges if exchange.reply is not None]
    held = any(name.lower() == "set-cookie" for reply in replies for name, _ in reply.headers)
    want(story, call, holds=not held, expected="no cookie", received="Set-Cookie")


@then(
    "no instruction names the caller's own number",
    ru="ни один ответ не велит набрать номер звонящего",
)
def not_themselves(story: Story, nth: int | None = None) -> None:
    """Whoever calls is on the phone already."""
    call = story.call(nth=nth)
    expect(story, call, Expect(never_dials=[call.record.numa]))


@then(
    "no spoken word holds a phone number of {who}",
    ru="вслух не называют номер {who:who_gen}",
    samples=OF_CUSTOMER,
)
def not_spoken(story: Story, who: Term, nth: int | None = None) -> None:
    """Neither announcements nor whispers tell it."""
    call = story.call(nth=nth)
    for exchange in call.exchanges:
        if isinstance(exchange.observed, Instructed):
            said = _spoken(exchange.observed)
            for number in story.numbers(who):
                want(story, call, holds=number not in said, expected="no number", received=said)


def _spoken(observed: Instructed) -> str:
    instruction = observed.instruction
    if not isinstance(instruction, Forward):
        return ""
    parts = (instruction.announcement, instruction.whisper)
    return " ".join(part.words for part in parts if part)


@then("the repeated question is answered as before", ru="на повторный вопрос ответ прежний")
def same_answers(story: Story, nth: int | None = None) -> None:
    """A repetition is no new question."""
    expect(story, story.call(nth=nth), Expect(same_answers=True))


@then("both calls are answered alike", ru="на оба звонка ответ одинаковый")
def calls_alike(story: Story) -> None:
    """The last answers of the last two calls are the same, so that neither tells more."""
    call = story.call()
    if len(story.calls) < _BOTH:
        raise MisuseError(f"{story.place}: there was only one call; let somebody call again")
    answers = [_last_answer(one) for one in story.calls[-_BOTH:]]
    alike = len(set(answers)) == 1
    want(story, call, holds=alike, expected="the same", received=" and ".join(answers))


def _last_answer(call: CallResult) -> str:
    replies = [one.reply for one in call.exchanges if one.reply is not None]
    return replies[-1].body.decode("utf-8", "replace") if replies else "no answer"


@then(
    "the shop's log holds {number} entries of the call",
    ru="в журнале магазина записей о звонке: {number}",
)
def logged(story: Story, number: int, nth: int | None = None) -> None:
    """The CRM wrote down so many steps; known for our reference server only."""
    call = story.call(nth=nth)
    found = entries(story, call.record.session_id)
    want(
        story,
        call,
        holds=len(found) == number,
        expected=f"{number} entries",
        received=f"{len(found)}: {', '.join(str(one.get('kind')) for one in found)}",
    )
