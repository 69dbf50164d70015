"""The loop: what the stage does with calls, exchanges and transports that misbehave."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pytest

from mockpbx.callscript.model import HangUp, Repeat
from mockpbx.core.observed import Failure, Observed
from mockpbx.drivers.live import LivePace
from mockpbx.drivers.lockstep import LockstepPace
from mockpbx.drivers.stage import Stage
from mockpbx.errors import ExchangeFailed, HarnessError, UsageError
from mockpbx.wire.messages import HttpReply, HttpRequest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mockpbx.core.commands import SendRequest
    from tests.mockpbx.drivers.conftest import Bench

URL = "http://endpoint.invalid/crm"
GO_ON = HttpReply(
    status=200,
    reason="OK",
    headers=(("content-type", "application/json"),),
    body=b'{"returned_code": 1}',
    http_version="HTTP/1.1",
)


class Carries:
    """A transport that does what a function says, and counts what is under way."""

    def __init__(self, carries: Callable[[asyncio.Event], Awaitable[HttpReply]]) -> None:
        self._carries = carries
        self.begun = 0
        self.ended = 0
        self._news = asyncio.Condition()

    async def exchange(self, request: HttpRequest, sent: asyncio.Event) -> HttpReply:
        assert request.url.startswith(URL)
        self.begun += 1
        async with self._news:
            self._news.notify_all()
        try:
            return await self._carries(sent)
        finally:
            self.ended += 1

    async def are_under_way(self, count: int) -> None:
        async with self._news:
            await self._news.wait_for(lambda: self.begun >= count)


async def answers_at_once(sent: asyncio.Event) -> HttpReply:
    sent.set()
    return GO_ON


async def never_answers(sent: asyncio.Event) -> HttpReply:
    sent.set()
    await asyncio.Event().wait()
    return GO_ON


async def never_leaves(_sent: asyncio.Event) -> HttpReply:
    await asyncio.Event().wait()
    return GO_ON


class ThenSets(LivePace):
    """Sets an event once people or timers are faster than the exchange."""

    def __init__(self, event: asyncio.Event) -> None:
        super().__init__()
        self._event = event

    async def wait(self, now: float, until: float | None, tasks: set[asyncio.Task[Any]]) -> float:
        later = await super().wait(now, until, tasks)
        if tasks and not any(task.done() for task in tasks):
            asyncio.get_running_loop().call_soon(self._event.set)
        return later


def test_exchanges_are_told_in_the_order_in_which_they_were_sent(bench: Bench) -> None:
    async def test() -> None:
        repeats = [Repeat(request=1, copies=2), Repeat(request=2)]
        played = await bench.call(
            URL, Carries(answers_at_once), LockstepPace(), asks=2, repeats=repeats
        )
        sent = [(each.request_id, each.copy) for each in played.exchanges]
        assert sent == [(1, 0), (1, 1), (1, 2), (2, 0), (2, 1)]

    bench.run(test())


def test_a_repetition_long_after_the_call_is_still_sent(bench: Bench) -> None:
    async def test() -> None:
        repeats = [Repeat(request=1, after=3600.0)]
        played = await bench.call(URL, Carries(answers_at_once), LockstepPace(), repeats=repeats)
        assert [each.at for each in played.exchanges] == [0.0, 3600.0]
        assert played.record.ended_at < 3600.0

    bench.run(test())


def test_times_of_a_call_count_from_its_own_arrival(bench: Bench) -> None:
    async def test() -> None:
        transport = Carries(answers_at_once)
        parts = [bench.cast(URL, starts=starts, name=f"at {starts}") for starts in (60.0, 5.0)]
        late, early = await Stage(transport, LockstepPace()).play(parts)
        assert (late.starts, early.starts) == (60.0, 5.0)
        assert late.exchanges[0].at == early.exchanges[0].at == 0.0
        assert late.record.ended_at == pytest.approx(early.record.ended_at)

    bench.run(test())


def test_a_request_that_does_not_leave_is_not_waited_for_for_long(bench: Bench) -> None:
    async def test() -> None:
        transport = Carries(never_leaves)
        began = time.monotonic()
        played = await bench.call(URL, transport, LivePace(), deadline_s=0.05)
        assert time.monotonic() - began < 20.0
        bench.fell_back(played, Observed.DEADLINE)
        assert (transport.begun, transport.ended) == (1, 1)

    bench.run(test())


@pytest.mark.parametrize("carries", [never_answers, never_leaves])
def test_an_interruption_ends_all_exchanges_at_once(
    carries: Callable[[asyncio.Event], Awaitable[HttpReply]], bench: Bench
) -> None:
    async def test() -> None:
        transport = Carries(carries)
        parts = [bench.cast(URL, name=f"test#{number}") for number in range(100)]
        playing = asyncio.create_task(Stage(transport, LivePace()).play(parts))
        await transport.are_under_way(100)
        playing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await playing
        assert transport.ended == 100

    bench.run(test())


def test_an_interruption_while_a_request_is_given_up_ends_it_too(bench: Bench) -> None:
    async def test() -> None:
        transport = Carries(never_leaves)
        hangs_up = HangUp.model_validate({"while": "thinking", "after": 0})
        parts = [bench.cast(URL, hangs_up=hangs_up)]
        playing = asyncio.create_task(Stage(transport, LivePace()).play(parts))
        await transport.are_under_way(1)
        playing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await playing
        assert transport.ended == 1

    bench.run(test())


def test_what_a_request_came_to_while_it_was_given_up_is_recorded(bench: Bench) -> None:
    hung_up = asyncio.Event()

    async def fails_after_that(_sent: asyncio.Event) -> HttpReply:
        await hung_up.wait()
        raise ExchangeFailed(Observed.DNS, "the name has no address")

    async def test() -> None:
        hangs_up = HangUp.model_validate({"while": "thinking", "after": 0.01})
        played = await bench.call(
            URL, Carries(fails_after_that), ThenSets(hung_up), hangs_up=hangs_up
        )
        (exchange,) = played.exchanges
        assert exchange.abandoned
        assert isinstance(exchange.observed, Failure)
        assert exchange.observed.observed is Observed.DNS
        assert exchange.seen is None
        assert played.record.requests[0].failure is None

    bench.run(test())


def test_an_answer_that_comes_while_its_request_is_given_up_is_never_dispatched(
    bench: Bench,
) -> None:
    hung_up = asyncio.Event()

    async def answers_after_that(_sent: asyncio.Event) -> HttpReply:
        await hung_up.wait()
        return GO_ON

    async def test() -> None:
        played = await bench.call(
            URL, Carries(answers_after_that), ThenSets(hung_up), deadline_s=0.01
        )
        exchange = bench.fell_back(played, Observed.DEADLINE)
        assert exchange.abandoned
        assert exchange.reply == GO_ON
        assert played.record.requests[0].late_at is None

    bench.run(test())


def test_several_errors_at_the_same_time_are_one_error_and_no_noise(bench: Bench) -> None:
    async def cannot_be_sent(_sent: asyncio.Event) -> HttpReply:
        raise UsageError("the address cannot be used")

    async def test() -> None:
        parts = [bench.cast(URL, name=f"test#{number}") for number in range(3)]
        with pytest.raises(UsageError, match="cannot be used"):
            await Stage(Carries(cannot_be_sent), LivePace()).play(parts)

    bench.run(test())


def test_an_error_while_a_request_is_given_up_is_not_lost(bench: Bench) -> None:
    hung_up = asyncio.Event()

    async def fails_after_that(_sent: asyncio.Event) -> HttpReply:
        await hung_up.wait()
        raise UsageError("the address cannot be used")

    async def test() -> None:
        hangs_up = HangUp.model_validate({"while": "thinking", "after": 0.01})
        with pytest.raises(UsageError, match="cannot be used"):
            await bench.call(URL, Carries(fails_after_that), ThenSets(hung_up), hangs_up=hangs_up)

    bench.run(test())


def test_what_is_to_be_done_before_a_request_is_done_before_each_of_its_copies(
    bench: Bench,
) -> None:
    done: list[tuple[int, int, int]] = []
    transport = Carries(answers_at_once)

    async def before(command: SendRequest, copy: int) -> None:
        done.append((command.request_id, copy, transport.begun))

    async def test() -> None:
        await bench.call(
            URL,
            transport,
            LockstepPace(),
            asks=2,
            repeats=[Repeat(request=1)],
            before_request=before,
        )
        assert done == [(1, 0, 0), (1, 1, 1), (2, 0, 2)]

    bench.run(test())


def test_a_failure_of_what_is_done_before_a_request_ends_the_play(bench: Bench) -> None:
    async def before(command: SendRequest, _copy: int) -> None:
        if command.request_id == 2:
            raise UsageError("no such state")

    async def test() -> None:
        with pytest.raises(UsageError, match="no such state"):
            await bench.call(
                URL, Carries(answers_at_once), LockstepPace(), asks=2, before_request=before
            )

    bench.run(test())


def test_an_answer_at_the_moment_of_the_deadline_is_late(bench: Bench) -> None:
    class JustThen:
        """Time that stands at the deadline when the exchange is done."""

        keeps_time = True

        async def wait(
            self, now: float, until: float | None, tasks: set[asyncio.Task[Any]]
        ) -> float:
            if tasks:
                await asyncio.wait(tasks)
            return now if until is None else until

    async def test() -> None:
        played = await bench.call(URL, Carries(answers_at_once), JustThen(), deadline_s=5.0)
        exchange = bench.fell_back(played, Observed.DEADLINE)
        assert not exchange.abandoned
        assert exchange.reply == GO_ON
        (request,) = played.record.requests
        assert (request.settled_at, request.late_at) == (5.0, 5.0)

    bench.run(test())


def test_a_call_that_never_ends_is_a_bug_and_told_as_such(bench: Bench) -> None:
    async def test() -> None:
        part = bench.cast(URL)

        class Nobody:
            """People who do nothing, not even hear an announcement to its end."""

            def react(self, *_: object) -> list[Any]:
                return []

        object.__setattr__(part, "people", Nobody())
        with pytest.raises(HarnessError, match="test#1 never ended"):
            await Stage(Carries(answers_at_once), LockstepPace()).play([part])

    bench.run(test())


async def _done(value: float) -> float:
    return value


def test_live_time_never_goes_back_and_never_beyond_what_is_due(bench: Bench) -> None:
    async def test() -> None:
        for real in (False, True):
            pace = LivePace(real=real)
            assert await pace.wait(5.0, None, set()) == 5.0
            assert await pace.wait(5.0, 5.0, set()) == 5.0
            assert await pace.wait(5.0, 4.0, set()) == 4.0 or real
            done = asyncio.create_task(_done(1.0))
            await done
            assert await pace.wait(5.0, 5.0, {done}) == 5.0
            assert 5.0 <= await pace.wait(5.0, 5.001, {done}) <= 5.001
            assert await pace.wait(5.0, None, {done}) >= 5.0
            pending = asyncio.create_task(asyncio.Event().wait())
            assert await pace.wait(5.0, 5.01, {pending}) == 5.01
            pending.cancel()
            await asyncio.wait({pending})

    bench.run(test())
