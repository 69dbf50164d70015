"""A mock virtual PBX: it calls an HTTP endpoint the way a real one does.

::

    from mockpbx import Pbx

    call = Pbx(app).call("79161110001", dials=["10523"])
    assert call.reached == "79175968108"

What is exported here is public; everything else may change without notice.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mockpbx.async_pbx import AsyncPbx, ScriptResult
    from mockpbx.callscript.expectations import Expect, LegExpectation, Miss, Range
    from mockpbx.callscript.model import Asks, Call, Callee, CallScript, HangUp, Repeat, State
    from mockpbx.core.cdr import CallRecord, Direction, FinishReason, Leg, LegDisposition
    from mockpbx.core.instruction import Announcement, Branch, Forward
    from mockpbx.core.observed import Failure, Observed
    from mockpbx.errors import EndpointError, ExchangeFailed, PbxError, UsageError
    from mockpbx.faults.plan import Fault, When
    from mockpbx.manifest.endpoint import Endpoint
    from mockpbx.pbx import Pbx
    from mockpbx.result.call_result import CallRequest, CallResult
    from mockpbx.result.exchange import Exchange
    from mockpbx.result.undone import Act, Undone
    from mockpbx.wire.request import Dialect, Method

__all__ = [
    "Act",
    "Announcement",
    "Asks",
    "AsyncPbx",
    "Branch",
    "Call",
    "CallRecord",
    "CallRequest",
    "CallResult",
    "CallScript",
    "Callee",
    "Dialect",
    "Direction",
    "Endpoint",
    "EndpointError",
    "Exchange",
    "ExchangeFailed",
    "Expect",
    "Failure",
    "Fault",
    "FinishReason",
    "Forward",
    "HangUp",
    "Leg",
    "LegDisposition",
    "LegExpectation",
    "Method",
    "Miss",
    "Observed",
    "Pbx",
    "PbxError",
    "Range",
    "Repeat",
    "ScriptResult",
    "State",
    "Undone",
    "UsageError",
    "When",
]

_HOMES = {
    "Act": "mockpbx.result.undone",
    "Announcement": "mockpbx.core.instruction",
    "Asks": "mockpbx.callscript.model",
    "AsyncPbx": "mockpbx.async_pbx",
    "Branch": "mockpbx.core.instruction",
    "Call": "mockpbx.callscript.model",
    "CallRecord": "mockpbx.core.cdr",
    "CallRequest": "mockpbx.result.call_result",
    "CallResult": "mockpbx.result.call_result",
    "CallScript": "mockpbx.callscript.model",
    "Callee": "mockpbx.callscript.model",
    "Dialect": "mockpbx.wire.request",
    "Direction": "mockpbx.core.cdr",
    "Endpoint": "mockpbx.manifest.endpoint",
    "EndpointError": "mockpbx.errors",
    "Exchange": "mockpbx.result.exchange",
    "ExchangeFailed": "mockpbx.errors",
    "Expect": "mockpbx.callscript.expectations",
    "Failure": "mockpbx.core.observed",
    "Fault": "mockpbx.faults.plan",
    "FinishReason": "mockpbx.core.cdr",
    "Forward": "mockpbx.core.instruction",
    "HangUp": "mockpbx.callscript.model",
    "Leg": "mockpbx.core.cdr",
    "LegDisposition": "mockpbx.core.cdr",
    "LegExpectation": "mockpbx.callscript.expectations",
    "Method": "mockpbx.wire.request",
    "Miss": "mockpbx.callscript.expectations",
    "Observed": "mockpbx.core.observed",
    "Pbx": "mockpbx.pbx",
    "PbxError": "mockpbx.errors",
    "Range": "mockpbx.callscript.expectations",
    "Repeat": "mockpbx.callscript.model",
    "ScriptResult": "mockpbx.async_pbx",
    "State": "mockpbx.callscript.model",
    "Undone": "mockpbx.result.undone",
    "UsageError": "mockpbx.errors",
    "When": "mockpbx.faults.plan",
}
"""Where each name is at home: what nobody uses is not loaded."""


if not TYPE_CHECKING:  # a type checker reads the imports above

    def __getattr__(name: str) -> object:
        """Load a public name when it is first used."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = getattr(import_module(_HOMES[name]), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
