"""Endpoints that connect somebody who has entered nothing with a customer who is not theirs."""

from collections.abc import Mapping

from tests.broken_endpoints.base import Asked, CourierLine, Instruction
from tests.broken_endpoints.crm import Order
from tests.broken_endpoints.register import broken


class _FindsEveryOrder(CourierLine):
    """Searches for what was entered, so that nothing finds all orders, and takes the first."""

    def digits(self, parameters: Mapping[str, str]) -> str | None:
        entered = parameters.get("input_result")
        return None if entered in (None, "None") else entered

    @property
    def first(self) -> Order:
        """The order that such a search finds first."""
        return self.crm.orders["10777"]


@broken("PRIV-067")
class EmptyIsEveryOrder(_FindsEveryOrder):
    """Takes empty input for a search that finds the first of all orders."""

    def find(self, asked: Asked) -> Order | None:
        return self.first if asked.digits == "" else super().find(asked)


@broken("PRIV-067")
class AbsentIsEveryOrder(EmptyIsEveryOrder):
    """Takes a missing parameter for a search that finds the first of all orders."""

    def digits(self, parameters: Mapping[str, str]) -> str | None:
        entered = parameters.get("input_result", "absent")
        return {"absent": "", "": None, "None": None}.get(entered, entered)


@broken("PRIV-067")
class SomebodyForTheSilent(CourierLine):
    """Connects a courier who was asked and types nothing with whoever ordered last."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[tuple[str, str]] = set()

    def instruct(self, asked: Asked) -> Instruction:
        # Not by the step of a call: the silent second question looks like the first.
        if asked.digits is not None or not self.is_courier(asked):
            return super().instruct(asked)
        with self.lock:
            was_asked = asked.call in self.asked
            self.asked.add(asked.call)
        return self.connect(self.crm.orders["10777"]) if was_asked else self.for_courier(asked)


@broken("PRIV-068")
class EmptyOpensToAnybody(_FindsEveryOrder):
    """Looks the order up before the caller, and empty input finds the first of all orders."""

    def for_others(self, asked: Asked) -> Instruction:
        found = asked.digits == "" and asked.caller
        return self.connect(self.first) if found else super().for_others(asked)


@broken("PRIV-069")
class NobodyIsEverybody(_FindsEveryOrder):
    """Searches for caller and order at once: with neither it finds everybody's."""

    def for_others(self, asked: Asked) -> Instruction:
        found = asked.digits == "" and not asked.caller
        return self.connect(self.first) if found else super().for_others(asked)


@broken("PRIV-070")
class AnotherCustomerForTheSilent(_FindsEveryOrder):
    """Asks customers for their order, and for empty input finds the first of all orders."""

    def for_others(self, asked: Asked) -> Instruction:
        found = asked.digits == "" and self.crm.awaited(asked.caller)
        return self.connect(self.first) if found else super().for_others(asked)
