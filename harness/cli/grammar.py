"""What all commands share in how they read the command line: options that come in groups.

A group is a dataclass whose fields are options, declared once; a command takes it whole::

    @command
    def replay(url: Url = None, *, endpoint: EndpointOptions, shown: ExchangeOptions) -> Exit: ...
"""

import functools
import inspect
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import MISSING, Field, fields, is_dataclass
from inspect import Parameter
from typing import Annotated, Any, get_args, get_type_hints

import typer
from typer.models import ParameterInfo

from harness.cli.exits import Exit, complain
from mockpbx.errors import PbxError


def command(function: Callable[..., Exit | None]) -> Callable[..., None]:
    """Make a command of a function: with the options of its groups one by one, and an exit code.

    Args:
        function: Takes groups of options besides its own; an exit code that it returns ends
            the program, and an error of ours is one line.
    """
    hints = get_type_hints(function, include_extras=True)
    groups: dict[str, Any] = {name: kind for name, kind in hints.items() if is_dataclass(kind)}
    options = {name: list(_parameters(kind)) for name, kind in groups.items()}

    @functools.wraps(function)
    def run(**given: Any) -> None:
        for name, kind in groups.items():
            given[name] = kind(**{one.name: given.pop(one.name) for one in options[name]})
        try:
            code = function(**given)
        except PbxError as error:
            raise complain(error) from None
        if code:
            raise typer.Exit(code)

    parameters: list[Parameter] = []
    for name, parameter in inspect.signature(function, eval_str=True).parameters.items():
        own = parameter.replace(kind=Parameter.KEYWORD_ONLY)
        parameters += options[name] if name in groups else [own]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # typer reads it
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    return run


def _parameters(group: Any) -> Iterator[Parameter]:
    """Return the options of a group; its docstring's first line is their headline in the help."""
    headline = (inspect.getdoc(group) or "").splitlines()[0].rstrip(".")
    hints = get_type_hints(group, include_extras=True)
    for field in fields(group):
        yield Parameter(
            field.name,
            Parameter.KEYWORD_ONLY,
            default=_default(field),
            annotation=_under(headline, hints[field.name]),
        )


def _default(field: "Field[Any]") -> Any:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return Parameter.empty if field.default is MISSING else field.default


def _under(headline: str, annotation: Any) -> Any:
    """Return an annotation whose option stands under a headline."""
    kind, info = get_args(annotation)
    under: ParameterInfo = copy(info)
    under.rich_help_panel = headline
    return Annotated[kind, under]
