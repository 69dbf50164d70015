"""`pbx call`: one call, its ladder, its exit code, and what a mistake is answered with."""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

Pbx = Callable[..., Any]
COURIER, CUSTOMER = "79161110001", "79175968108"
BY_DAY = ("--at", "2026-09-17 10:15")
CALL = ("--from", COURIER, "--dial", ".10523", *BY_DAY)


def test_a_call_is_drawn_and_said_with_numbers_masked(pbx: Pbx, endpoint: Pbx) -> None:
    result = pbx("call", endpoint().url, *CALL)
    assert result.exit_code == 0
    assert "│── keys 10523 ──" in result.stdout
    assert "│◀─ “Connecting you with 7917*****08.” ──" in result.stdout
    assert result.stdout.rstrip().endswith(
        "entered 10523, talked to 7917*****08 for 20 s (success_finish)."
    )
    assert COURIER not in result.output
    assert CUSTOMER not in result.output
    assert "calls 74951234567" in result.stdout


def test_numbers_are_shown_to_who_asks_for_them(pbx: Pbx, endpoint: Pbx) -> None:
    result = pbx("call", endpoint().url, *CALL, "--show-numbers")
    assert f"talked to {CUSTOMER} for 20 s" in result.stdout


def test_the_record_is_given_as_json_and_nothing_else(pbx: Pbx, endpoint: Pbx) -> None:
    result = pbx("call", endpoint().url, *CALL, "--json", "-")
    written = json.loads(result.stdout)
    assert written["record"]["finish_reason"] == "success_finish"
    assert [exchange["reply"]["status"] for exchange in written["exchanges"]] == [200, 200]
    assert written["exchanges"][0]["curl"].startswith("curl 'http://127.0.0.1:")
    assert CUSTOMER not in result.stdout


def test_the_options_reach_the_endpoint(pbx: Pbx, endpoint: Pbx) -> None:
    there = endpoint(lambda _: {"returned_code": 4})
    options = ["--dialect", "novofon", "--method", "POST-form", "--no-input", "empty"]
    options += ["--start-time", "datetime", "--to", "74990000000", "-H", "X-Token: abcd"]
    assert pbx("call", there.url, "--from", "", *BY_DAY, *options).exit_code == 0
    (asked,) = there.asked
    assert asked.method == "POST"
    assert asked.headers["x-token"] == "abcd"
    assert asked.parameters.pop("call_session_id").isdigit()
    assert asked.parameters == {
        "start_time": "2026-09-17 10:15:00",
        "input_result": "",
        "numa": "",
        "numb": "74990000000",
        "direction": "in",
    }


def test_people_do_what_the_options_say(pbx: Pbx, endpoint: Pbx) -> None:
    there = endpoint(lambda _: {"phones": ["101", "102"]})
    result = pbx(
        *("call", there.url, "--from", COURIER, *BY_DAY, "--callee", "101=busy"),
        *("--callee", "102=7", "--hangup", "talking:2"),
    )
    assert "╌ busy ╌" in result.stdout
    assert "heard 1 phone not answer, talked to 102 for 2 s" in result.stdout


def test_what_was_to_happen_and_did_not_is_said(pbx: Pbx, endpoint: Pbx) -> None:
    there = endpoint(lambda _: {"phones": ["101"]})
    words = ("call", there.url, "--from", COURIER, *BY_DAY, "--hangup", "recording")
    assert "never took place: " in pbx(*words).stdout
    (undone,) = json.loads(pbx(*words, "--json", "-").stdout)["never_took_place"]
    assert "recording" in undone or "voicemail" in undone


def test_an_answer_that_is_no_instruction_is_exit_code_1(pbx: Pbx, endpoint: Pbx) -> None:
    result = pbx("call", endpoint(lambda _: {"phone": CUSTOMER}).url, "--from", COURIER, *BY_DAY)
    assert result.exit_code == 1
    assert "request 1: instruction_invalid: " in result.stdout
    assert CUSTOMER not in result.output


def test_an_injected_failure_is_exit_code_1(pbx: Pbx, endpoint: Pbx) -> None:
    there = endpoint()
    result = pbx("call", there.url, *CALL, "--inject", "http.status=503")
    assert result.exit_code == 1
    assert "http_status (injected) → operators" in result.stdout
    assert "request 1: http_status: HTTP 503 Service Unavailable" in result.stdout


