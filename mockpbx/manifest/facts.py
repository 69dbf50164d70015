"""The facts of a manifest: what may be known of an endpoint, in one table.

A name outside the table is the owner's own, for their call scripts and features.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class FactKind(Enum):
    """What the value of a fact is."""

    VIRTUAL_NUMBER = "virtual number"
    COURIER = "courier"
    CUSTOMER = "customer"
    STRANGER = "stranger"
    ORDER = "order"
    """Digits that a caller enters; all other kinds are phone numbers."""


PEOPLE = frozenset({FactKind.COURIER, FactKind.CUSTOMER})
"""Whose numbers nobody else may learn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A row of the table.

    Attributes:
        name: As it stands in ``[facts]``.
        kind: What its value is.
        meaning: What is true of it, for people.
        basic: Every endpoint should be described by it; the others make more cases apply.
        default: What holds where nobody says otherwise; empty if nothing does.
        courier: Of an order, the fact that names who carries it.
        customer: Of an order, the fact that names who waits for it.
        is_open: Of an order, whether it is still to be delivered.
        works: Of a courier, whether they still work.
    """

    name: str
    kind: FactKind
    meaning: str
    basic: bool = False
    default: str = ""
    courier: str = ""
    customer: str = ""
    is_open: bool = True
    works: bool = True


def _order(
    name: str,
    meaning: str,
    courier: str = "",
    customer: str = "",
    *,
    basic: bool = False,
    is_open: bool = True,
) -> Fact:
    return Fact(
        name=name,
        kind=FactKind.ORDER,
        meaning=meaning,
        basic=basic,
        courier=courier,
        customer=customer,
        is_open=is_open,
    )


def _courier(name: str, meaning: str, *, basic: bool = False, works: bool = True) -> Fact:
    return Fact(name=name, kind=FactKind.COURIER, meaning=meaning, basic=basic, works=works)


def _customer(name: str, meaning: str, *, basic: bool = False) -> Fact:
    return Fact(name=name, kind=FactKind.CUSTOMER, meaning=meaning, basic=basic)


_TABLE = (
    Fact(
        name="virtual_number",
        kind=FactKind.VIRTUAL_NUMBER,
        meaning="the shop's number, which couriers and customers call",
        basic=True,
        default="74951234567",
    ),
    _courier("courier", "a courier, known to the endpoint by this number", basic=True),
    _order("order", "an open order, carried by courier", "courier", "customer", basic=True),
    _customer("customer", "waits for order", basic=True),
    _order(
        "foreign_order",
        "an open order, carried by another courier",
        "other_courier",
        "foreign_customer",
        basic=True,
    ),
    _customer("foreign_customer", "waits for foreign_order", basic=True),
    _order("unknown_order", "no order has this number", basic=True),
    Fact(
        name="stranger",
        kind=FactKind.STRANGER,
        meaning="neither a courier nor a customer",
        basic=True,
        default="79990000009",
    ),
    _order("second_order", "another open order of courier", "courier", "second_customer"),
    _customer("second_customer", "waits for second_order"),
    _order(
        "closed_order",
        "was carried by courier and is closed",
        "courier",
        "closed_customer",
        is_open=False,
    ),
    _customer("closed_customer", "waited for closed_order"),
    _order(
        "zero_order", "an open order of courier that begins with zeros", "courier", "zero_customer"
    ),
    _customer("zero_customer", "waits for zero_order"),
    _courier("other_courier", "another courier, who carries foreign_order"),
    _courier("single_courier", "a courier with exactly one open order"),
    _order("single_order", "the open order of single_courier", "single_courier", "single_customer"),
    _customer("single_customer", "waits for single_order"),
    _courier("courier_customer", "a courier who waits for an order at home"),
    _order(
        "courier_customer_order",
        "an open order, carried by courier_customer",
        "courier_customer",
        "courier_customer_customer",
    ),
    _customer("courier_customer_customer", "waits for courier_customer_order"),
    _courier("inactive_courier", "was a courier and is none any more", works=False),
    _order(
        "inactive_order",
        "an open order, last carried by inactive_courier",
        "inactive_courier",
        "inactive_customer",
    ),
    _customer("inactive_customer", "waits for inactive_order"),
    _order("unknown_order_2", "no order has this number either"),
    _order("unknown_order_3", "nor this"),
)

FACTS = {fact.name: fact for fact in _TABLE}
"""The table by name, in the order of asking."""

BASIC = tuple(fact.name for fact in _TABLE if fact.basic)
"""What every endpoint should be described by."""

ESSENTIAL = ("courier", "order", "customer")
"""Without them hardly anything can be concluded."""

DEFAULT_FACTS = {fact.name: fact.default for fact in _TABLE if fact.default}
"""What is taken to hold where nobody says otherwise: a number to call, and one that nobody has."""


def is_of_courier_line(name: str) -> bool:
    """Tell whether a fact is about couriers, their orders, and who waits for these."""
    return kind_of(name) in PEOPLE | {FactKind.ORDER}


def kind_of(name: str) -> FactKind | None:
    """Return the kind of a fact; None for one of the owner's own."""
    fact = FACTS.get(name)
    return fact.kind if fact else None


_UNKNOWN = ("unknown_order", "unknown_order_2", "unknown_order_3")


def derived(facts: Mapping[str, str]) -> Mapping[str, str]:
    """Return facts that follow from others: orders of the right length that nobody has.

    Nobody numbers orders 99999, 99998 …; who does names unknown orders of their own.
    """
    order = facts.get("order", "")
    if not order.isdigit():
        return {}
    taken = set(facts.values())
    free = (str(number) for number in range(10 ** len(order) - 1, -1, -1))
    unknown = (number.zfill(len(order)) for number in free)
    unused = (number for number in unknown if number not in taken)
    return {name: next(unused) for name in _UNKNOWN if name not in facts}
