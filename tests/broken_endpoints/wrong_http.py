"""Endpoints with a wrong status, or that are late."""

import time
from typing import Any, ClassVar

from harness.certify.model import Verdict
from tests.broken_endpoints.base import PATH, Asked, CourierLine, Instruction, Reply, Request
from tests.broken_endpoints.register import broken

_TOO_LATE_S, _DEADLINE_S = 1.5, 1.0


class _OtherStatus(CourierLine):
    """Has a status of its own."""

    status = 200

    def reply(self, body: bytes) -> Reply:
        said = super().reply(body)
        return Reply(status=self.status, body=said.body, headers=said.headers)


@broken("REPLY-003")
class Status201(_OtherStatus):
    """Answers 201 Created, as its framework does for POST."""

    status = 201


@broken("REPLY-003")
class Status204(_OtherStatus):
    """Answers 204 No Content."""

    status = 204

    def encode(self, _instruction: Instruction) -> bytes:
        return b""


@broken("REPLY-001")
class NotFoundForUnknownOrder(CourierLine):
    """Answers 404 when the order is not found."""

    def answer(self, asked: Asked) -> Reply:
        said = super().answer(asked)
        lost = asked.digits is not None and b"phones" not in said.body
        return Reply(status=404 if lost else 200, body=said.body, headers=said.headers)


@broken("REPLY-001")
class ForbiddenForStrangers(CourierLine):
    """Answers 403 to whoever is no courier."""

    def answer(self, asked: Asked) -> Reply:
        said = super().answer(asked)
        status = 200 if self.is_courier(asked) else 403
        return Reply(status=status, body=said.body, headers=said.headers)


@broken("REPLY-004", verdict=Verdict.INFO)
class Redirects(CourierLine):
    """Redirects to the address with a slash at its end."""

    def respond(self, request: Request) -> Reply:
        if request.path == PATH:
            return Reply(status=301, headers={"Location": f"{PATH}/?{request.query}"})
        return super().respond(request)


@broken("TIME-001", deadline_s=_DEADLINE_S)
class TooLate(CourierLine):
    """Answers when the PBX has given up."""

    def answer(self, asked: Asked) -> Reply:
        time.sleep(_TOO_LATE_S)
        return super().answer(asked)


@broken("TIME-004", deadline_s=_DEADLINE_S)
class SecondStepTooLate(CourierLine):
    """Looks the order up so slowly that the PBX has given up."""

    def answer(self, asked: Asked) -> Reply:
        if asked.digits is not None:
            time.sleep(_TOO_LATE_S)
        return super().answer(asked)


@broken("TIME-014", deadline_s=_DEADLINE_S)
class StrangersTooLate(CourierLine):
    """Looks for a stranger in a slow archive before it answers."""

    def answer(self, asked: Asked) -> Reply:
        if not self.is_courier(asked):
            time.sleep(_TOO_LATE_S)
        return super().answer(asked)


@broken("TIME-015", deadline_s=_DEADLINE_S)
class WrongOrdersTooLate(CourierLine):
    """Looks for an order that it does not know in a slow archive before it answers."""

    def refuse(self, asked: Asked) -> Instruction:
        time.sleep(_TOO_LATE_S)
        return super().refuse(asked)


@broken("ROBUST-031", deadline_s=_DEADLINE_S, verdict=Verdict.NONSTRICT)
class HangsOnHead(CourierLine):
    """Never answers when a monitor asks with HEAD."""

    def respond(self, request: Request) -> Reply:
        if request.method == "HEAD":
            time.sleep(3600)
        return super().respond(request)


@broken("ROBUST-054", deadline_s=_DEADLINE_S, verdict=Verdict.INFO)
class OneThread(CourierLine):
    """Serves one connection at a time: a silent one keeps all others waiting."""

    one_thread = True
    # With connections kept it would serve nobody but the first to come.
    handler: ClassVar[dict[str, Any]] = {"protocol_version": "HTTP/1.0"}


@broken("TIME-001", deadline_s=_DEADLINE_S)
class ColdStart(CourierLine):
    """Starts its database when the first call comes."""

    def __init__(self) -> None:
        super().__init__()
        self.started = False

    def decide(self, asked: Asked) -> Instruction:
        if not self.started:
            time.sleep(_TOO_LATE_S)
        self.started = True
        return super().decide(asked)


@broken("TIME-010", verdict=Verdict.INFO, deadline_s=_DEADLINE_S)
class SlowButInTime(CourierLine):
    """Takes a third of the time that the PBX has for everything."""

    def answer(self, asked: Asked) -> Reply:
        time.sleep(_DEADLINE_S / 3)
        return super().answer(asked)


@broken("TIME-013", verdict=Verdict.INFO, deadline_s=_DEADLINE_S)
class SecondStepSlow(CourierLine):
    """Looks the order up slowly, though in time."""

    def answer(self, asked: Asked) -> Reply:
        if self.is_courier(asked) and asked.digits:
            time.sleep(_DEADLINE_S / 2)
        return super().answer(asked)
