"""Puts reasons into words: the one place where sentences about a case are made."""

from harness.certify.reasons import Finding, Reason, ReasonKind


def sentence(finding: Finding) -> str:
    """Return why a case came to what it did, in one sentence."""
    return reason_sentence(finding.reason)


def reason_sentence(reason: Reason) -> str:
    """Return a reason in one sentence."""
    match reason.kind:
        case ReasonKind.MISSING_FACT:
            return f"needs the fact {', '.join(reason.missing_facts)} in [facts]"
        case ReasonKind.MISSING_CAPABILITY:
            return f"the endpoint does not declare {reason.capability}"
    if reason.expected:
        return f"expected {reason.expected}; received {reason.received}"
    return reason.received
