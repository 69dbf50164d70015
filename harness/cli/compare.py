"""``pbx compare``: what changed between two reports, or how several differ."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from harness.cli.exits import Exit
from harness.cli.grammar import command
from harness.cli.options import JsonOptions
from harness.display.counting import counted
from harness.display.files import check_all_writable, is_stdout, write
from harness.display.terminal import Terminal
from harness.reports.columns import Column, SideBySide, table
from harness.reports.overview import Report
from harness.reports.words import RUN_TITLES, VERDICTS
from harness.results import compare as comparing
from mockpbx.result.printable import visible

FORMAT = "pbx-harness-comparison/1"
FORMAT_OF_SEVERAL = "pbx-harness-comparison-of-several/1"

_GROUPS = (
    ("new_failures", "NEW FAILURE", "bold red"),
    ("fixed", "fixed", "green"),
    ("changed", "changed", "yellow"),
    ("added", "added", "cyan"),
    ("removed", "removed", "dim"),
)
_PIPED = 200
"""Columns that hold a case on one line."""


@command
def compare(
    before: Annotated[
        Path, typer.Argument(metavar="BEFORE", help="The earlier report: pbx certify --json.")
    ],
    after: Annotated[Path, typer.Argument(metavar="AFTER", help="The later one.")],
    more: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[MORE]...", help="Further ones, each compared with the first."),
    ] = None,
    *,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html", metavar="FILE", help="Write all of them side by side, as one HTML file."
        ),
    ] = None,
    output: JsonOptions,
) -> Exit:
    """Compare two reports: new failures, what was fixed, what else changed.

    Of more than two, the cases on which they do not agree are shown side by side.

    Exit code 0: no new failure; 1: a new failure, or the later run was broken off; 2: a file is
    no report.

    Example: pbx compare yesterday.json today.json
    """
    written = [file for file in (html, output.json_file) if file is not None]
    check_all_writable(written)
    columns = _columns([before, after, *(more or ())])
    if html is not None:
        # What fills in templates is loaded when it is wanted.
        make = import_module("harness.reports.side_by_side").side_by_side
        write(html, make(table(columns), _remarks(columns)))
    terminal = Terminal(stderr=any(map(is_stdout, written)))
    compared = _compare_several if more else _compare_two
    return Exit.MISSED if compared(terminal, output, columns) else Exit.OK


def _columns(paths: Sequence[Path]) -> list[Column]:
    """Read the reports; each is named by its file, as short as tells it from the others."""
    stems = Counter(path.stem for path in paths)
    return [
        Column(
            name=path.stem if stems[path.stem] == 1 else str(path),
            report=comparing.read_report(path),
        )
        for path in paths
    ]


# -- several ---------------------------------------------------------------------------


def _compare_several(terminal: Terminal, output: JsonOptions, columns: Sequence[Column]) -> bool:
    """Show reports side by side; tell whether one is worse than the first."""
    found, remarks = table(columns), _remarks(columns)
    first, *others = [column.report for column in columns]
    worse = any(comparing.compare(first, other).worse for other in others)
    output.write(_several_as_json(found, remarks, worse=worse))
    _print_several(terminal, found, remarks)
    return worse


def _remarks(columns: Sequence[Column]) -> list[str]:
    """Return why reports may not be alike, each said of those it holds for."""
    first, *others = columns
    return [
        f"{first.name} and {other.name}: {remark}"
        for other in others
        for remark in comparing.measured_otherwise(first.report, other.report)
    ]


def _several_as_json(
    found: SideBySide, remarks: Sequence[str], *, worse: bool
) -> dict[str, object]:
    return {
        "format": FORMAT_OF_SEVERAL,
        "reports": [
            {"name": column.name, **_head(column.report), "counts": dict(found.counts(column))}
            for column in found.columns
        ],
        "worse": worse,
        "cases": [
            {
                "id": row.id,
                "title": row.title,
                "verdicts": list(row.verdicts),
                "differs": row.differs,
            }
            for row in found.rows
        ],
        "remarks": list(remarks),
    }


def _print_several(terminal: Terminal, found: SideBySide, remarks: Sequence[str]) -> None:
    if not terminal.is_watched:  # a line each, for grep
        terminal.width = _PIPED
    for remark in remarks:
        terminal.say((f"remark: {remark}", "yellow"))
    differing = [row for row in found.rows if row.differs]
    shown = Table(box=None, pad_edge=False)
    for name in ("case", *(column.name for column in found.columns), "title"):
        shown.add_column(visible(name), no_wrap=name != "title")
    for row in differing:
        verdicts = map(_verdict, row.verdicts)
        shown.add_row(visible(row.id), *verdicts, Text(visible(row.title)))
    if shown.row_count:
        terminal.print(shown)
    for column in found.columns:
        counts = ", ".join(f"{count} {name}" for name, count in found.counts(column).items())
        terminal.say((f"{column.name}: {column.title.lower()}", "bold"), f"; {counts}")
    differ = "differs" if len(differing) == 1 else "differ"
    terminal.say((f"{len(differing)} of {counted(len(found.rows), 'case')} {differ}", "bold"))


# -- two -------------------------------------------------------------------------------


def _compare_two(terminal: Terminal, output: JsonOptions, columns: Sequence[Column]) -> bool:
    """Show what changed; tell whether that is for the worse."""
    before, after = [column.report for column in columns]
    comparison = comparing.compare(before, after)
    output.write(_as_json(before, after, comparison))
    _print(terminal, before, after, comparison)
    return comparison.worse


def _print(
    terminal: Terminal, before: Report, after: Report, comparison: comparing.Comparison
) -> None:
    if not terminal.is_watched:  # a line each, for grep
        terminal.width = _PIPED
    for remark in comparison.remarks:
        terminal.say((f"remark: {remark}", "yellow"))
    table = Table(box=None, pad_edge=False)
    for column in ("", "case", "before", "after", "title"):
        table.add_column(column, no_wrap=column != "title")
    for name, word, style in _GROUPS:
        for change in getattr(comparison, name):
            was, is_now = (_verdict(change[when]) for when in ("before", "after"))
            title = Text(visible(change["title"]))
            table.add_row(Text(word, style), visible(change["id"]), was, is_now, title)
    if table.row_count:
        terminal.print(table)
    for change in comparison.new_failures:
        terminal.say((f"{change['id']}: ", "bold red"), change["reason"])
    terminal.say((_summary(before, after, comparison), "bold"))


def _verdict(verdict: str | None) -> Text:
    if verdict is None:
        return Text("not run", "dim")
    words = VERDICTS.get(verdict)
    return Text(words.word, words.style) if words else Text(visible(verdict))


def _summary(before: Report, after: Report, comparison: comparing.Comparison) -> str:
    verdicts = [report["verdict"] for report in (before, after)]
    was, is_now = (RUN_TITLES.get(verdict, verdict).lower() for verdict in verdicts)
    changes = [
        counted(len(comparison.new_failures), "new failure"),
        f"{len(comparison.fixed)} fixed",
        f"{len(comparison.changed)} changed",
        f"{len(comparison.added)} added",
        f"{len(comparison.removed)} removed",
    ]
    return f"{was} → {is_now}: {', '.join(changes)}"


def _as_json(before: Report, after: Report, comparison: comparing.Comparison) -> dict[str, object]:
    return {
        "format": FORMAT,
        "before": _head(before),
        "after": _head(after),
        "worse": comparison.worse,
        **asdict(comparison),
    }


def _head(report: Report) -> dict[str, object]:
    return {name: report[name] for name in ("verdict", "started", "suite", "endpoint")}
