"""What a scenario says of the world around its calls: facts, the PBX, the endpoint's states."""

import difflib
import re
from dataclasses import dataclass, field
from typing import Any

from harness.steps.line import Line
from harness.steps.place import Place
from harness.steps.signals import MisuseError, NotApplicableError
from harness.steps.slots import Term
from harness.steps.words import HIDDEN, OPERATORS
from mockpbx.core.scenario import ForwardTo, Scenario

_NUMBER, _FACT = re.compile(r"\+?[0-9]+"), re.compile(r"[a-z][a-z0-9_]*")


@dataclass(slots=True)
class World:
    """What is known around the calls.

    Attributes:
        line: Reaches the endpoint.
        script: Keys of a call script besides its calls.
        place: The step in hand.
    """

    line: Line
    script: dict[str, Any] = field(default_factory=dict)
    place: Place = field(default_factory=Place)

    def fact(self, name: str, *, quoted: bool = False) -> str:
        """Give a fact of the manifest.

        Args:
            name: Of the fact.
            quoted: A person wrote the name, who may have mistyped it.

        Raises:
            NotApplicableError: It is not declared.
        """
        found = self.line.facts.get(name)
        if found is None:
            near = difflib.get_close_matches(name, self.line.facts, n=1) if quoted else ()
            hint = f"; did you mean {near[0]}?" if near else ""
            raise NotApplicableError(
                f'{self.place} needs {name} = "…" in [facts] of pbx.toml{hint}'
            )
        return found

    def number(self, term: Term) -> str:
        """Give somebody's number, or an order's.

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
        """Give the numbers that a word stands for; the operators have several.

        Raises:
            MisuseError: There is none that could ring.
        """
        if term.value != OPERATORS or term.quoted:
            number = self.number(term)
            if not number:
                raise MisuseError(f"{self.place}: nobody can ring {term.text}")
            return [number]
        found = self.scenario.operations.values()
        phones = [phone for item in found if isinstance(item, ForwardTo) for phone in item.phones]
        if not phones:
            raise MisuseError(f"{self.place}: the PBX scenario has no operators; name a number")
        return phones

    @property
    def scenario(self) -> Scenario:
        """The PBX scenario of the story."""
        named = self.script.get("scenario")
        return self.line.setting.load_scenario(named) if named else self.line.setting.scenario

    def put(self, state: str, **params: str) -> None:
        """Put the endpoint into a state.

        Raises:
            NotApplicableError: It has no states address.
        """
        self.needs_states(state)
        self.line.put(state, params)

    def needs_states(self, state: str) -> None:
        """Make sure that the endpoint can be put into states.

        Raises:
            NotApplicableError: It has no states address.
        """
        if self.line.setting.put_into_state is None:
            raise NotApplicableError(
                f"{self.place} needs an endpoint that can be put into the state “{state}”: "
                "[states] url in pbx.toml"
            )
