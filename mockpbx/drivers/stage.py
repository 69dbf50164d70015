"""The loop that all drivers share: agenda, exchanges, and one engine for every call.

A stage plays one call or several at once. It takes the next thing off the agenda, gives
it to the call it concerns, and carries out what the engine answers: people's reactions
and timers go onto the agenda, requests go to the transport.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from math import inf

from mockpbx.callscript.model import Repeat
from mockpbx.callscript.people import People, Planned
from mockpbx.core import commands as do
from mockpbx.core import events as on
from mockpbx.core.call import CallEngine
from mockpbx.core.channel import CallSetup
from mockpbx.core.observed import Failure, Observed
from mockpbx.core.scenario import Scenario
from mockpbx.drivers.agenda import Agenda, Entry, GiveUp, Resend
from mockpbx.drivers.transport import Pace, Transport
from mockpbx.errors import ExchangeFailed, HarnessError
from mockpbx.faults.answers import Injection, Outcome, injection
from mockpbx.faults.plan import Fault
from mockpbx.result.call_result import CallResult
from mockpbx.result.exchange import Exchange
from mockpbx.wire.messages import HttpReply, HttpRequest
from mockpbx.wire.reply import Instructed, read

BeforeRequest = Callable[[do.SendRequest, int], Awaitable[None]]
"""Done just before a request, or a copy of it, is sent; the time of the stage stands still."""

_SENT_WITHIN_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One call to be played.

    Attributes:
        name: Names the call in its script; the same in every run.
        setup: Who calls whom.
        scenario: The PBX scenario.
        people: What the caller and the callees do.
        request: Makes the HTTP request of a command.
        starts: Seconds after the opening of the stage.
        repeats: Requests that the PBX sends again.
        faults: Failures put in the place of outcomes.
        before_request: Done before each request is sent.
    """

    name: str
    setup: CallSetup
    scenario: Scenario
    people: People
    request: Callable[[do.SendRequest], HttpRequest]
    starts: float = 0.0
    repeats: Sequence[Repeat] = ()
    faults: tuple[Fault, ...] = ()
    before_request: BeforeRequest | None = None


@dataclass(slots=True, kw_only=True)
class _UnderWay:
    owner: int
    place: int
    command: do.SendRequest
    copy: int
    at: float
    request: HttpRequest
    injection: Injection
    sent: asyncio.Event

    @property
    def deadline(self) -> str:
        """Names what is planned for a repetition."""
        return f"deadline {self.command.request_id}.{self.copy}"


