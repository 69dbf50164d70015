"""The real clock: people take their time, and nothing else changes."""

import json
from typing import Any

from tests.harness.pytest_plugin.conftest import Project

RINGS_S, TALKS_S = 0.5, 0.5
FEATURE = f"""\
Feature: Time

  Scenario: Half a second of ringing, and as much of talk
    Given the endpoint is down
    And an operator answers after {RINGS_S} seconds
    When a stranger calls
    And the caller talks for {TALKS_S} seconds
    Then the caller talks to the operators

  Scenario: Otherwise than it is
    Given the endpoint is down
    And an operator answers after {RINGS_S} seconds
    When a stranger calls
    And the caller hangs up while a phone is ringing
    Then the caller talks to the operators
"""
_A_CLOCKS_GRAIN_S = 0.01


def told(project: Project, clock: str) -> list[dict[str, Any]]:
    project.write({"own.feature": FEATURE})
    ran = project.pbx("bdd", "--manifest=reference.toml", f"--clock={clock}", "--json=r.json")
    assert ran.code == 1, ran.out
    scenarios: list[dict[str, Any]] = json.loads(project.read("r.json"))["scenarios"]
    return scenarios


def ladder(one: dict[str, Any]) -> str:
    return str(one["evidence"].partition("\nrequest")[0])


def test_the_real_clock_waits_for_people_and_comes_to_the_same(project: Project) -> None:
    virtual, real = told(project, "virtual"), told(project, "real")
    placed = real[0]["steps"][-1]
    assert placed["seconds"] >= RINGS_S + TALKS_S - _A_CLOCKS_GRAIN_S
    assert [ladder(one) for one in real] == [ladder(one) for one in virtual]
    for key in ("title", "verdict", "reason"):
        assert [one[key] for one in real] == [one[key] for one in virtual]
    assert real[1]["repeat"].endswith("--clock real")