def test_a_body_to_inject_is_text_even_where_it_looks_like_a_number(
    pbx: Pbx, endpoint: Pbx
) -> None:
    result = pbx("call", endpoint().url, *CALL, "--inject", "http.body=5")
    assert "got the number 5\n" in result.stdout


def test_nothing_listening_is_exit_code_3(pbx: Pbx) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    result = pbx("call", f"http://127.0.0.1:{port}/", "--from", COURIER, *BY_DAY)
    assert result.exit_code == 3
    assert f"request 1: refused: nothing listens at 127.0.0.1 port {port}" in result.stdout


def test_an_expired_certificate_is_exit_code_3(
    pbx: Pbx, endpoint: Pbx, expired: tuple[ssl.SSLContext, Path]
) -> None:
    context, ca_file = expired
    url = endpoint(tls=context).url
    result = pbx("call", url, "--from", COURIER, *BY_DAY, "--ca-file", ca_file)
    assert result.exit_code == 3
    assert "tls: certificate refused: certificate has expired" in result.stdout


IMPATIENT = """
name: impatient
start: ask
deadline: 100ms
operations:
  ask: {interactive: {forced_pickup: true, branches: {}, fallback: office}}
  office: {forward: {phones: ["101"]}}
"""


def test_an_endpoint_that_trickles_is_given_up_at_the_deadline(pbx: Pbx, tmp_path: Path) -> None:
    scenario = tmp_path / "impatient.yaml"
    scenario.write_text(IMPATIENT)
    over = threading.Event()

    def trickle(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection, suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
            while not over.wait(0.01):
                connection.sendall(b" ")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=trickle, args=(server,))
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        result = pbx("call", url, "--from", COURIER, *BY_DAY, "--scenario", scenario)
        over.set()
        thread.join()
    assert result.exit_code == 1
    assert "deadline: no whole answer within 0.1 s" in result.stdout
    assert "heard 0.1 s of dead air, fell back to office (deadline)" in result.stdout


def test_a_control_character_of_an_answer_does_not_reach_the_terminal(
    pbx: Pbx, endpoint: Pbx
) -> None:
    there = endpoint(lambda _: {"text": "\x1b]0;owned\x07Hello"})
    result = pbx("call", there.url, "--from", COURIER, *BY_DAY)
    assert "\x1b" not in result.output
    assert "was told “\\x1b]0;owned\\x07Hello”" in result.stdout


def test_markup_in_an_answer_is_printed_as_it_is(pbx: Pbx, endpoint: Pbx) -> None:
    there = endpoint(lambda _: {"text": "[bold]Hello[/nothing] :smile:"})
    result = pbx("call", there.url, "--from", COURIER, *BY_DAY)
    assert "was told “[bold]Hello[/nothing] :smile:”" in result.stdout


def test_an_ambiguous_answer_is_noted_on_one_line(pbx: Pbx, endpoint: Pbx) -> None:
    there = endpoint(lambda _: {"phones": ["101"], "operator_message": "a courier calls"})
    result = pbx("call", there.url, "--from", COURIER, *BY_DAY, COLUMNS="60")
    assert "note: operator_message is a string but no file name as in the sample" in result.stdout


SECRETS = ("hunter2", "tok-5678", "q-secret-9")


@pytest.mark.parametrize(
    "form", [(), ("--json", "-"), ("--show-numbers",), ("--method", "POST-json")]
)
def test_secrets_appear_in_no_output(pbx: Pbx, endpoint: Pbx, form: tuple[str, ...]) -> None:
    # The endpoint repeats them, as debug pages do.
    there = endpoint(lambda _: {"text": f"Denied: {' '.join(SECRETS)}"})
    url = f"http://me:hunter2@127.0.0.1:{there.port}/crm?api_key=q-secret-9"
    header = ("--header", "X-Authorization: Bearer tok-5678")
    result = pbx("call", url, "--from", COURIER, *BY_DAY, *header, *form)
    assert result.exit_code == 0
    assert there.asked[0].headers["x-authorization"] == "Bearer tok-5678"
    assert not [secret for secret in SECRETS if secret in result.output]


