"""What the shell completes: ids of cases and scripts, PBX scenarios, faults.

Everything is imported when it is asked for: a key press must not wait for the engine.
"""

from collections.abc import Iterable


def case_ids(incomplete: str) -> list[str]:
    """Complete the id of a case."""
    from harness.certify import registry  # noqa: PLC0415

    return _beginning(incomplete.upper(), registry.cases())


def case_lists(incomplete: str) -> list[str]:
    """Complete the last id or family of a list with commas."""
    from harness.certify import registry  # noqa: PLC0415

    before, comma, last = incomplete.rpartition(",")
    found = _beginning(last.upper(), [*registry.FAMILIES, *registry.cases()])
    return [f"{before}{comma}{one}" for one in found]


def explained(incomplete: str) -> list[str]:
    """Complete the id of a case or a requirement."""
    from harness.certify import registry  # noqa: PLC0415

    requirements = (requirement.id for requirement in registry.requirements())
    return [*case_ids(incomplete), *_beginning(incomplete, requirements)]


def scenarios(incomplete: str) -> list[str]:
    """Complete the name of a built-in PBX scenario."""
    from mockpbx.scenario.library import builtin_names  # noqa: PLC0415

    return _beginning(incomplete, builtin_names())


def scripts(incomplete: str) -> list[str]:
    """Complete the id of a call script of the catalogue."""
    from mockpbx.callscript.library import CATALOGUE, catalogue  # noqa: PLC0415

    return _beginning(incomplete, [CATALOGUE, *(script.id for script in catalogue())])


def faults(incomplete: str) -> list[str]:
    """Complete the name of a fault."""
    from mockpbx.faults.plan import FAULTS  # noqa: PLC0415

    return _beginning(incomplete, sorted(FAULTS))


def _beginning(incomplete: str, words: Iterable[str]) -> list[str]:
    return [word for word in words if word.startswith(incomplete)]
