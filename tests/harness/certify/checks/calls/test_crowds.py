"""Shops that a crowd is too much for: late, confused by it, or down for good."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from harness.certify.model import Verdict
from harness.certify.sentences import sentence

if TYPE_CHECKING:
    from tests.harness.certify.checks.calls.conftest import Answer, Asked, Certified, Said, Shop

STRANGER = "79990000009"
SHOP_PHONE = {"phones": ["74951112233"]}


def while_many_call(answer: Answer, many: Answer) -> Answer:
    """Answer otherwise on kept connections: the probe whether a shop is alive opens its own."""
    return lambda asked, shop: (
        many(asked, shop) if asked.headers["connection"] == "keep-alive" else answer(asked, shop)
    )


def right(asked: Asked, shop: Shop) -> Said:
    return shop(asked)


def never_answers(_asked: Asked, _shop: Shop) -> Said:
    return (None,)


@pytest.mark.parametrize("case_id", ["CONC-020", "CONC-042"])
def test_answers_that_come_too_late_are_no_mix_up_either(
    case_id: str, certified: Certified
) -> None:
    result = certified(case_id, while_many_call(right, never_answers), deadline_s=0.3)[case_id]
    assert result.verdict is Verdict.NOT_APPLICABLE
    assert "in time" in sentence(result.finding)


def does_not_survive(many: int) -> Answer:
    """Answer nobody any more when so many have called."""
    return lambda asked, shop: never_answers(asked, shop) if asked.nth > many else shop(asked)


@pytest.mark.parametrize(("case_id", "many"), [("CONC-020", 10), ("CONC-042", 21)])
def test_a_shop_that_does_not_survive_the_crowd_is_told_so(
    case_id: str, many: int, certified: Certified
) -> None:
    result = certified(case_id, does_not_survive(many), deadline_s=0.5)[case_id]
    assert result.verdict is Verdict.FAIL
    assert result.finding.reason.expected.startswith("the endpoint answers a single caller again")


@pytest.mark.parametrize("case_id", ["CONC-020", "CONC-042"])
def test_a_shop_that_answers_nobody_ever_says_nothing_about_crowds(
    case_id: str, certified: Certified
) -> None:
    result = certified(case_id, while_many_call(never_answers, right), deadline_s=0.3)[case_id]
    assert result.verdict is Verdict.UNTESTABLE
    assert "not even a single caller is answered" in sentence(result.finding)


def comes_round_after(late: int) -> Answer:
    """Answer a burst too late, and the first so many who ask after it."""
    return lambda asked, shop: (
        never_answers(asked, shop) if 1 < asked.nth <= 21 + late else shop(asked)
    )


def test_a_shop_that_comes_round_is_only_late(certified: Certified) -> None:
    result = certified("CONC-042", comes_round_after(1), deadline_s=0.3)["CONC-042"]
    assert result.verdict is Verdict.NOT_APPLICABLE
    assert "in time" in sentence(result.finding)


def serves_each_order(times: int) -> Answer:
    """Connect with the customer of an order so many times."""
    served: dict[str | None, int] = {}

    def answer(asked: Asked, shop: Shop) -> Said:
        said = shop(asked)
        if "phones" in said:
            served[asked.digits] = served.get(asked.digits, 0) + 1
        return SHOP_PHONE if served.get(asked.digits, 0) > times else said

    return answer


@pytest.mark.parametrize("case_id", ["CONC-040", "CONC-041"])
def test_a_shop_that_serves_no_more_after_some_calls_is_confused_by_them(
    case_id: str, certified: Certified
) -> None:
    result = certified(case_id, serves_each_order(3))[case_id]
    assert result.verdict is Verdict.FAIL
    assert "as before, when nobody else called" in result.finding.reason.expected


def test_a_shop_that_stays_up_for_some_is_judged_by_them(certified: Certified) -> None:
    def forgets_some_strangers(asked: Asked, shop: Shop) -> Said:
        late = asked.caller == STRANGER and asked.nth % 5 == 0
        return (None,) if late else json.dumps(shop(asked))

    result = certified("CONC-042", forgets_some_strangers, deadline_s=1.0)["CONC-042"]
    assert result.verdict is Verdict.PASS
    assert "of 20 callers" in sentence(result.finding)
