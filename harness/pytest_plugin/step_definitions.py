"""Our steps for pytest-bdd: three definitions, behind which stands the whole vocabulary."""

from collections.abc import Mapping
from typing import Any

from _pytest.outcomes import Skipped
from pytest_bdd import given, then, when
from pytest_bdd.parsers import StepParser

from harness.steps.endings import MisuseError, NotApplicableError
from harness.steps.story import Story
from harness.steps.vocabulary import Bound, Part, find
from mockpbx.errors import UsageError


class NotApplicableSkip(Skipped):
    """The endpoint does not declare what a scenario needs."""


class Sentence(StepParser):
    """Recognises the sentences of the vocabulary.

    Args:
        outcome: Those of Then; otherwise those of Given and When, which may stand in for
            each other.
    """

    def __init__(self, *, outcome: bool) -> None:
        super().__init__("a sentence of the vocabulary")
        self._outcome = outcome

    def is_matching(self, name: str) -> bool:
        """Tell whether it is one."""
        return find(name, outcome=self._outcome) is not None

    def parse_arguments(self, name: str) -> dict[str, Any] | None:
        """Return the recognised sentence."""
        return {"bound": find(name, outcome=self._outcome)}


@given(Sentence(outcome=False))
@when(Sentence(outcome=False))
@then(Sentence(outcome=True))
def take(
    call: Story,
    bound: Bound,
    datatable: list[list[str]] | None = None,
    docstring: str | None = None,
) -> None:
    """Take a step."""
    __tracebackhide__ = True
    try:
        _take(call, bound, {"table": datatable, "text": docstring})
    except NotApplicableError as why:
        raise NotApplicableSkip(str(why)) from None
    except MisuseError:
        raise
    except UsageError as error:
        raise MisuseError(f"{call.place}: {error}") from None


def _take(call: Story, bound: Bound, below: Mapping[str, object]) -> None:
    values = {**bound.values, **_block(call, bound, below)}
    if bound.nth is not None:
        if not bound.step.of_one_call:
            raise MisuseError(f"{call.place}: this step is not about one of several calls")
        values["nth"] = bound.nth
    if bound.step.part is Part.THEN:
        bound.step.run(call, **values)
        return
    if call.acts and call.unheard is None:
        call.unheard = call.place
    bound.step.run(call, **values)
    call.check()


_WRITTEN = {"table": "rows between | and |", "text": 'lines between """ and """'}


def _block(call: Story, bound: Bound, below: Mapping[str, object]) -> dict[str, object]:
    """Return what stands below the step, if it takes anything."""
    wanted = bound.step.block
    for kind, found in below.items():
        if found is not None and kind != wanted:
            raise MisuseError(f"{call.place}: this step takes no {kind} below it; remove it")
    if not wanted:
        return {}
    if below[wanted] is None:
        raise MisuseError(f"{call.place}: this step wants a {wanted} below it: {_WRITTEN[wanted]}")
    return {wanted: below[wanted]}
