"""Connections that break off, stall or crowd: the other callers must not suffer.

A connection is held open only while one other call is placed. Such cases hold one at a time
and for no longer than half the deadline: an endpoint that can only serve one connection must
not make other cases, which run at the same time, miss theirs.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

from harness.certify.checks.answers import described, fell_silent
from harness.certify.checks.hostile import (
    Shot,
    dead,
    gone,
    ordinary,
    posted,
    say,
    survived,
)
from harness.certify.context import Context
from harness.certify.reasons import Finding, not_applicable, satisfied, untestable, violated
from harness.certify.registry import Check, check
from mockpbx.raw.connection import RawConnection
from mockpbx.raw.request_bytes import spelled
from mockpbx.wire.messages import HttpRequest, Verbatim
from mockpbx.wire.reply import Instructed, read
from mockpbx.wire.request import build

_CLOSE = "Connection: close"
_NOT_IMPLEMENTED = 501
_MANY = 5


# -- broken off -----------------------------------------------------------------------


@check("ROBUST-050")
async def half_a_request_does_no_harm(context: Context) -> Finding:
    """Send half a request, say that no more will come, and call again."""
    request = posted(context)
    data = spelled(request)
    # Half of the head; and a body that is half there.
    shots = [
        await say(context, request, data[:length], label=label, half_close=True)
        for label, length in (("half a head", data.index(b"\r\n") + 9), ("half a body", -3))
    ]
    expected = "the connection closed, or 400"
    return await survived(
        context, shots, expected=expected, also=(_NOT_IMPLEMENTED,), may_close=True
    )


def _leaves(*, reset: bool, half: bool) -> Check:
    async def does_no_harm(context: Context) -> Finding:
        data = spelled(ordinary(context))
        for _ in range(_MANY):
            async with context.connect() as connection:
                await connection.send(data[:-20] if half else data)
                connection.leave(reset=reset)
        found = await gone(context, probes=3)
        return found or satisfied(f"after {_MANY} such callers the next was answered")

    return does_no_harm


check("ROBUST-051")(_leaves(reset=False, half=False))
check("ROBUST-052")(_leaves(reset=True, half=False))
check("ROBUST-053")(_leaves(reset=True, half=True))


# -- held open ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What was begun on a connection.

    Attributes:
        request: What it is to become.
        sent: The bytes that are sent already.
        left: Those that are not.
    """

    request: HttpRequest
    sent: bytes
    left: bytes


Begin = Callable[[Context, RawConnection], Awaitable[Begun | None]]
"""Begins something on a connection; None if it is to stay silent."""


async def _nothing(_context: Context, _connection: RawConnection) -> None:
    return None


async def _some_headers(context: Context, connection: RawConnection) -> Begun:
    request = ordinary(context)
    lines = spelled(request, headers=[_CLOSE]).splitlines(keepends=True)
    await connection.send(*lines[:2])
    return Begun(request=request, sent=b"".join(lines[:2]), left=b"".join(lines[2:]))


async def _some_body(context: Context, connection: RawConnection) -> Begun:
    request = posted(context)
    data = spelled(request, headers=[_CLOSE])
    head = data.index(b"\r\n\r\n") + 4
    await connection.send(data[:head], data[head : head + 1], data[head + 1 : head + 2])
    return Begun(request=request, sent=data[: head + 2], left=data[head + 2 :])


HELD: Mapping[str, tuple[str, Begin]] = {
    "ROBUST-054": ("says nothing", _nothing),
    "ROBUST-055": ("sends header by header", _some_headers),
    "ROBUST-056": ("sends its body byte by byte", _some_body),
}
"""What the connection does meanwhile."""


async def others_are_answered(
    context: Context, what: str, begin: Begin, *, url: str | None = None
) -> Finding:
    """Hold a connection open and look whether another caller is answered meanwhile.

    Args:
        context: The check's.
        what: What the connection does, for a sentence.
        begin: Begins it.
        url: Where it is opened; the endpoint's own address if not given.
    """
    async with context.connect(url) as connection:
        begun = await begin(context, connection)
        answered = await _answers_at_once(context)
        if answered and begun is not None:
            return await _finished(context, connection, begun)
    return satisfied("another caller was answered") if answered else await _waited(context, what)


