"""Lockstep: the endpoint runs in this process, and time is virtual."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest

from mockpbx.callscript.model import HangUp
from mockpbx.core.cdr import FinishReason
from mockpbx.core.observed import Observed
from mockpbx.drivers.lockstep import AsgiTransport, LockstepPace
from mockpbx.drivers.stage import Stage
from mockpbx.errors import ExchangeFailed
from mockpbx.faults.plan import Fault
from mockpbx.result.call_result import CallResult
from mockpbx.wire.messages import HttpRequest
from mockpbx.wire.request import Method, Profile

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mockpbx.drivers.lockstep import AsgiApp, Message
    from tests.mockpbx.drivers.conftest import Bench

    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

URL = "http://endpoint.invalid/crm"
START: Message = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"application/json")],
}
BODY: Message = {"type": "http.response.body", "body": b'{"returned_code": 1}'}


async def correct(_scope: Message, receive: Receive, send: Send) -> None:
    await receive()
    await send(dict(START))
    await send(dict(BODY))


async def _play(bench: Bench, app: AsgiApp, **part: Any) -> CallResult:
    return await bench.call(URL, AsgiTransport(app), LockstepPace(), **part)


def test_an_instruction_of_the_application_is_followed(bench: Bench) -> None:
    async def test() -> None:
        played = await _play(bench, correct)
        bench.went_well(played)
        (exchange,) = played.exchanges
        assert exchange.elapsed_s == 0.0
        assert exchange.reply is not None
        assert (exchange.reply.status, exchange.reply.reason) == (200, "OK")

    bench.run(test())


async def raises_at_once(_scope: Message, _receive: Receive, _send: Send) -> None:
    raise LookupError("no such order")


async def sends_nothing(_scope: Message, _receive: Receive, _send: Send) -> None:
    pass


async def begins_only(_scope: Message, _receive: Receive, send: Send) -> None:
    await send(dict(START))


async def breaks_off(_scope: Message, _receive: Receive, send: Send) -> None:
    await send(dict(START))
    await send({"type": "http.response.body", "body": b'{"phones', "more_body": True})


async def raises_in_the_middle(_scope: Message, _receive: Receive, send: Send) -> None:
    await breaks_off(_scope, _receive, send)
    raise LookupError("no such order")


async def sends_a_body_without_a_beginning(_scope: Message, _receive: Receive, send: Send) -> None:
    await send(dict(BODY))


async def forgets_the_status(_scope: Message, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "headers": []})
    await send(dict(BODY))


async def sends_text_for_bytes(_scope: Message, _receive: Receive, send: Send) -> None:
    await send({**START, "headers": [("content-type", "application/json")]})
    await send(dict(BODY))


@pytest.mark.parametrize(
    ("app", "observed", "words"),
    [
        (raises_at_once, Observed.EOF_EMPTY, "the application raised LookupError"),
        (sends_nothing, Observed.EOF_EMPTY, "the application sent no answer"),
        (begins_only, Observed.EOF_PARTIAL, "the application broke off its answer"),
        (breaks_off, Observed.EOF_PARTIAL, "the application broke off its answer"),
        (raises_in_the_middle, Observed.EOF_PARTIAL, "the application raised LookupError"),
        (sends_a_body_without_a_beginning, Observed.EOF_EMPTY, "the application"),
        (forgets_the_status, Observed.EOF_EMPTY, "the application raised KeyError"),
        (sends_text_for_bytes, Observed.EOF_EMPTY, "the application raised AttributeError"),
    ],
)
def test_an_application_that_gives_no_whole_answer_makes_the_call_fall_back(
    app: AsgiApp, observed: Observed, words: str, bench: Bench
) -> None:
    async def test() -> None:
        bench.fell_back(await _play(bench, app), observed, words)

    bench.run(test())


@pytest.mark.parametrize(("status", "well"), [(200, True), (500, False)])
def test_a_whole_answer_counts_though_the_application_raises_after_it(
    status: int, well: bool, bench: Bench
) -> None:
    async def raises_afterwards(_scope: Message, _receive: Receive, send: Send) -> None:
        # As frameworks do: a page for the error, then the error itself for the server's log.
        await send({**START, "status": status})
        await send(dict(BODY))
        raise LookupError("no such order")

    async def test() -> None:
        played = await _play(bench, raises_afterwards)
        if well:
            bench.went_well(played)
        else:
            bench.fell_back(played, Observed.HTTP_STATUS, "HTTP 500 Internal Server Error")

    bench.run(test())


def test_the_application_hears_that_the_caller_is_gone_once_it_has_answered(bench: Bench) -> None:
    heard: list[str] = []

    async def listens(_scope: Message, receive: Receive, send: Send) -> None:
        heard.append((await receive())["type"])
        await send(dict(START))
        await send(dict(BODY))
        heard.append((await receive())["type"])

    async def test() -> None:
        bench.went_well(await _play(bench, listens))
        assert heard == ["http.request", "http.disconnect"]

    bench.run(test())


def test_the_scope_says_what_was_asked(bench: Bench) -> None:
    scopes: list[Message] = []
    bodies: list[bytes] = []

    async def looks(scope: Message, receive: Receive, send: Send) -> None:
        scopes.append(scope)
        bodies.append((await receive())["body"])
        await send(dict(START))
        await send(dict(BODY))

    async def test() -> None:
        transport = AsgiTransport(looks)
        headers = (("X-Token", "Пётр"),)
        sent = asyncio.Event()
        url = "https://me:secret@endpoint.invalid/a%20%2Fb?numa=%2B7&x=%23"
        await transport.exchange(
            HttpRequest(method="POST", url=url, headers=headers, body=b"a=b"), sent
        )
        assert sent.is_set()
        url = "http://127.0.0.1:8080"
        await transport.exchange(HttpRequest(method="GET", url=url, headers=(), body=None), sent)

    bench.run(test())
    scope, plain = scopes
    assert (scope["method"], scope["scheme"], scope["http_version"]) == ("POST", "https", "1.1")
    assert (scope["path"], scope["raw_path"]) == ("/a /b", b"/a%20%2Fb")
    assert scope["query_string"] == b"numa=%2B7&x=%23"
    assert scope["server"] == ("endpoint.invalid", 443)
    assert scope["headers"] == [
        (b"host", b"endpoint.invalid"),
        (b"x-token", "Пётр".encode()),
        (b"content-length", b"3"),
    ]
    assert (plain["path"], plain["server"]) == ("/", ("127.0.0.1", 8080))
    assert plain["headers"] == [(b"host", b"127.0.0.1:8080")]
    assert bodies == [b"a=b", b""]


def test_an_unknown_status_has_no_phrase(bench: Bench) -> None:
    async def odd(_scope: Message, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 799})
        await send({"type": "http.response.body"})

    async def test() -> None:
        played = await _play(bench, odd)
        exchange = bench.fell_back(played, Observed.HTTP_STATUS, "HTTP 799")
        assert exchange.reply is not None
        assert (exchange.reply.reason, exchange.reply.headers) == ("", ())

    bench.run(test())


def test_thirty_seconds_of_silence_take_no_time(bench: Bench) -> None:
    async def test() -> None:
        began = time.monotonic()
        rules = [Fault(fault="time.silence")]
        for _ in range(20):
            played = await _play(bench, correct, faults=rules, deadline_s=30.0)
            bench.fell_back(played, Observed.DEADLINE, "30 s")
            assert played.record.requests[0].settled_at == 30.0
        assert time.monotonic() - began < 20.0

    bench.run(test())


def test_a_day_of_calls_takes_no_time(bench: Bench) -> None:
    async def test() -> None:
        parts = [bench.cast(URL, starts=3600.0 * hour, name=f"hour {hour}") for hour in range(24)]
        played = await Stage(AsgiTransport(correct), LockstepPace()).play(parts)
        assert [each.starts for each in played] == [3600.0 * hour for hour in range(24)]

    bench.run(test())


def test_calls_that_cross_are_kept_apart(bench: Bench) -> None:
    async def echoes(scope: Message, _receive: Receive, send: Send) -> None:
        query = parse_qs(scope["query_string"].decode())
        await send(dict(START))
        text = json.dumps({"text": f"You are {query['cdr_id'][0]}."})
        await send({"type": "http.response.body", "body": text.encode()})

    async def test() -> None:
        names = [f"call {number}" for number in range(10)]
        parts = [bench.cast(URL, starts=0.5 * at, name=name) for at, name in enumerate(names)]
        played = await Stage(AsgiTransport(echoes), LockstepPace()).play(parts)
        for name, each in zip(names, played, strict=True):
            assert each.name == name
            assert [heard.words for heard in each.record.heard] == [f"You are sid-{name}."]

    bench.run(test())


def test_two_runs_are_equal_in_everything(bench: Bench) -> None:
    async def counts(scope: Message, receive: Receive, send: Send) -> None:
        asked = scope["query_string"]
        even = sum(asked) % 2 == 0
        await receive()
        await send(dict(START))
        await asyncio.sleep(0)
        await send(dict(BODY) if even else {"type": "http.response.body", "body": b"no"})

    async def once() -> tuple[CallResult, ...]:
        rules = (
            Fault(fault="time.delay", at=40.0),
            Fault(fault="http.status", at=503),
        )
        hangs_up = HangUp.model_validate({"while": "talking", "after": 2})
        parts = [
            bench.cast(
                URL,
                name=f"test#{number}",
                starts=0.1 * (number % 3),
                asks=3,
                hangs_up=hangs_up,
                faults=rules[: number % 3],
            )
            for number in range(12)
        ]
        return await Stage(AsgiTransport(counts), LockstepPace()).play(parts)

    async def test() -> None:
        assert await once() == await once()

    bench.run(test())


def test_a_caller_who_hangs_up_before_a_delayed_answer_never_hears_of_it(bench: Bench) -> None:
    async def test() -> None:
        hangs_up = HangUp.model_validate({"while": "thinking", "after": 2})
        rules = [Fault(fault="time.delay", at=4)]
        played = await _play(bench, correct, hangs_up=hangs_up, faults=rules)
        assert played.record.finish_reason is FinishReason.SUBSCRIBER_DISCONNECTS
        assert played.record.ended_at == 2.0
        (request,) = played.record.requests
        assert (request.instruction, request.failure, request.late_at) == (None, None, None)
        (exchange,) = played.exchanges
        assert exchange.reply is not None
        assert not exchange.abandoned

    bench.run(test())


def test_an_interruption_reaches_the_application(bench: Bench) -> None:
    async def test() -> None:
        begun, ended = asyncio.Event(), asyncio.Event()

        async def waits(_scope: Message, _receive: Receive, _send: Send) -> None:
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

        playing = asyncio.create_task(_play(bench, waits))
        await begun.wait()
        playing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await playing
        assert ended.is_set()

    bench.run(test())


def test_the_error_of_an_application_is_kept_for_its_author(bench: Bench) -> None:
    async def test() -> None:
        request = HttpRequest(method="GET", url=URL, headers=(), body=None)
        with pytest.raises(ExchangeFailed) as failed:
            await AsgiTransport(raises_at_once).exchange(request, asyncio.Event())
        assert isinstance(failed.value.__cause__, LookupError)

    bench.run(test())


def test_a_form_reaches_the_application_whole(bench: Bench) -> None:
    bodies: list[bytes] = []

    async def looks(_scope: Message, receive: Receive, send: Send) -> None:
        message = await receive()
        assert not message["more_body"]
        bodies.append(message["body"])
        await send(dict(START))
        await send(dict(BODY))

    async def test() -> None:
        profile = Profile(url=URL, method=Method.POST_FORM)
        bench.went_well(await _play(bench, looks, profile=profile))
        assert bodies[0].startswith(b"cdr_id=sid-test%231&")

    bench.run(test())
