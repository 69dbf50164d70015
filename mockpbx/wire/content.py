"""The body of an answer → text: decompressed, of a possible type, in UTF-8."""

import re
import zlib

from mockpbx.core.observed import Observed
from mockpbx.wire.messages import HttpReply, header_list
from mockpbx.wire.rejected import Rejected, excerpt, listed
from mockpbx.wire.strict_json import Limits

_MOST_ENCODINGS = 3
_MOST_GZIP_MEMBERS = 16
_GZIP, _ZLIB, _RAW_DEFLATE = 31, 15, -15
_GZIP_MAGIC = b"\x1f\x8b"

_JSON_TYPE = re.compile(r"(?:application|text)/(?:json|x-json|[\w.-]+\+json)")
_BINARY_TYPE = re.compile(
    r"(?:image|audio|video|font|model|multipart)/.*|application/(?:pdf|zip|gzip|x-gzip)"
)
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([^\"';\s]+)", re.IGNORECASE)
_UTF8_NAMES = {"utf-8", "utf8", "us-ascii", "ascii"}

_BOM = b"\xef\xbb\xbf"
# The longer marks first: that of UTF-32 begins like that of UTF-16.
_WIDE = (
    (re.compile(rb"\xff\xfe\x00\x00|\x00\x00\xfe\xff|\x00\x00\x00[^\x00]|[^\x00]\x00\x00\x00"), 32),
    (re.compile(rb"\xff\xfe|\xfe\xff|\x00[^\x00]|[^\x00]\x00"), 16),
)


def decompressed(reply: HttpReply, limits: Limits) -> bytes:
    """Undo the content encodings, never holding much more than the largest body allowed.

    Raises:
        Rejected: With CONTENT_ENCODING or OVERSIZE.
    """
    body = _bounded(reply.body, limits.body)
    encodings = [name.lower() for name in header_list(reply.headers, "Content-Encoding")]
    encodings = [name for name in encodings if name != "identity"]
    if len(encodings) > _MOST_ENCODINGS:
        raise Rejected(Observed.CONTENT_ENCODING, f"{len(encodings)} encodings on one body")
    for encoding in reversed(encodings):
        body = _decode(body, encoding, limits.body)
    if not encodings and body.startswith(_GZIP_MAGIC):
        detail = "the body is gzip, but no Content-Encoding says so"
        raise Rejected(Observed.CONTENT_ENCODING, detail)
    return body


def _bounded(body: bytes, most: int) -> bytes:
    if len(body) > most:
        raise Rejected(Observed.OVERSIZE, f"the body is longer than {most} bytes", assumed=True)
    return body


def _decode(body: bytes, encoding: str, most: int) -> bytes:
    # An empty body is called empty: that helps more than "no gzip".
    if not body:
        return body
    try:
        if encoding in {"gzip", "x-gzip"}:
            return _gunzip(body, most)
        if encoding == "deflate":
            return _inflate_whole(body, most)
    except zlib.error as error:
        detail = f"the body is not {encoding}, as Content-Encoding says: {error}"
        raise Rejected(Observed.CONTENT_ENCODING, detail) from error
    detail = f"unknown content encoding {listed([encoding])}; the PBX reads gzip and deflate"
    raise Rejected(Observed.CONTENT_ENCODING, detail)


def _gunzip(body: bytes, most: int) -> bytes:
    """Decompress gzip, which may consist of several members (RFC 1952)."""
    out = b""
    for _ in range(_MOST_GZIP_MEMBERS):
        member, body = _inflate(body, _GZIP, most - len(out))
        out += member
        if not body:
            return out
    raise Rejected(Observed.CONTENT_ENCODING, f"more than {_MOST_GZIP_MEMBERS} gzip members")


def _inflate_whole(body: bytes, most: int) -> bytes:
    """Decompress "deflate": zlib by the standard, raw deflate in the field."""
    try:
        out, rest = _inflate(body, _ZLIB, most)
    except zlib.error:
        out, rest = _inflate(body, _RAW_DEFLATE, most)
    if rest:
        raise zlib.error("data after its end")
    return out


def _inflate(body: bytes, window: int, most: int) -> tuple[bytes, bytes]:
    """Decompress one stream; give what it held and what follows it."""
    stream = zlib.decompressobj(window)
    out = stream.decompress(body, most + 1)
    if len(out) > most:
        detail = "the decompressed body is longer than the PBX reads"
        raise Rejected(Observed.OVERSIZE, detail, assumed=True)
    if not stream.eof:
        raise zlib.error("the data ends too early")
    return out, stream.unused_data


def content_type_notes(reply: HttpReply) -> list[str]:
    """Judge the media type: JSON is silent, text and the unknown give a note [assumed].

    Raises:
        Rejected: With CONTENT_TYPE: what it claims to be cannot be JSON.
    """
    declared = reply.header("Content-Type")
    if not declared:
        return ["no Content-Type; application/json is expected"]
    media = declared.split(";")[0].strip().lower()
    if _BINARY_TYPE.fullmatch(media):
        detail = f"Content-Type {excerpt(media)} cannot be JSON"
        raise Rejected(Observed.CONTENT_TYPE, detail, assumed=True)
    if _JSON_TYPE.fullmatch(media):
        return []
    return [f"Content-Type {excerpt(media)}; application/json is expected"]


def charset_notes(reply: HttpReply) -> list[str]:
    """Note a declared charset that the body, being UTF-8, does not keep to."""
    declared = _declared_charset(reply)
    if declared is None or declared in _UTF8_NAMES:
        return []
    return [f"charset {excerpt(declared)} is declared, but JSON is UTF-8; read as UTF-8"]


def _declared_charset(reply: HttpReply) -> str | None:
    match = _CHARSET.search(reply.header("Content-Type") or "")
    return match[1].lower() if match else None


def decoded(body: bytes, reply: HttpReply) -> str:
    """Decode the body as UTF-8, the only encoding of JSON between systems (RFC 8259).

    Raises:
        Rejected: With CHARSET; JSON_NOT_STRICT for a byte order mark; JSON_SYNTAX for a body
            that is cut off within a character.
    """
    for pattern, bits in _WIDE:
        if pattern.match(body):
            raise Rejected(Observed.CHARSET, f"the body is UTF-{bits}; JSON is UTF-8")
    if body.startswith(_BOM):
        detail = "the body begins with a byte order mark, which many parsers refuse"
        raise Rejected(Observed.JSON_NOT_STRICT, detail)
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise _undecodable(error, reply) from error


def _undecodable(error: UnicodeDecodeError, reply: HttpReply) -> Rejected:
    if error.reason == "unexpected end of data":
        detail = f"the answer ends in the middle of a character at byte {len(error.object)}"
        return Rejected(Observed.JSON_SYNTAX, detail)
    byte = error.object[error.start]
    detail = f"the body is not UTF-8: byte 0x{byte:02x} at offset {error.start}"
    declared = _declared_charset(reply)
    foreign = declared is not None and declared not in _UTF8_NAMES
    named = f"; {excerpt(declared or '')} is declared" if foreign else ""
    return Rejected(Observed.CHARSET, detail + named)
