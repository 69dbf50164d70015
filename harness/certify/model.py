"""What a certificate is made of: requirements, cases, verdicts, results.

A check says only what it saw (`Finding`). What that is worth is decided here, by the
requirement: the same observation fails a case where the vendors document a MUST, and only
informs where nobody does. An assumption therefore cannot fail an endpoint.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from harness.certify.reasons import Finding, ReasonKind, Saw
from harness.certify.shared import Stop
from mockpbx.manifest.endpoint import Endpoint
from mockpbx.result.call_result import CallResult
from mockpbx.result.exchange import Exchange


class Keyword(Enum):
    """How much a requirement binds (RFC 2119), or that nothing is specified."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"
    UNSPECIFIED = "UNSPECIFIED"


class Source(Enum):
    """Where a requirement comes from."""

    VENDOR_DOC = "vendor-doc"
    """The vendors' public documentation."""
    STANDARD = "standard"
    """HTTP, JSON, TLS or URL standards, which hold without a vendor's word."""
    PRIVACY = "privacy"
    """Who may learn whose number: the purpose of the courier line."""
    DECLARED = "declared"
    """What the manifest says of the endpoint: its owner's own statement, so it binds them."""
    DE_FACTO = "de-facto"
    """Endpoints in use do it."""
    ASSUMPTION = "assumption"
    """Nobody documents it."""


_BINDING = frozenset({Source.VENDOR_DOC, Source.STANDARD, Source.PRIVACY, Source.DECLARED})


class Verdict(Enum):
    """What a case comes to."""

    PASS = "pass"  # noqa: S105  # a verdict
    NONSTRICT = "nonstrict"
    """A SHOULD is broken."""
    FAIL = "fail"
    """A MUST is broken."""
    INFO = "info"
    """Unspecified behaviour, recorded."""
    UNTESTABLE = "untestable"
    """A prerequisite is missing though declared; counts as a failure."""
    NOT_APPLICABLE = "not-applicable"
    """A capability or a fact is not declared."""
    ERROR = "error"
    """The harness's own fault."""


class RunVerdict(Enum):
    """What a whole run comes to."""

    CERTIFIED = "certified"
    CERTIFIED_WITH_REMARKS = "certified-with-remarks"
    NOT_CERTIFIED = "not-certified"
    PARTIAL = "partial"
    """Not all cases were tried that there are: no certificate, whatever they came to."""
    ABORTED = "aborted"


