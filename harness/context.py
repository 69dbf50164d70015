"""What a check may do: place calls, ask single questions, send raw bytes.

Every check gets a `Context` of its own, which keeps what it did as evidence. What is
shared by all checks of a run is the `Bench`: the endpoint, its facts, the harvest.
"""

import asyncio
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from harness.model import Case
from mockpbx.callscript import library
from mockpbx.callscript.expectations import Miss
from mockpbx.callscript.model import CallScript
from mockpbx.core.cdr import Direction
from mockpbx.core.commands import Question
from mockpbx.core.observed import Failure, Observed
from mockpbx.drivers.lockstep import LockstepPace
from mockpbx.drivers.play import Performance, Setting, play
from mockpbx.drivers.stage import Exchange, Part, Played, Stage
from mockpbx.drivers.transport import Transport
from mockpbx.errors import CallScriptError, ExchangeFailed
from mockpbx.faults.caller import RawReply, converse
from mockpbx.filemodel import Document, validate
from mockpbx.wire.messages import HttpReply, HttpRequest
from mockpbx.wire.reply import read
from mockpbx.wire.request import Profile, build

STARTED = 1_789_629_300.0
"""Start of a question asked outside a call: 2026-09-17 10:15 in Moscow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One answer of the harvest.

    Attributes:
        label: Who asked what, e.g. ``courier, own order``.
        played: The call.
        exchange: The question and the answer.
    """

    label: str
    played: Played
    exchange: Exchange


