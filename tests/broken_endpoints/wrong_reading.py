"""Endpoints that misread what the PBX asks."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, unquote

from harness.certify.model import Verdict
from mockpbx.wire.request import Dialect, Method
from tests.broken_endpoints.base import (
    OPERATORS,
    Asked,
    CourierLine,
    Instruction,
    Reply,
    Request,
)
from tests.broken_endpoints.crm import OTHER_COURIER, Order
from tests.broken_endpoints.register import broken


class _Needs(CourierLine):
    """Fails when a parameter is not there."""

    needed = ""

    def understand(self, parameters: Mapping[str, str]) -> Asked:
        _ = parameters[self.needed]
        return super().understand(parameters)


@broken("REQ-010", verdict=Verdict.NONSTRICT)
class NeedsNuma(_Needs):
    """Fails when `numa` is not sent."""

    needed = "numa"


@broken("REQ-011", verdict=Verdict.NONSTRICT)
class NeedsNumb(_Needs):
    """Fails when `numb` is not sent."""

    needed = "numb"


@broken("REQ-014", verdict=Verdict.NONSTRICT)
class NeedsInputResult(_Needs):
    """Fails when `input_result` is not sent."""

    needed = "input_result"


@broken("REQ-012", verdict=Verdict.NONSTRICT)
class NeedsStartTime(_Needs):
    """Fails when `start_time` is not sent."""

    needed = "start_time"


@broken("REQ-013", verdict=Verdict.NONSTRICT)
class NeedsCdrId(_Needs):
    """Fails when `cdr_id` is not sent."""

    needed = "cdr_id"


@broken("REQ-001", dialect=Dialect.NOVOFON)
class KnowsCdrIdOnly(_Needs):
    """Is declared for Novofon and does not know `call_session_id`."""

    needed = "cdr_id"


@broken("REQ-052", verdict=Verdict.INFO)
class StartTimeAsNumber(CourierLine):
    """Reads `start_time` as a number and fails on a date."""

    def understand(self, parameters: Mapping[str, str]) -> Asked:
        int(parameters.get("start_time", "0"))
        return super().understand(parameters)


@broken("REQ-040", dialect=Dialect.CALLGEAR)
class DirectionInOtherWords(CourierLine):
    """Knows the directions by other words, and fails on `in`."""

    def understand(self, parameters: Mapping[str, str]) -> Asked:
        asked = super().understand(parameters)
        return {"incoming": asked, "outgoing": asked, None: asked}[asked.direction]


@broken("REQ-041", dialect=Dialect.CALLGEAR)
class OutgoingFails(CourierLine):
    """Fails on an outgoing call."""

    def understand(self, parameters: Mapping[str, str]) -> Asked:
        asked = super().understand(parameters)
        return {"in": asked, None: asked}[asked.direction]


@broken("ROBUST-021")
class UnknownParametersFail(CourierLine):
    """Fails on parameters that nobody told it about."""

    def understand(self, parameters: Mapping[str, str]) -> Asked:
        return self.keywords(**parameters)

    def keywords(
        self,
        cdr_id: str = "",
        start_time: str = "",
        input_result: str = "None",
        numa: str = "",
        numb: str = "",
    ) -> Asked:
        """Read the parameters as Python's own."""
        given = {"cdr_id": cdr_id, "input_result": input_result, "numa": numa, "numb": numb}
        return super().understand({**given, "start_time": start_time})


@broken("REQ-030")
class NoneIsAnOrder(CourierLine):
    """Looks the word `None` up as if it were an order."""

    def digits(self, parameters: Mapping[str, str]) -> str | None:
        return parameters.get("input_result")


@broken("REQ-034", verdict=Verdict.INFO)
class EmptyIsAWrongOrder(CourierLine):
    """Takes empty input for an order, and refuses it as any that it does not find."""

    def digits(self, parameters: Mapping[str, str]) -> str | None:
        entered = parameters.get("input_result")
        return None if entered in (None, "None") else entered


@broken("REQ-032", verdict=Verdict.INFO)
class EmptyFails(CourierLine):
    """Fails when `input_result` is empty."""

    def digits(self, parameters: Mapping[str, str]) -> str | None:
        entered = parameters.get("input_result", "None")
        return None if entered == "None" else entered[0] + entered[1:]


@broken("SEQ-040", verdict=Verdict.INFO)
class PlusBecomesASpace(CourierLine):
    """Decodes the number twice, so that its plus becomes a space, and finds no order for it."""

    def caller(self, parameters: Mapping[str, str]) -> str:
        return parameters.get("numa", "").replace("+", " ")

    def is_courier(self, asked: Asked) -> bool:
        return asked.caller.strip() in self.crm.couriers


@broken("SEQ-008")
class LosesLeadingZeros(CourierLine):
    """Reads the order as a number and so loses its leading zeros."""

    def digits(self, parameters: Mapping[str, str]) -> str | None:
        entered = super().digits(parameters)
        return str(int(entered)) if entered and entered.isdecimal() else entered


