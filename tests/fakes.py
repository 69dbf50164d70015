"""A PBX on a transport that a test lays out."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from itertools import count
from typing import Any

from mockpbx.async_pbx import AsyncPbx
from mockpbx.core.scenario import Scenario
from mockpbx.drivers.lockstep import LockstepPace
from mockpbx.drivers.transport import Pace, Transport
from mockpbx.manifest.endpoint import Endpoint
from mockpbx.scenario import library as scenarios
from mockpbx.wire.request import Profile

PutIntoState = Callable[[str, Mapping[str, str]], Awaitable[None]]

FACTS = {"virtual_number": "74951234567"}


class FakePbx(AsyncPbx):
    """A PBX whose endpoint is a transport, and whose states are a function."""

    def __init__(
        self,
        transport: Transport,
        *,
        pace: Pace | None = None,
        profile: Profile | None = None,
        scenario: Scenario | str = "courier-line",
        facts: Mapping[str, str] = FACTS,
        put: PutIntoState | None = None,
        **options: Any,
    ) -> None:
        numbers = count(1)
        endpoint = Endpoint(
            profile=profile or Profile(url="http://endpoint.invalid/crm"),
            scenario=scenarios.load(scenario) if isinstance(scenario, str) else scenario,
            facts=facts,
            states_url=None,
            names_scenario=True,
            declares_deadline=True,
        )
        options.setdefault("session_id", lambda: f"sid-{next(numbers)}")
        super().__init__(endpoint, transport=transport, pace=pace or LockstepPace(), **options)
        self._put = put

    @property
    def has_states(self) -> bool:
        return self._put is not None

    async def put_into_state(self, state: str, params: Mapping[str, str]) -> None:
        assert self._put is not None
        await self._put(state, params)


def played(pbx: AsyncPbx, script: Any) -> Any:
    """Play a script and wait for it."""
    return asyncio.run(pbx.play(script))
