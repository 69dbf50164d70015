"""Which correct endpoints are tried by each run of the tests, and which by `make test-all` only.

To try all cases, or all features, on all of them takes longer than all other tests together.
"""

from collections.abc import Iterable, Mapping

import pytest

from tests.broken_endpoints.register import Style

ALWAYS: Mapping[Style, str] = {
    Style.PLAIN: "plain",
    Style.RAW: "hand-written",
    Style.FLASK: "flask-tutorial",
    Style.NODE: "node-correct",
}
"""One correct endpoint for each style, which is tried always."""


def swept(names: Iterable[str]) -> list[pytest.ParameterSet]:
    """Return parameters: those that are not tried always are marked as a sweep."""
    return [
        pytest.param(name, marks=() if name in ALWAYS.values() else pytest.mark.sweep)
        for name in names
    ]
