"""Ladder diagrams as SVG, for the HTML report.

Drawn from the steps of the report, whatever their labels hold: long ones are wrapped, still
longer ones cut, and the whole is in a tooltip.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from rich.cells import cell_len

from mockpbx.result.printable import visible

WIDTH = 760
_LANES = {"Caller": 92, "PBX": 298, "Endpoint": 504, "Callee": 710}
_TIME_AT = 44
_TOP = 34
_LETTER = 6.6
"""Width of a letter, generously: which font draws it is not known."""
_LINE = 13
_MOST_LINES = 3
_AIR = 24
"""Least height of a silence."""

Step = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A step and where it stands; `line` is where its arrow is drawn."""

    step: Step
    top: float
    line: float
    words: tuple[str, ...]


def chart(ladder: Mapping[str, Any]) -> Markup:
    """Draw a ladder of the report."""
    rows = _rows(ladder["steps"])
    height = (rows[-1].line if rows else _TOP) + 16
    parts = [
        Markup('<svg class="chart" viewBox="0 0 {} {:.0f}" role="group" aria-label="{}">').format(
            WIDTH, height, f"Ladder diagram. {visible(ladder['caller'])}"
        ),
        *_silences(rows),
        *_lanes(height),
        *(part for row in rows for part in _drawn(row)),
        Markup("</svg>"),
    ]
    return Markup("").join(parts)


def _rows(steps: Sequence[Step]) -> list[_Row]:
    rows, top = [], float(_TOP)
    for step in steps:
        if "dead_air_s" in step:
            words: tuple[str, ...] = (f"{step['dead_air_s']:.1f} s of dead air",)
            line = top + _AIR
        else:
            words = tuple(_wrapped(visible(step["label"]), _room(step)))
            line = top + _LINE * len(words) + 9
        rows.append(_Row(step=step, top=top, line=line, words=words))
        top = line + 5
    return rows


def _ends(step: Step) -> tuple[int, int]:
    return _LANES[step["from"]], _LANES[step["to"]]


def _room(step: Step) -> int:
    """Return the letters that fit above an arrow."""
    start, end = _ends(step)
    span = abs(end - start) or _LANES["PBX"] - _LANES["Caller"]
    return int((span - 14) / _LETTER)


def _wrapped(text: str, room: int) -> Iterator[str]:
    """Break a label into lines; the last one ends with … if something is left over."""
    words, lines = text.split(), [""]
    for word in words:
        longer = f"{lines[-1]} {word}".strip()
        if cell_len(longer) <= room or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    for place, line in enumerate(lines[:_MOST_LINES]):
        more = place == _MOST_LINES - 1 and len(lines) > _MOST_LINES
        yield _cut(line, room, more=more)


def _cut(line: str, room: int, *, more: bool) -> str:
    if cell_len(line) <= room and not more:
        return line
    while line and cell_len(line) >= room:
        line = line[:-1]
    return f"{line.rstrip()}…"


def _lanes(height: float) -> Iterator[Markup]:
    for name, x in _LANES.items():
        yield Markup('<text class="lane" x="{}" y="14">{}</text>').format(x, name)
    path = "".join(f"M{x} 22V{height - 4:.0f}" for x in _LANES.values())
    yield Markup('<path class="pole" d="{}"/>').format(path)


def _silences(rows: Sequence[_Row]) -> Iterator[Markup]:
    """Shade the caller's side from where a silence begins to where it ends."""
    for place, row in enumerate(rows):
        if "dead_air_s" not in row.step:
            continue
        ends = row.step["at"] + row.step["dead_air_s"] - 0.001
        later = [other.line for other in rows[place + 1 :] if other.step["at"] >= ends]
        bottom = later[0] if later else rows[-1].line
        width = _LANES["PBX"] - _LANES["Caller"]
        yield Markup('<rect class="air" x="{}" y="{:.0f}" width="{}" height="{:.0f}"/>').format(
            _LANES["Caller"], row.top, width, bottom - row.top
        )


def _drawn(row: _Row) -> Iterator[Markup]:
    step = row.step
    if "dead_air_s" in step:
        middle = (_LANES["Caller"] + _LANES["PBX"]) / 2
        yield _time(row, row.top + 16)
        yield Markup('<text class="hush" x="{:.0f}" y="{:.0f}">{}</text>').format(
            middle, row.top + 16, row.words[0]
        )
        return
    start, end = _ends(step)
    kind = "rung bad" if step["trouble"] else "rung"
    said = f"{step['at']:.2f} s, {step['from']} to {step['to']}: {visible(step['label'])}"
    yield Markup('<g class="{}"><title>{}</title>').format(kind, said)
    yield _time(row, row.line + 3)
    yield Markup('<path d="{}"/>').format(_arrow(start, end, row.line, both=step["both"]))
    middle = (start + end) / 2 if start != end else start + 8
    for number, words in enumerate(row.words):
        y = row.line - 6 - _LINE * (len(row.words) - 1 - number)
        yield Markup('<text x="{:.0f}" y="{:.0f}">{}</text>').format(middle, y, words)
    yield Markup("</g>")


def _time(row: _Row, y: float) -> Markup:
    return Markup('<text class="at" x="{}" y="{:.0f}">{:.2f}</text>').format(
        _TIME_AT, y, row.step["at"]
    )


def _arrow(start: int, end: int, y: float, *, both: bool) -> str:
    if start == end:
        return f"M{start - 3} {y:.0f}h6"
    toward = 1 if end > start else -1
    path = f"M{start + 2 * toward} {y:.0f}H{end - 2 * toward}{_head(toward)}"
    if both:
        path += f"M{start + 2 * toward} {y:.0f}{_head(-toward)}"
    return path


def _head(toward: int) -> str:
    """Return the head of an arrow, from its tip."""
    back = -7 * toward
    return f"m{back} -4l{-back} 4l{back} 4"
