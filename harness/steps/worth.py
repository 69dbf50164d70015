"""What a scenario is worth: as much as the requirement that it proves."""

from collections.abc import Sequence

from harness import registry
from harness.model import Requirement, Saw, Verdict
from harness.steps.scenario import tagged


def requirement_of(tags: Sequence[str]) -> Requirement | None:
    """Give the requirement that the tags of a scenario name, of several the one that binds most.

    None if they name none: the scenario is its owner's own word, and binds them.
    """
    known = {requirement.id: requirement for requirement in registry.requirements()}
    named = [known[name] for name in tagged(tags) if name in known]
    return min(named, key=lambda one: _ORDER.index(one.verdict(Saw.BROKEN)), default=None)


def missed(tags: Sequence[str]) -> Verdict:
    """Say what missing a scenario comes to: a failure, or a remark."""
    requirement = requirement_of(tags)
    return requirement.verdict(Saw.BROKEN) if requirement else Verdict.FAIL


_ORDER = (Verdict.FAIL, Verdict.NONSTRICT, Verdict.INFO)
