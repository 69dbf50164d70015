"""Sentences are recognised, in both languages, and each by one step only."""

import pytest

from harness.steps.failures import FAILURES, OBSERVED
from harness.steps.nearest import advice
from harness.steps.slots import SLOTS, Term
from harness.steps.vocabulary import Part, Pattern, Step, find, steps, values
from mockpbx.callscript.failures import FAULTS
from mockpbx.core.observed import Observed

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
        "во втором звонке звонящий разговаривает: клиент",
    ):
        found = find(sentence, outcome=True)
        assert found is not None
        assert found.nth == 2


def test_an_outcome_under_when_is_sent_to_then() -> None:
    said = advice("the caller talks to the customer", outcome=False)
    assert said == "this is an outcome: put it under Then"
    assert advice("курьер звонит", outcome=True).startswith("это не результат")


def test_what_resembles_nothing_gets_the_way_to_the_list() -> None:
    assert "pbx steps lists them all" in advice("qwertyuiop", outcome=True)
