"""What a scenario changes is put back as the facts say it was."""

from collections.abc import Mapping

import pytest

from harness.steps.state_restorer import StateRestorer
from mockpbx.manifest.facts import FACTS, Fact, FactKind
from mockpbx.pbx import Pbx

VALUES = {name: str(1000 + place) for place, name in enumerate(FACTS)}


States = list[tuple[str, dict[str, str]]]


class RecordingPbx(Pbx):
    """Keeps the states that the endpoint would be put into."""

    def __init__(self, facts: Mapping[str, str], *, has_states: bool = True) -> None:
        super().__init__("http://a.invalid/", facts=facts)
        self.states: States = []
        self._has_states = has_states

    @property
    def has_states(self) -> bool:
        return self._has_states

    def put_into_state(self, state: str, **params: str) -> None:
        self.states.append((state, params))


def restored(facts: Mapping[str, str], *, order: str = "", courier: str = "") -> States:
    pbx = RecordingPbx(facts)
    restorer = StateRestorer(pbx)
    if order:
        restorer.order(order)
    if courier:
        restorer.courier(courier)
    restorer.restore()
    return pbx.states


CARRIED = [fact for fact in FACTS.values() if fact.courier]


@pytest.mark.parametrize("fact", CARRIED, ids=[fact.name for fact in CARRIED])
def test_an_order_is_put_back_as_the_table_of_facts_says(fact: Fact) -> None:
    number = VALUES[fact.name]
    people = {"courier": VALUES[fact.courier], "customer": VALUES[fact.customer]}
    states = [("order open", {"order": number, **people})]
    states += [] if fact.is_open else [("order closed", {"order": number})]
    assert restored(VALUES, order=number) == states


def test_an_order_that_nobody_declared_is_closed() -> None:
    assert restored(VALUES, order="777") == [("order closed", {"order": "777"})]
    unknown = VALUES["unknown_order"]
    assert restored(VALUES, order=unknown) == [("order closed", {"order": unknown})]


COURIERS = [fact for fact in FACTS.values() if fact.kind is FactKind.COURIER]


@pytest.mark.parametrize("name", [fact.name for fact in COURIERS])
def test_whoever_worked_works_again(name: str) -> None:
    state = "courier active" if FACTS[name].works else "courier inactive"
    assert restored(VALUES, courier=VALUES[name]) == [(state, {"courier": VALUES[name]})]


def test_anybody_else_is_no_courier() -> None:
    assert restored(VALUES, courier="777") == [("courier inactive", {"courier": "777"})]


def test_an_endpoint_without_states_is_left_alone() -> None:
    pbx = RecordingPbx(VALUES, has_states=False)
    restorer = StateRestorer(pbx)
    restorer.order(VALUES["order"])
    restorer.forget_guesses()
    restorer.restore()
    assert pbx.states == []


def test_all_is_put_back_once() -> None:
    pbx = RecordingPbx(VALUES)
    restorer = StateRestorer(pbx)
    restorer.order(VALUES["order"])
    restorer.restore()
    restorer.restore()
    assert len(pbx.states) == 1
