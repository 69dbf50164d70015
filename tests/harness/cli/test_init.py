"""`pbx init`: the file it writes, what it asks, and what a few calls show."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from harness.cli.init import init
from harness.endpoint.manifest_template import Draft, text_of
from mockpbx.errors import UsageError
from mockpbx.manifest import pbx_toml as manifest
from mockpbx.manifest.endpoint import Endpoint
from mockpbx.manifest.facts import FACTS
from mockpbx.wire.request import Method

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PBX = Path(sys.executable).with_name("pbx")
COURIER, CUSTOMER, ORDER = "79161110001", "79175968108", "10523"
FLAGS = ("--courier", COURIER, "--order", ORDER, "--customer", CUSTOMER)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Run the command in an empty folder; `typed` is what somebody answers."""
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(init)
    monkeypatch.chdir(tmp_path)

    def run(*words: object, typed: str = "") -> Any:
        runner = CliRunner(env={"COLUMNS": "110"})
        return runner.invoke(app, [str(word) for word in words], typed, catch_exceptions=False)

    return run


def line(asked: Mapping[str, str]) -> object:
    """Connect the courier who enters the order, and nobody else."""
    if asked["numa"] != COURIER:
        return {"returned_code": 2}
    return {"phones": [CUSTOMER]} if asked["input_result"] == ORDER else {"returned_code": 1}


@pytest.fixture
def url(endpoint: Callable[..., Any]) -> str:
    address: str = endpoint(line).url
    return address


# -- the file --------------------------------------------------------------------------


def test_the_file_says_what_was_said(run: Callable[..., Any], url: str, tmp_path: Path) -> None:
    result = run(url, *FLAGS, "--yes")
    assert result.exit_code == 0, result.output
    written = manifest.load(tmp_path / "pbx.toml")
    assert written.endpoint.url == url
    assert written.facts == {
        "virtual_number": "74951234567",
        "courier": COURIER,
        "order": ORDER,
        "customer": CUSTOMER,
        "unknown_order": "99999",
        "stranger": "79990000009",
    }
    assert result.stdout.splitlines()[-1].startswith("written: pbx.toml; next: pbx certify")


def test_every_fact_that_could_be_said_stands_there_as_a_comment(
    run: Callable[..., Any], url: str, tmp_path: Path
) -> None:
    run(url, "--yes")
    text = (tmp_path / "pbx.toml").read_text()
    for name, what in ((name, fact.meaning) for name, fact in FACTS.items()):
        assert f"{name} = " in text
        assert what in text


def test_all_that_can_be_said_of_an_endpoint_comes_back(
    run: Callable[..., Any], url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_TOKEN", "s3cret")
    (tmp_path / "here").mkdir()
    result = run(
        url.replace("crm_", "${CRM_TOKEN}/crm_"),
        *("--method", "POST-form", "--dialect", "novofon", "--scenario", "direct"),
        *("--header", "X-Token: ${CRM_TOKEN}", "--fact", "branch_office=77"),
        *("--output", "here/shop.toml", "--yes"),
    )
    assert result.exit_code == 0, result.output
    text = (tmp_path / "here/shop.toml").read_text()
    assert "s3cret" not in text + result.output
    endpoint = Endpoint.described(manifest.load(tmp_path / "here/shop.toml"))
    assert endpoint.profile.url.endswith("/s3cret/crm_integration")
    assert endpoint.profile.method is Method.POST_FORM
    assert endpoint.profile.dialect.value == "novofon"
    assert endpoint.profile.headers == (("X-Token", "s3cret"),)
    assert endpoint.scenario.name == "direct"
    assert endpoint.facts["branch_office"] == "77"


def test_files_are_named_so_that_they_are_found_from_anywhere(
    run: Callable[..., Any],
    endpoint: Callable[..., Any],
    expired: tuple[Any, Path],
    tmp_path: Path,
) -> None:
    context, ca_file = expired
    (tmp_path / "deeper").mkdir()
    result = run(
        endpoint(line, tls=context).url,
        *("--ca-file", ca_file.name, "--output", "deeper/pbx.toml", "--yes"),
    )
    assert result.exit_code == 1  # the certificate has expired; the file is written all the same
    written = manifest.load(tmp_path / "deeper/pbx.toml")
    assert (tmp_path / "deeper" / "pbx.toml").read_text().count('"../ca.pem"') == 1
    assert written.endpoint.ca_file is not None
    assert Path(written.endpoint.ca_file).resolve() == ca_file


def test_a_secret_in_the_file_is_pointed_out(run: Callable[..., Any], url: str) -> None:
    result = run(url, "--header", "X-Token: s3cret", "--header", "Accept: text/plain", "--yes")
    assert "the value of header X-Token stands in the file" in result.stdout
    assert "header Accept" not in result.stdout


def test_a_file_that_is_there_is_not_overwritten(
    run: Callable[..., Any], url: str, tmp_path: Path
) -> None:
    (tmp_path / "pbx.toml").write_text("mine")
    result = run(url, *FLAGS)  # nor is anything asked
    assert result.exit_code == 2
    assert "--force overwrites it" in result.stderr
    assert (tmp_path / "pbx.toml").read_text() == "mine"
    assert run(url, *FLAGS, "--yes", "--force").exit_code == 0
    assert manifest.load(tmp_path / "pbx.toml").endpoint.url == url


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["http://127.0.0.1:9/${NO_SUCH_VARIABLE}"], "NO_SUCH_VARIABLE is not set"),
        (["crm"], "must begin with http://"),
        (["http://127.0.0.1:9/", "--fact", "order"], "NAME=NUMBER"),
        (["http://127.0.0.1:9/", "--fact", "Order=1"], "small letters"),
        (["http://127.0.0.1:9/", "--header", "x"], "NAME:VALUE"),
        (["http://127.0.0.1:9/", "--scenario", "nowhere"], "nowhere"),
        (["http://127.0.0.1:9/", "--output", "no/such/pbx.toml"], "does not exist"),
        (["http://127.0.0.1:9/", "--courier", "\x07"], "control character"),
    ],
)
def test_what_cannot_be_used_is_exit_2_and_leaves_no_file(
    words: list[str], said: str, run: Callable[..., Any], tmp_path: Path
) -> None:
    result = run(*words, "--yes")
    assert result.exit_code == 2
    assert said in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ['quote " and \\ backslash', "кириллица 🦊", "# no comment"])
