"""``pbx compare``: what changed between two reports."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from harness.cli.exits import Exit
from harness.cli.grammar import command
from harness.cli.options import JsonOptions
from harness.display.counting import counted
from harness.display.terminal import Terminal
from harness.reports.overview import Report
from harness.reports.words import RUN_TITLES, VERDICTS
from harness.results import compare as comparing
from mockpbx.result.printable import visible

FORMAT = "pbx-harness-comparison/1"

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
    *,
    output: JsonOptions,
) -> Exit:
    """Compare two reports: new failures, what was fixed, what else changed.

    Exit code 0: no new failure; 1: a new failure, or the later run was broken off; 2: a file is
    no report.

    Example: pbx compare yesterday.json today.json
    """
    output.check()
    reports = comparing.read_report(before), comparing.read_report(after)
    comparison = comparing.compare(*reports)
    output.write(_as_json(*reports, comparison))
    _print(output.terminal, *reports, comparison)
    return Exit.MISSED if comparison.worse else Exit.OK


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