class Stage:
    """Plays calls against one endpoint.

    Args:
        transport: Reaches the endpoint.
        pace: How time passes.
    """

    def __init__(self, transport: Transport, pace: Pace) -> None:
        self._transport = transport
        self._pace = pace
        self._agenda = Agenda()
        self._now = 0.0
        self._tasks: dict[asyncio.Task[Outcome], _UnderWay] = {}
        self._parts: Sequence[Part] = ()
        self._calls: list[CallEngine] = []
        self._exchanges: list[dict[int, Exchange]] = []
        self._places = count()

    async def play(self, parts: Sequence[Part]) -> tuple[CallResult, ...]:
        """Play calls to their end, all on one clock.

        Returns:
            The calls, in the order given.
        """
        self._parts = parts
        self._calls = [CallEngine(part.setup, part.scenario) for part in parts]
        self._exchanges = [{} for _ in parts]
        for owner, part in enumerate(parts):
            self._agenda.plan(part.starts, owner, "caller", on.CallArrived(at=part.starts))
        try:
            await self._run()
        finally:
            await self._stop_exchanges()
        return tuple(self._played(owner) for owner in range(len(parts)))

    async def _run(self) -> None:
        while self._tasks or self._agenda.next_at is not None:
            due = self._agenda.next_at
            self._now = await self._pace.wait(self._now, due, set(self._tasks))
            finished = [task for task in self._tasks if task.done()]
            for task in finished:
                self._finish(task)
            if not finished:
                entry = self._agenda.pop()
                if entry is not None:
                    await self._act(entry)

    async def _act(self, entry: Entry) -> None:
        match entry.action:
            case Resend() as again:
                await self._send(entry.owner, again.command, again.copy)
            case GiveUp() as over:
                await self._abandon(entry.owner, over.request_id, over.copy)
            case event:
                for command in self._calls[entry.owner].handle(event):
                    await self._carry_out(entry.owner, command)

    async def _carry_out(self, owner: int, command: do.Command) -> None:
        for reaction in self._parts[owner].people.react(command, self._now):
            if isinstance(reaction, Planned):
                self._agenda.plan(reaction.event.at, owner, reaction.subject, reaction.event)
            else:
                self._agenda.call_off(owner, reaction.subject)
        match command:
            case do.StartTimer():
                self._start_timer(owner, command)
            case do.StopTimer():
                self._agenda.call_off(owner, f"timer {command.timer_id}")
            case do.SendRequest():
                self._plan_copies(owner, command)
                await self._send(owner, command, 0)
            case do.AbandonRequest():
                await self._abandon(owner, command.request_id, 0)
            case do.FileRecord():
                self._agenda.call_off(owner, "caller")
                self._agenda.call_off(owner, "answers")

    def _start_timer(self, owner: int, command: do.StartTimer) -> None:
        subject = f"timer {command.timer_id}"
        self._agenda.call_off(owner, subject)
        at = self._now + command.seconds
        self._agenda.plan(at, owner, subject, on.TimerFired(at=at, timer_id=command.timer_id))

    # -- exchanges --------------------------------------------------------------------

    def _plan_copies(self, owner: int, command: do.SendRequest) -> None:
        copy = 0
        for repeat in self._parts[owner].repeats:
            if repeat.request == command.request_id:
                for _ in range(repeat.copies):
                    copy += 1
                    resend = Resend(command=command, copy=copy)
                    self._agenda.plan(self._now + repeat.after, owner, "copies", resend)

    async def _send(self, owner: int, command: do.SendRequest, copy: int) -> None:
        part = self._parts[owner]
        if part.before_request is not None:
            await part.before_request(command, copy)
        way = _UnderWay(
            owner=owner,
            place=next(self._places),
            command=command,
            copy=copy,
            at=self._now,
            request=part.request(command),
            injection=injection(
                part.faults, call=part.name, request_id=command.request_id, copy=copy
            ),
            sent=asyncio.Event(),
        )
        self._tasks[asyncio.create_task(self._exchange(way))] = way
        if copy:  # the engine minds the deadline of the request itself
            give_up = GiveUp(request_id=command.request_id, copy=copy)
            at = self._now + part.scenario.deadline_s
            self._agenda.plan(at, owner, way.deadline, give_up)

    async def _exchange(self, way: _UnderWay) -> Outcome:
        unsent = way.injection.unsent
        if unsent is not None:
            return unsent
        try:
            return await self._transport.exchange(way.request, way.sent)
        except ExchangeFailed as failed:
            return failed

    def _finish(self, task: asyncio.Task[Outcome]) -> None:
        """Note an outcome, and plan when the call learns of it."""
        way = self._tasks.pop(task)
        self._agenda.call_off(way.owner, way.deadline)
        outcome = task.result()
        replaced = way.injection.replaced(outcome)
        injected = way.injection.unsent is not None or replaced is not outcome
        seen = _understood(replaced, injected=injected)
        self._note(way, outcome, seen)
        at = max(self._now, way.at + way.injection.delay_s)
        if way.copy == 0 and at < inf:
            event = _event(at, way.command.request_id, seen)
            self._agenda.plan(at, way.owner, "answers", event)

    def _note(
        self, way: _UnderWay, outcome: Outcome | None, seen: Instructed | Failure | None
    ) -> None:
        """Keep what came of an exchange; without `seen` the request was given up."""
        real = None if way.injection.unsent is not None else outcome
        self._exchanges[way.owner][way.place] = Exchange(
            request_id=way.command.request_id,
            copy=way.copy,
            at=way.at - self._parts[way.owner].starts,
            elapsed_s=self._now - way.at,
            request=way.request,
            reply=real if isinstance(real, HttpReply) else None,
            observed=None if real is None else _understood(real, injected=False),
            seen=seen,
            injected=way.injection.names,
            abandoned=seen is None,
        )

    async def _abandon(self, owner: int, request_id: int, copy: int) -> None:
        """Close the connection of a request; where time is virtual, its answer comes late."""
        if not self._pace.keeps_time:
            return
        for task, way in list(self._tasks.items()):
            if (way.owner, way.command.request_id, way.copy) == (owner, request_id, copy):
                self._note(way, await self._cancel(task, way), None)

    async def _cancel(self, task: asyncio.Task[Outcome], way: _UnderWay) -> Outcome | None:
        """Cancel an exchange, but let its request leave first: the endpoint is to see it.

        Returns:
            What it came to meanwhile, if it did.
        """
        leaving = asyncio.create_task(way.sent.wait())
        try:
            await asyncio.wait(
                {leaving, task}, timeout=_SENT_WITHIN_S, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            leaving.cancel()
        task.cancel()
        await asyncio.wait({task})
        del self._tasks[task]
        return None if task.cancelled() else task.result()

    async def _stop_exchanges(self) -> None:
        """End what is under way when the play is broken off; nobody waits for it any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    def _played(self, owner: int) -> CallResult:
        record, part = self._calls[owner].record, self._parts[owner]
        if record is None:
            raise HarnessError(f"{part.name} never ended")
        given_up = {item.request_id: item.failure for item in record.requests if item.failure}
        exchanges = tuple(
            _overdue(exchange, given_up.get(exchange.request_id))
            for _, exchange in sorted(self._exchanges[owner].items())
        )
        return CallResult(name=part.name, record=record, exchanges=exchanges, starts=part.starts)


def _overdue(exchange: Exchange, failure: Failure | None) -> Exchange:
    """Note that a request was given up because the deadline had passed, and not otherwise."""
    if not exchange.abandoned or exchange.observed is not None or exchange.injected:
        return exchange
    if failure is None or failure.observed is not Observed.DEADLINE:
        return exchange
    return replace(exchange, observed=failure)


def _understood(outcome: Outcome, *, injected: bool) -> Instructed | Failure:
    """Read an outcome as the PBX does."""
    if isinstance(outcome, ExchangeFailed):
        return Failure(observed=outcome.observed, detail=outcome.detail, injected=injected)
    result = read(outcome)
    return replace(result, injected=injected) if isinstance(result, Failure) else result


def _event(at: float, request_id: int, seen: Instructed | Failure) -> on.Event:
    if isinstance(seen, Failure):
        return on.RequestFailed(at=at, request_id=request_id, failure=seen)
    return on.InstructionArrived(
        at=at, request_id=request_id, instruction=seen.instruction, notes=seen.notes
    )