def test_any_text_comes_back_as_it_was(text: str, tmp_path: Path) -> None:
    draft = Draft(url="http://crm.example/", facts={"note": text}, scenario="courier-line")
    path = tmp_path / "pbx.toml"
    path.write_text(text_of(draft), encoding="utf-8")
    assert manifest.load(path).facts == {"note": text}


def test_a_control_character_is_refused() -> None:
    with pytest.raises(UsageError, match="control character"):
        text_of(Draft(url="http://crm.example/", facts={"note": "a\nb"}))


# -- asking ----------------------------------------------------------------------------


def test_what_no_option_says_is_asked(run: Callable[..., Any], url: str, tmp_path: Path) -> None:
    typed = f"\n\n{COURIER}\n{ORDER}\n{CUSTOMER}\n\n\n\n\n"
    result = run(url, typed=typed)
    assert result.exit_code == 0, result.output
    written = manifest.load(tmp_path / "pbx.toml").facts
    assert written["courier"] == COURIER
    assert written["virtual_number"] == "74951234567"  # what was offered
    assert "foreign_order" not in written


def test_what_an_option_says_is_not_asked(run: Callable[..., Any], url: str) -> None:
    result = run(url, *FLAGS, typed="\n" * 6)
    assert "virtual number:" in result.stdout
    assert "courier: a courier" not in result.stdout


def test_what_cannot_be_true_is_asked_again(
    run: Callable[..., Any], url: str, tmp_path: Path
) -> None:
    typed = f"\n\n+7 (916) 111-00-01\n{COURIER}\n1052300\n{ORDER}\n{CUSTOMER}\n\n\n\n\n"
    result = run(url, typed=typed)
    assert result.exit_code == 0, result.output
    assert "not digits alone" in result.output
    assert "the scenario collects 5" in result.output
    assert manifest.load(tmp_path / "pbx.toml").facts["order"] == ORDER


def test_where_nobody_answers_nothing_is_written(
    run: Callable[..., Any], url: str, tmp_path: Path
) -> None:
    result = run(url, typed="\n\n")
    assert result.exit_code == 2
    assert "give the facts as options" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_who_breaks_off_is_not_urged_to_answer(url: str, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [PBX, "init", url],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.read(1) == b"s"  # of scenario: it waits for an answer
    process.send_signal(signal.SIGINT)
    _, complained = process.communicate()
    assert (process.returncode, complained) == (130, b"")
    assert list(tmp_path.iterdir()) == []


def test_only_what_nobody_offers_can_be_left_out(run: Callable[..., Any], url: str) -> None:
    asked = run(url, typed="\n" * 9).stdout
    assert "customers call [74951234567]: " in asked
    assert "an open order, carried by courier (empty to leave out): " in asked


CLINIC = """\
name: clinic
start: who-is-calling
operations:
  who-is-calling:
    interactive: {access_code_length: 4, branches: {2: reception}, fallback: reception}
  reception: {forward: {phones: ["101"]}}
"""


def test_a_line_of_ones_own_is_asked_for_facts_of_its_own(
    run: Callable[..., Any], url: str, tmp_path: Path
) -> None:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "here").mkdir()
    (tmp_path / "scenarios" / "clinic.yaml").write_text(CLINIC)
    typed = "\n".join(
        ["nowhere", "scenarios/clinic.yaml", "", "", "PIN=1", "pin", "pin=4711", "doctor=101", ""]
    )
    result = run(url, "--output", "here/pbx.toml", typed=f"{typed}\n")
    assert result.exit_code == 0, result.output
    assert "courier" not in result.stdout.replace("courier-line", "")
    text = (tmp_path / "here/pbx.toml").read_text()
    assert 'use = "../scenarios/clinic.yaml"' in text
    assert "courier" not in text
    endpoint = Endpoint.described(manifest.load(tmp_path / "here/pbx.toml"))
    assert endpoint.own_line == "clinic"
    assert dict(endpoint.facts) == {
        "virtual_number": "74951234567",
        "stranger": "79990000009",
        "pin": "4711",
        "doctor": "101",
    }


