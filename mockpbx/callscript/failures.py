"""Failures that a call script puts in the place of an exchange's real outcome.

The request still reaches the endpoint, unless the failure means that no connection came
about; what comes back is replaced before the PBX reads it. Failures on the wire itself
are something else.

Whether a rule applies is decided by a hash of its seed, the call and the request, never
by a random number generator: a run repeats exactly, in any order and on any number of
workers.
"""

import hashlib
from dataclasses import dataclass

from mockpbx.core.observed import Observed

NOT_CONNECTED = {
    "tcp.refused": Observed.REFUSED,
    "tcp.connect_timeout": Observed.CONNECT_TIMEOUT,
    "dns.unknown": Observed.DNS,
    "tls.expired": Observed.TLS,
    "tls.wrong_host": Observed.TLS,
    "tls.self_signed": Observed.TLS,
}
"""Failures before the request is sent: the endpoint never sees it."""

BROKEN = {
    "tcp.reset": Observed.RESET,
    "tcp.reset_mid_body": Observed.RESET,
    "tcp.eof_empty": Observed.EOF_EMPTY,
    "tcp.eof_mid_body": Observed.EOF_PARTIAL,
    "http.framing": Observed.FRAMING,
}
"""Failures of the connection while the endpoint answers."""

TIME = frozenset({"time.delay", "time.silence"})
"""The answer comes ``at`` seconds after the request, or never."""

ANSWERS = frozenset(
    {
        "http.status",
        "http.redirect",
        "http.content_type",
        "http.not_gzip",
        "http.body",
        "http.oversize",
        "json.empty",
        "json.truncated",
        "json.trailing",
        "json.bom",
        "json.windows_1251",
        "json.utf_16",
        "json.nan",
        "json.duplicate_key",
        "json.string",
        "json.array",
        "json.null",
        "json.html",
        "json.warning_before",
        "json.depth",
    }
)
"""Answers that are altered or replaced; see `mockpbx.drivers.injection`."""

FAULTS = frozenset(NOT_CONNECTED) | frozenset(BROKEN) | TIME | ANSWERS


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Which requests a rule applies to; all that is given must hold.

    Attributes:
        call: The n-th call of the script, from 1.
        step: The n-th request of the call, from 1.
        nth: The n-th request that `step` leaves, counted over the call, from 1.
        probability: Share of the requests, 0 to 1.
        seed: Makes another draw of the same share.
    """

    call: int | None = None
    step: int | None = None
    nth: frozenset[int] | None = None
    probability: float = 1.0
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A failure and when it strikes.

    Attributes:
        fault: Its id, one of `FAULTS`.
        at: Its parameter: a status, seconds, a number of bytes, or a text.
        when: The requests it strikes.
    """

    fault: str
    at: str | float | None = None
    when: When = When()


def strikes(rule: Rule, *, place: int, call: str, request_id: int, copy: int) -> bool:
    """Tell whether a rule applies to a request.

    Args:
        rule: The rule.
        place: Its place among the rules of the script.
        call: Names the call in the script, ``own-order#2`` for the second one; the same in
            every run.
        request_id: The request's number in the call.
        copy: 0 for the request itself, 1 and on for its repetitions.
    """
    when = rule.when
    if when.call is not None and call.rpartition("#")[2] != str(when.call):
        return False
    if when.step is not None and when.step != request_id:
        return False
    ordinal = 1 + copy if when.step is not None else request_id + copy
    if when.nth is not None and ordinal not in when.nth:
        return False
    return _share(f"{when.seed}:{place}:{call}:{request_id}:{copy}") < when.probability


def _share(key: str) -> float:
    """Map a key evenly onto 0 ≤ x < 1."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:7]) / float(1 << 56)
