"""Hides numbers in what pytest shows of an error, and leaves it in its parts.

pytest makes the line of its short summary, and JUnit XML its message, of one of the parts.
"""

from collections.abc import Callable
from typing import Any

import pytest
from _pytest._code.code import TerminalRepr


def hide(report: pytest.TestReport, mask: Callable[[str], str]) -> None:
    """Hide numbers in the error of a report."""
    report.longrepr = _hidden(report.longrepr, mask)
    if mask(report.longreprtext) != report.longreprtext:
        report.longrepr = mask(report.longreprtext)  # a part that is no text holds a number


def _hidden(part: Any, mask: Callable[[str], str]) -> Any:
    match part:
        case str():
            return mask(part)
        case list():
            return [_hidden(one, mask) for one in part]
        case tuple():
            return tuple(_hidden(one, mask) for one in part)
        case TerminalRepr():
            for name, one in list(vars(part).items()):
                object.__setattr__(part, name, _hidden(one, mask))
    return part
