"""What all cases of a run share: answers that several look at, and what was noticed on the way.

An endpoint is asked once where several cases want to see the same; and what makes further
requests pointless, a throttle, a ban, a caller who is never answered, is known to all cases
from then on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from harness.certify.reasons import LATE_KINDS
from mockpbx.core.instruction import Instruction
from mockpbx.core.observed import Observed
from mockpbx.manifest.facts import PEOPLE, kind_of
from mockpbx.result.exchange import Exchange
from mockpbx.wire.messages import HttpRequest

Value = TypeVar("Value")

RECOVERY_S = 61.0
"""Limits on calls are usually by the minute."""
ENOUGH = 3
"""So many answers with one and the same cause, and no further case asks for it again."""
_SERVER_ERROR = 500
_TOO_MANY = 429
_UNAVAILABLE = 503
_SHUT = frozenset({Observed.RESET, Observed.EOF_EMPTY, Observed.CONNECT_TIMEOUT})
_SHUT_OUT = 6
"""Requests whose connections were closed, and the endpoint may have shut us out."""


class StopKind(StrEnum):
    """Why a run asks no more."""

    THROTTLED = "throttled"
    SHUT_OUT = "shut-out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """The end of asking, before all cases were tried.

    Attributes:
        kind: Why.
        exchange: The first request that met it.
        requests: How many were answered before.
        seconds: How long those took.
        retry_after_s: What the endpoint said of when to come back, if it did.
    """

    kind: StopKind
    exchange: Exchange
    requests: int
    seconds: float
    retry_after_s: float | None = None

    @property
    def advised_rps(self) -> float:
        """Requests a second that the endpoint is likely to take."""
        within_s = self.seconds + (self.retry_after_s or 0.0)
        return max(0.1, int(10 * 0.9 * self.requests / max(within_s, 1.0)) / 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limited:
    """A caller who called so often that they were answered otherwise for a while.

    Attributes:
        who: The caller.
        instruction: What they were told then, at their first request.
    """

    who: "Who"
    instruction: Instruction


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Who asks, as far as an endpoint can tell callers apart.

    Attributes:
        name: The fact that names them; ``hidden``, or ``stranger`` for everybody else.
        entered: Whether they entered digits.
    """

    name: str
    entered: bool

    def __str__(self) -> str:
        """Return who they are in words."""
        who = {"hidden": "a hidden caller", "stranger": "a stranger"}.get(
            self.name, self.name.replace("_", " ")
        )
        return f"{who} who has entered digits" if self.entered else who


def who_asks(params: Mapping[str, str], facts: Mapping[str, str]) -> Who:
    """Return who asks in a request with these parameters."""
    numa = params.get("numa", "")
    known = (name for name, value in facts.items() if value == numa and kind_of(name) in PEOPLE)
    name = next(known, "stranger") if numa else "hidden"
    return Who(name=name, entered=params.get("input_result", "None") not in ("None", ""))


class Foreseen(Exception):  # no error: the case need not ask
    """A case would meet again what others have met often enough.

    Attributes:
        exchange: What they met.
        who: Who asked.
    """

    def __init__(self, exchange: Exchange, who: Who) -> None:
        super().__init__(str(who))
        self.exchange = exchange
        self.who = who


class Stopped(Exception):  # no error: the run asks no more
    """The endpoint throttles, or has shut us out: nothing more is asked.

    Attributes:
        stop: Why.
    """

    def __init__(self, stop: Stop) -> None:
        super().__init__(stop.kind.value)
        self.stop = stop


