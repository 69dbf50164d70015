"""Which endpoints are lines of their own, and what is said of the cases that are about others."""

from pathlib import Path

import pytest

from harness.certify import applicability
from harness.doctor import fact_checks
from harness.doctor.diagnosis import Severity
from harness.doctor.entered_facts import entered_facts
from harness.doctor.preflight import problems, run_preflight
from mockpbx.manifest import pbx_toml
from mockpbx.manifest.endpoint import Endpoint
from mockpbx.scenario import library as scenarios

CLINIC = """\
name: clinic
start: reception
operations:
  reception:
    hangup: {}
"""


def described(folder: Path, *, use: str, facts: str = "") -> Endpoint:
    (folder / "clinic.yaml").write_text(CLINIC)
    path = folder / "pbx.toml"
    url = 'url = "http://127.0.0.1:8080/"'
    path.write_text(f"[endpoint]\n{url}\n[scenario]\n{use}\n[facts]\n{facts}\n")
    return Endpoint.described(pbx_toml.load(path))


@pytest.mark.parametrize(
    ("use", "facts", "name"),
    [
        ('use = "clinic.yaml"', 'patient = "79165550101"', "clinic"),
        ('use = "clinic.yaml"', 'courier = "79165550101"', None),
        ('use = "direct"', 'patient = "79165550101"', None),
        ("", 'patient = "79165550101"', None),
    ],
)
def test_a_scenario_of_ones_own_without_couriers_is_a_line_of_its_own(
    use: str, facts: str, name: str | None, tmp_path: Path
) -> None:
    assert described(tmp_path, use=use, facts=facts).own_line == name


def test_on_a_line_of_its_own_nobody_asks_for_the_facts_of_couriers(tmp_path: Path) -> None:
    endpoint = described(tmp_path, use='use = "clinic.yaml"', facts='rider = "79165550101"')
    known = endpoint.facts, endpoint.capabilities
    assert any(one.missing for one in applicability.lost(*known))
    assert not any(one.missing for one in applicability.lost(*known, endpoint.own_line))
    assert applicability.coverage(*known).severity is Severity.WARNING
    assert applicability.coverage(*known, endpoint.own_line).severity is Severity.OK


def test_on_a_line_of_its_own_no_name_of_a_fact_is_a_slip(tmp_path: Path) -> None:
    own = described(tmp_path, use='use = "clinic.yaml"', facts='rider = "79165550101"')
    assert list(fact_checks.examine(own.facts, own.scenario)) == []


ASKING = """\
name: clinic
start: ask-pin
operations:
  ask-pin: {interactive: {access_code_length: 4, fallback: ask-again}}
  ask-again: {interactive: {access_code_length: 1, fallback: reception}}
  reception: {hangup: {}}
"""
SCRIPT = """\
id: a-pin
title: A patient enters the PIN.
calls:
  - from: "${patient}"
    dials: ["${pin}", "${long_pin:first3}"]
    expect: {}
"""
FEATURE = """\
Feature: PINs
  Scenario: Long
    When "patient" calls
    And the caller enters "key"
"""


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"pin": "12345"}, "pin has 5 digits, and the scenario asks for 1 or 4"),
        ({"key": "12"}, "key has 2 digits, and the scenario asks for 1 or 4"),
        ({"pin": "1234", "key": "5"}, None),
        ({"long_pin": "123456"}, None),  # entered in part only
        ({"patient": "79165550101"}, None),  # not entered
    ],
)
def test_a_number_of_digits_that_nobody_asks_for_is_pointed_out(
    facts: dict[str, str], said: str | None, tmp_path: Path
) -> None:
    (tmp_path / "pin.yaml").write_text(SCRIPT)
    (tmp_path / "pin.feature").write_text(FEATURE)
    more = "\n".join(f'{name} = "{value}"' for name, value in facts.items())
    own = '[certify]\nfeatures = ["pin.feature"]\nscripts = ["pin.yaml"]'
    endpoint = described(tmp_path, use='use = "clinic.yaml"', facts=f"{more}\n{own}")
    line = scenarios.read(ASKING, source="clinic.yaml")
    found = list(fact_checks.examine(endpoint.facts, line, entered_facts(endpoint)))
    assert [one.said for one in found] == ([said] if said else [])
    assert all(one.severity is Severity.WARNING for one in found)


def test_a_call_script_that_is_wrong_is_a_problem_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "pin.yaml").write_text(SCRIPT.replace("dials", "dialls"))
    own = '[certify]\nscripts = ["pin.yaml"]'
    endpoint = described(tmp_path, use='use = "clinic.yaml"', facts=own)
    found = problems(run_preflight(endpoint))
    assert any("pin.yaml, line 5, calls[0].dialls" in one.said for one in found)
