"""Endpoints that stumble over the way they are asked, each caught by the case for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from harness.certify.model import Verdict
from harness.certify.sentences import sentence
from mockpbx.scenario import library as scenarios
from mockpbx.wire.request import Dialect, Method

if TYPE_CHECKING:
    from tests.harness.certify.checks.conftest import (
        Answer,
        Asked,
        BlamedBy,
        OpenEndpoint,
        ResultOf,
        Said,
        Spell,
        VerdictOf,
    )

COURIER, ORDER = "79161110001", "10523"
SHOP = {"returned_code": 2}
REFUSED = {"error": "bad request"}
METHODS = [method.value for method in Method]
NO_FACTS: dict[str, None] = dict.fromkeys(
    ["courier", "order", "customer", "foreign_order", "foreign_customer", "unknown_order"]
)


def _lacks(name: str) -> Callable[[Asked], bool]:
    return lambda asked: name not in asked.parameters


def _has(name: str) -> Callable[[Asked], bool]:
    return lambda asked: name in asked.parameters


def _starts_at(*spellings: str) -> Callable[[Asked], bool]:
    """Tell whether start_time is spelt with one of these signs and nothing else is odd."""
    return lambda asked: any(sign in asked.target for sign in spellings)


STUMBLES: dict[str, tuple[Verdict, Callable[[Asked], bool]]] = {
    "REQ-010": (Verdict.NONSTRICT, _lacks("numa")),
    "REQ-011": (Verdict.NONSTRICT, _lacks("numb")),
    "REQ-012": (Verdict.NONSTRICT, _lacks("start_time")),
    "REQ-013": (Verdict.NONSTRICT, lambda asked: asked.session is None),
    "REQ-014": (Verdict.NONSTRICT, _lacks("input_result")),
    "REQ-016": (Verdict.NONSTRICT, lambda asked: not asked.parameters),
    "REQ-020": (Verdict.FAIL, _lacks("call_session_id")),
    "REQ-021": (Verdict.FAIL, _lacks("cdr_id")),
    "REQ-022": (
        Verdict.INFO,
        lambda asked: {"cdr_id", "call_session_id"} <= asked.parameters.keys(),
    ),
    "REQ-031": (
        Verdict.FAIL,
        lambda asked: asked.nth > 1 and asked.parameters.get("input_result") == "None",
    ),
    "REQ-032": (Verdict.INFO, lambda asked: asked.parameters.get("input_result") == ""),
    "REQ-033": (Verdict.INFO, _lacks("input_result")),
    "REQ-034": (Verdict.INFO, lambda asked: asked.parameters.get("input_result") == ""),
    "REQ-042": (Verdict.INFO, _has("direction")),
    "REQ-050": (Verdict.FAIL, lambda asked: len(asked.parameters.get("start_time", "")) == 4),
    "REQ-051": (Verdict.INFO, lambda asked: len(asked.parameters["start_time"]) == 10),
    "REQ-052": (Verdict.INFO, _starts_at("%20")),
    "REQ-053": (Verdict.INFO, _starts_at("+")),
    "REQ-060": (Verdict.INFO, _has("utm_source")),
    "REQ-061": (Verdict.INFO, lambda asked: not asked.target.startswith("/crm_integration?cdr_id")),
    "REQ-062": (Verdict.FAIL, lambda asked: "*" in (asked.digits or "")),
    "REQ-063": (Verdict.FAIL, lambda asked: "#" in (asked.digits or "")),
    "REQ-064": (Verdict.NONSTRICT, lambda asked: "%37%39" in asked.target),
    "REQ-066": (Verdict.INFO, lambda asked: asked.caller.startswith("+")),
    "REQ-067": (Verdict.INFO, lambda asked: asked.caller.startswith(" ")),
}


@pytest.mark.parametrize("case_id", STUMBLES)
def test_an_endpoint_that_stumbles_is_caught_by_the_case_for_it(
    case_id: str,
    endpoint: OpenEndpoint,
    courier_line: Answer,
    http_answer: Spell,
    verdict_of: VerdictOf,
) -> None:
    verdict, stumbles = STUMBLES[case_id]

    def answer(asked: Asked) -> Said:
        if stumbles(asked):
            return http_answer(REFUSED, status="500 Internal Server Error")
        return courier_line(asked)

    assert verdict_of(case_id, endpoint(courier_line)) is Verdict.PASS
    assert verdict_of(case_id, endpoint(answer)) is verdict


def test_an_endpoint_that_cannot_do_without_the_direction_is_caught(
    endpoint: OpenEndpoint, courier_line: Answer, http_answer: Spell, verdict_of: VerdictOf
) -> None:
    def answer(asked: Asked) -> Said:
        if "direction" in asked.parameters:
            return courier_line(asked)
        return http_answer(REFUSED, status="422 Unprocessable Content")

    novofon = {"dialect": Dialect.NOVOFON}
    assert verdict_of("REQ-015", endpoint(answer), profile=novofon) is Verdict.NONSTRICT
    assert verdict_of("REQ-015", endpoint(courier_line), profile=novofon) is Verdict.PASS


DIRECTIONS = {"REQ-040": "in", "REQ-041": "out"}


@pytest.mark.parametrize("case_id", DIRECTIONS)
def test_each_direction_is_tried_where_the_brand_documents_it(
    case_id: str,
    endpoint: OpenEndpoint,
    courier_line: Answer,
    http_answer: Spell,
    verdict_of: VerdictOf,
) -> None:
    def answer(asked: Asked) -> Said:
        if asked.parameters.get("direction") == DIRECTIONS[case_id]:
            return http_answer(REFUSED, status="500 Internal Server Error")
        return courier_line(asked)

    callgear = {"dialect": Dialect.CALLGEAR}
    assert verdict_of(case_id, endpoint(answer), profile=callgear) is Verdict.FAIL
    assert verdict_of(case_id, endpoint(courier_line), profile=callgear) is Verdict.PASS
    assert verdict_of(case_id, endpoint(answer)) is Verdict.NOT_APPLICABLE


# -- the method ---------------------------------------------------------------------------

ANSWERED = dict(zip(METHODS, ["REQ-001", "REQ-002", "REQ-003", "REQ-004"], strict=True))
READ = dict(zip(METHODS, ["REQ-005", "REQ-006", "REQ-007", "REQ-008"], strict=True))


@pytest.mark.parametrize("method", METHODS)
def test_an_endpoint_that_refuses_its_method_is_caught(
    method: str,
    endpoint: OpenEndpoint,
    courier_line: Answer,
    http_answer: Spell,
    verdict_of: VerdictOf,
) -> None:
    case_id, asks = ANSWERED[method], {"method": Method(method)}
    refuses = endpoint(lambda _: http_answer("", status="405 Method Not Allowed"))
    assert verdict_of(case_id, refuses, profile=asks) is Verdict.FAIL
    assert verdict_of(case_id, endpoint(courier_line), profile=asks) is Verdict.PASS


@pytest.mark.parametrize("method", METHODS)
def test_an_endpoint_that_reads_no_parameters_is_caught(
    method: str, endpoint: OpenEndpoint, courier_line: Answer, verdict_of: VerdictOf
) -> None:
    case_id, asks = READ[method], {"method": Method(method)}
    # How a body is encoded is assumed: it cannot fail an endpoint.
    verdict = Verdict.FAIL if method == "GET" else Verdict.INFO
    assert verdict_of(case_id, endpoint(lambda _: SHOP), profile=asks) is verdict
    assert verdict_of(case_id, endpoint(courier_line), profile=asks) is Verdict.PASS


@pytest.mark.parametrize("method", METHODS)
def test_only_the_declared_method_is_judged(
    method: str, endpoint: OpenEndpoint, courier_line: Answer, verdict_of: VerdictOf
) -> None:
    other = "GET" if method == "POST-query" else "POST-query"
    asks = {"method": Method(method)}
    assert (
        verdict_of(ANSWERED[other], endpoint(courier_line), profile=asks) is Verdict.NOT_APPLICABLE
    )


WITH_A_TYPE = {"REQ-070": Method.POST_FORM, "REQ-071": Method.POST_JSON}


@pytest.mark.parametrize("case_id", WITH_A_TYPE)
def test_a_content_type_that_is_compared_as_a_whole_is_caught(
    case_id: str,
    endpoint: OpenEndpoint,
    courier_line: Answer,
    http_answer: Spell,
    verdict_of: VerdictOf,
) -> None:
    def answer(asked: Asked) -> Said:
        if ";" in asked.headers["content-type"]:
            return http_answer("", status="415 Unsupported Media Type")
        return courier_line(asked)

    asks = {"method": WITH_A_TYPE[case_id]}
    assert verdict_of(case_id, endpoint(answer), profile=asks) is Verdict.NONSTRICT
    assert verdict_of(case_id, endpoint(courier_line), profile=asks) is Verdict.PASS


# -- what changes nothing -----------------------------------------------------------------


def test_none_that_is_looked_up_as_an_order_is_caught(
    endpoint: OpenEndpoint, courier_line: Answer, result_of: ResultOf
) -> None:
    def answer(asked: Asked) -> Said:
        looked_up = asked.caller == COURIER and asked.parameters["input_result"] == "None"
        return {"returned_code": 3} if looked_up else courier_line(asked)

    result = result_of("REQ-030", endpoint(answer))
    assert result.verdict is Verdict.FAIL
    assert (
        result.finding.reason.received == "the answer to a wrong order, though nothing was entered"
    )
    assert result_of("REQ-030", endpoint(courier_line)).verdict is Verdict.PASS


ODD: list[tuple[str, Callable[[Asked], bool]]] = [
    ("REQ-060", _has("phones")),
    ("REQ-061", lambda asked: not asked.target.startswith("/crm_integration?cdr_id")),
    ("REQ-034", _lacks("input_result")),
]


@pytest.mark.parametrize(("case_id", "odd"), ODD)
def test_another_answer_is_told_though_it_is_an_instruction(
    case_id: str,
    odd: Callable[[Asked], bool],
    endpoint: OpenEndpoint,
    courier_line: Answer,
    verdict_of: VerdictOf,
) -> None:
    def answer(asked: Asked) -> Said:
        return {"returned_code": 4} if odd(asked) else courier_line(asked)

    assert verdict_of(case_id, endpoint(answer)) is Verdict.INFO


def test_where_the_courier_never_gets_through_nothing_can_be_compared(
    endpoint: OpenEndpoint, result_of: ResultOf
) -> None:
    result = result_of("REQ-050", endpoint(lambda _: SHOP))
    assert result.verdict is Verdict.UNTESTABLE
    assert ORDER in sentence(result.finding)


def test_a_scenario_that_does_not_ask_leaves_nothing_to_judge(
    endpoint: OpenEndpoint, courier_line: Answer, result_of: ResultOf
) -> None:
    # Nothing is pressed in the menu, so nothing is asked.
    result = result_of("REQ-030", endpoint(courier_line), scenario=scenarios.load("menu-first"))
    assert result.verdict is Verdict.NOT_APPLICABLE


def test_without_facts_an_instruction_is_enough(
    endpoint: OpenEndpoint, http_answer: Spell, blamed_by: BlamedBy
) -> None:
    assert blamed_by("REQ", endpoint(lambda _: SHOP), stranger=None, **NO_FACTS) == {}
    dead = endpoint(lambda _: http_answer("", status="503 Service Unavailable"))
    blamed = blamed_by("REQ", dead, stranger=None, **NO_FACTS)
    assert blamed["REQ-001"] is Verdict.FAIL
    assert blamed["REQ-050"] is Verdict.FAIL
    assert Verdict.ERROR not in blamed.values()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dialect", [Dialect.COMAGIC, Dialect.NOVOFON])
def test_the_correct_endpoint_passes_every_case_however_it_is_asked(
    dialect: Dialect,
    method: str,
    endpoint: OpenEndpoint,
    courier_line: Answer,
    blamed_by: BlamedBy,
) -> None:
    asks: dict[str, Any] = {"dialect": dialect, "method": Method(method)}
    assert blamed_by("REQ", endpoint(courier_line), profile=asks) == {}
