"""Why a case came to what it did, as data; `harness.certify.sentences` puts it into words."""

from dataclasses import dataclass
from enum import Enum, StrEnum

from mockpbx.callscript.expectations import Miss
from mockpbx.core.observed import Failure, Observed
from mockpbx.result.exchange import Exchange


class Saw(Enum):
    """What a check saw."""

    SATISFIED = "satisfied"
    """The requirement is satisfied."""
    VIOLATED = "violated"
    UNTESTABLE = "untestable"
    """What was declared is not there, so it cannot be seen."""
    NOT_APPLICABLE = "not-applicable"
    """There was nothing to judge."""
    ERROR = "error"
    """The check itself broke down: our own fault, and nothing is known of the endpoint."""


class ReasonKind(StrEnum):
    """What kind of thing was seen."""

    AS_REQUIRED = "as-required"
    NO_INSTRUCTION = "no-instruction"
    """A request brought no instruction; the exchange holds the failure."""
    COLD_START = "cold-start"
    """The very first request was late, and the next one was not."""
    LATE = "late"
    """No whole answer came within the deadline."""
    BROKE_DOWN = "broke-down"
    """A server error, or a connection that was ended instead of an answer."""
    OTHERWISE = "otherwise"
    """Instructions came, and something about them or about the call is not as required."""
    EXPECTATION_MISSED = "expectation-missed"
    """An expectation of a call script or a feature was not met."""
    MISSING_FACT = "missing-fact"
    MISSING_CAPABILITY = "missing-capability"
    NOTHING_TO_JUDGE = "nothing-to-judge"
    NO_CONNECTION = "no-connection"
    NO_PROOF = "no-proof"
    """What was declared is not there, so nothing can be concluded."""
    BROKEN_OFF = "broken-off"
    """The case took longer than any case may."""
    CHECK_FAILED = "check-failed"
    """An exception in a check."""
    NEVER_TOOK_PLACE = "never-took-place"
    """The fault, act or state that the case is about did not come about."""
    CONSEQUENCE = "consequence"
    """Not tried: it would only have met again what others met three times."""
    OUT_OF_TIME = "out-of-time"
    """Not tried: the run took long, and its requirement was tried by another case."""
    STOPPED = "stopped"
    """Not tried: the endpoint throttles, or has shut us out."""


