"""The virtual PBX: the one way to place a call, to send a request, to send bytes.

It takes a URL, an ASGI or a WSGI application, or an `Endpoint`. An application runs in this
process and in virtual time: a timeout of thirty seconds takes no time at all.
"""

import asyncio
import copy
import ssl
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypedDict, TypeVar, Unpack, cast

from mockpbx.call_options import HIDDEN, CallOptions, named, script_of
from mockpbx.callscript import library
from mockpbx.callscript.expectations import Miss, judge
from mockpbx.callscript.library import Script, called_at
from mockpbx.callscript.model import CallScript, State
from mockpbx.callscript.undone import with_undone
from mockpbx.core import commands as do
from mockpbx.core.cdr import Direction
from mockpbx.core.commands import RequestFields
from mockpbx.core.observed import Failure, Observed
from mockpbx.core.scenario import Scenario
from mockpbx.drivers.apps import WsgiApp, WsgiTransport, is_asgi, lifespan
from mockpbx.drivers.live import HttpTransport, LivePace, trust
from mockpbx.drivers.lockstep import AsgiApp, AsgiTransport, LockstepPace
from mockpbx.drivers.parts import parts
from mockpbx.drivers.session_ids import session_ids
from mockpbx.drivers.stage import BeforeRequest, Stage
from mockpbx.drivers.states import StatesClient
from mockpbx.drivers.transport import Pace, Transport
from mockpbx.drivers.turns import Pacing, Turn, Turns
from mockpbx.errors import ExchangeFailed, UsageError
from mockpbx.manifest import pbx_toml as manifests
from mockpbx.manifest.endpoint import Endpoint, Overrides
from mockpbx.masking import without_secrets
from mockpbx.raw.connection import RawConnection, connected, converse
from mockpbx.raw.request_bytes import spelled
from mockpbx.result.call_result import CallResult
from mockpbx.result.exchange import Exchange
from mockpbx.result.raw_reply import RawReply
from mockpbx.result.undone import Undone
from mockpbx.scenario import library as scenarios
from mockpbx.wire.messages import HttpReply, HttpRequest, Verbatim
from mockpbx.wire.reply import read
from mockpbx.wire.request import Dialect, Method, build

ASKED_AT = 1_789_629_300.0
"""Start of the call that a request outside a call names: 2026-09-17 10:15 in Moscow."""

APP_URL = "http://endpoint.invalid"
"""Where an application in this process believes to be; no name ends so."""