USAGE = {
    "--dial: 'x' is no key of a phone": ["--dial", "12x"],
    "--hangup: 'sleeping' is not one of 'thinking'": ["--hangup", "sleeping"],
    "--hangup: give seconds": ["--hangup", "thinking:soon"],
    "--hangup: a duration is 0 or more": ["--hangup", "thinking:-1"],
    "--callee: write '7917' as NUMBER=HOW": ["--callee", "7917"],
    "--callee: write '101=sleepy' as NUMBER=HOW, where HOW is busy": ["--callee", "101=sleepy"],
    "--callee: write '101=nan' as NUMBER=HOW": ["--callee", "101=nan"],
    "--callee: a duration is 0 or more": ["--callee", "101=-4"],
    "--inject: no such failure; choose from dns.unknown": ["--inject", "http.stat=5"],
    "--inject: http.status takes a number, not 'abc'": ["--inject", "http.status=abc"],
    "--inject: http.status takes a number, not 'nan'": ["--inject", "http.status=nan"],
    "no built-in scenario is called 'courierline'": ["--scenario", "courierline"],
    "none.yaml, no such file": ["--scenario", "none.yaml"],
    "--at: write the Moscow time as \"2026-09-17 23:30\", not 'yesterday'": ["--at", "yesterday"],
    "--at: write the Moscow time": ["--at", "0001-01-01 00:00"],
    "--at: write the Moscow time as": ["--at", "2026-09-17T10:15:00+05:00"],
    "none.pem cannot be used as a file of certificates": ["--ca-file", "none.pem"],
    "--header: write it as NAME:VALUE": ["--header", "hunter2"],
    "'no name' cannot be a header's name": ["--header", "no name: hunter2"],
    "the value of header 'X' must be plain ASCII": ["--header", "X: Жук"],
}


@pytest.mark.parametrize("said", USAGE)
def test_a_mistake_names_the_option_and_what_to_do(pbx: Pbx, said: str) -> None:
    result = pbx("call", "http://127.0.0.1:1/", "--from", "101", *USAGE[said])
    assert result.exit_code == 2
    assert result.stderr.startswith(f"pbx: {said}")
    assert "hunter2" not in result.output
    assert result.stdout == ""


@pytest.mark.parametrize("url", ["garbage", "", "http://", "http://[::1", "ftp://h/", "http://h:0"])
def test_what_is_no_address_is_shown_how_to_write_one(pbx: Pbx, url: str) -> None:
    result = pbx("call", url, "--from", COURIER, *BY_DAY)
    assert result.exit_code == 2
    assert "write it like http://127.0.0.1:8080/crm_integration" in result.stderr


@pytest.mark.parametrize("words", [[], ["--from"], ["--nope"], ["--dialect", "foo"]])
def test_a_command_that_is_not_whole_is_exit_code_2(pbx: Pbx, words: list[str]) -> None:
    assert pbx("call", "http://127.0.0.1:1/", *words).exit_code == 2


def test_ctrl_c_ends_a_call_with_130_and_no_traceback() -> None:
    command = [os.fspath(Path(sys.executable).with_name("pbx")), "call"]
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        process = subprocess.Popen(
            [*command, url, "--from", COURIER, *BY_DAY],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        connection, _ = server.accept()
        with connection:
            connection.recv(1)  # it asks: the call is under way
            process.send_signal(signal.SIGINT)
            _, stderr = process.communicate()
    assert process.returncode == 130
    assert b"Traceback" not in stderr


def test_a_manifest_of_a_folder_above_is_named_where_it_holds_for_an_address(
    pbx: Pbx, endpoint: Pbx, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = endpoint(lambda _: {"phones": ["101"]}).url
    (tmp_path / "pbx.toml").write_text(f'[endpoint]\nurl = "{url}"\n', "utf-8")
    inner = tmp_path / "inner"
    inner.mkdir()
    monkeypatch.chdir(inner)
    words = ("call", url, "--from", COURIER, *BY_DAY)
    assert str(tmp_path / "pbx.toml") in pbx(*words).stderr
    monkeypatch.chdir(tmp_path)
    assert not pbx(*words).stderr
