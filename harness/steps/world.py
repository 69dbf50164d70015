"""What a scenario says of the world around its calls: facts, the PBX, the endpoint's states."""

import difflib
import re
from dataclasses import dataclass, field

from harness.steps.endings import MisuseError, NotApplicableError
from harness.steps.place import Place
from harness.steps.slots import Term
from harness.steps.words import HIDDEN, OPERATORS
from mockpbx.callscript.model import ORDINARY_DAY, Asks, CalleeBehaviour, State
from mockpbx.core.scenario import ForwardTo, Scenario
from mockpbx.faults.plan import Fault
from mockpbx.pbx import Pbx
from mockpbx.scenario import library as scenarios

_NUMBER, _FACT = re.compile(r"\+?[0-9]+"), re.compile(r"[a-z][a-z0-9_]*")


@dataclass(slots=True)
class World:
    """What is known around the calls.

    Attributes:
        pbx: Places the calls.
        place: The step in hand.
        scenario: The PBX scenario, a built-in name or a file; the endpoint's own if None.
        at: When the first call comes, on the wall clock of `zone`.
        zone: The time zone.
        asks: How the PBX asks.
        callees: Who picks up and who does not, by number.
        faults: Failures in the place of what the endpoint answers.
        given: States that the endpoint is put into in the middle of a call.
    """

    pbx: Pbx
    place: Place = field(default_factory=Place)
    scenario: str | None = None
    at: str = ORDINARY_DAY
    zone: str = "Europe/Moscow"
    asks: Asks = field(default_factory=Asks)
    callees: dict[str, CalleeBehaviour] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    given: list[State] = field(default_factory=list)

    def ask(self, **changes: object) -> None:
        """Say how the PBX asks.

        Raises:
            UsageError: It cannot ask so.
        """
        self.asks = self.asks.changed(**changes)

    def callee(self, term: Term, does: CalleeBehaviour) -> None:
        """Say what somebody does when their phone rings."""
        for number in self.numbers(term):
            self.callees[number] = does

    def fact(self, name: str, *, quoted: bool = False) -> str:
        """Return a fact of the manifest.

        Args:
            name: Of the fact.
            quoted: A person wrote the name, who may have mistyped it.

        Raises:
            NotApplicableError: It is not declared.
        """
        found = self.pbx.facts.get(name)
        if found is None:
            near = difflib.get_close_matches(name, self.pbx.facts, n=1) if quoted else ()
            hint = f"; did you mean {near[0]}?" if near else ""
            raise NotApplicableError(
                f'{self.place} needs {name} = "…" in [facts] of pbx.toml{hint}'
            )
        return found

    def number(self, term: Term) -> str:
        """Return somebody's number, or an order's.

        Raises:
            MisuseError: What is in quotes can be neither a number nor a fact's name.
            NotApplicableError: It is not declared.
        """
        if term.value == HIDDEN and not term.quoted:
            return ""
        if term.value == OPERATORS and not term.quoted:
            raise MisuseError(
                f"{self.place}: the operators are several phones; name one of them in quotes"
            )
        if term.quoted and _NUMBER.fullmatch(term.value):
            return term.value
        if term.quoted and not _FACT.fullmatch(term.value):
            raise MisuseError(
                f"{self.place}: {term.text} is not known here; in quotes stands a number, digits "
                "only, or the name of a fact in pbx.toml, in small letters"
            )
        return self.fact(term.value, quoted=term.quoted)

    def numbers(self, term: Term) -> list[str]:
        """Return the numbers that a word stands for; the operators have several.

        Raises:
            MisuseError: There is none that could ring.
        """
        if term.value != OPERATORS or term.quoted:
            number = self.number(term)
            if not number:
                raise MisuseError(f"{self.place}: nobody can ring {term.text}")
            return [number]
        found = self.pbx_scenario.operations.values()
        phones = [phone for item in found if isinstance(item, ForwardTo) for phone in item.phones]
        if not phones:
            raise MisuseError(f"{self.place}: the PBX scenario has no operators; name a number")
        return phones

    @property
    def pbx_scenario(self) -> Scenario:
        """The PBX scenario that holds for the calls.

        Raises:
            UsageError: There is none of the name that was given.
        """
        return scenarios.load(self.scenario) if self.scenario else self.pbx.endpoint.scenario

    def put(self, state: str, **params: str) -> None:
        """Put the endpoint into a state.

        Raises:
            NotApplicableError: It has no states address.
        """
        self.needs_states(state)
        self.pbx.put_into_state(state, **params)

    def needs_states(self, state: str) -> None:
        """Make sure that the endpoint can be put into states.

        Raises:
            NotApplicableError: It has no states address.
        """
        if not self.pbx.has_states:
            raise NotApplicableError(
                f"{self.place} needs an endpoint that can be put into the state “{state}”: "
                "[states] url in pbx.toml"
            )
