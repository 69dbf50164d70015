"""Puts causes into words: what is wrong, and what to do about what was observed.

The advice follows from the answer that was seen, not from the case that met it first, quotes
the answer's own words where it has any, and fits any language.
"""

from collections.abc import Callable, Mapping

from harness.certify.causes import Caller, Cause, Entered, Rank, Symptom, Trigger
from harness.certify.reasons import Assumption
from harness.certify.sentences import sentence
from harness.doctor.answer_words import quoted, reports_error
from mockpbx.core.instruction import Branch
from mockpbx.core.scenario import Interactive
from mockpbx.manifest.endpoint import Endpoint
from mockpbx.manifest.facts import DEFAULT_FACTS
from mockpbx.result.exchange import Exchange

_MOST_NAMED = 2
"""Parameters that are named one by one."""


def title(cause: Cause) -> str:
    """Return what is wrong, in one sentence without a full stop."""
    signature, exchange = cause.signature, cause.exchange
    when = _when(signature.trigger)
    detail = exchange.failure.detail if exchange is not None and exchange.failure else ""
    match signature.symptom:
        case Symptom.LATE:
            return f"{_sentence_of(detail)} {when}".strip()
        case Symptom.CLOSED:
            return f"The connection is ended without a whole answer {when}".strip()
        case Symptom.STATUS:
            return f"{detail} {when}".strip()
        case Symptom.FORM:
            return detail
        case Symptom.BODY | Symptom.OTHER_FAILURE:
            return _sentence_of(detail)
        case Symptom.COLD_START:
            waited = f"{exchange.elapsed_s:.1f} s" if exchange is not None else "the deadline"
            return f"The first caller after a pause waits in vain: no answer within {waited}"
        case Symptom.NO_SLOT:
            return f"No branch of the scenario takes {_codes(cause)}, which leads nowhere"
        case Symptom.UNSET:
            return "Keys that are not set are sent as null or empty"
        case Symptom.WRONG_ANSWER:
            return f"{_sentence_of(_asks(signature.trigger))} is answered {signature.detail}"
    return _sentence_of(cause.lead.case.title if _is_vague(cause) else sentence(cause.lead.finding))


def _codes(cause: Cause) -> str:
    instruction = cause.exchange.instruction if cause.exchange is not None else None
    codes = instruction.codes if isinstance(instruction, Branch) else ()
    return f"returned_code {', '.join(map(str, codes))}"


def _is_vague(cause: Cause) -> bool:
    return not cause.lead.finding.reason.received


def _sentence_of(text: str) -> str:
    return text[:1].upper() + text[1:] if text[:1].islower() else text


def _when(trigger: Trigger) -> str:
    """Say when something happens, for the end of a sentence; nothing if always."""
    if trigger.crooked:
        return "to a request that no PBX sends so"
    if trigger.missing:
        names = sorted(trigger.missing)
        if len(names) > _MOST_NAMED:
            return "when hardly any parameter is sent"
        return f"when {' and '.join(names)} {'is' if len(names) == 1 else 'are'} not sent"
    if trigger.caller is Caller.ANYBODY and trigger.entered is Entered.ANYTHING:
        return ""
    return f"for {_asks(trigger)}"


def _asks(trigger: Trigger) -> str:
    who = trigger.caller.value
    if trigger.entered is Entered.ANYTHING:
        return who
    return f"{who} who has entered {trigger.entered.value}"


# -- what to do -----------------------------------------------------------------------------


def advice(cause: Cause, endpoint: Endpoint, mask: Callable[[str], str]) -> str:
    """Return what to do about it.

    Args:
        cause: What is wrong.
        endpoint: What is known of the endpoint.
        mask: Hides numbers in what is quoted; samples of ours are nobody's.
    """
    said = mask(quoted(cause.exchange))
    words = f" Its answer says: {said}" if said else ""
    match cause.signature.symptom:
        case Symptom.STATUS:
            return _of_status(cause, endpoint) + words
        case Symptom.LATE:
            return _of_lateness(cause, endpoint)
        case Symptom.CLOSED:
            return (
                "The server ended the connection instead of answering: look into its log for a "
                "crash of the handler or the worker, and catch what went wrong there."
            )
        case Symptom.COLD_START:
            return (
                "Keep the endpoint awake: one instance always on, or a request a minute; what it "
                "loads at its first request it can load when it starts."
            )
        case Symptom.NO_SLOT if not endpoint.names_scenario:
            return (
                "Name the PBX scenario, with the codes that lead somewhere: [scenario] use in "
                f"pbx.toml. {endpoint.scenario.name}, which was taken, has the codes "
                f"{', '.join(_slots(endpoint))}."
            )
        case Symptom.FORM if reports_error(cause.exchange):
            return (
                "The endpoint reports an error of its own instead of an instruction, and with a "
                f"status of success: look for what failed there.{words}"
            )
        case Symptom.UNSET:
            return "Leave out the keys that are not set: most serializers have a switch for it."
        case Symptom.BODY if said:
            return f"{cause.lead.case.requirement.fix}{words}"
    fix = cause.lead.case.requirement.fix
    return f"{_HINT_OF_LOCK} {fix}" if _may_be_locked(cause, endpoint) else fix


