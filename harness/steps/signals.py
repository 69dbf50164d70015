"""How a step ends a scenario."""

from mockpbx.errors import UsageError


class OutcomeMissedError(AssertionError):
    """What happened on the call is not what the feature says."""


class MisuseError(UsageError):
    """The feature cannot be understood as it is; the message says what to do."""


class NotApplicableError(Exception):
    """The endpoint does not declare what the scenario needs; it was not tried."""
