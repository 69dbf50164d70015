"""Bodies of POST that cannot be read, or not as they announce themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from harness.certify.checks.hostile import Shot, ordinary, posted, survived
from harness.certify.context import Context
from harness.certify.reasons import Finding
from harness.certify.registry import Check, check
from mockpbx.wire.messages import HttpRequest

_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
_READ_BY_ANYBODY = 64 * 1024
_NOT_IMPLEMENTED = 501


@dataclass(frozen=True, slots=True, kw_only=True)
class Odd:
    """What is odd about a body.

    Attributes:
        label: It, in words.
        body: The body; None leaves it as it is.
        content_type: What it is announced as; None as it is, empty not at all.
    """

    label: str
    body: bytes | None = None
    content_type: str | None = None


def _of_type(content_type: str) -> Odd:
    return Odd(label=f"Content-Type {content_type or 'missing'}", content_type=content_type)


BODIES: Mapping[str, Sequence[Odd]] = {
    "ROBUST-070": tuple(map(_of_type, ("text/plain", "application/octet-stream", "x", _JSON))),
    "ROBUST-071": (_of_type(""),),
    "ROBUST-072": (Odd(label="an empty form", body=b""),),
    "ROBUST-073": (Odd(label="a form of one megabyte", body=b"numa=" + b"7" * 1_000_000),),
    "ROBUST-074": (
        Odd(label="truncated JSON", body=b'{"numa": "7999'),
        Odd(label="a comma too many", body=b'{"numa": "79990000009",}'),
        Odd(label="single quotes", body=b"{'numa': '79990000009'}"),
        Odd(label="JSON that is no UTF-8", body=b'{"numa": "\xcf\xf0"}'),
    ),
    "ROBUST-075": tuple(
        Odd(label=f"{body.decode()} at the root", body=body)
        for body in (b"[]", b'"numa"', b"null", b"7", b"true", b"[[{}]]")
    ),
    "ROBUST-076": tuple(
        Odd(label=f"{value} for a number", body=b'{"numa": %s, "input_result": %s}' % (raw, raw))
        for value in ("79990000009", "null", "true", "1.5", "[1]", '{"a": 1}', "1e999")
        for raw in (value.encode(),)
    ),
    "ROBUST-077": (Odd(label="JSON a hundred thousand levels deep", body=b"[" * 100_000),),
    "ROBUST-078": (
        Odd(label="no body", body=b""),
        Odd(label="a form", body=b"numa=79990000009&input_result=None", content_type=_FORM),
        Odd(label="a form announced as JSON", body=b"numa=79990000009&input_result=None"),
    ),
}
"""The bodies that each case tries."""


def _spoilt(request: HttpRequest, odd: Odd) -> HttpRequest:
    headers = request.headers
    if odd.content_type is not None:
        others = tuple(pair for pair in headers if pair[0].lower() != "content-type")
        headers = (("Content-Type", odd.content_type), *others) if odd.content_type else others
    return replace(request, headers=headers, body=request.body if odd.body is None else odd.body)


def _is_large(bodies: Sequence[Odd]) -> bool:
    """Tell whether an endpoint may close before it has read everything."""
    return any(odd.body is not None and len(odd.body) > _READ_BY_ANYBODY for odd in bodies)


def _answered(bodies: Sequence[Odd]) -> Check:
    async def is_answered(context: Context) -> Finding:
        shots = [await _shot(context, ordinary(context), odd) for odd in bodies]
        return await survived(context, shots, may_close=_is_large(bodies))

    return is_answered


async def _shot(context: Context, request: HttpRequest, odd: Odd) -> Shot:
    # A body that is refused unread may end its connection: each gets one of its own.
    way = context.pbx.single_use
    exchange = await context.send(_spoilt(request, odd), transport=way)
    return Shot(label=odd.label, exchange=exchange)


for _case_id, _bodies in BODIES.items():
    check(_case_id)(_answered(_bodies))


_UNDECLARED = (
    Odd(label="truncated JSON", body=b'{"numa": "7999', content_type=_JSON),
    Odd(label="bytes that are no form", body=b"\xff%zz&&==", content_type=_FORM),
    Odd(label="half a multipart form", body=b"--x\r\n", content_type="multipart/form-data"),
)


@check("ROBUST-079")
async def undeclared_bodies_are_answered(context: Context) -> Finding:
    """Post bodies that cannot be read, whatever the endpoint declares."""
    shots = [await _shot(context, posted(context), odd) for odd in _UNDECLARED]
    return await survived(context, shots, also=(_NOT_IMPLEMENTED,))
