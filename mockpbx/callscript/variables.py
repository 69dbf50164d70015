"""Variables of a call script: ``${order}`` stands for a fact about the endpoint.

A form behind a colon changes a number's spelling, ``${courier:plus}``; so one fact serves
a script about number formats. `FORMS` lists the forms.
"""

import re
from collections.abc import Callable, Iterator, Mapping

Facts = Mapping[str, str]
"""What is true behind the endpoint, by name."""

FORMS: Mapping[str, Callable[[str], str]] = {
    "plus": lambda number: f"+{number}",
    "national": lambda number: f"8{number[1:]}",
    "ten": lambda number: number[1:],
    "first3": lambda number: number[:3],
    "doubled": lambda number: number + number,
    "spelled": ".".join,
}
"""``79161110001`` as ``+7916…``, ``8916…``, ``916…``, ``791``, twice over, and with pauses."""

_VARIABLE = re.compile(r"\$\{([a-z][a-z0-9_]*)(?::([a-z0-9]+))?\}")


def names(value: object) -> set[str]:
    """Name the facts that a value of a YAML file needs."""
    return {match.group(1) for text in _texts(value) for match in _VARIABLE.finditer(text)}


def unknown_forms(value: object) -> set[str]:
    """Name the forms that do not exist."""
    found = {match.group(2) for text in _texts(value) for match in _VARIABLE.finditer(text)}
    return {form for form in found if form is not None} - set(FORMS)


def fill(value: object, facts: Facts) -> object:
    """Put the facts in the place of the variables.

    Raises:
        KeyError: A fact is missing.
    """
    match value:
        case str():
            return _VARIABLE.sub(lambda found: _spelled(found, facts), value)
        case dict():
            return {fill(key, facts): fill(item, facts) for key, item in value.items()}
        case list():
            return [fill(item, facts) for item in value]
        case _:
            return value


def _spelled(found: re.Match[str], facts: Facts) -> str:
    text = facts[found.group(1)]
    return FORMS[found.group(2)](text) if found.group(2) else text


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for key, item in value.items():
                yield from _texts(key)
                yield from _texts(item)
        case list():
            for item in value:
                yield from _texts(item)
