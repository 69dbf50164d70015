"""What checks of several families read out of calls and answers."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TypeVar

from harness.certify.context import Context, ObservedReply
from harness.certify.reasons import Finding, not_applicable, untestable, violated
from harness.certify.registry import Check, check
from mockpbx.core.cdr import CallRecord, FinishReason
from mockpbx.core.instruction import Branch, Forward
from mockpbx.core.observed import Failure
from mockpbx.errors import UsageError
from mockpbx.manifest.facts import PEOPLE, kind_of
from mockpbx.result.call_result import CallResult
from mockpbx.result.exchange import Exchange
from mockpbx.wire.numbers import same_number
from mockpbx.wire.reply import Instructed

OWN_ORDER = "courier, own order"
STRANGER = "stranger"
UNKNOWN_ORDER = "courier, unknown order"
FOREIGN_ORDER = "courier, another's order"
"""Labels of the common_calls's samples; those of a call with several requests begin so."""

AT_ONCE = "the courier is connected at once and never asked for an order"
"""Why nobody can see what this endpoint would say to a wrong one."""

_Row = TypeVar("_Row")

_NATIONAL_DIGITS = 10
_LONG_NUMBER = 7
"""Shorter ones are extensions: their digits turn up anywhere by chance."""
_SERVER_ERROR = 500
_MANY = 4
"""So many equal answers in a row are counted instead of listed one by one."""
_GAP = re.compile(r"(?<=[0-9])[ ().\u00a0-]{1,3}(?=[0-9])")


def check_each(table: Mapping[str, _Row], make: Callable[[_Row], Check]) -> None:
    """Register a check for each row of a table of cases."""
    for case_id, row in table.items():
        check(case_id)(make(row))


# -- who is who -----------------------------------------------------------------------


def people(context: Context, *, but: str = "") -> Mapping[str, str]:
    """Return the personal numbers that the facts name, without the one of who asks."""
    return {
        name: number
        for name, number in context.facts.items()
        if kind_of(name) in PEOPLE and not (but and same_number(number, but))
    }


def phones(exchange: Exchange) -> tuple[str, ...]:
    """Return the numbers that an answer tells the PBX to dial."""
    match exchange.observed:
        case Instructed(instruction=Forward(phones=numbers)):
            return numbers
    return ()


def tells(text: str, number: str) -> bool:
    """Tell whether a text holds a number, however it is spaced; extensions are too short."""
    if len(number) < _LONG_NUMBER:
        return False
    return number[-_NATIONAL_DIGITS:] in _GAP.sub("", text)


def text_of(exchange: Exchange) -> str:
    """Return the headers and the body of an answer."""
    reply = exchange.reply
    if reply is None:
        return ""
    return f"{headers_of(exchange)}\n\n{reply.body.decode('utf-8', 'replace')}"


def headers_of(exchange: Exchange) -> str:
    """Return the headers of an answer, a line each."""
    headers = exchange.reply.headers if exchange.reply else ()
    return "\n".join(f"{name}: {value}" for name, value in headers)


def disclosed(exchange: Exchange, numbers: Mapping[str, str]) -> str | None:
    """Name the person whose number an answer tells, as an instruction or otherwise."""
    text = text_of(exchange)
    for name, number in numbers.items():
        if tells(text, number) or any(same_number(phone, number) for phone in phones(exchange)):
            return f"{name.replace('_', ' ')} {number}"
    return None


# -- what happened ----------------------------------------------------------------------


def described(exchange: Exchange) -> str:
    """Say what an answer was, in a few words."""
    match exchange.observed:
        case Failure() as failure:
            return f"{failure.observed.value}: {failure.detail}"
        case Instructed(instruction=Branch(codes=codes)):
            return f"returned_code {', '.join(map(str, codes))}"
        case Instructed(instruction=Forward(phones=())):
            return "an announcement"
        case Instructed(instruction=Forward(phones=numbers)):
            return f"phones {', '.join(numbers)}"
    return "no answer before somebody gave up"


def ended(record: CallRecord) -> str:
    """Say where a caller ended, in a few words."""
    if record.connected is not None:
        return f"the caller talked to {record.connected}"
    if record.message_s > 0:
        return "the caller left a voicemail"
    if record.finish_reason is FinishReason.SUBSCRIBER_DISCONNECTS:
        return "the caller hung up"
    return f"the caller talked to nobody ({record.finish_reason.value})"