_HINT_OF_LOCK = (
    "If it locks couriers who guess, an earlier run may have locked this one: make it forget that "
    "(a state, “guesses forgotten”, does it before each run), or name another courier."
)


def _may_be_locked(cause: Cause, endpoint: Endpoint) -> bool:
    """Tell whether a courier is refused an own order, and nothing makes the endpoint forget."""
    who = Trigger(caller=Caller.COURIER, entered=Entered.OWN_ORDER)
    refused = cause.signature.symptom is Symptom.WRONG_ANSWER and cause.signature.trigger == who
    return refused and endpoint.states_url is None


def _slots(endpoint: Endpoint) -> list[str]:
    operations = endpoint.scenario.operations.values()
    asking = (one for one in operations if isinstance(one, Interactive))
    return list(dict.fromkeys(str(code) for one in asking for code in one.branches))


_SERVER_ERROR = 500
_OF_STATUS: Mapping[int, str] = {
    400: "The endpoint, or its framework, does not take the request.",
    401: "A token or a secret is missing or wrong: give it in headers of pbx.toml or with -H.",
    403: "A token or a secret is missing or wrong, or this address is not allowed.",
    404: "The endpoint knows nothing of what was asked for, and says so with 404: answer 200 and "
    "an instruction, also for what is unknown.",
    405: "The endpoint does not take this method: declare the one it takes.",
    419: "A framework wants a CSRF token of the PBX: exempt this address from that.",
    422: "The endpoint's validation refuses the request: let it take every parameter as an "
    "optional text.",
    429: "The endpoint limits requests: ask more slowly with --max-rps, or exempt this address.",
}


def _of_status(cause: Cause, endpoint: Endpoint) -> str:
    exchange, trigger = cause.exchange, cause.signature.trigger
    status = exchange.status if exchange is not None else None
    if cause.assumption is Assumption.REDIRECT:
        return "Give the PBX the last address: nobody documents that it follows redirects."
    if status is None or status >= _SERVER_ERROR:
        return f"The handler fails: look for the error in the endpoint's log.{_hint(trigger)}"
    if status == 404 and _invented(exchange, endpoint):  # noqa: PLR2004  # its own name
        return (
            f"Perhaps it does not know the virtual number {endpoint.facts['virtual_number']}, "
            "which was made up: name yours as virtual_number in [facts] of pbx.toml."
        )
    known = _OF_STATUS.get(status, "Answer with status 200 and an instruction.")
    return known + _hint(trigger)


def _hint(trigger: Trigger) -> str:
    if trigger.missing:
        names = ", ".join(sorted(trigger.missing))
        return f" Read {names} so that a missing one is an empty text."
    if trigger.caller is Caller.ODD:
        return " Take the caller's number as text: whatever is no number is a stranger's."
    if trigger.entered is Entered.ODD:
        return " Take the digits as text: people press * and #, and anybody can send anything."
    return ""


def _invented(exchange: Exchange | None, endpoint: Endpoint) -> bool:
    """Tell whether the virtual number that was asked for is nobody's own."""
    numb = endpoint.facts.get("virtual_number")
    declared = numb != DEFAULT_FACTS["virtual_number"]
    return exchange is not None and exchange.params.get("numb") == numb and not declared


def _of_lateness(cause: Cause, endpoint: Endpoint) -> str:
    when = _when(cause.signature.trigger)
    alone = f" {when}" if when else ""
    said = (
        f"The answer takes longer than {endpoint.deadline_s:g} s{alone}: look what is waited for "
        "there, such as a query without an index or another system, and give that a time limit."
    )
    if cause.rank is Rank.REMARK and cause.assumption is Assumption.DEADLINE:
        said += " How long your PBX waits is not declared: deadline in [endpoint] of pbx.toml."
    return said
