"""Turns for requests, where they are limited in number or in pace.

Whoever waits for a turn is not waiting for an answer: no deadline runs meanwhile.
"""

import asyncio
from collections import deque
from dataclasses import dataclass

_MINUTE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A request that waits for its turn.

    Attributes:
        session: The call's id; empty outside a call.
        numa: The caller's number.
        repeated: The PBX sends it once more by itself: nobody types anything.
    """

    session: str = ""
    numa: str = ""
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pacing:
    """How fast requests may follow one another; None does not limit them.

    Attributes:
        max_rps: Requests a second at most.
        pause_s: Seconds at least from one request of a call to the next, as people need
            to listen and to type.
        calls_per_minute: Calls a minute at most from one number.
    """

    max_rps: float | None = None
    pause_s: float | None = None
    calls_per_minute: int | None = None

    @property
    def is_free(self) -> bool:
        """Tell whether nothing is limited."""
        return self.max_rps is None and self.pause_s is None and self.calls_per_minute is None


class Turns:
    """Grants turns.

    Args:
        pacing: How fast they may follow one another.
    """

    def __init__(self, pacing: Pacing) -> None:
        self._pacing = pacing
        self._next = 0.0
        self._latest: dict[str, float] = {}
        self._calls: dict[str, deque[float]] = {}

    async def wait(self, turn: Turn) -> None:
        """Wait for the turn of a request."""
        if turn.session and not turn.repeated:
            if turn.session in self._latest:
                await self._pause(turn.session)
            else:
                await self._call(turn.numa)
        if self._pacing.max_rps is not None:
            now = _now()
            self._next = max(now, self._next + 1 / self._pacing.max_rps)
            await asyncio.sleep(self._next - now)
        if turn.session:
            self._latest[turn.session] = _now()

    async def _pause(self, session: str) -> None:
        if self._pacing.pause_s is not None:
            await asyncio.sleep(self._latest[session] + self._pacing.pause_s - _now())

    async def _call(self, numa: str) -> None:
        """Wait until a number may call once more."""
        most = self._pacing.calls_per_minute
        if most is None:
            return
        placed = self._calls.setdefault(numa, deque(maxlen=most))
        begins = max(_now(), placed[0] + _MINUTE_S) if len(placed) == most else _now()
        placed.append(begins)
        await asyncio.sleep(begins - _now())


def _now() -> float:
    return asyncio.get_running_loop().time()
