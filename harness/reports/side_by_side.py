"""Several reports side by side: a line for each case, a column for each report.

As one HTML file that loads nothing and links to nothing but itself. It needs no script: where
reports differ is filtered by the style sheet.
"""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from harness.reports.columns import Column, Row, SideBySide
from harness.reports.html import asset, environment, when
from harness.reports.overview import CaseReport
from harness.reports.words import FAMILY_TITLES, VERDICTS
from mockpbx.result.printable import visible


def side_by_side(shown: SideBySide, remarks: Sequence[str]) -> str:
    """Make the page.

    Args:
        shown: The reports.
        remarks: Why they may not be alike.
    """
    return (
        environment()
        .get_template("side_by_side.html.j2")
        .render(
            columns=[_column(column, shown) for column in shown.columns],
            families=[
                {
                    "title": FAMILY_TITLES.get(family, family),
                    "id": family,
                    "differs": any(row.differs for row in rows),
                    "rows": [_row(row) for row in rows],
                }
                for family, rows in shown.families.items()
            ],
            differing=[row for row in shown.rows if row.differs],
            total=len(shown.rows),
            remarks=remarks,
            verdicts=VERDICTS,
            style=Markup(asset("report.css") + asset("side_by_side.css")),  # noqa: S704  # ours
        )
    )


def _column(column: Column, shown: SideBySide) -> dict[str, Any]:
    report = column.report
    return {
        "name": column.name,
        "title": column.title,
        "verdict": report["verdict"],
        "url": report["endpoint"]["url"],
        "started": when(report["started"]),
        "version": report["suite"]["version"],
        "counts": shown.counts(column),
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "differs": row.differs,
        "cells": [_cell(cell) for cell in row.cells],
    }


def _cell(case: CaseReport | None) -> dict[str, str]:
    if case is None:
        return {"verdict": "none", "mark": "·", "word": "not run", "reason": ""}
    words = VERDICTS.get(case["verdict"])
    known = "known " if "known" in case else ""
    return {
        "verdict": case["verdict"],
        "mark": words.mark if words else "?",
        "word": known + (words.word if words else visible(case["verdict"])),
        "reason": case["reason"],
    }
