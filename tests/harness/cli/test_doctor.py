"""`pbx doctor`: what it prints, and the exit code that tells whose affair it is."""

from __future__ import annotations

import json
import socket
import sys
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from harness.certify import registry
from harness.cli.doctor import doctor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

COURIER, CUSTOMER = "79161110001", "79175968108"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Run the command in an empty folder."""
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(doctor)
    monkeypatch.chdir(tmp_path)

    def run(*words: object) -> Any:
        runner = CliRunner(env={"COLUMNS": "110"})
        return runner.invoke(app, [str(word) for word in words], catch_exceptions=False)

    return run


def code_2(_: Mapping[str, str]) -> object:
    return {"returned_code": 2}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def test_an_endpoint_in_order_is_ready(
    run: Callable[..., Any], endpoint: Callable[..., Any], manifest: Callable[..., Path]
) -> None:
    url = endpoint(code_2).url
    result = run("--manifest", manifest(url))
    assert result.exit_code == 0, result.stdout
    lines = result.stdout.splitlines()
    assert lines[0].startswith("ok       manifest")
    assert f"ok       address    {url}" in lines
    assert "ok       call       a stranger is answered: returned_code 2" in lines
    assert lines[-1] == "ready: pbx certify can begin"


def test_the_manifest_of_this_folder_is_found(
    run: Callable[..., Any], endpoint: Callable[..., Any], manifest: Callable[..., Path]
) -> None:
    manifest(endpoint(code_2).url)  # into the folder where the command runs
    result = run()
    assert result.exit_code == 0, result.stderr
    assert "ok       manifest   pbx.toml" in result.stdout


def test_an_address_prevails_over_the_manifest(
    run: Callable[..., Any], endpoint: Callable[..., Any], manifest: Callable[..., Path]
) -> None:
    path = manifest(f"http://127.0.0.1:{free_port()}/crm")
    assert run("--manifest", path).exit_code == 3
    assert run(endpoint(code_2).url, "--manifest", path).exit_code == 0


def test_warnings_do_not_keep_a_certification_from_beginning(
    run: Callable[..., Any], endpoint: Callable[..., Any]
) -> None:
    result = run(endpoint(code_2).url)
    assert result.exit_code == 0
    assert "warning  coverage" in result.stdout
    assert "→ give them in [facts] of pbx.toml" in result.stdout
    assert result.stdout.splitlines()[-1] == "ready: pbx certify can begin, with 1 warning"


def test_an_endpoint_that_cannot_be_reached_is_exit_3(run: Callable[..., Any]) -> None:
    port = free_port()
    result = run(f"http://127.0.0.1:{port}/crm")
    assert result.exit_code == 3
    assert f"problem  connection nothing listens at 127.0.0.1 port {port}" in result.stdout
    assert "→ start the endpoint" in result.stdout
    assert result.stdout.splitlines()[-1] == "1 problem to fix first"


def test_a_configuration_that_is_wrong_is_exit_2(
    run: Callable[..., Any], endpoint: Callable[..., Any], manifest: Callable[..., Path]
) -> None:
    facts = {"courier": "+79161110001", "order": "1052300"}
    result = run("--manifest", manifest(endpoint(code_2).url, facts=facts))
    assert result.exit_code == 2
    assert result.stdout.count("problem  facts") == 2
    assert "it can never be typed" in result.stdout


def test_a_manifest_that_is_wrong_is_exit_2_and_named_by_line(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "pbx.toml").write_text('[endpoint]\nurl = "http://crm/"\nmethod = "PUT"\n')
    result = run()
    assert result.exit_code == 2
    assert "problem  manifest   pbx.toml, line 3, endpoint.method" in result.stdout


def test_a_certificate_that_has_expired_is_the_endpoints_affair_and_exit_1(
    run: Callable[..., Any],
    endpoint: Callable[..., Any],
    expired: tuple[Any, Path],
) -> None:
    context, ca_file = expired
    result = run(endpoint(code_2, tls=context).url, "--ca-file", ca_file)
    assert result.exit_code == 1
    assert (
        "problem  tls        the certificate is refused: certificate has expired" in result.stdout
    )


def test_nothing_to_look_at_is_exit_2(run: Callable[..., Any]) -> None:
    result = run()
    assert result.exit_code == 2
    assert "name the endpoint: its URL, a pbx.toml" in result.stderr


def test_an_unusable_header_is_exit_2(run: Callable[..., Any]) -> None:
    result = run("http://127.0.0.1:9/", "--header", "no colon")
    assert result.exit_code == 2
    assert "NAME:VALUE" in result.stderr


def test_numbers_are_masked_unless_they_are_wanted(
    run: Callable[..., Any], endpoint: Callable[..., Any], manifest: Callable[..., Path]
) -> None:
    facts = {"courier": COURIER, "customer": COURIER}
    path = manifest(endpoint(code_2).url, facts=facts)
    assert COURIER not in run("--manifest", path).stdout
    assert "7916*****01" in run("--manifest", path).stdout
    assert COURIER in run("--manifest", path, "--show-numbers").stdout


def test_secrets_are_never_shown(run: Callable[..., Any], endpoint: Callable[..., Any]) -> None:
    url = endpoint(code_2).url + "?token=verysecret"
    result = run(url, "--header", "X-Token: othersecret", "--show-numbers")
    assert "verysecret" not in result.stdout + result.stderr
    assert "othersecret" not in result.stdout + result.stderr


def test_what_was_found_can_be_had_as_json(
    run: Callable[..., Any], endpoint: Callable[..., Any]
) -> None:
    url = endpoint(code_2).url
    found = json.loads(run(url, "--json", "-").stdout)
    assert (found["format"], found["ready"], found["exit_code"]) == (
        "pbx-harness-doctor/1",
        True,
        0,
    )
    assert found["endpoint"] == {"url": url}
    by_name = {check["name"]: check for check in found["checks"]}
    assert by_name["call"]["severity"] == "ok"
    assert by_name["coverage"]["severity"] == "warning"
    lost = {case for one in found["not_applicable"] for case in one["cases"]}
    assert "TLS-001" in lost
    assert lost < registry.cases().keys()


def test_problems_are_said_in_json_with_who_has_to_fix_them(run: Callable[..., Any]) -> None:
    result = run(f"http://127.0.0.1:{free_port()}/crm", "--json", "-")
    found = json.loads(result.stdout)
    assert (found["ready"], found["exit_code"], result.exit_code) == (False, 3, 3)
    (problem,) = [check for check in found["checks"] if check["severity"] == "problem"]
    assert problem["blame"] == "unreachable"


def test_a_wrong_manifest_is_said_in_json_too(run: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "pbx.toml").write_text("[endpoint]\n")
    found = json.loads(run("--json", "-").stdout)
    assert found["endpoint"] is None
    assert found["checks"][0]["name"] == "manifest"


def test_all_that_was_exchanged_is_shown_if_asked_for(
    run: Callable[..., Any], endpoint: Callable[..., Any]
) -> None:
    url = endpoint(code_2).url
    assert "input_result" not in run(url).stdout
    shown = run(url, "-v").stdout
    assert "input_result=None" in shown
    assert '"returned_code"' in shown


@pytest.fixture
def with_features(endpoint: Callable[..., Any], manifest: Callable[..., Path]) -> Path:
    """Return a manifest that names a folder of features."""
    path = manifest(endpoint(code_2).url)
    own = path.parent / "own"
    own.mkdir()
    scenario = "Feature: Own\n  Scenario: One\n    When the courier calls\n"
    (own / "own.feature").write_text(scenario, "utf-8")
    path.write_text(f'{path.read_text("utf-8")}\n[certify]\nfeatures = ["own"]\n', "utf-8")
    return path


def features_checked(run: Callable[..., Any], where: Path, tmp_path: Path) -> Mapping[str, Any]:
    file = tmp_path / "doctor.json"
    run("--manifest", where, "--json", file)
    report: dict[str, Any] = json.loads(file.read_text("utf-8"))
    (found,) = (one for one in report["checks"] if one["name"] == "features")
    return {**found, "exit_code": report["exit_code"]}


def test_features_without_the_libraries_that_read_them_are_a_problem(
    run: Callable[..., Any],
    with_features: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "harness.pytest_plugin.scenario_cases", None)
    found = features_checked(run, with_features, tmp_path)
    assert (found["severity"], found["exit_code"]) == ("problem", 2)
    assert "pbx-harness[bdd]" in found["said"]


def test_features_that_can_be_read_are_counted(
    run: Callable[..., Any], with_features: Path, tmp_path: Path
) -> None:
    found = features_checked(run, with_features, tmp_path)
    assert (found["severity"], found["exit_code"], found["said"]) == ("ok", 0, "1 scenario")
