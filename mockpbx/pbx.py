"""The virtual PBX for code that is not asynchronous, such as tests."""

import asyncio
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any, Self, TypeVar, Unpack

from mockpbx.async_pbx import AsyncPbx, RawOptions, ScriptResult, Target
from mockpbx.call_options import CallOptions
from mockpbx.callscript.library import Script
from mockpbx.callscript.model import CallScript
from mockpbx.core.cdr import Direction
from mockpbx.errors import UsageError
from mockpbx.manifest.endpoint import Endpoint
from mockpbx.result.call_result import CallResult
from mockpbx.result.exchange import Exchange
from mockpbx.wire.messages import HttpRequest

Result = TypeVar("Result")


class Pbx:
    """A virtual PBX for code that is not asynchronous; see `AsyncPbx` for what it takes.

    A context manager; without ``with`` each call opens and closes what it needs.

    Attributes:
        calls: All calls that were placed, in their order.
    """

    def __init__(self, target: Target | AsyncPbx | None = None, **options: Any) -> None:
        self.asynchronous = target if isinstance(target, AsyncPbx) else AsyncPbx(target, **options)
        self.calls: list[CallResult] = []
        self._runner: asyncio.Runner | None = None

    def __enter__(self) -> Self:
        """Open connections; start an application."""
        self._runner = asyncio.Runner()
        try:
            self.run(self.asynchronous.__aenter__())
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        """Close connections; shut an application down."""
        try:
            self.run(self.asynchronous.__aexit__(None, None, None))
        finally:
            self._close()

    def _close(self) -> None:
        runner, self._runner = self._runner, None
        if runner is not None:
            runner.close()

    def __repr__(self) -> str:
        """Return whom it asks, without secrets."""
        return repr(self.asynchronous).replace("AsyncPbx", "Pbx", 1)

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Do something asynchronous with the connections of this PBX, and wait for it.

        Raises:
            UsageError: The caller is asynchronous itself.
        """
        if _is_asynchronous():
            work.close()
            raise UsageError("Pbx waits, which asynchronous code must not; use AsyncPbx there")
        run = asyncio.run if self._runner is None else self._runner.run
        results: list[Result] = []
        run(_kept(work, results))
        return results[0]

    @property
    def endpoint(self) -> Endpoint:
        """All that is known of the endpoint."""
        return self.asynchronous.endpoint

    @property
    def facts(self) -> Mapping[str, str]:
        """What is true behind the endpoint."""
        return self.endpoint.facts

    @property
    def has_states(self) -> bool:
        """Tell whether the endpoint can be put into states."""
        return self.asynchronous.has_states

    def call(self, caller: str, **options: Unpack[CallOptions]) -> CallResult:
        """Place one call and return what came of it; see `AsyncPbx.call`."""
        played = self.run(self.asynchronous.call(caller, **options))
        self.calls.append(played)
        return played

    def play(self, script: CallScript | Script | Path | str) -> ScriptResult:
        """Play a call script; see `AsyncPbx.play`."""
        played = self.run(self.asynchronous.play(script))
        self.calls += played.calls
        return played

    def ask(
        self,
        caller: str,
        digits: str | None = None,
        *,
        session: str | None = None,
        direction: Direction = Direction.IN,
    ) -> Exchange:
        """Send one request outside a call; see `AsyncPbx.ask`."""
        asked = self.asynchronous.ask(caller, digits, session=session, direction=direction)
        return self.run(asked)

    def send_raw(
        self, *pieces: bytes, request: HttpRequest | None = None, **options: Unpack[RawOptions]
    ) -> Exchange:
        """Send bytes exactly as given; see `AsyncPbx.send_raw`."""
        return self.run(self.asynchronous.send_raw(*pieces, request=request, **options))

    def put_into_state(self, state: str, **params: str) -> None:
        """Put the endpoint into a named state.

        Raises:
            UsageError: It has no states address, or refused.
        """
        self.run(self.asynchronous.put_into_state(state, params))


def _is_asynchronous() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


async def _kept(work: Coroutine[Any, Any, Result], results: list[Result]) -> None:
    """Keep the result apart: asyncio makes the ``repr`` of what a task returns when it ends."""
    results.append(await work)