Target = str | AsgiApp | WsgiApp | Endpoint
Wait = Callable[[Turn], Awaitable[None]]
"""Waits for the turn of a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptResult:
    """A call script that was played.

    Attributes:
        script: The script, with facts in it.
        calls: Its calls as they happened, in the script's order.
        misses: For each call the expectations it did not meet.
    """

    script: CallScript
    calls: tuple[CallResult, ...]
    misses: tuple[tuple[Miss, ...], ...]

    @property
    def as_expected(self) -> bool:
        """Tell whether all that was to happen did, and every expectation was met."""
        return not self.undone and not any(self.misses)

    @property
    def undone(self) -> tuple[Undone, ...]:
        """What was to happen and never did, so that the script tested something else."""
        return tuple(one for played in self.calls for one in played.undone if one.matters)


class RawOptions(TypedDict, total=False):
    """How bytes are sent and what is waited for; see `mockpbx.raw.connection.converse`."""

    within_s: float
    half_close: bool
    leave: bool
    answers: int | None
    bodyless: bool


class AsyncPbx:
    """A virtual PBX that asks one endpoint.

    An asynchronous context manager; without ``async with`` each call opens and closes what it
    needs, an application's lifespan included.

    Args:
        target: A URL, an ASGI or WSGI application, or an `Endpoint`; None with `pbx_toml`.
        scenario: The PBX scenario: a built-in name, a file, or the scenario itself.
        dialect: The brand, which decides what parameters are sent.
        method: HTTP method, and where the parameters go.
        headers: Sent with every request.
        deadline: Seconds that the PBX waits for a whole answer [assumed 5].
        facts: What is true behind the endpoint, by name.
        pbx_toml: A manifest that says all this; what is given besides prevails.
        ca_file: Certificates to trust instead of the usual authorities.
        path: Where an application is asked.
        clock: ``virtual`` skips what people take, ``real`` waits for them.
        max_rps: Requests a second at most.
        pacing: How fast requests may follow one another, where more than that is limited.
        session_id: Returns a new session id, never the same twice.
        transport: Reaches the endpoint in another way, such as a canned one.
        pace: How time passes on the way there; by default as `clock` says.

    Raises:
        UsageError: What is given cannot be used.
    """

    def __init__(
        self,
        target: Target | None = None,
        *,
        scenario: str | Scenario | None = None,
        dialect: Dialect | str | None = None,
        method: Method | str | None = None,
        headers: Mapping[str, str] | None = None,
        deadline: float | None = None,
        facts: Mapping[str, str] | None = None,
        pbx_toml: Path | str | None = None,
        ca_file: Path | str | None = None,
        path: str = "/crm_integration",
        clock: Literal["virtual", "real"] = "virtual",
        max_rps: float | None = None,
        pacing: Pacing | None = None,
        session_id: Callable[[], str] | None = None,
        transport: Transport | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._app = None if isinstance(target, str | Endpoint | None) else target
        if isinstance(target, Endpoint) and pbx_toml is not None:
            raise UsageError("give an Endpoint or pbx_toml, not both")
        self._is_asgi = self._app is not None and is_asgi(self._app)
        url = target if isinstance(target, str) else None
        overrides = Overrides(
            url=url if self._app is None else f"{APP_URL}{path}",
            scenario=scenario,
            dialect=_one_of(Dialect, dialect, "dialect"),
            method=_one_of(Method, method, "method"),
            headers=tuple(_texts(headers, "headers").items()),
            ca_file=Path(ca_file) if ca_file else None,
            deadline_s=_positive(deadline, "deadline"),
            facts=_texts(facts, "facts"),
        )
        known = target if isinstance(target, Endpoint) else _known(overrides.url, pbx_toml)
        self.endpoint = overrides.applied(known)
        """All that is known of the endpoint."""
        self.session_id = session_id or session_ids()
        in_lockstep = self._app is not None and clock == "virtual"
        self._pace = pace or (LockstepPace() if in_lockstep else LivePace(real=clock == "real"))
        self._given = transport
        pace_set = pacing or Pacing(max_rps=_positive(max_rps, "max_rps"))
        self._turns: Wait | None = None if pace_set.is_free else Turns(pace_set).wait
        self._stack: AsyncExitStack | None = None
        self._kept: Transport | None = None
        self._single_use: Transport | None = None
        self._states: StatesClient | None = None

    async def __aenter__(self) -> Self:
        """Open connections; start an application."""
        async with AsyncExitStack() as stack:
            if self._given is not None:
                self._kept = self._single_use = self._given
            elif self._app is None:
                ca_file = self.endpoint.ca_file
                self._kept = await stack.enter_async_context(HttpTransport(ca_file=ca_file))
                self._single_use = await stack.enter_async_context(
                    HttpTransport(ca_file=ca_file, keep_alive=False)
                )
            elif self._is_asgi:
                app = cast("AsgiApp", self._app)
                await stack.enter_async_context(lifespan(app))
                self._kept = self._single_use = AsgiTransport(app)
            else:
                self._kept = self._single_use = WsgiTransport(cast("WsgiApp", self._app))
            if self.endpoint.states_url is not None:
                self._states = StatesClient(
                    transport=await self._way_to_states(stack),
                    url=self.endpoint.states_url,
                    headers=self.endpoint.states_headers,
                )
            self._stack = stack.pop_all()
        return self

    async def _way_to_states(self, stack: AsyncExitStack) -> Transport:
        """Open the way to the states address, which an application serves itself."""
        if self._app is not None:
            return self.transport
        return await stack.enter_async_context(HttpTransport(ca_file=self.endpoint.ca_file))

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close connections; shut an application down."""
        stack, self._stack = self._stack, None
        if stack is not None:
            await stack.__aexit__(kind, error, trace)

    def __repr__(self) -> str:
        """Return whom it asks, without secrets."""
        whom = without_secrets(self.endpoint.profile.url)
        if self._app is not None:
            whom = f"the application {getattr(self._app, '__name__', type(self._app).__name__)}"
        return f"<{type(self).__name__} asks {whom}>"

    @asynccontextmanager
    async def _opened(self) -> AsyncGenerator[Self, None]:
        if self._stack is not None:
            yield self
            return
        async with self:
            yield self

    # -- what is known --------------------------------------------------------------------

    @property
    def facts(self) -> Mapping[str, str]:
        """What is true behind the endpoint."""
        return self.endpoint.facts

    @property
    def transport(self) -> Transport:
        """Reaches the endpoint over connections that are kept.

        Raises:
            UsageError: The PBX is not open.
        """
        return _open(self._kept)

    @property
    def single_use(self) -> Transport:
        """Reaches the endpoint over a new connection for each request.

        Raises:
            UsageError: The PBX is not open.
        """
        return _open(self._single_use)

    def fresh_transport(self) -> AbstractAsyncContextManager[Transport]:
        """Open a transport that keeps its connections, and has none yet."""
        if self._app is None and self._given is None:
            return HttpTransport(ca_file=self.endpoint.ca_file)
        return _already_open(self.transport)

    def with_turns(self, wait: Wait) -> Self:
        """Return the same PBX, which awaits something else before each request."""
        other = copy.copy(self)
        other._turns = wait  # noqa: SLF001  # our own copy
        return other

    @property
    def wait_for_turn(self) -> Wait | None:
        """Awaited before each request, where requests are limited in number."""
        return self._turns

    # -- calls ----------------------------------------------------------------------------

    async def call(self, caller: str, **options: Unpack[CallOptions]) -> CallResult:
        """Place one call and return what came of it.

        Args:
            caller: The caller's number as delivered, the name of a fact, or ``hidden``.
            **options: See `CallOptions`.

        Raises:
            UsageError: Something given cannot be; the message says what.
        """
        played = await self.play(script_of(caller, options, self.facts))
        return played.calls[0]

    async def play(
        self, script: CallScript | Script | Path | str, *, single_use: bool = False
    ) -> ScriptResult:
        """Play a call script from the first call's arrival to the last call's record.

        Args:
            script: A script; or a file, or the id of one of the catalogue.
            single_use: Open a new connection for each request.

        Raises:
            UsageError: The script, a fact it needs or the endpoint's address cannot be used.
        """
        bound = self._bound(script)
        async with self._opened():
            for state in bound.given:
                if state.before_request is None and self.has_states:
                    await self.put_into_state(state.state, state.params)
            stage = Stage(self.single_use if single_use else self.transport, self._pace)
            own = scenarios.load(bound.scenario) if bound.scenario else self.endpoint.scenario
            played = parts(
                bound,
                scenario=own,
                profile=self.endpoint.profile,
                session_id=self.session_id,
                before_request=self._before_requests(bound),
            )
            calls = with_undone(bound, await stage.play(played), [one.people for one in played])
        injected = bool(bound.faults)
        misses = tuple(
            judge(call.expect, played, injected=injected)
            for call, played in zip(bound.calls, calls, strict=True)
        )
        return ScriptResult(script=bound, calls=calls, misses=misses)

    def _bound(self, script: CallScript | Script | Path | str) -> CallScript:
        if not isinstance(script, CallScript | Script | Path | str):
            raise UsageError(
                f"play: give a script, a file or an id of the catalogue, not {script!r}"
            )
        if isinstance(script, Path | str):
            found = library.find(str(script))
            if len(found) != 1:
                raise UsageError(f"{script} holds {len(found)} call scripts; play one at a time")
            script = found[0]
        if isinstance(script, Script):
            return script.bind(self.facts)
        return called_at(script, self.facts.get("virtual_number", ""))

    def _before_requests(self, script: CallScript) -> Mapping[int, BeforeRequest]:
        """Return what is done before each request, by the place of the call."""
        states = [state for state in script.given if state.before_request is not None]
        if not self.has_states:
            states = []
        found = {1: self._before_request(states)} if states else {}
        if self._turns is not None:
            for number in range(1, len(script.calls) + 1):
                found.setdefault(number, self._before_request([]))
        return found

    def _before_request(self, states: Sequence[State]) -> BeforeRequest:
        async def before_request(command: do.SendRequest, repetition: int) -> None:
            for state in states:
                if state.before_request == command.request_id and not repetition:
                    await self.put_into_state(state.state, state.params)
            if self._turns is not None:
                session, numa = command.fields.session_id, command.fields.numa
                await self._turns(Turn(session=session, numa=numa, repeated=repetition > 0))

        return before_request

    # -- states ---------------------------------------------------------------------------

    @property
    def has_states(self) -> bool:
        """Tell whether the endpoint can be put into states."""
        return self.endpoint.states_url is not None

    async def put_into_state(self, state: str, params: Mapping[str, str]) -> None:
        """Put the endpoint into a named state.

        Raises:
            UsageError: It has no states address, or refused.
        """
        async with self._opened():
            if self._states is None:
                raise UsageError("the endpoint has no states address: [states] url in pbx.toml")
            await self._states.put(state, params)

    # -- single requests ------------------------------------------------------------------

    def fields(
        self,
        numa: str,
        digits: str | None = None,
        session: str | None = None,
        direction: Direction = Direction.IN,
    ) -> RequestFields:
        """Return what a request outside a call tells the endpoint."""
        return RequestFields(
            session_id=session or self.session_id(),
            numa=numa,
            numb=self.facts.get("virtual_number", ""),
            direction=direction,
            started=ASKED_AT,
            digits=digits,
        )

    def request(self, fields: RequestFields, **changes: Any) -> HttpRequest:
        """Return the request that tells this; `changes` are those of the `Profile`."""
        return build(fields, replace(self.endpoint.profile, **changes))

    async def ask(
        self,
        caller: str,
        digits: str | None = None,
        *,
        session: str | None = None,
        direction: Direction = Direction.IN,
    ) -> Exchange:
        """Send one request outside a call, as the PBX does in the middle of one.

        Args:
            caller: The caller's number, the name of a fact, or ``hidden``.
            digits: What the caller entered; None if nothing.
            session: The session id; a new one if not given.
            direction: Incoming or outgoing.
        """
        numa = "" if caller == HIDDEN else named(caller, self.facts)
        entered = None if digits is None else named(digits, self.facts)
        return await self.send(self.request(self.fields(numa, entered, session, direction)))

    async def send(
        self,
        request: HttpRequest,
        *,
        transport: Transport | None = None,
        within_s: float | None = None,
    ) -> Exchange:
        """Send a request as it is, and wait no longer than the PBX would.

        Args:
            request: What to send.
            transport: The way; the connections that are kept if not given.
            within_s: Seconds to wait for the whole answer; the deadline if not given.

        Raises:
            UsageError: The request cannot be sent as it is.
        """
        async with self._opened():
            if self._turns is not None:
                await self._turns(_turn(request))
            began = time.monotonic()
            reply: HttpReply | None = None
            limit_s = within_s or self.endpoint.deadline_s
            try:
                async with asyncio.timeout(limit_s):
                    reply = await (transport or self.transport).exchange(request, asyncio.Event())
                observed = read(reply)
            except ExchangeFailed as failed:
                observed = Failure(observed=failed.observed, detail=failed.detail)
            except TimeoutError:
                detail = f"no whole answer within {limit_s:g} s"
                observed = Failure(observed=Observed.DEADLINE, detail=detail)
        return Exchange(
            request_id=1,
            copy=0,
            at=0.0,
            elapsed_s=time.monotonic() - began,
            request=request,
            reply=reply,
            observed=observed,
            seen=observed,
        )

    async def send_raw(
        self,
        *pieces: bytes,
        request: HttpRequest | None = None,
        **options: Unpack[RawOptions],
    ) -> Exchange:
        """Send bytes exactly as given over a connection of their own.

        Args:
            *pieces: Each leaves before the next is given to the system; the bytes of `request`
                if there are none.
            request: What the bytes are meant to be; an ordinary stranger's request if not given.
            **options: How; up to the first whole answer, within the deadline, if not given.

        Raises:
            ExchangeFailed: No connection came about.
            UsageError: The endpoint is an application, which has no connections.
        """
        if not all(isinstance(piece, bytes) for piece in pieces):
            raise UsageError("send_raw: give bytes, like b'GET / HTTP/1.1'")
        meant = request or self.request(self.fields(self.facts.get("stranger", "")))
        sent = pieces or (spelled(meant),)
        waits: RawOptions = {"answers": 1, "within_s": self.endpoint.deadline_s}
        waits.update(options)
        if self._turns is not None:
            await self._turns(_turn(meant))
        raw = await converse(self._address(meant.url), sent, trust=self.trust, **waits)
        verbatim = Verbatim(data=b"".join(sent), finishes=options.get("half_close", False))
        return heard(replace(meant, verbatim=verbatim), raw)

    @asynccontextmanager
    async def connect(self, url: str | None = None) -> AsyncGenerator[RawConnection, None]:
        """Open a connection that is led byte by byte, when it is its turn.

        Raises:
            ExchangeFailed: No connection came about.
            UsageError: The endpoint is an application, which has no connections.
        """
        address = self._address(url or self.endpoint.profile.url)
        if self._turns is not None:
            await self._turns(Turn())
        within_s = self.endpoint.deadline_s
        async with connected(address, within_s=within_s, trust=self.trust) as connection:
            yield connection

    @property
    def trust(self) -> ssl.SSLContext | None:
        """Certificates to trust in raw connections; None without TLS."""
        is_https = self.endpoint.profile.url.startswith("https:")
        return trust(self.endpoint.ca_file) if is_https else None

    def _address(self, url: str) -> str:
        if self._app is not None:
            raise UsageError("an application in this process has no connections; give its URL")
        return url


