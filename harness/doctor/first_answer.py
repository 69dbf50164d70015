"""One harmless call: does whoever answers look like the endpoint that was meant?"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from harness.doctor.answer_words import quoted, wall_before
from harness.doctor.bytes_seen import cut_off, server_of, speaks_tls
from harness.doctor.diagnosis import Blame, Diagnosis, Severity, ok, problem, warning
from mockpbx.async_pbx import AsyncPbx
from mockpbx.core.instruction import Branch, Forward
from mockpbx.core.observed import Failure, Observed
from mockpbx.manifest.facts import DEFAULT_FACTS
from mockpbx.masking import without_secrets
from mockpbx.result.exchange import Exchange
from mockpbx.wire.messages import HttpReply
from mockpbx.wire.reply import Instructed

_WRONG_CLOCK_S = 60.0
_NOT_FOUND = 404

_NOT_THIS_METHOD = frozenset({405, 501})
_NOT_THIS_BODY = frozenset({415})

_REFUSALS: Mapping[int, str] = {
    401: "is a token or a secret missing? give it in headers of pbx.toml, with --header, or in "
    "the address",
    403: "is a token or a secret missing, or this host's address not allowed? give the token in "
    "headers of pbx.toml, with --header, or in the address",
    407: "a proxy stands in the way and wants credentials; go past it",
    404: "nothing is at this path; compare it with the endpoint's own",
    410: "nothing is at this path any more; compare it with the endpoint's own",
    405: "the endpoint does not take this method; choose another: method in pbx.toml, or --method",
    501: "the endpoint does not take this method; choose another: method in pbx.toml, or --method",
    415: "the endpoint does not take such a body; choose another method in pbx.toml: POST-form or "
    "POST-json",
}
"""What a status means before anybody has been judged, and what to do."""

_NO_ANSWER: Mapping[Observed, str] = {
    Observed.DEADLINE: "look what the endpoint waits for; or give it more time: deadline in "
    "pbx.toml",
    Observed.FRAMING: "something else than HTTP listens there; is it the right port?",
}


async def examine_answer(pbx: AsyncPbx) -> list[Diagnosis]:
    """Ask who a stranger is, and say whether this is an endpoint that can be certified.

    Where a stranger is refused, a courier is asked about too, if one is known: an endpoint
    that answers only some callers has no wrong address, it is wrong. An answer that comes too
    late is asked for once more: the endpoint may have been asleep.
    """
    stranger = pbx.facts.get("stranger", DEFAULT_FACTS["stranger"])
    answer = await _ask(pbx, stranger)
    exchanges = [answer]
    if _is_late(answer):
        answer = await _ask(pbx, stranger)
        exchanges.append(answer)
    said = await _looked_closer(answer, pbx) or _judged(answer, pbx)
    if len(exchanges) > 1 and said.severity is Severity.OK:
        woken = f"{said.said}; but the first request was lost: {_said(exchanges[0])}"
        said = warning("call", woken, "keep the endpoint awake; the first caller waits in vain")
    if said.severity is Severity.PROBLEM and "courier" in pbx.facts:
        second = await _ask(pbx, pbx.facts["courier"])
        exchanges.append(second)
        if isinstance(second.observed, Instructed):
            only = f"a courier is answered, a stranger is not: {_said(answer)}"
            said = warning("call", only, "answer everybody with an instruction")
    return [
        replace(said, exchanges=tuple(exchanges)),
        *_clock(answer.reply),
        *server_of(answer.reply),
    ]


_UNCLEAR = frozenset({Observed.DEADLINE, Observed.EOF_PARTIAL, Observed.FRAMING})


async def _looked_closer(answer: Exchange, pbx: AsyncPbx) -> Diagnosis | None:
    """Ask once more and look at the bytes of an answer that was not whole; None if that is idle."""
    failure = answer.failure
    if answer.reply is not None or failure is None:
        return None
    url = pbx.endpoint.profile.url
    if failure.observed in (Observed.FRAMING, Observed.EOF_EMPTY, Observed.RESET):
        tls = await speaks_tls(url)
        if tls:
            return problem("call", "the port speaks TLS", "begin the address with https://")
    if failure.observed not in _UNCLEAR:
        return None
    raw = (await pbx.send_raw(request=answer.request)).raw
    said = cut_off(raw.data) if raw is not None else ""
    if not said:
        return None
    do = "count bytes, not characters; or let the server frame the answer"
    return problem("call", said, do, Blame.ENDPOINT)


def _is_late(answer: Exchange) -> bool:
    failure = answer.failure
    return failure is not None and failure.observed is Observed.DEADLINE


def _judged(answer: Exchange, pbx: AsyncPbx) -> Diagnosis:
    """Judge what a stranger is answered."""
    if isinstance(answer.observed, Instructed):
        return ok("call", f"a stranger is answered: {_in_short(answer.observed)}")
    refusal = _refusal(answer, pbx)
    if refusal is not None:
        return refusal
    said, words = f"a stranger gets no instruction: {_said(answer)}", quoted(answer)
    wall = wall_before(answer)
    if wall:
        return problem("call", f"{said}: {words}", wall)
    shown = f"{said}: {words}" if words else said
    return warning("call", shown, "the certification will say more")


async def _ask(pbx: AsyncPbx, caller: str) -> Exchange:
    return await pbx.send(pbx.request(pbx.fields(caller)), transport=pbx.single_use)


def _refusal(answer: Exchange, pbx: AsyncPbx) -> Diagnosis | None:
    """Say what is wrong with the address, or with what is sent there; None if nothing is."""
    reply = answer.reply
    if reply is None:
        kind = answer.observed.observed if isinstance(answer.observed, Failure) else None
        blame = Blame.CONFIGURATION if kind is Observed.FRAMING else Blame.UNREACHABLE
        do = _NO_ANSWER.get(kind, "look into the endpoint's log") if kind else ""
        return problem("call", _said(answer), do, blame)
    location = reply.header("Location")
    if 300 <= reply.status < 400 and location:  # noqa: PLR2004 - redirects
        do = (
            f"the PBX does not follow (assumed); give the last address: {without_secrets(location)}"
        )
        return problem("call", _said(answer), do)
    if reply.status not in _REFUSALS:
        return None
    said, do = _said(answer), _REFUSALS[reply.status]
    allowed = reply.header("Allow")
    if allowed and reply.status in _NOT_THIS_METHOD:
        do += f" (it takes {allowed})"
    if reply.status in _NOT_THIS_METHOD | _NOT_THIS_BODY:
        said += f" to {pbx.endpoint.profile.method.value}"
    called = pbx.facts.get("virtual_number", "")
    if reply.status == _NOT_FOUND and called == DEFAULT_FACTS["virtual_number"]:
        do += (
            f"; or it does not know the virtual number {called}, which was made up: name yours, "
            "virtual_number in [facts]"
        )
    words = quoted(answer)
    return problem("call", f"{said}: {words}" if words else said, do)


def _said(answer: Exchange) -> str:
    return answer.observed.detail if isinstance(answer.observed, Failure) else "an instruction"


def _in_short(observed: Instructed) -> str:
    match observed.instruction:
        case Branch(codes=codes):
            return f"returned_code {', '.join(map(str, codes))}"
        case Forward(phones=()):
            return "an announcement"
        case Forward(phones=phones):
            return f"phones {', '.join(phones)}"


def _clock(reply: HttpReply | None) -> list[Diagnosis]:
    """Compare the endpoint's clock with ours."""
    date = reply.header("Date") if reply is not None else None
    if date is None:
        return []
    try:
        theirs = parsedate_to_datetime(date)
    except ValueError:
        return [warning("clock", f"the header Date is no date: {date[:60]}", "fix the server")]
    apart = (theirs.replace(tzinfo=theirs.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    if abs(apart) <= _WRONG_CLOCK_S:
        return [ok("clock", "the endpoint's and ours agree")]
    way = "ahead of" if apart > 0 else "behind"
    do = "set the clocks; certificates and schedules depend on them"
    return [warning("clock", f"the endpoint's is {abs(apart):.0f} s {way} ours", do)]
