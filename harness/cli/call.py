"""``pbx call``: place one call and draw its ladder."""

import asyncio
import json
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.text import Text

from harness.cli import options
from harness.cli.exits import Exit, complain
from harness.masking import Masker
from harness.reports import plain
from harness.reports.ladder import draw, ladder
from harness.reports.outcome import outcome
from harness.runner import session_ids
from mockpbx.callscript.model import CallScript
from mockpbx.core.observed import Observed
from mockpbx.drivers.live import HttpTransport, LivePace
from mockpbx.drivers.play import Performance, Setting, play
from mockpbx.errors import CallScriptError, PbxError
from mockpbx.filemodel import Document, validate
from mockpbx.scenario import library as scenarios
from mockpbx.wire.request import Dialect, Method, NoInput, Profile, StartTime

_NOT_REACHED = {Observed.REFUSED, Observed.DNS, Observed.CONNECT_TIMEOUT, Observed.TLS}


def call(
    url: Annotated[str, typer.Argument(help="The endpoint that the PBX asks.")],
    caller: Annotated[str, typer.Option("--from", help="Number of the caller; empty is hidden.")],
    called: Annotated[str, typer.Option("--to", help="Virtual number called.")] = "74951234567",
    dial: Annotated[
        list[str] | None,
        typer.Option(
            "--dial",
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
        str | None, typer.Option(help='When, on Moscow time: "2026-09-17 23:30". Default: now.')
    ] = None,
    scenario: Annotated[
        str, typer.Option(help="PBX scenario: a built-in name or a file.")
    ] = "courier-line",
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
    try:
        profile = Profile(
            url=url,
            dialect=dialect or Dialect.COMAGIC,
            method=method or Method.GET,
            no_input=no_input or NoInput.NONE,
            start_time=start_time or StartTime.CLOCK,
            headers=options.header_pairs(header),
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
        performed = asyncio.run(_place(script, profile, scenario, trust, clock))
    except PbxError as error:
        raise complain(error) from None
    _show(performed, Masker(off=show_numbers), as_json=as_json)
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
    """Make a call script of the command line, checked as one from a file."""
    one_call: dict[str, Any] = {"from": caller, "to": called, "dials": dial, "expect": {}}
    if hangup is not None:
        phase, _, after = hangup.partition(":")
        one_call["hangs_up"] = {"while": phase, "after": _number(after) if after else 0}
    content: dict[str, Any] = {
        "id": "call",
        "title": "a call from the command line",
        "at": at or _now(),
        "calls": [one_call],
        "callees": dict(_callee(item) for item in callees),
        "failures": [_failure(item) for item in faults],
    }
    document = Document(source="the command line", data=content, lines={}, scalars={})
    return validate(CallScript, document, error=CallScriptError)


def _now() -> str:
    return datetime.now(ZoneInfo("Europe/Moscow")).strftime("%Y-%m-%d %H:%M:%S")


def _callee(item: str) -> tuple[str, Any]:
    number, _, how = item.partition("=")
    seconds = _number(how)
    return number, how if isinstance(seconds, str) else {"answers": seconds}


def _failure(item: str) -> dict[str, Any]:
    fault, equals, value = item.partition("=")
    return {"fault": fault, "at": _number(value)} if equals else {"fault": fault}


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _show(performed: Performance, mask: Masker, *, as_json: bool) -> None:
    played = performed.calls[0]
    if as_json:
        typer.echo(json.dumps(plain.call(played, mask), ensure_ascii=False, indent=2))
        return
    mask = plain.mask_of(played, mask)
    console = Console()
    console.print(Text(mask(draw(ladder(played)))), soft_wrap=True)
    console.print()
    for request in played.record.requests:
        if request.failure is not None:
            failure = request.failure
            said = f"request {request.request_id}: {failure.observed.value}: {failure.detail}"
            console.print(Text(mask(said), "red"), soft_wrap=True)
        for note in request.notes:
            console.print(Text(mask(f"request {request.request_id}: note: {note}"), "yellow"))
    console.print(
        Text(
            f"The caller {mask(outcome(played.record))} ({played.record.finish_reason.value}).",
            "bold",
        ),
        soft_wrap=True,
    )


def _exit_code(performed: Performance) -> Exit:
    requests = performed.calls[0].record.requests
    failures = [request.failure for request in requests if request.failure is not None]
    if any(failure.observed in _NOT_REACHED and not failure.injected for failure in failures):
        return Exit.UNREACHABLE
    return Exit.MISSED if failures else Exit.OK
