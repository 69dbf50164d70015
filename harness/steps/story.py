"""The story of one scenario: calls are built up, and placed when somebody looks.

A story is what a step gets. It knows who is calling, what was said of the world around the
call, and, once the calls are placed, what happened on them.
"""

from dataclasses import dataclass, field
from typing import Any

from harness.steps.line import Line
from harness.steps.signals import MisuseError, NotApplicableError
from harness.steps.slots import Term
from harness.steps.tidy import Tidy
from harness.steps.words import HIDDEN, NOBODY, OPERATORS
from mockpbx.callscript.model import CallScript
from mockpbx.core.scenario import ForwardTo, Scenario
from mockpbx.drivers.play import play
from mockpbx.drivers.stage import Exchange, Played
from mockpbx.errors import CallScriptError
from mockpbx.filemodel import Document, validate

BETWEEN_CALLS_S = 120.0
"""One call is over before the next one comes, unless a feature says otherwise."""


@dataclass(slots=True, kw_only=True)
class Place:
    """Where in a feature we are.

    Attributes:
        file: The feature's file.
        line: The step's line.
        sentence: The step, with its keyword.
    """

    file: str = ""
    line: int = 0
    sentence: str = ""

    def __str__(self) -> str:
        """Give ``features/courier.feature:12: Then the caller talks to the customer``."""
        return f"{self.file}:{self.line}: {self.sentence}" if self.file else self.sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Calls that were placed together.

    Attributes:
        played: The calls.
        injected: True if failures were put in the place of outcomes.
    """

    played: tuple[Played, ...]
    injected: bool


@dataclass(slots=True)
class Story:
    """What a scenario says and what comes of it.

    Attributes:
        line: Reaches the endpoint.
        title: The scenario's title.
        script: Keys of a call script besides its calls.
        drafts: Calls that were begun and not placed yet.
        acts: What was placed.
        place: The step in hand.
        tidy: What is to be put back when the scenario is over.
    """

    line: Line
    title: str = "A call."
    script: dict[str, Any] = field(default_factory=dict)
    drafts: list[dict[str, Any]] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    place: Place = field(default_factory=Place)
    tidy: Tidy = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing to tidy up."""
        self.tidy = Tidy(self.line)

    # -- facts ------------------------------------------------------------------------

    def fact(self, name: str) -> str:
        """Give a fact of the manifest.

        Raises:
            NotApplicableError: It is not declared.
        """
        found = self.line.facts.get(name)
        if found is None:
            raise NotApplicableError(f'{self.place} needs {name} = "…" in [facts] of pbx.toml')
        return found

    def number(self, term: Term) -> str:
        """Give somebody's number, or an order's."""
        if term.value == HIDDEN and not term.quoted:
            return ""
        if term.quoted and (not term.value or term.value.isdigit() or term.value.startswith("+")):
            return term.value
        return self.fact(term.value)

    def numbers(self, term: Term) -> list[str]:
        """Give the numbers that a word stands for; the operators have several."""
        if term.value != OPERATORS or term.quoted:
            return [self.number(term)]
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

    # -- building ---------------------------------------------------------------------

    def begin(self, number: str, *, with_the_last: bool = False) -> None:
        """Begin a call."""
        last = self.drafts[-1].get("starts", 0.0) if self.drafts else -BETWEEN_CALLS_S
        starts = last if with_the_last and self.drafts else last + BETWEEN_CALLS_S
        self.drafts.append(
            {"from": number, "to": self.fact("virtual_number"), "starts": starts, "expect": {}}
        )

    @property
    def draft(self) -> dict[str, Any]:
        """The call that is being built.

        Raises:
            MisuseError: Nobody has called.
        """
        if not self.drafts:
            raise self._nobody_calls()
        return self.drafts[-1]

    def _nobody_calls(self) -> MisuseError:
        return MisuseError(
            f"{self.place}: nobody is calling yet; begin with a step like “When the courier "
            "calls” (по-русски: «Когда курьер звонит»)"
        )

    def add(self, key: str, item: object) -> None:
        """Add to a list of the script: ``failures``, ``given``."""
        self.script.setdefault(key, []).append(item)

    def ask(self, **changes: Any) -> None:
        """Say how the PBX asks."""
        self.script.setdefault("asks", {}).update(changes)

    def callee(self, term: Term, does: object) -> None:
        """Say what somebody does when their phone rings."""
        for number in self.numbers(term):
            self.script.setdefault("callees", {})[number] = does

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

    # -- placing ----------------------------------------------------------------------

    def perform(self) -> None:
        """Place the calls that were begun.

        Raises:
            MisuseError: None was, or what was said of it cannot be.
        """
        if not self.drafts:
            return
        content = {"id": "scenario", "title": self.title, "calls": self.drafts, **self.script}
        self.drafts = []
        document = Document(source=str(self.place), data=content, lines={}, scalars={})
        try:
            self.tidy.forget_guesses()
            script = validate(CallScript, document, error=CallScriptError)
            performance = self.line.run(play(script, self.line.setting))
        except CallScriptError as error:
            raise MisuseError(str(error)) from None
        self.acts.append(Act(played=performance.calls, injected=bool(script.failures)))

    @property
    def calls(self) -> tuple[Played, ...]:
        """All calls that were placed, in their order."""
        return tuple(played for act in self.acts for played in act.played)

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """All that was asked and answered on them."""
        return tuple(exchange for played in self.calls for exchange in played.exchanges)

    def call(self, caller: Term | None = None, nth: int | None = None) -> Played:
        """Give the call that an outcome is about; the calls are placed if they are not yet.

        Args:
            caller: Whose call; None for the last one.
            nth: Which of them, from 1; None for the last one.

        Raises:
            MisuseError: There is no such call.
        """
        self.perform()
        if not self.calls:
            raise self._nobody_calls()
        number = None if caller is None else self.number(caller)
        theirs = [one for one in self.calls if number in (None, one.record.numa)]
        if not theirs:
            raise MisuseError(f"{self.place}: {caller.text if caller else NOBODY} has not called")
        if nth is not None and nth > len(theirs):
            raise MisuseError(f"{self.place}: there were only {len(theirs)} calls")
        return theirs[-1 if nth is None else nth - 1]

    def injected(self, played: Played) -> bool:
        """Tell whether failures were put in place on a call."""
        return any(act.injected for act in self.acts if played in act.played)

    def close(self) -> None:
        """Put back what the scenario changed.

        Raises:
            MisuseError: A call was begun that nobody looked at.
        """
        left = len(self.drafts)
        self.drafts = []
        self.tidy.up()
        if left:
            raise MisuseError(
                f"{self.place}: a call was begun and never looked at; add a Then, or “the calls "
                "take place” (по-русски: «звонки совершаются»)"
            )
