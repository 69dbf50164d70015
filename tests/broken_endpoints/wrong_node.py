"""Endpoints on Node: what is wrong with them; how, is in `node/broken.js`."""

from typing import Any

from harness.certify.model import Verdict
from mockpbx.wire.request import Method
from tests.broken_endpoints.register import Style, enter

_SHOULD = {"verdict": Verdict.NONSTRICT}
_JSON = {"method": Method.POST_JSON}

_WRONG: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("stringified-twice", "REPLY-040", "Calls JSON.stringify on what is JSON already.", {}),
    ("parses-the-order-as-number", "SEQ-008", "Reads the order with parseInt.", {}),
    ("numbers-for-phones", "REPLY-061", "Makes numbers of the phones.", {}),
    ("undefined-phone", "REPLY-067", "Names the customer of an order it has not found.", {}),
    ("shared-variable", "CONC-023", "Keeps the call in a shared variable while it awaits.", {}),
    ("dies-of-broken-percents", "ROBUST-009", "Ends when an address is badly encoded.", {}),
    ("throws-for-unknown-orders", "REPLY-001", "Fails when there is no such order.", {}),
    ("objects-printed", "REPLY-060", "Prints objects into the phones.", {}),
    ("dies-when-the-caller-hangs-up", "ROBUST-050", "Ends when a request breaks off.", _SHOULD),
    ("dies-of-a-broken-body", "ROBUST-074", "Ends when a body is no JSON.", _SHOULD | _JSON),
)

for _name, _case, _what, _manifest in _WRONG:
    enter(_name, _what, Style.NODE, caught_by=_case, **_manifest)
