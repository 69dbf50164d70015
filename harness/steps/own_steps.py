"""Finds the fields of a project's own pytest-bdd steps, for editors, which must know them."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

_FIELD = re.compile(r"\{(\w+(?::\w+)?)\}")
_DECORATORS = ("given", "when", "then", "step")
_PARSERS = ("parse", "cfparse")


def fields(folder: Path, patterns: Iterable[str]) -> list[str]:
    """Return the fields of ``parsers.parse`` in files: ``seconds:d``, each once.

    Args:
        folder: Where the project is.
        patterns: Which files of it, like ``steps/**/*.py``.
    """
    files = {path for pattern in patterns for path in folder.glob(pattern)}
    found = [field for path in sorted(files) for field in _fields(path)]
    return list(dict.fromkeys(found))


def _fields(path: Path) -> Iterator[str]:
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError, OSError):
        return  # somebody is at work on it; pytest will say what is wrong
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                yield from _FIELD.findall(_parsed(decorator))


def _parsed(decorator: ast.expr) -> str:
    """Return the text of ``@given(parsers.parse("…"))``; empty if it is something else."""
    parser = _argument(decorator, _DECORATORS)
    text = _argument(parser, _PARSERS) if parser else None
    if isinstance(text, ast.Constant) and isinstance(text.value, str):
        return text.value
    return ""


def _argument(call: ast.expr, names: Iterable[str]) -> ast.expr | None:
    """Return the first argument of a call of one of these names."""
    if not isinstance(call, ast.Call) or not call.args:
        return None
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return call.args[0] if name in names else None
