"""Groups what cases came to by its cause: one fault of an endpoint shows in many cases.

A cause is known by what came back, and by what in the request brought it about: the phones of
an answer that are no list, a server error where numa is missing, a courier who is sent to the
shop. What follows from it, and what could not be seen because of it, is told under it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum

from harness.certify.assumptions import leads_nowhere
from harness.certify.model import FAILING, CaseResult, Source, Verdict
from harness.certify.reasons import LATE_KINDS, Assumption, ReasonKind, Saw
from mockpbx.core.instruction import Branch, Forward, Instruction
from mockpbx.core.observed import Failure, Observed
from mockpbx.manifest.endpoint import Endpoint
from mockpbx.manifest.facts import FACTS, FactKind, kind_of
from mockpbx.result.exchange import Exchange


class Rank(IntEnum):
    """How urgent a cause is; the most urgent comes first."""

    LEAK = 0
    """Somebody learns a number that is none of their business."""
    NOT_SERVED = 1
    """Callers do not end where they should."""
    MUST = 2
    """Something else binding is broken."""
    REMARK = 3
    """Nothing binding is broken."""


class Caller(StrEnum):
    """Who asked."""

    COURIER = "a courier"
    CUSTOMER = "a customer"
    STRANGER = "a stranger"
    HIDDEN = "a hidden caller"
    ODD = "a caller whose number is no row of digits"
    ANYBODY = "anybody"


class Entered(StrEnum):
    """What the caller had entered."""

    NOTHING = "nothing"
    OWN_ORDER = "an own order"
    WRONG_ORDER = "a wrong order"
    ODD = "what is no row of digits"
    ANYTHING = "anything"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """What in a request brings a fault about.

    Attributes:
        caller: Who asks.
        entered: What they entered.
        missing: Parameters that were not sent.
        crooked: The request is none that a PBX sends.
    """

    caller: Caller = Caller.ANYBODY
    entered: Entered = Entered.ANYTHING
    missing: frozenset[str] = frozenset()
    crooked: bool = False


EVERYTHING = Trigger()


class Symptom(StrEnum):
    """What kind of thing came back."""

    COLD_START = "cold-start"
    NO_SLOT = "no-slot"
    """A return code that no branch of the PBX scenario takes."""
    LATE = "late"
    CLOSED = "closed"
    STATUS = "status"
    FORM = "form"
    BODY = "body"
    OTHER_FAILURE = "other-failure"
    WRONG_ANSWER = "wrong-answer"
    """An instruction, and not the right one."""
    UNSET = "unset"
    """Keys that are null or empty instead of left out."""
    REQUIREMENT = "requirement"
    """Something that one requirement alone is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """By what a cause is known again.

    Attributes:
        symptom: What kind of thing came back.
        detail: Which: a status, a path in the answer, a kind of failure, an instruction.
        trigger: What brought it about.
    """

    symptom: Symptom
    detail: str = ""
    trigger: Trigger = EVERYTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One thing that is wrong, or worth a remark, and all cases that show it.

    Attributes:
        signature: By what it is known again.
        rank: How urgent it is.
        verdict: The worst that a case came to because of it.
        assumption: What must be assumed for it to be a fault, if anything.
        results: The cases; the one that tells it best comes first.
        exchange: The exchange that shows it.
    """

    signature: Signature
    rank: Rank
    verdict: Verdict
    assumption: Assumption | None
    results: tuple[CaseResult, ...]
    exchange: Exchange | None

    @property
    def lead(self) -> CaseResult:
        """The case that tells it best."""
        return self.results[0]


def causes_of(results: Sequence[CaseResult], endpoint: Endpoint) -> tuple[Cause, ...]:
    """Return the causes of whatever did not pass, the most urgent first.

    Args:
        results: What the cases of a run came to.
        endpoint: What is known of the endpoint.
    """
    judged = [result for result in results if _matters(result)]
    signatures = _of_usual_requests(judged, [_signature(one, endpoint) for one in judged], endpoint)
    merged = _merged(signatures)
    groups: dict[Signature, list[CaseResult]] = {}
    for result, signature in zip(judged, signatures, strict=True):
        groups.setdefault(merged.get(signature, signature), []).append(result)
    found = [_cause(signature, group) for signature, group in groups.items()]
    # What could not be seen because of a fault is told under it, and never by itself.
    return tuple(sorted(found, key=lambda cause: (cause.rank, -len(cause.results))))


def _matters(result: CaseResult) -> bool:
    if result.verdict in (Verdict.PASS, Verdict.ERROR):
        return False
    # Not tried or not seen, and yet because of something that was seen.
    consequence = bool(result.finding.reason.exchanges)
    return result.verdict is not Verdict.NOT_APPLICABLE or consequence


def _cause(signature: Signature, results: Sequence[CaseResult]) -> Cause:
    ordered = tuple(sorted(results, key=lambda result: _telling(result, signature)))
    verdict = min((result.verdict for result in results), key=_GRAVITY.index)
    assumptions = [result.finding.reason.assumption for result in ordered]
    assumed = next(filter(None, assumptions), None) if verdict not in FAILING else None
    return Cause(
        signature=signature,
        rank=_rank(ordered),
        verdict=verdict,
        assumption=assumed,
        results=ordered,
        exchange=_shown(ordered[0]),
    )


_GRAVITY = [
    Verdict.FAIL,
    Verdict.UNTESTABLE,
    Verdict.NONSTRICT,
    Verdict.INFO,
    Verdict.NOT_APPLICABLE,
]
_TELLS_BEST = {
    Symptom.FORM: ("REPLY",),
    Symptom.BODY: ("REPLY",),
    Symptom.UNSET: ("REPLY",),
    Symptom.NO_SLOT: ("REPLY",),
    Symptom.STATUS: ("REQ", "REPLY", "SEQ"),
    Symptom.LATE: ("TIME",),
    Symptom.CLOSED: ("REPLY",),
    Symptom.WRONG_ANSWER: ("PRIV", "SEQ", "REQ"),
}


def _telling(result: CaseResult, signature: Signature) -> tuple[int, int, int, str]:
    """Order cases by how well they tell a cause."""
    families = _TELLS_BEST.get(signature.symptom, ())
    family = result.case.family
    place = families.index(family) if family in families else len(families)
    seen = 0 if result.finding.saw is Saw.VIOLATED else 1
    return seen, place, _GRAVITY.index(result.verdict), result.case.id


def _rank(results: Sequence[CaseResult]) -> Rank:
    failing = [result for result in results if result.verdict in FAILING]
    if not failing:
        return Rank.REMARK
    violated = [result for result in failing if result.finding.saw is Saw.VIOLATED]
    if any(result.case.requirement.source is Source.PRIVACY for result in violated):
        return Rank.LEAK
    serves = ("SEQ", "REPLY", "TIME", "REQ", "CONC")
    if any(result.case.family in serves for result in failing):
        return Rank.NOT_SERVED
    return Rank.MUST


def _shown(result: CaseResult) -> Exchange | None:
    blamed = result.finding.reason.exchanges
    failed = [exchange for exchange in blamed if exchange.failure is not None]
    if blamed:
        return (*failed, *blamed)[0]
    others = [one for one in result.exchanges if one.failure is not None and not one.injected]
    return next(iter((*others, *result.exchanges[-1:])), None)


# -- signatures -------------------------------------------------------------------------


def _of_usual_requests(
    results: Sequence[CaseResult], signatures: Sequence[Signature], endpoint: Endpoint
) -> list[Signature]:
    """Take for one what comes to an unusual request, and to the same caller's usual one."""
    seen = set(signatures)
    found = []
    for result, signature in zip(results, signatures, strict=True):
        exchange, taken = _shown(result), signature
        if exchange is not None and (signature.trigger.missing or signature.trigger.crooked):
            usual = replace(signature, trigger=_who(exchange, endpoint))
            taken = usual if usual in seen else signature
        found.append(taken)
    return found


