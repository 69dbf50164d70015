"""One wrong order after another: does a caller who guesses get on, and do they always get word?

A good endpoint counts wrong orders, also over several calls. So a courier guesses in one call,
once in a run, and several cases look at it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.certify.checks.answers import (
    AT_ONCE,
    described,
    instructed,
    no_proof,
    phones,
    story,
    typed,
)
from harness.certify.context import Context
from harness.certify.reasons import Finding, not_applicable, satisfied, violated
from harness.certify.registry import check
from mockpbx.callscript.model import HangUp
from mockpbx.result.call_result import CallResult
from mockpbx.result.exchange import Exchange
from mockpbx.wire.numbers import same_number

_TYPES = ("unknown_order", "unknown_order_2", "unknown_order_3", "order")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Guessed:
    """A call with three wrong orders and then the right one.

    Attributes:
        played: The call, as far as it went.
        beyond: The questions that were not asked in it, put to the endpoint all the same.
    """

    played: CallResult
    beyond: Sequence[Exchange]

    def show(self, context: Context) -> "_Guessed":
        """Take it into the evidence of a case."""
        context.calls.append(self.played)
        context.exchanges += [*self.played.exchanges, *self.beyond]
        return self


async def _guessed(context: Context) -> _Guessed:
    """Return the call in which the courier guesses; it is placed once in a run."""
    guessed = await context.shared.once("guesses", lambda: _guess(context.own()))
    return guessed.show(context)


async def _guess(context: Context) -> _Guessed:
    caller, keys = context.fact("courier"), [context.fact(name) for name in _TYPES]
    gives_up = HangUp(during="digits", nth=len(keys) + 1)
    played = await context.call(caller, *keys, hangs_up=gives_up)
    session = played.record.session_id
    beyond = []
    if not _at_once(played):
        for digits in keys:
            if not typed(played, digits):
                question = context.fields(caller, digits, session)
                beyond.append(await context.ask(question))
    return _Guessed(played=played, beyond=beyond)


def _at_once(played: CallResult) -> bool:
    return any(phones(exchange) for exchange in played.exchanges[:1])


@check("SEQ-071")
async def guesses_are_answered(context: Context) -> Finding:
    """See that who guesses in a call gets an instruction each time they are asked."""
    played = (await _guessed(context)).played
    if _at_once(played):
        return not_applicable(AT_ONCE)
    return instructed(played.exchanges) or satisfied(story(played))


@check("PRIV-053")
async def guessing_is_stopped(context: Context) -> Finding:
    """See that the right order after three wrong ones connects nobody, asked for or not."""
    guessed = await _guessed(context)
    if _at_once(guessed.played):
        return not_applicable(AT_ONCE)
    answers = [*guessed.played.exchanges, *guessed.beyond]
    last = answers[-1]
    if any(same_number(phone, context.fact("customer")) for phone in phones(last)):
        return violated(
            expected="after three wrong orders no further one is looked at in this session",
            received=f"the right one after them: {described(last)}",
            blamed=(last,),
        )
    return await no_proof(context, answers) or satisfied(f"the fourth: {described(last)}")


# -- saying nothing, over and over ---------------------------------------------------------------

_SILENCES = 6
"""Far from the PBX's own limit, which ends a call that goes in circles."""


@check("SEQ-072")
async def silence_is_answered(context: Context) -> Finding:
    """Let a courier type nothing, time after time, and then give up."""
    gives_up = HangUp(during="digits", nth=_SILENCES + 1)
    played = await context.call(context.fact("courier"), hangs_up=gives_up)
    return instructed(played.exchanges) or satisfied(story(played))
