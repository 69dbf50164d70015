"""Shops that are right in ways of their own: none of them may be told otherwise."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from harness.certify.model import Verdict
from harness.certify.sentences import sentence
from mockpbx.core.scenario import Collect, Interactive, Operation, Scenario
from mockpbx.scenario import library as scenarios
from mockpbx.wire.request import Dialect, Method

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.harness.certify.checks.calls.conftest import Answer, Asked, Certified, Said, Shop

FAMILIES = ["SEQ-", "CONC-", "PRIV-"]
FINE = {Verdict.PASS, Verdict.NOT_APPLICABLE}
SHOP_PHONE = {"phones": ["74951112233"], "message_name": "welcome.mp3"}
OPERATORS = {"phones": ["101", "102"]}


def remarks(results: dict[str, Any]) -> dict[str, str]:
    return {
        case_id: sentence(result.finding)
        for case_id, result in results.items()
        if result.verdict not in FINE
    }


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    "profile",
    [
        {"method": Method.POST_FORM},
        {"method": Method.POST_JSON},
        {"method": Method.POST_QUERY},
        {"dialect": Dialect.NOVOFON},
    ],
    ids=["form", "json", "query", "novofon"],
)
def test_a_shop_may_be_asked_in_any_way(
    profile: dict[str, Any], family: str, certified: Certified
) -> None:
    assert remarks(certified(family, profile=profile, states=True)) == {}


def names_phones_instead_of_codes(asked: Asked, shop: Shop) -> Said:
    said = shop(asked)
    instead: dict[object, Said] = {2: SHOP_PHONE, 4: OPERATORS}
    return instead.get(said.get("returned_code"), said)


def speaks_an_old_http(asked: Asked, shop: Shop) -> bytes:
    body = json.dumps(shop(asked), indent=4).encode()
    return b"HTTP/1.0 200 OK\r\nX-Powered-By: hand\r\nContent-Type: text/json\r\n\r\n" + body


def sends_chunks(asked: Asked, shop: Shop) -> Said:
    body = json.dumps(shop(asked)).encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body)
    return head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"


def takes_its_time(asked: Asked, shop: Shop) -> Said:
    return (0.02, speaks_an_old_http(asked, shop))


def connects_at_once_where_there_is_one_order(asked: Asked, shop: Shop) -> Said:
    theirs = [
        number
        for number, order in shop.orders.items()
        if order.courier == asked.caller and order.is_open and asked.caller not in shop.idle
    ]
    return shop.connects(theirs[0]) if len(theirs) == 1 else shop(asked)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    "style",
    [
        names_phones_instead_of_codes,
        speaks_an_old_http,
        sends_chunks,
        takes_its_time,
        connects_at_once_where_there_is_one_order,
    ],
)
def test_a_shop_may_answer_in_any_way(style: Answer, family: str, certified: Certified) -> None:
    assert remarks(certified(family, style, states=True)) == {}


def with_six_digits(scenario: Scenario) -> Scenario:
    def longer(operation: Operation) -> Operation:
        if not isinstance(operation, Interactive) or operation.collect is None:
            return operation
        return replace(operation, collect=Collect(length=6))

    operations = {name: longer(item) for name, item in scenario.operations.items()}
    return replace(scenario, name="six-digits", operations=operations)


@pytest.mark.parametrize("family", FAMILIES)
def test_orders_may_have_another_length(
    family: str, certified: Certified, facts: Mapping[str, str]
) -> None:
    def of_six_digits(asked: Asked, shop: Shop) -> Said:
        shorter = {**asked.parameters}
        if asked.digits is not None and len(asked.digits) > 5:
            shorter["input_result"] = asked.digits.removeprefix("7")
        return shop(replace(asked, parameters=shorter))  # type: ignore[type-var]

    longer = {
        name: f"7{value}" if "_order" in name or name == "order" else value
        for name, value in facts.items()
    }
    scenario = with_six_digits(scenarios.load("courier-line"))
    results = certified(family, of_six_digits, states=True, scenario=scenario, facts=longer)
    assert remarks(results) == {}


def test_a_courier_may_have_one_open_order_and_a_closed_one(certified: Certified) -> None:
    """Such a courier is connected at once, whatever they would have typed."""

    def at_once(asked: Asked, shop: Shop) -> Said:
        for order in ("10524", "00042"):
            shop.orders.pop(order, None)
        return connects_at_once_where_there_is_one_order(asked, shop)

    without = ("second_order", "second_customer", "zero_order", "zero_customer")
    for family in FAMILIES:
        results = certified(family, at_once, states=True, without=without)
        assert remarks(results) == {}