_UNSET = frozenset({"REPLY-063", "REPLY-064", "REPLY-087", "REPLY-092"})
_NO_SLOT = "REPLY-080"
_OF_ITSELF = frozenset({"REPLY", "TLS", "FALLBACK", "ROBUST", "TIME"})
"""Families whose cases tell of one thing each, where an instruction came."""


def _signature(result: CaseResult, endpoint: Endpoint) -> Signature:
    case = result.case
    if case.id in _UNSET:
        return Signature(symptom=Symptom.UNSET)
    if result.finding.reason.kind is ReasonKind.COLD_START:
        return Signature(symptom=Symptom.COLD_START)
    exchange = _shown(result)
    nowhere = case.id == _NO_SLOT or (exchange is not None and leads_nowhere(exchange, endpoint))
    if exchange is not None and exchange.failure is None and nowhere:
        return Signature(symptom=Symptom.NO_SLOT)
    if case.feature is not None and (exchange is None or exchange.failure is None):
        return Signature(symptom=Symptom.REQUIREMENT, detail=case.id)
    if exchange is None or case.family == "TLS":
        return Signature(symptom=Symptom.REQUIREMENT, detail=case.requirement.id)
    if exchange.failure is not None:
        found = _of_failure(exchange, exchange.failure, endpoint)
        plain = found.trigger.entered is Entered.NOTHING and not found.trigger.missing
        # The values are ordinary: what is odd about the request is how it was sent.
        if case.family == "ROBUST" and plain and found.trigger.caller is not Caller.ODD:
            return replace(found, trigger=Trigger(crooked=True))
        return found
    follows = result.finding.reason.kind in (ReasonKind.NO_PROOF, ReasonKind.CONSEQUENCE)
    of_itself = case.family in _OF_ITSELF or _is_right(exchange, endpoint.facts)
    if exchange.instruction is None or (of_itself and not follows):
        return Signature(symptom=Symptom.REQUIREMENT, detail=case.requirement.id)
    return Signature(
        symptom=Symptom.WRONG_ANSWER,
        detail=gist(exchange.instruction, endpoint.facts),
        trigger=_trigger(exchange, endpoint),
    )


