"""The story of one scenario: calls are built up, and placed when somebody looks.

A story is what a step gets. It knows who is calling, what was said of the world around the
call, and, once the calls are placed, what happened on them.
"""

from dataclasses import dataclass, field

from harness.display.counting import counted
from harness.steps.endings import MisuseError, NotApplicableError
from harness.steps.place import Place
from harness.steps.slots import Term
from harness.steps.state_restorer import StateRestorer
from harness.steps.words import NOBODY
from harness.steps.world import World
from mockpbx.callscript.model import Call, CallScript
from mockpbx.core.scenario import Interactive
from mockpbx.result.call_result import CallResult
from mockpbx.result.exchange import Exchange

BETWEEN_CALLS_S = 120.0
"""One call is over before the next one comes, unless a feature says otherwise."""

_NOBODY_YET = Call(caller="", called="0")
"""Stands for the calls of a script that has none yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Calls that were placed together.

    Attributes:
        calls: The calls.
        injected: True if failures were put in the place of outcomes.
    """

    calls: tuple[CallResult, ...]
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
        restorer: What is to be put back when the scenario is over.
    """

    title: str = "A call."
    drafts: list[Call] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    unheard: Place | None = None
    needs_question: bool = False
    restorer: StateRestorer = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing to put back."""
        self.restorer = StateRestorer(self.pbx)

    # -- building ---------------------------------------------------------------------

    def begin(self, number: str, *, with_the_last: bool = False) -> None:
        """Begin a call."""
        last = self.drafts[-1].starts if self.drafts else -BETWEEN_CALLS_S
        starts = last if with_the_last and self.drafts else last + BETWEEN_CALLS_S
        called = self.fact("virtual_number")
        self.drafts.append(Call(caller=number, called=called, starts=starts))

    @property
    def draft(self) -> Call:
        """The call that is being built.

        Raises:
            MisuseError: Nobody has called.
        """
        if not self.drafts:
            raise self._nobody_calls()
        return self.drafts[-1]

    def change(self, **changes: object) -> None:
        """Change the call that is being built.

        Raises:
            MisuseError: Nobody has called.
            UsageError: No call can be so.
        """
        self.drafts[-1] = self.draft.changed(**changes)

    def dial(self, keys: str) -> None:
        """Let the caller dial keys the next time they are asked.

        Raises:
            MisuseError: Nobody has called.
            UsageError: These are no keys.
        """
        self.change(dials=[*self.draft.dials, keys])

    def _nobody_calls(self) -> MisuseError:
        over = "the calls have taken place, and no further one has begun"
        return MisuseError(
            f"{self.place}: {over if self.acts else 'nobody is calling yet'}; begin with a step "
            "like “When the courier calls” (по-русски: «Когда курьер звонит»)"
        )

    # -- placing ----------------------------------------------------------------------

    def perform(self) -> None:
        """Place the calls that were begun.

        Raises:
            UsageError: What was said of them cannot be.
            NotApplicableError: No caller is asked for digits, and the scenario is about that.
            MisuseError: A failure, an act or a state that was written never came about.
        """
        if not self.drafts:
            return
        drafts, self.drafts, self.unheard = self.drafts, [], None
        script = self._script(drafts)
        self.restorer.forget_guesses()
        played = self.pbx.play(script)
        self.acts.append(Act(calls=played.calls, injected=bool(script.faults)))
        if self.needs_question and not any(map(self._is_asked, played.calls)):
            raise NotApplicableError("the endpoint connects this caller without a question")
        if played.undone:
            raise MisuseError(f"this never took place, so it shows nothing: {played.undone[0]}")

    def check(self) -> None:
        """See that what was said so far can be played.

        Raises:
            UsageError: It cannot.
        """
        self._script(self.drafts or [_NOBODY_YET])

    def _script(self, calls: list[Call]) -> CallScript:
        return CallScript(
            id="scenario",
            title=self.title,
            calls=calls,
            scenario=self.scenario,
            at=self.at,
            zone=self.zone,
            asks=self.asks,
            callees=self.callees,
            faults=self.faults,
            given=self.given,
        )

    def _is_asked(self, call: CallResult) -> bool:
        """Tell whether a call came to an operation that collects digits."""
        operations = self.pbx_scenario.operations
        entered = [operations.get(step.operation) for step in call.record.path]
        return any(isinstance(one, Interactive) and one.collect is not None for one in entered)

    @property
    def calls(self) -> tuple[CallResult, ...]:
        """All calls that were placed, in their order."""
        return tuple(call for act in self.acts for call in act.calls)

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """All that was asked and answered on them."""
        return tuple(exchange for call in self.calls for exchange in call.exchanges)

    def call(self, caller: Term | None = None, nth: int | None = None) -> CallResult:
        """Return the call that an outcome is about, placed now if it was not yet.

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

    def injected(self, call: CallResult) -> bool:
        """Tell whether failures were put in place on a call."""
        return any(act.injected for act in self.acts if any(call is one for one in act.calls))

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
        self.restorer.restore()
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
