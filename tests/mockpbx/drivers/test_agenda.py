"""The agenda against a model: a plain list that is searched anew for what comes next."""

from dataclasses import dataclass
from itertools import count

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from mockpbx.core.events import CallerHungUp
from mockpbx.drivers.agenda import Agenda, Entry

OWNERS = st.integers(min_value=0, max_value=2)
SUBJECTS = st.sampled_from(["caller", "timer 1", "leg 1"])
TIMES = st.sampled_from([0.0, 0.1, 0.5, 5.0, 5.000001, 86_400.0])


@dataclass
class Planned:
    at: float
    place: int
    owner: int
    subject: str


class AgendaAgainstAList(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.agenda = Agenda()
        self.planned: list[Planned] = []
        self.places = count()

    @rule(at=TIMES, owner=OWNERS, subject=SUBJECTS)
    def plan(self, at: float, owner: int, subject: str) -> None:
        self.agenda.plan(at, owner, subject, CallerHungUp(at=at))
        self.planned.append(Planned(at, next(self.places), owner, subject))

    @rule(owner=OWNERS, subject=SUBJECTS)
    def call_off(self, owner: int, subject: str) -> None:
        self.agenda.call_off(owner, subject)
        self.planned = [
            each for each in self.planned if (each.owner, each.subject) != (owner, subject)
        ]

    @rule()
    def take_the_next(self) -> None:
        entry = self.agenda.pop()
        if entry is None:
            assert not self.planned
            return
        wanted = self._first()
        self.planned.remove(wanted)
        assert (entry.at, entry.owner, entry.subject) == (
            wanted.at,
            wanted.owner,
            wanted.subject,
        )
        assert entry.action == CallerHungUp(at=wanted.at)

    @invariant()
    def tells_when_the_next_thing_happens(self) -> None:
        assert self.agenda.next_at == (self._first().at if self.planned else None)

    def _first(self) -> Planned:
        return min(self.planned, key=lambda each: (each.at, each.place))


AgendaAgainstAList.TestCase.settings = settings(max_examples=60, stateful_step_count=30)
TestAgendaAgainstAList = AgendaAgainstAList.TestCase


def test_of_things_at_the_same_time_the_one_planned_first_happens_first() -> None:
    agenda = Agenda()
    for owner in (2, 0, 1):
        agenda.plan(5.0, owner, "caller", CallerHungUp(at=5.0))
    assert _owners(agenda) == [2, 0, 1]


def test_what_is_planned_anew_after_being_called_off_happens() -> None:
    agenda = Agenda()
    agenda.plan(5.0, 0, "timer 1", CallerHungUp(at=5.0))
    agenda.call_off(0, "timer 1")
    assert agenda.next_at is None
    agenda.plan(7.0, 0, "timer 1", CallerHungUp(at=7.0))
    assert agenda.next_at == 7.0


def test_calling_off_concerns_one_call_only() -> None:
    agenda = Agenda()
    agenda.plan(5.0, 0, "caller", CallerHungUp(at=5.0))
    agenda.plan(6.0, 1, "caller", CallerHungUp(at=6.0))
    agenda.call_off(0, "caller")
    assert _owners(agenda) == [1]


def test_calling_off_what_nobody_planned_does_nothing() -> None:
    agenda = Agenda()
    agenda.call_off(0, "caller")
    assert agenda.pop() is None


def _owners(agenda: Agenda) -> list[int]:
    entries: list[Entry] = []
    while (entry := agenda.pop()) is not None:
        entries.append(entry)
    return [entry.owner for entry in entries]
