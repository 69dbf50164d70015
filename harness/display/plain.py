"""Values as JSON: dataclasses become objects, enums their words; numbers of people masked."""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import Enum

from mockpbx.async_pbx import ScriptResult
from mockpbx.core.instruction import Branch, Forward, Instruction
from mockpbx.masking import HARMLESS_HEADERS, HIDDEN, Masker, without_secrets
from mockpbx.result.call_result import CallResult
from mockpbx.result.exchange import Exchange
from mockpbx.result.outcome import outcome
from mockpbx.wire.messages import HttpReply, HttpRequest
from mockpbx.wire.reply import Instructed

MOST_BODY = 4096
"""Bytes of a body that a report keeps."""

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None


def plain(value: object) -> Json:
    """Return a value as JSON."""
    match value:
        case HttpRequest() | HttpReply():
            return _message(value)
        case Forward() | Branch():
            return _instruction(value)
        case Enum():
            return str(value.value)
        case float():
            return round(value, 4)
        case None | bool() | int() | str():
            return value
        case bytes():
            cut = "…" if len(value) > MOST_BODY else ""
            return value[:MOST_BODY].decode("utf-8", "backslashreplace") + cut
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(item) for item in value]
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return {field.name: plain(getattr(value, field.name)) for field in fields}
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _instruction(instruction: Instruction) -> Json:
    if isinstance(instruction, Branch):
        return {"returned_code": plain(instruction.codes)}
    named = {
        "phones": instruction.phones,
        "announcement": instruction.announcement,
        "whisper": instruction.whisper,
    }
    return {name: plain(item) for name, item in named.items() if item}


def _message(message: HttpRequest | HttpReply) -> Json:
    if isinstance(message, HttpRequest):
        message = redacted(message)
    headers: Json = [[name, value] for name, value in message.headers]
    body = plain(message.body)
    if isinstance(message, HttpRequest):
        return {"method": message.method, "url": message.url, "headers": headers, "body": body}
    return {"status": message.status, "reason": message.reason, "headers": headers, "body": body}


def redacted(request: HttpRequest) -> HttpRequest:
    """Take the secrets out of a request; the name of a header is enough to repeat it by hand."""
    headers = tuple(
        (name, value if name.lower() in HARMLESS_HEADERS else HIDDEN)
        for name, value in request.headers
    )
    return replace(request, url=without_secrets(request.url), headers=headers)


def call(played: CallResult, mask: Masker) -> Json:
    """Return a played call: its record and its exchanges."""
    mask = mask_of(played, mask)
    content: Json = {
        "name": played.name,
        "outcome": outcome(played.record),
        "never_took_place": [str(one) for one in played.undone],
        "record": plain(played.record),
        "exchanges": [_exchange(exchange) for exchange in played.exchanges],
    }
    return masked(content, mask)


def _exchange(exchange: Exchange) -> Json:
    content = plain(exchange)
    if isinstance(content, dict):
        content["curl"] = redacted(exchange.request).curl()
        for name, result in (("observed", exchange.observed), ("seen", exchange.seen)):
            if isinstance(result, Instructed):
                content[name] = {
                    "instruction": plain(result.instruction),
                    "notes": plain(result.notes),
                }
    return content


def mask_of(played: CallResult, mask: Masker) -> Masker:
    """Let a masker know the people of a call, and what of it is no secret."""
    record = played.record
    return mask.and_known(played.people(), kept=(record.numb, record.session_id))


def apart(calls: Iterable[CallResult], mask: Masker) -> Masker:
    """Let a masker tell apart the people of calls that are shown together."""
    return mask.telling_apart({phone for played in calls for phone in played.people()})


def masked(value: Json, mask: Masker) -> Json:
    """Mask all texts within a value."""
    match value:
        case str():
            return mask(value)
        case int() if not isinstance(value, bool):  # a return code may be somebody's number
            hidden = mask(str(value))
            return value if hidden == str(value) else hidden
        case list():
            return [masked(item, mask) for item in value]
        case dict():
            # A key is ours: it may be a number, but not a word that is also somebody's secret.
            return {mask.numbers(key): masked(item, mask) for key, item in value.items()}
        case _:
            return value


def script_result(performed: ScriptResult, mask: Masker) -> Json:
    """Return a script that was played: its calls, and what each missed."""
    calls: list[Json] = []
    mask = apart(performed.calls, mask)
    for played, misses in zip(performed.calls, performed.misses, strict=True):
        content = call(played, mask)
        if isinstance(content, dict):
            known = mask_of(played, mask)
            content["as_expected"] = not misses
            content["misses"] = masked([plain(miss) for miss in misses], known)
        calls.append(content)
    return calls
