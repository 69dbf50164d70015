"""What a scenario is worth: as much as the requirement that it proves."""

from collections.abc import Sequence

from harness.certify import registry
from harness.certify.model import Requirement, Verdict
from harness.certify.reasons import Saw
from harness.steps.scenario_result import tagged


def requirement_of(tags: Sequence[str]) -> Requirement | None:
    """Return the requirement that the tags of a scenario name, of several the one that binds most.

    None if they name none: the scenario is its owner's own word, and binds them.
    """
    known = {requirement.id: requirement for requirement in registry.requirements()}
    named = [known[name] for name in tagged(tags) if name in known]
    return min(named, key=lambda one: _ORDER.index(one.verdict(Saw.VIOLATED)), default=None)


def missed(tags: Sequence[str]) -> Verdict:
    """Say what missing a scenario comes to: a failure, or a remark."""
    requirement = requirement_of(tags)
    return requirement.verdict(Saw.VIOLATED) if requirement else Verdict.FAIL


_ORDER = (Verdict.FAIL, Verdict.NONSTRICT, Verdict.INFO)
