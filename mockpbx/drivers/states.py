"""Puts an endpoint into named states, through its states address."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass

from mockpbx.drivers.transport import Transport
from mockpbx.errors import ExchangeFailed, UsageError
from mockpbx.wire.messages import HttpRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class StatesClient:
    """Puts an endpoint into named states, through its states address.

    Attributes:
        transport: Reaches it.
        url: The address.
        headers: Sent along.
    """

    transport: Transport
    url: str
    headers: tuple[tuple[str, str], ...] = ()

    async def put(self, state: str, params: Mapping[str, str]) -> None:
        """Put the endpoint into a state.

        Raises:
            UsageError: The endpoint refused.
        """
        body = json.dumps({"state": state, "params": dict(params)}).encode()
        headers = (("content-type", "application/json"), *self.headers)
        request = HttpRequest(method="POST", url=self.url, headers=headers, body=body)
        try:
            async with asyncio.timeout(10):
                reply = await self.transport.exchange(request, asyncio.Event())
        except (ExchangeFailed, TimeoutError) as error:
            # The address is not repeated: it may hold a secret.
            raise UsageError(f"the states address does not answer: {error}") from error
        if reply.status not in (200, 204):
            said = reply.body[:200].decode("utf-8", "replace")
            raise UsageError(f"the endpoint refused the state “{state}”: {reply.status} {said}")
