"""Shops that mix their callers up, each in one way, and the case that tells."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from harness.certify.model import Verdict
from harness.certify.reasons import ReasonKind
from harness.certify.sentences import sentence
from mockpbx.wire.request import Method

if TYPE_CHECKING:
    from tests.harness.certify.checks.calls.conftest import Answer, Asked, Certified, Said, Shop

COURIER, STRANGER = "79161110001", "79990000009"
ERROR = b"HTTP/1.1 500 Internal Server Error\r\nConnection: close\r\n\r\n"
SHOP_PHONE = {"phones": ["74951112233"]}


def as_if_from(caller: str, asked: Asked) -> Any:
    return replace(asked, parameters={**asked.parameters, "numa": caller})  # type: ignore[type-var]


def keeps_the_caller_in_a_global() -> Answer:
    """Take whoever called last for the one who types."""
    last = {"caller": ""}

    def answer(asked: Asked, shop: Shop) -> Said:
        if asked.digits is None:
            last["caller"] = asked.caller
        return shop(as_if_from(last["caller"], asked))

    return answer


def keeps_one_order_for_each_courier() -> Answer:
    """Lead a courier to the customer of the order they typed first."""
    first: dict[str, str] = {}

    def answer(asked: Asked, shop: Shop) -> Said:
        said = shop(asked)
        if asked.digits is None or "phones" not in said:
            return said
        return shop.connects(first.setdefault(asked.caller, asked.digits))

    return answer


def sends_answers_to_the_next(connection: str) -> Answer:
    """Return strangers what a courier was answered before, on connections of one kind."""
    last: dict[str, Said] = {}

    def answer(asked: Asked, shop: Shop) -> Said:
        said = shop(asked)
        if asked.headers["connection"] != connection:
            return said
        if "phones" in said:
            last["said"] = said
        return last.get("said", said) if asked.caller == STRANGER else said

    return answer


def knows_callers_by_their_session() -> Answer:
    """Take a session id for an identity."""
    callers: dict[str | None, str] = {}

    def answer(asked: Asked, shop: Shop) -> Said:
        return shop(as_if_from(callers.setdefault(asked.session, asked.caller), asked))

    return answer


def answers_only_once() -> Answer:
    """Lead to the operators when a question comes again."""
    seen: set[tuple[object, ...]] = set()

    def answer(asked: Asked, shop: Shop) -> Said:
        step = (asked.session, asked.caller, asked.digits)
        again = step in seen
        seen.add(step)
        return {"returned_code": 4} if again else shop(asked)

    return answer


def counts_every_copy() -> Answer:
    """Count a wrong order as often as it is sent."""
    wrong: dict[str | None, int] = {}

    def answer(asked: Asked, shop: Shop) -> Said:
        count = wrong.get(asked.session, 0)
        said = {"returned_code": 4} if count >= 3 else shop(asked)
        wrong[asked.session] = count + (said == {"returned_code": 3})
        return said

    return answer


def fails_now_and_then(asked: Asked, shop: Shop) -> Said:
    return ERROR if asked.nth % 7 == 0 else shop(asked)


SPOILT: dict[str, tuple[Answer, Verdict]] = {
    "CONC-001": (answers_only_once(), Verdict.NONSTRICT),
    "CONC-002": (answers_only_once(), Verdict.NONSTRICT),
    "CONC-003": (answers_only_once(), Verdict.NONSTRICT),
    "CONC-004": (answers_only_once(), Verdict.NONSTRICT),
    "CONC-006": (counts_every_copy(), Verdict.NONSTRICT),
    "CONC-020": (keeps_the_caller_in_a_global(), Verdict.FAIL),
    "CONC-021": (keeps_the_caller_in_a_global(), Verdict.FAIL),
    "CONC-022": (keeps_one_order_for_each_courier(), Verdict.FAIL),
    "CONC-023": (keeps_the_caller_in_a_global(), Verdict.FAIL),
    "CONC-024": (keeps_the_caller_in_a_global(), Verdict.FAIL),
    "CONC-030": (knows_callers_by_their_session(), Verdict.FAIL),
    "CONC-031": (knows_callers_by_their_session(), Verdict.FAIL),
    "CONC-040": (sends_answers_to_the_next("keep-alive"), Verdict.FAIL),
    "CONC-041": (sends_answers_to_the_next("close"), Verdict.FAIL),
    "CONC-042": (fails_now_and_then, Verdict.FAIL),
}


@pytest.mark.parametrize("case_id", SPOILT)
def test_a_shop_that_mixes_callers_up_is_told_so(case_id: str, certified: Certified) -> None:
    answer, verdict = SPOILT[case_id]
    result = certified(case_id, answer)[case_id]
    assert result.verdict is verdict, sentence(result.finding)
    assert result.finding.reason.expected
    assert result.finding.reason.received


def test_a_shop_that_is_asked_by_post_is_only_informed(certified: Certified) -> None:
    post = {"method": Method.POST_FORM}
    assert certified("CONC-005", profile=post)["CONC-005"].verdict is Verdict.PASS
    result = certified("CONC-005", answers_only_once(), profile=post)["CONC-005"]
    assert result.verdict is Verdict.INFO


def test_a_shop_that_is_right_passes_however_many_call(certified: Certified) -> None:
    results = certified("CONC-")
    assert results.pop("CONC-005").verdict is Verdict.NOT_APPLICABLE
    assert set(results) == set(SPOILT)
    assert {item.verdict for item in results.values()} == {Verdict.PASS}


def test_a_shop_whose_facts_are_few_passes_as_well(certified: Certified) -> None:
    few = ("other_courier", "second_order", "foreign_order", "unknown_order")
    verdicts = {
        case_id: item.verdict for case_id, item in certified("CONC-02", without=few).items()
    }
    assert verdicts.pop("CONC-021") is Verdict.NOT_APPLICABLE
    assert verdicts.pop("CONC-022") is Verdict.NOT_APPLICABLE
    assert set(verdicts.values()) == {Verdict.PASS}


def test_the_caller_who_was_told_too_much_is_named(certified: Certified) -> None:
    result = certified("CONC-040", sends_answers_to_the_next("keep-alive"))["CONC-040"]
    assert f"nobody else's number in the answer to {STRANGER}" in result.finding.reason.expected
    assert result.finding.reason.received == "customer 79175968108"
    assert result.finding.reason.exchanges[0].reply is not None


def test_a_courier_who_is_never_served_is_no_mix_up(certified: Certified) -> None:
    def knows_no_order(asked: Asked, shop: Shop) -> Said:
        return SHOP_PHONE if asked.digits else shop(asked)

    result = certified("CONC-020", knows_no_order)["CONC-020"]
    assert result.verdict is Verdict.UNTESTABLE
    assert "also alone" in sentence(result.finding)


# -- repeated wrong orders -------------------------------------------------------------------


def asks_once_only(asked: Asked, shop: Shop) -> Said:
    """Lead to the operators after one wrong order, as a shop may."""
    said = shop(asked)
    return {"returned_code": 4} if said == {"returned_code": 3} else said


def connects_at_once(asked: Asked, shop: Shop) -> Said:
    return shop.connects("10523") if asked.caller == COURIER else shop(asked)


def test_a_shop_that_asks_once_only_has_no_repeated_guesses(certified: Certified) -> None:
    result = certified("CONC-006", asks_once_only)["CONC-006"]
    assert result.verdict is Verdict.NOT_APPLICABLE
    assert "SEQ-050" in sentence(result.finding)
    assert certified("SEQ-050", asks_once_only)["SEQ-050"].verdict is Verdict.NONSTRICT


def test_where_nobody_is_asked_nothing_can_be_repeated(certified: Certified) -> None:
    result = certified("CONC-006", connects_at_once)["CONC-006"]
    assert result.verdict is Verdict.NOT_APPLICABLE
    assert result.finding.reason.kind is ReasonKind.NEVER_TOOK_PLACE


def test_a_session_proves_nothing_where_couriers_are_not_served(certified: Certified) -> None:
    result = certified("CONC-030", lambda _asked, _shop: {"returned_code": 2})["CONC-030"]
    assert result.verdict is Verdict.UNTESTABLE
