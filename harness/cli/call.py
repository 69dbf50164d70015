"""``pbx call``: place one call and draw its ladder."""

import asyncio
import json
import math
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from harness.cli import options
from harness.cli.exits import Exit, complain
from harness.masking import Masker, secrets_of_headers, secrets_of_url
from harness.reports import plain
from harness.reports.ladder import draw, ladder, relabelled
from harness.reports.outcome import outcome
from harness.reports.terminal import Terminal, emit
from harness.runner import session_ids
from mockpbx.callscript.failures import FAULTS
from mockpbx.callscript.model import CallScript
from mockpbx.core.observed import Observed
from mockpbx.drivers.live import HttpTransport, LivePace
from mockpbx.drivers.play import Performance, Setting, play
from mockpbx.errors import CallScriptError, PbxError, Problem, UsageError
from mockpbx.filemodel import Document, validate
from mockpbx.scenario import library as scenarios
from mockpbx.wire.request import Dialect, Method, NoInput, Profile, StartTime

_NOT_REACHED = {Observed.REFUSED, Observed.DNS, Observed.CONNECT_TIMEOUT, Observed.TLS}


def call(
    url: Annotated[str, typer.Argument(metavar="URL", help="The endpoint that the PBX asks.")],
    caller: Annotated[
        str,
        typer.Option("--from", metavar="NUMBER", help="Number of the caller; empty is hidden."),
    ],
    called: Annotated[
        str, typer.Option("--to", metavar="NUMBER", help="Virtual number called.")
    ] = "74951234567",
    dial: Annotated[
        list[str] | None,
        typer.Option(
            "--dial",
            metavar="KEYS",
            help="Keys pressed when asked for digits; . pauses a second. Again for the next time.",
        ),
    ] = None,
    hangup: Annotated[
        str | None,
        typer.Option(
            metavar="WHILE[:SECONDS]",
            help="Hang up while thinking, digits, announcement, ringing, whisper, talking or "
            "recording, so many seconds after it began.",
        ),
    ] = None,
    callee: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NUMBER=HOW",
            help="How a number takes the call: busy, silent, rejects, invalid, or seconds it "
            "rings. Repeatable.",
        ),
    ] = None,
    inject: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FAULT[=VALUE]",
            help="Put a failure in the place of the endpoint's answers, e.g. http.status=503.",
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            metavar="DATETIME", help='When, on Moscow time: "2026-09-17 23:30". Default: now.'
        ),
    ] = None,
    scenario: options.ScenarioOption = None,
    dialect: options.DialectOption = None,
    method: options.MethodOption = None,
    no_input: options.NoInputOption = None,
    start_time: options.StartTimeOption = None,
    header: options.Headers = [],  # noqa: B006  # typer copies it
    ca_file: options.CaFile = None,
    clock: options.ClockOption = options.Clock.VIRTUAL,
    show_numbers: options.ShowNumbers = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the record as JSON.")] = False,
) -> None:
    """Place one call and draw what happened.

    Exit code 0: every answer was a valid instruction; 1: the call fell back; 3: the endpoint
    could not be reached.

    Example: pbx call http://127.0.0.1:8080/crm_integration --from 79161110001 --dial .10523
    """
    mask = Masker(off=show_numbers).and_secrets(secrets_of_url(url))
    try:
        headers = options.header_pairs(header)
        mask = mask.and_secrets(secrets_of_headers(headers))
        profile = Profile(
            url=url,
            dialect=dialect or Dialect.COMAGIC,
            method=method or Method.GET,
            no_input=no_input or NoInput.NONE,
            start_time=start_time or StartTime.CLOCK,
            headers=headers,
        )
        script = _script(
            caller=caller,
            called=called,
            dial=dial or [],
            hangup=hangup,
            callees=callee or [],
            faults=inject or [],
            at=at,
        )
        trust = str(ca_file) if ca_file else None
        place = _place(script, profile, scenario or "courier-line", trust, clock)
        performed = asyncio.run(place)
    except PbxError as error:
        raise complain(error, mask) from None
    _show(performed, mask, as_json=as_json)
    raise typer.Exit(_exit_code(performed))


