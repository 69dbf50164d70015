"""What a check may do: place calls, send single requests, send raw bytes.

Every check gets a `Context` of its own, which keeps what it did as evidence. All of it goes
through the one `AsyncPbx` of the run.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any, Unpack

from harness.certify.model import Case
from harness.certify.reasons import Finding
from harness.certify.shared import Foreseen, Shared
from mockpbx.async_pbx import AsyncPbx, RawOptions, ScriptResult, heard
from mockpbx.call_options import CallOptions
from mockpbx.callscript import library
from mockpbx.callscript.expectations import Miss
from mockpbx.callscript.model import Call, CallScript, HangUp
from mockpbx.core.cdr import Direction
from mockpbx.core.commands import RequestFields
from mockpbx.core.scenario import Scenario
from mockpbx.drivers.lockstep import LockstepPace
from mockpbx.drivers.stage import Part, Stage
from mockpbx.drivers.transport import Transport
from mockpbx.manifest.facts import DEFAULT_FACTS
from mockpbx.raw.connection import RawConnection
from mockpbx.result.call_result import CallResult
from mockpbx.result.exchange import Exchange
from mockpbx.result.raw_reply import RawReply
from mockpbx.wire.messages import HttpRequest, Verbatim
from mockpbx.wire.request import Profile

STRANGER = DEFAULT_FACTS["stranger"]
"""Somebody whom no endpoint knows, where the facts name nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedReply:
    """One answer on a common call.

    Attributes:
        label: Who asked what, e.g. ``courier, own order``.
        played: The call.
        exchange: The request and the answer.
    """

    label: str
    played: CallResult
    exchange: Exchange


