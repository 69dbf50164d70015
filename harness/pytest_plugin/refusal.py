"""Ends a session whose endpoint cannot be asked: no test that needs it makes sense."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from _pytest.outcomes import Exit

from mockpbx.errors import EndpointError, UsageError

REFUSED = "pbx-refused"
"""A test's report carries under this name, from process to process, why no endpoint is asked."""


class EndpointRefused(Exit):
    """The endpoint cannot be asked.

    Attributes:
        reason: Why.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"pbx: {reason}", returncode=pytest.ExitCode.USAGE_ERROR)
        self.reason = reason


class RefusedInWorkerError(UsageError):
    """The same in one process of several, which cannot end them all; its report does."""


@contextmanager
def refusing(config: pytest.Config) -> Iterator[None]:
    """End the session where the endpoint cannot be asked.

    Raises:
        EndpointRefused: It cannot.
        RefusedInWorkerError: It cannot, and this is one process of several.
    """
    try:
        yield
    except (EndpointError, UsageError) as error:
        if hasattr(config, "workerinput"):
            raise RefusedInWorkerError(str(error)) from None
        raise EndpointRefused(str(error)) from None


def end_if_refused(report: pytest.TestReport) -> None:
    """End the session where one of its processes could not ask the endpoint.

    Raises:
        EndpointRefused: It could not.
    """
    refused = [reason for name, reason in report.user_properties if name == REFUSED]
    if refused and hasattr(report, "node"):  # it comes from another process
        raise EndpointRefused(str(refused[0]))
