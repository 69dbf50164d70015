"""Ladder diagrams for the HTML report.

A ladder is a list of steps: when, who to whom, what. The style sheet draws it as a diagram
where there is room, with a pole for each party and an arrow for each step; on a telephone it
stays the list. So the text is laid out by the browser, in whatever font it has, and is read
aloud as it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from mockpbx.result.printable import visible

_LANES = ("Caller", "PBX", "Endpoint", "Callee")
_MOST_LETTERS = 240
"""Of a label; the whole is in a tooltip."""

Step = Mapping[str, Any]


def chart(ladder: Mapping[str, Any]) -> Markup:
    """Draw a ladder of the report."""
    steps: Sequence[Step] = ladder["steps"]
    label = f"Ladder diagram. {visible(ladder['caller'])}"
    parts = [
        Markup('<ol class="ladder" aria-label="{}">').format(label),
        Markup('<li class="lanes" aria-hidden="true">'),
        *(Markup("<b>{}</b>").format(lane) for lane in _LANES),
        Markup("</li>"),
        *map(_step, steps, _silent(steps)),
        Markup("</ol>"),
    ]
    return Markup("").join(parts)


def _silent(steps: Sequence[Step]) -> Iterator[bool]:
    """Tell of each step whether the caller hears nothing until it, or from it on."""
    until = 0.0
    for step in steps:
        if "dead_air_s" in step:
            until = step["at"] + step["dead_air_s"] - 0.001
            yield True
        else:
            yield until > 0.0
            if step["at"] >= until:
                until = 0.0


def _step(step: Step, silent: bool) -> Markup:  # noqa: FBT001  # mapped over
    hushed = " silent" if silent else ""
    if "dead_air_s" in step:
        said = f"{step['dead_air_s']:.1f} s of dead air"
        return Markup('<li class="air{}">{}<span class="what">{}</span></li>').format(
            hushed, _time(step), said
        )
    label = visible(step["label"])
    cut = len(label) > _MOST_LETTERS
    return Markup(
        '<li class="{}{}"{}>{}<span class="who">{} {} {}</span>'
        '<span class="what"><span>{}</span></span></li>'
    ).format(
        _way(step),
        hushed,
        Markup(' title="{}"').format(label) if cut else "",
        _time(step),
        step["from"],
        "↔" if step["both"] else "→",
        step["to"],
        f"{label[:_MOST_LETTERS].rstrip()}…" if cut else label,
    )


def _way(step: Step) -> str:
    """Return from where to where the arrow goes, as classes: ``l01 right``."""
    start, end = _LANES.index(step["from"]), _LANES.index(step["to"])
    first, last = sorted((start, end))
    classes = [f"l{first}{last}"]
    if start != end:
        classes += ["right", "left"] if step["both"] else ["right" if start < end else "left"]
    return " ".join([*classes, *(["bad"] if step["trouble"] else [])])


def _time(step: Step) -> Markup:
    return Markup("<time>{:.2f}</time>").format(step["at"])