_CLOSED = frozenset({Observed.RESET, Observed.EOF_EMPTY, Observed.EOF_PARTIAL})
_BODY = frozenset(
    {
        Observed.CONTENT_TYPE,
        Observed.CONTENT_ENCODING,
        Observed.CHARSET,
        Observed.JSON_SYNTAX,
        Observed.JSON_NOT_STRICT,
        Observed.JSON_SHAPE,
        Observed.OVERSIZE,
    }
)


def _of_failure(exchange: Exchange, failure: Failure, endpoint: Endpoint) -> Signature:
    observed = failure.observed
    trigger = _trigger(exchange, endpoint)
    if observed in LATE_KINDS:
        return Signature(symptom=Symptom.LATE, trigger=trigger)
    if observed in _CLOSED:
        return Signature(symptom=Symptom.CLOSED, trigger=trigger)
    if observed in (Observed.HTTP_STATUS, Observed.REDIRECT):
        return Signature(symptom=Symptom.STATUS, detail=str(exchange.status), trigger=trigger)
    if observed is Observed.INSTRUCTION_INVALID:
        # Wrong in the same place is wrong in the same way, whoever asked.
        path = "".join(letter for letter in failure.path or "$" if not letter.isdigit())
        return Signature(symptom=Symptom.FORM, detail=path)
    if observed in _BODY:
        return Signature(symptom=Symptom.BODY, detail=observed.value)
    return Signature(symptom=Symptom.OTHER_FAILURE, detail=observed.value)


def _is_right(exchange: Exchange, facts: Mapping[str, str]) -> bool:
    """Tell whether a courier is led to the customer of the order, as is right as such."""
    instruction, digits = exchange.instruction, exchange.params.get("input_result")
    return any(
        facts[FACTS[name].customer] in instruction.phones
        for name, value in facts.items()
        if isinstance(instruction, Forward)
        and value == digits
        and name in FACTS
        and FACTS[name].is_open
        and facts.get(FACTS[name].courier) == exchange.params.get("numa")
        and FACTS[name].customer in facts
    )


def gist(instruction: Instruction, facts: Mapping[str, str]) -> str:
    """Return an instruction in a few words; whose phones it names, where that is known."""
    match instruction:
        case Branch(codes=codes):
            return f"returned_code {', '.join(map(str, codes))}"
        case Forward(phones=()):
            return "an announcement"
        case Forward(phones=phones):
            names = {number: name for name, number in facts.items()}
            known = [names[phone].replace("_", " ") for phone in phones if phone in names]
            return f"the phone of {known[0]}" if known else "a phone"


