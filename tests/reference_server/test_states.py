from collections.abc import Callable

import httpx
import pytest

from reference_server import seed

Ask = Callable[..., httpx.Response]


def put(crm: httpx.Client, state: str, **params: str) -> None:
    for _ in range(2):  # each state may be asked for again
        answer = crm.post("/states", json={"state": state, "params": params})
        assert (answer.status_code, answer.json()) == (200, {"state": state})


def test_an_order_can_be_opened_for_anybody(crm: httpx.Client, ask: Ask) -> None:
    put(crm, "order open", order="77777", courier="79265550001", customer="79265550002")
    assert ask("79265550001", "77777").json()["phones"] == ["79265550002"]


def test_an_order_can_be_closed_and_opened_again(crm: httpx.Client, ask: Ask) -> None:
    put(crm, "order closed", order=seed.ORDER)
    assert ask(seed.COURIER, seed.ORDER, sid="1").json() == {"returned_code": 3}
    put(crm, "order open", order=seed.ORDER, courier=seed.COURIER, customer=seed.CUSTOMER)
    assert ask(seed.COURIER, seed.ORDER, sid="2").json()["phones"] == [seed.CUSTOMER]


def test_an_order_can_be_handed_to_another_courier(crm: httpx.Client, ask: Ask) -> None:
    put(crm, "order assigned", order=seed.ORDER, courier=seed.OTHER_COURIER)
    assert ask(seed.COURIER, seed.ORDER).json() == {"returned_code": 3}
    assert ask(seed.OTHER_COURIER, seed.ORDER).json()["phones"] == [seed.CUSTOMER]


def test_a_courier_can_leave_and_return(crm: httpx.Client, ask: Ask) -> None:
    put(crm, "courier inactive", courier=seed.COURIER)
    assert ask(seed.COURIER, sid="1").json() == {"returned_code": 2}
    put(crm, "courier active", courier=seed.COURIER)
    assert ask(seed.COURIER, sid="2").json() == {"returned_code": 1}


def test_a_fresh_start_brings_the_seed_back_and_empties_the_log(
    crm: httpx.Client, ask: Ask
) -> None:
    ask(seed.COURIER)
    crm.delete(f"/api/orders/{seed.ORDER}").raise_for_status()
    put(crm, "fresh")
    assert crm.get(f"/api/orders/{seed.ORDER}").status_code == 200
    assert crm.get("/api/calls").json() == []


def test_an_unknown_state_names_the_known_ones(crm: httpx.Client) -> None:
    answer = crm.post("/states", json={"state": "full moon"})
    assert answer.status_code == 422
    assert "order open, order closed" in answer.json()["detail"]


@pytest.mark.parametrize("params", [{}, {"order": "x"}, {"order": "1", "more": "2"}])
def test_wrong_params_name_the_wanted_ones(crm: httpx.Client, params: dict[str, str]) -> None:
    answer = crm.post("/states", json={"state": "order closed", "params": params})
    assert answer.status_code == 422
    assert "wanted: order" in answer.json()["detail"]
