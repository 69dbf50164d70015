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


class Tidy:
    """Remembers what to put back.

    Args:
        line: Reaches the endpoint.
    """

    def __init__(self, line: Line) -> None:
        self._line = line
        self._touched: dict[str, None] = {}
        self._dismissed: dict[str, bool] = {}

    def forget_guesses(self) -> None:
        """Let the endpoint forget what earlier scenarios have guessed, if it can be told."""
        for name in ("courier", "other_courier"):
            if name in self._line.facts:
                self._line.put("guesses forgotten", {"courier": self._line.facts[name]})

    def order(self, number: str) -> None:
        """Remember that an order is changed."""
        self._touched[number] = None

    def courier(self, number: str, *, works: bool) -> None:
        """Remember whether a courier works, before that changes."""
        self._dismissed.setdefault(number, works)

    def up(self) -> None:
        """Put everything back."""
        for number in self._touched:
            self._put_back(number)
        for number, works in self._dismissed.items():
            state = "courier active" if works else "courier inactive"
            self._line.put(state, {"courier": number})
        self._touched, self._dismissed = {}, {}

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
