"""Which endpoints are lines of their own, and what is said of the cases that are about others."""

from pathlib import Path

import pytest

from harness.certify import applicability
from harness.doctor import fact_checks
from harness.doctor.diagnosis import Severity
from mockpbx.manifest import pbx_toml
from mockpbx.manifest.endpoint import Endpoint

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
