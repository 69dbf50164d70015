"""What is said of an endpoint, or of what is declared of it, before it is judged.

Three things are told apart: our user's mistake, an endpoint that is not there, and an
endpoint that is wrong. Only the last is a matter for the certification.
"""

from dataclasses import dataclass
from enum import Enum

from mockpbx.result.exchange import Exchange


class Severity(Enum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    """Worth knowing; the certification can begin."""
    PROBLEM = "problem"


class Blame(Enum):
    """Who has to fix a problem."""

    CONFIGURATION = "configuration"
    """The user: what is declared of the endpoint is wrong or not enough."""
    UNREACHABLE = "unreachable"
    """Whoever runs the endpoint: it cannot be reached."""
    ENDPOINT = "endpoint"
    """Whoever wrote the endpoint: the certification will say more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One thing that was looked at.

    Attributes:
        name: What was looked at, in one word.
        severity: How bad it is.
        said: What was seen.
        do: What to do about it; empty if there is nothing to do.
        blame: Who has to fix it.
        exchanges: What was asked and answered to see it.
    """

    name: str
    severity: Severity
    said: str
    do: str = ""
    blame: Blame = Blame.CONFIGURATION
    exchanges: tuple[Exchange, ...] = ()


def ok(name: str, said: str) -> Diagnosis:
    """Say that all is well."""
    return Diagnosis(name=name, severity=Severity.OK, said=said)


def warning(name: str, said: str, do: str) -> Diagnosis:
    """Say what is worth knowing."""
    return Diagnosis(name=name, severity=Severity.WARNING, said=said, do=do)


def problem(name: str, said: str, do: str, blame: Blame = Blame.CONFIGURATION) -> Diagnosis:
    """Say what has to be fixed first."""
    return Diagnosis(name=name, severity=Severity.PROBLEM, said=said, do=do, blame=blame)