class Shared:
    """What the cases of one run share.

    Args:
        facts: What is true behind the endpoint.
        first: The very first request of the run, if it was made before the cases.
        thorough: Ask also what is known to fail.
        recovery_s: Real seconds that an endpoint which limits calls is given to forget them.

    Attributes:
        first: The same.
        thorough: The same.
        recovery_s: The same.
        stop: Why nothing more is asked, once that is so.
        width: Callers that the endpoint serves side by side, once that is known.
        pause_s: Seconds to leave between two requests of a call, if the endpoint needs that.
        limited: Who called so often that they were answered otherwise, if that happened.
        answered_at: When the latest request began that the endpoint was alive to answer.
        known_good: The first request that was answered: it can be made again.
        silent_at: When the latest request began that it did not answer.
        patience: Whether a late answer comes at all if one waits longer, by who asks.
    """

    def __init__(
        self,
        facts: Mapping[str, str],
        *,
        first: Exchange | None = None,
        thorough: bool = False,
        recovery_s: float = RECOVERY_S,
    ) -> None:
        self._facts = facts
        self.thorough = thorough
        self._made: dict[str, Any] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._late: dict[Who, list[Exchange]] = {}
        self._shut: list[Exchange] = []
        self._requests = 0
        self._began: float | None = None
        self.first = first
        self.recovery_s = recovery_s
        self.stop: Stop | None = None
        self.width: float | None = None
        self.pause_s: float | None = None
        self.limited: Limited | None = None
        self.answered_at = 0.0
        self.known_good: HttpRequest | None = None
        self.silent_at = 0.0
        self.patience: dict[Who, bool] = {}

    async def once(self, key: str, make: Callable[[], Awaitable[Value]]) -> Value:
        """Return what was made under a key; make it the first time somebody wants it."""
        async with self._locks.setdefault(key, asyncio.Lock()):
            if key not in self._made:
                self._made[key] = await make()
        found: Value = self._made[key]
        return found

    # -- what is noticed --------------------------------------------------------------

    def refuse(self, params: Mapping[str, str]) -> None:
        """Object to a request of which it is known what will come of it.

        Raises:
            Foreseen: Others met it often enough.
            Stopped: The run asks no more.
        """
        if self.stop is not None:
            raise Stopped(self.stop)
        who = who_asks(params, self._facts)
        late = self._late.get(who, [])
        if len(late) >= ENOUGH and not self.thorough:
            raise Foreseen(late[-1], who)

    def saw(self, exchange: Exchange, began: float, *, alone: bool) -> None:
        """Take notice of a request and what came of it.

        Args:
            exchange: The request.
            began: When it began, by the clock of the event loop.
            alone: Nobody else was asking meanwhile.
        """
        self._began = began if self._began is None else self._began
        if exchange.reply is not None and exchange.reply.status < _SERVER_ERROR:
            self.answered_at = max(self.answered_at, began)
            if self.known_good is None and exchange.request.verbatim is None:
                self.known_good = exchange.request
        else:
            self.silent_at = max(self.silent_at, began)
        self._throttled(exchange, began)
        failure = exchange.failure
        if exchange.reply is None and failure is not None and failure.observed in _SHUT:
            # Connections that were open before a ban may be served on: no answer disproves it.
            self._shut.append(exchange)
        self._requests += 1
        if not exchange.injected:
            self._late_again(exchange, alone=alone)

    def _late_again(self, exchange: Exchange, *, alone: bool) -> None:
        who, failure = who_asks(exchange.params, self._facts), exchange.failure
        if failure is not None and failure.observed in LATE_KINDS:
            # In company it may be the company that makes it late.
            if alone:
                self._late.setdefault(who, []).append(exchange)
        elif exchange.reply is not None:
            self._late.pop(who, None)

    def _throttled(self, exchange: Exchange, began: float) -> None:
        reply = exchange.reply
        if reply is None or self.stop is not None or reply.status not in (_TOO_MANY, _UNAVAILABLE):
            return
        after = reply.header("Retry-After")
        if reply.status == _UNAVAILABLE and after is None:
            return
        seconds = float(after) if after and after.strip().isdigit() else None
        self._end(StopKind.THROTTLED, exchange, began, seconds)

    @property
    def suspects_ban(self) -> bool:
        """Tell whether so many connections were closed that it may be a ban."""
        return len(self._shut) >= _SHUT_OUT and self.stop is None

    def not_shut_out(self) -> None:
        """Forget what was closed: an ordinary request was answered after all."""
        self._shut.clear()

    def shut_out(self, now: float) -> None:
        """Ask no more: also ordinary requests find their connections closed."""
        self._end(StopKind.SHUT_OUT, self._shut[0], now, None)

    def _end(self, kind: StopKind, exchange: Exchange, began: float, after: float | None) -> None:
        self.stop = Stop(
            kind=kind,
            exchange=exchange,
            requests=self._requests,
            seconds=began - (self._began or began),
            retry_after_s=after,
        )
