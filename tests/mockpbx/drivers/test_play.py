"""A call script on the stage: how the PBX asks, states, sessions, misses."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import pytest

from mockpbx.callscript.model import CallScript
from mockpbx.core.cdr import FinishReason
from mockpbx.core.scenario import Interactive
from mockpbx.drivers.live import LivePace
from mockpbx.drivers.lockstep import AsgiTransport
from mockpbx.errors import UsageError
from mockpbx.scenario.library import load
from mockpbx.wire.request import Dialect, Method, NoInput, Profile, StartTime
from tests.fakes import FakePbx

if TYPE_CHECKING:
    from mockpbx.async_pbx import ScriptResult
    from mockpbx.core.scenario import Scenario
    from mockpbx.drivers.lockstep import Message
    from tests.fakes import PutIntoState
    from tests.mockpbx.drivers.conftest import Bench

URL = "http://endpoint.invalid/crm"
COURIER, CUSTOMER, VIRTUAL = "79161110001", "79175968108", "74951234567"


class Shop:
    """An endpoint in this process: a courier is asked for an order, others go to branch 2."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.log: list[str] = []

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        asked = dict(parse_qsl((scope["query_string"] or body).decode(), keep_blank_values=True))
        self.asked.append((f"{scope['method']} {scope['path']}", asked))
        self.log.append(f"request {asked.get('input_result')}")
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-type", b"application/json"), (b"x-shop", b"one")],
            }
        )
        await send({"type": "http.response.body", "body": json.dumps(self._answer(asked)).encode()})

    def _answer(self, asked: dict[str, str]) -> dict[str, Any]:
        if asked.get("input_result", "None").isdigit():
            return {"phones": [CUSTOMER], "operator_message": "Courier, order one."}
        return {"returned_code": 1 if asked.get("numa") == COURIER else 2}


def _script(**more: Any) -> CallScript:
    call = {"from": COURIER, "to": VIRTUAL, "dials": ["10523"], "expect": {}}
    base = {"id": "courier", "title": "A courier calls.", "calls": [call]}
    return CallScript.model_validate(base | more)


def _pbx(
    app: Any = None,
    *,
    profile: Profile | None = None,
    put_into_state: PutIntoState | None = None,
    scenario: Scenario | str = "courier-line",
) -> FakePbx:
    transport = AsgiTransport(app or Shop())
    url = profile or Profile(url=URL)
    return FakePbx(transport, profile=url, scenario=scenario, put=put_into_state)


def _play(bench: Bench, script: CallScript, pbx: FakePbx) -> ScriptResult:
    found: list[ScriptResult] = []

    async def test() -> None:
        found.append(await pbx.play(script))

    bench.run(test())
    return found[0]


def test_a_courier_reaches_the_customer(bench: Bench) -> None:
    shop = Shop()
    expect = {
        "path": ["who-is-calling", "ask-order"],
        "asked": ["None", "10523"],
        "reaches": CUSTOMER,
        "whisper": "order one",
        "requests": 2,
        "finish": "success_finish",
    }
    call = {"from": COURIER, "to": VIRTUAL, "dials": ["10523"], "expect": expect}
    performance = _play(bench, _script(calls=[call]), _pbx(shop))
    assert performance.as_expected, performance.misses
    assert [asked["input_result"] for _, asked in shop.asked] == ["None", "10523"]
    (played,) = performance.calls
    assert played.name == "courier#1"
    assert played.record.started == performance.script.epoch


def test_misses_are_told_call_by_call(bench: Bench) -> None:
    calls = [
        {"from": COURIER, "to": VIRTUAL, "dials": ["10523"], "expect": {"reaches": "nobody"}},
        {"from": "79990000000", "to": VIRTUAL, "expect": {"path": ["shop"]}},
        {"from": COURIER, "to": VIRTUAL, "expect": {"never_says": ["x-shop: one", "phones"]}},
    ]
    performance = _play(bench, _script(calls=calls), _pbx())
    assert not performance.as_expected
    first, second, third = performance.misses
    assert [str(miss) for miss in first] == [f"reaches: expected nobody, received {CUSTOMER}"]
    assert second == ()
    assert {miss.what for miss in third} == {"never_says"}


def test_at_night_the_endpoint_is_not_asked(bench: Bench) -> None:
    shop = Shop()
    call = {"from": COURIER, "to": VIRTUAL, "expect": {"requests": 0, "reaches": "voicemail"}}
    script = _script(calls=[call], at="2026-09-17 03:00:00")
    performance = _play(bench, script, _pbx(shop))
    assert performance.as_expected, performance.misses
    assert shop.asked == []


def test_a_failure_of_the_endpoint_is_a_miss_unless_failures_are_put_in_place(
    bench: Bench,
) -> None:
    async def says_no(_scope: Message, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"no"})

    misses = _play(bench, _script(), _pbx(says_no)).misses
    assert [[miss.what for miss in call] for call in misses] == [["answer to request 1"]]
    forgiving = _script(failures=[{"fault": "time.delay", "at": 1}])
    assert _play(bench, forgiving, _pbx(says_no)).as_expected