class Harvest:
    """Ordinary calls whose answers many checks look at, played once in a run."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._samples: tuple[Sample, ...] | None = None

    async def gather(self, context: "Context") -> tuple[Sample, ...]:
        """Play the calls that the facts allow, the first time somebody wants them."""
        async with self._lock:
            if self._samples is None:
                own = Context(context.case, context.bench)
                self._samples = tuple(await _ordinary_calls(own))
        return self._samples


@dataclass(slots=True, kw_only=True)
class Bench:
    """What all checks of a run share.

    Attributes:
        setting: Reaches the endpoint and plays calls.
        facts: What is true behind it.
        single_use: A transport that opens a connection for each request.
        anew: Opens a transport that keeps its connections, and has none yet.
        trust: Certificates to trust in raw connections.
        harvest: Ordinary calls, played once; many checks look at their answers.
    """

    setting: Setting
    facts: Mapping[str, str]
    single_use: Transport
    anew: Callable[[], AbstractAsyncContextManager[Transport]]
    trust: ssl.SSLContext | None = None
    harvest: Harvest = field(default_factory=Harvest)


class Context:
    """What one check may do.

    Args:
        case: The case that is checked.
        bench: What all checks share.

    Attributes:
        exchanges: All that this check sent.
        calls: All calls that it played.
    """

    def __init__(self, case: Case, bench: Bench) -> None:
        self.case = case
        self.bench = bench
        self.exchanges: list[Exchange] = []
        self.calls: list[Played] = []

    @cached_property
    def profile(self) -> Profile:
        """How the PBX asks this endpoint."""
        return self.bench.setting.profile

    @property
    def deadline_s(self) -> float:
        """Seconds that the PBX waits for an answer."""
        return self.bench.setting.scenario.deadline_s

    def fact(self, name: str) -> str:
        """Give a fact that the case needs; the runner has made sure that it is there."""
        return self.bench.facts[name]

    # -- calls ------------------------------------------------------------------------

    async def call(self, caller: str, *dials: str, **more: Any) -> Played:
        """Place one call.

        Args:
            caller: Its number.
            *dials: What the caller dials, the first time they are asked, the second …
            **more: Other keys of a call in a call script; and ``asks``, ``at``, ``callees``,
                ``failures`` and ``scenario`` of the script itself.
        """
        script_keys = {"asks", "at", "callees", "failures", "scenario"}
        script = {key: value for key, value in more.items() if key in script_keys}
        one = {key: value for key, value in more.items() if key not in script_keys}
        played = await self.play_calls([{"from": caller, "dials": list(dials), **one}], **script)
        return played[0]

    async def play_calls(
        self, calls: Sequence[Mapping[str, Any]], **script: Any
    ) -> tuple[Played, ...]:
        """Place several calls on one clock, as in a call script without expectations."""
        called = self.bench.facts["virtual_number"]
        content = {
            "id": self.case.id.lower(),
            "title": self.case.title,
            "calls": [{"to": called, "expect": {}, **call} for call in calls],
            **script,
        }
        document = Document(source=self.case.id, data=content, lines={}, scalars={})
        bound = validate(CallScript, document, error=CallScriptError)
        return (await self._perform(bound)).calls

    async def play_script(self, script_id: str) -> tuple[Performance, tuple[Miss, ...]]:
        """Play a script of the catalogue; give it with all expectations it missed."""
        (script,) = library.find(script_id)
        performance = await self._perform(script.bind(self.bench.facts))
        return performance, tuple(miss for misses in performance.misses for miss in misses)

    async def _perform(self, script: CallScript) -> Performance:
        performance = await play(script, self.bench.setting)
        self.calls += performance.calls
        self.exchanges += [item for played in performance.calls for item in played.exchanges]
        return performance

    async def rehearse(self, part: Part, canned: Transport) -> Played:
        """Play a call in virtual time against canned answers: nothing is sent to the endpoint."""
        (played,) = await Stage(canned, LockstepPace()).play([part])
        self.calls.append(played)
        return played

    # -- single questions -------------------------------------------------------------

    def question(
        self,
        numa: str,
        digits: str | None = None,
        session: str | None = None,
        direction: Direction = Direction.IN,
    ) -> Question:
        """Make a question to ask outside a call."""
        return Question(
            session_id=session or self.bench.setting.session_id(),
            numa=numa,
            numb=self.bench.facts["virtual_number"],
            direction=direction,
            started=STARTED,
            digits=digits,
        )

    async def ask(
        self, question: Question, *, transport: Transport | None = None, **changes: Any
    ) -> Exchange:
        """Ask one question; `changes` are those of the `Profile` it is asked with."""
        request = build(question, replace(self.profile, **changes))
        return await self.send(request, transport=transport)

    async def send(self, request: HttpRequest, *, transport: Transport | None = None) -> Exchange:
        """Send a request as it is, and wait no longer than the PBX would."""
        way = transport or self.bench.setting.transport
        if self.bench.setting.wait_for_turn is not None:
            await self.bench.setting.wait_for_turn()
        began = time.monotonic()
        reply: HttpReply | None = None
        try:
            async with asyncio.timeout(self.deadline_s):
                reply = await way.exchange(request, asyncio.Event())
            observed = read(reply)
        except ExchangeFailed as failed:
            observed = Failure(observed=failed.observed, detail=failed.detail)
        except TimeoutError:
            detail = f"no whole answer within {self.deadline_s:g} s"
            observed = Failure(observed=Observed.DEADLINE, detail=detail)
        exchange = Exchange(
            request_id=len(self.exchanges) + 1,
            copy=0,
            at=0.0,
            elapsed_s=time.monotonic() - began,
            request=request,
            reply=reply,
            observed=observed,
            seen=observed,
        )
        self.exchanges.append(exchange)
        return exchange

    async def raw(
        self, *pieces: bytes, half_close: bool = False, leave: bool = False, within_s: float = 0.0
    ) -> RawReply:
        """Send bytes exactly as given; see `mockpbx.faults.caller.converse`."""
        return await converse(
            self.profile.url,
            pieces,
            within_s=within_s or self.deadline_s,
            half_close=half_close,
            leave=leave,
            trust=self.bench.trust,
        )

    async def alive(self) -> Exchange:
        """Ask an ordinary question on a new connection: does the endpoint still answer?"""
        caller = self.bench.facts.get("stranger", "79990000009")
        return await self.ask(self.question(caller), transport=self.bench.single_use)

    async def harvest(self) -> tuple[Sample, ...]:
        """Give the answers to ordinary calls; they are played once for all checks."""
        return await self.bench.harvest.gather(self)

    def show(self, sample: Sample) -> Exchange:
        """Take an answer of the harvest into this case's evidence."""
        if sample.exchange not in self.exchanges:
            self.exchanges.append(sample.exchange)
        if sample.played not in self.calls:
            self.calls.append(sample.played)
        return sample.exchange


_HARVEST = (
    ("courier, own order", "courier", ".", "order"),
    ("stranger", "stranger", "", None),
    ("hidden caller", None, "", None),
    ("courier, unknown order", "courier", ".", "unknown_order"),
    ("courier, another's order", "courier", ".", "foreign_order"),
)


async def _ordinary_calls(context: Context) -> list[Sample]:
    facts = context.bench.facts
    samples = []
    for label, caller, pause, digits in _HARVEST:
        if any(name is not None and name not in facts for name in (caller, digits)):
            continue
        dials = [pause + facts[digits]] if digits else []
        numa = facts[caller] if caller else ""
        # One wrong order a call: the caller gives up while the endpoint thinks again.
        hangs_up = {"while": "digits", "nth": 2}
        played = await context.call(numa, *dials, hangs_up=hangs_up)
        for exchange in played.exchanges:
            step = "" if len(played.exchanges) == 1 else f", request {exchange.request_id}"
            samples.append(Sample(label=f"{label}{step}", played=played, exchange=exchange))
    return samples
