"""The words of the reports: the same in all of them."""

from dataclasses import dataclass

RUN_TITLES = {
    "certified": "Certified",
    "certified-with-remarks": "Certified with remarks",
    "not-certified": "Not certified",
    "aborted": "Aborted",
}

FAMILY_TITLES = {
    "REQ": "What the PBX may send",
    "REPLY": "The form of the answer",
    "TIME": "Time to answer",
    "SEQ": "Call sequences",
    "CONC": "Calls at the same time",
    "ROBUST": "Hostile and broken requests",
    "PRIV": "Who may learn whose number",
    "TLS": "Encryption",
    "FALLBACK": "The PBX's own fallback",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictWords:
    """How the verdict of a case is shown.

    Attributes:
        word: In a word or two.
        mark: In one character.
        meaning: What it says of the endpoint.
        style: In a terminal.
    """

    word: str
    mark: str
    meaning: str
    style: str


VERDICTS = {
    "fail": VerdictWords(
        word="fail", mark="✕", meaning="a binding requirement is broken", style="bold red"
    ),
    "untestable": VerdictWords(
        word="untestable",
        mark="?",
        meaning="what was declared is not there; counts as a failure",
        style="bold red",
    ),
    "error": VerdictWords(
        word="error",
        mark="!",
        meaning="the harness's own fault; counts as a failure",
        style="bold magenta",
    ),
    "nonstrict": VerdictWords(
        word="not strict", mark="≈", meaning="a recommendation is not followed", style="yellow"
    ),
    "info": VerdictWords(
        word="info", mark="i", meaning="unspecified behaviour, recorded", style="cyan"
    ),
    "pass": VerdictWords(word="pass", mark="✓", meaning="the requirement is kept", style="green"),
    "not-applicable": VerdictWords(
        word="not tested",
        mark="–",
        meaning="a fact or a capability is not declared",
        style="dim",
    ),
}
"""By the verdicts of the report; what matters most comes first."""

FAILING = frozenset({"fail", "untestable", "error"})
REMARKS = frozenset({"nonstrict", "info"})

SOURCES = {
    "vendor-doc": "documented by the vendors",
    "standard": "HTTP, JSON or TLS standard",
    "privacy": "privacy",
    "declared": "declared by the owner",
    "de-facto": "seen in use",
    "assumption": "assumption: nobody documents it",
}

FACTS = {
    "virtual_number": "the virtual number that is called",
    "courier": "phone of a courier, as the PBX sends it",
    "order": "an order that this courier carries",
    "customer": "phone of the customer who waits for it",
    "foreign_order": "an order that another courier carries",
    "foreign_customer": "phone of its customer",
    "unknown_order": "a number that no order has",
    "stranger": "a phone that is no courier's",
    "other_courier": "phone of the courier who carries foreign_order",
    "second_order": "a second order of the courier",
    "second_customer": "phone of its customer",
    "closed_order": "an order of the courier that is delivered",
    "closed_customer": "phone of its customer",
    "zero_order": "an order whose number begins with a zero",
    "zero_customer": "phone of its customer",
    "single_courier": "phone of a courier with a single order",
    "single_order": "that order",
    "single_customer": "phone of its customer",
    "unknown_order_2": "another number that no order has",
    "unknown_order_3": "a third number that no order has",
    "inactive_courier": "phone of somebody who is a courier no longer",
    "inactive_order": "an order that this former courier carried",
    "inactive_customer": "phone of its customer",
    "courier_customer": "phone of a courier who is a customer too",
    "courier_customer_order": "an order that this courier carries",
    "courier_customer_customer": "phone of its customer",
}
"""What to write into the section ``[facts]`` of a manifest."""


def counted(number: int, word: str, words: str = "") -> str:
    """Give ``1 case`` or ``2 cases``."""
    return f"{number} {word if number == 1 else words or word + 's'}"
