"""The virtual PBX as its users have it: applications and addresses, calls, wrong use."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI
from flask import Flask, request
from flask.typing import ResponseReturnValue

from mockpbx import (
    AsyncPbx,
    Call,
    Callee,
    CallScript,
    Endpoint,
    Expect,
    Fault,
    Forward,
    HangUp,
    Observed,
    Pbx,
    UsageError,
    When,
)
from mockpbx.drivers.turns import Turn

COURIER, CUSTOMER, SHOP = "79161110001", "79175968108", "74950000101"
Message = MutableMapping[str, Any]


def decide(numa: str, digits: str) -> dict[str, Any]:
    """Answer as a courier line does."""
    if numa != COURIER:
        return {"returned_code": 2}
    if digits == "None":
        return {"returned_code": 1}
    return {"phones": [CUSTOMER], "operator_message": {"operator_text": "Your order"}}


def fastapi_app() -> FastAPI:
    app = FastAPI()

    @app.get("/crm_integration")
    def crm_integration(numa: str, input_result: str = "None") -> dict[str, Any]:
        return decide(numa, input_result)

    return app


def flask_app() -> Flask:
    app = Flask(__name__)

    @app.route("/crm_integration", methods=["GET", "POST"])
    def crm_integration() -> ResponseReturnValue:
        return decide(request.values["numa"], request.values["input_result"])

    return app


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = parse_qs(urlsplit(self.path).query)
            body = str(decide(asked["numa"][0], asked["input_result"][0])).replace("'", '"')
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/crm_integration"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=["FastAPI", "Flask", "URL"])
def target(request: pytest.FixtureRequest, url: str) -> Any:
    make: Mapping[str, Callable[[], object]] = {
        "FastAPI": fastapi_app,
        "Flask": flask_app,
        "URL": lambda: url,
    }
    return make[request.param]()


# -- calls -----------------------------------------------------------------------------


def test_a_call_tells_what_its_people_lived_through(target: Any) -> None:
    call = Pbx(target).call(COURIER, dials=["10523"])
    assert (call.reached, call.whisper, call.shown_number) == (CUSTOMER, "Your order", COURIER)
    assert call.heard == ("Enter the order number.",)
    assert call.entered == ("10523",)
    assert (call.fallback, call.finish_reason, call.talk_s) == (None, "success_finish", 20.0)
    first, second = call.requests
    assert (first.params["input_result"], first.status, first.failure) == ("None", 200, None)
    assert (second.params["input_result"], second.operation) == ("10523", "ask-order")
    assert isinstance(second.instruction, Forward)
    assert f'"{CUSTOMER}"' in second.body


def test_calls_within_a_with_statement_share_what_is_open(target: Any) -> None:
    with Pbx(target, facts={"courier": COURIER}) as pbx:
        assert pbx.call("courier", dials=["10523"]).reached == CUSTOMER
        assert pbx.call("stranger").reached == SHOP
        assert pbx.call("hidden").reached == SHOP
        assert pbx.ask("courier").body.startswith("{")
        assert [call.record.numa for call in pbx.calls] == [COURIER, "79990000009", ""]


def test_asynchronous_code_awaits(target: Any) -> None:
    async def two() -> tuple[str | None, str | None]:
        async with AsyncPbx(target) as pbx:
            first, second = await asyncio.gather(pbx.call(COURIER, dials=["1"]), pbx.call("7"))
        return first.reached, second.reached

    assert asyncio.run(two()) == (CUSTOMER, SHOP)


def test_an_application_is_asked_at_its_own_path_by_its_own_method() -> None:
    app = Flask("other")

    @app.post("/pbx/<secret>")
    def asked(secret: str) -> ResponseReturnValue:
        body = request.get_json()
        return {"phones": ["101"], "text": f"{secret} {body['numa']} {request.headers['X-Key']}"}

    pbx = Pbx(app, path="/pbx/s3", method="POST-json", headers={"X-Key": "k"}, dialect="novofon")
    call = pbx.call("79161110001")
    assert (call.reached, call.heard) == ("101", ("s3 79161110001 k",))
    assert "call_session_id" in call.requests[0].params


def test_what_is_said_of_people_holds() -> None:
    pbx = Pbx(fastapi_app())
    busy = pbx.call(COURIER, dials=["1"], callees={CUSTOMER: "busy"})
    assert (busy.legs[0].disposition, busy.reached) == ("busy", SHOP)
    short = pbx.call(COURIER, dials=["1"], callees={CUSTOMER: Callee(answers=4, talks=9.9)})
    assert (short.talk_s, short.record.hung_up_by) == (9.9, "callee")
    gone = pbx.call(COURIER, dials=["1"], hangs_up="digits")
    assert gone.finish_reason == "subscriber_disconnects"
    gone = pbx.call(COURIER, dials=["1"], hangs_up=HangUp(during="talking", after=7))
    assert gone.talk_s == 7
    again = pbx.call(COURIER, dials=["1"], repeats=[1])
    assert (len(again.requests), len(again.exchanges)) == (2, 3)


def test_seconds_are_rounded_to_a_millisecond() -> None:
    """0.1 + 0.2 and the like: a tester compares with what they wrote."""
    for talks in (0.1, 0.3, 9.999, 7.77):
        call = Pbx(fastapi_app()).call(COURIER, dials=["..1"], talks=talks)
        assert call.talk_s == talks
        assert (call.wait_s, call.dead_air_s) == (round(call.wait_s, 3), round(call.dead_air_s, 3))


def test_a_script_a_file_and_a_script_of_the_catalogue_are_played(tmp_path: Path) -> None:
    calls = [Call(caller=COURIER, dials=["10523"], expect=Expect(reaches=CUSTOMER))]
    pbx = Pbx(fastapi_app(), facts={"courier": COURIER, "order": "10523", "customer": CUSTOMER})
    assert pbx.play(CallScript(id="one", title="One.", calls=calls)).as_expected
    file = tmp_path / "two.yaml"
    file.write_text(
        'id: two\ntitle: Two.\ncalls: [{from: "${courier}", expect: {reaches: nobody}}]\n', "utf-8"
    )
    assert not pbx.play(file).misses[0]
    assert pbx.play("own-order").as_expected
    with pytest.raises(UsageError, match="one at a time"):
        pbx.play("catalogue")


def test_a_call_and_its_repr_show_nobodys_number() -> None:
    call = Pbx(fastapi_app()).call(COURIER, dials=["10523"])
    shown = f"{call!r} {call.ladder()} {call.summary()}"
    assert COURIER not in shown
    assert CUSTOMER not in shown
    assert "10523" in shown
    assert CUSTOMER in call.ladder(show_numbers=True)


def test_the_pbx_says_whom_it_asks_without_secrets() -> None:
    shown = repr(Pbx("http://me:hunter2@127.0.0.1:9/crm?token=abcdef"))
    assert "127.0.0.1:9" in shown
    assert "hunter2" not in shown
    assert "abcdef" not in shown


# -- time ------------------------------------------------------------------------------


def test_in_process_a_long_timeout_takes_no_time() -> None:
    began = time.monotonic()
    call = Pbx(fastapi_app(), deadline=3600).call(COURIER, faults=["time.silence"])
    assert (call.dead_air_s, call.fallback) == (3600, "operators")
    assert call.requests[0].failure is not None
    assert call.requests[0].failure.observed is Observed.DEADLINE
    assert time.monotonic() - began < 3600


def test_at_night_nobody_is_asked() -> None:
    for at in ("2026-09-17 23:30", datetime(2026, 9, 17, 23, 30)):  # noqa: DTZ001  # Moscow's clock
        call = Pbx(fastapi_app()).call(COURIER, at=at)
        assert (call.requests, call.reached) == ((), None)


def test_a_fault_strikes_the_request_it_is_meant_for() -> None:
    late = Fault(fault="time.delay", at=6, when=When(step=2))
    call = Pbx(fastapi_app()).call(COURIER, dials=["1"], faults=[late])
    assert [request.failure is None for request in call.requests] == [True, False]


# -- an application's lifespan ---------------------------------------------------------


class Lifespan:
    """An ASGI application that notes what is done with it."""

    def __init__(self, *, fails: bool = False) -> None:
        self.log: list[str] = []
        self._fails = fails

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        if scope["type"] == "http":
            self.log.append("request")
            headers = [(b"content-type", b"application/json")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b'{"phones": ["101"]}'})
            return
        while (message := await receive())["type"] != "lifespan.shutdown":
            self.log.append("startup")
            kind = "failed" if self._fails else "complete"
            await send({"type": f"{message['type']}.{kind}", "message": "no database"})
        self.log.append("shutdown")
        await send({"type": "lifespan.shutdown.complete"})


def test_a_lifespan_lasts_as_long_as_the_pbx_is_open() -> None:
    app = Lifespan()
    with Pbx(app) as pbx:
        pbx.call("7916")
        pbx.call("7916")
    assert app.log == ["startup", "request", "request", "shutdown"]
    Pbx(app).call("7916")
    assert app.log[4:] == ["startup", "request", "shutdown"]


def test_an_application_that_does_not_start_says_why() -> None:
    with pytest.raises(UsageError, match="does not start: no database"):
        Pbx(Lifespan(fails=True)).call("7916")


def test_an_application_without_a_lifespan_is_asked_all_the_same() -> None:
    async def app(scope: Message, _receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise ValueError(scope["type"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b'{"phones": ["101"]}'})

    assert Pbx(app).call("7916").reached == "101"


def test_an_application_that_raises_sends_the_call_into_its_fallback() -> None:
    def app(_environ: Any, _start_response: Any) -> list[bytes]:
        raise LookupError

    call = Pbx(app).call("7916")
    assert call.fallback == "operators"
    assert call.requests[0].failure is not None
    assert call.requests[0].failure.observed is Observed.EOF_EMPTY


# -- bytes -----------------------------------------------------------------------------


def test_bytes_are_sent_as_they_are(url: str) -> None:
    with Pbx(url) as pbx:
        answered = pbx.send_raw()
        assert (answered.status, answered.request.verbatim is not None) == (200, True)
        nonsense = pbx.send_raw(b"HELO\r\n\r\n", half_close=True)
        assert nonsense.raw is not None
        assert nonsense.status != 200


def test_a_connection_that_is_led_by_hand_waits_for_its_turn(url: str) -> None:
    granted: list[Turn] = []

    async def grant(turn: Turn) -> None:
        granted.append(turn)

    async def run() -> None:
        async with AsyncPbx(url).with_turns(grant).connect():
            assert len(granted) == 1

    asyncio.run(run())


def test_an_application_has_no_connection_for_bytes() -> None:
    with pytest.raises(UsageError, match="has no connections; give its URL"):
        Pbx(fastapi_app()).send_raw(b"GET /")


# -- what is known of the endpoint -----------------------------------------------------


def test_a_manifest_is_read_and_what_is_given_besides_prevails(tmp_path: Path, url: str) -> None:
    file = tmp_path / "pbx.toml"
    file.write_text(
        f'[endpoint]\nurl = "{url}"\ndeadline = "3s"\n[facts]\ncourier = "{COURIER}"\n', "utf-8"
    )
    pbx = Pbx(pbx_toml=file, deadline=2, facts={"order": "10523"})
    assert pbx.endpoint.deadline_s == 2
    assert pbx.call("courier", dials=["order"]).reached == CUSTOMER
    assert Pbx(fastapi_app(), pbx_toml=file).call("courier", dials=["1"]).reached == CUSTOMER


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (Pbx, "give a URL, an ASGI or WSGI application, or pbx_toml"),
        (lambda: Pbx("127.0.0.1/crm").call("7"), "must begin with http"),
        (
            lambda: Pbx(3),  # type: ignore[arg-type]
            "int is neither a URL nor an ASGI or WSGI application",
        ),
        (
            lambda: Pbx(Flask),  # type: ignore[arg-type]
            "give the application itself",
        ),
        (lambda: Pbx("http://h/", deadline=0), "deadline: give a number, more than 0, not 0"),
        (lambda: Pbx("http://h/", dialect="asterisk"), "dialect: 'asterisk' is not one of uis"),
        (lambda: Pbx("http://h/", method="PUT"), "method: 'PUT' is not one of GET"),
        (lambda: Pbx("http://h/", scenario="courier-lin"), "did you mean courier-line?"),
        (lambda: Pbx(Endpoint.at("http://h/"), pbx_toml="x"), "not both"),
    ],
)
def test_wrong_use_of_a_pbx_says_what_to_give(wrong: Callable[[], Any], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        wrong()
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"dialls": ["1"]}, "call: there is no option dialls; did you mean dials"),
        ({"dials": "10523"}, "Call: dials: give a list, not text"),
        ({"dials": ["12a"]}, "Call: dials[0]: 'a' is no key of a phone"),
        ({"hangs_up": "sleeping"}, "HangUp: during: 'sleeping' is not one of"),
        ({"faults": ["http.statu"]}, "Fault: fault: no such failure"),
        ({"at": "tomorrow"}, 'CallScript: at: write it as "2026-09-17 10:15:00"'),
        ({"callees": {"101": "asleep"}}, "CallScript: callees.101"),
        ({"talks": -1}, "Call: talks: a duration is 0 or more seconds"),
        ({"repeats": [0]}, "Repeat: request"),
        ({"scenario": "ring-al"}, "did you mean ring-all?"),
    ],
)
def test_wrong_use_of_a_call_says_what_and_where(options: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        Pbx(fastapi_app()).call(COURIER, **options)
    assert said in str(caught.value)


def test_a_mistyped_fact_is_no_number() -> None:
    with pytest.raises(UsageError, match=r"there is no fact strangr; did you mean stranger\?"):
        Pbx(fastapi_app()).call("strangr")


def test_waiting_in_asynchronous_code_is_refused() -> None:
    async def wrong() -> None:
        Pbx(fastapi_app()).call(COURIER)

    with pytest.raises(UsageError, match="use AsyncPbx"):
        asyncio.run(wrong())


def test_what_was_worked_out_is_not_turned_into_text_on_the_way() -> None:
    class Result:
        def __repr__(self) -> str:
            raise AssertionError("asyncio asked for the repr")

    async def work() -> Result:
        return Result()

    with Pbx("http://127.0.0.1:9/crm") as pbx:
        assert isinstance(pbx.run(work()), Result)


def answers_2(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "application/json")])
    return [b'{"returned_code": 2}']


WRONG_TYPES: dict[str, Callable[[], object]] = {
    "deadline": lambda: Pbx(answers_2, deadline="five"),
    "headers, a list": lambda: Pbx(answers_2, headers=["A: b"]),
    "headers, a number": lambda: Pbx(answers_2, headers={"A": 1}),
    "facts": lambda: Pbx(answers_2, facts=["a"]),
    "max_rps, a text": lambda: Pbx(answers_2, max_rps="a"),
    "max_rps, none": lambda: Pbx(answers_2, max_rps=0),
    "caller": lambda: Pbx(answers_2).call(79161110001),  # type: ignore[arg-type]
    "dials": lambda: Pbx(answers_2).call("79161110001", dials=[10523]),  # type: ignore[list-item]
    "callees": lambda: Pbx(answers_2).call("79161110001", callees="busy"),  # type: ignore[arg-type]
    "script": lambda: Pbx(answers_2).play(5),  # type: ignore[arg-type]
    "raw": lambda: Pbx("http://127.0.0.1:9/crm").send_raw("GET"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("wrong", WRONG_TYPES.values(), ids=WRONG_TYPES)
def test_a_value_of_the_wrong_type_is_refused_and_nothing_else_is_said(
    wrong: Callable[[], object],
) -> None:
    with pytest.raises(UsageError) as refused:
        wrong()
    assert refused.value.__context__ is None


def test_an_application_has_a_name_and_no_address() -> None:
    assert repr(Pbx(answers_2)) == "<Pbx asks the application answers_2>"


def test_a_status_that_is_none_is_a_failure_of_the_application() -> None:
    def app(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("OK", [])
        return [b"{}"]

    (request,) = Pbx(app).call(COURIER).requests[:1]
    assert request.failure is not None
    assert request.failure.observed is Observed.FRAMING
