"""The sandbox: one fixed answer in place of decisions, right or wrong, sent as it was given."""

import json
from dataclasses import dataclass

from fastapi import Request
from starlette.responses import Response
from starlette.routing import Route

from reference_server.access import Guard
from reference_server.endpoint import METHODS, PATH


@dataclass(frozen=True, slots=True, kw_only=True)
class Stub:
    """Answers every call with the same text and logs nothing.

    Attributes:
        guard: Who may ask.
        text: The body, sent byte for byte.
    """

    guard: Guard
    text: str

    def routes(self) -> list[Route]:
        """Route everything under the endpoint's path."""
        paths = (PATH, PATH + "/{secret:path}")
        return [Route(path, self.handle, methods=list(METHODS)) for path in paths]

    async def handle(self, request: Request) -> Response:
        """Send the text, whatever was asked."""
        admitted = self.guard.admits(request)
        return Response(
            self.text if admitted else '{"error":"forbidden"}',
            200 if admitted else 403,
            media_type="application/json",
            headers={"Cache-Control": "no-store"},
        )


def is_json(text: str) -> bool:
    """Tell whether a stub is JSON; one that is not may be meant."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
