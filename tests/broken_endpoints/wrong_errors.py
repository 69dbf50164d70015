"""Endpoints that fail on odd requests, or say too much when they do."""

import json
import re
import traceback
from collections.abc import Mapping

from harness.certify.model import Verdict
from mockpbx.wire.request import Method
from tests.broken_endpoints.base import Asked, CourierLine, Instruction, Reply, Request
from tests.broken_endpoints.register import broken

_FORM = "application/x-www-form-urlencoded"


class _Fragile(CourierLine):
    """Fails on anything that is no number."""

    def understand(self, parameters: Mapping[str, str]) -> Asked:
        int(parameters.get("numa", "").strip("+ ") or 0)
        entered = parameters.get("input_result", "None")
        if entered not in ("None", ""):
            int(entered.strip("*#") or 0)
        return super().understand(parameters)


@broken("ROBUST-001")
class FailsOnHostileNumbers(_Fragile):
    """Fails on a caller's number that is none."""


@broken("ROBUST-085", verdict=Verdict.NONSTRICT)
class StackTrace(_Fragile):
    """Shows its stack trace when it fails, with status 500."""

    def crashed(self, error: Exception) -> Reply:
        said = "".join(traceback.format_exception(error))
        return Reply(status=500, body=said.encode("utf-8", "replace"))


@broken("ROBUST-085", verdict=Verdict.NONSTRICT)
class StackTraceWith200(_Fragile):
    """Shows its stack trace when it fails, with status 200."""

    def crashed(self, error: Exception) -> Reply:
        said = "".join(traceback.format_exception(error))
        return Reply(status=200, body=said.encode("utf-8", "replace"))


@broken("ROBUST-085", verdict=Verdict.NONSTRICT)
class SqlError(CourierLine):
    """Shows the database's error when a number has a quote in it."""

    def answer(self, asked: Asked) -> Reply:
        if "'" in asked.caller + (asked.digits or ""):
            said = b'{"returned_code": 4, "error": "near \\"OR\\": syntax error"}'
            return self.reply(said)
        return super().answer(asked)


@broken("ROBUST-082", verdict=Verdict.INFO)
class ReflectsTheCaller(CourierLine):
    """Repeats the caller's number in its answer, as it came."""

    def answer(self, asked: Asked) -> Reply:
        said = self.instruct(asked)
        return self.reply(self.encode({**said, "caller": asked.caller}))


@broken("ROBUST-082", verdict=Verdict.INFO)
class ReflectsTheDigits(CourierLine):
    """Announces the digits, as they came, in its refusal."""

    def refuse(self, asked: Asked) -> Instruction:
        super().refuse(asked)
        return {"text": f"There is no order {asked.digits}"}

    def for_others(self, asked: Asked) -> Instruction:
        if asked.digits is None:
            return super().for_others(asked)
        return {"text": f"There is no order {asked.digits}"}


@broken("ROBUST-080")
class ReflectsTheSessionInAHeader(CourierLine):
    """Sends the session id back in a header, line breaks and all."""

    def answer(self, asked: Asked) -> Reply:
        said = super().answer(asked)
        return Reply(body=said.body, headers={**said.headers, "X-Session": asked.session or ""})


@broken("ROBUST-020")
class FailsOnLongAddresses(CourierLine):
    """Refuses an address of more than two kilobytes."""

    def respond(self, request: Request) -> Reply:
        if len(request.query) > 2048:
            return Reply(status=500, body=b"query too long")
        return super().respond(request)


@broken("ROBUST-031", verdict=Verdict.NONSTRICT)
class FailsOnHead(CourierLine):
    """Fails when a monitor asks with HEAD."""

    def respond(self, request: Request) -> Reply:
        if request.method == "HEAD":
            raise KeyError("numa")
        return super().respond(request)


@broken("ROBUST-032", verdict=Verdict.NONSTRICT)
class FailsOnOptions(CourierLine):
    """Fails when somebody asks with OPTIONS."""

    def respond(self, request: Request) -> Reply:
        if request.method in ("OPTIONS", "PUT"):
            raise NotImplementedError  # nobody catches it: that is the fault
        return super().respond(request)


@broken("ROBUST-074", verdict=Verdict.NONSTRICT, method=Method.POST_JSON)
class FailsOnBrokenJson(CourierLine):
    """Fails when the body is no JSON."""

    def parameters(self, request: Request) -> dict[str, str]:
        return {name: str(value) for name, value in json.loads(request.body).items()}


@broken("ROBUST-077", verdict=Verdict.NONSTRICT, method=Method.POST_JSON)
class FailsOnDeepJson(CourierLine):
    """Fails when the body is nested deeper than its parser goes."""

    def parameters(self, request: Request) -> dict[str, str]:
        json.loads(request.body) if request.body.startswith(b"[[[") else None
        return super().parameters(request)


@broken("ROBUST-076", verdict=Verdict.NONSTRICT, method=Method.POST_JSON)
class FailsOnNumbersInJson(CourierLine):
    """Fails when a value of the body is no text."""

    def parameters(self, request: Request) -> dict[str, str]:
        found = json.loads(request.body) if request.body.startswith(b"{") else {}
        return super().parameters(request) | {name: text.strip() for name, text in found.items()}


@broken("ROBUST-084", verdict=Verdict.NONSTRICT)
class EvaluatesTemplates(CourierLine):
    """Announces the caller's number through a template that it then evaluates."""

    def for_others(self, asked: Asked) -> Instruction:
        product = re.search(r"\{\{(\d+)\*(\d+)\}\}", asked.caller)
        if product is None:
            return super().for_others(asked)
        return {"text": f"We have no courier {int(product[1]) * int(product[2])}"}


@broken("ROBUST-022")
class FailsOnDoubledParameters(CourierLine):
    """Fails when a parameter comes twice."""

    def parameters(self, request: Request) -> dict[str, str]:
        pairs = request.query.split("&")
        if len({pair.partition("=")[0] for pair in pairs}) < len(pairs):
            raise TypeError("expected str instance, list found")
        return super().parameters(request)


@broken("ROBUST-070", verdict=Verdict.NONSTRICT, method=Method.POST_FORM)
class FailsOnOtherTypes(CourierLine):
    """Fails when a form is announced as something else."""

    def parameters(self, request: Request) -> dict[str, str]:
        if request.headers.get("content-type", _FORM).partition(";")[0] != _FORM:
            raise NotImplementedError  # nobody catches it: that is the fault
        return super().parameters(request)


@broken("ROBUST-071", verdict=Verdict.NONSTRICT, method=Method.POST_FORM)
class FailsWithoutType(CourierLine):
    """Fails when a form is not announced."""

    def parameters(self, request: Request) -> dict[str, str]:
        _ = request.headers["content-type"] if request.body else ""
        return super().parameters(request)


@broken("ROBUST-072", verdict=Verdict.NONSTRICT, method=Method.POST_FORM)
class FailsOnEmptyForm(CourierLine):
    """Fails when a form is empty."""

    def parameters(self, request: Request) -> dict[str, str]:
        _ = request.body[0] if request.method == "POST" else 0
        return super().parameters(request)


@broken("ROBUST-073", verdict=Verdict.NONSTRICT, method=Method.POST_FORM)
class FailsOnLargeForms(CourierLine):
    """Fails when a form is larger than its buffer."""

    def parameters(self, request: Request) -> dict[str, str]:
        if len(request.body) > 65536:
            raise MemoryError
        return super().parameters(request)
