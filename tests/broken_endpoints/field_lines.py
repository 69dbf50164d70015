"""Correct endpoints as people run them: what serializers, gateways and guards make of answers.

None is broken, or only before the first answer; what a certificate says of each is a remark at
most, or that something stands before the endpoint. `clock` gives seconds, for those in which
time matters.
"""

import json
import socket
import struct
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from tests.broken_endpoints.base import (
    OPERATORS,
    Asked,
    CourierLine,
    Instruction,
    Reply,
    Request,
)
from tests.broken_endpoints.crm import Order
from tests.broken_endpoints.plain import Handler

_KEYS = ("phones", "text", "message_name", "operator_message")


# -- what serializers make of what is not set -------------------------------------------


class Empties(CourierLine):
    """Sends the empty value of its type for what is not set."""

    def encode(self, instruction: Instruction) -> bytes:
        return super().encode({**dict.fromkeys(_KEYS, ""), "phones": [], **instruction})


class Nulls(CourierLine):
    """Sends null for what is not set."""

    def encode(self, instruction: Instruction) -> bytes:
        return super().encode({**dict.fromkeys(_KEYS), "returned_code": None, **instruction})


class ZeroCode(CourierLine):
    """Sends a return code of 0 where there is none."""

    def encode(self, instruction: Instruction) -> bytes:
        return super().encode({"returned_code": 0, **instruction})


class EmptyWhisper(CourierLine):
    """Sends an empty message where nobody is to be told anything."""

    def encode(self, instruction: Instruction) -> bytes:
        return super().encode({"operator_message": "", **instruction})


class TextBesideCode(CourierLine):
    """Says a text beside each return code."""

    def encode(self, instruction: Instruction) -> bytes:
        spoken = {"text": "Здравствуйте"} if "returned_code" in instruction else {}
        return super().encode({**instruction, **spoken})


# -- what is written otherwise ------------------------------------------------------------


class CustomersAtHome(CourierLine):
    """Writes customers' numbers as they are dialled within the country."""

    def connect(self, order: Order) -> Instruction:
        return {"phones": [f"8{order.customer[1:]}"]}


class ShopAtHome(CourierLine):
    """Leads strangers to the shop's phone, written without its country code."""

    def for_others(self, _asked: Asked) -> Instruction:
        return {"phones": ["4950000101"]}


class OwnCodes(CourierLine):
    """Uses return codes of its own, ten times those of the courier line."""

    def encode(self, instruction: Instruction) -> bytes:
        code = instruction.get("returned_code")
        return super().encode({"returned_code": 10 * code} if code else instruction)


class KnowsItsNumbers(CourierLine):
    """Answers 404 for a virtual number that is none of its own."""

    def answer(self, asked: Asked) -> Reply:
        if asked.called != "74957770001":
            return Reply(status=404, body=b'{"error": "unknown line"}')
        return super().answer(asked)


class FunctionGateway(CourierLine):
    """Answers with the envelope that its gateway should have opened."""

    def encode(self, instruction: Instruction) -> bytes:
        body = super().encode(instruction).decode()
        return json.dumps({"statusCode": 200, "headers": {}, "body": body}).encode()


class ErrorWithStatus200(CourierLine):
    """Reports an error, with status 200."""

    def encode(self, _instruction: Instruction) -> bytes:
        return b'{"code": "rest_no_route", "message": "No route was found."}'


class CharsetAsEncoding(CourierLine):
    """Names its charset as Content-Encoding."""

    def reply(self, body: bytes) -> Reply:
        headers = {"Content-Type": "application/json", "Content-Encoding": "utf-8"}
        return Reply(body=body, headers=headers)


# -- what stands before the endpoint --------------------------------------------------------


class Guarded(CourierLine):
    """Is asked through something that knows the time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.clock = clock


class Throttle(Guarded):
    """Takes thirty requests a minute, and answers more with 429."""

    most = 30

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(clock)
        self.hits: deque[float] = deque()

    def answer(self, asked: Asked) -> Reply:
        now = self.clock()
        while self.hits and now - self.hits[0] > 60:
            self.hits.popleft()
        if len(self.hits) >= self.most:
            return Reply(status=429, headers={"Retry-After": str(int(61 - now + self.hits[0]))})
        self.hits.append(now)
        return super().answer(asked)


class Debounce(Guarded):
    """Takes a request of the same call within a second for the same one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(clock)
        self.latest: dict[tuple[str, str], tuple[float, Instruction]] = {}

    def instruct(self, asked: Asked) -> Instruction:
        now = self.clock()
        answered_at, said = self.latest.get(asked.call, (-1.0, {}))
        if asked.session and answered_at >= 0 and now - answered_at < 1.0:
            return said
        said = super().instruct(asked)
        self.latest[asked.call] = now, said
        return said


class CallsAMinute(Guarded):
    """Leads whoever calls more than eight times a minute to the operators."""

    most = 8

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(clock)
        self.calls: dict[str, dict[str, float]] = {}

    def instruct(self, asked: Asked) -> Instruction:
        now, calls = self.clock(), self.calls.setdefault(asked.caller, {})
        for session in [one for one, at in calls.items() if now - at >= 60]:
            del calls[session]
        calls.setdefault(asked.session or "", now)
        return OPERATORS if len(calls) > self.most else super().instruct(asked)


def _setup_unless_banned(handler: Any) -> None:
    Handler.setup(handler)
    if handler.line.is_banned:
        # With unread bytes gone at once: the other side sees a reset.
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()
        raise ConnectionAbortedError


class BansAttackers(CourierLine):
    """Resets every connection after five requests that look like attacks."""

    handler: ClassVar[Mapping[str, Any]] = {"setup": _setup_unless_banned}
    patience = 5

    def __init__(self) -> None:
        super().__init__()
        self.attacks = 0

    @property
    def is_banned(self) -> bool:
        """Tell whether the address that asks has attacked too often."""
        return self.attacks >= self.patience

    def respond(self, request: Request) -> Reply:
        query = request.query.lower()
        self.attacks += any(sign in query for sign in ("%27", "%3c", "..%2f", "%00", "select"))
        return super().respond(request)


def _close_when_the_next_request_comes(handler: Any) -> None:
    Handler.handle_one_request(handler)
    if not handler.close_connection:
        handler.rfile.peek(1)
        handler.close_connection = True


class ClosesIdleConnections(CourierLine):
    """Closes a kept connection in the moment in which the next request comes."""

    handler: ClassVar[Mapping[str, Any]] = {
        "handle_one_request": _close_when_the_next_request_comes
    }
