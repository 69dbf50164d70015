"""``pbx call``: place one call and draw its ladder."""

import asyncio
import math
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field as default
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from harness.cli import completion
from harness.cli.exits import Exit
from harness.cli.grammar import command
from harness.cli.options import Clock, ClockOption, EndpointOptions, ExchangeOptions, Url
from harness.display import plain
from harness.display.exchanges import exchange_lines
from mockpbx.async_pbx import AsyncPbx
from mockpbx.call_options import HIDDEN, CallOptions, named
from mockpbx.callscript.dtmf import presses
from mockpbx.callscript.model import Asks, Callee, CalleeBehaviour, HangUp
from mockpbx.core.observed import Observed
from mockpbx.errors import UsageError
from mockpbx.faults.plan import FAULTS, Fault
from mockpbx.manifest.facts import FACTS
from mockpbx.masking import Masker
from mockpbx.result.call_result import CallResult
from mockpbx.result.ladder import draw, relabelled
from mockpbx.result.outcome import outcome
from mockpbx.wire.request import NoInput, StartTime

_NOT_REACHED = {Observed.REFUSED, Observed.DNS, Observed.CONNECT_TIMEOUT, Observed.TLS}


@dataclass(frozen=True, kw_only=True)
class _Call:
    """The call."""

    caller: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="NUMBER",
            help="Number of the caller, or the name of a fact; empty is hidden.",
        ),
    ]
    called: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="NUMBER", help="Virtual number called; default: the fact of that name."
        ),
    ] = None
    dial: Annotated[
        list[str],
        typer.Option(
            "--dial",
            metavar="KEYS",
            help="Keys pressed when asked for digits, or the name of a fact; . pauses a second. "
            "Again for the next time.",
        ),
    ] = default(default_factory=list)
    hangup: Annotated[
        str | None,
        typer.Option(
            "--hangup",
            metavar="WHILE[:SECONDS]",
            help="Hang up while thinking, digits, announcement, ringing, whisper, talking or "
            "recording, so many seconds after it began.",
        ),
    ] = None
    callee: Annotated[
        list[str],
        typer.Option(
            "--callee",
            metavar="NUMBER=HOW",
            help="How a number takes the call: busy, silent, rejects, invalid, or seconds it "
            "rings. Repeatable.",
        ),
    ] = default(default_factory=list)
    inject: Annotated[
        list[str],
        typer.Option(
            "--inject",
            metavar="FAULT[=VALUE]",
            help="Put a failure in the place of the endpoint's answers, e.g. http.status=503. "
            "Repeatable.",
            autocompletion=completion.faults,
        ),
    ] = default(default_factory=list)
    at: Annotated[
        str | None,
        typer.Option(
            "--at",
            metavar="DATETIME",
            help='When, on Moscow time: "2026-09-17 23:30". Default: now.',
        ),
    ] = None
    no_input: Annotated[
        NoInput | None, typer.Option("--no-input", help="What stands for nothing entered.")
    ] = None
    start_time: Annotated[
        StartTime | None, typer.Option("--start-time", help="The form of start_time.")
    ] = None
    clock: ClockOption = Clock.VIRTUAL


@command
def call(
    url: Url = None, *, said: _Call, endpoint: EndpointOptions, shown: ExchangeOptions
) -> Exit:
    """Place one call and draw what happened.

    Exit code 0: every answer was a valid instruction; 1: the call fell back; 2: something you
    gave is wrong; 3: the endpoint could not be reached.

    Example: pbx call http://127.0.0.1:8080/crm_integration --from 79161110001 --dial .10523
    """
    shown.check()
    with endpoint.found(url, shown.mask) as (found, mask):
        caller, options = _options(said, found.facts)
        pbx = AsyncPbx(found, clock=said.clock.value)
        played = asyncio.run(pbx.call(caller, **options))
        shown.write(plain.call(played, mask))
    _show(played, shown, mask)
    return _exit_code(played)


# -- what is said of the call ----------------------------------------------------------


def _options(said: _Call, facts: Mapping[str, str]) -> tuple[str, CallOptions]:
    """Return the caller and what else is said of the call.

    Raises:
        UsageError: Something cannot be; names the option.
    """
    with _naming("--from"):
        caller = _known(said.caller, facts) or HIDDEN
    options = CallOptions(asks=_asks(said), at=_moment(said.at))
    with _naming("--dial"):
        options["dials"] = [_keys(_known(word, facts)) for word in said.dial]
    with _naming("--callee"):
        options["callees"] = dict(_callee(item) for item in said.callee)
    with _naming("--inject"):
        options["faults"] = [_fault(item) for item in said.inject]
    if said.hangup is not None:
        with _naming("--hangup"):
            options["hangs_up"] = _hangup(said.hangup)
    if said.called is not None:
        with _naming("--to"):
            options["called"] = _known(said.called, facts)
    return caller, options


