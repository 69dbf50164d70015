"""What the answers to hostile and broken requests must not show."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from harness.certify.checks.answers import disclosed, headers_of, no_proof, people, text_of
from harness.certify.checks.hostile import (
    DIGITS,
    NUMA,
    SESSION,
    Payload,
    Shot,
    dead,
    fire,
    ordinary,
    posted,
    say,
)
from harness.certify.checks.robustness import INJECTED, MARKUP, PAYLOADS, PRODUCT
from harness.certify.context import Context
from harness.certify.reasons import Finding, satisfied, violated
from harness.certify.registry import check
from mockpbx.raw.request_bytes import spelled
from mockpbx.result.exchange import Exchange
from mockpbx.wire.messages import HttpReply

_OK = 200

_INTERNALS = re.compile(
    r"""
      Traceback\ \(most\ recent\ call\ last\)
    | ^\s*File\ "[^"\n]+",\ line\ \d+
    | Exception\ in\ thread
    | \bat\ [\w.$<>]+\([\w.$]+\.(?:java|kt|scala|cs|js|ts):\d+                  # JVM, .NET
    | \bat\ (?:\S+\ )?\(?(?:/|file:|node:|[A-Z]:\\)\S+:\d+:\d+\)?               # Node.js
    | \bgoroutine\ \d+\ \[
    | (?:Warning|Notice|Deprecated|Fatal\ error|Parse\ error)(?:</b>)?:\s
      [^\n]{1,300}\ on\ line\ (?:<b>)?\d+                                       # PHP
    | SQLSTATE\b | \bORA-\d{5}\b
    | syntax\ error\ (?:at\ or\ )?near | in\ your\ SQL\ syntax | near\ "[^"\n]*":\ syntax\ error
    | \b(?:sqlite3|psycopg2?|pymysql|sqlalchemy\.exc|PDOException|mysqli?_)\b
    | \bSELECT\ [\w*][^\n]{0,200}\ FROM\ \w | \bINSERT\ INTO\ \w | \bUPDATE\ \w+\ SET\ \w
    | /var/www/ | /home/\w+/ | /usr/(?:local/)?lib/ | /site-packages/ | /node_modules/
    | \b[A-Z]:\\(?:inetpub|Users|www)
    | \broot:[^:\n]*:0:0:
    """,
    re.VERBOSE | re.MULTILINE,
)


def internals(text: str) -> str | None:
    """Find a trace of how an endpoint is built: a stack trace, SQL, a path; None if clean."""
    # As it stands, and as it reads where it stands in a JSON string.
    plain = text.replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")
    found = _INTERNALS.search(text) or _INTERNALS.search(plain)
    return found.group().strip()[:100] if found else None


def _first(
    shots: Sequence[Shot], shows: Callable[[Exchange], str | None], expected: str
) -> Finding | None:
    """Object to the first answer that shows something."""
    for shot in shots:
        shown = shows(shot.exchange)
        if shown is not None:
            received = f"{shown} ({shot.label})"
            return violated(expected=expected, received=received, blamed=(shot.exchange,))
    return None


async def _clean(
    context: Context,
    shots: Sequence[Shot],
    shows: Callable[[Exchange], str | None],
    expected: str,
) -> Finding:
    context.must_live_on(dead)
    return _first(shots, shows, expected) or satisfied(f"none of {len(shots)} answers shows any")


# -- repeated -------------------------------------------------------------------------


@check("ROBUST-080")
async def line_breaks_make_no_header(context: Context) -> Finding:
    """Look for a header that a value with line breaks has smuggled in."""

    def smuggled(exchange: Exchange) -> str | None:
        lines = headers_of(exchange).splitlines()
        return next((line for line in lines if line.lower().startswith(INJECTED)), None)

    shots = await fire(context, [PAYLOADS["ROBUST-004"]])
    return await _clean(context, shots, smuggled, "no header made of a value")


@check("ROBUST-081")
async def markup_is_not_repeated_in_html(context: Context) -> Finding:
    """Look for tags of ours in answers that a browser would take for HTML."""

    def repeated(exchange: Exchange) -> str | None:
        return None if _is_json(exchange.reply) else _repeated_markup(exchange)

    shots = await fire(context, [PAYLOADS["ROBUST-003"]])
    return await _clean(context, shots, repeated, "nothing of the value repeated unescaped")


@check("ROBUST-082")
async def markup_is_not_repeated_in_json(context: Context) -> Finding:
    """Look for tags of ours in JSON."""

    def repeated(exchange: Exchange) -> str | None:
        return _repeated_markup(exchange) if _is_json(exchange.reply) else None

    shots = await fire(context, [PAYLOADS["ROBUST-003"]])
    return await _clean(context, shots, repeated, "nothing of the value repeated")


def _is_json(reply: HttpReply | None) -> bool:
    declared = (reply.header("Content-Type") or "") if reply else ""
    return "json" in declared.partition(";")[0].lower()


def _repeated_markup(exchange: Exchange) -> str | None:
    return MARKUP if MARKUP.lower() in text_of(exchange).lower() else None


@check("ROBUST-083")
async def quotes_leave_json_whole(context: Context) -> Finding:
    """Look whether an answer is still JSON when values hold quotes and backslashes."""

    def damaged(exchange: Exchange) -> str | None:
        reply = exchange.reply
        if reply is None or reply.status != _OK or not _is_json(reply):
            return None
        try:
            json.loads(reply.body)
        except ValueError as error:
            return f"no JSON: {error}"
        return None

    shots = await fire(context, [PAYLOADS["ROBUST-002"], PAYLOADS["ROBUST-004"]])
    return await _clean(context, shots, damaged, "JSON, with quotes escaped")


@check("ROBUST-084")
async def templates_are_not_evaluated(context: Context) -> Finding:
    """Look for the product of a multiplication that stands in a template."""

    def evaluated(exchange: Exchange) -> str | None:
        return f"{PRODUCT}, the product" if PRODUCT in text_of(exchange) else None

    shots = await fire(context, [PAYLOADS["ROBUST-007"]])
    return await _clean(context, shots, evaluated, "the template not evaluated")


# -- disclosed ------------------------------------------------------------------------


def _shows_internals(exchange: Exchange) -> str | None:
    return internals(text_of(exchange))


@check("ROBUST-085")
async def hostile_values_bring_no_internals(context: Context) -> Finding:
    """Look for stack traces, SQL and paths in the answers to all hostile values."""
    shots = await fire(context, PAYLOADS.values())
    return await _clean(context, shots, _shows_internals, "no stack trace, SQL or path")


@check("ROBUST-086")
async def broken_requests_bring_no_internals(context: Context) -> Finding:
    """Look for stack traces and paths in the answers to requests that cannot be served."""
    plain, body = ordinary(context), posted(context)
    spoilt = replace(body, body=b'{"numa": ', headers=(("Content-Type", "application/json"),))
    shots = [
        Shot(label="PUT", exchange=await context.send(replace(plain, method="PUT"))),
        Shot(label="a body that is no JSON", exchange=await context.send(spoilt)),
        await say(context, plain, spelled(plain, host=False), label="no Host"),
        await say(context, plain, b"HELO\r\n\r\n", label="no HTTP", half_close=True),
    ]
    return await _clean(context, shots, _shows_internals, "no stack trace, SQL or path")


_FINDERS = (
    PAYLOADS["ROBUST-001"],
    Payload(name="a SQL wildcard", text="%"),
    Payload(name="a wildcard", text="*"),
    Payload(name="a regular expression", text=".*"),
    Payload(name="a NoSQL operator", text='{"$ne": null}'),
)
"""Values that find everybody where they are taken for a part of a query."""


@check("ROBUST-087")
async def hostile_caller_is_no_courier(context: Context) -> Finding:
    """Call from hostile numbers and enter the order that a courier carries."""

    def connected(exchange: Exchange) -> str | None:
        return disclosed(exchange, people(context))

    shots = await fire(context, _FINDERS, [NUMA], context.fact("order"))
    found = _first(shots, connected, "no number of a customer or courier")
    if found is not None:
        return found
    proof = await no_proof(context, [shot.exchange for shot in shots])
    return proof or satisfied(f"{len(shots)} hostile callers were connected with nobody")


@check("ROBUST-088")
async def hostile_values_find_nobody(context: Context) -> Finding:
    """Look for personal numbers in the answers to a stranger's hostile digits and call ids."""
    # An endpoint may know what its courier wants without asking.
    for_anybody = people(context)
    foreign = {name: number for name, number in for_anybody.items() if "foreign" in name}

    shots = await fire(context, _FINDERS, [DIGITS])
    known = await fire(context, _FINDERS, [SESSION])
    expected = "no number of a customer or courier"
    found = _first(shots, lambda exchange: disclosed(exchange, for_anybody), expected) or _first(
        known, lambda exchange: disclosed(exchange, foreign), expected
    )
    if found is not None:
        return found
    every = [shot.exchange for shot in (*shots, *known)]
    proof = await no_proof(context, every)
    return proof or satisfied(f"{len(every)} answers name nobody ({context.stranger} asked)")
