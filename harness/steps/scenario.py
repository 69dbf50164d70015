"""What is known of a scenario after it was run, in plain values that processes can exchange."""

import re
from collections.abc import Mapping, Sequence
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
_ID_TAG = re.compile(r"@([A-Z][A-Z0-9]*-[0-9]+)")
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
        status: ``passed``, ``failed``, ``skipped``, ``undefined``.
        seconds: How long it took.
        message: Why it failed.
    """

    keyword: str
    text: str
    line: int
    status: str = "skipped"
    seconds: float = 0.0
    message: str = ""


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
        verdict: What it came to.
        reason: Why it did not pass.
        seconds: How long it took.
        steps: What became of its steps.
        evidence: Ladders and exchanges as text, numbers masked.
        repeat: The command that repeats it.
        order: Place among the scenarios of its file.
    """

    id: str
    title: str
    feature: str
    file: str
    line: int
    tags: tuple[str, ...] = ()
    verdict: str = Verdict.UNTESTABLE.value
    reason: str = "it was not run"
    seconds: float = 0.0
    steps: list[StepTold] = field(default_factory=list)
    evidence: str = ""
    repeat: str = ""
    order: int = 0

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
    found = next((match.group(1) for tag in tags if (match := _ID_TAG.fullmatch(tag))), None)
    name = found or f"{stem}-{'_'.join(_WORD.findall(title.lower()))}"
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
