"""Sentences are recognised, in both languages, and each by one step only."""

import pytest

from harness.steps.failures import FAILURES, OBSERVED
from harness.steps.nearest import advice
from harness.steps.russian import ABOUT
from harness.steps.slots import SLOTS, Term
from harness.steps.vocabulary import Part, Pattern, Step, find, steps, values
from mockpbx.core.observed import Observed
from mockpbx.faults.plan import FAULTS

PATTERNS = [(step, pattern) for step in steps() for pattern in step.patterns]


@pytest.mark.parametrize(("step", "pattern"), PATTERNS, ids=[p.shown for _, p in PATTERNS])
def test_an_example_is_recognised_by_its_own_step_alone(step: Step, pattern: Pattern) -> None:
    outcome = step.part is Part.THEN
    found = [
        other
        for other, candidate in PATTERNS
        if (other.part is Part.THEN) is outcome and values(candidate, pattern.example) is not None
    ]
    assert found == [step]


@pytest.mark.parametrize("step", steps(), ids=lambda step: step.patterns[0].shown)
def test_every_step_is_said_in_both_languages(step: Step) -> None:
    assert {pattern.lang for pattern in step.patterns} == {"en", "ru"}


def test_every_step_is_explained_in_both_languages() -> None:
    names = [step.run.__name__ for step in steps()]
    assert sorted(names) == sorted(ABOUT)
    for step in steps():
        assert step.explained("ru") != step.explained("en")


def test_every_failure_that_takes_no_parameter_has_words() -> None:
    with_parameter = {"http.status", "http.body", "time.delay"}
    assert {entry.value for entry in FAILURES} == FAULTS - with_parameter


def test_every_reason_of_a_failure_is_known_to_the_engine() -> None:
    assert {entry.value for entry in OBSERVED} <= {observed.value for observed in Observed}


@pytest.mark.parametrize("kind", ["who", "order", "place"])
def test_a_text_in_quotes_may_stand_for_a_word(kind: str) -> None:
    term = SLOTS[kind].read('"my_own"')
    assert term == Term(value="my_own", text='"my_own"', quoted=True)


def test_an_outcome_may_be_about_one_of_several_calls() -> None:
    for sentence in (
        "on the second call the caller talks to the customer",
        "во втором звонке звонящий разговаривает с клиентом",
    ):
        found = find(sentence, outcome=True)
        assert found is not None
        assert found.nth == 2


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1 second", 1),
        ("5 seconds", 5),
        ("1 секунду", 1),
        ("2 секунды", 2),
        ("5 секунд", 5),
        ("1.5 секунды", 1.5),
        ("1,5 секунды", 1.5),
    ],
)
def test_a_duration_agrees_with_its_number(text: str, seconds: float) -> None:
    lang = "the endpoint takes" if "second" in text else "система думает"
    found = find(f"{lang} {text}", outcome=False)
    assert found is not None
    assert found.values["seconds"] == seconds


@pytest.mark.parametrize(
    ("sentence", "times"),
    [
        ("the endpoint is asked at most twice", 2),
        ("the endpoint is asked at most 3 times", 3),
        ("the endpoint is asked once", 1),
        ("систему спрашивают не больше 2 раз", 2),
        ("систему спрашивают не больше двух раз", 2),
        ("систему спрашивают два раза", 2),
        ("систему спрашивают дважды", 2),
        ("систему спрашивают один раз", 1),
        ("систему спрашивают 3 раза", 3),
        ("систему спрашивают не больше трех раз", 3),
        ("систему спрашивают ни разу", 0),
    ],
)
def test_times_are_said_in_words_and_figures(sentence: str, times: int) -> None:
    found = find(sentence, outcome=True)
    assert found is not None
    assert found.values["times"] == times


@pytest.mark.parametrize(
    ("sentence", "outcome"),
    [
        ("звонящий кладёт трубку пока система думает", False),
        ("звонящий кладет трубку, пока система думает во второй раз", False),
        ("курьер, который сам ждёт заказ, звонит", False),
        ("курьер, который сам ждет заказ звонит", False),
        ("АТС novofon", False),
        ("Звонящего просят попробовать еще раз", True),
        ("В четвертом звонке ответ пришел слишком поздно", True),
    ],
)
def test_commas_and_dots_above_letters_may_be_left_out(sentence: str, *, outcome: bool) -> None:
    assert find(sentence, outcome=outcome) is not None


@pytest.mark.parametrize("wrong", ["система думает 5 секунд в втором звонке"])
def test_a_preposition_fits_its_ordinal(wrong: str) -> None:
    assert find(wrong, outcome=False) is None
    assert find(wrong.replace(" в вт", " во вт"), outcome=False) is not None


@pytest.mark.parametrize(
    ("sentence", "suggested"),
    [
        ("звонящий разговаривает с клентом", "“клентом” здесь не знают; выберите из: клиентом"),
        ("в втором звонке о звонящем позаботились", "выберите из: во втором"),
    ],
)
def test_a_word_that_is_not_known_is_answered_in_its_case(sentence: str, suggested: str) -> None:
    assert suggested in advice(sentence, outcome=True)


def test_an_outcome_under_when_is_sent_to_then() -> None:
    said = advice("the caller talks to the customer", outcome=False)
    assert said == "this is an outcome: put it under Then"
    assert advice("курьер звонит", outcome=True).startswith("это не результат")


def test_what_resembles_nothing_gets_the_way_to_the_list() -> None:
    assert "pbx steps lists them all" in advice("qwertyuiop", outcome=True)
