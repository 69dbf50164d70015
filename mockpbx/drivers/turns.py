"""Turns for requests where they are limited in number."""

import asyncio


class Turns:
    """Grants turns, no more than so many a second.

    Args:
        max_rps: Turns a second at most.
    """

    def __init__(self, max_rps: float) -> None:
        self._gap_s = 1 / max_rps
        self._next = 0.0

    async def wait(self) -> None:
        """Wait for the next turn; waiting is nobody's answering time."""
        now = asyncio.get_running_loop().time()
        self._next = max(now, self._next + self._gap_s)
        await asyncio.sleep(self._next - now)
