"""What models of files are made of."""

import math
import re
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Strict,
    ValidationError,
    WithJsonSchema,
)
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import DictSchema

from mockpbx.errors import UsageError
from mockpbx.filemodel.validation import explained


class FileModel(BaseModel):
    """Base of the models of files: unknown keys are errors, values cannot be changed.

    Text is never made from numbers. Flags may be written as people do, ``yes`` or ``off``.
    For whole numbers use `Whole`, for durations `Seconds`. In Python a value is made by the
    names of its attributes, in a file by the keys, which differ where a key is a keyword.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True)

    if not TYPE_CHECKING:

        def __init__(self, /, **fields: object) -> None:
            """Make a value in Python.

            Raises:
                UsageError: With all that is wrong, by attribute.
            """
            try:
                super().__init__(**fields)
            except ValidationError as wrong:
                problems = explained(type(self), wrong, fields)
                lines = [f"{type(self).__name__}: {problem}" for problem in problems]
                raise UsageError("\n".join(lines)) from None

        # Reading a file must not come this way: there, problems have lines.
        __init__.__pydantic_base_init__ = True

    def changed(self, **changes: object) -> Self:
        """Return a copy in which some attributes are others, checked like a new value.

        Raises:
            UsageError: With all that is wrong, by attribute.
        """
        given = {name: getattr(self, name) for name in self.model_fields_set}
        return type(self)(**(given | changes))


Whole = Annotated[int, Strict()]
"""A whole number; neither text nor true/false."""


_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?(ms|s)")


def _seconds(value: object) -> float:
    """Read a duration."""
    if isinstance(value, str) and (written := _DURATION.fullmatch(value)):
        seconds = float(written[1]) / (1000 if written[2] == "ms" else 1)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        seconds = float(value) if abs(value) < 1e15 else math.inf  # noqa: PLR2004  # "huge"
    else:
        raise ValueError('give seconds: 5, 0.5, "5s" or "250ms"')
    if not 0 <= seconds < math.inf:
        raise ValueError("a duration is 0 or more seconds, and not endless")
    return seconds


Seconds = Annotated[
    float,
    BeforeValidator(_seconds),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0},
                {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)? ?(ms|s)$"},
            ]
        }
    ),
]
"""A duration in a file: ``5``, ``0.5``, ``"5s"`` or ``"250ms"``; in Python, seconds."""


class _ClosedKeys(GenerateJsonSchema):
    """Lets a pattern for keys mean that there are no others, as it does for pydantic."""

    def dict_schema(self, schema: DictSchema) -> JsonSchemaValue:
        """Describe a mapping."""
        described = super().dict_schema(schema)
        closed = {"additionalProperties": False} if "patternProperties" in described else {}
        return described | closed


def json_schema(model: type[BaseModel], *, title: str, id: str) -> dict[str, Any]:  # noqa: A002  # the keyword's name
    """Return a model's JSON Schema (draft 2020-12), for editors.

    Args:
        model: The model of a file.
        title: The schema's title.
        id: Its `$id`, an absolute URI.
    """
    schema = model.model_json_schema(schema_generator=_ClosedKeys)
    dialect = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": dialect, "$id": id, **schema, "title": title}
