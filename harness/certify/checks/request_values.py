"""The values of the parameters: nothing entered, times, signs, order, additions."""

import re
from dataclasses import replace
from typing import Any

from harness.certify.checks.answers import check_each
from harness.certify.checks.request_asking import (
    Asked,
    a_stranger,
    all_instruct,
    ask_all,
    changes_nothing,
)
from harness.certify.context import Context
from harness.certify.reasons import Finding, Saw, not_applicable, satisfied, violated
from harness.certify.registry import Check, check
from mockpbx.callscript.model import Asks
from mockpbx.core.commands import RequestFields
from mockpbx.core.instruction import Branch
from mockpbx.wire.messages import HttpRequest
from mockpbx.wire.request import Method, NoInput, build, parameter_values

# -- what changes nothing -----------------------------------------------------------------

_NO_CHANGE = {
    "REQ-050": Asks(start_time="clock"),
    "REQ-051": Asks(start_time="epoch"),
    "REQ-052": Asks(start_time="datetime", space_as="%20"),
    "REQ-053": Asks(start_time="datetime", space_as="+"),
    # Two of them are named like keys of an answer: they are not to be echoed.
    "REQ-060": Asks(extra={"utm_source": "ads", "phones": "79990000001", "returned_code": "2"}),
}


def _unchanged(asks: Asks) -> Check:
    async def asks_so(context: Context) -> Finding:
        return await changes_nothing(context, asks)

    return asks_so


check_each(_NO_CHANGE, _unchanged)


# -- the same request, spelt differently --------------------------------------------------


def _kind(one: Asked) -> object:
    """Return what must not change; phones may, where several operators take turns."""
    instruction = one.instruction
    return instruction.codes if isinstance(instruction, Branch) else type(instruction)


def _alike(plain: list[Asked], others: list[Asked], how: str) -> Finding:
    finding = all_instruct([*plain, *others])
    if finding.saw is Saw.VIOLATED:
        return finding
    for one, other in zip(plain, others, strict=False):
        if _kind(one) != _kind(other):
            return violated(
                expected="the same instruction as otherwise",
                received=f"another instruction {how} ({other.label})",
                blamed=(other.exchange, one.exchange),
            )
    return satisfied(f"{len(others)} questions, each answered as otherwise")


@check("REQ-061")
async def another_order(context: Context) -> Finding:
    """Send the parameters in the opposite order."""

    def backwards(question: RequestFields) -> HttpRequest:
        pairs = parameter_values(question, context.profile)
        profile = replace(context.profile, parameters=frozenset(), extra=pairs[::-1])
        return build(question, profile)

    plain = await ask_all(context)
    return _alike(
        plain, await ask_all(context, request=backwards), "to parameters in another order"
    )


_DIGIT = re.compile(r"(?<==)[0-9]+(?=&|$)")


def _with_encoded_digits(text: str) -> str:
    """Encode the digits of all values, which RFC 3986 takes for the same address."""
    return _DIGIT.sub(lambda found: "".join(f"%{ord(digit):02X}" for digit in found[0]), text)


@check("REQ-064")
async def percent_encoded_digits(context: Context) -> Finding:
    """Spell digits in a way that nobody has to, but anybody may."""
    if context.profile.method is Method.POST_JSON:
        return not_applicable("JSON knows no percent-encoding")

    def encoded(question: RequestFields) -> HttpRequest:
        request = build(question, context.profile)
        if request.body:
            return replace(request, body=_with_encoded_digits(request.body.decode()).encode())
        own = build(question, replace(context.profile, parameters=frozenset())).url
        return replace(request, url=own + _with_encoded_digits(request.url.removeprefix(own)))

    plain = await ask_all(context)
    return _alike(plain, await ask_all(context, request=encoded), "to percent-encoded digits")


# -- signs in the caller's number ----------------------------------------------------------


async def _with_a_plus(context: Context, **changes: Any) -> Finding:
    label, stranger = a_stranger(context)
    callers = {"courier": context.facts.get("courier"), label: stranger}
    asked = [
        Asked(label=who, exchange=await context.ask(context.fields(f"+{number}"), **changes))
        for who, number in callers.items()
        if number
    ]
    return all_instruct(asked)


@check("REQ-066")
async def encoded_plus(context: Context) -> Finding:
    """Send the caller's number with a plus, percent-encoded."""
    return await _with_a_plus(context)


@check("REQ-067")
async def raw_plus(context: Context) -> Finding:
    """Send the plus as it is, which reads as a space."""
    return await _with_a_plus(context, raw_plus=True)


# -- nothing entered ----------------------------------------------------------------------

_NOTHING_TYPED = {
    "REQ-031": NoInput.NONE,
    "REQ-032": NoInput.EMPTY,
    "REQ-033": NoInput.ABSENT,
}


_WRONG_ORDER = "try-again"
"""Where the courier line leads after a wrong order; other scenarios have no such operation."""


@check("REQ-030")
async def none_is_no_order(context: Context) -> Finding:
    """See that the word None of the first question is not looked up as an order."""
    played = await context.call(
        context.fact("courier"), asks=Asks(no_input="None"), hangs_up="digits"
    )
    if _WRONG_ORDER in [step.operation for step in played.record.path]:
        return violated(
            expected="the question for the order, or the customer",
            received="the answer to a wrong order, though nothing was entered",
            blamed=played.exchanges,
        )
    label = "courier, nothing entered"
    return all_instruct([Asked(label=label, exchange=one) for one in played.exchanges[:1]])


def _silent(no_input: NoInput) -> Check:
    async def nobody_types(context: Context) -> Finding:
        return all_instruct(await _asked_twice(context, no_input))

    return nobody_types


check_each(_NOTHING_TYPED, _silent)


async def _asked_twice(context: Context, no_input: NoInput) -> list[Asked]:
    """Ask once, and again after a prompt to which nobody typed anything."""
    label, stranger = a_stranger(context)
    callers = {label: stranger, "courier": context.facts.get("courier")}
    asked: list[Asked] = []
    for who, number in callers.items():
        if number is None:
            continue
        question = context.fields(number)
        for step in ("first question", "nothing typed"):
            exchange = await context.ask(question, no_input=no_input)
            asked.append(Asked(label=f"{who}, {step}", exchange=exchange))
            if not isinstance(asked[-1].instruction, Branch):
                break
    return asked


@check("REQ-034")
async def nothing_is_nothing(context: Context) -> Finding:
    """Compare the answers to three spellings of nothing."""

    async def asked(no_input: NoInput) -> list[Asked]:
        return await ask_all(context, no_input=no_input)

    plain = await asked(NoInput.NONE)
    for no_input in (NoInput.EMPTY, NoInput.ABSENT):
        how = f"where input_result is {no_input.value}"
        finding = _alike(plain, await asked(no_input), how)
        if finding.saw is Saw.VIOLATED:
            return finding
    return satisfied("None, an empty value and an absent one are answered alike")
