"""A crowd at one moment: does everybody get an instruction, and does the endpoint survive it?

What comes too late is left to the cases about time, but an endpoint that answers nobody any
more, however long one waits, has not survived.
"""

import asyncio

from harness.certify.checks.answers import described, fell_silent
from harness.certify.checks.hostile import ordinary, say
from harness.certify.context import Context
from harness.certify.reasons import Finding, not_applicable, satisfied, untestable, violated
from harness.certify.registry import check
from mockpbx.core.observed import Failure, Observed
from mockpbx.result.exchange import Exchange

TOO_LATE = frozenset({Observed.DEADLINE, Observed.CONNECT_TIMEOUT})
NONE_IN_TIME = not_applicable("nobody was answered in time, so nothing could be mixed up")
_BURST = 20
_PATIENCE = 5
"""Deadlines that an endpoint may need to come round, however few questions it was asked."""


@check("CONC-042")
async def everybody_in_a_burst_is_answered(context: Context) -> Finding:
    """Ask twenty times at once, each over a connection of its own."""
    before = await context.probe()
    questions = [context.fields(context.fact("stranger")) for _ in range(_BURST)]
    # Connections that earlier cases have left would be shared: a few questions at a time.
    async with context.pbx.fresh_transport() as way:
        asked = (context.ask(question, transport=way) for question in questions)
        with context.in_company():
            answers = await asyncio.gather(*asked)
    judged = [answer for answer in answers if not _late(answer)]
    for answer in judged:
        if isinstance(answer.observed, Failure):
            expected = "an instruction for each of twenty callers at once"
            return violated(expected=expected, received=described(answer), blamed=(answer,))
    said = f"{len(judged)} of {_BURST} callers at once were answered in time"
    return await exhausted(context, before) or (satisfied(said) if judged else NONE_IN_TIME)


async def exhausted(context: Context, before: Exchange) -> Finding | None:
    """Let an endpoint finish what it was asked, and say if it has not survived it.

    Whoever has given up has not left: a slow endpoint goes on with their questions, and the
    next case would have to wait. One that is only slow is given the time to serve all of them
    twice over, one after another.

    Args:
        context: The check's.
        before: What the endpoint answered to one caller, before there were many.
    """
    if fell_silent(before):
        return untestable(f"not even a single caller is answered: {described(before)}")
    needs_s = 2 * len(context.exchanges) * before.elapsed_s
    probe = await context.probe()
    if _late(probe):
        within_s = needs_s + _PATIENCE * context.deadline_s
        probe = (await say(context, ordinary(context), within_s=within_s)).exchange
    if not fell_silent(probe):
        return None
    return violated(
        expected="the endpoint answers a single caller again when the others are gone",
        received=f"{described(probe)}; before them it took {before.elapsed_s:.2f} s",
        blamed=(probe,),
    )


def _late(answer: Exchange) -> bool:
    return isinstance(answer.observed, Failure) and answer.observed.observed in TOO_LATE
