"""Which requests a failure strikes."""

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockpbx.faults.plan import (
    ANSWERS,
    BROKEN,
    FAULTS,
    NOT_CONNECTED,
    TIME,
    Fault,
    When,
    strikes,
)


def struck(when: When, *, call: str = "s#1", requests: int = 6, copies: int = 1) -> list[str]:
    rule = Fault(fault="json.empty", when=when)
    return [
        f"{request}/{copy}" if copy else f"{request}"
        for request, copy in itertools.product(range(1, requests + 1), range(copies))
        if strikes(rule, place=0, call=call, request_id=request, copy=copy)
    ]


def test_a_rule_without_conditions_strikes_everything() -> None:
    assert struck(When(), requests=2, copies=2) == ["1", "1/1", "2", "2/1"]


def test_step_means_the_request_and_its_repetitions() -> None:
    assert struck(When(step=2), copies=3) == ["2", "2/1", "2/2"]


def test_nth_counts_the_requests_of_the_call() -> None:
    assert struck(When(nth=[1, 3])) == ["1", "3"]


def test_nth_of_a_step_counts_its_repetitions() -> None:
    assert struck(When(step=2, nth=[2]), copies=3) == ["2/1"]


def test_call_means_one_call_of_the_script() -> None:
    when = When(call=2)
    assert struck(when, call="two-calls#2", requests=2) == ["1", "2"]
    assert struck(when, call="two-calls#1") == struck(when, call="two-calls#12") == []


def test_all_conditions_must_hold() -> None:
    assert struck(When(call=1, step=3, nth=[1])) == ["3"]
    assert struck(When(call=1, step=3, probability=0.0)) == []


DECISIONS = st.tuples(
    st.integers(0, 5),
    st.from_regex("[a-z]{1,8}#[1-9]", fullmatch=True),
    st.integers(1, 20),
    st.integers(0, 3),
)


@given(st.lists(DECISIONS, min_size=1, max_size=20), st.integers(0, 99), st.randoms())
def test_decisions_repeat_in_any_order(
    asked: list[tuple[int, str, int, int]], seed: int, shuffle: random.Random
) -> None:
    rule = Fault(fault="json.empty", when=When(probability=0.5, seed=seed))

    def decide(one: tuple[int, str, int, int]) -> bool:
        place, call, request, copy = one
        return strikes(rule, place=place, call=call, request_id=request, copy=copy)

    first = {one: decide(one) for one in asked}
    shuffle.shuffle(asked)
    assert {one: decide(one) for one in asked} == first


@settings(max_examples=10)
@given(st.sampled_from([0.1, 0.3, 0.5, 0.9]), st.integers(0, 1000))
def test_about_the_wanted_share_is_struck(share: float, seed: int) -> None:
    found = struck(When(probability=share, seed=seed), requests=2000)
    # Five standard deviations at the most.
    assert len(found) / 2000 == pytest.approx(share, abs=0.06)


def test_no_share_strikes_nothing_and_the_whole_strikes_all() -> None:
    assert struck(When(probability=0.0), requests=500) == []
    assert len(struck(When(probability=1.0), requests=500)) == 500


def test_seed_call_and_place_each_draw_anew() -> None:
    def draw(seed: int = 0, call: str = "s#1", place: int = 0) -> list[bool]:
        rule = Fault(fault="json.empty", when=When(probability=0.5, seed=seed))
        return [strikes(rule, place=place, call=call, request_id=n, copy=0) for n in range(64)]

    draws = [draw(), draw(seed=1), draw(call="s#2"), draw(place=1)]
    assert all(one != other for one, other in itertools.combinations(draws, 2))


def test_every_failure_belongs_to_one_level() -> None:
    levels = [frozenset(NOT_CONNECTED), frozenset(BROKEN), TIME, ANSWERS]
    assert sum(map(len, levels)) == len(FAULTS)


def test_a_file_and_python_make_the_same_fault() -> None:
    written = {"call": 2, "step": 3, "nth": [1, 2], "probability": 0.5, "seed": 7}
    model = Fault.model_validate({"fault": "http.status", "at": 503, "when": written})
    when = When(call=2, step=3, nth=[1, 2], probability=0.5, seed=7)
    assert model == Fault(fault="http.status", at=503, when=when)
