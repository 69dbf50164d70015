"""A shop that is right in every respect, and what the checks say of one that was spoilt.

A spoilt shop is a function of what it is asked, and of the shop that is right::

    def forgets_the_order(asked: Asked, shop: Shop) -> Said:
        return {"returned_code": 1}

    assert certified("SEQ-001", forgets_the_order)["SEQ-001"].verdict is Verdict.FAIL
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Protocol

import pytest

from harness.certify import checks, registry
from harness.certify.model import Case, CaseResult
from harness.certify.scheduler import Certifier
from harness.certify.shared import Shared
from mockpbx.async_pbx import AsyncPbx
from mockpbx.core.scenario import Scenario
from mockpbx.manifest.endpoint import Endpoint
from mockpbx.scenario import library as scenarios
from mockpbx.wire.request import Profile

FACTS = {
    "virtual_number": "74951234567",
    "courier": "79161110001",
    "order": "10523",
    "customer": "79175968108",
    "second_order": "10524",
    "second_customer": "79175968109",
    "zero_order": "00042",
    "zero_customer": "79175968110",
    "closed_order": "10400",
    "closed_customer": "79175968111",
    "other_courier": "79161110002",
    "foreign_order": "10777",
    "foreign_customer": "79262220002",
    "single_courier": "79161110003",
    "single_order": "10601",
    "single_customer": "79262220003",
    "courier_customer": "79161110004",
    "courier_customer_order": "10701",
    "courier_customer_customer": "79262220004",
    "inactive_courier": "79161110009",
    "inactive_order": "10909",
    "inactive_customer": "79262220009",
    "unknown_order": "99999",
    "unknown_order_2": "99998",
    "unknown_order_3": "99997",
    "stranger": "79990000009",
}
"""What is true behind the shop; the same numbers as in the reference server."""

Said = Mapping[str, Any] | str | bytes | tuple[bytes | float | None, ...]


class Asked(Protocol):
    """A request as the endpoint sees it."""

    @property
    def nth(self) -> int: ...
    @property
    def method(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def parameters(self) -> Mapping[str, Any]: ...
    @property
    def caller(self) -> str: ...
    @property
    def digits(self) -> str | None: ...
    @property
    def session(self) -> str | None: ...


@dataclass(slots=True)
class Order:
    """An order on its way."""

    courier: str
    customer: str
    is_open: bool = True


def _orders() -> dict[str, Order]:
    rows = [
        ("courier", "order", "customer"),
        ("courier", "second_order", "second_customer"),
        ("courier", "zero_order", "zero_customer"),
        ("courier", "closed_order", "closed_customer"),
        ("other_courier", "foreign_order", "foreign_customer"),
        ("single_courier", "single_order", "single_customer"),
        ("courier_customer", "courier_customer_order", "courier_customer_customer"),
        ("inactive_courier", "inactive_order", "inactive_customer"),
    ]
    orders = {FACTS[order]: Order(FACTS[who], FACTS[whom]) for who, order, whom in rows}
    orders[FACTS["closed_order"]].is_open = False
    return orders


@dataclass(slots=True)
class Shop:
    """Answers the PBX; three wrong orders in a call are enough for it."""

    orders: dict[str, Order] = field(default_factory=_orders)
    idle: set[str] = field(default_factory=lambda: {FACTS["inactive_courier"]})
    said: MutableMapping[tuple[str | None, str, str], Mapping[str, Any]] = field(
        default_factory=dict
    )
    wrong: MutableMapping[tuple[str | None, str], int] = field(default_factory=dict)

    def __call__(self, asked: Asked) -> Mapping[str, Any]:
        if "state" in asked.parameters:
            self.put(asked.parameters["state"], asked.parameters["params"])
            return {}
        caller = self.number(asked.caller)
        if not self.employs(caller):
            return {"returned_code": 2}
        if asked.digits is None:
            return {"returned_code": 1}
        step = (asked.session, caller, asked.digits)
        if step not in self.said:
            self.said[step] = self.typed(*step)
        return self.said[step]

    def put(self, state: str, params: Mapping[str, str]) -> None:
        """Take on a state."""
        match state:
            case "order open":
                self.orders[params["order"]] = Order(params["courier"], params["customer"])
            case "order closed":
                self.orders[params["order"]].is_open = False
            case "order assigned":
                self.orders[params["order"]].courier = params["courier"]
            case "courier inactive":
                self.idle.add(params["courier"])
            case "courier active":
                self.idle.discard(params["courier"])

    def number(self, caller: str) -> str:
        """Bring a caller's number to one form."""
        digits = caller.strip().removeprefix("+")
        return f"7{digits[-10:]}" if digits[:-10] in ("", "8") else digits

    def employs(self, caller: str) -> bool:
        """Tell whether a caller is one of the couriers."""
        return caller not in self.idle and any(
            order.courier == caller for order in self.orders.values()
        )

    def typed(self, session: str | None, caller: str, digits: str) -> Mapping[str, Any]:
        """Look at an order that was typed."""
        wrong = self.wrong.get((session, caller), 0)
        if wrong == 3:
            return {"returned_code": 4}
        order = self.orders.get(digits)
        if order is not None and order.is_open and order.courier == caller:
            return self.connects(digits)
        self.wrong[session, caller] = wrong + 1
        return {"returned_code": 3 if wrong < 2 else 4}

    def connects(self, digits: str) -> Mapping[str, Any]:
        """Lead to the customer of an order."""
        whisper = f"A courier is calling about order {digits}"
        return {"phones": [self.orders[digits].customer], "operator_message": whisper}


