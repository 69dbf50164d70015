"""Puts a call script on the stage and compares what happens with what it expects."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from mockpbx.callscript.expectations import Answer, Evidence, Miss, judge
from mockpbx.callscript.model import Asks, CallModel, CallScript, State
from mockpbx.callscript.people import People
from mockpbx.core import commands as do
from mockpbx.core.line import CallSetup
from mockpbx.core.observed import Failure
from mockpbx.core.scenario import Scenario
from mockpbx.drivers.stage import Exchange, Part, Played, Stage
from mockpbx.drivers.transport import Pace, Transport
from mockpbx.wire.messages import HttpRequest
from mockpbx.wire.reply import Instructed
from mockpbx.wire.request import Dialect, Method, NoInput, Profile, StartTime, build

PutIntoState = Callable[[str, Mapping[str, str]], Awaitable[None]]
"""Puts the endpoint into a named state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Where a script is played.

    Attributes:
        transport: Reaches the endpoint.
        pace: How time passes.
        profile: How the PBX asks, unless the script says otherwise.
        scenario: The PBX scenario, unless the script names one.
        session_id: Gives a new session id; never the same twice, for endpoints remember.
        put_into_state: Puts the endpoint into a state; None if it cannot be.
        load_scenario: Finds the scenario that a script names.
        wait_for_turn: Awaited before each request, where requests are limited in number.
    """

    transport: Transport
    pace: Pace
    profile: Profile
    scenario: Scenario
    session_id: Callable[[], str]
    put_into_state: PutIntoState | None
    load_scenario: Callable[[str], Scenario]
    wait_for_turn: Callable[[], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """A script that was played.

    Attributes:
        script: The script, with facts in it.
        calls: Its calls as they happened, in the script's order.
        misses: For each call the expectations it did not meet.
    """

    script: CallScript
    calls: tuple[Played, ...]
    misses: tuple[tuple[Miss, ...], ...]

    @property
    def as_expected(self) -> bool:
        """Tell whether every expectation was met."""
        return not any(self.misses)


async def play(script: CallScript, setting: Setting) -> Performance:
    """Play a script from the first call's arrival to the last call's record.

    Raises:
        UsageError: The script, the profile or the endpoint's address cannot be used.
    """
    await _prepare(script, setting)
    stage = Stage(setting.transport, setting.pace)
    calls = await stage.play(parts(script, setting))
    injected = bool(script.failures)
    misses = tuple(
        judge(model.expect, evidence(played, injected=injected))
        for model, played in zip(script.calls, calls, strict=True)
    )
    return Performance(script=script, calls=calls, misses=misses)


async def _prepare(script: CallScript, setting: Setting) -> None:
    if setting.put_into_state is not None:
        for state in script.given:
            if state.before_request is None:
                await setting.put_into_state(state.state, state.params)


def parts(script: CallScript, setting: Setting) -> list[Part]:
    """Make what the stage plays of a script's calls."""
    scenario = setting.load_scenario(script.scenario) if script.scenario else setting.scenario
    profile = _profile(script.asks, setting.profile)
    shared: dict[str, str] = {}
    found = []
    for number, call in enumerate(script.calls, 1):
        new = setting.session_id()
        session_id = shared.setdefault(call.session, new) if call.session else new
        found.append(
            Part(
                name=f"{script.id}#{number}",
                setup=_setup(call, script, session_id),
                scenario=scenario,
                people=People(call, script.callees),
                request=_requests(profile),
                starts=call.starts,
                repeats=call.repeats,
                rules=script.rules,
                before_request=_before_request(script.given if number == 1 else (), setting),
            )
        )
    return found


def _setup(call: CallModel, script: CallScript, session_id: str) -> CallSetup:
    return CallSetup(
        session_id=session_id,
        numa=call.caller,
        numb=call.called,
        started=script.epoch + call.starts,
        direction=call.direction,
    )


def _requests(profile: Profile) -> Callable[[do.SendRequest], HttpRequest]:
    """Give what makes HTTP requests of the engine's questions."""

    def request(command: do.SendRequest) -> HttpRequest:
        return build(command.question, _for_operation(profile, command))

    return request


def _for_operation(profile: Profile, command: do.SendRequest) -> Profile:
    """Let the settings of the operation that asks prevail."""
    return replace(
        profile,
        url=command.url or profile.url,
        method=Method(command.method) if command.method else profile.method,
        parameters=profile.parameters if command.parameters is None else command.parameters,
    )


def _profile(asks: Asks, profile: Profile) -> Profile:
    """Let what the script says about asking prevail."""
    dialect = Dialect(asks.dialect) if asks.dialect else profile.dialect
    ticked = profile.parameters
    if ticked is None or asks.dialect:
        ticked = dialect.parameters
    return replace(
        profile,
        dialect=dialect,
        method=Method(asks.method) if asks.method else profile.method,
        parameters=(ticked | set(asks.also)) - set(asks.without),
        no_input=NoInput(asks.no_input) if asks.no_input else profile.no_input,
        start_time=StartTime(asks.start_time) if asks.start_time else profile.start_time,
        raw_plus=asks.raw_plus or profile.raw_plus,
        space_as=asks.space_as or profile.space_as,
        extra=(*profile.extra, *asks.extra.items()),
    )


def _before_request(
    states: Sequence[State], setting: Setting
) -> Callable[[do.SendRequest, int], Awaitable[None]]:
    """Give what is done before each request: states in the middle of a call, and the pace."""

    async def before_request(command: do.SendRequest, copy: int) -> None:
        if copy == 0 and setting.put_into_state is not None:
            for state in states:
                if state.before_request == command.request_id:
                    await setting.put_into_state(state.state, state.params)
        if setting.wait_for_turn is not None:
            await setting.wait_for_turn()

    return before_request


def evidence(played: Played, *, injected: bool) -> Evidence:
    """Give a call as expectations look at it.

    Args:
        played: The call.
        injected: True if failures were put in the place of outcomes.
    """
    answers = tuple(
        _answer(exchange, exchange.observed)
        for exchange in played.exchanges
        if exchange.observed is not None
    )
    return Evidence(record=played.record, answers=answers, injected=injected)


def _answer(exchange: Exchange, observed: Instructed | Failure) -> Answer:
    return Answer(
        request_id=exchange.request_id,
        copy=exchange.copy,
        status=exchange.reply.status if exchange.reply else None,
        text=answer_text(exchange),
        result=observed if isinstance(observed, Failure) else observed.instruction,
    )


def answer_text(exchange: Exchange) -> str:
    """Give headers and body of an answer as text to look into."""
    reply = exchange.reply
    if reply is None:
        return ""
    headers = "\n".join(f"{name}: {value}" for name, value in reply.headers)
    return f"{headers}\n\n{reply.body.decode('utf-8', 'replace')}"
