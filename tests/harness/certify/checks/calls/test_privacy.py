"""Shops that tell what is nobody's business, each in one way, and the case that tells."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from harness.certify.model import Verdict
from harness.certify.reasons import Assumption
from harness.certify.sentences import sentence

if TYPE_CHECKING:
    from tests.harness.certify.checks.calls.conftest import Answer, Asked, Certified, Said, Shop

COURIER, CUSTOMER, ORDER = "79161110001", "79175968108", "10523"
OTHER_CUSTOMER, FOREIGN_ORDER, STRANGER = "79262220002", "10777", "79990000009"
SHOP = {"returned_code": 2}
ERROR = b"HTTP/1.1 500 Internal Server Error\r\nConnection: close\r\n\r\n"


def http(said: Said, *headers: str, status: str = "200 OK") -> bytes:
    body = json.dumps(said)
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", *headers, "", body]
    return "\r\n".join(lines).encode()


def as_if_from(caller: str, asked: Asked) -> Any:
    return replace(asked, parameters={**asked.parameters, "numa": caller})  # type: ignore[type-var]


def connects_whoever_types(asked: Asked, shop: Shop) -> Said:
    return shop.connects(asked.digits) if asked.digits in shop.orders else shop(asked)


def trusts_who_has_no_session(asked: Asked, shop: Shop) -> Said:
    return shop(asked) if asked.session else connects_whoever_types(asked, shop)


def takes_the_called_for_the_caller(asked: Asked, shop: Shop) -> Said:
    called = asked.parameters.get("numb", "")
    return shop(as_if_from(called, asked) if called == COURIER else asked)


def trusts_another_parameter(asked: Asked, shop: Shop) -> Said:
    return shop(as_if_from(asked.parameters.get("phone", asked.caller), asked))


def finds_somebody_for(*callers: str) -> Answer:
    """Take the first courier there is for a caller who cannot be recognised."""
    return lambda asked, shop: shop(
        as_if_from(COURIER, asked) if asked.caller in callers else asked
    )


def finds_couriers_within_the_number(asked: Asked, shop: Shop) -> Said:
    return shop(as_if_from(COURIER, asked) if COURIER in asked.caller else asked)


def finds_couriers_that_begin_so(asked: Asked, shop: Shop) -> Said:
    begins = asked.caller and COURIER.startswith(asked.caller)
    return shop(as_if_from(COURIER, asked) if begins else asked)


def compares_ten_digits(asked: Asked, shop: Shop) -> Said:
    return shop(as_if_from(COURIER, asked) if asked.caller[-10:] == COURIER[-10:] else asked)


def leads_customers_to_each_other(asked: Asked, shop: Shop) -> Said:
    pair = {CUSTOMER: OTHER_CUSTOMER, OTHER_CUSTOMER: CUSTOMER}
    return {"phones": [pair[asked.caller]]} if asked.caller in pair else shop(asked)


def connects_couriers_to_any_customer(asked: Asked, shop: Shop) -> Said:
    known = asked.digits if asked.digits in shop.orders else FOREIGN_ORDER
    return shop.connects(known) if asked.digits else shop(asked)


def never_closes_an_order(asked: Asked, shop: Shop) -> Said:
    shop.orders["10400"].is_open = True
    return shop(asked)


def never_dismisses_a_courier(asked: Asked, shop: Shop) -> Said:
    shop.idle.clear()
    return shop(asked)


def tells_whose_order_it_is(asked: Asked, shop: Shop) -> Said:
    wrong = asked.caller == COURIER and asked.digits == FOREIGN_ORDER
    return {"returned_code": 4} if wrong else shop(asked)


def marks_what_it_found(asked: Asked, shop: Shop) -> Said:
    return http(shop(asked), *["X-Order: found"] * (asked.digits in shop.orders))


def finds_every_order_for(caller: str, entered: str | None) -> Answer:
    """Search for what was entered, so that one form of nothing finds the first of all orders."""

    def answer(asked: Asked, shop: Shop) -> Said:
        found = asked.caller == caller and asked.parameters.get("input_result") == entered
        return shop.connects(FOREIGN_ORDER) if found else shop(asked)

    return answer


def leads_real_orders_elsewhere(asked: Asked, shop: Shop) -> Said:
    real = asked.caller == STRANGER and asked.digits in shop.orders
    return {"returned_code": 4} if real else shop(asked)


def takes_longer_for_real_orders(asked: Asked, shop: Shop) -> Said:
    return (0.3 if asked.digits in shop.orders else 0.0, http(shop(asked)))


def counts_no_guesses(asked: Asked, shop: Shop) -> Said:
    shop.wrong.clear()
    return shop(asked)


def names_the_customer_in_a_header(asked: Asked, shop: Shop) -> Said:
    return http(shop(asked), "X-Customer: +7 917 596-81-08")


def repeats_what_it_was_sent(asked: Asked, shop: Shop) -> Said:
    if asked.method == "GET":
        return shop(asked)
    return http({"error": f"cannot {asked.method} {asked.target}"}, status="405 No")


def speaks_the_number(asked: Asked, shop: Shop) -> Said:
    said = shop(asked)
    return {**said, "text": "We call 8 (917) 596-81-08 for you"} if "phones" in said else said


def leads_customers_to_themselves(asked: Asked, shop: Shop) -> Said:
    return {"phones": [asked.caller]} if asked.caller == CUSTOMER else shop(asked)


def lets_everybody_keep_it(asked: Asked, shop: Shop) -> Said:
    return http(shop(asked), "Cache-Control: public, max-age=3600")


SPOILT: dict[str, tuple[Answer, Verdict]] = {
    "PRIV-001": (connects_whoever_types, Verdict.FAIL),
    "PRIV-002": (connects_whoever_types, Verdict.FAIL),
    "PRIV-003": (connects_whoever_types, Verdict.FAIL),
    "PRIV-004": (connects_whoever_types, Verdict.FAIL),
    "PRIV-005": (trusts_who_has_no_session, Verdict.FAIL),
    "PRIV-006": (takes_the_called_for_the_caller, Verdict.FAIL),
    "PRIV-007": (trusts_another_parameter, Verdict.FAIL),
    "PRIV-010": (finds_somebody_for(""), Verdict.FAIL),
    "PRIV-011": (finds_somebody_for(""), Verdict.FAIL),
    "PRIV-012": (finds_somebody_for("anonymous"), Verdict.FAIL),
    "PRIV-013": (finds_somebody_for("0"), Verdict.FAIL),
    "PRIV-020": (finds_couriers_within_the_number, Verdict.FAIL),
    "PRIV-021": (finds_couriers_within_the_number, Verdict.FAIL),
    "PRIV-022": (finds_couriers_that_begin_so, Verdict.FAIL),
    "PRIV-023": (compares_ten_digits, Verdict.NONSTRICT),
    "PRIV-030": (connects_whoever_types, Verdict.FAIL),
    "PRIV-031": (connects_whoever_types, Verdict.FAIL),
    "PRIV-032": (leads_customers_to_each_other, Verdict.FAIL),
    "PRIV-033": (leads_customers_to_each_other, Verdict.FAIL),
    "PRIV-040": (connects_couriers_to_any_customer, Verdict.FAIL),
    "PRIV-041": (connects_couriers_to_any_customer, Verdict.FAIL),
    "PRIV-042": (never_closes_an_order, Verdict.FAIL),
    "PRIV-043": (never_dismisses_a_courier, Verdict.FAIL),
    "PRIV-050": (tells_whose_order_it_is, Verdict.NONSTRICT),
    "PRIV-051": (marks_what_it_found, Verdict.NONSTRICT),
    "PRIV-052": (takes_longer_for_real_orders, Verdict.INFO),
    "PRIV-053": (counts_no_guesses, Verdict.NONSTRICT),
    "PRIV-060": (names_the_customer_in_a_header, Verdict.NONSTRICT),
    "PRIV-061": (repeats_what_it_was_sent, Verdict.NONSTRICT),
    "PRIV-062": (speaks_the_number, Verdict.NONSTRICT),
    "PRIV-063": (leads_customers_to_themselves, Verdict.INFO),
    "PRIV-066": (lets_everybody_keep_it, Verdict.NONSTRICT),
    "PRIV-067": (finds_every_order_for(COURIER, ""), Verdict.FAIL),
    "PRIV-068": (finds_every_order_for(STRANGER, ""), Verdict.FAIL),
    "PRIV-069": (finds_every_order_for("", ""), Verdict.FAIL),
    "PRIV-070": (finds_every_order_for(CUSTOMER, ""), Verdict.FAIL),
    "PRIV-071": (leads_real_orders_elsewhere, Verdict.NONSTRICT),
    "PRIV-072": (leads_real_orders_elsewhere, Verdict.NONSTRICT),
}


@pytest.mark.parametrize("case_id", SPOILT)
def test_a_shop_that_tells_too_much_is_told_so(case_id: str, certified: Certified) -> None:
    answer, verdict = SPOILT[case_id]
    result = certified(case_id, answer, states=True)[case_id]
    assert result.verdict is verdict, sentence(result.finding)
    assert result.finding.reason.expected
    assert result.finding.reason.received
    assert result.finding.reason.exchanges


def not_passed(results: dict[str, Any]) -> dict[str, str]:
    return {
        case_id: sentence(result.finding)
        for case_id, result in results.items()
        if result.verdict is not Verdict.PASS
    }


def test_a_shop_that_is_right_tells_nobody_anything(certified: Certified) -> None:
    results = certified("PRIV-", states=True)
    assert set(results) == set(SPOILT)
    assert not_passed(results) == {}


def leads_customers_to_their_courier(asked: Asked, shop: Shop) -> Said:
    """Connect who calls back, as the shop may decide."""
    orders = shop.orders.values()
    couriers = [order.courier for order in orders if order.customer == asked.caller]
    return {"phones": couriers} if couriers else shop(asked)


def repeats_the_question(asked: Asked, shop: Shop) -> Said:
    """Hold a copy of the question in each answer, which the PBX ignores."""
    return {**shop(asked), "question": dict(asked.parameters)}


def refuses_strangers_outright(asked: Asked, shop: Shop) -> Said:
    unknown = shop(asked) == SHOP and asked.digits is not None
    return http({"error": "forbidden"}, status="403 Forbidden") if unknown else shop(asked)


def forbids_to_keep_it(asked: Asked, shop: Shop) -> Said:
    return http(shop(asked), "Cache-Control: private, max-age=60", f"Age: {asked.nth}")


@pytest.mark.parametrize(
    "style",
    [
        leads_customers_to_their_courier,
        repeats_the_question,
        refuses_strangers_outright,
        forbids_to_keep_it,
    ],
)
def test_a_shop_of_another_style_tells_as_little(style: Answer, certified: Certified) -> None:
    assert not_passed(certified("PRIV-", style, states=True)) == {}


UNKNOWN_ORDERS = ("unknown_order", "unknown_order_2", "unknown_order_3")


def has_an_order_99999(asked: Asked, shop: Shop) -> Said:
    whose = asked.caller == COURIER and asked.digits == "99999"
    return {"phones": [CUSTOMER]} if whose else shop(asked)


def test_an_order_that_nobody_said_is_unknown_fails_nobody(certified: Certified) -> None:
    results = certified("PRIV-041", has_an_order_99999, without=UNKNOWN_ORDERS, derives=True)
    result = results["PRIV-041"]
    assert result.verdict is Verdict.INFO
    assert result.finding.reason.assumption is Assumption.DERIVED_FACT
    declared = certified("PRIV-041", has_an_order_99999)["PRIV-041"]
    assert declared.verdict is Verdict.FAIL


def test_a_shop_that_breaks_down_is_not_praised_for_its_silence(certified: Certified) -> None:
    results = certified("PRIV-", lambda _asked, _shop: ERROR, states=True)
    binding = {case_id for case_id, one in results.items() if one.case.requirement.can_fail}
    assumed = {case_id for case_id, one in results.items() if one.finding.reason.assumption}
    assert {"PRIV-005", "PRIV-010", "PRIV-011"} <= assumed
    binding -= assumed
    for case_id, result in results.items():
        unseen = Verdict.UNTESTABLE if case_id in binding else Verdict.NOT_APPLICABLE
        assert result.verdict is unseen


def test_a_shop_that_leads_nobody_anywhere_proves_nothing(certified: Certified) -> None:
    result = certified("PRIV-002", lambda _asked, _shop: SHOP)["PRIV-002"]
    assert result.verdict is Verdict.UNTESTABLE
    assert f"own order {ORDER} does not lead to the customer {CUSTOMER}" in sentence(result.finding)


def test_whose_number_was_told_to_whom_is_said(certified: Certified) -> None:
    result = certified("PRIV-002", connects_whoever_types)["PRIV-002"]
    assert result.finding.reason.expected == f"nobody's number in the answer to {STRANGER}"
    assert result.finding.reason.received == f"customer {CUSTOMER}"


def test_a_number_is_found_in_any_spelling_and_anywhere(certified: Certified) -> None:
    def hints(asked: Asked, shop: Shop) -> Said:
        hint = {"text": "Order 10523: ask for 8 917 596-81-08."}
        return hint if asked.caller == STRANGER and asked.digits else shop(asked)

    result = certified("PRIV-002", hints)["PRIV-002"]
    assert result.verdict is Verdict.FAIL


def test_tries_that_are_left_tell_nothing_of_the_order(certified: Certified) -> None:
    def counts_down(asked: Asked, shop: Shop) -> Said:
        said = shop(asked)
        left = {"text": f"No order {asked.digits}. {100 - asked.nth} tries left."}
        return left if said == {"returned_code": 3} else said

    assert not_passed(certified("PRIV-050", counts_down)) == {}


def connects_at_once(asked: Asked, shop: Shop) -> Said:
    return shop.connects(ORDER) if asked.caller == COURIER else shop(asked)


def test_a_courier_who_is_connected_at_once_types_no_wrong_order(certified: Certified) -> None:
    results = certified("PRIV-04", connects_at_once)
    for case_id in ("PRIV-040", "PRIV-041"):
        assert results[case_id].verdict is Verdict.NOT_APPLICABLE
        assert "connected at once" in sentence(results[case_id].finding)
