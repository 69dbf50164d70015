"""How a step ends a scenario."""

from harness.steps.missed_outcome import MissedOutcome
from mockpbx.errors import UsageError


class OutcomeMissedError(AssertionError):
    """What happened on the call is not what the feature says.

    Attributes:
        missed: What is otherwise.
    """

    def __init__(self, missed: MissedOutcome) -> None:
        super().__init__(missed.text)
        self.missed = missed


class MisuseError(UsageError):
    """The feature cannot be understood as it is; the message says what to do."""


class NotApplicableError(Exception):
    """The endpoint does not declare what the scenario needs; it was not tried."""