class Assumption(StrEnum):
    """What must be assumed for something to be a fault: nobody documents it."""

    REDIRECT = "redirect"
    FORM = "form"
    DEADLINE = "deadline"
    PARAMETERS = "parameters"
    HIDDEN_CALLER = "hidden-caller"
    SCENARIO = "scenario"
    DERIVED_FACT = "derived-fact"
    PACE = "pace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a reason is about.

    Attributes:
        caller: The number of the caller whose call it was; None if no call is meant.
        request_id: The request, counted from 1; None if no single one is meant.
        path: JSON path within the answer; None if the answer as a whole is meant.
    """

    caller: str | None = None
    request_id: int | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a case came to what it did.

    Attributes:
        kind: What kind of thing was seen.
        subject: What it is about.
        expected: What the requirement wants in this case; empty if nothing was missed.
        received: What was seen.
        exchanges: The exchanges that show it.
        misses: Expectations of a call script or a feature that were not met.
        missing_facts: Facts without which the case cannot be tried.
        capability: What the endpoint does not declare and the case needs.
        traceback: Of an exception in the check.
        assumption: What must be assumed for this to be a fault, if anything.
    """

    kind: ReasonKind
    subject: Subject = Subject()
    expected: str = ""
    received: str = ""
    exchanges: tuple[Exchange, ...] = ()
    misses: tuple[Miss, ...] = ()
    missing_facts: tuple[str, ...] = ()
    capability: str = ""
    traceback: str = ""
    assumption: Assumption | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check saw, and why that is what it saw."""

    saw: Saw
    reason: Reason


def satisfied(received: str = "") -> Finding:
    """Return that the requirement is satisfied, and what shows it."""
    return Finding(saw=Saw.SATISFIED, reason=Reason(kind=ReasonKind.AS_REQUIRED, received=received))


def violated(
    *,
    expected: str,
    received: str,
    blamed: tuple[Exchange, ...] = (),
    assumption: Assumption | None = None,
    kind: ReasonKind | None = None,
) -> Finding:
    """Return that the requirement is violated.

    Args:
        expected: What it wants in this case.
        received: What was seen instead.
        blamed: The exchanges that show it; the first says what kind of thing it is.
        assumption: What must be assumed for it to be a fault.
        kind: What kind of thing it is, where the exchanges do not tell.
    """
    reason = Reason(
        kind=kind or _kind(blamed),
        subject=_subject(blamed),
        expected=expected,
        received=received,
        exchanges=blamed,
        assumption=assumption,
    )
    return Finding(saw=Saw.VIOLATED, reason=reason)


def missed(misses: tuple[Miss, ...], *, blamed: tuple[Exchange, ...] = ()) -> Finding:
    """Return that expectations of a call script or a feature were not met."""
    reason = Reason(
        kind=ReasonKind.EXPECTATION_MISSED,
        subject=_subject(blamed),
        expected="; ".join(f"{miss.what}: {miss.expected}" for miss in misses),
        received="; ".join(miss.received for miss in misses),
        exchanges=blamed,
        misses=misses,
    )
    return Finding(saw=Saw.VIOLATED, reason=reason)


def untestable(
    received: str,
    kind: ReasonKind = ReasonKind.NO_PROOF,
    *,
    blamed: tuple[Exchange, ...] = (),
) -> Finding:
    """Return that what was declared is not there, so that nothing can be concluded.

    Args:
        received: What was seen.
        kind: What kind of thing it is.
        blamed: The exchanges that show it; the first says what it follows from.
    """
    reason = Reason(kind=kind, subject=_subject(blamed), received=received, exchanges=blamed)
    return Finding(saw=Saw.UNTESTABLE, reason=reason)


def not_applicable(received: str, kind: ReasonKind = ReasonKind.NOTHING_TO_JUDGE) -> Finding:
    """Return that there was nothing to judge."""
    return Finding(saw=Saw.NOT_APPLICABLE, reason=Reason(kind=kind, received=received))


def lacking(*, facts: tuple[str, ...] = (), capability: str = "") -> Finding:
    """Return that the endpoint does not declare what the case needs."""
    kind = ReasonKind.MISSING_FACT if facts else ReasonKind.MISSING_CAPABILITY
    reason = Reason(kind=kind, missing_facts=facts, capability=capability)
    return Finding(saw=Saw.NOT_APPLICABLE, reason=reason)


def check_failed(error: Exception, traceback: str) -> Finding:
    """Return that the check itself broke down."""
    reason = Reason(
        kind=ReasonKind.CHECK_FAILED,
        received=f"{type(error).__name__}: {error}",
        traceback=traceback,
    )
    return Finding(saw=Saw.ERROR, reason=reason)


LATE_KINDS = frozenset({Observed.DEADLINE, Observed.READ_TIMEOUT, Observed.LATE})
"""Failures that only mean that no whole answer came in time."""
_ENDED = frozenset({Observed.RESET, Observed.EOF_EMPTY, Observed.EOF_PARTIAL})
_SERVER_ERROR = 500


def _kind(blamed: tuple[Exchange, ...]) -> ReasonKind:
    """Tell from the first exchange what kind of thing was seen."""
    failure = _failure(blamed)
    if failure is None:
        return ReasonKind.OTHERWISE
    if failure.observed in LATE_KINDS:
        return ReasonKind.LATE
    status = blamed[0].status
    if failure.observed in _ENDED or (status is not None and status >= _SERVER_ERROR):
        return ReasonKind.BROKE_DOWN
    return ReasonKind.NO_INSTRUCTION


def _subject(blamed: tuple[Exchange, ...]) -> Subject:
    if not blamed:
        return Subject()
    failure = _failure(blamed)
    return Subject(
        caller=blamed[0].params.get("numa"),
        request_id=blamed[0].request_id,
        path=failure.path if failure else None,
    )


def _failure(blamed: tuple[Exchange, ...]) -> Failure | None:
    return blamed[0].failure if blamed else None
