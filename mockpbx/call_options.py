"""What may be said of a call in Python, and the call script that it makes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from typing import Any, TypedDict

from mockpbx.callscript.model import (
    Asks,
    Call,
    CalleeBehaviour,
    CallScript,
    HangUp,
    Phase,
    Repeat,
)
from mockpbx.core.cdr import Direction
from mockpbx.errors import UsageError
from mockpbx.faults.plan import Fault
from mockpbx.filemodel import suggest

HIDDEN = "hidden"
"""The caller whose number the network does not deliver; what a PBX sends then is [assumed]."""


class CallOptions(TypedDict, total=False):
    """What may be said of one call, besides who calls.

    Attributes:
        dials: What the caller dials the first time they are asked, the second …: keys, where
            ``.`` is a second of pause, or the name of a fact.
        called: The virtual number; the fact ``virtual_number`` if not given.
        hangs_up: When the caller hangs up, if not after the conversation.
        talks: Seconds the caller talks before hanging up; 20 if not given.
        barges_in: The caller dials into the prompt instead of waiting for its end.
        direction: Incoming or outgoing.
        callees: Who picks up and who does not, by number; anybody else answers after 3 s.
        faults: Failures put in the place of what the endpoint answers.
        repeats: Requests that the PBX sends again: the number of the request, or a `Repeat`.
        asks: How the PBX asks, where it differs from its usual way.
        at: When the call begins, Moscow time; a Thursday morning if not given.
        scenario: A built-in PBX scenario or a file, instead of the endpoint's own.
    """

    dials: Sequence[str]
    called: str
    hangs_up: HangUp | Phase
    talks: float
    barges_in: bool
    direction: Direction
    callees: Mapping[str, CalleeBehaviour]
    faults: Sequence[Fault | str]
    repeats: Sequence[Repeat | int]
    asks: Asks
    at: str | datetime
    scenario: str


def script_of(caller: str, options: CallOptions, facts: Mapping[str, str]) -> CallScript:
    """Return the call script of one call.

    Args:
        caller: The caller's number as delivered, the name of a fact, or ``hidden``.
        options: What else is said of the call.
        facts: What is true behind the endpoint.

    Raises:
        UsageError: Something given cannot be; the message says what.
    """
    unknown = next(iter(options.keys() - CallOptions.__annotations__), None)
    if unknown is not None:
        hint = suggest(unknown, CallOptions.__annotations__)
        raise UsageError(f"call: there is no option {unknown}; {hint}")
    of_call: dict[str, Any] = {
        name: options[name]
        for name in ("called", "talks", "barges_in", "direction")
        if name in options
    }
    if not isinstance(options.get("callees", {}), Mapping):
        raise UsageError('call: callees is given by number, like {"79175968108": "busy"}')
    dials = options.get("dials", ())
    if not isinstance(dials, str):  # which the model objects to
        dials = [named(word, facts) for word in dials]
    hangs_up = options.get("hangs_up")
    call = Call(
        caller="" if caller == HIDDEN else named(caller, facts),
        dials=dials,  # type: ignore[arg-type]  # checked by the model
        hangs_up=HangUp(during=hangs_up) if isinstance(hangs_up, str) else hangs_up,
        repeats=[
            Repeat(request=item) if isinstance(item, int) else item
            for item in options.get("repeats", ())
        ],
        **of_call,
    )
    of_script: dict[str, Any] = {
        name: options[name] for name in ("asks", "scenario") if name in options
    }
    at = options.get("at")
    if at is not None:
        of_script["at"] = at.isoformat(" ") if isinstance(at, datetime) else at
    return CallScript(
        id="call",
        title="A call.",
        calls=[call],
        callees={named(name, facts): one for name, one in options.get("callees", {}).items()},
        faults=[
            Fault(fault=item) if isinstance(item, str) else item
            for item in options.get("faults", ())
        ],
        **of_script,
    )


def named(word: str, facts: Mapping[str, str]) -> str:
    """Return the fact of a name, or the word itself if no fact is meant.

    Raises:
        UsageError: It is no text, or nearly the name of a fact.
    """
    if not isinstance(word, str):  # from code that nobody checks the types of
        raise UsageError(f"{word!r} is no text; put it in quotes: {str(word)!r}")
    if not word.isidentifier():
        return word
    if word in facts:
        return facts[word]
    near = get_close_matches(word, facts, n=1, cutoff=0.8)
    if near:
        raise UsageError(f"there is no fact {word}; did you mean {near[0]}?")
    return word
