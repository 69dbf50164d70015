"""Reads the call log of the reference server, which other endpoints need not have."""

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

from harness.steps.endings import NotApplicableError
from harness.steps.story import Story
from mockpbx.drivers.transport import Transport
from mockpbx.errors import ExchangeFailed
from mockpbx.wire.messages import HttpReply, HttpRequest

_STATES, _LOG = "/states", "/api/calls"
_FOUND = 200


def entries(story: Story, session_id: str) -> list[dict[str, Any]]:
    """Return what the log holds of a call.

    Raises:
        NotApplicableError: The endpoint has no such log.
    """
    states = story.pbx.endpoint.states_url
    if states is None or not urlsplit(states).path.endswith(_STATES):
        raise _no_log(story)
    url = f"{states.removesuffix(_STATES)}{_LOG}?sid={session_id}"
    reply = story.pbx.run(_get(story.pbx.asynchronous.transport, url))
    if reply is None or reply.status != _FOUND:
        raise _no_log(story)
    try:
        content = json.loads(reply.body)
    except ValueError:
        raise _no_log(story) from None
    return content if isinstance(content, list) else []


async def _get(transport: Transport, url: str) -> HttpReply | None:
    request = HttpRequest(method="GET", url=url, headers=(), body=b"")
    try:
        async with asyncio.timeout(10):
            return await transport.exchange(request, asyncio.Event())
    except (ExchangeFailed, TimeoutError):
        return None


def _no_log(story: Story) -> NotApplicableError:
    return NotApplicableError(f"{story.place} needs the reference server, whose log can be read")
