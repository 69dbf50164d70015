"""Leaves the endpoint as it was found: states that a scenario changed are put back."""

from mockpbx.manifest.facts import FACTS, FactKind
from mockpbx.pbx import Pbx

_GUESSING = ("courier", "other_courier")
"""Who may have guessed orders in earlier scenarios."""


class StateRestorer:
    """Remembers what to put back.

    Args:
        pbx: Asks the endpoint.
    """

    def __init__(self, pbx: Pbx) -> None:
        self._pbx = pbx
        self._orders: dict[str, None] = {}
        self._couriers: dict[str, None] = {}

    def forget_guesses(self) -> None:
        """Let the endpoint forget what earlier scenarios have guessed, if it has states."""
        for name in _GUESSING:
            if name in self._pbx.facts:
                self._put("guesses forgotten", courier=self._pbx.facts[name])

    def order(self, number: str) -> None:
        """Remember that an order is changed."""
        self._orders[number] = None

    def courier(self, number: str) -> None:
        """Remember that it is changed whether somebody works."""
        self._couriers[number] = None

    def restore(self) -> None:
        """Put everything back."""
        orders, self._orders = self._orders, {}
        couriers, self._couriers = self._couriers, {}
        for number in orders:
            self._restore_order(number)
        for number in couriers:
            works = number in self._working()
            self._put("courier active" if works else "courier inactive", courier=number)

    def _restore_order(self, number: str) -> None:
        facts = self._pbx.facts
        for name, fact in FACTS.items():
            is_declared = fact.courier in facts and fact.customer in facts
            if facts.get(name) == number and is_declared:
                courier, customer = facts[fact.courier], facts[fact.customer]
                self._put("order open", order=number, courier=courier, customer=customer)
                if fact.is_open:
                    return
                break
        self._put("order closed", order=number)

    def _working(self) -> set[str]:
        """Return the numbers of those who work; anybody else is no courier when all is over."""
        facts = self._pbx.facts
        couriers = (fact for fact in FACTS.values() if fact.kind is FactKind.COURIER)
        return {facts[fact.name] for fact in couriers if fact.works and fact.name in facts}

    def _put(self, state: str, **params: str) -> None:
        if self._pbx.has_states:
            self._pbx.put_into_state(state, **params)
