"""Questions asked in some way, and whether the endpoint follows: what the REQ checks share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.certify.checks.answers import OWN_ORDER
from harness.certify.context import Context
from harness.certify.reasons import Finding, Saw, not_applicable, satisfied, untestable, violated
from mockpbx.callscript.model import Asks, HangUp
from mockpbx.core.cdr import Direction
from mockpbx.core.commands import RequestFields
from mockpbx.core.instruction import Branch, Instruction
from mockpbx.core.observed import Failure
from mockpbx.result.call_result import CallResult
from mockpbx.result.exchange import Exchange
from mockpbx.wire.messages import HttpRequest
from mockpbx.wire.numbers import same_number
from mockpbx.wire.reply import Instructed
from mockpbx.wire.request import build

COURIER_LINE = ("courier", "order", "customer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question and what came back.

    Attributes:
        label: Who asked what.
        exchange: Both messages.
    """

    label: str
    exchange: Exchange

    @property
    def instruction(self) -> Instruction | None:
        """The instruction, if the answer is one."""
        observed = self.exchange.observed
        return observed.instruction if isinstance(observed, Instructed) else None

    @property
    def trouble(self) -> str | None:
        """Why this is no instruction; None if it is one."""
        observed = self.exchange.observed
        if self.instruction is not None:
            return None
        detail = observed.detail if isinstance(observed, Failure) else "no answer"
        return f"{detail} ({self.label})"


async def ask_all(
    context: Context,
    *,
    request: Callable[[RequestFields], HttpRequest] | None = None,
    direction: Direction = Direction.IN,
    **changes: Any,
) -> list[Asked]:
    """Ask what ordinary calls ask, in a way of its own; nobody guesses an order.

    Args:
        context: Asks.
        request: Makes the requests, if they are no ordinary ones.
        direction: Of the calls.
        **changes: Those of the `Profile` they are made with otherwise.
    """

    def ordinary(question: RequestFields) -> HttpRequest:
        return build(question, replace(context.profile, **changes))

    made = request or ordinary
    facts = context.facts
    label, stranger = a_stranger(context)
    question = context.fields(stranger, direction=direction)
    asked = [Asked(label=label, exchange=await context.send(made(question)))]
    if "courier" in facts:
        first = context.fields(facts["courier"], direction=direction)
        asked.append(Asked(label="courier", exchange=await context.send(made(first))))
        # Who names a phone at once is not asked about the order.
        if "order" in facts and isinstance(asked[-1].instruction, Branch):
            second = made(replace(first, digits=facts["order"]))
            asked.append(Asked(label="courier, own order", exchange=await context.send(second)))
    return asked


def a_stranger(context: Context) -> tuple[str, str]:
    """Return the label and the number of somebody who is no courier."""
    return "stranger", context.stranger


def all_instruct(asked: Sequence[Asked]) -> Finding:
    """Say whether every question was answered with an instruction."""
    if not asked:
        return not_applicable("the scenario does not ask the endpoint on such a call")
    wrong = [one for one in asked if one.trouble is not None]
    if not wrong:
        plural = "" if len(asked) == 1 else "s"
        return satisfied(f"{len(asked)} question{plural}, answered with instructions")
    return violated(
        expected="status 200 and an instruction",
        received=str(wrong[0].trouble),
        blamed=tuple(one.exchange for one in wrong),
    )


async def changes_nothing(context: Context, asks: Asks) -> Finding:
    """See that a call asked about in another way ends as an ordinary one does.

    Where the facts of the courier line are not known, an instruction is all that is wanted.

    Args:
        context: Plays the calls.
        asks: How the PBX asks on them.
    """
    facts = context.facts
    known = facts.keys() >= set(COURIER_LINE)
    _, stranger = a_stranger(context)
    caller, dials = (facts["courier"], ["." + facts["order"]]) if known else (stranger, [])
    played = await context.call(caller, *dials, asks=asks, hangs_up=_PATIENCE)
    finding = all_instruct(_of(played))
    if not known or finding.saw is not Saw.SATISFIED or _talked_to(played, facts["customer"]):
        return finding
    if not await _reaches_ordinarily(context):
        return untestable(f"an ordinary call with the order {facts['order']} does not get through")
    return _ended_elsewhere(played, facts["customer"])


_PATIENCE = HangUp(during="digits", nth=2)
"""The caller gives up when asked a second time."""


async def _reaches_ordinarily(context: Context) -> bool:
    """Tell whether the courier reaches the customer when the PBX asks as usual."""
    customer = context.fact("customer")
    samples = await context.common_calls()
    return any(
        _talked_to(sample.played, customer)
        for sample in samples
        if sample.label.startswith(OWN_ORDER)
    )


def _talked_to(played: CallResult, customer: str) -> bool:
    return same_number(played.record.connected, customer)


def _of(played: CallResult) -> list[Asked]:
    """Return the questions of a call; a scenario may begin with something else."""
    return [
        Asked(label=f"request {exchange.request_id}", exchange=exchange)
        for exchange in played.exchanges
    ]


def _ended_elsewhere(played: CallResult, customer: str) -> Finding:
    record = played.record
    where = f"with {record.connected}" if record.connected else record.finish_reason.value
    return violated(
        expected=f"the call to end with {customer}, as it does otherwise",
        received=where,
        blamed=played.exchanges[-1:],
    )
