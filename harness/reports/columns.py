"""Reports put beside each other: a row for each case, a column for each report."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.reports.overview import CaseReport, Report
from harness.reports.words import FAILING, REMARKS, RUN_TITLES


@dataclass(frozen=True, kw_only=True)
class Column:
    """A report, by the name that tells it from the others."""

    name: str
    report: Report

    @property
    def title(self) -> str:
        """What the run came to, in words."""
        verdict: str = self.report["verdict"]
        return RUN_TITLES.get(verdict, verdict)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A case, as it stands in each report; None where it was not run."""

    id: str
    title: str
    cells: tuple[CaseReport | None, ...]

    @property
    def verdicts(self) -> tuple[str | None, ...]:
        """Its verdict in each report."""
        return tuple(None if cell is None else cell["verdict"] for cell in self.cells)

    @property
    def differs(self) -> bool:
        """Tell whether the reports in which it was run do not agree on it."""
        return len({*self.verdicts} - {None}) > 1


@dataclass(frozen=True, kw_only=True)
class SideBySide:
    """Reports side by side.

    Attributes:
        columns: The reports.
        families: The cases by family, in the order of the reports.
    """

    columns: Sequence[Column]
    families: Mapping[str, Sequence[Row]]

    @property
    def rows(self) -> Sequence[Row]:
        """All cases."""
        return [row for rows in self.families.values() for row in rows]

    def counts(self, column: Column) -> Mapping[str, int]:
        """Return how many cases came to what in a report, or were not run for it."""
        found = Counter(case["verdict"] for case in column.report["cases"])
        return {
            "pass": found["pass"],
            "fail": sum(found[verdict] for verdict in FAILING),
            "remarks": sum(found[verdict] for verdict in REMARKS),
            "not tested": found["not-applicable"],
            "not run": len(self.rows) - found.total(),
        }


def table(columns: Sequence[Column]) -> SideBySide:
    """Put reports side by side."""
    cases = [{case["id"]: case for case in column.report["cases"]} for column in columns]
    families: dict[str, list[Row]] = {}
    for case_id in dict.fromkeys(case_id for found in cases for case_id in found):
        cells = tuple(found.get(case_id) for found in cases)
        case = next(cell for cell in cells if cell is not None)
        family = case.get("family") or case_id.rpartition("-")[0]
        row = Row(id=case_id, title=case["title"], cells=cells)
        families.setdefault(family, []).append(row)
    return SideBySide(columns=columns, families=families)