_IDS = frozenset({"cdr_id", "call_session_id"})


def _trigger(exchange: Exchange, endpoint: Endpoint) -> Trigger:
    """Tell what is special about a request, the most telling first."""
    params = exchange.params
    ticked = endpoint.profile.ticked
    missing = (ticked - _IDS) - params.keys()
    if not _IDS & params.keys() and _IDS & ticked:
        missing |= _IDS & ticked
    if exchange.request.verbatim is not None:
        return Trigger(crooked=True)
    if missing:
        return Trigger(missing=frozenset(missing))
    return _who(exchange, endpoint)


def _who(exchange: Exchange, endpoint: Endpoint) -> Trigger:
    """Tell who asks, and what they entered."""
    params, facts = exchange.params, endpoint.facts
    caller = _caller(params.get("numa", ""), facts)
    digits = entered(params, facts)
    if caller is Caller.ODD:
        return Trigger(caller=caller)
    if digits is Entered.ODD:
        return Trigger(entered=digits)
    return Trigger(caller=caller, entered=digits)


def _caller(numa: str, facts: Mapping[str, str]) -> Caller:
    if not numa:
        return Caller.HIDDEN
    kinds = {kind_of(name) for name, value in facts.items() if value == numa}
    if FactKind.COURIER in kinds:
        return Caller.COURIER
    if FactKind.CUSTOMER in kinds:
        return Caller.CUSTOMER
    return Caller.STRANGER if numa.isascii() and numa.isdigit() else Caller.ODD


_LONGEST_ORDER = 20


def entered(params: Mapping[str, str], facts: Mapping[str, str]) -> Entered:
    """Return what the caller of a request had entered, by what is true behind the endpoint."""
    digits = params.get("input_result", "")
    if digits in ("", "None"):
        return Entered.NOTHING
    if not (digits.isascii() and digits.isdigit()) or len(digits) > _LONGEST_ORDER:
        return Entered.ODD
    own = any(
        value == digits and facts.get(FACTS[name].courier) == params.get("numa")
        for name, value in facts.items()
        if name in FACTS and FACTS[name].courier and FACTS[name].is_open
    )
    return Entered.OWN_ORDER if own else Entered.WRONG_ORDER


def _merged_absences(signatures: Sequence[Signature]) -> dict[Signature, Signature]:
    """Take what comes where several parameters are missing for what comes where one is."""
    absent = {one for one in signatures if one.trigger.missing}
    found: dict[Signature, Signature] = {}
    for one in absent:
        fewer = [
            other
            for other in absent
            if (other.symptom, other.detail) == (one.symptom, one.detail)
            and other.trigger.missing < one.trigger.missing
        ]
        if fewer:
            found[one] = min(fewer, key=lambda other: sorted(other.trigger.missing))
    return found


_MANY = 3
"""So many triggers of one and the same thing, and nobody in particular brings it about."""


def _merged(signatures: Sequence[Signature]) -> Mapping[Signature, Signature]:
    """Take for one what comes whoever asks; and what comes whatever somebody entered."""
    plain = {
        one
        for one in signatures
        if one.symptom in (Symptom.LATE, Symptom.CLOSED, Symptom.STATUS) and not one.trigger.missing
    }
    by_kind: Counter[tuple[Symptom, str]] = Counter()
    by_caller: Counter[tuple[Symptom, str, Caller]] = Counter()
    for one in plain:
        if one.trigger.entered is Entered.NOTHING:
            by_kind[one.symptom, one.detail] += 1
        by_caller[one.symptom, one.detail, one.trigger.caller] += 1
    found = _merged_absences(signatures)
    for one in plain:
        kind, caller = (one.symptom, one.detail), one.trigger.caller
        everybody = by_kind[kind] >= _MANY
        whatever = (
            by_caller[(*kind, caller)] > 1
            and Signature(
                symptom=one.symptom,
                detail=one.detail,
                trigger=Trigger(caller=caller, entered=Entered.NOTHING),
            )
            in plain
        )
        if everybody:
            found[one] = Signature(symptom=one.symptom, detail=one.detail)
        elif whatever:
            trigger = Trigger(caller=caller)
            found[one] = Signature(symptom=one.symptom, detail=one.detail, trigger=trigger)
    return found