@broken("SEQ-001")
class CutsTheOrderAtFour(CourierLine):
    """Keeps only four digits of the order."""

    def digits(self, parameters: Mapping[str, str]) -> str | None:
        entered = super().digits(parameters)
        return entered[:4] if entered else None


@broken("SEQ-054", verdict=Verdict.INFO, states=True)
class AnyPartOfAnOrder(CourierLine):
    """Finds an order by its beginning."""

    def find(self, asked: Asked) -> Order | None:
        mine = self.crm.own(asked.caller)
        return next((one for one in mine if one.number.startswith(asked.digits or "")), None)


@broken("SEQ-002")
class FirstOrderOfTheCourier(CourierLine):
    """Connects the courier's first order, whichever of their orders was typed."""

    def find(self, asked: Asked) -> Order | None:
        found = super().find(asked)
        return self.crm.own(asked.caller)[0] if found else None


@broken("REQ-002", method=Method.POST_FORM)
class RefusesPost(CourierLine):
    """Declares POST and refuses it."""

    def respond(self, request: Request) -> Reply:
        if request.method == "POST":
            return Reply(status=405, headers={"Allow": "GET"})
        return super().respond(request)


@broken("SEQ-001", method=Method.POST_FORM)
class IgnoresTheBody(CourierLine):
    """Declares POST with a form and reads the query only."""

    def parameters(self, request: Request) -> dict[str, str]:
        return super().parameters(replace(request, body=b""))


@broken("SEQ-001", method=Method.POST_JSON)
class ReadsJsonAsForm(CourierLine):
    """Declares POST with JSON and reads every body as a form."""

    def parameters(self, request: Request) -> dict[str, str]:
        return super().parameters(replace(request, headers={}))


@broken("ROBUST-025")
class DecodesTwice(CourierLine):
    """Decodes percent-encoding twice and fails on what is none the second time."""

    def parameters(self, request: Request) -> dict[str, str]:
        pairs = parse_qsl(request.query, keep_blank_values=True)
        return {name: unquote(value, errors="strict") for name, value in pairs}


@broken("SEQ-055", verdict=Verdict.INFO, states=True)
class ReadsFiveDigitsOnly(CourierLine):
    """Reads the first five digits of whatever was typed."""

    def find(self, asked: Asked) -> Order | None:
        return super().find(replace(asked, digits=(asked.digits or "")[:5]))


@broken("SEQ-053", verdict=Verdict.NONSTRICT, states=True)
class StarsFail(CourierLine):
    """Fails when a courier types a star."""

    def find(self, asked: Asked) -> Order | None:
        int((asked.digits or "").rstrip("#") or 0)
        return super().find(asked)


@broken("REQ-008", verdict=Verdict.INFO, method=Method.POST_QUERY)
class QueryOfPostIgnored(CourierLine):
    """Declares POST with a query, and reads the body only."""

    def parameters(self, request: Request) -> dict[str, str]:
        return super().parameters(replace(request, query=""))


@broken("REQ-062")
class ReadsANumber(CourierLine):
    """Reads the digits of a courier as a number, and fails on what is none."""

    def find(self, asked: Asked) -> Order | None:
        int(asked.digits or "")
        return super().find(asked)


@broken("REQ-063")
class BreaksOnHash(CourierLine):
    """Fails when a courier ends the order with a hash sign."""

    def find(self, asked: Asked) -> Order | None:
        if "#" in (asked.digits or ""):
            raise ValueError(asked.digits)
        return super().find(asked)


@broken("REQ-065")
class ZerosFindNothing(CourierLine):
    """Answers an empty object to a courier whose digits are all zeros."""

    def refuse(self, asked: Asked) -> Instruction:
        return super().refuse(asked) if (asked.digits or "").strip("0") else {}


@broken("ROBUST-103")
class LettersAreNoOrder(CourierLine):
    """Fails when letters come where a courier's order should be, and nowhere else."""

    def find(self, asked: Asked) -> Order | None:
        if any(letter.isalpha() for letter in asked.digits or ""):
            raise ValueError(asked.digits)
        return super().find(asked)


@broken("ROBUST-106")
class OrdersOfEightDigits(CourierLine):
    """Has room for eight digits of an order, and fails on four thousand."""

    def find(self, asked: Asked) -> Order | None:
        if len(asked.digits or "") > 1000:
            raise ValueError("value too long for type character varying(8)")
        return super().find(asked)


@broken("SEQ-007")
class ServesOneCourier(CourierLine):
    """Knows the orders of its first courier only; the second is sent to the operators."""

    def decide(self, asked: Asked) -> Instruction:
        second = asked.caller == OTHER_COURIER and asked.digits
        return OPERATORS if second else super().decide(asked)
