"""Each of four bugs at once is told as a cause of its own, whatever the endpoint is written in.

Fixing what is told, one cause after another, takes no more rounds than there were causes.
"""

import os
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pytest

from harness.certify.causes import (
    EVERYTHING,
    Caller,
    Cause,
    Entered,
    Rank,
    Symptom,
    Trigger,
    causes_of,
)
from harness.certify.model import Run
from tests.broken_endpoints.servers import Bug, Server, serving
from tests.broken_endpoints.whole_runs import certified, described

MOST_CAUSES = 6
DEADLINE_S = 1.0
LATE_S = 3.0


@dataclass(frozen=True, kw_only=True)
class Told:
    """How a bug is told."""

    symptom: Symptom
    detail: str
    trigger: Trigger = EVERYTHING
    leads: frozenset[str]


AS: Mapping[Bug, Told] = {
    Bug.PHONES: Told(symptom=Symptom.FORM, detail="$.phones", leads=frozenset({"REPLY-060"})),
    Bug.NUMA: Told(
        symptom=Symptom.STATUS,
        detail="500",
        trigger=Trigger(missing=frozenset({"numa"})),
        leads=frozenset({"REQ-010"}),
    ),
    Bug.COURIER: Told(
        symptom=Symptom.WRONG_ANSWER,
        detail="returned_code 2",
        trigger=Trigger(caller=Caller.COURIER, entered=Entered.NOTHING),
        leads=frozenset({"SEQ-070"}),
    ),
    Bug.LATE: Told(
        symptom=Symptom.LATE,
        detail="",
        trigger=Trigger(caller=Caller.COURIER, entered=Entered.WRONG_ORDER),
        leads=frozenset({"TIME-015"}),
    ),
}


def need(server: Server) -> None:
    """Skip where the language is missing; where all must be there, fail."""
    if shutil.which(server.program) is not None:
        return
    reason = f"{server.program} is not installed"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def certify(server: Server, bugs: Collection[Bug]) -> tuple[Run, tuple[Cause, ...]]:
    with serving(server, bugs, LATE_S) as url:
        run = certified(described(url, deadline_s=DEADLINE_S))
    return run, causes_of(run.results, run.endpoint)


def bug_of(cause: Cause) -> Bug | None:
    """Return the bug that a cause tells, by what came back and what brought it about."""
    signature = cause.signature
    for bug, told in AS.items():
        same = (signature.symptom, signature.trigger) == (told.symptom, told.trigger)
        if same and signature.detail.startswith(told.detail):
            return bug
    return None


LANGUAGES = [
    pytest.param(Server.NODE),
    pytest.param(Server.FLASK, marks=pytest.mark.sweep),
    pytest.param(Server.PHP, marks=pytest.mark.sweep),
]


@pytest.mark.parametrize("server", LANGUAGES)
def test_each_bug_is_a_cause(server: Server) -> None:
    need(server)
    run, causes = certify(server, list(Bug))
    assert run.fails
    assert len(causes) <= MOST_CAUSES
    told = {bug_of(cause): cause for cause in causes}
    assert set(Bug) <= told.keys()
    for bug in Bug:
        assert told[bug].lead.case.id in AS[bug].leads
    # The first is what keeps callers from being served.
    assert causes[0].rank is Rank.NOT_SERVED
    assert bug_of(causes[0]) is not None


@pytest.mark.sweep
@pytest.mark.timeout(600)
@pytest.mark.parametrize("server", [Server.NODE, Server.FLASK, Server.PHP])
def test_fixing_cause_after_cause_ends_in_a_certificate(server: Server) -> None:
    need(server)
    left = set(Bug)
    run, causes = certify(server, left)
    rounds = len(causes)
    while run.fails and rounds:
        fixed = next((bug for cause in causes if (bug := bug_of(cause)) is not None), None)
        assert fixed in left, [cause.signature for cause in causes]
        left.remove(fixed)
        run, causes = certify(server, left)
        rounds -= 1
    assert not run.fails
