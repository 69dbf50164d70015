"""Endpoints that do not stand a crowd: what goes wrong depends on how many there are at once.

A connection counts from when it is accepted until it is closed, and the PBX keeps its
connections open: who is the eleventh does not depend on how quick anybody is.
"""

import threading
from collections.abc import Mapping
from typing import Any, ClassVar

from tests.broken_endpoints.base import CourierLine, Reply, Request
from tests.broken_endpoints.plain import Handler
from tests.broken_endpoints.register import broken

_MOST = 10


class _Crowded(CourierLine):
    """Knows how many connections are open."""

    def __init__(self) -> None:
        super().__init__()
        self.counting = threading.Lock()
        self.open = 0

    def count(self, change: int) -> None:
        """Count a connection that is opened or closed."""
        with self.counting:
            self.open += change

    @property
    def is_crowded(self) -> bool:
        """Tell whether there are more than it was made for."""
        return self.open > _MOST


def _setup(handler: Any) -> None:
    handler.line.count(1)
    Handler.setup(handler)


def _finish(handler: Any) -> None:
    handler.line.count(-1)
    Handler.finish(handler)


_COUNTED: Mapping[str, Any] = {"setup": _setup, "finish": _finish}


@broken("CONC-042")
class TenDatabaseConnections(_Crowded):
    """Has ten database connections, one for each connection of the PBX, and fails for more."""

    handler: ClassVar[Mapping[str, Any]] = _COUNTED

    def respond(self, request: Request) -> Reply:
        if self.is_crowded:
            raise ConnectionError("too many clients already")
        return super().respond(request)


@broken("CONC-042", deadline_s=1.0)
class StandsStillInACrowd(_Crowded):
    """Takes a lock twice when there are many: that thread waits for itself, all others for it."""

    handler: ClassVar[Mapping[str, Any]] = _COUNTED

    def respond(self, request: Request) -> Reply:
        if self.is_crowded:
            self.lock.acquire()
        return super().respond(request)
