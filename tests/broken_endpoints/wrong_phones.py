"""Endpoints that name phones in a way that nobody can dial."""

from harness.certify.model import Verdict
from tests.broken_endpoints.base import Asked, CourierLine, Instruction
from tests.broken_endpoints.crm import VIRTUAL_NUMBER, Order
from tests.broken_endpoints.register import broken


@broken("REPLY-051")
class KeyPhone(CourierLine):
    """Names the customer under `phone` instead of `phones`."""

    def connect(self, order: Order) -> Instruction:
        return {"phone": order.customer}


@broken("REPLY-051")
class KeyCapitalPhones(CourierLine):
    """Names the customer under `Phones`, with a capital."""

    def connect(self, order: Order) -> Instruction:
        return {"Phones": [order.customer]}


@broken("REPLY-060")
class PhonesAsString(CourierLine):
    """Gives `phones` as one string instead of a list."""

    def connect(self, order: Order) -> Instruction:
        return {"phones": order.customer}


@broken("REPLY-061")
class PhonesAsNumbers(CourierLine):
    """Gives `phones` as numbers instead of strings."""

    def connect(self, order: Order) -> Instruction:
        return {"phones": [int(order.customer)]}


@broken("REPLY-062")
class PhonesEmpty(CourierLine):
    """Gives an empty list of `phones` for an order that is not found."""

    def refuse(self, asked: Asked) -> Instruction:
        super().refuse(asked)
        return {"phones": []}


@broken("REPLY-065")
class PhonesWithPlus(CourierLine):
    """Gives `phones` with a plus."""

    def connect(self, order: Order) -> Instruction:
        return {"phones": [f"+{order.customer}"]}


@broken("REPLY-066")
class PhonesSpelled(CourierLine):
    """Gives `phones` as people write them, with brackets and dashes."""

    def connect(self, order: Order) -> Instruction:
        number = order.customer
        return {"phones": [f"{number[0]} ({number[1:4]}) {number[4:7]}-{number[7:]}"]}


@broken("REPLY-067")
class PhonesNested(CourierLine):
    """Gives `phones` as a list of objects."""

    def connect(self, order: Order) -> Instruction:
        return {"phones": [{"number": order.customer}]}


@broken("REPLY-062")
class PhonesNull(CourierLine):
    """Gives `phones` as null to whoever is no courier."""

    def for_others(self, _asked: Asked) -> Instruction:
        return {"phones": None}


@broken("REPLY-071", verdict=Verdict.INFO)
class OwnNumber(CourierLine):
    """Names the caller's own number: the PBX would call who is calling."""

    def connect(self, order: Order) -> Instruction:
        return {"phones": [order.courier, order.customer]}


@broken("REPLY-072", verdict=Verdict.INFO)
class VirtualNumber(CourierLine):
    """Names the virtual number: the call would come back to the PBX."""

    def for_others(self, _asked: Asked) -> Instruction:
        return {"phones": [VIRTUAL_NUMBER]}


@broken("REPLY-070", verdict=Verdict.INFO)
class PhonesTwice(CourierLine):
    """Names the same number twice."""

    def connect(self, order: Order) -> Instruction:
        return {"phones": [order.customer] * 2}


@broken("REPLY-068")
class PhonesInWords(CourierLine):
    """Names the shop by a word instead of a number."""

    def for_others(self, _asked: Asked) -> Instruction:
        return {"phones": ["shop"]}


@broken("REPLY-100")
class PhonesUnfilled(CourierLine):
    """Leaves a placeholder of its template where the number should be."""

    def connect(self, _order: Order) -> Instruction:
        return {"phones": ["{{ order.customer }}"]}