def test_an_answer_in_whose_place_a_failure_is_put_is_judged_all_the_same(bench: Bench) -> None:
    async def crashes(_scope: Message, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 500})
        await send({"type": "http.response.body", "body": b"no"})

    script = _script(failures=[{"fault": "tcp.reset"}])
    (misses,) = _play(bench, script, _pbx(crashes)).misses
    assert [str(miss) for miss in misses] == [
        "answer to request 1: expected no server error, received HTTP 500"
    ]
    unsent = _script(failures=[{"fault": "tcp.refused"}])
    assert _play(bench, unsent, _pbx(crashes)).as_expected


@pytest.mark.parametrize(
    ("asks", "profile", "asked"),
    [
        ({}, {}, "cdr_id start_time=1015 input_result=None numa numb"),
        ({"dialect": "novofon"}, {}, "call_session_id start_time=1015 input_result=None direction"),
        ({"dialect": "uis"}, {"parameters": frozenset({"numa"})}, "cdr_id start_time numb"),
        ({}, {"parameters": frozenset({"numa"})}, "numa !numb !cdr_id"),
        ({"also": ["numb"]}, {"parameters": frozenset({"numa"})}, "numa numb !cdr_id"),
        ({"without": ["cdr_id", "start_time"]}, {}, "numa numb !cdr_id !start_time"),
        ({"also": ["direction"], "without": ["numb"]}, {}, "direction=in !numb"),
        ({"no_input": "empty"}, {}, "input_result="),
        ({"no_input": "absent"}, {"no_input": NoInput.EMPTY}, "!input_result"),
        ({}, {"no_input": NoInput.EMPTY}, "input_result="),
        ({"start_time": "epoch"}, {}, "start_time=1789629300"),
        ({}, {"start_time": StartTime.EPOCH}, "start_time=1789629300"),
        ({"extra": {"b": "2"}}, {"extra": (("a", "1"),)}, "a=1 b=2"),
        ({}, {"dialect": Dialect.CALLGEAR}, "cdr_id direction"),
    ],
)
def test_what_the_script_says_about_asking_prevails_over_the_profile(
    asks: dict[str, Any], profile: dict[str, Any], asked: str, bench: Bench
) -> None:
    shop = Shop()
    pbx = _pbx(shop, profile=Profile(url=URL, **profile), scenario=load("direct"))
    _play(bench, _script(asks=asks), pbx)
    sent = shop.asked[0][1]
    for word in asked.split():
        name, equals, value = word.lstrip("!").partition("=")
        assert (name in sent) is not word.startswith("!")
        if equals:
            assert sent[name] == value


@pytest.mark.parametrize(
    ("asks", "profile", "target"),
    [
        ({}, {}, "numa=%2B7%20916"),
        ({"raw_plus": True}, {}, "numa=+7%20916"),
        ({}, {"raw_plus": True, "space_as": "+"}, "numa=+7+916"),
        ({"space_as": "+"}, {}, "numa=%2B7+916"),
        ({"space_as": "%20"}, {"space_as": "+"}, "numa=%2B7%20916"),
    ],
)
def test_spelling_is_the_scripts_before_the_profiles(
    asks: dict[str, Any], profile: dict[str, Any], target: str, bench: Bench
) -> None:
    call = {"from": "+7 916", "to": VIRTUAL, "expect": {}}
    script = _script(calls=[call], asks=asks)
    pbx = _pbx(profile=Profile(url=URL, **profile), scenario=load("direct"))
    (played,) = _play(bench, script, pbx).calls
    assert target in played.exchanges[0].request.url


def test_an_exchange_without_an_answer_says_nothing(bench: Bench) -> None:
    async def raises(_scope: Message, _receive: Any, _send: Any) -> None:
        raise LookupError

    call = {"from": COURIER, "to": VIRTUAL, "expect": {"never_says": ["a"], "answers": "any"}}
    assert _play(bench, _script(calls=[call]), _pbx(raises)).as_expected


def test_the_method_of_the_script_prevails(bench: Bench) -> None:
    shop = Shop()
    pbx = _pbx(shop, profile=Profile(url=URL, method=Method.GET))
    _play(bench, _script(asks={"method": "POST-form"}), pbx)
    assert [line for line, _ in shop.asked] == ["POST /crm", "POST /crm"]


def test_the_operations_own_settings_prevail_over_script_and_profile(bench: Bench) -> None:
    own = load("direct")
    first = own.operations["whom-to-dial"]
    assert isinstance(first, Interactive)
    asks = replace(
        first,
        method="POST-query",
        url="http://other.invalid/own",
        parameters=frozenset({"numb"}),
    )
    scenario = replace(own, operations={**own.operations, "whom-to-dial": asks})
    shop = Shop()
    script = _script(asks={"method": "POST-json", "also": ["direction"], "extra": {"x": "y"}})
    _play(bench, script, _pbx(shop, scenario=scenario))
    assert shop.asked == [("POST /own", {"numb": VIRTUAL, "x": "y"})]


