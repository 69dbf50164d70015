"""Shops that let their couriers down, each in one way, and the case that tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.certify.model import Verdict
from harness.certify.reasons import Saw
from harness.certify.sentences import sentence
from mockpbx.scenario import library as scenarios

if TYPE_CHECKING:
    from tests.harness.certify.checks.calls.conftest import Answer, Asked, Certified, Said, Shop

COURIER, CUSTOMER, ORDER = "79161110001", "79175968108", "10523"
SHOP_PHONE = {"phones": ["74951112233"]}
LOOKUP_FAILS = b"HTTP/1.1 500 Internal Server Error\r\nConnection: close\r\n\r\n"


def knows_no_order(asked: Asked, shop: Shop) -> Said:
    return shop(asked) if asked.digits is None else SHOP_PHONE


def calls_the_customer_of_the_first_order(asked: Asked, shop: Shop) -> Said:
    return shop.connects(ORDER) if asked.digits == "10524" else shop(asked)


def remembers_a_courier_for_good() -> Answer:
    """Lead nobody to a customer twice."""
    served: set[str] = set()

    def answer(asked: Asked, shop: Shop) -> Said:
        said = shop(asked)
        if "phones" not in said:
            return said
        seen = asked.caller in served
        served.add(asked.caller)
        return SHOP_PHONE if seen else said

    return answer


def takes_a_second_call_for_a_stranger() -> Answer:
    """Believe that whoever is in a call already cannot call again."""
    session: dict[str, str | None] = {}

    def answer(asked: Asked, shop: Shop) -> Said:
        first = session.setdefault(asked.caller, asked.session)
        return shop(asked) if first == asked.session else {"returned_code": 2}

    return answer


def reads_orders_as_numbers(asked: Asked, shop: Shop) -> Said:
    return shop(asked) if (asked.digits or "1")[0] != "0" else {"returned_code": 3}


def knows_one_courier(asked: Asked, shop: Shop) -> Said:
    return shop(asked) if asked.caller == COURIER else {"returned_code": 2}


def looks_none_up(asked: Asked, shop: Shop) -> Said:
    courier = asked.caller == COURIER and asked.digits is None
    return {"returned_code": 3} if courier else shop(asked)


def fails_when_nobody_types() -> Answer:
    """Fail at the second question that carries nothing."""
    asked_before: set[str | None] = set()

    def answer(asked: Asked, shop: Shop) -> Said:
        again = asked.digits is None and asked.session in asked_before
        asked_before.add(asked.session)
        return LOOKUP_FAILS if again else shop(asked)

    return answer


def gives_up_who_types_nothing() -> Answer:
    """Ask once more, and then listen no more."""
    silent: dict[str | None, int] = {}

    def answer(asked: Asked, shop: Shop) -> Said:
        silent[asked.session] = silent.get(asked.session, 0) + (asked.digits is None)
        return SHOP_PHONE if asked.digits and silent[asked.session] > 1 else shop(asked)

    return answer


def says_nothing_to_who_guesses(asked: Asked, shop: Shop) -> Said:
    """Ask again for ever, and give an empty object from the fourth order on."""
    known = shop.wrong.get((asked.session, COURIER), 0)
    said = shop(asked)
    if asked.digits is not None and known >= 3:
        return {}
    return {"returned_code": 3} if said == {"returned_code": 4} else said


def loses_patience(what: Said) -> Answer:
    """Answer something else to a courier who types nothing for the third time."""
    silent: dict[str | None, int] = {}

    def answer(asked: Asked, shop: Shop) -> Said:
        silent[asked.session] = silent.get(asked.session, 0) + (asked.digits is None)
        return what if silent[asked.session] > 3 else shop(asked)

    return answer


def needs_the_word_none(asked: Asked, shop: Shop) -> Said:
    return shop(asked) if asked.parameters.get("input_result") else LOOKUP_FAILS


def fails_for(*callers: str) -> Answer:
    return lambda asked, shop: LOOKUP_FAILS if asked.caller in callers else shop(asked)


def fails_for_orders(*orders: str) -> Answer:
    return lambda asked, shop: LOOKUP_FAILS if asked.digits in orders else shop(asked)


def fails_for_calls_out(asked: Asked, shop: Shop) -> Said:
    return LOOKUP_FAILS if asked.parameters.get("direction") == "out" else shop(asked)


def asks_everybody(asked: Asked, shop: Shop) -> Said:
    return {"returned_code": 1} if asked.digits is None else shop(asked)


def forgets_unusual_numbers(asked: Asked, shop: Shop) -> Said:
    """Know a courier by any spelling when they call, and by one when they type."""
    return shop(asked) if asked.digits is None or asked.caller == COURIER else {"returned_code": 3}


def forgives_nothing() -> Answer:
    """Lead a courier to the operators after one wrong order, now and for ever."""
    guessed: set[str] = set()

    def answer(asked: Asked, shop: Shop) -> Said:
        said = shop(asked)
        if said == {"returned_code": 3}:
            guessed.add(asked.caller)
        return {"returned_code": 4} if asked.caller in guessed else said

    return answer


def finds_orders_that_begin_so(asked: Asked, shop: Shop) -> Said:
    return shop.connects(ORDER) if asked.digits == ORDER[:3] else shop(asked)


def looks_at_five_digits_only(asked: Asked, shop: Shop) -> Said:
    return shop.connects(ORDER) if asked.digits == f"{ORDER}99" else shop(asked)


def asks_for_ever(asked: Asked, shop: Shop) -> Said:
    said = shop(asked)
    return {"returned_code": 3} if said == {"returned_code": 4} else said


def keeps_what_it_knew(asked: Asked, shop: Shop) -> Said:
    """Look nothing up a second time: neither who calls nor whose an order is."""
    if asked.caller != COURIER or asked.digits is None:
        return shop(asked)
    return shop.connects(asked.digits) if asked.digits in shop.orders else {"returned_code": 3}


def leads_to_oneself(asked: Asked, shop: Shop) -> Said:
    return {"phones": [asked.caller]} if asked.caller == "79161110004" else shop(asked)


SPOILT: dict[str, tuple[Answer, Verdict]] = {
    "SEQ-001": (knows_no_order, Verdict.FAIL),
    "SEQ-002": (calls_the_customer_of_the_first_order, Verdict.FAIL),
    "SEQ-003": (knows_one_courier, Verdict.FAIL),
    "SEQ-004": (remembers_a_courier_for_good(), Verdict.FAIL),
    "SEQ-005": (takes_a_second_call_for_a_stranger(), Verdict.FAIL),
    "SEQ-006": (takes_a_second_call_for_a_stranger(), Verdict.FAIL),
    "SEQ-007": (knows_one_courier, Verdict.FAIL),
    "SEQ-008": (reads_orders_as_numbers, Verdict.FAIL),
    "SEQ-009": (gives_up_who_types_nothing(), Verdict.FAIL),
    "SEQ-010": (looks_none_up, Verdict.NONSTRICT),
    "SEQ-011": (fails_when_nobody_types(), Verdict.FAIL),
    "SEQ-012": (needs_the_word_none, Verdict.INFO),
    "SEQ-013": (needs_the_word_none, Verdict.INFO),
    "SEQ-020": (fails_for("79990000009"), Verdict.FAIL),
    "SEQ-021": (fails_for("4915112345678"), Verdict.FAIL),
    "SEQ-022": (fails_for(CUSTOMER), Verdict.FAIL),
    "SEQ-023": (fails_for_calls_out, Verdict.FAIL),
    "SEQ-024": (fails_for_orders("99999"), Verdict.FAIL),
    "SEQ-025": (fails_for_orders("10777"), Verdict.FAIL),
    "SEQ-028": (asks_everybody, Verdict.NONSTRICT),
    "SEQ-030": (fails_for("101"), Verdict.INFO),
    "SEQ-031": (fails_for("sip:alice@sip.example.com"), Verdict.INFO),
    "SEQ-032": (fails_for("anonymous"), Verdict.INFO),
    "SEQ-033": (fails_for("0"), Verdict.INFO),
    "SEQ-034": (fails_for(""), Verdict.INFO),
    "SEQ-040": (forgets_unusual_numbers, Verdict.INFO),
    "SEQ-041": (forgets_unusual_numbers, Verdict.INFO),
    "SEQ-042": (forgets_unusual_numbers, Verdict.INFO),
    "SEQ-043": (forgets_unusual_numbers, Verdict.INFO),
    "SEQ-050": (forgives_nothing(), Verdict.NONSTRICT),
    "SEQ-051": (forgives_nothing(), Verdict.NONSTRICT),
    "SEQ-052": (forgives_nothing(), Verdict.NONSTRICT),
    "SEQ-053": (forgives_nothing(), Verdict.NONSTRICT),
    "SEQ-054": (finds_orders_that_begin_so, Verdict.INFO),
    "SEQ-055": (looks_at_five_digits_only, Verdict.INFO),
    "SEQ-056": (asks_for_ever, Verdict.INFO),
    "SEQ-060": (keeps_what_it_knew, Verdict.NONSTRICT),
    "SEQ-061": (keeps_what_it_knew, Verdict.NONSTRICT),
    "SEQ-062": (keeps_what_it_knew, Verdict.NONSTRICT),
    "SEQ-070": (leads_to_oneself, Verdict.NONSTRICT),
    "SEQ-071": (says_nothing_to_who_guesses, Verdict.FAIL),
    "SEQ-072": (loses_patience({}), Verdict.FAIL),
}


@pytest.mark.parametrize("case_id", SPOILT)
def test_a_shop_that_lets_couriers_down_is_told_so(case_id: str, certified: Certified) -> None:
    answer, verdict = SPOILT[case_id]
    result = certified(case_id, answer, states=True)[case_id]
    assert result.verdict is verdict, sentence(result.finding)
    assert result.finding.reason.expected
    assert result.finding.reason.received
    assert result.finding.reason.exchanges


def test_a_shop_that_is_right_passes_every_sequence(certified: Certified) -> None:
    results = certified("SEQ-", states=True)
    closing = {case_id for case_id, result in results.items() if result.case.closing}
    assert set(results) - closing == set(SPOILT)
    assert {
        case_id: sentence(result.finding)
        for case_id, result in results.items()
        if not passed(result)
    } == {}


def passed(result: object) -> bool:
    return getattr(result, "verdict", None) is Verdict.PASS


def test_without_a_states_address_a_typing_error_is_still_tried(certified: Certified) -> None:
    verdicts = {case_id: result.verdict for case_id, result in certified("SEQ-05").items()}
    assert verdicts.pop("SEQ-050") is Verdict.PASS
    assert set(verdicts.values()) == {Verdict.NOT_APPLICABLE}


def test_a_fact_that_is_not_declared_is_no_failure(certified: Certified) -> None:
    result = certified("SEQ-002", without=("second_customer",))["SEQ-002"]
    assert result.verdict is Verdict.NOT_APPLICABLE
    assert "second_customer" in sentence(result.finding)


def answers_strangers_by_phone(asked: Asked, shop: Shop) -> Said:
    said = shop(asked)
    return SHOP_PHONE if said == {"returned_code": 2} else said


def connects_the_only_order_at_once(asked: Asked, shop: Shop) -> Said:
    return shop.connects("10601") if asked.caller == "79161110003" else shop(asked)


def is_old_fashioned(asked: Asked, shop: Shop) -> Said:
    body = repr(dict(shop(asked))).replace("'", '"').replace(",", " ,\n")
    return (
        b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\nX-By: hand\r\n\r\n" + body.encode()
    )


@pytest.mark.parametrize(
    "style",
    [
        answers_strangers_by_phone,
        connects_the_only_order_at_once,
        is_old_fashioned,
        loses_patience({"returned_code": 4}),
    ],
)
def test_a_shop_of_another_style_is_as_right(style: Answer, certified: Certified) -> None:
    results = certified("SEQ-", style, states=True)
    assert {
        case_id: sentence(result.finding)
        for case_id, result in results.items()
        if not passed(result)
    } == {}


def test_what_a_pbx_would_not_ask_any_more_is_not_judged(certified: Certified) -> None:
    gives_up = forgives_nothing()

    def forgets_whom_it_gave_up(asked: Asked, shop: Shop) -> Said:
        """Lead to the operators after one wrong order, and know nothing of the call after that."""
        known = any(session == asked.session for session, _ in shop.wrong)
        return LOOKUP_FAILS if known and asked.digits else gives_up(asked, shop)

    assert certified("SEQ-071", forgets_whom_it_gave_up)["SEQ-071"].verdict is Verdict.PASS


def test_a_courier_who_is_connected_at_once_cannot_guess(certified: Certified) -> None:
    result = certified("SEQ-071", lambda _asked, shop: shop.connects(ORDER))["SEQ-071"]
    assert result.verdict is Verdict.NOT_APPLICABLE
    assert "connected at once" in sentence(result.finding)


def test_the_endpoint_is_blamed_with_what_it_said(certified: Certified) -> None:
    result = certified("SEQ-001", knows_no_order)["SEQ-001"]
    assert f"the caller talks to {CUSTOMER}, as [facts] declare" in result.finding.reason.expected
    assert "phones 74951112233; the caller talked to 74951112233" in result.finding.reason.received


def test_a_scenario_without_a_slot_for_wrong_orders_has_nothing_to_hear(
    certified: Certified,
) -> None:
    result = certified("SEQ-010", scenario=scenarios.load("direct"))["SEQ-010"]
    assert result.verdict is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize("case_id", ["SEQ-010", "SEQ-028"])
def test_who_says_nothing_at_all_is_not_praised_for_it(case_id: str, certified: Certified) -> None:
    result = certified(case_id, lambda _asked, _shop: LOOKUP_FAILS)[case_id]
    # Only recommendations: what cannot be seen of them does not count.
    assert result.verdict is Verdict.NOT_APPLICABLE
    assert result.finding.saw is Saw.UNTESTABLE
