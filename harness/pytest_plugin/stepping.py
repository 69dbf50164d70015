"""Our steps for pytest-bdd: three definitions, behind which stands the whole vocabulary."""

import inspect
from typing import Any

from _pytest.outcomes import Skipped
from pytest_bdd import given, then, when
from pytest_bdd.parsers import StepParser

from harness.steps.signals import MisuseError, NotApplicableError
from harness.steps.story import Story
from harness.steps.vocabulary import Bound, find


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
        """Give the recognised sentence."""
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
    values = {**bound.values, **_block(call, bound, datatable, docstring)}
    if bound.nth is not None:
        if "nth" not in inspect.signature(bound.step.run).parameters:
            raise MisuseError(f"{call.place}: this step is not about one of several calls")
        values["nth"] = bound.nth
    try:
        bound.step.run(call, **values)
    except NotApplicableError as why:
        raise NotApplicableSkip(str(why)) from None


def _block(
    call: Story, bound: Bound, table: list[list[str]] | None, text: str | None
) -> dict[str, object]:
    """Give what stands below the step, if it takes anything."""
    given_below: dict[str, object] = {"table": table, "text": text}
    for kind, found in given_below.items():
        if found is not None and kind != bound.step.block:
            raise MisuseError(f"{call.place}: this step takes no {kind} below it")
    if not bound.step.block:
        return {}
    if given_below[bound.step.block] is None:
        raise MisuseError(f"{call.place}: this step wants a {bound.step.block} below it")
    return {bound.step.block: given_below[bound.step.block]}
