"""Endpoints that do not stand a crowd: what goes wrong depends on how many there are at once.

A connection counts from when it is accepted until it is closed, and the PBX keeps its
connections open: who is the eleventh does not depend on how quick anybody is.
"""

import threading
from collections.abc import Mapping
from typing import Any, ClassVar

from tests.broken_endpoints.base import (
    OPERATORS,
    Asked,
    CourierLine,
    Instruction,
    Reply,
    Request,
)
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


class _Counts(CourierLine):
    """Counts the calls it was asked about."""

    most = 50

    def __init__(self) -> None:
        super().__init__()
        self.sessions: set[str | None] = set()

    @property
    def is_full(self) -> bool:
        """Tell whether it has met more calls than it was made for."""
        return len(self.sessions) > self.most

    def instruct(self, asked: Asked) -> Instruction:
        """Note the call."""
        self.sessions.add(asked.session)
        return super().instruct(asked)


_MANY_CALLS = ("CONC-023", "CONC-024", "CONC-042")


@broken("SEQ-080", after=_MANY_CALLS)
class ServesFiftyCalls(_Counts):
    """Serves its first fifty calls, and sends all couriers to the operators after that."""

    def for_courier(self, asked: Asked) -> Instruction:
        return OPERATORS if self.is_full else super().for_courier(asked)


@broken("SEQ-081", after=_MANY_CALLS)
class FailsAfterFiftyCalls(_Counts):
    """Has a file open for each call, and fails when there are too many."""

    def for_others(self, asked: Asked) -> Instruction:
        if self.is_full:
            raise OSError("too many open files")
        return super().for_others(asked)
