"""Where in a file pydantic's errors belong."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from pydantic_core import ErrorDetails

from mockpbx.filemodel.document import Key

_KINDS = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_parsing": "a whole number",
    "float_parsing": "a number",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "dict_type": "a mapping (key: value)",
    "mapping_type": "a mapping (key: value)",
    "model_type": "a mapping (key: value)",
    "model_attributes_type": "a mapping (key: value)",
    "none_required": "nothing",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One of pydantic's errors, with the place in the file that it is about.

    Attributes:
        detail: What pydantic says.
        key: Where it is in the file.
        in_union: True if pydantic's location names more than keys of the file: the member
            of a union that the value did not fit.
    """

    detail: ErrorDetails
    key: Key
    in_union: bool

    @property
    def wanted(self) -> str | None:
        """The kind of value that was wanted, if a wrong kind is all that is wrong."""
        return _KINDS.get(self.detail["type"])

    @property
    def is_about_choice(self) -> bool:
        """Tell whether the value is none of the words that are possible."""
        return self.detail["type"] in ("literal_error", "enum")

    @property
    def is_about_length(self) -> bool:
        """Tell whether a list has too few good items."""
        return self.detail["type"] == "too_short"


def find(detail: ErrorDetails, data: object) -> Finding:
    """Translate pydantic's location, which also names union members, to the file's keys."""
    loc, wanted = detail["loc"], detail["input"]
    missing = detail["type"] == "missing"
    readings = islice(_readings(data, loc[:-1] if missing else loc), 500)
    # The input of a missing key is the mapping that lacks it, of any other error the value.
    key, _ = max(readings, key=lambda reading: (reading[1] is wanted, len(reading[0])))
    key = (*key, loc[-1]) if missing else key
    return Finding(detail=detail, key=key, in_union=len(key) < len(loc))


def _readings(value: object, loc: Key) -> Iterator[tuple[Key, object]]:
    """Return all ways to follow a location into a value, and where they end."""
    if not loc:
        yield (), value
        return
    for inner in _inside(value, loc[0]):
        for key, end in _readings(inner, loc[1:]):
            yield (loc[0], *key), end
    yield from _readings(value, loc[1:])


def _inside(value: object, part: str | int) -> list[object]:
    """Return what a mapping or a list holds at a place, if it holds something there."""
    if isinstance(value, dict) and part in value:
        return [value[part]]
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return [value[part]]
    return []