def story(played: CallResult) -> str:
    """Say what a call was answered, and where the caller ended."""
    answers = ", then ".join(_counted(map(described, played.exchanges))) or "nobody asked"
    return f"{answers}; {ended(played.record)}"


def _counted(words: Iterable[str]) -> Iterator[str]:
    """Tell what was said many times in a row, as by an endpoint that asks without end, once."""
    for word, same in groupby(words):
        times = len(list(same))
        yield from [word] * times if times < _MANY else [f"{times} times {word}"]


def fell_silent(exchange: Exchange) -> bool:
    """Tell whether an endpoint broke down over a question instead of refusing it."""
    return exchange.reply is None or exchange.reply.status >= _SERVER_ERROR


def not_asked(played: CallResult) -> Finding:
    """Say why a courier could not type an order: connected at once, or led elsewhere."""
    if any(phones(exchange) for exchange in played.exchanges):
        return not_applicable(AT_ONCE)
    said = f"the courier was never asked for the order: {story(played)}"
    return untestable(said, blamed=played.exchanges[-1:])


def typed(played: CallResult, digits: str) -> bool:
    """Tell whether the caller was asked, and the endpoint got these digits."""
    return any(request.digits == digits for request in played.record.requests)


# -- what judgements are made of ----------------------------------------------------------


async def samples(context: Context, label: str) -> Sequence[ObservedReply]:
    """Return the answers of one call of the common_calls, and take them into the evidence.

    Raises:
        UsageError: The scenario did not ask the endpoint.
    """
    found = [item for item in await context.common_calls() if item.label.startswith(label)]
    if not found:
        raise UsageError(
            f"the scenario asks the endpoint nothing when somebody calls ({label}): "
            "is it closed on a Thursday at 10:15 in Moscow?"
        )
    for sample in found:
        context.show(sample)
    return found


def instructed(exchanges: Sequence[Exchange]) -> Finding | None:
    """Object to the first question that brought no instruction."""
    failed = next((item for item in exchanges if not isinstance(item.observed, Instructed)), None)
    if failed is None:
        return None
    return violated(
        expected="status 200 with an instruction", received=described(failed), blamed=(failed,)
    )


async def ordinary(context: Context) -> Sequence[ObservedReply] | Finding:
    """Return the whole common_calls, or say that the endpoint broke down over all of it."""
    common_calls = await context.common_calls()
    if all(fell_silent(sample.exchange) for sample in common_calls):
        first = tuple(sample.exchange for sample in common_calls[:1])
        return untestable("the endpoint broke down over every ordinary call", blamed=first)
    return common_calls


async def no_proof(context: Context, refusals: Iterable[Exchange]) -> Finding | None:
    """Say why refusals prove nothing: the endpoint broke down, or leads nobody anywhere.

    A case that wants a refusal passes only if the endpoint refused on purpose: it answered,
    it still answers, and whoever may be connected is.
    """
    for refusal in refusals:
        if fell_silent(refusal):
            return broke_down(refusal)
    context.must_live_on(dead)
    return await no_delivery(context)


def broke_down(answer: Exchange) -> Finding:
    """Say that an answer is no refusal."""
    said = f"the endpoint did not refuse, it broke down: {described(answer)}"
    return untestable(said, blamed=(answer,))


def dead(probe: Exchange) -> Finding:
    """Say that nothing can be concluded: the endpoint does not answer the next call either."""
    return untestable(f"the endpoint no longer answers: {described(probe)}", blamed=(probe,))


async def no_delivery(context: Context) -> Finding | None:
    """Object that not even the courier's own order leads to the customer."""
    customer = context.fact("customer")
    common = await context.common_calls()
    own = [sample.exchange for sample in common if sample.label.startswith(OWN_ORDER)]
    if any(same_number(phone, customer) for exchange in own for phone in phones(exchange)):
        return None
    return untestable(
        f"the courier's own order {context.fact('order')} does not lead to the customer "
        f"{customer}, so nothing can be concluded from others who are not led there",
        blamed=tuple(own[-1:]),
    )
