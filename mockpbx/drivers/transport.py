"""How a request reaches an endpoint, and how time passes meanwhile."""

import asyncio
from typing import Any, Protocol

from mockpbx.wire.messages import HttpReply, HttpRequest


class Transport(Protocol):
    """Carries requests to an endpoint."""

    async def exchange(self, request: HttpRequest, sent: asyncio.Event) -> HttpReply:
        """Send a request and read the whole reply.

        Cancelling the task that waits here closes the connection.

        Args:
            request: What to send.
            sent: Set once the request has left.

        Raises:
            ExchangeFailed: No whole HTTP reply came; says what was observed.
        """
        ...


class Pace(Protocol):
    """How the time of the stage passes."""

    keeps_time: bool
    """True if an exchange takes as long as it really does; False if it takes no time."""

    async def wait(self, now: float, until: float | None, tasks: set[asyncio.Task[Any]]) -> float:
        """Let time pass.

        Args:
            now: The time of the stage.
            until: When something is due; None if nothing is.
            tasks: Exchanges under way.

        Returns:
            The new time: `until`, or earlier if an exchange is done.
        """
        ...
