"""What the PBX observed when no instruction came.

One vocabulary for failures that really happened and for those a call script
puts in their place, so that a report reads the same either way.
"""

from dataclasses import dataclass
from enum import StrEnum


class Observed(StrEnum):
    """Why an exchange with the endpoint brought no instruction."""

    REFUSED = "refused"
    """Nothing listens at the address."""
    DNS = "dns"
    """The host name leads nowhere."""
    CONNECT_TIMEOUT = "connect_timeout"
    """No connection came about in time."""
    TLS = "tls"
    """The certificate or the handshake failed."""
    RESET = "reset"
    """The connection was reset."""
    EOF_EMPTY = "eof_empty"
    """The connection was closed before the first byte of an answer."""
    EOF_PARTIAL = "eof_partial"
    """The connection was closed in the middle of an answer."""
    READ_TIMEOUT = "read_timeout"
    """The endpoint fell silent."""
    DEADLINE = "deadline"
    """The whole exchange took longer than the PBX waits."""
    HTTP_STATUS = "http_status"
    """A status other than 200."""
    REDIRECT = "redirect"
    """A redirect; the PBX does not follow it [assumed]."""
    FRAMING = "framing"
    """The bytes are not HTTP."""
    CONTENT_TYPE = "content_type"
    """The answer calls itself something that cannot be JSON."""
    CONTENT_ENCODING = "content_encoding"
    """The body is compressed in a way that cannot be undone."""
    CHARSET = "charset"
    """The body is not UTF-8."""
    JSON_SYNTAX = "json_syntax"
    """The body is not JSON."""
    JSON_NOT_STRICT = "json_not_strict"
    """The body is what some parsers take for JSON: NaN, a BOM, a key given twice."""
    JSON_SHAPE = "json_shape"
    """JSON, but no object at its root."""
    INSTRUCTION_INVALID = "instruction_invalid"
    """A JSON object that is no valid instruction."""
    LATE = "late"
    """An answer that came after the PBX had given up."""
    OVERSIZE = "oversize"
    """An answer larger or deeper than the PBX reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """No instruction came, and why.

    Attributes:
        observed: The kind.
        detail: One sentence for people, e.g. ``HTTP 503 Service Unavailable``.
        path: JSON path of the offending value, where the failure is in the body's meaning.
        injected: True if a call script put this failure in place of the real outcome.
        assumed: True if nobody documents that this is no instruction: another PBX may take it.
    """

    observed: Observed
    detail: str
    path: str | None = None
    injected: bool = False
    assumed: bool = False