async def _place(
    script: CallScript, profile: Profile, scenario: str, trust: str | None, clock: options.Clock
) -> Performance:
    async with HttpTransport(ca_file=trust) as transport:
        setting = Setting(
            transport=transport,
            pace=LivePace(real=clock is options.Clock.REAL),
            profile=profile,
            scenario=scenarios.load(scenario),
            session_id=session_ids(),
            put_into_state=None,
            load_scenario=scenarios.load,
        )
        return await play(script, setting)


def _script(
    *,
    caller: str,
    called: str,
    dial: list[str],
    hangup: str | None,
    callees: list[str],
    faults: list[str],
    at: str | None,
) -> CallScript:
    """Make a call script of the command line, checked as one from a file.

    Raises:
        UsageError: Names the options that are wrong.
    """
    one_call: dict[str, Any] = {"from": caller, "to": called, "dials": dial, "expect": {}}
    if hangup is not None:
        phase, _, after = hangup.partition(":")
        one_call["hangs_up"] = {"while": phase, "after": _number(after) if after else 0}
    content: dict[str, Any] = {
        "id": "call",
        "title": "a call from the command line",
        "at": _moment(at),
        "calls": [one_call],
        "callees": dict(_callee(item) for item in callees),
        "failures": [_failure(item) for item in faults],
    }
    document = Document(source="the command line", data=content, lines={}, scalars={})
    try:
        return validate(CallScript, document, error=CallScriptError)
    except CallScriptError as error:
        raise UsageError("\n".join(map(_by_option, error.problems))) from None


_OPTIONS = {
    "calls[0].from": "--from",
    "calls[0].to": "--to",
    "calls[0].dials": "--dial",
    "calls[0].hangs_up": "--hangup",
    "callees": "--callee",
    "failures": "--inject",
    "at": "--at",
}


def _by_option(problem: Problem) -> str:
    """Name the option that a user wrote, not the key that it became."""
    key = problem.key or ""
    option = next((option for part, option in _OPTIONS.items() if key.startswith(part)), key)
    return f"{option}: {problem.message}"


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


def _callee(item: str) -> tuple[str, Any]:
    number, equals, how = item.partition("=")
    seconds = _number(how)
    if not number or not equals or (isinstance(seconds, str) and how not in _WAYS):
        raise UsageError(
            f"--callee: write {item!r} as NUMBER=HOW, where HOW is {', '.join(_WAYS)}, "
            "or the seconds that it rings, e.g. 101=busy"
        )
    return number, how if isinstance(seconds, str) else {"answers": seconds}


_WAYS = ("busy", "silent", "rejects", "invalid")


def _failure(item: str) -> dict[str, Any]:
    fault, equals, value = item.partition("=")
    if not equals:
        return {"fault": fault}
    at = value if fault in _TAKE_TEXT else _number(value)
    if isinstance(at, str) and fault in FAULTS - _TAKE_TEXT:
        raise UsageError(f"--inject: {fault} takes a number, not {value!r}")
    return {"fault": fault, "at": at}


_TAKE_TEXT = frozenset({"http.body", "http.content_type"})


def _number(text: str) -> float | str:
    try:
        number = float(text)
    except ValueError:
        return text
    return number if math.isfinite(number) else text


def _show(performed: Performance, mask: Masker, *, as_json: bool) -> None:
    played = performed.calls[0]
    if as_json:
        emit(json.dumps(plain.call(played, mask), ensure_ascii=False, indent=2) + "\n")
        return
    mask = plain.mask_of(played, mask)
    terminal = Terminal()
    terminal.say(draw(relabelled(ladder(played), mask), terminal.columns))
    terminal.say()
    for request in played.record.requests:
        name = f"request {request.request_id}"
        if request.failure is not None:
            failure = request.failure
            terminal.say((mask(f"{name}: {failure.observed.value}: {failure.detail}"), "red"))
        for note in request.notes:
            terminal.say((mask(f"{name}: note: {note}"), "yellow"))
    said = f"The caller {outcome(played.record)} ({played.record.finish_reason.value})."
    terminal.say((mask(said), "bold"))


def _exit_code(performed: Performance) -> Exit:
    requests = performed.calls[0].record.requests
    failures = [request.failure for request in requests if request.failure is not None]
    if any(failure.observed in _NOT_REACHED and not failure.injected for failure in failures):
        return Exit.UNREACHABLE
    return Exit.MISSED if failures else Exit.OK
