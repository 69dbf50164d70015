"""Leaves the endpoint as it was found: states that a scenario changed are put back."""

from collections.abc import Mapping

from harness.steps.line import Line

_ORDERS = {
    "order": ("courier", "customer", True),
    "second_order": ("courier", "second_customer", True),
    "zero_order": ("courier", "zero_customer", True),
    "closed_order": ("courier", "closed_customer", False),
    "foreign_order": ("other_courier", "foreign_customer", True),
    "single_order": ("single_courier", "single_customer", True),
    "courier_customer_order": ("courier_customer", "courier_customer_customer", True),
    "inactive_order": ("inactive_courier", "inactive_customer", True),
}
"""Who carries what to whom, and whether it is open, in the words of the manifest."""


_WORKING = ("courier", "other_courier", "single_courier", "courier_customer")
"""Who works, in the words of the manifest; anybody else is no courier when all is over."""


class Tidy:
    """Remembers what to put back.

    Args:
        line: Reaches the endpoint.
    """

    def __init__(self, line: Line) -> None:
        self._line = line
        self._touched: dict[str, None] = {}
        self._couriers: dict[str, None] = {}

    def forget_guesses(self) -> None:
        """Let the endpoint forget what earlier scenarios have guessed, if it can be told."""
        for name in ("courier", "other_courier"):
            if name in self._line.facts:
                self._line.put("guesses forgotten", {"courier": self._line.facts[name]})

    def order(self, number: str) -> None:
        """Remember that an order is changed."""
        self._touched[number] = None

    def courier(self, number: str) -> None:
        """Remember that it is changed whether somebody works."""
        self._couriers[number] = None

    def up(self) -> None:
        """Put everything back."""
        for number in self._touched:
            self._put_back(number)
        working = {self._line.facts.get(name) for name in _WORKING}
        for number in self._couriers:
            state = "courier active" if number in working else "courier inactive"
            self._line.put(state, {"courier": number})
        self._touched, self._couriers = {}, {}

    def _put_back(self, number: str) -> None:
        declared = self._declared(number)
        if declared is not None:
            courier, customer, is_open = declared
            params = {"order": number, "courier": courier, "customer": customer}
            self._line.put("order open", params)
            if is_open:
                return
        self._line.put("order closed", {"order": number})

    def _declared(self, number: str) -> tuple[str, str, bool] | None:
        facts: Mapping[str, str] = self._line.facts
        for name, (courier, customer, is_open) in _ORDERS.items():
            if facts.get(name) == number and {courier, customer} <= facts.keys():
                return facts[courier], facts[customer], is_open
        return None
