"""Failures that a call script puts in the place of an exchange's real outcome.

The request still reaches the endpoint, unless the failure means that no connection came
about; what comes back is replaced before the PBX reads it. Failures on the wire itself
are something else.

Whether a fault strikes is decided by a hash of its seed, the call and the request, never
by a random number generator: a run repeats exactly, in any order and on any number of
workers.
"""

import hashlib
from typing import Annotated

from pydantic import AfterValidator, Field

from mockpbx.core.observed import Observed
from mockpbx.filemodel import FileModel

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
"""Answers that are altered or replaced; see `mockpbx.faults.answers`."""

FAULTS = frozenset(NOT_CONNECTED) | frozenset(BROKEN) | TIME | ANSWERS


def _known(name: str) -> str:
    if name not in FAULTS:
        raise ValueError(f"no such failure; choose from {', '.join(sorted(FAULTS))}")
    return name


class When(FileModel):
    """Which requests a fault strikes; all that is given must hold."""

    call: int | None = Field(default=None, ge=1, description="The n-th call of the script.")
    step: int | None = Field(default=None, ge=1, description="The n-th request of the call.")
    nth: list[int] | None = Field(default=None, description="Of the requests that fit, these.")
    probability: float = Field(default=1.0, ge=0, le=1, description="Share of the requests.")
    seed: int = Field(default=0, description="Another seed draws another share.")


class Fault(FileModel):
    """A failure put in the place of what really happened."""

    fault: Annotated[str, AfterValidator(_known)]
    at: str | float | None = Field(
        default=None,
        description="The fault's parameter: a status, seconds, a number of bytes, a text.",
    )
    when: When = When()


def strikes(fault: Fault, *, place: int, call: str, request_id: int, copy: int) -> bool:
    """Tell whether a fault strikes a request.

    Args:
        fault: The fault.
        place: Its place among the faults of the script.
        call: Names the call in the script, ``own-order#2`` for the second one; the same in
            every run.
        request_id: The request's number in the call.
        copy: 0 for the request itself, 1 and on for its repetitions.
    """
    when = fault.when
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