def test_the_script_names_its_own_scenario(bench: Bench) -> None:
    script = _script(scenario="direct")
    (played,) = _play(bench, script, _pbx()).calls
    assert played.record.path[0].operation == "whom-to-dial"


def test_a_scenario_that_does_not_exist_is_told(bench: Bench) -> None:
    async def test() -> None:
        with pytest.raises(UsageError, match="no built-in scenario"):
            await _pbx().play(_script(scenario="courier-lin"))

    bench.run(test())


def test_a_parameter_that_does_not_exist_is_told(bench: Bench) -> None:
    async def test() -> None:
        with pytest.raises(UsageError, match="unknown request parameter numc"):
            await _pbx().play(_script(asks={"also": ["numc"]}))

    bench.run(test())


def test_calls_of_one_session_share_its_id_and_others_have_their_own(bench: Bench) -> None:
    calls: list[dict[str, Any]] = [
        {"from": COURIER, "to": VIRTUAL, "session": session, "starts": start, "expect": {}}
        for start, session in enumerate(["same", None, "same", "other", None])
    ]
    pbx = _pbx(scenario=load("direct"))
    performance = _play(bench, _script(calls=calls), pbx)
    ids = [played.record.session_id for played in performance.calls]
    assert ids[0] == ids[2]
    assert len(set(ids)) == 4
    again = _play(bench, _script(calls=calls), pbx)
    assert not set(ids) & {played.record.session_id for played in again.calls}
    epoch = performance.script.epoch
    assert [played.record.started - epoch for played in performance.calls] == [0, 1, 2, 3, 4]


def _states(shop: Shop) -> PutIntoState:
    async def put(state: str, params: Any) -> None:
        shop.log.append(f"{state} {dict(params)}")

    return put


GIVEN = [
    {"state": "order open", "params": {"order": "10523"}},
    {"state": "order closed", "params": {"order": "10523"}, "before_request": 2},
]


def test_states_are_set_before_the_script_and_before_their_request(bench: Bench) -> None:
    shop = Shop()
    courier = {"from": COURIER, "to": VIRTUAL, "dials": ["10523"], "expect": {}}
    second = courier | {"starts": 3600.0}
    script = _script(given=GIVEN, calls=[courier, second])
    _play(bench, script, _pbx(shop, put_into_state=_states(shop)))
    assert shop.log == [
        "order open {'order': '10523'}",
        "request None",
        "order closed {'order': '10523'}",
        "request 10523",
        "request None",
        "request 10523",
    ]


def test_without_a_states_address_the_script_is_played_as_it_is(bench: Bench) -> None:
    shop = Shop()
    _play(bench, _script(given=GIVEN), _pbx(shop))
    assert shop.log == ["request None", "request 10523"]


def test_a_repetition_sets_no_state_again(bench: Bench) -> None:
    shop = Shop()
    call = {
        "from": COURIER,
        "to": VIRTUAL,
        "dials": ["10523"],
        "repeats": [{"request": 2, "copies": 2}],
        "expect": {"same_answers": True},
    }
    script = _script(given=GIVEN[1:], calls=[call])
    performance = _play(bench, script, _pbx(shop, put_into_state=_states(shop)))
    assert shop.log == ["request None", "order closed {'order': '10523'}", *["request 10523"] * 3]
    assert performance.as_expected, performance.misses


def test_parts_name_their_calls_alike_in_every_run() -> None:
    calls = [{"from": COURIER, "to": VIRTUAL, "expect": {}} for _ in range(3)]
    for _ in range(2):
        played = asyncio.run(_pbx().play(_script(calls=calls)))
        assert [call.name for call in played.calls] == ["courier#1", "courier#2", "courier#3"]


def test_two_plays_of_a_script_are_equal_but_for_the_session(bench: Bench) -> None:
    failures = [{"fault": "time.delay", "at": 7, "when": {"probability": 0.5, "seed": 3}}]
    calls = [
        {"from": COURIER, "to": VIRTUAL, "dials": ["10523"], "starts": start, "expect": {}}
        for start in range(8)
    ]
    script = _script(calls=calls, failures=failures)
    assert _play(bench, script, _pbx()) == _play(bench, script, _pbx())


def test_a_script_is_played_live_as_it_is_in_lockstep(bench: Bench) -> None:
    found: list[ScriptResult] = []

    async def answers(visit: Any) -> None:
        while received := await visit.request():
            body = b'{"phones": ["%s"]}' % CUSTOMER.encode()
            await visit.send(
                bench.spell(body if "=10523" in received.target else b'{"returned_code": 1}')
            )

    async def test() -> None:
        async with bench.server(answers) as server, bench.connect() as transport:
            pbx = FakePbx(transport, pace=LivePace(), profile=Profile(url=server.url))
            found.append(await pbx.play(_script()))

    bench.run(test())
    (played,) = found[0].calls
    assert played.record.connected == CUSTOMER
    assert played.record.finish_reason is FinishReason.SUCCESS_FINISH
    assert len(played.exchanges) == 2
