"""The courier line, call by call: everybody who calls gets an instruction that leads somewhere."""

from dataclasses import dataclass, field

from harness.certify.checks.answers import (
    FOREIGN_ORDER,
    OWN_ORDER,
    STRANGER,
    UNKNOWN_ORDER,
    check_each,
    described,
    instructed,
    samples,
    story,
)
from harness.certify.context import Context
from harness.certify.reasons import Finding, not_applicable, satisfied, untestable, violated
from harness.certify.registry import Check, check
from mockpbx.callscript.model import Asks, HangUp
from mockpbx.core.cdr import CallRecord, Direction
from mockpbx.core.scenario import Interactive
from mockpbx.wire.reply import Instructed

_COURIER_LINE = "courier-line"
_NO_SUCH_ORDER = "try-again"
_GIVES_UP = HangUp(during="digits", nth=2)
"""The caller hangs up when asked the second time: no call goes round in circles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Caller:
    """Somebody calls, and types nothing when asked.

    Attributes:
        fact: The fact that names the caller; None if `numa` says it.
        numa: The number as it arrives.
        direction: Incoming or outgoing.
        asks: How the PBX asks.
    """

    fact: str | None = None
    numa: str = ""
    direction: Direction = Direction.IN
    asks: Asks = field(default_factory=Asks)


_CALLERS = {
    "SEQ-011": _Caller(fact="courier"),
    "SEQ-012": _Caller(fact="courier", asks=Asks(no_input="empty")),
    "SEQ-013": _Caller(fact="courier", asks=Asks(no_input="absent")),
    "SEQ-021": _Caller(numa="4915112345678"),
    "SEQ-022": _Caller(fact="customer"),
    "SEQ-023": _Caller(fact="courier", direction=Direction.OUT, asks=Asks(also=["direction"])),
    "SEQ-030": _Caller(numa="101"),
    "SEQ-031": _Caller(numa="sip:alice@sip.example.com"),
    "SEQ-032": _Caller(numa="anonymous"),
    "SEQ-033": _Caller(numa="0"),
    "SEQ-034": _Caller(numa=""),
}


def _answered(caller: _Caller) -> Check:
    async def gets_an_instruction(context: Context) -> Finding:
        numa = context.fact(caller.fact) if caller.fact else caller.numa
        played = await context.call(
            numa, hangs_up=_GIVES_UP, direction=caller.direction, asks=caller.asks
        )
        return instructed(played.exchanges) or satisfied(story(played))

    return gets_an_instruction


check_each(_CALLERS, _answered)

_COMMON = {"SEQ-020": STRANGER, "SEQ-024": UNKNOWN_ORDER, "SEQ-025": FOREIGN_ORDER}


def _answered_on_a_common_call(label: str) -> Check:
    async def got_an_instruction(context: Context) -> Finding:
        found = await samples(context, label)
        return instructed([sample.exchange for sample in found]) or satisfied(
            story(found[0].played)
        )

    return got_an_instruction


check_each(_COMMON, _answered_on_a_common_call)


@check("SEQ-010")
async def nothing_entered_is_no_order(context: Context) -> Finding:
    """Look whether a courier hears "no such order" before pressing a key."""
    if context.scenario.name != _COURIER_LINE:
        return not_applicable(f"only the scenario {_COURIER_LINE} has a slot for wrong orders")
    first = (await samples(context, OWN_ORDER))[0]
    if not isinstance(first.exchange.observed, Instructed):
        return untestable(
            f"a courier's first question brings no instruction: {described(first.exchange)}"
        )
    if _NO_SUCH_ORDER not in _before_the_digits(first.played.record):
        return satisfied("nobody was told of a wrong order before typing one")
    return violated(
        expected="the caller is asked for the order",
        received=f"{described(first.exchange)}: “no such order”, before a key was pressed",
        blamed=(first.exchange,),
    )


def _before_the_digits(record: CallRecord) -> list[str]:
    typed_at = record.entered[0].at if record.entered else record.ended_at
    return [step.operation for step in record.path if step.at <= typed_at]


@check("SEQ-028")
async def stranger_is_not_asked(context: Context) -> Finding:
    """Look whether a stranger is asked for digits once the endpoint has answered."""
    own_line = context.pbx.endpoint.own_line
    if own_line is not None:
        return not_applicable(f"“{own_line}” is a line of its own, and may ask anybody for digits")
    sample = (await samples(context, STRANGER))[0]
    record = sample.played.record
    if not isinstance(sample.exchange.observed, Instructed):
        return untestable(
            f"a stranger's question brings no instruction: {described(sample.exchange)}"
        )
    for step in record.path:
        if step.at >= record.requests[0].settled_at and _asks_for_digits(context, step.operation):
            return violated(
                expected="the stranger is led to the shop",
                received=f"{described(sample.exchange)} leads to {step.operation}",
                blamed=(sample.exchange,),
            )
    return satisfied(story(sample.played))


def _asks_for_digits(context: Context, name: str) -> bool:
    operation = context.scenario.operations[name]
    return isinstance(operation, Interactive) and operation.collect is not None
