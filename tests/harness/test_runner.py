"""Replaying scripts: in order, side by side, alone where they must be."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

import pytest

from harness.runner import Replayed, Verdict, inapplicable, replay, session_ids
from mockpbx.callscript import library
from mockpbx.callscript.library import Script
from mockpbx.drivers.live import LivePace
from mockpbx.drivers.play import Setting
from mockpbx.scenario import library as scenarios
from mockpbx.wire.messages import HttpReply, HttpRequest
from mockpbx.wire.request import Profile

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


def setting(
    gate: Gate, put: Callable[[str, Mapping[str, str]], Awaitable[None]] | None = None
) -> Setting:
    return Setting(
        transport=gate,
        pace=LivePace(),
        profile=Profile(url="http://127.0.0.1/"),
        scenario=replace(scenarios.load("courier-line"), deadline_s=60.0),
        session_id=session_ids(),
        put_into_state=put,
        load_scenario=scenarios.load,
    )


async def all_of(scripts: list[Script], where: Setting, jobs: int) -> list[Replayed]:
    return [replayed async for replayed in replay(scripts, FACTS, where, jobs=jobs)]


@pytest.mark.parametrize(("jobs", "most"), [(1, 1), (2, 2), (4, 3)])
def test_no_more_scripts_are_played_at_once_than_there_are_jobs(jobs: int, most: int) -> None:
    async def run() -> None:
        gate = Gate()
        tasks = asyncio.create_task(
            all_of([script(name) for name in "abc"], setting(gate), jobs=jobs)
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
        results = await all_of(scripts, setting(gate, put), jobs=4)
        assert seen == [("c state", 0), ("d state", 0)]
        assert {replayed.verdict for replayed in results} == {Verdict.AS_EXPECTED}

    asyncio.run(run())


def test_every_call_has_a_session_id_of_its_own() -> None:
    async def run() -> None:
        gate = Gate()
        gate.open.set()
        await all_of([script(name) for name in "abcdef"], setting(gate), jobs=3)
        assert len(set(gate.sessions)) == 6
        assert all(session.isdigit() for session in gate.sessions)

    asyncio.run(run())


def test_a_missed_expectation_is_a_verdict() -> None:
    async def run() -> None:
        gate = Gate()
        gate.open.set()
        scripts = [script("a", expect="{reaches: voicemail}")]
        (replayed,) = await all_of(scripts, setting(gate), jobs=1)
        assert replayed.verdict is Verdict.MISSED
        assert replayed.performance is not None
        assert [miss.what for miss in replayed.performance.misses[0]] == ["reaches"]

    asyncio.run(run())


def test_a_script_that_lacks_a_fact_is_not_applicable_and_says_which() -> None:
    async def run() -> None:
        wanting = script("a", caller="${stranger}")
        (replayed,) = await all_of([wanting], setting(Gate()), jobs=1)
        assert replayed.verdict is Verdict.NOT_APPLICABLE
        assert replayed.missing == ("stranger",)
        assert replayed.reason == "needs the fact stranger"
        assert replayed.performance is None

    asyncio.run(run())


def test_a_state_that_cannot_be_had_makes_a_script_not_applicable_unless_it_can_do_without() -> (
    None
):
    where = setting(Gate())
    reason = inapplicable(stateful("closed"), FACTS, where)
    assert reason == "needs the state “closed state”, and no states address is given"
    assert inapplicable(stateful("closed", "play"), FACTS, where) is None


def test_breaking_off_cancels_what_is_under_way_and_keeps_what_is_done() -> None:
    async def run() -> None:
        slow, quick = Gate(), Gate()
        quick.open.set()

        class Both:
            async def exchange(self, request: HttpRequest, sent: asyncio.Event) -> HttpReply:
                gate = slow if "numa=79160000001" in request.url else quick
                return await gate.exchange(request, sent)

        where = replace(setting(slow), transport=Both())
        scripts = [script("slow", caller="79160000001"), script("quick"), script("later")]
        results: list[Replayed] = []

        async def collect() -> None:
            async for replayed in replay(scripts, FACTS, where, jobs=2):
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
