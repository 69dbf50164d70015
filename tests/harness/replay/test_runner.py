"""Replaying scripts: in order, side by side, alone where they must be."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

import pytest

from harness.replay.runner import Lack, Replayed, ReplayVerdict, lacking, replay
from mockpbx.callscript import library
from mockpbx.callscript.library import Script
from mockpbx.drivers.live import LivePace
from mockpbx.drivers.session_ids import session_ids
from mockpbx.drivers.transport import Transport
from mockpbx.scenario import library as scenarios
from mockpbx.wire.messages import HttpReply, HttpRequest
from mockpbx.wire.request import Profile
from tests.fakes import FakePbx

FACTS = {"virtual_number": "74951234567", "courier": "79161110001"}


def script(name: str, *lines: str, caller: str = "79160000000", expect: str = "{}") -> Script:
    text = "\n".join(
        [
            f"id: {name}",
            "title: A call.",
            *lines,
            "calls:",
            f'  - {{from: "{caller}", expect: {expect}}}',
        ]
    )
    return library.read(text, source=f"{name}.yaml")


def stateful(name: str, otherwise: str = "skip") -> Script:
    return script(name, f"given: [{{state: {name} state, otherwise: {otherwise}}}]")


class Gate:
    """A transport that notes who is there at once, and answers when it is told to."""

    def __init__(self) -> None:
        self.here = 0
        self.most = 0
        self.sessions: list[str] = []
        self.open = asyncio.Event()
        self.arrived = asyncio.Event()

    async def exchange(self, request: HttpRequest, sent: asyncio.Event) -> HttpReply:
        sent.set()
        self.sessions.append(request.url.partition("cdr_id=")[2].partition("&")[0])
        self.here += 1
        self.most = max(self.most, self.here)
        self.arrived.set()
        try:
            await self.open.wait()
        finally:
            self.here -= 1
        body = json.dumps({"returned_code": 4}).encode()
        headers = (("content-type", "application/json"),)
        return HttpReply(
            status=200, reason="OK", headers=headers, body=body, http_version="HTTP/1.1"
        )


def pbx_of(
    gate: Transport, put: Callable[[str, Mapping[str, str]], Awaitable[None]] | None = None
) -> FakePbx:
    return FakePbx(
        gate,
        pace=LivePace(),
        profile=Profile(url="http://127.0.0.1/"),
        scenario=replace(scenarios.load("courier-line"), deadline_s=60.0),
        facts=FACTS,
        put=put,
        session_id=session_ids(),
    )


async def all_of(scripts: list[Script], pbx: FakePbx, jobs: int) -> list[Replayed]:
    async with pbx:
        return [replayed async for replayed in replay(scripts, pbx, jobs=jobs)]


@pytest.mark.parametrize(("jobs", "most"), [(1, 1), (2, 2), (4, 3)])
def test_no_more_scripts_are_played_at_once_than_there_are_jobs(jobs: int, most: int) -> None:
    async def run() -> None:
        gate = Gate()
        tasks = asyncio.create_task(
            all_of([script(name) for name in "abc"], pbx_of(gate), jobs=jobs)
        )
        while gate.here < most:
            gate.arrived.clear()
            await gate.arrived.wait()
        gate.open.set()
        results = await tasks
        assert gate.most == most
        assert [replayed.script.id for replayed in results] == ["a", "b", "c"]

    asyncio.run(run())


def test_a_script_that_puts_the_endpoint_into_a_state_is_played_alone() -> None:
    async def run() -> None:
        gate = Gate()
        gate.open.set()
        seen: list[tuple[str, int]] = []

        async def put(state: str, _params: Mapping[str, str]) -> None:
            seen.append((state, gate.here))

        scripts = [script("a"), script("b"), stateful("c"), stateful("d"), script("e")]
        results = await all_of(scripts, pbx_of(gate, put), jobs=4)
        assert seen == [("c state", 0), ("d state", 0)]
        assert {replayed.verdict for replayed in results} == {ReplayVerdict.AS_EXPECTED}

    asyncio.run(run())


def test_every_call_has_a_session_id_of_its_own() -> None:
    async def run() -> None:
        gate = Gate()
        gate.open.set()
        await all_of([script(name) for name in "abcdef"], pbx_of(gate), jobs=3)
        assert len(set(gate.sessions)) == 6
        assert all(session.isdigit() for session in gate.sessions)

    asyncio.run(run())


def test_a_missed_expectation_is_a_verdict() -> None:
    async def run() -> None:
        gate = Gate()
        gate.open.set()
        scripts = [script("a", expect="{reaches: voicemail}")]
        (replayed,) = await all_of(scripts, pbx_of(gate), jobs=1)
        assert replayed.verdict is ReplayVerdict.MISSED
        assert replayed.played is not None
        assert [miss.what for miss in replayed.played.misses[0]] == ["reaches"]

    asyncio.run(run())


def test_a_script_that_lacks_a_fact_is_not_applicable_and_says_which() -> None:
    async def run() -> None:
        wanting = script("a", caller="${stranger}")
        (replayed,) = await all_of([wanting], pbx_of(Gate()), jobs=1)
        assert replayed.verdict is ReplayVerdict.NOT_APPLICABLE
        assert replayed.lack == Lack(facts=("stranger",))
        assert replayed.played is None

    asyncio.run(run())


def test_a_state_that_cannot_be_had_makes_a_script_not_applicable_unless_it_can_do_without() -> (
    None
):
    pbx = pbx_of(Gate())
    assert lacking(stateful("closed"), pbx) == Lack(state="closed state")
    assert lacking(stateful("closed", "play"), pbx) is None


def test_breaking_off_cancels_what_is_under_way_and_keeps_what_is_done() -> None:
    async def run() -> None:
        slow, quick = Gate(), Gate()
        quick.open.set()

        class Both:
            async def exchange(self, request: HttpRequest, sent: asyncio.Event) -> HttpReply:
                gate = slow if "numa=79160000001" in request.url else quick
                return await gate.exchange(request, sent)

        where = pbx_of(Both())
        scripts = [script("slow", caller="79160000001"), script("quick"), script("later")]
        results: list[Replayed] = []

        async def collect() -> None:
            async with where:
                async for replayed in replay(scripts, where, jobs=2):
                    results.append(replayed)

        task = asyncio.create_task(collect())
        await slow.arrived.wait()
        playing = {one for one in asyncio.all_tasks() if "_replay" in repr(one.get_coro())}
        await asyncio.wait(playing, return_when=asyncio.FIRST_COMPLETED)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert [replayed.script.id for replayed in results] == ["quick"]
        assert slow.here == 0
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(run())
