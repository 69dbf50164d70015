"""What the stage plays of a call script: a part for each of its calls."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from mockpbx.callscript.model import Asks, Call, CallScript
from mockpbx.callscript.people import People
from mockpbx.core import commands as do
from mockpbx.core.channel import CallSetup
from mockpbx.core.scenario import Scenario
from mockpbx.drivers.stage import BeforeRequest, Part
from mockpbx.wire.messages import HttpRequest
from mockpbx.wire.request import Dialect, Method, NoInput, Profile, StartTime, build


def parts(
    script: CallScript,
    *,
    scenario: Scenario,
    profile: Profile,
    session_id: Callable[[], str],
    before_request: Mapping[int, BeforeRequest],
) -> list[Part]:
    """Return the parts of a script's calls, in their order.

    Args:
        script: The script, facts bound.
        scenario: The PBX scenario.
        profile: How the PBX asks, unless the script says otherwise.
        session_id: Returns a new session id; never the same twice, for endpoints remember.
        before_request: Done before each request of a call, by the place of the call.
    """
    asks = _profile(script.asks, profile)
    shared: dict[str, str] = {}
    found = []
    for number, call in enumerate(script.calls, 1):
        new = session_id()
        own_id = shared.setdefault(call.session, new) if call.session else new
        found.append(
            Part(
                name=f"{script.id}#{number}",
                setup=_setup(call, script, own_id),
                scenario=scenario,
                people=People(call, script.callees),
                request=_requests(asks),
                starts=call.starts,
                repeats=call.repeats,
                faults=tuple(script.faults),
                before_request=before_request.get(number),
            )
        )
    return found


def _setup(call: Call, script: CallScript, session_id: str) -> CallSetup:
    return CallSetup(
        session_id=session_id,
        numa=call.caller,
        numb=call.called,
        started=script.epoch + call.starts,
        direction=call.direction,
    )


def _requests(profile: Profile) -> Callable[[do.SendRequest], HttpRequest]:
    """Return what makes requests; the settings of the operation that asks prevail."""

    def request(command: do.SendRequest) -> HttpRequest:
        method, ticked = command.method, command.parameters
        own = replace(
            profile,
            url=command.url or profile.url,
            method=Method(method) if method else profile.method,
            parameters=profile.parameters if ticked is None else ticked,
        )
        return build(command.fields, own)

    return request


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