def heard(request: HttpRequest, raw: RawReply) -> Exchange:
    """Return a raw conversation as an exchange.

    Args:
        request: What was sent, and what it was meant to be.
        raw: What came back.
    """
    observed = raw.observed
    return Exchange(
        request_id=1,
        copy=0,
        at=0.0,
        elapsed_s=raw.elapsed_s,
        request=request,
        reply=raw.replies[0] if raw.replies else None,
        observed=observed,
        seen=observed,
        raw=raw,
    )


def _turn(request: HttpRequest) -> Turn:
    params = dict(request.params)
    session = params.get("call_session_id") or params.get("cdr_id") or ""
    return Turn(session=session, numa=params.get("numa", ""))


def _known(url: str | None, pbx_toml: Path | str | None) -> Endpoint:
    """Return what is known of an endpoint before anything is overridden."""
    if pbx_toml is not None:
        return Endpoint.described(manifests.load(Path(pbx_toml)))
    if url is None:
        raise UsageError("give a URL, an ASGI or WSGI application, or pbx_toml")
    return Endpoint.at(url)


Word = TypeVar("Word", Dialect, Method)


def _one_of(kind: type[Word], given: Word | str | None, name: str) -> Word | None:
    if given is None or isinstance(given, kind):
        return given
    try:
        return kind(given)
    except ValueError:
        known = ", ".join(one.value for one in kind)
        raise UsageError(f"{name}: {given!r} is not one of {known}") from None


def _positive(given: float | None, name: str) -> float | None:
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    if given is not None and not (is_number and 0 < given < float("inf")):
        raise UsageError(f"{name}: give a number, more than 0, not {given!r}")
    return given


def _texts(given: object, name: str) -> Mapping[str, str]:
    """Return texts by name; whoever calls may not check types."""
    match given:
        case None:
            return {}
        case Mapping() if all(isinstance(one, str) for pair in given.items() for one in pair):
            return given
        case _:
            raise UsageError(f"{name}: give texts by name, a mapping, not {given!r}")


def _open(transport: Transport | None) -> Transport:
    if transport is None:
        raise UsageError("the PBX is not open; use it in a with statement")
    return transport


@asynccontextmanager
async def _already_open(transport: Transport) -> AsyncGenerator[Transport, None]:
    yield transport
