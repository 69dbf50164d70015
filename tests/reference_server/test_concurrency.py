import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from reference_server import seed
from reference_server.domain import Policy
from reference_server.parameters import understand
from reference_server.store import open_store
from reference_server.switchboard import Switchboard

Start = Callable[..., tuple[str, "subprocess.Popen[str]"]]


@pytest.fixture(scope="module")
def running_servers(start: Start, database: str) -> list[str]:
    return [start("--quiet", "--database", database)[0] for _ in range(2)]


@pytest.fixture
def two_servers(web: httpx.Client, running_servers: list[str]) -> list[str]:
    """Two servers on one database, as two workers would be, with fresh data."""
    web.post(f"{running_servers[0]}/states", json={"state": "fresh"}).raise_for_status()
    return running_servers


def ask_all(web: httpx.Client, calls: list[tuple[str, dict[str, str]]]) -> list[httpx.Response]:
    def ask(call: tuple[str, dict[str, str]]) -> httpx.Response:
        return web.get(f"{call[0]}/crm_integration", params=call[1], timeout=30)

    with ThreadPoolExecutor(20) as pool:
        return list(pool.map(ask, calls))


@pytest.mark.parametrize("caller", [seed.COURIER, seed.STRANGER])
def test_one_request_twenty_times_at_once_is_one_entry_and_one_answer(
    web: httpx.Client, two_servers: list[str], caller: str
) -> None:
    params = {"cdr_id": "1", "numa": caller, "input_result": seed.ORDER}
    answers = ask_all(web, [(url, params) for url in two_servers * 10])
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert len(web.get(f"{two_servers[0]}/api/calls").json()) == 1


def test_guesses_at_once_on_two_servers_never_exceed_the_limit(
    web: httpx.Client, two_servers: list[str]
) -> None:
    calls = [
        (url, {"cdr_id": "1", "numa": seed.COURIER, "input_result": f"9{n:03d}"})
        for n, url in enumerate(two_servers * 10)
    ]
    codes = [answer.json()["returned_code"] for answer in ask_all(web, calls)]
    assert (codes.count(3), codes.count(4)) == (2, 18)
    right = {"cdr_id": "1", "numa": seed.COURIER, "input_result": seed.ORDER}
    assert ask_all(web, [(two_servers[0], right)])[0].json() == {"returned_code": 4}


def test_sessions_at_once_do_not_mix(web: httpx.Client, two_servers: list[str]) -> None:
    orders = {
        seed.ORDER: (seed.COURIER, seed.CUSTOMER),
        seed.FOREIGN_ORDER: (seed.OTHER_COURIER, seed.FOREIGN_CUSTOMER),
        seed.SINGLE_ORDER: (seed.SINGLE_ORDER_COURIER, seed.SINGLE_CUSTOMER),
    }
    expected, calls = [], []
    for n in range(60):
        number = list(orders)[n % 3]
        courier, customer = orders[number]
        expected.append([customer])
        params = {"cdr_id": str(n), "numa": courier, "input_result": number}
        calls.append((two_servers[n % 2], params))
    assert [answer.json()["phones"] for answer in ask_all(web, calls)] == expected


def test_two_switchboards_that_log_the_same_strangers_crosswise_both_succeed(
    database: str,
) -> None:
    stores = [open_store(database, seed.make_seed(7, 0, 0)) for _ in range(2)]
    stores[0].reset()
    calls = [
        understand([("cdr_id", str(n)), ("numa", seed.STRANGER)], region="RU") for n in range(50)
    ]
    boards = [Switchboard(store.engine, Policy()) for store in stores]
    with ThreadPoolExecutor(2) as pool:
        forward = pool.submit(boards[0].answer, calls)
        backward = pool.submit(boards[1].answer, calls[::-1])
        outcomes = [*forward.result(), *backward.result()]
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    for store in stores:
        store.close()
