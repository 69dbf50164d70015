"""What is known of a scenario after it was run, in plain values that processes can exchange."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any

from harness.certify.model import Verdict
from harness.display.exchanges import conversation
from harness.display.plain import apart, mask_of
from harness.steps.missed_outcome import MissedOutcome
from mockpbx.masking import Masker
from mockpbx.result.call_result import CallResult
from mockpbx.result.ladder import draw, relabelled

REQUIREMENT_TAG = "@req:"
REFERENCE_TAG = "@reference-server"
"""What the reference server does of its own choice; others may do otherwise and be as right."""
ID_TAG = re.compile(r"@([A-Z][A-Z0-9]*-[0-9]+)")
NOT_RUN = "not-run"
"""The word for a scenario that was broken off, or never begun: it has no verdict."""
_OWN_ID = re.compile(rf"{ID_TAG.pattern[1:]}(\.[0-9]+)?")
_LONG_NUMBER = re.compile(r"\+?[0-9](?:[ ().-]{0,2}[0-9]){6,}")
"""What may be somebody's phone: an id is shown everywhere."""
_WORD = re.compile(r"\w+")
_MOST_RUNGS = 60


@dataclass(slots=True, kw_only=True)
class StepResult:
    """What became of a step.

    Attributes:
        keyword: ``Given``, ``Тогда`` …
        text: Without the keyword.
        line: In the feature.
        status: ``passed``, ``failed``, ``missed`` (a remark), ``skipped``, ``undefined``.
        seconds: How long it took.
        message: Why it failed.
        error: What kind of error that was.
        advice: What to write instead, where nobody knows the step.
        began: When, in seconds since the Unix epoch; 0 if it did not.
    """

    keyword: str
    text: str
    line: int
    status: str = "skipped"
    seconds: float = 0.0
    message: str = ""
    error: str = ""
    advice: str = ""
    began: float = 0.0

    @property
    def sentence(self) -> str:
        """The step with its keyword."""
        return f"{self.keyword} {self.text}"


@dataclass(slots=True, kw_only=True)
class ScenarioResult:
    """What became of a scenario.

    Attributes:
        id: Its tag of the form ``COURIER-01``, or else file and title; of an outline with the
            number of the row.
        title: Its title.
        feature: The feature's title.
        file: Of the feature.
        line: Of the scenario.
        tags: With their ``@``.
        verdict: What it came to; None if the run ended before it did.
        reason: Why it did not pass, for people.
        missed: Why it did not pass, where a call came to something else than it says.
        traceback: Where an error arose that is neither the endpoint's nor the feature's.
        switched_off: Somebody marked it to be left out.
        seconds: How long it took.
        steps: What became of its steps.
        evidence: Ladders and exchanges as text, numbers masked.
        repeat: The command that repeats it.
        order: Place among the scenarios of its file.
        began: When, in seconds since the Unix epoch; 0 if it did not.
    """

    id: str
    title: str
    feature: str
    file: str
    line: int
    tags: tuple[str, ...] = ()
    verdict: Verdict | None = None
    reason: str = "it was not run"
    missed: MissedOutcome | None = None
    traceback: str = ""
    switched_off: bool = False
    seconds: float = 0.0
    steps: list[StepResult] = field(default_factory=list)
    evidence: str = ""
    repeat: str = ""
    order: int = 0
    began: float = 0.0

    @property
    def name(self) -> str:
        """Its own id, or where it stands."""
        return self.id if _OWN_ID.fullmatch(self.id) else f"{self.file}:{self.line}"

    @property
    def verdict_word(self) -> str:
        """The verdict in a word, as in JSON."""
        return NOT_RUN if self.verdict is None else str(self.verdict.value)

    def mask(self, mask: Callable[[str], str]) -> None:
        """Hide numbers in all that people are shown."""
        self.title, self.reason = mask(self.title), mask(self.reason)
        self.feature, self.repeat = mask(self.feature), mask(self.repeat)
        self.traceback = mask(self.traceback)
        if self.missed is not None:
            self.missed = self.missed.masked(mask)
        for step in self.steps:
            step.text, step.message = mask(step.text), mask(step.message)
            step.advice = mask(step.advice)

    @property
    def is_remark(self) -> bool:
        """Tell whether it was missed and its requirement cannot fail an endpoint."""
        return self.verdict in (Verdict.NONSTRICT, Verdict.INFO)

    @property
    def requirements(self) -> tuple[str, ...]:
        """Ids of the requirements that it is tagged with."""
        return tagged(self.tags)

    def plain(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {**asdict(self, dict_factory=_plain), "verdict": self.verdict_word}

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> "ScenarioResult":
        """Make it of JSON."""
        word, missed = content["verdict"], content["missed"]
        made = {
            "steps": [StepResult(**step) for step in content["steps"]],
            "tags": tuple(content["tags"]),
            "verdict": None if word == NOT_RUN else Verdict(word),
            "missed": None if missed is None else MissedOutcome.of(missed),
        }
        return cls(**{**content, **made})


def _plain(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value.value if isinstance(value, Enum) else value for name, value in pairs}


def tagged(tags: Sequence[str]) -> tuple[str, ...]:
    """Return the requirements that tags name."""
    return tuple(tag.removeprefix(REQUIREMENT_TAG) for tag in tags if tag.startswith("@req:"))


def identify(tags: Sequence[str], stem: str, title: str, row: int | None) -> str:
    """Return a scenario's id: its own tag, or the file's name and the title."""
    found = next((match.group(1) for tag in tags if (match := ID_TAG.fullmatch(tag))), None)
    words = _WORD.findall(_LONG_NUMBER.sub("number", title).lower())
    name = found or f"{stem}-{'_'.join(words)}"
    return name if row is None else f"{name}.{row}"


def evidence(calls: Sequence[CallResult], mask: Masker) -> str:
    """Draw the ladders of calls and list their exchanges."""
    mask = apart(calls, mask)
    return "\n\n".join(_evidence(call, mask_of(call, mask)) for call in calls)


def _evidence(call: CallResult, mask: Masker) -> str:
    drawn = draw(relabelled(call.steps(), mask)).splitlines()
    cut = ["   …"] if len(drawn) > _MOST_RUNGS else []
    said = mask(call.summary(show_numbers=True))
    return "\n".join([said, *drawn[:_MOST_RUNGS], *cut, *conversation(call, mask)])
