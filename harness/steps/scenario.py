"""What is known of a scenario after it was run, in plain values that processes can exchange."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from harness.masking import Masker
from harness.model import Verdict
from harness.reports.ladder import draw, ladder, relabelled
from harness.reports.outcome import outcome
from harness.reports.plain import mask_of, redacted
from harness.reports.words import counted
from mockpbx.drivers.stage import Played

REQUIREMENT_TAG = "@req:"
REFERENCE_TAG = "@reference-server"
"""What the reference server does of its own choice; others may do otherwise and be as right."""
ID_TAG = re.compile(r"@([A-Z][A-Z0-9]*-[0-9]+)")
NOT_RUN = "not-run"
"""The verdict on a scenario that was broken off, or never begun."""
SWITCHED_OFF = "it is switched off"
_OWN_ID = re.compile(rf"{ID_TAG.pattern[1:]}(\.[0-9]+)?")
_LONG_NUMBER = re.compile(r"\+?[0-9](?:[ ().-]{0,2}[0-9]){6,}")
"""What may be somebody's phone: an id is shown everywhere."""
_WORD = re.compile(r"\w+")
_MOST_BODY = 1000
_SHOWN_BODY = 300
_MOST_RUNGS, _MOST_EXCHANGES = 60, 6


@dataclass(slots=True, kw_only=True)
class StepTold:
    """What became of a step.

    Attributes:
        keyword: ``Given``, ``Тогда`` …
        text: Without the keyword.
        line: In the feature.
        status: ``passed``, ``failed``, ``missed`` (a remark), ``skipped``, ``undefined``.
        seconds: How long it took.
        message: Why it failed.
        error: What kind of error that was.
        began: When, in seconds since the Unix epoch; 0 if it did not.
    """

    keyword: str
    text: str
    line: int
    status: str = "skipped"
    seconds: float = 0.0
    message: str = ""
    error: str = ""
    began: float = 0.0


@dataclass(slots=True, kw_only=True)
class ScenarioTold:
    """What became of a scenario.

    Attributes:
        id: Its tag of the form ``COURIER-01``, or else file and title; of an outline with the
            number of the row.
        title: Its title.
        feature: The feature's title.
        file: Of the feature.
        line: Of the scenario.
        tags: With their ``@``.
        verdict: What it came to; ``not-run`` if the run ended before it did.
        reason: Why it did not pass.
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
    verdict: str = NOT_RUN
    reason: str = "it was not run"
    seconds: float = 0.0
    steps: list[StepTold] = field(default_factory=list)
    evidence: str = ""
    repeat: str = ""
    order: int = 0
    began: float = 0.0

    @property
    def name(self) -> str:
        """Its own id, or where it stands."""
        return self.id if _OWN_ID.fullmatch(self.id) else f"{self.file}:{self.line}"

    def mask(self, mask: Callable[[str], str]) -> None:
        """Hide numbers in all that people are shown."""
        self.title, self.reason = mask(self.title), mask(self.reason)
        self.feature, self.repeat = mask(self.feature), mask(self.repeat)
        for step in self.steps:
            step.text, step.message = mask(step.text), mask(step.message)

    @property
    def is_remark(self) -> bool:
        """Tell whether it was missed and its requirement cannot fail an endpoint."""
        return self.verdict in (Verdict.NONSTRICT.value, Verdict.INFO.value)

    @property
    def requirements(self) -> tuple[str, ...]:
        """Ids of the requirements that it is tagged with."""
        return tagged(self.tags)

    def plain(self) -> dict[str, Any]:
        """Give it as JSON."""
        return asdict(self)

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> "ScenarioTold":
        """Make it of JSON."""
        steps = [StepTold(**step) for step in content["steps"]]
        return cls(**{**content, "steps": steps, "tags": tuple(content["tags"])})


def tagged(tags: Sequence[str]) -> tuple[str, ...]:
    """Give the requirements that tags name."""
    return tuple(tag.removeprefix(REQUIREMENT_TAG) for tag in tags if tag.startswith("@req:"))


def identify(tags: Sequence[str], stem: str, title: str, row: int | None) -> str:
    """Give a scenario's id: its own tag, or the file's name and the title."""
    found = next((match.group(1) for tag in tags if (match := ID_TAG.fullmatch(tag))), None)
    words = _WORD.findall(_LONG_NUMBER.sub("number", title).lower())
    name = found or f"{stem}-{'_'.join(words)}"
    return name if row is None else f"{name}.{row}"


def evidence(calls: Sequence[Played], mask: Masker) -> str:
    """Draw the ladders of calls and list their exchanges."""
    return "\n\n".join(_evidence(played, mask_of(played, mask)) for played in calls)


def _evidence(played: Played, mask: Masker) -> str:
    lines = [f"The caller {mask(outcome(played.record))}."]
    drawn = draw(relabelled(ladder(played), mask)).splitlines()
    lines += [*drawn[:_MOST_RUNGS], *(["   …"] if len(drawn) > _MOST_RUNGS else [])]
    for exchange in played.exchanges[:_MOST_EXCHANGES]:
        lines.append(f"request {exchange.request_id}: {mask(redacted(exchange.request).curl())}")
        if exchange.reply is not None:
            body = mask(exchange.reply.body[:_MOST_BODY].decode("utf-8", "backslashreplace"))
            cut = "…" if len(body) > _SHOWN_BODY else ""
            lines.append(f"answer: HTTP {exchange.reply.status} {body[:_SHOWN_BODY]}{cut}")
        if exchange.injected:
            lines.append(f"put in its place: {', '.join(exchange.injected)}")
    more = len(played.exchanges) - _MOST_EXCHANGES
    if more > 0:
        lines.append(f"and {counted(more, 'request')} more")
    return "\n".join(lines)
