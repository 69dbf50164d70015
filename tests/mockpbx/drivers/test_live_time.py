"""Time in live: real while the endpoint is asked, skipped or waited for while people talk."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING

import pytest

from mockpbx.callscript.model import HangUp, Repeat
from mockpbx.core.cdr import FinishReason, Party
from mockpbx.core.observed import Observed
from mockpbx.drivers.live import LivePace
from mockpbx.drivers.stage import Stage
from mockpbx.errors import UsageError
from mockpbx.faults.plan import Fault
from mockpbx.wire.request import Profile

if TYPE_CHECKING:
    from mockpbx.core.commands import SendRequest
    from tests.mockpbx.drivers.conftest import Bench, Leads, Visit

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"


async def is_silent(visit: Visit) -> None:
    await visit.until_closed()


async def trickles(visit: Visit) -> None:
    await visit.send(HEAD)
    while not visit.reader.at_eof():
        await visit.send(b" ")
        await asyncio.sleep(0.01)


async def trickles_headers(visit: Visit) -> None:
    await visit.send(b"HTTP/1.1 200 OK\r\n")
    while not visit.reader.at_eof():
        await visit.send(b"X: y\r\n")
        await asyncio.sleep(0.01)


async def says_half_of_it(visit: Visit) -> None:
    await visit.send(HEAD, b'{"returned_code"')
    await visit.until_closed()


@pytest.mark.parametrize("leads", [is_silent, trickles, trickles_headers, says_half_of_it])
def test_the_deadline_is_for_the_whole_answer(leads: Leads, bench: Bench) -> None:
    async def test() -> None:
        async with (
            bench.server(bench.at_first(leads)) as server,
            bench.connect() as transport,
        ):
            began = time.monotonic()
            played = await bench.call(server.url, transport, deadline_s=0.3)
            assert time.monotonic() - began >= 0.3
            exchange = bench.fell_back(played, Observed.DEADLINE, "within 0.3 s")
            assert exchange.abandoned
            (request,) = played.record.requests
            assert (exchange.reply, exchange.seen) == (None, None)
            assert exchange.observed == exchange.failure == request.failure
            assert exchange.elapsed_s == pytest.approx(0.3)
            assert request.asked_at == 0.0
            assert request.settled_at == pytest.approx(0.3)
            assert request.late_at is None
            await server.all_gone()  # the PBX closed the connection
            bench.went_well(await bench.call(server.url, transport))

    bench.run(test())


def test_a_caller_who_hangs_up_while_the_endpoint_thinks_closes_the_connection(
    bench: Bench,
) -> None:
    answered_late = asyncio.Event()

    async def thinks(visit: Visit) -> None:
        await visit.request()
        await visit.until_closed()
        visit.writer.write(bench.spell())
        answered_late.set()

    async def test() -> None:
        hangs_up = HangUp.model_validate({"while": "thinking", "after": 0.05})
        async with bench.server(thinks) as server, bench.connect() as transport:
            played = await bench.call(server.url, transport, hangs_up=hangs_up)
            await answered_late.wait()
            assert len(server.requests) == 1
            record = played.record
            assert record.finish_reason is FinishReason.SUBSCRIBER_DISCONNECTS
            assert record.hung_up_by is Party.CALLER
            assert record.ended_at == pytest.approx(0.05)
            (request,) = record.requests
            assert (request.failure, request.instruction, request.late_at) == (None, None, None)
            (exchange,) = played.exchanges
            assert exchange.abandoned
            assert exchange.observed is None  # it was not the endpoint that was late

    bench.run(test())


def test_the_endpoint_sees_the_request_even_of_a_caller_who_hangs_up_at_once(bench: Bench) -> None:
    async def thinks(visit: Visit) -> None:
        await visit.request()
        await visit.until_closed()

    async def test() -> None:
        hangs_up = HangUp.model_validate({"while": "thinking", "after": 0})
        async with bench.server(thinks) as server, bench.connect() as transport:
            played = await bench.call(server.url, transport, hangs_up=hangs_up)
            await server.heard(1)
            await server.all_gone()
            assert played.record.ended_at == 0.0

    bench.run(test())


def test_people_take_no_real_time_unless_that_is_wanted(bench: Bench) -> None:
    async def test() -> None:
        async with bench.server(bench.at_first(_unavailable)) as server:
            began = time.monotonic()
            played = await bench.call(server.url, talks=86_400.0)
            assert time.monotonic() - began < 20.0
            assert played.record.talk_s == pytest.approx(86_400.0)
            (leg,) = played.record.legs
            assert leg.connected_at is not None
            assert leg.connected_at - leg.rang_at == pytest.approx(3.0)

    bench.run(test())


async def _unavailable(visit: Visit) -> None:
    await visit.send(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")


def test_with_real_pace_people_take_their_time(bench: Bench) -> None:
    async def test() -> None:
        async with bench.server(bench.at_first(_unavailable)) as server:
            began = time.monotonic()
            played = await bench.call(
                server.url, pace=LivePace(real=True), talks=0.05, answers=0.05
            )
            assert time.monotonic() - began >= 0.1
            assert played.record.talk_s == pytest.approx(0.05)

    bench.run(test())


def test_a_request_takes_the_time_it_really_takes(bench: Bench) -> None:
    async def test() -> None:
        go_on = asyncio.Event()

        async def waits(visit: Visit) -> None:
            await visit.request()
            asyncio.get_running_loop().call_later(0.05, go_on.set)
            await go_on.wait()
            await visit.send(bench.spell())

        async with bench.server(waits) as server:
            played = await bench.call(server.url)
            (exchange,) = played.exchanges
            assert 0.05 <= exchange.elapsed_s < 30.0
            assert played.record.requests[0].settled_at == pytest.approx(exchange.elapsed_s)

    bench.run(test())


def _both_at_once(bench: Bench) -> Leads:
    """Answer nobody before two requests are under way."""
    both = asyncio.Barrier(2)

    async def leads(visit: Visit) -> None:
        await visit.request()
        await both.wait()
        await visit.send(bench.spell())

    return leads


def test_two_calls_ask_at_once(bench: Bench) -> None:
    async def test() -> None:
        async with bench.server(_both_at_once(bench)) as server, bench.connect() as transport:
            parts = [bench.cast(server.url, name=f"test#{number}") for number in (1, 2)]
            first, second = await Stage(transport, LivePace()).play(parts)
            bench.went_well(first)
            bench.went_well(second)
            assert {request.connection for request in server.requests} == {1, 2}

    bench.run(test())


def test_a_request_doubled_at_once_is_under_way_twice(bench: Bench) -> None:
    async def test() -> None:
        repeats = [Repeat(request=1)]
        async with bench.server(_both_at_once(bench)) as server:
            played = await bench.call(server.url, repeats=repeats)
            bench.went_well(played)
            assert [each.copy for each in played.exchanges] == [0, 1]
            assert [each.at for each in played.exchanges] == [0.0, 0.0]
            first, second = server.requests
            assert first.head == second.head

    bench.run(test())


def test_a_request_sent_again_5_ms_later_is_answered_too(bench: Bench) -> None:
    async def test() -> None:
        repeats = [Repeat(request=1, after=0.005)]
        async with bench.server(_both_at_once(bench)) as server:
            played = await bench.call(server.url, repeats=repeats)
            bench.went_well(played)
            assert [each.at for each in played.exchanges] == [0.0, pytest.approx(0.005)]

    bench.run(test())


def test_a_repetition_that_is_never_answered_ends_at_its_own_deadline(bench: Bench) -> None:
    async def test() -> None:
        async def answers_the_first_only(visit: Visit) -> None:
            await visit.request()
            if visit.number == 1:
                await visit.send(bench.spell())
            await visit.until_closed()

        repeats = [Repeat(request=1, after=0.0), Repeat(request=1, after=0.1)]
        async with bench.server(answers_the_first_only) as server, bench.connect() as transport:
            played = await bench.call(server.url, transport, repeats=repeats, deadline_s=0.3)
            first, *others = played.exchanges
            assert first.reply is not None
            assert [each.abandoned for each in others] == [True, True]
            assert [each.elapsed_s for each in others] == [pytest.approx(0.3)] * 2

    bench.run(test())


def test_a_silent_endpoint_keeps_no_repetition_either(bench: Bench) -> None:
    async def test() -> None:
        async with bench.server(is_silent) as server:
            repeats = [Repeat(request=1, copies=3)]
            played = await bench.call(server.url, repeats=repeats, deadline_s=0.3)
            assert [each.abandoned for each in played.exchanges] == [True] * 4
            await server.all_gone()

    bench.run(test())


def test_a_delayed_answer_comes_late_after_the_fallback(bench: Bench) -> None:
    async def test() -> None:
        async with bench.server(bench.well) as server:
            rules = [Fault(fault="time.delay", at=7)]
            played = await bench.call(server.url, faults=rules, deadline_s=5.0)
            bench.fell_back(played, Observed.DEADLINE)
            (request,) = played.record.requests
            assert request.settled_at == pytest.approx(5.0)
            assert request.late_at == pytest.approx(7.0)

    bench.run(test())


def test_an_interrupted_play_leaves_nothing_open(bench: Bench) -> None:
    async def test() -> None:
        async def thinks(visit: Visit) -> None:
            await visit.request()
            await visit.until_closed()

        async with bench.server(thinks) as server, bench.connect() as transport:
            parts = [bench.cast(server.url, name=f"test#{number}") for number in range(5)]
            playing = asyncio.create_task(Stage(transport, LivePace()).play(parts))
            await server.heard(5)
            playing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await playing
            await server.all_gone()

    bench.run(test())


def test_a_request_that_cannot_be_sent_ends_the_play_and_all_its_exchanges(bench: Bench) -> None:
    async def test() -> None:
        async def thinks(visit: Visit) -> None:
            await visit.request()
            await visit.until_closed()

        async with bench.server(thinks) as server, bench.connect() as transport:

            async def after_the_first(_command: SendRequest, _number: int) -> None:
                await server.heard(1)

            profile = Profile(url=server.url, headers=(("X-Token", "secret "),))
            wrong = partial(bench.cast, server.url, profile=profile, before_request=after_the_first)
            parts = [
                bench.cast(server.url, name="test#1"),
                wrong(name="test#2"),
                wrong(name="test#3"),
            ]
            with pytest.raises(UsageError):
                await Stage(transport, LivePace()).play(parts)
            await server.all_gone()

    bench.run(test())
