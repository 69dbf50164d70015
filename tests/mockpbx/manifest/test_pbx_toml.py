"""Reading pbx.toml: what it says, and what is wrong with it, by line and key."""

from pathlib import Path

import pytest

from mockpbx.errors import ManifestError
from mockpbx.manifest import pbx_toml as manifest
from mockpbx.wire.request import Dialect, Method

WHOLE = """\
[endpoint]
url = "http://127.0.0.1:8080/crm_integration?token=${TOKEN}"
method = "POST-json"
dialect = "novofon"
deadline = "2s"
ca_file = "ca.pem"

[endpoint.headers]
X-Api-Key = "${API_KEY}"

[scenario]
use = "shop.yaml"

[facts]
courier = "79161110001"

[states]
url = "http://127.0.0.1:8080/states"
headers = { Authorization = "Bearer ${TOKEN}" }
"""


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "hunter2")
    monkeypatch.setenv("API_KEY", "s3cret")
    monkeypatch.delenv("UNSET", raising=False)


def problems(tmp_path: Path, text: str) -> str:
    path = tmp_path / "pbx.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ManifestError) as caught:
        manifest.load(path)
    return str(caught.value).replace(str(path), "pbx.toml")


def loaded(tmp_path: Path, text: str) -> manifest.Manifest:
    path = tmp_path / "pbx.toml"
    path.write_text(text, "utf-8")
    return manifest.load(path)


def test_a_manifest_tells_how_the_pbx_asks(tmp_path: Path) -> None:
    profile = loaded(tmp_path, WHOLE).profile()
    assert profile.url == "http://127.0.0.1:8080/crm_integration?token=hunter2"
    assert profile.headers == (("X-Api-Key", "s3cret"),)
    assert (profile.dialect, profile.method) == (Dialect.NOVOFON, Method.POST_JSON)


def test_the_values_from_the_environment_are_known_to_be_hidden(tmp_path: Path) -> None:
    assert loaded(tmp_path, WHOLE).from_environment() == {"hunter2", "s3cret"}


def test_paths_are_seen_from_the_manifest_not_from_the_shell(tmp_path: Path) -> None:
    read = loaded(tmp_path, WHOLE)
    assert read.scenario.use == str(tmp_path / "shop.yaml")
    assert read.endpoint.ca_file == str(tmp_path / "ca.pem")


def test_a_built_in_scenario_is_no_path(tmp_path: Path) -> None:
    read = loaded(tmp_path, '[endpoint]\nurl = "http://h/"\n[scenario]\nuse = "menu-first"\n')
    assert read.scenario.use == "menu-first"


def test_a_deadline_that_is_not_given_leaves_the_scenarios_own(tmp_path: Path) -> None:
    assert loaded(tmp_path, '[endpoint]\nurl = "http://h/"\n').deadline_s is None
    assert loaded(tmp_path, WHOLE).deadline_s == 2.0


WRONG = {
    "": "pbx.toml, endpoint: the key endpoint is missing",
    "[endpoint\n": "pbx.toml, line 1: this is not TOML",
    "[endpoint]\nurl = 5\n": 'pbx.toml, line 2, endpoint.url: quote it: "5" is text',
    "[endpoint]\nurl = 'http://h/'\nulr = 'x'\n": (
        "pbx.toml, line 3, endpoint.ulr: unknown key ulr; did you mean url?"
    ),
    "[endpoint]\nurl = 'garbage'\n": "pbx.toml, line 2, endpoint.url: the endpoint's URL must",
    "endpoint.url = 'http://h:99999/'\n": "pbx.toml, line 1, endpoint.url: the endpoint's URL has",
    "[endpoint]\nurl = 'http://h/${UNSET}'\n": (
        "pbx.toml, line 2, endpoint.url: the environment variable UNSET is not set; set it"
    ),
    "[endpoint]\nurl = 'http://h/'\n[endpoint.headers]\nX-Key = '${UNSET}'\n": (
        "pbx.toml, line 4, endpoint.headers.X-Key: the environment variable UNSET is not set"
    ),
    "[endpoint]\nurl = 'http://h/'\nheaders = {'no name' = 'secret'}\n": (
        "pbx.toml, line 3, endpoint.headers.no name: 'no name' cannot be a header's name"
    ),
    "[endpoint]\nurl = 'http://h/'\nheaders = {'X' = 'Жук'}\n": (
        "pbx.toml, line 3, endpoint.headers.X: the value of header 'X' must be plain ASCII"
    ),
    "[endpoint]\nurl = 'http://h/'\n\n[states]\nurl = 'h/states'\n": (
        "pbx.toml, line 5, states.url: the endpoint's URL must begin with http"
    ),
    "[endpoint]\nurl = 'http://h/'\n[facts]\ncourier = 79161110001 # him\n": (
        'pbx.toml, line 4, facts.courier: quote it: "79161110001" is text, not a number'
    ),
    "[endpoint]\nurl = 'http://h/'\n[facts]\nCourier = '7'\n": (
        "pbx.toml, line 3, facts: write the fact 'Courier' in small letters, digits and _"
    ),
    "[endpoint]\nurl = 'http://h/'\nmethod = 'PUT'\ndeadline = 'soon'\n": (
        "pbx.toml, line 3, endpoint.method: 'PUT' is not one of 'GET'"
    ),
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_told_with_file_line_key_and_what_to_do(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path, text).startswith(WRONG[text])


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    text = "[endpoint]\nurl = 5\nmethod = 'PUT'\n[facts]\norder = 7\n"
    assert len(problems(tmp_path, text).splitlines()) == 3


def test_a_file_that_is_not_there_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="no such file"):
        manifest.load(tmp_path / "none.toml")
