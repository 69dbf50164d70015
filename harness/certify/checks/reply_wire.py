"""The framing of the answer: an HTTP client fixes or hides much of what is wrong with it."""

from harness.certify.checks.answers import check_each
from harness.certify.checks.reply_framing import Flaw
from harness.certify.checks.request_raw import ask_raw, ordinary_questions
from harness.certify.context import Context
from harness.certify.reasons import Finding, not_applicable, satisfied, violated
from harness.certify.registry import Check

_FLAWS = {
    "REPLY-110": (Flaw.SURPLUS, "nothing after the end of the answer"),
    "REPLY-111": (Flaw.SHORT, "as many bytes of body as Content-Length gives"),
    "REPLY-112": (Flaw.CHUNKS, "chunks with their sizes, to the last one of size 0"),
    "REPLY-113": (Flaw.LENGTH_AND_CHUNKS, "Content-Length or Transfer-Encoding"),
    "REPLY-114": (Flaw.LENGTHS, "one Content-Length, a number of bytes"),
    "REPLY-115": (Flaw.HEAD, "a status line and header lines as HTTP has them"),
    "REPLY-116": (Flaw.NO_HEAD, "a whole head"),
}


def _look_for(row: tuple[Flaw, str]) -> Check:
    flaw, expected = row

    async def looks(context: Context) -> Finding:
        return await _judge(context, flaw, expected)

    return looks


async def _judge(context: Context, flaw: Flaw, expected: str) -> Finding:
    asked = [await ask_raw(context, *one) for one in ordinary_questions(context)]
    answered = [one for one in asked if one.reply.data]
    for one in answered:
        if flaw in one.framed.flaws:
            return violated(
                expected=expected,
                received=f"{one.framed.flaws[flaw]} ({one.label})",
                blamed=(one.exchange,),
            )
    if not answered:
        return not_applicable("no question over a raw connection brought a single byte")
    return satisfied(f"{len(answered)} answers over raw connections: {expected}")


check_each(_FLAWS, _look_for)