class Level(Enum):
    """How much of an endpoint was looked at."""

    PROTOCOL = "protocol"
    """Its address alone is known: whether it answers as the protocol wants."""
    BEHAVIOUR = "behaviour"
    """Facts are known: whether callers end where they should."""
    COMPLETE = "complete"
    """Facts, states and the PBX scenario are known, and every branch of it was taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """A sentence that endpoints are held to.

    Attributes:
        id: Its name, small-words.
        keyword: How much it binds.
        text: The sentence.
        source: Where it comes from.
        documented: Where to read it.
        why: What goes wrong on a call when it is broken.
        fix: What to do, with a short sample where that helps.
        excluded: Why no case tests it, if none does.
    """

    id: str
    keyword: Keyword
    text: str
    source: Source
    documented: str
    why: str
    fix: str
    excluded: str | None = None

    @property
    def can_fail(self) -> bool:
        """Tell whether breaking it can fail an endpoint."""
        return self.keyword is Keyword.MUST and self.source in _BINDING

    def verdict(self, saw: Saw) -> Verdict:
        """Say what an observation is worth."""
        match saw:
            case Saw.SATISFIED:
                return Verdict.PASS
            case Saw.NOT_APPLICABLE:
                return Verdict.NOT_APPLICABLE
            case Saw.UNTESTABLE:
                # What could not even fail the endpoint when seen cannot when it is not.
                return Verdict.UNTESTABLE if self.can_fail else Verdict.NOT_APPLICABLE
            case Saw.ERROR:
                return Verdict.ERROR
        if self.can_fail:
            return Verdict.FAIL
        binds = self.keyword in (Keyword.MUST, Keyword.SHOULD)
        return Verdict.NONSTRICT if binds and self.source in _BINDING else Verdict.INFO


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test of a requirement.

    Attributes:
        id: Stable, never reused: ``REPLY-010``.
        title: What is tried, in one sentence.
        requirement: What it tests.
        needs: Facts without which it is not applicable.
        capability: What the endpoint must declare: ``https``, ``states``, or a method.
        guesses: Wrong orders that it makes the courier enter; such cases come last.
        closing: It looks whether all is as it was, when most other cases are done.
        script: The script it plays, if it plays one: an id of the catalogue, or a file.
        feature: What a case of the owner's own stands under: the title of the feature whose
            scenario it is, or that of all call scripts; None for a case of the suite.
    """

    id: str
    title: str
    requirement: Requirement
    needs: frozenset[str] = frozenset()
    capability: str | None = None
    guesses: int = 0
    closing: bool = False
    script: str | None = None
    feature: str | None = None

    @property
    def family(self) -> str:
        """The part of the id before the number: ``REPLY``."""
        return self.id.rpartition("-")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSeen:
    """A step of a scenario.

    Attributes:
        text: With its keyword.
        status: ``passed``, ``failed``, ``missed`` (a remark), ``skipped`` or ``undefined``.
    """

    text: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """What a case came to, and its evidence.

    Attributes:
        case: The case.
        verdict: What it came to.
        finding: What the check saw.
        duration_s: Real seconds.
        exchanges: What was sent and what came back, the shown ones first.
        calls: The calls that were played.
        steps: Of a scenario.
        replay: The command that runs it alone; empty for a case of the catalogue.
    """

    case: Case
    verdict: Verdict
    finding: Finding
    duration_s: float = 0.0
    exchanges: tuple[Exchange, ...] = ()
    calls: tuple[CallResult, ...] = ()
    steps: tuple[StepSeen, ...] = ()
    replay: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureUsed:
    """A file of the owner's whose cases are part of a certification: a feature, a call script.

    Attributes:
        file: As it was named.
        sha256: Of its bytes, in hexadecimal.
        scenarios: How many cases it holds.
    """

    file: str
    sha256: str
    scenarios: int


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Run:
    """A certification.

    Attributes:
        url: The endpoint.
        manifest: What was known of it, without secrets.
        started: ISO 8601, UTC.
        duration_s: Real seconds.
        results: In the order of the catalogue.
        aborted: Why it was broken off, if it was.
        named: How the command line named the endpoint, to repeat a case.
        digest: Identifies the cases it was measured by.
        version: Of the suite.
        features: Features and call scripts that it was certified by, besides the catalogue.
        endpoint: All that is known of the endpoint, its secrets included.
        level: How much of the endpoint was looked at.
        stopped: Why the endpoint was asked no more, if it was not asked to the end.
        existing: Cases that there are; fewer were chosen where the results are fewer.
    """

    url: str
    manifest: Mapping[str, object]
    started: str
    duration_s: float
    results: tuple[CaseResult, ...] = field(repr=False)  # asyncio makes the repr of what it returns
    digest: str
    version: str
    aborted: str | None = None
    named: str = ""
    features: tuple[FeatureUsed, ...] = ()
    endpoint: Endpoint = field(repr=False)
    level: Level
    stopped: Stop | None = None
    existing: int = 0
    counts: Mapping[Verdict, int] = field(init=False)

    def __repr__(self) -> str:
        """Return little: asyncio takes the repr of what a task came to, whatever its size."""
        return f"<Run of {len(self.results)} cases: {self.verdict.value}>"

    def __post_init__(self) -> None:
        """Count the verdicts."""
        found = dict.fromkeys(Verdict, 0)
        for result in self.results:
            found[result.verdict] += 1
        object.__setattr__(self, "counts", found)

    @property
    def fails(self) -> bool:
        """Tell whether a case keeps the endpoint from being certified."""
        return any(self.counts[verdict] for verdict in FAILING)

    @property
    def is_partial(self) -> bool:
        """Tell whether cases were left out that could have been tried."""
        left_out = {ReasonKind.OUT_OF_TIME, ReasonKind.STOPPED}
        short = len(self.results) < self.existing
        return short or any(one.finding.reason.kind in left_out for one in self.results)

    @property
    def verdict(self) -> RunVerdict:
        """What the run comes to."""
        if self.aborted is not None:
            return RunVerdict.ABORTED
        if self.is_partial:
            return RunVerdict.PARTIAL
        if self.fails:
            return RunVerdict.NOT_CERTIFIED
        remarks = self.counts[Verdict.NONSTRICT] + self.counts[Verdict.INFO]
        return RunVerdict.CERTIFIED_WITH_REMARKS if remarks else RunVerdict.CERTIFIED


FAILING = (Verdict.FAIL, Verdict.UNTESTABLE, Verdict.ERROR)
"""Verdicts that keep an endpoint from being certified."""
