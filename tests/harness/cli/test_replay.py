"""`pbx replay`: scripts, verdicts, reports, exit codes."""

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

Pbx = Callable[..., Any]
COURIER, CUSTOMER = "79161110001", "79175968108"
SECRET = "hunter2-from-the-environment"  # noqa: S105  # the example


def script(folder: Path, name: str, *lines: str, call: str = "") -> Path:
    path = folder / f"{name}.yaml"
    one = call or '{from: "${courier}", dials: ["${order}"], expect: {reaches: "${customer}"}}'
    path.write_text("\n".join([f"id: {name}", "title: A call.", *lines, "calls:", f"  - {one}"]))
    return path


def test_a_script_that_goes_as_expected_is_exit_code_0(
    pbx: Pbx, endpoint: Pbx, manifest: Pbx
) -> None:
    result = pbx("replay", "own-order", "--manifest", manifest(endpoint().url))
    assert result.exit_code == 0
    assert "ok     own-order" in result.stdout
    assert "talked to 7917*****08 for 20 s" in result.stdout
    assert "1 script as expected, 0 missed, 0 not applicable; 1 call in " in result.stdout


def test_a_missed_expectation_is_exit_code_1_and_shows_what_to_repeat(
    pbx: Pbx, endpoint: Pbx, manifest: Pbx, tmp_path: Path
) -> None:
    there = endpoint(lambda _: {"phones": ["101"], "text": f"You, {COURIER}?"})
    path = script(tmp_path, "mine")
    result = pbx("replay", path, "--manifest", manifest(there.url))
    assert result.exit_code == 1
    assert "MISSED mine" in result.stdout
    assert "reaches: expected 7917*****08, received 101" in result.stdout
    line = f"request 1 (masked): curl 'http://127.0.0.1:{there.port}/crm_integration?"
    assert line in result.stdout
    assert "numa=7916*****01&" in result.stdout
    assert result.stdout.count("--show-numbers") == 1
    again = next(line for line in result.stdout.splitlines() if " again: " in line)
    words = shlex.split(again.partition(" again: pbx ")[2])
    assert "MISSED mine" in pbx(*words).stdout
    assert result.stdout.index(again) < result.stdout.index(line)
    shown = pbx(*words, "--show-numbers").stdout
    assert f"request 1: curl 'http://127.0.0.1:{there.port}/crm_integration?" in shown
    assert f"numa={COURIER}&" in shown
    assert 'answer: HTTP 200 {"phones": ["101"], "text": "You, 7916*****01?"}' in result.stdout
    assert "│── hangs up ──" in result.stdout
    assert COURIER not in result.output


def test_a_post_is_repeated_with_its_body(
    pbx: Pbx, endpoint: Pbx, manifest: Pbx, tmp_path: Path
) -> None:
    there = endpoint(lambda _: {"phones": ["101"]})
    path = script(tmp_path, "mine")
    result = pbx("replay", path, "--manifest", manifest(there.url), "--method", "POST-form")
    assert there.asked[0].method == "POST"
    assert "--data-raw 'cdr_id=" in result.stdout


def test_ladders_are_drawn_where_they_are_asked_for(pbx: Pbx, endpoint: Pbx, manifest: Pbx) -> None:
    facts = manifest(endpoint().url)
    assert "│── keys" not in pbx("replay", "own-order", "--manifest", facts).stdout
    assert (
        "│── keys 10523 ──" in pbx("replay", "own-order", "--manifest", facts, "--ladders").stdout
    )


def test_a_run_of_many_requests_shows_the_first_ones(
    pbx: Pbx, endpoint: Pbx, manifest: Pbx, tmp_path: Path
) -> None:
    path = script(tmp_path, "mine", call='{from: "101", expect: {reaches: somebody}}')
    url = endpoint(lambda _: {"returned_code": 1}).url
    result = pbx("replay", path, "--manifest", manifest(url))
    assert "request 6: curl" in result.stdout
    assert "request 7: curl" not in result.stdout
    assert "and 13 requests more" in result.stdout


