"""The PBX's parameters: read from a query, a form or JSON, then cleaned and bounded.

Nobody signs these values and any of them may be absent, doubled or hostile. Whatever arrives,
the result is a call that can be decided on; only a body that cannot be read at all is an error.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from urllib.parse import parse_qsl

from reference_server.domain import CallRequest
from reference_server.phones import normalise

Pairs = list[tuple[str, object]]

NAMES = frozenset({"cdr_id", "call_session_id", "numa", "numb", "input_result"})
"""The parameters that matter here; `start_time`, `direction` and extra ones are left alone."""

LONGEST_VALUE = 128
_NOTHING_ENTERED = frozenset({"", "none", "null"})
_HIDDEN_CALLER = frozenset({"", "0", "anonymous"})
# NUL, which PostgreSQL refuses in text, control characters, and halves of a surrogate pair,
# which no encoding can store.
_UNSTORABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class UnreadableBodyError(ValueError):
    """The body announces JSON and is not a JSON object."""


class _JsonObject(list[tuple[str, object]]):
    """The members of a JSON object, doubled names kept."""


def from_form(text: bytes) -> Pairs:
    """Read `a=1&b=2`, a query string or a form body; bytes that are not UTF-8 are replaced."""
    return list(parse_qsl(text.decode("latin-1"), keep_blank_values=True, errors="replace"))


def from_json(body: bytes) -> Pairs:
    """Read a JSON object; numbers are kept as they were written.

    Raises:
        UnreadableBodyError: For anything that is not a JSON object.
    """
    try:
        # Numbers stay text: they are digits somebody dialled, not quantities.
        members = json.loads(
            body,
            object_pairs_hook=_JsonObject,
            parse_int=str,
            parse_float=str,
            parse_constant=str,
        )
    except (ValueError, RecursionError) as error:
        raise UnreadableBodyError from error
    if not isinstance(members, _JsonObject):
        raise UnreadableBodyError
    return members


def understand(pairs: Iterable[tuple[str, object]], region: str) -> CallRequest:
    """Make a call out of the parameters."""
    values = _believed(pairs)
    numa, entered = values.get("numa", ""), values.get("input_result", "")
    phone = normalise(numa, region)
    return CallRequest(
        sid=_given(values.get("call_session_id", "")) or _given(values.get("cdr_id", "")) or None,
        phone=phone,
        caller=phone or ("" if numa.strip().lower() in _HIDDEN_CALLER else clean(numa)),
        called=clean(values.get("numb", "")),
        entered=_given(entered),
    )


def clean(text: str) -> str:
    """Make a value storable and short, and keep different long values different."""
    storable = text if text.isascii() and text.isprintable() else _UNSTORABLE.sub("\ufffd", text)
    if len(storable) <= LONGEST_VALUE:
        return storable
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
    return f"{storable[:32]}...{digest}"


def _believed(pairs: Iterable[tuple[str, object]]) -> dict[str, str]:
    """Take the text of the known parameters; one that is given twice and differs is not given.

    Two values for one name mean that somebody between the PBX and us added one. To believe
    either would let them choose the caller.
    """
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in NAMES:
            found[name] = value if found.get(name, value) == value else None
    return {name: value for name, value in found.items() if isinstance(value, str)}


def _given(text: str) -> str:
    return "" if text.strip().lower() in _NOTHING_ENTERED else clean(text)
