"""What shops may tell whoever enters nothing, and strangers who try one order after another."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from harness.certify.model import Verdict
from harness.certify.sentences import sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.harness.certify.checks.calls.conftest import Answer, Asked, Certified, Said, Shop

COURIER, CUSTOMER, ORDER = "79161110001", "79175968108", "10523"
OTHER_CUSTOMER, FOREIGN_ORDER, STRANGER = "79262220002", "10777", "79990000009"
ERROR = b"HTTP/1.1 500 Internal Server Error\r\nConnection: close\r\n\r\n"


def finds_every_order_for(caller: str, entered: str | None) -> Answer:
    """Search for what was entered, so that one form of nothing finds the first of all orders."""

    def answer(asked: Asked, shop: Shop) -> Said:
        found = asked.caller == caller and asked.parameters.get("input_result") == entered
        return shop.connects(FOREIGN_ORDER) if found else shop(asked)

    return answer


def objected(case_id: str, style: Answer, certified: Certified) -> str:
    result = certified(case_id, style)[case_id]
    return "" if result.verdict is Verdict.PASS else sentence(result.finding)


# -- nothing entered -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entered", "spelt"),
    [("None", "the word None"), ("", "an empty value"), (None, "no parameter")],
)
def test_nothing_finds_nobody_in_whatever_form_it_comes(
    entered: str | None, spelt: str, certified: Certified
) -> None:
    result = certified("PRIV-067", finds_every_order_for(COURIER, entered))["PRIV-067"]
    assert result.verdict is Verdict.FAIL
    assert result.finding.reason.received == f"foreign customer {OTHER_CUSTOMER} ({spelt})"


def answers_nothing_with(what: Said) -> Answer:
    """Answer a value that is empty, or absent, in a way of its own."""
    return lambda asked, shop: what if not asked.parameters.get("input_result") else shop(asked)


def connects_own_order_at_once(asked: Asked, shop: Shop) -> Said:
    return shop.connects(ORDER) if asked.caller == COURIER and not asked.digits else shop(asked)


@pytest.mark.parametrize(
    "style",
    [
        answers_nothing_with({"returned_code": 4}),
        answers_nothing_with({"returned_code": 3}),
        answers_nothing_with({"phones": ["101"]}),
        # In which form nothing comes is an assumption: to fail over one is no privacy break.
        answers_nothing_with(ERROR),
        connects_own_order_at_once,
    ],
)
def test_whoever_enters_nothing_may_be_led_anywhere_but_to_others(
    style: Answer, certified: Certified
) -> None:
    for case_id in ("PRIV-067", "PRIV-068", "PRIV-069", "PRIV-070"):
        assert not objected(case_id, style, certified)


def test_the_courier_of_some_facts_may_be_that_of_others(
    certified: Certified, facts: Mapping[str, str]
) -> None:
    same = {**facts, "single_courier": COURIER, "single_customer": CUSTOMER}
    result = certified("PRIV-067", connects_own_order_at_once, facts=same)["PRIV-067"]
    assert result.verdict is Verdict.PASS


# -- orders that strangers try -----------------------------------------------------------


def with_staff(*phones: str, real: str | None = None) -> Answer:
    """Let staff take turns for strangers; a real order may be another one's affair."""
    turns = itertools.cycle(phones)

    def answer(asked: Asked, shop: Shop) -> Said:
        if asked.caller != STRANGER:
            return shop(asked)
        phone = next(turns)
        return {"phones": [real if real and asked.digits in shop.orders else phone]}

    return answer


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 12, 24, 100])
def test_staff_who_take_turns_tell_nothing_of_an_order(count: int, certified: Certified) -> None:
    staff = [str(100 + number) for number in range(count)]
    assert not objected("PRIV-071", with_staff(*staff), certified)
    assert not objected("PRIV-072", with_staff(*staff), certified)


def test_somebody_who_answers_for_real_orders_only_tells_of_them(certified: Certified) -> None:
    answer = with_staff("101", "102", "103", real="200")
    result = certified("PRIV-071", answer)["PRIV-071"]
    assert result.verdict is Verdict.NONSTRICT
    assert result.finding.reason.received == (
        "unknown: phones 101 or phones 102 or phones 103; order: phones 200"
    )


def test_words_that_repeat_the_order_tell_nothing_of_it(certified: Certified) -> None:
    def repeats(asked: Asked, shop: Shop) -> Said:
        typed = asked.caller == STRANGER and asked.digits
        return {"text": f"We cannot help with {asked.digits}."} if typed else shop(asked)

    assert not objected("PRIV-071", repeats, certified)


# -- wrong orders in a run ---------------------------------------------------------------


def test_a_courier_types_seven_wrong_orders_in_a_run(certified: Certified) -> None:
    """As the guide to certifying says: a good endpoint locks out a courier who guesses."""
    wrong: set[tuple[str | None, str]] = set()

    def counts(asked: Asked, shop: Shop) -> Said:
        said = shop(asked)
        if asked.caller == COURIER and asked.digits and "phones" not in said:
            wrong.add((asked.session, asked.digits))
        return said

    # Those of REQ and ROBUST come last, and look who is not locked out yet.
    certified(("REPLY", "TIME", "SEQ", "CONC", "PRIV"), counts)
    # The right one among them came after three wrong ones of its call.
    typed = sorted(digits for _, digits in wrong if digits != ORDER)
    assert typed == ["10777", "99997", "99998", *["99999"] * 4]