Answer = Callable[[Asked, Shop], Said]


class Certified(Protocol):
    """Runs the cases whose ids begin so against a spoilt shop; None is the shop itself."""

    def __call__(
        self,
        prefix: str | tuple[str, ...],
        spoilt: Answer | None = None,
        *,
        states: bool = ...,
        scenario: Scenario | None = ...,
        profile: Mapping[str, Any] = ...,
        deadline_s: float = ...,
        without: tuple[str, ...] = ...,
        facts: Mapping[str, str] = ...,
        derives: bool = ...,
    ) -> dict[str, CaseResult]: ...


@pytest.fixture(scope="session")
def facts() -> Mapping[str, str]:
    """Return what is true behind the shop."""
    return FACTS


@pytest.fixture
def certified(endpoint: Callable[[Callable[[Asked], Said]], str]) -> Certified:
    """Certify a shop; facts are those above, without those that are withheld."""
    checks.load()

    def certify(
        prefix: str | tuple[str, ...],
        spoilt: Answer | None = None,
        *,
        states: bool = False,
        scenario: Scenario | None = None,
        profile: Mapping[str, Any] = {},
        deadline_s: float = 5.0,
        without: tuple[str, ...] = (),
        facts: Mapping[str, str] = FACTS,
        derives: bool = False,
    ) -> dict[str, CaseResult]:
        shop = Shop()
        url = endpoint(shop if spoilt is None else lambda asked: _spoilt(spoilt, asked, shop))
        target = Endpoint(
            profile=replace(Profile(url=url), **profile),
            scenario=replace(scenario or _scenario(), deadline_s=deadline_s),
            names_scenario=True,
            declares_deadline=True,
            facts={name: value for name, value in facts.items() if name not in without},
            states_url=f"{url}/states" if states else None,
        )
        cases = [case for case in registry.cases().values() if case.id.startswith(prefix)]
        target = target.with_derived_facts() if derives else target
        results = asyncio.run(_bounded(_certified(target, cases)))
        return {result.case.id: result for result in sorted(results, key=lambda one: one.case.id)}

    return certify


def _spoilt(answer: Answer, asked: Asked, shop: Shop) -> Said:
    """Answer as the spoilt shop does; states are put without spoiling anything."""
    return shop(asked) if "state" in asked.parameters else answer(asked, shop)


@cache
def _scenario() -> Scenario:
    return scenarios.load("courier-line")


async def _bounded(work: Awaitable[list[CaseResult]]) -> list[CaseResult]:
    async with asyncio.timeout(100):
        return await work


async def _certified(target: Endpoint, cases: list[Case]) -> list[CaseResult]:
    async with AsyncPbx(target) as pbx:
        shared = Shared(pbx.facts, recovery_s=0.1)
        certifier = Certifier(pbx, shared, tell=lambda _event: None, jobs=4)
        await certifier.run(cases)
    return certifier.results
