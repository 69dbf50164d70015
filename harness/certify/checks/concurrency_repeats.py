"""Questions that come again: from a PBX that repeats itself, or in somebody else's name."""

from harness.certify.checks.answers import (
    check_each,
    described,
    disclosed,
    no_proof,
    people,
    story,
    typed,
)
from harness.certify.checks.sequences import arrived
from harness.certify.context import Context
from harness.certify.reasons import Finding, missed, not_applicable, satisfied, violated
from harness.certify.registry import Check, check
from mockpbx.callscript.model import Repeat
from mockpbx.wire.request import Method


@check("CONC-005")
async def repeated_post(context: Context) -> Finding:
    """Repeat the questions of a call to an endpoint that is asked by POST."""
    if context.profile.method is Method.GET:
        return not_applicable("the endpoint is asked by GET: see CONC-001")
    performance, misses = await context.play_script("repeated-request")
    if not misses:
        return satisfied(story(performance.calls[0]))
    return missed(misses[:1])


@check("CONC-006")
async def repeated_wrong_order_counts_once(context: Context) -> Finding:
    """Send a wrong order four times, as one question that comes again, then the right one.

    The call goes by the first answer, which knows of no repetition yet. If that is not to ask
    again, one wrong order was too many, which SEQ-050 is about.
    """
    wrong, order = context.fact("unknown_order"), context.fact("order")
    repeats = [Repeat(request=2, copies=3, after=0.2)]
    played = await context.call(context.fact("courier"), wrong, order, repeats=repeats)
    if typed(played, wrong) and not typed(played, order):
        return not_applicable("one wrong order is the last, however often it comes: see SEQ-050")
    return arrived(played, context.fact("customer"))


# -- a session id is nobody's identity ---------------------------------------------------------


def _with_the_session_of_a_courier(fact: str | None) -> Check:
    async def gets_nothing_of_it(context: Context) -> Finding:
        order, caller = context.fact("order"), context.fact(fact) if fact else ""
        played = await context.call(context.fact("courier"), order)
        session = played.record.session_id
        answers = [
            await context.ask(context.fields(caller, digits, session)) for digits in (None, order)
        ]
        for answer in answers:
            named = disclosed(answer, people(context, but=caller))
            if named is not None:
                expected = "nothing for a caller who only bears the session id of a courier"
                return violated(expected=expected, received=named, blamed=(answer,))
        return await no_proof(context, answers) or satisfied(
            ", then ".join(map(described, answers))
        )

    return gets_nothing_of_it


check_each({"CONC-030": "stranger", "CONC-031": None}, _with_the_session_of_a_courier)
