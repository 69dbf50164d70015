"""The data of a fresh CRM: a fixed cast that tests rely on, and a crowd drawn from a seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from faker import Generator
from faker.providers.person.ru_RU import Provider as People

from reference_server.domain import Courier, CourierKind, Order, OrderStatus

VIRTUAL_NUMBER = "74951234567"

COURIER = "79161110001"
OTHER_COURIER = "79161110002"
SINGLE_ORDER_COURIER = "79161110003"
COURIER_AND_CUSTOMER = "79161110004"
INACTIVE_COURIER = "79161110009"

ORDER, CUSTOMER = "10523", "79175968108"
SECOND_ORDER, SECOND_CUSTOMER = "10524", "79175968109"
ZEROS_ORDER, ZEROS_CUSTOMER = "00042", "79175968110"
CLOSED_ORDER, CLOSED_CUSTOMER = "10400", "79175968111"
FOREIGN_ORDER, FOREIGN_CUSTOMER = "10777", "79262220002"
SINGLE_ORDER, SINGLE_CUSTOMER = "10601", "79262220003"
ORDER_OF_COURIER_AND_CUSTOMER, THEIR_CUSTOMER = "10701", "79262220004"
ORDER_FOR_COURIER_AND_CUSTOMER = "10702"
INACTIVE_ORDER, INACTIVE_CUSTOMER = "10909", "79262220009"

STRANGER = "79990000009"
UNKNOWN_ORDER = "99999"
NEVER_ORDERS = frozenset(
    {UNKNOWN_ORDER, "99998", "99997", "99996", "12354", "11111", "123", "1234567"}
)
"""Numbers that no order ever gets, for those who need a wrong one."""

_OPEN, _CLOSED = OrderStatus.OPEN, OrderStatus.CLOSED
_OWN, _OUTSIDE = CourierKind.OWN, CourierKind.OUTSIDE

_CAST = (
    (COURIER, "Анна Курьерова", _OWN, True),
    (OTHER_COURIER, "Борис Сторонний", _OUTSIDE, True),
    (SINGLE_ORDER_COURIER, "Вера Одинцова", _OUTSIDE, True),
    (COURIER_AND_CUSTOMER, "Глеб Двойнов", _OWN, True),
    (INACTIVE_COURIER, "Дарья Бывшая", _OUTSIDE, False),
)
CAST_COURIERS = tuple(
    Courier(phone=phone, name=name, kind=kind, active=active) for phone, name, kind, active in _CAST
)

_CAST_DELIVERIES = (
    (ORDER, COURIER, CUSTOMER, _OPEN),
    (SECOND_ORDER, COURIER, SECOND_CUSTOMER, _OPEN),
    (ZEROS_ORDER, COURIER, ZEROS_CUSTOMER, _OPEN),
    (CLOSED_ORDER, COURIER, CLOSED_CUSTOMER, _CLOSED),
    (FOREIGN_ORDER, OTHER_COURIER, FOREIGN_CUSTOMER, _OPEN),
    (SINGLE_ORDER, SINGLE_ORDER_COURIER, SINGLE_CUSTOMER, _OPEN),
    (ORDER_OF_COURIER_AND_CUSTOMER, COURIER_AND_CUSTOMER, THEIR_CUSTOMER, _OPEN),
    (ORDER_FOR_COURIER_AND_CUSTOMER, OTHER_COURIER, COURIER_AND_CUSTOMER, _OPEN),
    (INACTIVE_ORDER, INACTIVE_COURIER, INACTIVE_CUSTOMER, _OPEN),
)
CAST_ORDERS = tuple(
    Order(number=number, courier=courier, customer=customer, status=status)
    for number, courier, customer, status in _CAST_DELIVERIES
)

MOST_COURIERS = 10_000
MOST_ORDERS = 50_000
"""Five digits give ninety thousand numbers; half of them keeps the drawing quick."""

# The cast's numbers all begin otherwise, so nobody drawn can be taken for one of them.
_CROWD_PREFIX = "7903"


FACTS = {
    "virtual_number": VIRTUAL_NUMBER,
    "courier": COURIER,
    "order": ORDER,
    "customer": CUSTOMER,
    "second_order": SECOND_ORDER,
    "second_customer": SECOND_CUSTOMER,
    "zero_order": ZEROS_ORDER,
    "zero_customer": ZEROS_CUSTOMER,
    "closed_order": CLOSED_ORDER,
    "closed_customer": CLOSED_CUSTOMER,
    "other_courier": OTHER_COURIER,
    "foreign_order": FOREIGN_ORDER,
    "foreign_customer": FOREIGN_CUSTOMER,
    "single_courier": SINGLE_ORDER_COURIER,
    "single_order": SINGLE_ORDER,
    "single_customer": SINGLE_CUSTOMER,
    "courier_customer": COURIER_AND_CUSTOMER,
    "courier_customer_order": ORDER_OF_COURIER_AND_CUSTOMER,
    "courier_customer_customer": THEIR_CUSTOMER,
    "inactive_courier": INACTIVE_COURIER,
    "inactive_order": INACTIVE_ORDER,
    "inactive_customer": INACTIVE_CUSTOMER,
    "unknown_order": UNKNOWN_ORDER,
    "unknown_order_2": "99998",
    "unknown_order_3": "99997",
    "stranger": STRANGER,
}
"""What is true of a fresh CRM, by the names that a manifest of the test harness uses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """The rows of a fresh CRM."""

    couriers: tuple[Courier, ...]
    orders: tuple[Order, ...]


def make_seed(number: int, couriers: int, orders: int) -> Seed:
    """Draw the rows; the same arguments give the same rows.

    The cast is always there, also when fewer couriers or orders are asked for.
    """
    draw = random.Random(number)  # noqa: S311 - invented people, not secrets
    phones = _phones(draw, couriers + orders)
    crowd = _draw_couriers(draw, phones, max(0, couriers - len(CAST_COURIERS)))
    carriers = [courier.phone for courier in crowd] or [SINGLE_ORDER_COURIER]
    # The single-order courier is to stay one as long as anybody else can carry.
    drawn = _draw_orders(draw, phones, carriers, max(0, orders - len(CAST_ORDERS)))
    return Seed(couriers=CAST_COURIERS + crowd, orders=CAST_ORDERS + drawn)


def _phones(draw: random.Random, count: int) -> Iterator[str]:
    for tail in draw.sample(range(10_000_000), count):
        yield f"{_CROWD_PREFIX}{tail:07d}"


def _draw_couriers(draw: random.Random, phones: Iterator[str], count: int) -> tuple[Courier, ...]:
    # Of all that Faker can invent, names alone: to load the rest takes longer than to draw.
    generator = Generator()
    generator.seed_instance(draw.getrandbits(32))
    people = People(generator)
    generator.add_provider(people)
    return tuple(
        Courier(
            phone=next(phones),
            name=people.name(),
            kind=draw.choice((_OWN, _OUTSIDE)),
            active=draw.random() < 0.9,  # noqa: PLR2004 - a shop has a few former couriers
        )
        for _ in range(count)
    )


def _draw_orders(
    draw: random.Random, phones: Iterator[str], carriers: list[str], count: int
) -> tuple[Order, ...]:
    taken = NEVER_ORDERS | {order.number for order in CAST_ORDERS}
    drawn = map(str, draw.sample(range(10_000, 100_000), count + len(taken)))
    free = [number for number in drawn if number not in taken]
    return tuple(
        Order(
            number=number,
            courier=draw.choice(carriers),
            customer=next(phones),
            status=draw.choice((_OPEN, _OPEN, _CLOSED)),
        )
        for number in free[:count]
    )
