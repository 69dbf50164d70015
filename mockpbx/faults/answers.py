"""Puts a failure of a call script in the place of an exchange's real outcome."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from math import inf, isfinite, isnan

from mockpbx.errors import ExchangeFailed, UsageError
from mockpbx.faults.plan import BROKEN, NOT_CONNECTED, Fault, strikes
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
        faults: In the order of the script.
    """

    faults: tuple[Fault, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Ids of the failures, for the record."""
        return tuple(fault.fault for fault in self.faults)

    @property
    def unsent(self) -> ExchangeFailed | None:
        """The failure that keeps the request from being sent at all, if there is one."""
        for fault in self.faults:
            if fault.fault in NOT_CONNECTED:
                return ExchangeFailed(NOT_CONNECTED[fault.fault], f"injected {fault.fault}")
        return None

    @property
    def delay_s(self) -> float:
        """Seconds after the request at which the answer arrives, if later; may be infinite."""
        return max((_delay(fault) for fault in self.faults), default=0.0)

    def replaced(self, outcome: Outcome) -> Outcome:
        """Return what the PBX sees instead of the real outcome."""
        for fault in self.faults:
            if fault.fault in BROKEN:
                return ExchangeFailed(BROKEN[fault.fault], f"injected {fault.fault}")
            if fault.fault in _ALTERATIONS:
                seen = _plain(outcome) if isinstance(outcome, HttpReply) else _NOTHING
                outcome = _ALTERATIONS[fault.fault](seen, fault)
        return outcome


def injection(faults: tuple[Fault, ...], *, call: str, request_id: int, copy: int) -> Injection:
    """Choose the faults that strike a request."""
    return Injection(
        faults=tuple(
            fault
            for place, fault in enumerate(faults)
            if strikes(fault, place=place, call=call, request_id=request_id, copy=copy)
        )
    )


def _delay(fault: Fault) -> float:
    if fault.fault == "time.silence":
        return inf
    return _number(fault, 0.0) if fault.fault == "time.delay" else 0.0


def _number(fault: Fault, default: float) -> float:
    """Read the parameter of a fault as a number; it may be infinite."""
    if fault.at is None:
        return default
    with suppress(ValueError):
        number = float(fault.at)
        if not isnan(number):
            return number
    raise _not_a_number(fault)


def _whole_number(fault: Fault, default: int) -> int:
    """Read the parameter of a fault as a whole number."""
    number = _number(fault, default)
    if not isfinite(number):
        raise _not_a_number(fault)
    return int(number)


def _not_a_number(fault: Fault) -> UsageError:
    return UsageError(f"{fault.fault} takes a number in at, not {fault.at!r}")


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


def _body(change: Callable[[bytes], bytes]) -> Callable[[HttpReply, Fault], HttpReply]:
    """Make an alteration of the body only."""
    return lambda reply, _fault: replace(reply, body=change(reply.body))


def _status(reply: HttpReply, fault: Fault) -> HttpReply:
    status = _whole_number(fault, 503)
    return replace(reply, status=status, reason="", body=b"" if status == 204 else reply.body)  # noqa: PLR2004 - no content


def _redirect(reply: HttpReply, fault: Fault) -> HttpReply:
    headers = (*reply.headers, ("location", "/elsewhere"))
    return replace(reply, status=_whole_number(fault, 302), reason="Found", headers=headers)


def _content_type(reply: HttpReply, fault: Fault) -> HttpReply:
    others = _without(reply, "content-type")
    return replace(reply, headers=(*others, ("content-type", str(fault.at or "image/png"))))


def _not_gzip(reply: HttpReply, _fault: Fault) -> HttpReply:
    return replace(reply, headers=(*reply.headers, ("content-encoding", "gzip")))


def _given_body(reply: HttpReply, fault: Fault) -> HttpReply:
    text = "" if fault.at is None else str(fault.at)
    return replace(reply, body=text.encode("utf-8", "surrogatepass"))


def _truncated(reply: HttpReply, fault: Fault) -> HttpReply:
    return replace(reply, body=reply.body[: _whole_number(fault, len(reply.body) // 2)])


def _recoded(encoding: str) -> Callable[[HttpReply, Fault], HttpReply]:
    """Make an answer with a Russian announcement in another encoding than UTF-8."""
    text = json.dumps({"text": "Здравствуйте"}, ensure_ascii=False)
    return _body(lambda _body: text.encode(encoding))


_ALTERATIONS: Mapping[str, Callable[[HttpReply, Fault], HttpReply]] = {
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
