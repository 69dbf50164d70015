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

STEP_MARKS = {"passed": "✓", "failed": "✕", "missed": "≈", "undefined": "?", "skipped": "–"}
"""By what became of a step of a scenario."""

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
    "virtual_number": "the shop's number, which couriers and customers call",
    "courier": "a courier, known to the endpoint by this number",
    "order": "an open order, carried by courier",
    "customer": "waits for order",
    "foreign_order": "an open order, carried by another courier",
    "foreign_customer": "waits for foreign_order",
    "unknown_order": "no order has this number",
    "stranger": "neither a courier nor a customer",
    "second_order": "another open order of courier",
    "second_customer": "waits for second_order",
    "closed_order": "was carried by courier and is closed",
    "closed_customer": "waited for closed_order",
    "zero_order": "an open order of courier that begins with zeros",
    "zero_customer": "waits for zero_order",
    "other_courier": "another courier, who carries foreign_order",
    "single_courier": "a courier with exactly one open order",
    "single_order": "the open order of single_courier",
    "single_customer": "waits for single_order",
    "courier_customer": "a courier who waits for an order at home",
    "courier_customer_order": "an open order, carried by courier_customer",
    "courier_customer_customer": "waits for courier_customer_order",
    "inactive_courier": "was a courier and is none any more",
    "inactive_order": "an open order, last carried by inactive_courier",
    "inactive_customer": "waits for inactive_order",
    "unknown_order_2": "no order has this number either",
    "unknown_order_3": "nor this",
}
"""What each fact of the section ``[facts]`` of a manifest means, in the order of asking."""


def counted(number: int, word: str, words: str = "") -> str:
    """Give ``1 case`` or ``2 cases``."""
    return f"{number} {word if number == 1 else words or word + 's'}"
