"""The words of the reports: the same in all of them."""

from dataclasses import dataclass

RUN_TITLES = {
    "certified": "Certified",
    "certified-with-remarks": "Certified with remarks",
    "not-certified": "Not certified",
    "partial": "No certificate",
    "aborted": "Aborted",
}

LEVELS = {
    "protocol": "what answers at the address keeps to the protocol; where callers end is not known",
    "behaviour": "callers end where the facts say they should",
    "complete": "callers end where they should, in every state and branch that is declared",
}
"""How much a certificate says."""

ASSUMPTIONS = {
    "redirect": "nobody documents whether a PBX follows redirects",
    "form": "nobody documents that a PBX refuses this",
    "deadline": "nobody has declared how long the PBX waits (deadline in pbx.toml)",
    "parameters": "nobody has declared which parameters the PBX sends (parameters in pbx.toml)",
    "hidden-caller": "nobody has declared how hidden callers arrive (hidden_caller in pbx.toml)",
    "scenario": "nobody has named the PBX scenario ([scenario] in pbx.toml)",
    "derived-fact": "it rests on a fact that nobody declared",
    "pace": "nobody documents how fast, and how often, people may call",
}
"""What must be assumed for something to be a fault, which is why it does not fail."""

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
