"""The story of one scenario: calls are built up, and placed when somebody looks.

A story is what a step gets. It knows who is calling, what was said of the world around the
call, and, once the calls are placed, what happened on them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.reports.words import counted
from harness.steps.place import Place
from harness.steps.signals import MisuseError, NotApplicableError
from harness.steps.slots import Term
from harness.steps.tidy import Tidy
from harness.steps.words import NOBODY
from harness.steps.world import World
from mockpbx.callscript.model import CallScript
from mockpbx.core.scenario import Interactive
from mockpbx.drivers.play import play
from mockpbx.drivers.stage import Exchange, Played
from mockpbx.errors import CallScriptError
from mockpbx.filemodel import Document, validate

BETWEEN_CALLS_S = 120.0
"""One call is over before the next one comes, unless a feature says otherwise."""

_NOBODY_YET: dict[str, Any] = {"from": "", "to": "0", "expect": {}}
"""Stands for the calls of a script that has none yet."""


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
class Story(World):
    """What a scenario says and what comes of it.

    Attributes:
        title: The scenario's title.
        drafts: Calls that were begun and not placed yet.
        acts: What was placed.
        unheard: A step after the calls that no further call has come after yet.
        needs_question: The scenario is about callers who are asked for digits.
        tidy: What is to be put back when the scenario is over.
    """

    title: str = "A call."
    drafts: list[dict[str, Any]] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    unheard: Place | None = None
    needs_question: bool = False
    tidy: Tidy = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing to tidy up."""
        self.tidy = Tidy(self.line)

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
        over = "the calls have taken place, and no further one has begun"
        return MisuseError(
            f"{self.place}: {over if self.acts else 'nobody is calling yet'}; begin with a step "
            "like “When the courier calls” (по-русски: «Когда курьер звонит»)"
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

    # -- placing ----------------------------------------------------------------------

    def perform(self) -> None:
        """Place the calls that were begun.

        Raises:
            MisuseError: None was, or what was said of it cannot be.
            NotApplicableError: No caller is asked for digits, and the scenario is about that.
        """
        if not self.drafts:
            return
        drafts, self.drafts, self.unheard = self.drafts, [], None
        script = self._script(drafts)
        self.tidy.forget_guesses()
        performance = self.line.run(play(script, self.line.setting))
        self.acts.append(Act(played=performance.calls, injected=bool(script.failures)))
        if self.needs_question and not any(map(self._is_asked, performance.calls)):
            raise NotApplicableError("the endpoint connects this caller without a question")

    def check(self) -> None:
        """See that what was said so far can be played.

        Raises:
            MisuseError: It cannot.
        """
        self._script(self.drafts or [_NOBODY_YET])

    def _script(self, calls: Sequence[dict[str, Any]]) -> CallScript:
        content = {"id": "scenario", "title": self.title, "calls": calls, **self.script}
        document = Document(source=str(self.place), data=content, lines={}, scalars={})
        try:
            return validate(CallScript, document, error=CallScriptError)
        except CallScriptError as error:
            said = "; ".join(map(str, error.problems))
            raise MisuseError(f"{self.place}: {said}") from None

    def _is_asked(self, played: Played) -> bool:
        """Tell whether a call came to an operation that collects digits."""
        entered = [self.scenario.operations.get(step.operation) for step in played.record.path]
        return any(isinstance(one, Interactive) and one.collect is not None for one in entered)

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
            were = "was" if len(theirs) == 1 else "were"
            raise MisuseError(f"{self.place}: there {were} only {counted(len(theirs), 'call')}")
        return theirs[-1 if nth is None else nth - 1]

    def injected(self, played: Played) -> bool:
        """Tell whether failures were put in place on a call."""
        return any(act.injected for act in self.acts if played in act.played)

    def give_up(self) -> None:
        """Expect no more of it: the scenario never came so far."""
        self.drafts, self.unheard = [], None

    def close(self) -> None:
        """Put back what the scenario changed.

        Raises:
            MisuseError: A call was begun that nobody looked at, or something was said after the
                calls that changes none.
        """
        left, unheard = len(self.drafts), self.unheard
        self.give_up()
        self.tidy.up()
        if unheard is not None and not left:
            raise MisuseError(
                f"{unheard}: no call comes after this, so it changes nothing; move it above the "
                "call, or let somebody call again"
            )
        if left:
            raise MisuseError(
                f"{self.place}: a call was begun and never looked at; add a Then, or “the calls "
                "take place” (по-русски: «звонки совершаются»)"
            )