def _known(word: str, facts: Mapping[str, str]) -> str:
    """Return the fact of a name, or the word itself if no fact is meant."""
    if word in FACTS and word not in facts:
        raise UsageError(f"nothing is known of the fact {word}; give it in [facts] of pbx.toml")
    return named(word, facts)


_VALUE = re.compile(r"^\w+: (?:[\w.\[\]]+: )?", re.MULTILINE)
"""What an error says first: the value in Python that is wrong, which no user wrote."""


@contextmanager
def _naming(option: str) -> Iterator[None]:
    """Let errors name the option that a user wrote."""
    try:
        yield
    except UsageError as error:
        raise UsageError(f"{option}: {_VALUE.sub('', str(error))}") from None


def _asks(said: _Call) -> Asks:
    given = {"no_input": said.no_input, "start_time": said.start_time}
    values: dict[str, Any] = {name: one.value for name, one in given.items() if one is not None}
    return Asks(**values)


def _keys(dialled: str) -> str:
    try:
        presses(dialled)
    except ValueError as error:
        raise UsageError(str(error)) from None
    return dialled


def _hangup(text: str) -> HangUp:
    phase, _, after = text.partition(":")
    values: dict[str, Any] = {"during": phase, "after": _number(after) if after else 0}
    return HangUp(**values)


_YEARS = range(1970, 3000)
"""Calendars reckon with zones, and those with other days: leave room at both ends."""


def _moment(at: str | None) -> str:
    if at is None:
        return datetime.now(ZoneInfo("Europe/Moscow")).strftime("%Y-%m-%d %H:%M:%S")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is not None or moment.year not in _YEARS:
        raise UsageError(f'--at: write the Moscow time as "2026-09-17 23:30", not {at!r}')
    return at


_WAYS: Mapping[str, CalleeBehaviour] = {
    "busy": "busy",
    "silent": "silent",
    "rejects": "rejects",
    "invalid": "invalid",
}


def _callee(item: str) -> tuple[str, CalleeBehaviour]:
    number, equals, how = item.partition("=")
    seconds = _number(how)
    if number and equals and isinstance(seconds, float):
        return number, Callee(answers=seconds)
    if not number or not equals or how not in _WAYS:
        raise UsageError(
            f"write {item!r} as NUMBER=HOW, where HOW is {', '.join(_WAYS)}, "
            "or the seconds that it rings, e.g. 101=busy"
        )
    return number, _WAYS[how]


_TAKE_TEXT = frozenset({"http.body", "http.content_type"})


def _fault(item: str) -> Fault:
    fault, equals, value = item.partition("=")
    if not equals:
        return Fault(fault=fault)
    at = value if fault in _TAKE_TEXT else _number(value)
    if isinstance(at, str) and fault in FAULTS - _TAKE_TEXT:
        raise UsageError(f"{fault} takes a number, not {value!r}")
    return Fault(fault=fault, at=at)


def _number(text: str) -> float | str:
    try:
        number = float(text)
    except ValueError:
        return text
    return number if math.isfinite(number) else text


# -- what is shown ---------------------------------------------------------------------


def _show(played: CallResult, shown: ExchangeOptions, mask: Masker) -> None:
    terminal, mask = shown.terminal, plain.mask_of(played, mask)
    if not shown.quiet:
        drawn = relabelled(played.steps(), mask)
        terminal.say(draw(drawn, terminal.columns))
        terminal.say()
    if shown.verbose:
        for exchange in played.exchanges:
            for line in exchange_lines(exchange, mask):
                terminal.say(line)
            terminal.say()
    for request in played.record.requests:
        name = f"request {request.request_id}"
        if request.failure is not None:
            failure = request.failure
            terminal.say((mask(f"{name}: {failure.observed.value}: {failure.detail}"), "red"))
        for note in request.notes:
            terminal.say((mask(f"{name}: note: {note}"), "yellow"))
    for undone in played.undone:
        terminal.say((mask(f"never took place: {undone}"), "yellow"))
    said = f"The caller {outcome(played.record)} ({played.record.finish_reason.value})."
    terminal.say((mask(said), "bold"))


def _exit_code(played: CallResult) -> Exit:
    requests = played.record.requests
    failures = [request.failure for request in requests if request.failure is not None]
    if any(failure.observed in _NOT_REACHED and not failure.injected for failure in failures):
        return Exit.UNREACHABLE
    return Exit.MISSED if failures else Exit.OK