class Context:
    """What one check may do.

    Args:
        case: The case that is checked.
        pbx: Reaches the endpoint; all checks of a run share it.
        shared: What the checks of a run share.
        alone: Nobody else asks the endpoint meanwhile.

    Attributes:
        exchanges: All that this check sent.
        calls: All calls that it played.
        if_dead: Says what it comes to if the endpoint is found not to answer any more; None
            if that does not matter.
    """

    def __init__(self, case: Case, pbx: AsyncPbx, shared: Shared, *, alone: bool = True) -> None:
        self.case = case
        self.pbx = pbx
        self.shared = shared
        self.alone = alone
        self.exchanges: list[Exchange] = []
        self.calls: list[CallResult] = []
        self.if_dead: Callable[[Exchange], Finding] | None = None

    @property
    def profile(self) -> Profile:
        """How the PBX asks this endpoint."""
        return self.pbx.endpoint.profile

    @property
    def scenario(self) -> Scenario:
        """The PBX scenario."""
        return self.pbx.endpoint.scenario

    @property
    def deadline_s(self) -> float:
        """Seconds that the PBX waits for an answer."""
        return self.pbx.endpoint.deadline_s

    @property
    def facts(self) -> Mapping[str, str]:
        """What is true behind the endpoint."""
        return self.pbx.facts

    def fact(self, name: str) -> str:
        """Return a fact that the case needs; the scheduler has made sure that it is there."""
        return self.facts[name]

    @property
    def stranger(self) -> str:
        """Somebody whom the endpoint does not know."""
        return self.facts.get("stranger", STRANGER)

    # -- calls ------------------------------------------------------------------------

    async def call(self, caller: str, *keys: str, **options: Unpack[CallOptions]) -> CallResult:
        """Place one call.

        Args:
            caller: Its number.
            *keys: What the caller dials, the first time they are asked, the second …
            **options: See `CallOptions`.
        """
        said: CallOptions = {**options, "dials": keys}
        self._refuse([caller])
        began = _now()
        played = await self.pbx.call(caller, **said)
        self._keep([played], began)
        return played

    async def play_calls(
        self, calls: Sequence[Call], *, single_use: bool = False
    ) -> tuple[CallResult, ...]:
        """Place several calls on one clock.

        Args:
            calls: The calls.
            single_use: Open a new connection for each request.
        """
        script = CallScript(id=self.case.id.lower(), title=self.case.title, calls=list(calls))
        self._refuse([call.caller for call in calls])
        began = _now()
        played = await self.pbx.play(script, single_use=single_use)
        self._keep(played.calls, began)
        return played.calls

    async def play_script(self, script_id: str) -> tuple[ScriptResult, tuple[Miss, ...]]:
        """Play a script of the catalogue; return it with all expectations it missed."""
        (script,) = library.find(script_id)
        self._refuse([call.caller for call in script.bind(self.facts).calls])
        began = _now()
        played = await self.pbx.play(script)
        self._keep(played.calls, began)
        return played, tuple(miss for misses in played.misses for miss in misses)

    def _refuse(self, callers: Sequence[str]) -> None:
        """Object to calls of which it is known what their first request will meet."""
        for caller in callers:
            self.shared.refuse({"numa": caller})

    def _keep(self, calls: Sequence[CallResult], began: float) -> None:
        self.calls += calls
        alone = self.alone and len(calls) == 1
        for exchange in (item for played in calls for item in played.exchanges):
            self.exchanges.append(exchange)
            self.shared.saw(exchange, began, alone=alone)

    async def rehearse(self, part: Part, canned: Transport) -> CallResult:
        """Play a call in virtual time against canned answers: nothing is sent to the endpoint."""
        (played,) = await Stage(canned, LockstepPace()).play([part])
        self.calls.append(played)
        return played

    # -- single requests --------------------------------------------------------------

    def fields(
        self,
        numa: str,
        digits: str | None = None,
        session: str | None = None,
        direction: Direction = Direction.IN,
    ) -> RequestFields:
        """Return what a request outside a call tells the endpoint."""
        return self.pbx.fields(numa, digits, session, direction)

    async def ask(
        self, fields: RequestFields, *, transport: Transport | None = None, **changes: Any
    ) -> Exchange:
        """Send one request; `changes` are those of the `Profile` it is sent with."""
        return await self.send(self.pbx.request(fields, **changes), transport=transport)

    async def send(self, request: HttpRequest, *, transport: Transport | None = None) -> Exchange:
        """Send a request as it is, and wait no longer than the PBX would."""
        self.shared.refuse(dict(request.params))
        began = _now()
        return self._noted(await self.pbx.send(request, transport=transport), began)

    async def send_raw(
        self, *pieces: bytes, request: HttpRequest, **options: Unpack[RawOptions]
    ) -> Exchange:
        """Send bytes exactly as given; see `AsyncPbx.send_raw`.

        Args:
            *pieces: The bytes; those of `request` if there are none.
            request: What they are meant to be.
            **options: How they are sent, and what is waited for.
        """
        self.shared.refuse(dict(request.params))
        began = _now()
        return self._noted(await self.pbx.send_raw(*pieces, request=request, **options), began)

    def connect(self, url: str | None = None) -> AbstractAsyncContextManager[RawConnection]:
        """Open a connection that is led byte by byte."""
        return self.pbx.connect(url)

    def heard(self, request: HttpRequest, sent: Verbatim, raw: RawReply) -> Exchange:
        """Take what was said over a raw connection into the evidence.

        Args:
            request: What was meant to be sent.
            sent: What was sent.
            raw: What came back.
        """
        return self._noted(heard(replace(request, verbatim=sent), raw), _now() - raw.elapsed_s)

    def _noted(self, exchange: Exchange, began: float) -> Exchange:
        numbered = exchange.numbered(len(self.exchanges) + 1)
        self.exchanges.append(numbered)
        self.shared.saw(numbered, began, alone=self.alone)
        return numbered

    @contextmanager
    def in_company(self) -> Iterator[None]:
        """Ask several at once: what is late then may be so because of the others."""
        self.alone, alone = False, self.alone
        try:
            yield
        finally:
            self.alone = alone

    async def probe(self) -> Exchange:
        """Send an ordinary request on a new connection: does the endpoint still answer?"""
        return await self.ask(self.fields(self.stranger), transport=self.pbx.single_use)

    def must_live_on(self, if_dead: Callable[[Exchange], Finding]) -> None:
        """Want the endpoint to answer the next ordinary request, whoever makes it.

        Args:
            if_dead: Says what the case comes to if it does not; gets the request.
        """
        self.if_dead = if_dead

    # -- common calls -----------------------------------------------------------------

    def own(self) -> "Context":
        """Return a context with evidence of its own, for what several checks share."""
        return Context(self.case, self.pbx, self.shared, alone=self.alone)

    async def common_calls(self) -> tuple[ObservedReply, ...]:
        """Return the answers to ordinary calls; they are played once for all checks."""
        return await self.shared.once("common calls", lambda: _common_calls(self.own()))

    def show(self, reply: ObservedReply) -> Exchange:
        """Take an answer of the common calls into this case's evidence."""
        if reply.exchange not in self.exchanges:
            self.exchanges.append(reply.exchange)
        if reply.played not in self.calls:
            self.calls.append(reply.played)
        return reply.exchange


_COMMON = (
    ("courier, own order", "courier", ".", "order"),
    ("stranger", "stranger", "", None),
    ("hidden caller", None, "", None),
    ("courier, unknown order", "courier", ".", "unknown_order"),
    ("courier, another's order", "courier", ".", "foreign_order"),
)


async def _common_calls(context: Context) -> tuple[ObservedReply, ...]:
    facts = context.facts
    replies = []
    for label, caller, pause, digits in _COMMON:
        if any(name is not None and name not in facts for name in (caller, digits)):
            continue
        dials = [pause + facts[digits]] if digits else []
        numa = facts[caller] if caller else ""
        # One wrong order a call: the caller gives up while the endpoint thinks again.
        try:
            played = await context.call(numa, *dials, hangs_up=HangUp(during="digits", nth=2))
        except Foreseen:
            continue
        for exchange in played.exchanges:
            step = "" if len(played.exchanges) == 1 else f", request {exchange.request_id}"
            replies.append(ObservedReply(label=f"{label}{step}", played=played, exchange=exchange))
    return tuple(replies)


def _now() -> float:
    return asyncio.get_running_loop().time()
