"""What tests everywhere start commands with."""

from collections.abc import Iterator

import pytest

from tests.warm_start import WarmStart


@pytest.fixture(scope="session")
def warm_start() -> Iterator[WarmStart]:
    """Start commands without their imports."""
    start = WarmStart()
    yield start
    start.close()
