"""Prints the kill matrix: each broken endpoint, the case that catches it, who else noticed.

    python tests/broken_endpoints/matrix.py [--all] [--markdown] [NAME …]

It exits with 1 if a broken endpoint survives its case, or a correct one is failed.
"""

import argparse
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.certify.sentences import sentence

if __name__ == "__main__":  # run by path
    sys.path[0] = str(Path(__file__).parents[2])

from harness.certify.model import FAILING, CaseResult, Verdict
from tests.broken_endpoints.catalogue import broken_ones, correct_ones, endpoints
from tests.broken_endpoints.register import Endpoint, Style
from tests.broken_endpoints.running import Workshop, certify

_SMOKE = {
    "REQ": (1, 10),
    "REPLY": (1, 11, 39, 50, 80, 110),
    "TIME": (2,),
    "SEQ": (1, 8, 20, 24),
    "CONC": (1, 20),
    "ROBUST": (1, 31, 44, 85),
    "PRIV": (2, 40, 50, 60),
    "TLS": (1,),
}
SMOKE = frozenset(
    f"{family}-{number:03}" for family, numbers in _SMOKE.items() for number in numbers
)
"""A few cases of each family that are tried besides the one that must notice."""

_PATIENT_S = 5.0
_WITHOUT_REMARK = (Verdict.PASS, Verdict.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One endpoint, and what the cases said of it.

    Attributes:
        endpoint: The endpoint.
        verdict: What its own case came to; of a correct one, the worst there was.
        right: Whether that is as it should be.
        noticed: Other cases that had something to say.
        reason: What is not right.
    """

    endpoint: Endpoint
    verdict: Verdict
    right: bool
    noticed: tuple[str, ...]
    reason: str = ""


def of_broken(workshop: Workshop, endpoint: Endpoint, *, every: bool) -> Row:
    """Run the case that must catch an endpoint, and others on a fresh one of the same kind."""
    caught = certify(workshop, endpoint, [str(endpoint.caught_by), *endpoint.after])
    own = next(result for result in caught if result.case.id == endpoint.caught_by)
    # Where waiting is the point, a few dozen cases would wait for minutes.
    others = () if endpoint.deadline_s < _PATIENT_S and not every else SMOKE
    results = certify(workshop, endpoint, None if every else others) if others else []
    right = own.verdict is endpoint.verdict
    return Row(
        endpoint=endpoint,
        verdict=own.verdict,
        right=right,
        noticed=tuple(item for item in _noticed(results) if item != endpoint.caught_by),
        reason="" if right else f"expected {endpoint.verdict.value}: {sentence(own.finding)}",
    )


def of_correct(workshop: Workshop, endpoint: Endpoint) -> Row:
    """Run all cases against a correct endpoint."""
    results = certify(workshop, endpoint)
    worst = max((item.verdict for item in results), key=_SEVERITY.index)
    wrong = [
        f"{item.case.id} {item.verdict.value}: {sentence(item.finding)}"
        for item in results
        if item.verdict in FAILING
    ]
    noticed = _noticed(results)
    return Row(
        endpoint=endpoint,
        verdict=worst,
        right=not wrong and set(noticed) == set(endpoint.remarks),
        noticed=noticed,
        reason="; ".join(wrong),
    )


_SEVERITY = [
    Verdict.NOT_APPLICABLE,
    Verdict.PASS,
    Verdict.INFO,
    Verdict.NONSTRICT,
    Verdict.UNTESTABLE,
    Verdict.FAIL,
    Verdict.ERROR,
]


def _noticed(results: Sequence[CaseResult]) -> tuple[str, ...]:
    return tuple(sorted(item.case.id for item in results if item.verdict not in _WITHOUT_REMARK))


def rows(names: Sequence[str], *, every: bool) -> Iterator[Row]:
    """Run what is to be run, the broken ones first."""
    with Workshop() as workshop:
        for name, endpoint in {**broken_ones(), **correct_ones()}.items():
            if names and name not in names:
                continue
            if endpoint.style is Style.NODE and shutil.which("node") is None:
                _say(f"{name}: node is not installed, not run")
            elif endpoint.caught_by is None:
                yield of_correct(workshop, endpoint)
            else:
                yield of_broken(workshop, endpoint, every=every)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _plain(row: Row) -> Iterator[str]:
    one = row.endpoint
    mark = "  " if row.right else "! "
    yield (
        f"{mark}{one.caught_by or 'all cases':10} {row.verdict.value:10} "
        f"{one.name:32} {one.what} ({one.style.value})"
    )
    indent = " " * 25
    if row.reason:
        yield f"{indent}{row.reason}"
    if row.noticed:
        said = "also noticed by" if one.caught_by else "remarks:"
        yield f"{indent}{said} {' '.join(row.noticed)}"


def _markdown(row: Row) -> Iterator[str]:
    one = row.endpoint
    cells = (
        f"`{one.name}`",
        one.what,
        one.style.value,
        one.caught_by or "none",
        row.verdict.value,
        ", ".join(row.noticed),
    )
    yield f"| {' | '.join(cells)} |"


_HEAD = """| endpoint | what it is | made with | caught by | verdict | also noticed by |
|---|---|---|---|---|---|"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the matrix and tell whether it is as it should be."""
    parser = argparse.ArgumentParser(description="Print the kill matrix of the certificate.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="these endpoints only")
    parser.add_argument("--all", action="store_true", help="try every case on the broken ones")
    parser.add_argument("--markdown", action="store_true", help="print a table for the docs")
    given = parser.parse_args(arguments)
    unknown = sorted(set(given.names) - set(endpoints()))
    if unknown:
        parser.error(f"there is no endpoint {', '.join(unknown)}")
    if given.markdown:
        _say(_HEAD)
    found = []
    for row in rows(given.names, every=given.all):
        found.append(row)
        for line in _markdown(row) if given.markdown else _plain(row):
            _say(line)
    if not given.markdown:
        _say(_summary(found))
    return 0 if all(row.right for row in found) else 1


def _summary(found: Sequence[Row]) -> str:
    broken = [row for row in found if row.endpoint.caught_by]
    correct = [row for row in found if not row.endpoint.caught_by]
    caught = sum(row.right for row in broken)
    kept = sum(row.right for row in correct)
    return (
        f"{caught} of {len(broken)} broken endpoints caught by their case, "
        f"{kept} of {len(correct)} correct ones not failed"
    )


if __name__ == "__main__":
    sys.exit(main())