def _held(what: str, begin: Begin) -> Check:
    async def keeps_nobody_waiting(context: Context) -> Finding:
        return await others_are_answered(context, what, begin)

    return keeps_nobody_waiting


for _case_id, _how in HELD.items():
    check(_case_id)(_held(*_how))


async def _answers_at_once(context: Context) -> bool:
    try:
        async with asyncio.timeout(context.deadline_s / 2):
            return not fell_silent(await context.probe())
    except TimeoutError:
        return False


async def _waited(context: Context, what: str) -> Finding:
    """Judge an endpoint that answered nobody meanwhile: is it blocked, dead, or only slow?"""
    after = await context.probe()
    if not fell_silent(after) and after.elapsed_s > context.deadline_s / 4:
        return not_applicable(
            f"every answer takes {after.elapsed_s:.1f} s: whether others wait cannot be told"
        )
    return violated(
        expected=f"another caller answered while a connection {what}",
        received=f"no answer for {context.deadline_s / 2:g} s; "
        f"once that connection was gone: {described(after)}",
        blamed=(after,),
    )


async def _finished(context: Context, connection: RawConnection, begun: Begun) -> Finding:
    """Send the rest after all: it is answered, unless the endpoint has closed by then."""
    await connection.send(begun.left)
    raw = await connection.listen(within_s=context.deadline_s, answers=1)
    sent = Verbatim(data=begun.sent + begun.left)
    shot = Shot(label="the slow one", exchange=context.heard(begun.request, sent, raw))
    return await survived(context, [shot], also=(_NOT_IMPLEMENTED,), may_close=True)


# -- pipelined ------------------------------------------------------------------------


@check("ROBUST-057")
async def pipelined_answers_keep_their_order(context: Context) -> Finding:
    """Send two questions at once over one connection: a known caller's, then a stranger's."""
    callers = (context.fact("courier"), context.stranger)
    way = context.pbx.single_use
    alone = [await context.ask(context.fields(caller), transport=way) for caller in callers]
    wanted = [exchange.observed for exchange in alone]
    if not all(isinstance(item, Instructed) for item in wanted):
        return untestable("not even one question at a time is answered with an instruction")
    first, second = (build(context.fields(caller), context.profile) for caller in callers)
    data = spelled(first) + spelled(second, headers=[_CLOSE])
    async with context.connect() as connection:
        await connection.send(data)
        raw = await connection.listen(within_s=context.deadline_s, answers=2)
    exchange = context.heard(first, Verbatim(data=data), raw)
    if len(raw.replies) < len(callers) and not raw.closed:
        return violated(
            expected="both answered, or the connection closed after the first",
            received=f"{raw.answers} of 2 answered within {context.deadline_s:g} s",
            blamed=(exchange,),
        )
    if not raw.data and raw.closed:
        # A client has to expect that, and sends again what was not answered (RFC 9112, 9.3.2).
        context.must_live_on(dead)
        return satisfied("none of 2 answered: the connection was closed, which is allowed")
    if exchange.reply is None and not raw.reset:
        return violated(
            expected="at least the first answered",
            received=described(exchange),
            blamed=(exchange,),
        )
    got = [read(reply) for reply in raw.replies]
    right, wrong = _told(wanted), _told(reversed(wanted))
    if right != wrong and _told(got) in (wrong, wrong[:1]):
        return violated(
            expected="answers in the order of the questions",
            received=f"{described(exchange)} first, the answer to the second",
            blamed=(exchange,),
        )
    context.must_live_on(dead)
    return satisfied(f"{len(got)} of 2 answered, in order")


def _told(found: Iterable[object]) -> list[object]:
    return [item.instruction if isinstance(item, Instructed) else item for item in found]
