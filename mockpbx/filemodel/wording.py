"""Errors in plain words: what is wrong and what to do."""

import difflib
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from mockpbx.filemodel.document import Document, Key
from mockpbx.filemodel.places import Finding


def wrong_kind(finding: Finding, wanted: list[str], document: Document) -> str:
    """Word that a value is of the wrong kind: quote it, or give another one."""
    given = finding.detail["input"]
    written = document.scalars.get(finding.key)
    if "text" in wanted and written is not None and given is not None:
        if isinstance(given, int | float) and re.match(r"[-+]?0[0-9]", written):
            return f'quote it: "{written}"; as a number {written} would lose its zeros'
        return f'quote it: "{written}" is text, not {_kind_of(given)}'
    choice = " or ".join(dict.fromkeys(wanted))
    if not finding.key and given is None:
        return f"the file is empty; give {choice}"
    return f"give {choice}, not {_kind_of(given)}"


def _kind_of(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
    return "a list" if isinstance(value, list) else "a mapping"


def in_plain_words(finding: Finding, model: type[BaseModel]) -> str:
    """Word an error so that the author knows what to do."""
    detail = finding.detail
    context = detail.get("ctx", {})
    match detail["type"]:
        case "missing":
            return f"the key {finding.key[-1]} is missing"
        case "extra_forbidden":
            known = _known_keys(model, finding.key[:-1])
            return f"unknown key {finding.key[-1]}; {suggest(str(finding.key[-1]), known)}"
        case "literal_error" | "enum":
            said = f"{_shown(detail['input'])} is not one of {context['expected']}"
            near = _nearest(detail["input"], context["expected"])
            return f"{said}; did you mean {near}?" if near else said
        case "value_error":
            return str(context["error"])
        case "string_too_short" | "too_short" if not detail["input"]:
            return "this is empty; fill it in, or remove the key"
    message = detail["msg"].replace("Input should", "this should")
    return message[:1].lower() + message[1:]


def _nearest(value: object, expected: str) -> str | None:
    """Return the word that was meant, out of ``'GET', 'POST-form' or 'POST-json'``."""
    words = re.findall(r"'([^']*)'", expected)
    near = difflib.get_close_matches(value[:100], words, n=1) if isinstance(value, str) else []
    return near[0] if near else None


def _shown(value: object) -> str:
    return f"{value!r:.60}" if isinstance(value, str | int | float) else _kind_of(value)


def suggest(name: str, known: Iterable[str]) -> str:
    """Help with a name that does not exist: name those it resembles, or all there are."""
    names = list(known)
    near = difflib.get_close_matches(name[:100], names, n=3)
    if near:
        return f"did you mean {' or '.join(near)}?"
    return f"known here: {', '.join(names)}" if names else "there are none here"


def _known_keys(model: type[BaseModel], key: Key) -> list[str]:
    """List the keys that a model, or the union's models, know at a place of a file."""
    fields = (at.model_fields.items() for at in _models_at(model, key))
    return [field.alias or name for name, field in chain.from_iterable(fields)]


def _models_at(annotation: Any, key: Key) -> Iterator[type[BaseModel]]:
    """Follow a key into the types of a model."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, type) and origin is None and issubclass(annotation, BaseModel):
        if not key:
            yield annotation
            return
        for name, field in annotation.model_fields.items():
            if key[0] == (field.alias or name):
                yield from _models_at(field.annotation, key[1:])
    elif origin is Annotated:
        yield from _models_at(inner[0], key)
    elif origin in (Union, UnionType):
        for member in inner:
            yield from _models_at(member, key)
    elif inner and key:  # the values of a mapping, the items of a list
        yield from _models_at(inner[-1 if isinstance(key[0], str) else 0], key[1:])