def test_nothing_listening_is_exit_code_3_and_the_report_is_written(
    pbx: Pbx, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    report = tmp_path / "report.json"
    result = pbx("replay", f"http://127.0.0.1:{port}/", "--json", report)
    assert result.exit_code == 3
    assert result.stderr == f"pbx: nothing listens at 127.0.0.1 port {port}; is it running?\n"
    assert json.loads(report.read_text())["complete"] is False


def test_nothing_played_is_no_success(pbx: Pbx, endpoint: Pbx) -> None:
    result = pbx("replay", endpoint().url, "own-order", "stranger")
    assert result.exit_code == 2
    assert "n/a    own-order" in result.stdout
    assert "needs the fact courier, customer, order" in result.stdout
    assert result.stderr.startswith("pbx: nothing was played")


def test_what_is_not_applicable_does_not_spoil_what_is_as_expected(
    pbx: Pbx, endpoint: Pbx, manifest: Pbx
) -> None:
    result = pbx("replay", "own-order", "stranger", "--manifest", manifest(endpoint().url))
    assert result.exit_code == 0
    assert "1 script as expected, 0 missed, 1 not applicable" in result.stdout


USAGE = {
    "name the endpoint: its URL, a pbx.toml here or in a folder above": [],
    "--reference brings its own address and facts": ["--reference", "http://h/"],
    "the endpoint's URL must begin with http": ["ftp://me:hunter2@h/"],
    "no call script 'own-ordre' in the catalogue, nor such a file; did you mean own-order": [
        *("own-ordre", "http://h/")
    ],
    "none.yaml, no such file": ["none.yaml", "http://h/"],
    "none.toml, no such file": ["--manifest", "none.toml"],
    "no built-in scenario is called 'menu'": ["http://h/", "--scenario", "menu"],
    "--header: write it as NAME:VALUE": ["http://h/", "--header", "hunter2"],
    "the report /none/x.json cannot be written: No such file": [
        *("own-order", "http://127.0.0.1:1/", "--json", "/none/x.json")
    ],
}


@pytest.mark.parametrize("said", USAGE)
def test_a_mistake_is_exit_code_2_and_says_what_to_do(pbx: Pbx, said: str) -> None:
    result = pbx("replay", *USAGE[said])
    assert result.exit_code == 2
    assert result.stderr.startswith(f"pbx: {said}")
    assert "hunter2" not in result.output


@pytest.mark.parametrize("jobs", ["0", "65", "many"])
def test_a_number_of_jobs_that_makes_no_sense_is_exit_code_2(pbx: Pbx, jobs: str) -> None:
    assert pbx("replay", "http://h/", "--jobs", jobs).exit_code == 2


def test_an_empty_folder_is_a_mistake(pbx: Pbx, tmp_path: Path) -> None:
    result = pbx("replay", "http://h/", tmp_path)
    assert result.exit_code == 2
    assert "holds no call script" in result.stderr


def test_a_script_with_errors_tells_file_line_and_key(pbx: Pbx, tmp_path: Path) -> None:
    call = "{from: 79161110001, hangs_up: {}, expect: {reches: x}}"
    path = script(tmp_path, "mine", call=call)
    result = pbx("replay", "http://h/", path)
    assert result.exit_code == 2
    lines = result.stderr.splitlines()
    assert lines[0].startswith(f"pbx: {path}, line 4, calls[0].from: quote it")
    assert "calls[0].hangs_up.while: the key while is missing" in lines[1]
    assert "calls[0].expect.reches: unknown key reches; did you mean reaches" in lines[2]


def test_a_folder_of_scripts_is_replayed_side_by_side_in_order(
    pbx: Pbx, endpoint: Pbx, manifest: Pbx, tmp_path: Path
) -> None:
    folder = tmp_path / "scripts"
    folder.mkdir()
    for name in ("c", "a", "b", "d", "e"):
        script(folder, name)
    result = pbx("replay", folder, "--manifest", manifest(endpoint().url), "--jobs", "4")
    assert result.exit_code == 0
    named = [line.split()[1] for line in result.stdout.splitlines() if line.startswith("ok")]
    assert named == ["a", "b", "c", "d", "e"]


def test_the_manifest_of_the_folder_is_read_where_nothing_else_is_named(
    pbx: Pbx, endpoint: Pbx, manifest: Pbx, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(manifest(endpoint().url).parent)
    assert "1 script as expected" in pbx("replay", "own-order").stdout


# -- what the endpoint is known by ---------------------------------------------------------


def test_the_command_line_prevails_over_the_manifest(
    pbx: Pbx, endpoint: Pbx, manifest: Pbx, tmp_path: Path
) -> None:
    there = endpoint()
    facts = manifest(
        *("http://127.0.0.1:1/", 'method = "POST-json"', 'dialect = "novofon"'),
        'headers = {X-Token = "from the file", X-Other = "kept"}',
    )
    given = [there.url, "--method", "GET", "--dialect", "uis", "-H", "x-token: given"]
    assert pbx("replay", script(tmp_path, "mine"), "--manifest", facts, *given).exit_code == 0
    asked = there.asked[0]
    assert (asked.method, asked.headers["x-token"]) == ("GET", "given")
    assert asked.headers["x-other"] == "kept"
    assert "call_session_id" not in asked.parameters


SCENARIO = """
name: impatient
start: ask
deadline: 100ms
operations:
  ask: {interactive: {forced_pickup: true, branches: {}, fallback: office}}
  office: {forward: {phones: ["101"]}}
"""


@pytest.mark.parametrize(("line", "waited"), [("", "0.1"), ('deadline = "0.2s"', "0.2")])
def test_the_deadline_is_the_manifests_if_it_gives_one_else_the_scenarios(
    pbx: Pbx, manifest: Pbx, tmp_path: Path, line: str, waited: str
) -> None:
    (tmp_path / "impatient.yaml").write_text(SCENARIO)
    call = '{from: "102", expect: {answers: any, reaches: "101"}}'
    path = script(tmp_path, "mine", call=call)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        facts = manifest(url, line, more='[scenario]\nuse = "impatient.yaml"')
        result = pbx("replay", path, "--manifest", facts)
    assert result.exit_code == 0
    assert f"heard {waited} s of dead air, fell back to office (deadline)" in result.stdout


def test_a_state_is_put_before_the_script_that_needs_it(
    pbx: Pbx, endpoint: Pbx, manifest: Pbx, tmp_path: Path
) -> None:
    there = endpoint()
    given = 'given: [{state: order closed, params: {order: "${order}"}}]'
    path = script(tmp_path, "mine", given)
    states = f'[states]\nurl = "http://127.0.0.1:{there.port}/states"'
    assert pbx("replay", path, "--manifest", manifest(there.url, more=states)).exit_code == 0
    assert there.asked[0].path == "/states"
    assert json.loads(there.asked[0].body) == {
        "state": "order closed",
        "params": {"order": "10523"},
    }


def test_a_state_that_cannot_be_put_is_said_and_the_report_is_not_whole(
    pbx: Pbx, endpoint: Pbx, manifest: Pbx, tmp_path: Path
) -> None:
    path = script(tmp_path, "mine", "given: [{state: order closed}]")
    states = f'[states]\nurl = "http://127.0.0.1:1/?token={SECRET}"'
    report = tmp_path / "report.json"
    facts = manifest(endpoint().url, more=states)
    result = pbx("replay", path, "--manifest", facts, "--json", report)
    assert result.exit_code == 2
    assert "the states address does not answer" in result.stderr
    assert SECRET not in result.output
    assert json.loads(report.read_text())["complete"] is False


# -- the report ----------------------------------------------------------------------------


def test_the_report_on_standard_output_is_json_and_nothing_else(
    pbx: Pbx, endpoint: Pbx, manifest: Pbx
) -> None:
    facts = manifest(endpoint().url)
    result = pbx("replay", "own-order", "stranger", "--manifest", facts, "--json", "-")
    written = json.loads(result.stdout)
    assert written["format"] == "pbx-replay/1"
    assert written["complete"] is True
    counts = {"as-expected": 1, "missed": 0, "not-applicable": 1, "untestable": 0}
    assert written["counts"] == counts
    own, stranger = written["scripts"]
    assert (own["id"], own["verdict"], own["reason"]) == ("own-order", "as-expected", None)
    assert stranger["missing_facts"] == ["foreign_customer"]
    assert stranger["calls"] == []
    assert "1 script as expected" in result.stderr


def test_the_report_holds_what_a_program_needs(
    pbx: Pbx, endpoint: Pbx, manifest: Pbx, tmp_path: Path
) -> None:
    path = script(*(tmp_path, "mine", "failures: [{fault: http.status, at: 503, when: {step: 2}}]"))
    report = tmp_path / "report.json"
    facts = manifest(endpoint().url)
    assert pbx("replay", path, "--manifest", facts, "--json", report).exit_code == 1
    (written,) = json.loads(report.read_text())["scripts"]
    assert (written["verdict"], written["source"], written["title"]) == (
        "missed",
        str(path),
        "A call.",
    )
    (call,) = written["calls"]
    assert call["as_expected"] is False
    assert call["misses"] == [
        {"what": "reaches", "expected": "7917*****08", "received": "7495*****01"}
    ]
    assert call["record"]["requests"][1]["failure"]["observed"] == "http_status"
    first, second = call["exchanges"]
    assert (first["injected"], first["seen"]) == ([], first["observed"])
    assert second["injected"] == ["http.status"]
    assert second["observed"]["instruction"]["phones"] == ["7917*****08"]
    assert second["seen"]["injected"] is True
    assert second["reply"]["status"] == 200
    assert second["request"]["url"].startswith("http://127.0.0.1:")
    assert "fell back to operators (http_status)" in call["outcome"]


def test_neither_numbers_nor_secrets_stand_in_any_output(
    pbx: Pbx, endpoint: Pbx, manifest: Pbx, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", SECRET)
    spellings = f"+{COURIER}, 8{COURIER[1:]}, +7 (916) 111-00-01, {CUSTOMER}"

    def echo(parameters: Mapping[str, str]) -> object:
        if parameters["input_result"] == "None":
            return {"returned_code": 1}
        return {"text": f"{spellings} {SECRET} {parameters['numa']}", "code": int(COURIER)}

    there = endpoint(echo)
    url = f"http://127.0.0.1:{there.port}/hook/${{TOKEN}}/?k=1"
    facts = manifest(url, 'headers = {X-Token = "${TOKEN}"}')
    call = '{from: "${courier:plus}", dials: ["${order}"], expect: {reaches: nobody}}'
    calls = ["own-order", script(tmp_path, "plus", call=call)]
    report = tmp_path / "report.json"
    result = pbx("replay", *calls, "--manifest", facts, "--ladders", "--json", report)
    assert there.asked[0].headers["x-token"] == SECRET
    for output in (result.output, report.read_text()):
        assert SECRET not in output
        assert COURIER[1:] not in output
        assert CUSTOMER not in output
        assert "111-00-01" not in output
        assert "10523" in output


def test_a_return_code_that_is_somebodys_number_is_hidden(
    pbx: Pbx, endpoint: Pbx, manifest: Pbx
) -> None:
    there = endpoint(lambda _: {"returned_code": int(CUSTOMER)})
    facts = manifest(there.url)
    result = pbx("replay", "own-order", "--manifest", facts, "--json", "-")
    assert CUSTOMER not in result.output


# -- as a process --------------------------------------------------------------------------


def test_ctrl_c_writes_what_was_done_and_is_exit_code_130(
    manifest: Pbx, endpoint: Pbx, tmp_path: Path
) -> None:
    there = endpoint()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        names = [script(tmp_path, "a"), script(tmp_path, "b", "scenario: slow.yaml")]
        slow = SCENARIO.replace("100ms", "60s").replace(
            "interactive: {", f'interactive: {{url: "http://127.0.0.1:{port}/", '
        )
        (tmp_path / "slow.yaml").write_text(slow)
        report = tmp_path / "report.json"
        words = ["replay", *names, "--manifest", manifest(there.url), "--json", report]
        process = subprocess.Popen(
            [Path(sys.executable).with_name("pbx"), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
        )
        connection, _ = silent.accept()
        with connection:
            connection.recv(1)  # the second script is under way
            process.send_signal(signal.SIGINT)
            stdout, stderr = process.communicate()
    assert process.returncode == 130
    assert "Traceback" not in stderr
    assert "interrupted" in stdout
    assert "1 script as expected" in stdout
    written = json.loads(report.read_text())
    assert written["complete"] is False
    assert [one["id"] for one in written["scripts"]] == ["a"]


def test_a_reader_who_goes_away_leaves_the_report_as_it_is(
    manifest: Pbx, endpoint: Pbx, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    words = ["replay", "own-order", "--manifest", manifest(endpoint().url), "--json", report]
    reading, writing = os.pipe()
    os.close(reading)
    process = subprocess.run(
        [Path(sys.executable).with_name("pbx"), *words],
        check=False,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writing)
    assert (process.returncode, process.stderr) == (141, "")
    assert json.loads(report.read_text())["complete"] is True


# -- the reference server ------------------------------------------------------------------


def test_the_reference_server_is_started_asked_and_stopped(pbx: Pbx) -> None:
    result = pbx("replay", "own-order", "stranger", "closed-order", "--reference", "--json", "-")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["counts"]["as-expected"] == 3
