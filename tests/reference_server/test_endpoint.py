from collections.abc import Callable

import httpx
import pytest

from reference_server import seed

Ask = Callable[..., httpx.Response]

OWN = {"phones": [seed.CUSTOMER], "operator_message": "Courier is calling about order 10523"}


def test_a_courier_is_asked_for_the_order_and_then_connected(ask: Ask) -> None:
    assert ask(seed.COURIER).json() == {"returned_code": 1}
    assert ask(seed.COURIER, seed.ORDER).json() == OWN


def test_leading_zeros_belong_to_the_order_number(ask: Ask) -> None:
    assert ask(seed.COURIER, "00042").json()["phones"] == [seed.ZEROS_CUSTOMER]
    assert ask(seed.COURIER, "42").json() == {"returned_code": 3}


def test_wrong_foreign_and_closed_orders_cannot_be_told_apart(ask: Ask) -> None:
    wrong = [seed.UNKNOWN_ORDER, seed.FOREIGN_ORDER, seed.CLOSED_ORDER]
    answers = [ask(seed.COURIER, number, sid=number) for number in wrong]
    assert {answer.content for answer in answers} == {b'{"returned_code":3}'}
    headers = [{k: v for k, v in answer.headers.items() if k != "date"} for answer in answers]
    assert headers[0] == headers[1] == headers[2]


@pytest.mark.parametrize("caller", ["", "anonymous", "0", "101", "sip:anna", seed.STRANGER])
def test_strangers_and_hidden_callers_get_the_ordinary_line_whatever_they_type(
    ask: Ask, caller: str
) -> None:
    assert ask(caller).json() == {"returned_code": 2}
    assert ask(caller, seed.ORDER).json() == {"returned_code": 2}


def test_a_call_without_any_parameter_gets_the_ordinary_line(crm: httpx.Client) -> None:
    assert crm.get("/crm_integration").json() == {"returned_code": 2}


@pytest.mark.parametrize("absent", ["cdr_id", "start_time", "input_result", "numa", "numb"])
def test_any_parameter_may_be_absent(crm: httpx.Client, absent: str) -> None:
    params = {"cdr_id": "1", "start_time": "1200", "input_result": "None"}
    params |= {"numa": seed.COURIER, "numb": seed.VIRTUAL_NUMBER}
    del params[absent]
    code = 2 if absent == "numa" else 1
    assert crm.get("/crm_integration", params=params).json() == {"returned_code": code}


def test_an_inactive_courier_is_like_anybody_else(ask: Ask) -> None:
    assert ask(seed.INACTIVE_COURIER, seed.INACTIVE_ORDER).json() == {"returned_code": 2}


def test_a_customer_is_connected_with_their_courier(ask: Ask) -> None:
    assert ask(seed.CUSTOMER).json()["phones"] == [seed.COURIER]
    assert ask(seed.CLOSED_CUSTOMER).json() == {"returned_code": 2}
    assert ask(seed.INACTIVE_CUSTOMER).json() == {"returned_code": 2}


def test_who_is_courier_and_customer_is_treated_as_courier(ask: Ask) -> None:
    assert ask(seed.COURIER_AND_CUSTOMER).json() == {"returned_code": 1}
    answer = ask(seed.COURIER_AND_CUSTOMER, seed.ORDER_OF_COURIER_AND_CUSTOMER)
    assert answer.json()["phones"] == [seed.THEIR_CUSTOMER]
    foreign = ask(seed.COURIER_AND_CUSTOMER, seed.ORDER_FOR_COURIER_AND_CUSTOMER)
    assert foreign.json() == {"returned_code": 3}


@pytest.mark.parametrize("numa", ["%2B79161110001", "+79161110001", "89161110001", "9161110001"])
def test_a_courier_is_recognised_in_every_spelling(crm: httpx.Client, numa: str) -> None:
    # The URL is written out, because a client would encode the raw plus.
    assert crm.get(f"/crm_integration?numa={numa}").json() == {"returned_code": 1}


def test_forms_json_and_a_query_on_post_say_the_same(crm: httpx.Client) -> None:
    said = {"numa": seed.COURIER, "input_result": seed.ORDER, "call_session_id": "9"}
    answers = [
        crm.post("/crm_integration", data=said),
        crm.post("/crm_integration", json=said),
        crm.post("/crm_integration", params=said),
    ]
    assert [answer.json() for answer in answers] == [OWN, OWN, OWN]
    assert len(crm.get("/api/calls").json()) == 1


def test_answers_are_compact_json_that_nobody_may_store(ask: Ask) -> None:
    answer = ask(seed.STRANGER)
    assert answer.content == b'{"returned_code":2}'
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"


def test_a_repeated_request_gets_the_first_answer_and_one_log_entry(
    ask: Ask, crm: httpx.Client
) -> None:
    first = ask(seed.COURIER, seed.ORDER)
    crm.patch(f"/api/orders/{seed.ORDER}", json={"status": "closed"}).raise_for_status()
    assert ask(seed.COURIER, seed.ORDER).content == first.content
    assert len(crm.get("/api/calls").json()) == 1


def test_a_redial_is_a_new_call(ask: Ask, crm: httpx.Client) -> None:
    ask(seed.COURIER, seed.ORDER, sid="1")
    crm.patch(f"/api/orders/{seed.ORDER}", json={"status": "closed"}).raise_for_status()
    assert ask(seed.COURIER, seed.ORDER, sid="2").json() == {"returned_code": 3}


def test_calls_without_a_session_id_are_all_logged(crm: httpx.Client) -> None:
    for _ in range(2):
        crm.get("/crm_integration", params={"numa": seed.COURIER})
    assert [entry["sid"] for entry in crm.get("/api/calls").json()] == [None, None]


def test_a_session_id_of_somebody_else_discloses_nothing_and_is_flagged(
    ask: Ask, crm: httpx.Client
) -> None:
    ask(seed.COURIER, seed.ORDER)
    assert ask(seed.STRANGER, seed.ORDER).json() == {"returned_code": 2}
    assert ask(seed.OTHER_COURIER, seed.ORDER).json() == {"returned_code": 3}
    assert [entry["flagged"] for entry in crm.get("/api/calls").json()] == [False, True, True]


def test_head_and_options_decide_nothing(crm: httpx.Client) -> None:
    params = {"numa": seed.COURIER}
    head = crm.head("/crm_integration", params=params)
    assert (head.status_code, head.content) == (200, b"")
    options = crm.options("/crm_integration", params=params)
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, POST, OPTIONS")
    assert crm.delete("/crm_integration").status_code == 405
    assert crm.get("/api/calls").json() == []
