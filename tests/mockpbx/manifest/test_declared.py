"""What a manifest declares of the requests binds; what it does not is assumed."""

from pathlib import Path

import pytest

from mockpbx.async_pbx import AsyncPbx
from mockpbx.errors import ManifestError
from mockpbx.manifest import pbx_toml
from mockpbx.manifest.endpoint import Endpoint, Overrides

URL = "http://127.0.0.1:8080/crm_integration"


def endpoint(folder: Path, *lines: str, scenario: str = "") -> Endpoint:
    path = folder / "pbx.toml"
    path.write_text("\n".join(["[endpoint]", f'url = "{URL}"', *lines, scenario]))
    return Endpoint.described(pbx_toml.load(path))


def asked_by_a_hidden_caller(where: Endpoint) -> dict[str, str]:
    pbx = AsyncPbx(where)
    return dict(pbx.request(pbx.fields("")).params)


@pytest.mark.parametrize(
    ("declared", "numa"), [("empty", ""), ("anonymous", "anonymous"), ("absent", None)]
)
def test_hidden_callers_arrive_as_declared(declared: str, numa: str | None, tmp_path: Path) -> None:
    where = endpoint(tmp_path, f'hidden_caller = "{declared}"')
    assert asked_by_a_hidden_caller(where).get("numa") == numa
    assert where.hidden_caller == declared


def test_only_ticked_parameters_are_sent(tmp_path: Path) -> None:
    where = endpoint(tmp_path, 'parameters = ["numa", "input_result"]')
    assert asked_by_a_hidden_caller(where).keys() == {"numa", "input_result"}
    assert where.declares_parameters
    assert where.summary()["endpoint"] == {
        "url": URL,
        "method": "GET",
        "dialect": "comagic",
        "deadline": "5s",
        "headers": {},
        "parameters": ["input_result", "numa"],
    }


def test_a_parameter_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"parameters\[1\]: .*; did you mean input_result\?"):
        endpoint(tmp_path, 'parameters = ["numa", "input_reslt"]')


def test_what_nobody_says_is_not_declared(tmp_path: Path) -> None:
    for where in (endpoint(tmp_path), Endpoint.at(URL)):
        assert not where.declares_parameters
        assert not where.declares_deadline
        assert not where.names_scenario
        assert where.hidden_caller is None


def test_a_scenario_and_a_deadline_can_be_declared(tmp_path: Path) -> None:
    where = endpoint(tmp_path, 'deadline = "2s"', scenario='[scenario]\nuse = "courier-line"')
    assert where.declares_deadline
    assert where.names_scenario
    named = Overrides(scenario="courier-line", deadline_s=2.0).applied(Endpoint.at(URL))
    assert named.declares_deadline
    assert named.names_scenario


@pytest.mark.parametrize(
    ("url", "value", "expected"),
    [
        (
            "http://crm/x?token=${CRM_TOKEN}",
            "Zx9&kQ#a+b c",
            "http://crm/x?token=Zx9%26kQ%23a%2Bb%20c",
        ),
        ("http://crm/${CRM_TOKEN}/x", "a/b", "http://crm/a%2Fb/x"),
        ("http://crm/x?token=${CRM_TOKEN}", "a%26b", "http://crm/x?token=a%26b"),
        ("http://crm/x?token=${CRM_TOKEN}", "100%", "http://crm/x?token=100%25"),
        ("${CRM_TOKEN}/x", "http://crm:8080", "http://crm:8080/x"),
        ("http://${CRM_TOKEN}/x", "crm:8080", "http://crm:8080/x"),
    ],
)
def test_a_secret_stays_one_value_of_the_address(
    url: str, value: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_TOKEN", value)
    assert pbx_toml.expanded_url(url, "endpoint.url") == expected
