"""Whether the facts of a manifest can be true."""

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

import phonenumbers

from harness.display.counting import counted
from harness.doctor.diagnosis import Diagnosis, problem, warning
from mockpbx.core.scenario import Interactive, Scenario
from mockpbx.manifest.facts import FACTS, FactKind, is_of_courier_line
from mockpbx.scenario.library import is_builtin

_DIGITS = frozenset("0123456789")
_KEYS = _DIGITS | frozenset("*#")
_LONGEST_EXTENSION = 6
_NATIONAL_RUSSIAN = 11
_WITHOUT_COUNTRY = 10


# -- what is wrong ----------------------------------------------------------------------


def examine(
    facts: Mapping[str, str], scenario: Scenario, entered: Collection[str] = ()
) -> Iterator[Diagnosis]:
    """Say what is wrong with facts; nothing if they can be true.

    Args:
        facts: The facts, by name.
        scenario: The PBX scenario, which says how many digits can be typed.
        entered: Facts that somebody enters in call scripts and features of the owner's.
    """
    is_own_line = not is_builtin(scenario) and not any(map(is_of_courier_line, facts))
    for name, value in facts.items():
        fact = FACTS.get(name)
        if fact is None and name in entered:
            yield from _entered(name, value, scenario)
        elif fact is None:
            # On a line of its own all names are the owner's.
            yield from () if is_own_line else _unknown(name)
        elif fact.kind is FactKind.ORDER:
            yield from _order(name, value, scenario)
        else:
            yield from _number(name, value)
    yield from _same(facts)


def _number(name: str, value: str) -> Iterator[Diagnosis]:
    if not value or not set(value) <= _DIGITS:
        # No example: it would be masked, as every number of a person is.
        do = "write digits alone, with the country code: no plus, no spaces, no hyphens"
        yield problem("facts", f"{name} is {value!r}, which is not digits alone", do)
    elif len(value) == _NATIONAL_RUSSIAN and value.startswith("8"):
        do = f"the PBX sends numbers with the country code: 7{value[1:]}"
        yield warning("facts", f"{name} is {value}, as it is dialled within Russia", do)
    elif len(value) == _WITHOUT_COUNTRY and value.startswith("9"):
        do = f"the PBX sends numbers with the country code: 7{value}"
        yield warning("facts", f"{name} is {value}, which lacks the country code", do)
    elif len(value) > _LONGEST_EXTENSION and not _is_possible(value):
        do = "the PBX sends numbers in the form of E.164 without plus, such as 79161110001"
        yield warning("facts", f"{name} is {value}, which is no possible phone number", do)


def _is_possible(number: str) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(f"+{number}"))
    except phonenumbers.NumberParseException:
        return False


def _order(name: str, value: str, scenario: Scenario) -> Iterator[Diagnosis]:
    longest = typed_at_most(scenario)
    if not value or not set(value) <= _KEYS:
        said = f"{name} is {value!r}, which nobody can type on a phone"
        yield problem("facts", said, "give an order whose number has digits only, or leave it out")
    elif longest is not None and len(value) > longest:
        said = f"{name} has {len(value)} digits, and the scenario collects {longest}"
        do = (
            "it can never be typed: give a shorter order, or a scenario with a longer "
            "access_code_length (scenario.use in pbx.toml)"
        )
        yield problem("facts", said, do)


def _entered(name: str, value: str, scenario: Scenario) -> Iterator[Diagnosis]:
    """Compare what is entered with what is asked for."""
    lengths = _lengths(scenario)
    if not value or not set(value) <= _KEYS:
        said = f"{name} is {value!r}, which nobody can type on a phone"
        yield problem("facts", said, "give digits only, or let no script and no feature enter it")
    elif lengths and len(value) not in lengths:
        asked = " or ".join(map(str, lengths))
        said = f"{name} has {counted(len(value), 'digit')}, and the scenario asks for {asked}"
        do = "correct access_code_length in the scenario, unless it is entered wrongly on purpose"
        yield warning("facts", said, do)


def typed_at_most(scenario: Scenario) -> int | None:
    """Return how many digits a caller can type into one question; None if there is none."""
    return max(_lengths(scenario), default=None)


def _lengths(scenario: Scenario) -> list[int]:
    """Return how many digits the questions of a scenario ask for."""
    lengths = {
        operation.collect.length
        for operation in scenario.operations.values()
        if isinstance(operation, Interactive) and operation.collect is not None
    }
    return sorted(lengths)


def _unknown(name: str) -> Iterator[Diagnosis]:
    """Point out a likely slip; other names are for the user's own call scripts."""
    near = get_close_matches(name, FACTS, n=1, cutoff=0.8)
    if near:
        said, do = f"no case uses the fact {name}", f"did you mean {near[0]}?"
        yield warning("facts", said, do)


_MAY_BE_SAME = frozenset({"second_customer", "zero_customer"})
"""A customer may wait for several orders."""


def _same(facts: Mapping[str, str]) -> Iterator[Diagnosis]:
    """Object to two facts that are one: then nobody could tell who was reached."""
    first: dict[str, str] = {}
    for name in FACTS:
        if name not in facts or name in _MAY_BE_SAME:
            continue
        earlier = first.setdefault(facts[name], name)
        if earlier != name:
            said = f"{earlier} and {name} are the same: {facts[name]}"
            do = f"give different ones, or leave {name} out: otherwise nobody can tell them apart"
            yield problem("facts", said, do)
