import httpx
import pytest

from reference_server import seed

NEW = {"number": "55555", "courier": seed.COURIER, "customer": "+7 926 333-44-55"}


def test_lists_come_in_pages(crm: httpx.Client) -> None:
    first = crm.get("/api/couriers", params={"limit": 5}).json()
    second = crm.get("/api/couriers", params={"limit": 5, "offset": 5}).json()
    assert (len(first), len(second)) == (5, 3)
    phones = [card["phone"] for card in first + second]
    assert phones == sorted(set(phones))


def test_lists_can_be_narrowed(crm: httpx.Client) -> None:
    wanted = {"courier": seed.COURIER, "status": "open"}
    found = crm.get("/api/orders", params=wanted).json()
    assert [order["number"] for order in found] == ["00042", "10523", "10524"]


def test_an_order_is_made_read_changed_and_deleted(crm: httpx.Client) -> None:
    assert crm.post("/api/orders", json=NEW).status_code == 201
    assert crm.get("/api/orders/55555").json()["customer"] == "79263334455"
    changed = crm.patch("/api/orders/55555", json={"courier": seed.OTHER_COURIER}).json()
    assert changed["courier"] == seed.OTHER_COURIER
    assert crm.delete("/api/orders/55555").status_code == 204
    assert crm.get("/api/orders/55555").status_code == 404


def test_a_courier_is_made_read_changed_and_deleted(crm: httpx.Client) -> None:
    card = {"phone": "89263334455", "name": "Новый"}
    assert crm.post("/api/couriers", json=card).json()["phone"] == "79263334455"
    changed = crm.patch("/api/couriers/79263334455", json={"active": False})
    assert changed.json() == {
        "phone": "79263334455",
        "name": "Новый",
        "kind": "outside",
        "active": False,
    }
    assert crm.delete("/api/couriers/79263334455").status_code == 204
    assert crm.delete("/api/couriers/79263334455").status_code == 404


def test_contradictions_are_conflicts(crm: httpx.Client) -> None:
    taken = {**NEW, "number": seed.ORDER}
    assert crm.post("/api/orders", json=taken).status_code == 409
    nobody = {**NEW, "courier": "79990000009"}
    assert crm.post("/api/orders", json=nobody).status_code == 409
    assert crm.delete(f"/api/couriers/{seed.COURIER}").status_code == 409


@pytest.mark.parametrize(
    "wrong",
    [
        {**NEW, "number": "12a"},
        {**NEW, "customer": "anna"},
        {**NEW, "number": 55555},
        {**NEW, "extra": 1},
        {**NEW, "status": "lost"},
        {**NEW, "number": "\0"},
    ],
)
def test_a_wrong_order_is_refused_without_repeating_it(
    crm: httpx.Client, wrong: dict[str, object]
) -> None:
    answer = crm.post("/api/orders", json=wrong)
    assert answer.status_code == 422
    assert seed.COURIER not in answer.text


def test_a_lone_surrogate_in_a_name_is_refused(crm: httpx.Client) -> None:
    body = b'{"phone": "79263334455", "name": "\\ud800"}'
    headers = {"content-type": "application/json"}
    assert crm.post("/api/couriers", content=body, headers=headers).status_code == 422


def test_the_log_tells_what_was_asked_and_answered(crm: httpx.Client) -> None:
    crm.get("/crm_integration", params={"cdr_id": "7", "numa": seed.COURIER})
    (entry,) = crm.get("/api/calls", params={"sid": "7"}).json()
    assert entry["answer"] == '{"returned_code":1}'
    assert entry["kind"] == "ask-order"
    assert crm.get(f"/api/calls/{entry['id']}").json() == entry
    assert crm.get("/api/calls/999999").status_code == 404


def test_the_server_tells_its_health_and_its_api(crm: httpx.Client) -> None:
    assert crm.get("/healthz").json() == {"status": "ok"}
    assert "/api/orders" in crm.get("/openapi.json").json()["paths"]
    page = crm.get("/docs").text
    assert "POST /states" in page
    assert "https://" not in page
