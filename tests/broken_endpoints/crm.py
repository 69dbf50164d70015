"""What is true behind the endpoints of this folder, and how tests change it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

VIRTUAL_NUMBER = "74951234567"
COURIER, OTHER_COURIER = "79161110001", "79161110002"
SINGLE_COURIER, COURIER_AND_CUSTOMER = "79161110003", "79161110004"
INACTIVE_COURIER = "79161110009"
CUSTOMER, FOREIGN_CUSTOMER = "79175968108", "79262220002"
STRANGER = "79990000009"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Who carries it to whom."""

    number: str
    courier: str
    customer: str
    is_open: bool = True


_COURIERS = frozenset({COURIER, OTHER_COURIER, SINGLE_COURIER, COURIER_AND_CUSTOMER})
_ORDERS = (
    Order(number="10523", courier=COURIER, customer=CUSTOMER),
    Order(number="10524", courier=COURIER, customer="79175968109"),
    Order(number="00042", courier=COURIER, customer="79175968110"),
    Order(number="10400", courier=COURIER, customer="79175968111", is_open=False),
    Order(number="10777", courier=OTHER_COURIER, customer=FOREIGN_CUSTOMER),
    Order(number="10601", courier=SINGLE_COURIER, customer="79262220003"),
    Order(number="10701", courier=COURIER_AND_CUSTOMER, customer="79262220004"),
    Order(number="10702", courier=OTHER_COURIER, customer=COURIER_AND_CUSTOMER),
    Order(number="10909", courier=INACTIVE_COURIER, customer="79262220009"),
)


class Crm:
    """Couriers who work here, and orders by number."""

    def __init__(self) -> None:
        self.couriers = set(_COURIERS)
        self.orders = {order.number: order for order in _ORDERS}

    def own(self, courier: str) -> list[Order]:
        """Return the open orders of a courier."""
        mine = (order for order in self.orders.values() if order.courier == courier)
        return [order for order in mine if order.is_open]

    def awaited(self, customer: str) -> list[Order]:
        """Return the open orders that somebody waits for."""
        theirs = (order for order in self.orders.values() if order.customer == customer)
        return [order for order in theirs if order.is_open]

    def put(self, state: str, params: Mapping[str, str]) -> bool:
        """Put it into a named state; tell whether that state is known."""
        match state, dict(params):
            case "order open", {"order": number, "courier": courier, "customer": customer}:
                self.orders[number] = Order(number=number, courier=courier, customer=customer)
            case "order closed", {"order": number}:
                self.orders[number] = replace(self.orders[number], is_open=False)
            case "order assigned", {"order": number, "courier": courier}:
                self.orders[number] = replace(self.orders[number], courier=courier)
            case "courier active", {"courier": courier}:
                self.couriers.add(courier)
            case "courier inactive", {"courier": courier}:
                self.couriers.discard(courier)
            case _:
                return False
        return True


STANDARD = {
    "virtual_number": VIRTUAL_NUMBER,
    "courier": COURIER,
    "order": "10523",
    "customer": CUSTOMER,
    "foreign_order": "10777",
    "foreign_customer": FOREIGN_CUSTOMER,
    "unknown_order": "99999",
    "stranger": STRANGER,
}
"""What every manifest is asked for."""

FACTS = {
    **STANDARD,
    "other_courier": OTHER_COURIER,
    "second_order": "10524",
    "second_customer": "79175968109",
    "zero_order": "00042",
    "zero_customer": "79175968110",
    "closed_order": "10400",
    "closed_customer": "79175968111",
    "single_courier": SINGLE_COURIER,
    "single_order": "10601",
    "single_customer": "79262220003",
    "courier_customer": COURIER_AND_CUSTOMER,
    "courier_customer_order": "10701",
    "courier_customer_customer": "79262220004",
    "inactive_courier": INACTIVE_COURIER,
    "inactive_order": "10909",
    "inactive_customer": "79262220009",
    "unknown_order_2": "99998",
    "unknown_order_3": "99997",
}
"""What more can be declared."""
