from collections.abc import Callable
from pathlib import Path

import httpx

from reference_server import seed
from reference_server.domain import Answer, CallRequest, Policy
from reference_server.store import open_store
from reference_server.switchboard import Switchboard

Ask = Callable[..., httpx.Response]

WRONG = ["99999", "99998", "99997"]


def codes(ask: Ask, numbers: list[str], sid: str = "1") -> list[int | None]:
    return [ask(seed.COURIER, number, sid).json().get("returned_code") for number in numbers]


def test_after_three_wrong_orders_not_even_the_right_one_is_answered(ask: Ask) -> None:
    assert codes(ask, [*WRONG, seed.ORDER]) == [3, 3, 4, 4]


def test_a_mistyped_order_may_be_corrected(ask: Ask) -> None:
    assert codes(ask, ["12354"]) == [3]
    assert ask(seed.COURIER, seed.ORDER).json()["phones"] == [seed.CUSTOMER]


def test_the_next_call_of_the_courier_starts_anew(ask: Ask) -> None:
    codes(ask, WRONG, sid="1")
    assert ask(seed.COURIER, seed.ORDER, sid="2").json()["phones"] == [seed.CUSTOMER]


def test_typing_the_same_wrong_order_again_is_a_repeat_and_no_new_guess(ask: Ask) -> None:
    assert codes(ask, ["99999"] * 5) == [3] * 5
    assert ask(seed.COURIER, seed.ORDER).json()["phones"] == [seed.CUSTOMER]


def test_ten_wrong_orders_in_an_hour_end_the_guessing_in_every_session(ask: Ask) -> None:
    given = [codes(ask, [f"9{n:03d}"], sid=f"s{n}")[0] for n in range(10)]
    assert given == [3] * 9 + [4]
    assert codes(ask, [seed.ORDER], sid="new") == [4]
    assert ask(seed.OTHER_COURIER, seed.FOREIGN_ORDER).json()["phones"] == [seed.FOREIGN_CUSTOMER]


def test_forgetting_the_guesses_lets_the_courier_try_again(ask: Ask, crm: httpx.Client) -> None:
    for n in range(10):
        codes(ask, [f"9{n:03d}"], sid=f"s{n}")
    state = {"state": "guesses forgotten", "params": {"courier": seed.COURIER}}
    crm.post("/states", json=state).raise_for_status()
    assert ask(seed.COURIER, seed.ORDER, sid="new").json()["phones"] == [seed.CUSTOMER]


def test_the_hour_moves_on(tmp_path: Path) -> None:
    now = 1_000_000.0
    store = open_store(str(tmp_path / "crm.sqlite3"), seed.make_seed(7, 0, 0))
    switchboard = Switchboard(store.engine, Policy(), clock=lambda: now)

    def guess(number: str, sid: str) -> str:
        call = CallRequest(sid=sid, phone=seed.COURIER, caller=seed.COURIER, entered=number)
        (answer,) = switchboard.answer([call])
        assert isinstance(answer, Answer)
        return answer.body

    for n in range(10):
        guess("99999", sid=f"s{n}")
    assert guess(seed.ORDER, sid="at once") == '{"returned_code":4}'
    now += 3601
    assert seed.CUSTOMER in guess(seed.ORDER, sid="an hour later")
    store.close()


def test_guesses_of_one_group_count_like_guesses_one_after_another(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "crm.sqlite3"), seed.make_seed(7, 0, 0))
    group = [
        CallRequest(sid="1", phone=seed.COURIER, caller=seed.COURIER, entered=number)
        for number in [*WRONG, WRONG[0], seed.ORDER]
    ]
    outcomes = Switchboard(store.engine, Policy()).answer(group)
    bodies = [outcome.body for outcome in outcomes if isinstance(outcome, Answer)]
    assert bodies == [f'{{"returned_code":{code}}}' for code in (3, 3, 4, 3, 4)]
    store.close()
