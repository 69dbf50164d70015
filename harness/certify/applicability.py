"""Which cases can be judged with what is known of an endpoint, and which cannot."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from harness.certify import registry
from harness.certify.model import Case
from harness.certify.reasons import Finding, Reason, lacking, not_applicable
from harness.certify.sentences import reason_sentence
from harness.doctor.diagnosis import Diagnosis, ok, warning
from mockpbx.callscript import library
from mockpbx.manifest.facts import ESSENTIAL, is_of_courier_line


def inapplicable(
    case: Case,
    facts: Collection[str],
    capabilities: Collection[str],
    own_line: str | None = None,
) -> Finding | None:
    """Return what is lacking for a case to be judged; None if nothing is.

    Args:
        case: The case.
        facts: Names of what is known of the endpoint.
        capabilities: What it declares: ``https``, ``states``, its methods.
        own_line: The scenario's name, if it is another line than the courier's.
    """
    missing = sorted(facts_needed(case) - set(facts))
    if own_line is not None and any(map(is_of_courier_line, missing)):
        return not_applicable(
            f"the scenario “{own_line}” is a line of its own: [facts] tell of no order that "
            "callers enter"
        )
    if missing:
        return lacking(facts=tuple(missing))
    if case.capability is not None and case.capability not in capabilities:
        return lacking(capability=case.capability)
    return None


def facts_needed(case: Case) -> frozenset[str]:
    """Name the facts that a case needs, those of its script included."""
    if case.script is None:
        return case.needs
    (script,) = library.find(case.script)
    return case.needs | script.needs


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """Cases that are not applicable for one and the same reason.

    Attributes:
        reason: Why, as the report will say it.
        missing: Facts that would make them apply; none if it is something else.
        cases: The cases.
    """

    reason: str
    missing: tuple[str, ...]
    cases: tuple[Case, ...]


def lost(
    facts: Mapping[str, str], capabilities: frozenset[str], own_line: str | None = None
) -> tuple[Lost, ...]:
    """Return the cases that are not applicable, by reason; what is lost most comes first."""
    found: dict[Reason, list[Case]] = {}
    for case in registry.cases().values():
        lack = inapplicable(case, facts, capabilities, own_line)
        if lack is not None:
            found.setdefault(lack.reason, []).append(case)
    return tuple(
        Lost(reason=reason_sentence(reason), missing=reason.missing_facts, cases=tuple(cases))
        for reason, cases in sorted(found.items(), key=lambda item: -len(item[1]))
    )


def coverage(
    facts: Mapping[str, str], capabilities: frozenset[str], own_line: str | None = None
) -> Diagnosis:
    """Say how many cases apply, and what would make more of them apply."""
    every = len(registry.cases())
    reasons = lost(facts, capabilities, own_line)
    applicable = every - sum(len(reason.cases) for reason in reasons)
    said = f"{applicable} of {every} cases apply"
    missing = [name for name in ESSENTIAL if name not in facts]
    if own_line is not None:
        own = "your features and call scripts say what is right on it: [certify] in pbx.toml"
        return ok("coverage", f"{said} to “{own_line}”, a line of its own; {own}")
    if not missing:
        return ok("coverage", said)
    do = "give them in [facts] of pbx.toml; pbx init asks for them"
    return warning("coverage", f"{said}: nothing is known of {', '.join(missing)}", do)
