"""Where numbers stand that nobody needs: headers, error pages, announcements, caches."""

from collections.abc import Iterator

from harness.certify.checks.answers import (
    dead,
    described,
    headers_of,
    no_delivery,
    ordinary,
    people,
    phones,
    tells,
    text_of,
)
from harness.certify.context import Context
from harness.certify.reasons import Finding, satisfied, violated
from harness.certify.registry import check
from mockpbx.core.instruction import Forward
from mockpbx.core.observed import Failure
from mockpbx.result.exchange import Exchange
from mockpbx.wire.messages import HttpRequest, header_list
from mockpbx.wire.numbers import same_number
from mockpbx.wire.reply import Instructed
from mockpbx.wire.request import build


@check("PRIV-060")
async def headers_name_nobody(context: Context) -> Finding:
    """Look for personal numbers in the headers of ordinary answers."""
    known = people(context)
    found = await ordinary(context)
    if isinstance(found, Finding):
        return found
    for sample in found:
        for name, number in known.items():
            if tells(headers_of(sample.exchange), number):
                return violated(
                    expected="no personal number in a header",
                    received=f"{name.replace('_', ' ')} {number} ({sample.label})",
                    blamed=(context.show(sample),),
                )
    return satisfied(f"the headers of {len(found)} answers name nobody")


@check("PRIV-061")
async def errors_name_nobody(context: Context) -> Finding:
    """Look for personal numbers, the caller's own included, in what is said of bad requests."""
    caller = context.fact("stranger")
    known = {**people(context), "caller": caller}
    for request in _provocations(context, caller):
        answer = await context.send(request)
        # An instruction is no error, and may well repeat the question.
        secret = known if isinstance(answer.observed, Failure) else people(context, but=caller)
        for name, number in secret.items():
            if tells(text_of(answer), number):
                return violated(
                    expected="an error answer that repeats nobody's number",
                    received=f"{name.replace('_', ' ')} {number} in {described(answer)}",
                    blamed=(answer,),
                )
    context.must_live_on(dead)
    return satisfied(", ".join(described(answer) for answer in context.exchanges))


def _provocations(context: Context, caller: str) -> Iterator[HttpRequest]:
    """Return requests that an endpoint may refuse."""
    headers = context.profile.headers
    asked = build(context.fields(caller), context.profile)
    yield HttpRequest(method="DELETE", url=asked.url, headers=headers, body=None)
    json = (("Content-Type", "application/json"), *headers)
    body = f'{{"numa": "{caller}", "input_result": '.encode()
    yield HttpRequest(method="POST", url=asked.url, headers=json, body=body)
    yield build(context.fields(caller, "7" * 2000), context.profile)


@check("PRIV-062")
async def words_name_nobody(context: Context) -> Finding:
    """Look for personal numbers in what people on ordinary calls are told."""
    known, count = people(context), 0
    found = await ordinary(context)
    if isinstance(found, Finding):
        return found
    for sample in found:
        for words in _spoken(sample.exchange):
            count += 1
            named = [name for name, number in known.items() if tells(words, number)]
            if named:
                return violated(
                    expected="words that name nobody's number",
                    received=f"{named[0].replace('_', ' ')}'s in “{words:.80}” ({sample.label})",
                    blamed=(context.show(sample),),
                )
    return satisfied(f"{count} announcements and messages, none with a number")


def _spoken(exchange: Exchange) -> Iterator[str]:
    match exchange.observed:
        case Instructed(instruction=Forward(announcement=played, whisper=whisper)):
            yield from (item.words for item in (played, whisper) if item)


@check("PRIV-063")
async def nobody_calls_themselves(context: Context) -> Finding:
    """Look whether somebody is given their own number to dial."""
    found = await ordinary(context)
    if isinstance(found, Finding):
        return found
    asked = [(sample.played.record.numa, context.show(sample)) for sample in found]
    customer = context.fact("customer")
    asked.append((customer, await context.ask(context.fields(customer))))
    for caller, answer in asked:
        if any(same_number(phone, caller) for phone in phones(answer)):
            expected = f"another number than {caller}, who is calling"
            return violated(expected=expected, received=described(answer), blamed=(answer,))
    return satisfied(f"{len(asked)} answers, none names the caller")


@check("PRIV-066")
async def answers_are_not_shared(context: Context) -> Finding:
    """Look whether answers that name somebody are marked for caches that others use."""
    named = [sample for sample in await context.common_calls() if _names(sample.exchange, context)]
    for sample in named:
        words = _cache_control(sample.exchange)
        if _shared(words):
            return violated(
                expected="Cache-Control: no-store, or none",
                received=f"Cache-Control: {', '.join(words)} ({sample.label})",
                blamed=(context.show(sample),),
            )
    said = f"{len(named)} answers that name somebody, none for a shared cache"
    return await no_delivery(context) or satisfied(said)


def _names(exchange: Exchange, context: Context) -> bool:
    known = people(context).values()
    return any(same_number(phone, number) for phone in phones(exchange) for number in known)


def _cache_control(exchange: Exchange) -> list[str]:
    headers = exchange.reply.headers if exchange.reply else ()
    return [word.lower() for word in header_list(headers, "cache-control")]


def _shared(words: list[str]) -> bool:
    """Tell whether a cache may keep an answer for others; RFC 9111 section 5.2.2."""
    if {"no-store", "private", "no-cache"} & set(words):
        return False
    lives = [word.partition("=")[2] for word in words if word.startswith(("max-age=", "s-maxage="))]
    return "public" in words or any(seconds.strip('"') not in ("", "0") for seconds in lives)
