"""``pbx compare``: what changed between two reports."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from harness import compare as comparing
from harness.cli.exits import Exit, complain
from harness.reports.overview import Report
from harness.reports.terminal import Terminal, emit, visible
from harness.reports.words import RUN_TITLES, VERDICTS, counted
from mockpbx.errors import PbxError

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


def compare(
    before: Annotated[
        Path, typer.Argument(metavar="BEFORE", help="The earlier report: pbx certify --json.")
    ],
    after: Annotated[Path, typer.Argument(metavar="AFTER", help="The later one.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the comparison as JSON.")] = False,
) -> None:
    """Compare two reports: new failures, what was mended, what else changed.

    Exit code 0: no new failure; 1: a new failure, or the later run was broken off; 2: a file is
    no report.

    Example: pbx compare yesterday.json today.json
    """
    try:
        reports = comparing.read_report(before), comparing.read_report(after)
    except PbxError as error:
        raise complain(error) from None
    comparison = comparing.compare(*reports)
    if as_json:
        _print_json(*reports, comparison)
    else:
        _print(*reports, comparison)
    raise typer.Exit(Exit.MISSED if comparison.worse else Exit.OK)


def _print(before: Report, after: Report, comparison: comparing.Comparison) -> None:
    terminal = Terminal()
    if not terminal.is_terminal:  # a line each, for grep
        terminal.width = _PIPED
    for remark in comparison.remarks:
        terminal.say((f"remark: {remark}", "yellow"))
    table = Table("", "case", "before", "after", "title", box=None, pad_edge=False)
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


def _print_json(before: Report, after: Report, comparison: comparing.Comparison) -> None:
    content = {
        "format": FORMAT,
        "before": _head(before),
        "after": _head(after),
        "worse": comparison.worse,
        **asdict(comparison),
    }
    emit(json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def _head(report: Report) -> dict[str, object]:
    return {name: report[name] for name in ("verdict", "started", "suite", "endpoint")}
