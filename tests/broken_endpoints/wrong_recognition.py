"""Endpoints that take somebody for a courier who is none, or for another one."""

import re
from collections.abc import Mapping
from dataclasses import replace
from fnmatch import fnmatchcase

from harness.certify.model import Verdict
from tests.broken_endpoints.base import SHOP, Asked, CourierLine, Instruction, Reply
from tests.broken_endpoints.crm import Order
from tests.broken_endpoints.register import broken


@broken("PRIV-021")
class EndOfTheNumber(CourierLine):
    """Recognises a courier by a part of the number."""

    def is_courier(self, asked: Asked) -> bool:
        return any(one in asked.caller for one in self.crm.couriers)

    def find(self, asked: Asked) -> Order | None:
        order = self.crm.orders.get(asked.digits or "")
        return order if order and order.courier in asked.caller else None


@broken("ROBUST-087")
class WildcardsMatch(CourierLine):
    """Looks people up with LIKE, where a percent sign is everybody."""

    def is_courier(self, asked: Asked) -> bool:
        return any(_like(one, asked.caller) for one in self.crm.couriers)

    def find(self, asked: Asked) -> Order | None:
        for order in self.crm.orders.values():
            if order.number == asked.digits and _like(order.courier, asked.caller):
                return order if order.is_open else None
        return None


@broken("ROBUST-087")
class SqlInjection(CourierLine):
    """Glues the number into its SQL: a quote and OR make anybody a courier."""

    def is_courier(self, asked: Asked) -> bool:
        return super().is_courier(asked) or bool(re.search(r"'\s*or\b", asked.caller, re.I))

    def find(self, asked: Asked) -> Order | None:
        order = self.crm.orders.get(asked.digits or "")
        return order if order and "'" in asked.caller else super().find(asked)


@broken("PRIV-011")
class HiddenCallerIsACourier(CourierLine):
    """Matches a hidden number with a courier whose card has none."""

    def is_courier(self, asked: Asked) -> bool:
        return not asked.caller or super().is_courier(asked)

    def find(self, asked: Asked) -> Order | None:
        order = self.crm.orders.get(asked.digits or "")
        return order if order and not asked.caller else super().find(asked)


@broken("PRIV-043")
class FormerCourierServed(CourierLine):
    """Serves a courier who does not work here any more."""

    def is_courier(self, asked: Asked) -> bool:
        return any(order.courier == asked.caller for order in self.crm.orders.values())


@broken("PRIV-006")
class CalledNumberDecides(CourierLine):
    """Mixes the two numbers up: whoever calls a courier's number is the courier."""

    def answer(self, asked: Asked) -> Reply:
        known = asked.called in self.crm.couriers
        return super().answer(replace(asked, caller=asked.called) if known else asked)


@broken("PRIV-007")
class OtherParametersDecide(CourierLine):
    """Believes a parameter of its own test page before `numa`."""

    def caller(self, parameters: Mapping[str, str]) -> str:
        return parameters.get("phone") or super().caller(parameters)


@broken("PRIV-022")
class BeginningOfTheNumber(CourierLine):
    """Recognises a courier by the beginning of the number."""

    def answer(self, asked: Asked) -> Reply:
        mine = sorted(one for one in self.crm.couriers if one.startswith(asked.caller or "-"))
        return super().answer(replace(asked, caller=mine[0]) if mine else asked)


@broken("PRIV-023", verdict=Verdict.NONSTRICT)
class LastTenDigits(CourierLine):
    """Compares the last ten digits only, and so mixes countries up."""

    def caller(self, parameters: Mapping[str, str]) -> str:
        given = super().caller(parameters)
        same = (one for one in self.crm.couriers if one[-10:] == given[-10:])
        return next(same, given)


@broken("ROBUST-088")
class SqlInTheDigits(CourierLine):
    """Glues the digits into its SQL: a quote and OR find anybody's order."""

    def for_others(self, asked: Asked) -> Instruction:
        injected = re.search(r"'\s*or\b", asked.digits or "", re.IGNORECASE)
        return self.connect(self.crm.orders["10777"]) if injected else SHOP


def _like(text: str, pattern: str) -> bool:
    """Compare as SQL's LIKE does."""
    return fnmatchcase(text, pattern.replace("%", "*").replace("_", "?"))
