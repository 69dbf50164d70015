"""Endpoints that tell numbers to people who must not have them."""

import itertools
from dataclasses import replace

from harness.certify.model import Verdict
from tests.broken_endpoints.base import (
    OPERATORS,
    SHOP,
    Asked,
    CourierLine,
    Instruction,
    Reply,
    Request,
)
from tests.broken_endpoints.crm import CUSTOMER, FOREIGN_CUSTOMER, Order
from tests.broken_endpoints.register import broken


@broken("PRIV-002")
class OrderOpensToAnybody(CourierLine):
    """Connects whoever knows an order number, also a stranger."""

    def for_others(self, asked: Asked) -> Instruction:
        order = self.crm.orders.get(asked.digits or "")
        return self.connect(order) if order else SHOP


@broken("PRIV-040")
class ForeignOrderOpens(CourierLine):
    """Connects a courier with the customer of another courier's order."""

    def find(self, asked: Asked) -> Order | None:
        return self.crm.orders.get(asked.digits or "")


@broken("PRIV-050", verdict=Verdict.NONSTRICT)
class TellsForeignFromUnknown(CourierLine):
    """Tells a courier that an order exists but is another's."""

    def refuse(self, asked: Asked) -> Instruction:
        said = super().refuse(asked)
        return SHOP if asked.digits in self.crm.orders else said


@broken("PRIV-040")
class TellsForeignInWords(CourierLine):
    """Names the right courier in a reason, next to the code."""

    def refuse(self, asked: Asked) -> Instruction:
        order = self.crm.orders.get(asked.digits or "")
        reason = f"order of courier {order.courier}" if order else "no such order"
        return {**super().refuse(asked), "reason": reason}


@broken("PRIV-040")
class CustomerInTheRefusal(CourierLine):
    """Refuses another's order and leaves its customer's number in the answer."""

    def refuse(self, asked: Asked) -> Instruction:
        order = self.crm.orders.get(asked.digits or "")
        debug = {"order": order.number, "client": order.customer} if order else {}
        return {**super().refuse(asked), "debug": debug}


@broken("PRIV-001")
class CustomerInAHeader(CourierLine):
    """Sends the number of the order's customer in a header, for its own log."""

    def answer(self, asked: Asked) -> Reply:
        said = super().answer(asked)
        order = self.crm.orders.get(asked.digits or "")
        if order is None:
            return said
        return replace(said, headers={**said.headers, "X-Debug-Customer": order.customer})


@broken("PRIV-060", verdict=Verdict.NONSTRICT)
class CourierInACookie(CourierLine):
    """Sets a cookie that holds the courier's number."""

    def answer(self, asked: Asked) -> Reply:
        said = super().answer(asked)
        return replace(said, headers={**said.headers, "Set-Cookie": f"courier={asked.caller}"})


@broken("PRIV-032")
class AnotherCustomerForCustomers(CourierLine):
    """Connects a customer who calls back with another customer."""

    def for_others(self, asked: Asked) -> Instruction:
        return {"phones": [FOREIGN_CUSTOMER]} if self.crm.awaited(asked.caller) else SHOP


@broken("PRIV-063", verdict=Verdict.INFO)
class CustomerForCustomers(CourierLine):
    """Connects a customer who calls back with themselves: it dials the order's customer."""

    def for_others(self, asked: Asked) -> Instruction:
        awaited = self.crm.awaited(asked.caller)
        return self.connect(awaited[0]) if awaited else SHOP


@broken("PRIV-042", states=True)
class ClosedOrderOpens(CourierLine):
    """Connects the customer of an order that was delivered long ago."""

    def find(self, asked: Asked) -> Order | None:
        order = self.crm.orders.get(asked.digits or "")
        return order if order and order.courier == asked.caller else None


@broken("PRIV-051", verdict=Verdict.NONSTRICT)
class TellsForeignByAHeader(CourierLine):
    """Refuses all alike, and tells in a header that the order exists."""

    def answer(self, asked: Asked) -> Reply:
        said = super().answer(asked)
        if asked.digits not in self.crm.orders:
            return said
        return replace(said, headers={**said.headers, "X-Order-Status": "open"})


@broken("PRIV-061", verdict=Verdict.NONSTRICT)
class PeopleInTheErrorPage(CourierLine):
    """Shows what it knows in the page that refuses a method."""

    def respond(self, request: Request) -> Reply:
        if request.method in ("GET", "HEAD", "POST", "OPTIONS"):
            return super().respond(request)
        return Reply(status=405, body=str(self.crm.orders).encode())


@broken("PRIV-066", verdict=Verdict.NONSTRICT)
class MayBeCached(CourierLine):
    """Lets every cache on the way keep its answers for an hour."""

    def reply(self, body: bytes) -> Reply:
        said = super().reply(body)
        return replace(said, headers={**said.headers, "Cache-Control": "public, max-age=3600"})


@broken("PRIV-041")
class AnyOrderForAnUnknownOne(CourierLine):
    """Connects whoever comes first on its list when an order is not found."""

    def find(self, asked: Asked) -> Order | None:
        return super().find(asked) or self.crm.orders["10523"]


@broken("PRIV-033")
class SameCustomerForCustomers(CourierLine):
    """Connects everybody who waits for an order with the first who does."""

    def for_others(self, asked: Asked) -> Instruction:
        waits = self.crm.awaited(asked.caller) and asked.caller != CUSTOMER
        return {"phones": [CUSTOMER]} if waits else SHOP


@broken("PRIV-062", verdict=Verdict.NONSTRICT)
class NumberInWords(CourierLine):
    """Reads the customer's number out to the courier before it connects them."""

    def connect(self, order: Order) -> Instruction:
        return {"phones": [order.customer], "text": f"Connecting you with {order.customer}"}


@broken("PRIV-071", verdict=Verdict.NONSTRICT)
class TellsStrangersWhatIsReal(CourierLine):
    """Leads a stranger who types a real order to the operators, and any other to the shop."""

    def for_others(self, asked: Asked) -> Instruction:
        return OPERATORS if asked.digits in self.crm.orders else SHOP


@broken("PRIV-071", verdict=Verdict.NONSTRICT)
class DispatcherForRealOrders(CourierLine):
    """Dials the dispatcher for a stranger who types a real order, and else two who take turns."""

    def __init__(self) -> None:
        super().__init__()
        self.turns = itertools.cycle(["101", "102"])

    def for_others(self, asked: Asked) -> Instruction:
        real = asked.digits in self.crm.orders
        return {"phones": ["103" if real else next(self.turns)]}


@broken("PRIV-071", verdict=Verdict.NONSTRICT)
class TellsStrangersWhatIsDelivered(CourierLine):
    """Tells whoever types a delivered order that it is delivered."""

    def for_others(self, asked: Asked) -> Instruction:
        order = self.crm.orders.get(asked.digits or "")
        return {"text": "It is delivered."} if order and not order.is_open else SHOP


@broken("PRIV-072", verdict=Verdict.NONSTRICT)
class TellsWhoIsQuick(CourierLine):
    """Looks an order up for strangers as well, if it comes with their first question."""

    def __init__(self) -> None:
        super().__init__()
        self.known: set[tuple[str, str]] = set()

    def for_others(self, asked: Asked) -> Instruction:
        is_first = asked.call not in self.known
        self.known.add(asked.call)
        return OPERATORS if is_first and asked.digits in self.crm.orders else SHOP
