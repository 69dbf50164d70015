"""Rehearsals of the PBX scenario: what callers live through when the endpoint fails.

The endpoint is a canned answer in this process. Nothing is sent to anybody.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from harness.certify.context import Context
from mockpbx.async_pbx import ASKED_AT
from mockpbx.callscript.dtmf import KEY_S
from mockpbx.callscript.model import Call, CalleeBehaviour
from mockpbx.callscript.people import People, Planned, Reaction
from mockpbx.core import commands as do
from mockpbx.core import events as on
from mockpbx.core.cdr import CallRecord
from mockpbx.core.channel import CallSetup
from mockpbx.core.scenario import ForwardTo, Interactive, Menu, Scenario
from mockpbx.drivers.stage import Part
from mockpbx.errors import ExchangeFailed
from mockpbx.faults.plan import Fault
from mockpbx.wire.messages import HttpReply, HttpRequest
from mockpbx.wire.request import Profile, build

NOWHERE = Profile(url="http://rehearsal.invalid/")
"""What the ladder shows as asked; no name ends so."""
CALLER = "74950000311"
CUSTOMER = "74950000312"
"""Numbers of nobody."""


def said(body: str) -> HttpReply:
    """Return an answer with status 200."""
    return HttpReply(
        status=200,
        reason="OK",
        headers=(("content-type", "application/json"),),
        body=body.encode(),
        http_version="HTTP/1.1",
    )


NAMES_A_CUSTOMER = said(f'{{"phones": ["{CUSTOMER}"]}}')


@dataclass(frozen=True, slots=True, kw_only=True)
class Canned:
    """An endpoint that always says the same, or never says anything.

    Attributes:
        outcome: What comes of each question.
    """

    outcome: HttpReply | ExchangeFailed = NAMES_A_CUSTOMER

    async def exchange(self, _request: HttpRequest, sent: asyncio.Event) -> HttpReply:
        """Answer without asking anybody.

        Raises:
            ExchangeFailed: That is the outcome.
        """
        sent.set()
        if isinstance(self.outcome, ExchangeFailed):
            raise self.outcome
        return self.outcome


class _Obliging(People):
    """A caller who presses what a menu offers first, and as many digits as are wanted."""

    def __init__(self, scenario: Scenario, callees: Mapping[str, CalleeBehaviour]) -> None:
        super().__init__(Call(caller=CALLER), callees)
        self._scenario = scenario

    def react(self, command: do.Command, now: float) -> Iterable[Reaction]:
        """Say what people do about a command of the engine."""
        if not isinstance(command, do.TakeDigits):
            return super().react(command, now)
        operation = self._scenario.operations[command.operation]
        wanted = next(iter(operation.choices), "") if isinstance(operation, Menu) else ""
        keys = wanted or "1" * command.length
        return [
            Planned(subject="caller", event=on.DigitPressed(at=now + place * KEY_S, digit=digit))
            for place, digit in enumerate(keys, 1)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """How a call is rehearsed.

    Attributes:
        fault: What strikes each question, if anything.
        at: Its parameter.
        canned: What answers.
        callees: What all phones do that are dialled; None lets them be answered.
        hours: Hours after an ordinary Thursday morning.
    """

    fault: str | None = None
    at: str | float | None = None
    canned: Canned = Canned()
    callees: CalleeBehaviour | None = None
    hours: int = 0

    async def play(self, context: Context, start: str | None = None) -> CallRecord:
        """Play the call, from an operation of the scenario or from its beginning."""
        scenario = context.scenario
        part = Part(
            name=f"{context.case.id.lower()}#1",
            setup=CallSetup(
                session_id="rehearsal",
                numa=CALLER,
                numb=context.fact("virtual_number"),
                started=ASKED_AT + 3600 * self.hours,
            ),
            scenario=replace(scenario, start=start or scenario.start, blacklist=frozenset()),
            people=_Obliging(scenario, self._phones(scenario)),
            request=lambda command: build(command.fields, NOWHERE),
            faults=(Fault(fault=self.fault, at=self.at),) if self.fault else (),
        )
        return (await context.rehearse(part, self.canned)).record

    def _phones(self, scenario: Scenario) -> Mapping[str, CalleeBehaviour]:
        if self.callees is None:
            return {}
        own = [item for item in scenario.operations.values() if isinstance(item, ForwardTo)]
        phones = [CUSTOMER, *(phone for operation in own for phone in operation.phones)]
        return dict.fromkeys(phones, self.callees)


def questions(context: Context) -> list[str]:
    """Name the operations that ask the endpoint, in the order of the scenario."""
    operations = context.scenario.operations
    return [name for name, item in operations.items() if isinstance(item, Interactive)]
