"""How many requests and calls a selection of cases will make, to be said beforehand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.certify.model import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What an endpoint will be asked, roughly.

    Attributes:
        requests: All requests.
        calls: Call sessions; a CRM may keep each.
        unknown: Those from numbers that it does not know; it may make a lead of each.
    """

    requests: int
    calls: int
    unknown: int


_OF_A_CASE: Mapping[str, tuple[float, float, float]] = {
    "REQ": (2.8, 1.7, 0.7),
    "REPLY": (0.3, 0.2, 0.1),
    "TIME": (4.2, 3.5, 0.4),
    "SEQ": (2.1, 1.0, 0.3),
    "CONC": (13.3, 8.3, 4.1),
    "ROBUST": (2.1, 1.9, 1.3),
    "PRIV": (2.5, 1.5, 1.2),
}
"""Requests, calls and unknown callers of a case, on average, as counted against the reference."""


def expected_load(cases: Sequence[Case]) -> Load:
    """Return what these cases will ask of an endpoint to which all of them apply."""
    none = (0.0, 0.0, 0.0)
    sums = [sum(_OF_A_CASE.get(case.family, none)[place] for case in cases) for place in range(3)]
    requests, calls, unknown = map(round, sums)
    return Load(requests=requests, calls=calls, unknown=unknown)
