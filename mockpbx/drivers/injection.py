"""Puts a failure of a call script in the place of an exchange's real outcome."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from math import inf, isfinite, isnan

from mockpbx.callscript.failures import BROKEN, NOT_CONNECTED, Rule, strikes
from mockpbx.errors import ExchangeFailed, UsageError
from mockpbx.wire.content import decompressed
from mockpbx.wire.messages import Headers, HttpReply
from mockpbx.wire.rejected import Rejected
from mockpbx.wire.reply import LIMITS

Outcome = HttpReply | ExchangeFailed
"""What came of an exchange, before anybody reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Injection:
    """The failures that strike one exchange.

    Attributes:
        rules: In the order of the script.
    """

    rules: tuple[Rule, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Ids of the failures, for the record."""
        return tuple(rule.fault for rule in self.rules)

    @property
    def unsent(self) -> ExchangeFailed | None:
        """The failure that keeps the request from being sent at all, if there is one."""
        for rule in self.rules:
            if rule.fault in NOT_CONNECTED:
                return ExchangeFailed(NOT_CONNECTED[rule.fault], f"injected {rule.fault}")
        return None

    @property
    def delay_s(self) -> float:
        """Seconds after the request at which the answer arrives, if later; may be infinite."""
        return max((_delay(rule) for rule in self.rules), default=0.0)

    def replaced(self, outcome: Outcome) -> Outcome:
        """Give what the PBX sees instead of the real outcome."""
        for rule in self.rules:
            if rule.fault in BROKEN:
                return ExchangeFailed(BROKEN[rule.fault], f"injected {rule.fault}")
            if rule.fault in _ALTERATIONS:
                seen = _plain(outcome) if isinstance(outcome, HttpReply) else _NOTHING
                outcome = _ALTERATIONS[rule.fault](seen, rule)
        return outcome


def injection(rules: tuple[Rule, ...], *, call: str, request_id: int, copy: int) -> Injection:
    """Choose the rules that strike a request."""
    return Injection(
        rules=tuple(
            rule
            for place, rule in enumerate(rules)
            if strikes(rule, place=place, call=call, request_id=request_id, copy=copy)
        )
    )


def _delay(rule: Rule) -> float:
    if rule.fault == "time.silence":
        return inf
    return _number(rule, 0.0) if rule.fault == "time.delay" else 0.0


def _number(rule: Rule, default: float) -> float:
    """Read the parameter of a fault as a number; it may be infinite."""
    if rule.at is None:
        return default
    with suppress(ValueError):
        number = float(rule.at)
        if not isnan(number):
            return number
    raise _not_a_number(rule)


def _whole_number(rule: Rule, default: int) -> int:
    """Read the parameter of a fault as a whole number."""
    number = _number(rule, default)
    if not isfinite(number):
        raise _not_a_number(rule)
    return int(number)


def _not_a_number(rule: Rule) -> UsageError:
    return UsageError(f"{rule.fault} takes a number in at, not {rule.at!r}")


_NOTHING = HttpReply(
    status=200,
    reason="OK",
    headers=(("content-type", "application/json"),),
    body=b'{"returned_code": 1}',
    http_version="HTTP/1.1",
)
"""What is altered where the endpoint gave nothing that could be."""


def _plain(reply: HttpReply) -> HttpReply:
    """Undo the compression, if there is any: what is altered is the text under it."""
    if reply.header("content-encoding") is None:
        return reply
    try:
        body = decompressed(reply, LIMITS)
    except Rejected:
        return reply
    return replace(reply, headers=_without(reply, "content-encoding"), body=body)


def _without(reply: HttpReply, name: str) -> Headers:
    return tuple(item for item in reply.headers if item[0].lower() != name)


def _body(change: Callable[[bytes], bytes]) -> Callable[[HttpReply, Rule], HttpReply]:
    """Make an alteration of the body only."""
    return lambda reply, _rule: replace(reply, body=change(reply.body))


def _status(reply: HttpReply, rule: Rule) -> HttpReply:
    status = _whole_number(rule, 503)
    return replace(reply, status=status, reason="", body=b"" if status == 204 else reply.body)  # noqa: PLR2004 - no content


def _redirect(reply: HttpReply, rule: Rule) -> HttpReply:
    headers = (*reply.headers, ("location", "/elsewhere"))
    return replace(reply, status=_whole_number(rule, 302), reason="Found", headers=headers)


def _content_type(reply: HttpReply, rule: Rule) -> HttpReply:
    others = _without(reply, "content-type")
    return replace(reply, headers=(*others, ("content-type", str(rule.at or "image/png"))))


def _not_gzip(reply: HttpReply, _rule: Rule) -> HttpReply:
    return replace(reply, headers=(*reply.headers, ("content-encoding", "gzip")))


def _given_body(reply: HttpReply, rule: Rule) -> HttpReply:
    text = "" if rule.at is None else str(rule.at)
    return replace(reply, body=text.encode("utf-8", "surrogatepass"))


def _truncated(reply: HttpReply, rule: Rule) -> HttpReply:
    return replace(reply, body=reply.body[: _whole_number(rule, len(reply.body) // 2)])


def _recoded(encoding: str) -> Callable[[HttpReply, Rule], HttpReply]:
    """Make an answer with a Russian announcement in another encoding than UTF-8."""
    text = json.dumps({"text": "Здравствуйте"}, ensure_ascii=False)
    return _body(lambda _body: text.encode(encoding))


_ALTERATIONS: Mapping[str, Callable[[HttpReply, Rule], HttpReply]] = {
    "http.status": _status,
    "http.redirect": _redirect,
    "http.content_type": _content_type,
    "http.not_gzip": _not_gzip,
    "http.body": _given_body,
    "http.oversize": _body(lambda body: body + b" " * 10_000_000),
    "json.empty": _body(lambda _: b""),
    "json.truncated": _truncated,
    "json.trailing": _body(lambda body: body + b" ok"),
    "json.bom": _body(lambda body: b"\xef\xbb\xbf" + body),
    "json.windows_1251": _recoded("windows-1251"),
    "json.utf_16": _recoded("utf-16"),
    "json.nan": _body(lambda _: b'{"returned_code": NaN}'),
    "json.duplicate_key": _body(lambda _: b'{"returned_code": 1, "returned_code": 2}'),
    "json.string": _body(lambda body: json.dumps(body.decode("utf-8", "replace")).encode()),
    "json.array": _body(lambda body: b"[" + body + b"]"),
    "json.null": _body(lambda _: b"null"),
    "json.html": _body(lambda _: b"<html><body><h1>It works!</h1></body></html>"),
    "json.warning_before": _body(lambda body: b"<br />\nWarning: Undefined variable\n" + body),
    "json.depth": _body(lambda _: b'{"phones":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
}