def test_a_line_of_ones_own_is_written_without_a_question(
    run: Callable[..., Any], url: str, tmp_path: Path
) -> None:
    (tmp_path / "clinic.yaml").write_text(CLINIC)
    result = run(url, "--scenario", "clinic.yaml", "--fact", "pin=4711", "--yes")
    assert result.exit_code == 0, result.output
    endpoint = Endpoint.described(manifest.load(tmp_path / "pbx.toml"))
    assert endpoint.own_line == "clinic"
    assert endpoint.facts["pin"] == "4711"


def test_couriers_of_a_scenario_of_ones_own_are_asked_for(
    run: Callable[..., Any], url: str, tmp_path: Path
) -> None:
    (tmp_path / "clinic.yaml").write_text(CLINIC.replace("4,", "5,"))
    result = run(url, "--scenario", "clinic.yaml", "--courier", COURIER, typed="\n" * 9)
    assert "order: an open order" in result.stdout
    written = manifest.load(tmp_path / "pbx.toml")
    assert written.facts["courier"] == COURIER


def test_the_file_says_how_cases_of_ones_own_are_added(
    run: Callable[..., Any], url: str, tmp_path: Path
) -> None:
    run(url, "--yes")
    path = tmp_path / "pbx.toml"
    lines = path.read_text().splitlines()
    begin = lines.index("# [certify]")
    path.write_text("\n".join(line.removeprefix("# ") for line in lines[begin : begin + 3]))
    (tmp_path / "features").mkdir()
    (tmp_path / "features" / "a.feature").write_text("")
    (tmp_path / "calls").mkdir()
    (tmp_path / "calls" / "a.yaml").write_text("")
    path.write_text(f'[endpoint]\nurl = "{url}"\n{path.read_text()}')
    endpoint = Endpoint.described(manifest.load(path))
    assert (len(endpoint.features), len(endpoint.scripts)) == (1, 1)


# -- trying out ------------------------------------------------------------------------


def test_facts_that_hold_are_confirmed_by_calls(run: Callable[..., Any], url: str) -> None:
    result = run(url, *FLAGS, "--yes")
    assert "ok       facts      courier enters order and is connected" in result.stdout
    assert "ok       facts      stranger enters order and is not connected" in result.stdout


def test_facts_that_do_not_hold_are_exit_1_and_the_file_stays(
    run: Callable[..., Any], url: str, tmp_path: Path
) -> None:
    result = run(url, "--courier", "79161110002", *FLAGS[2:], "--yes")
    assert result.exit_code == 1
    assert "problem  facts      reaches: expected 7917*****08" in result.stdout
    assert "order open and theirs?" in result.stdout
    assert (tmp_path / "pbx.toml").exists()


def test_an_endpoint_that_is_not_there_is_exit_3_and_the_file_stays(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    result = run("http://no-such-host.invalid/crm", *FLAGS, "--yes")
    assert result.exit_code == 3
    assert "connected with customer" not in result.stdout
    assert (tmp_path / "pbx.toml").exists()


def test_cases_that_are_not_applicable_are_said_with_the_reason(
    run: Callable[..., Any], url: str
) -> None:
    result = run(url, *FLAGS, "--yes")
    after = result.stdout.partition("not applicable:")[2]
    assert "the endpoint does not declare https" in after
    assert "needs the fact foreign_order in [facts]" in after


def test_numbers_are_masked_unless_they_are_wanted(run: Callable[..., Any], url: str) -> None:
    words = (url, "--courier", "79161110002", *FLAGS[2:], "--yes", "--force")
    assert CUSTOMER not in run(*words).stdout
    assert CUSTOMER in run(*words, "--show-numbers").stdout
