"""Runs that end before their end: Ctrl-C, and endpoints that go away."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.harness.pytest_plugin.conftest import Project

PBX = Path(sys.executable).with_name("pbx")
CRITICAL = "79161110001"
FEATURE = f"""\
Feature: Three calls

  Scenario: Done
    When a stranger calls
    Then the caller is looked after

  Scenario: In hand with {CRITICAL}
    When "{CRITICAL}" calls
    Then the caller is looked after
    And the caller talks to the operators

  Scenario: To come from {CRITICAL}
    When "{CRITICAL}" calls
    Then the caller is looked after
"""
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n"
ANSWER = HEAD + b'{"returned_code": 2}'


@dataclass(slots=True)
class Endpoint:
    """Answers every question but those about one caller; of these it calls back instead."""

    on_critical: Callable[[], None] = lambda: None
    server: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.getsockname()[1]}/crm"

    def serve(self) -> None:
        with suppress(OSError):  # it is closed
            while True:
                connection, _ = self.server.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            while asked := connection.recv(65536):
                if CRITICAL.encode() in asked:
                    self.on_critical()
                    connection.recv(1)  # until the asker goes away
                    return
                connection.sendall(ANSWER)

    def go_away(self) -> None:
        with suppress(OSError):
            self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    endpoint = Endpoint()
    threading.Thread(target=endpoint.serve, daemon=True).start()
    yield endpoint
    endpoint.go_away()


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    out: str
    err: str


def interrupted(project: Project, endpoint: Endpoint, *command: object) -> Ended:
    """Run a command, and press Ctrl-C when the endpoint is asked about the one caller."""
    project.write({"own.feature": FEATURE})
    kept = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    process = subprocess.Popen(
        [*map(str, command)],
        cwd=project.folder,
        env={**kept, "PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )

    def press() -> None:
        endpoint.on_critical = lambda: None
        os.killpg(process.pid, signal.SIGINT)  # as terminals do: to all processes of the command

    endpoint.on_critical = press
    out, err = process.communicate()
    return Ended(process.returncode, out, err)


def verdicts(report: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["title"], one["verdict"]) for one in report["scenarios"]]


DONE = ("Done", "pass")
LEFT = [("In hand with 7916*****01", "not-run"), ("To come from 7916*****01", "not-run")]


def test_ctrl_c_writes_all_files_and_ends_with_130(project: Project, endpoint: Endpoint) -> None:
    files = ("--json=r.json", "--cucumber-json=c.json", "--messages=m.ndjson")
    ran = interrupted(project, endpoint, PBX, "bdd", "own.feature", endpoint.url, *files)
    assert ran.code == 130
    assert "Traceback" not in ran.err
    assert "interrupted; here is what was done" in ran.out
    assert "not run own.feature:7  In hand with 7916*****01" in ran.out
    assert "3 scenarios: 1 as expected, 2 not run" in ran.out
    report = json.loads(project.read("r.json"))
    assert report["complete"] is False
    assert verdicts(report) == [DONE, *LEFT]
    assert [one["reason"] for one in report["scenarios"][1:]] == [
        "the run was broken off in the middle of it",
        "the run ended before",
    ]


def test_other_tools_are_told_that_nothing_more_was_run(
    project: Project, endpoint: Endpoint
) -> None:
    files = ("--cucumber-json=c.json", "--messages=m.ndjson")
    interrupted(project, endpoint, PBX, "bdd", "own.feature", endpoint.url, *files)
    ((done, in_hand, to_come),) = (one["elements"] for one in json.loads(project.read("c.json")))
    statuses = [
        [step["result"]["status"] for step in element["steps"]]
        for element in (done, in_hand, to_come)
    ]
    assert statuses == [["passed"] * 2, ["passed", "skipped", "skipped"], ["skipped"] * 2]
    envelopes = [json.loads(line) for line in project.read("m.ndjson").splitlines()]
    results = [
        one["testStepFinished"]["testStepResult"] for one in envelopes if "testStepFinished" in one
    ]
    assert [one["status"] for one in results] == ["PASSED"] * 3 + ["SKIPPED"] * 4
    assert [one["message"] for one in results if "message" in one] == [
        "the run was broken off in the middle of it",
        "the run ended before",
    ]
    finished = envelopes[-1]["testRunFinished"]
    assert (finished["success"], finished["message"]) == (False, "the run was broken off")
    assert CRITICAL not in project.read("c.json") + project.read("m.ndjson")


@pytest.mark.parametrize(
    ("words", "done"), [((), DONE), (("-n", "1"), DONE)], ids=["alone", "in a process of its own"]
)
def test_a_run_of_pytest_that_is_broken_off_writes_its_report(
    project: Project, endpoint: Endpoint, words: tuple[str, ...], done: tuple[str, str]
) -> None:
    pytest_words = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words)
    ours = ("--pbx-url", endpoint.url, "--pbx-report=r.json")
    ran = interrupted(project, endpoint, *pytest_words, "own.feature", *ours)
    assert ran.code == 2  # of pytest: interrupted
    report = json.loads(project.read("r.json"))
    assert report["complete"] is False
    assert verdicts(report) == [done, *LEFT]
    assert CRITICAL not in project.read("r.json")


def test_what_pytest_does_not_come_to_is_not_run(project: Project, endpoint: Endpoint) -> None:
    text = FEATURE.replace("the caller is looked after", "the caller talks to nobody", 1)
    project.write({"own.feature": text})
    ran = project.pytest("-x", f"--pbx-url={endpoint.url}")
    assert [one["verdict"] for one in ran.results] == ["fail", "not-run", "not-run"]


def test_a_run_that_is_whole_says_so(project: Project, endpoint: Endpoint) -> None:
    project.write({"own.feature": FEATURE})
    ran = project.pbx("bdd", "own.feature:3", endpoint.url, "--json=r.json")
    assert ran.code == 0, ran.out
    assert json.loads(project.read("r.json"))["complete"] is True


@pytest.mark.parametrize("has_states", [False, True], ids=["without states", "with states"])
def test_an_endpoint_that_goes_away_is_told_so(
    project: Project, endpoint: Endpoint, *, has_states: bool
) -> None:
    endpoint.on_critical = endpoint.go_away
    states = f'[states]\nurl = "{endpoint.url}/states"\n' if has_states else ""
    project.write(
        {"own.feature": FEATURE, "pbx.toml": f'[endpoint]\nurl = "{endpoint.url}"\n{states}'}
    )
    ran = project.pbx("bdd", "--json=r.json")
    assert ran.code == 3
    assert "the endpoint went away during the run: nothing listens at 127.0.0.1" in ran.err
    assert "Traceback" not in ran.out + ran.err
    assert len(json.loads(project.read("r.json"))["scenarios"]) == 3


@pytest.mark.parametrize("words", [(), ("-n", "1")], ids=["alone", "in a process of its own"])
def test_pytest_is_not_green_on_the_fallback_of_an_endpoint_that_went_away(
    project: Project, endpoint: Endpoint, words: tuple[str, ...]
) -> None:
    endpoint.on_critical = endpoint.go_away
    project.write({"own.feature": FEATURE})
    ran = project.pytest(f"--pbx-url={endpoint.url}", *words, report=False)
    assert ran.code != 0, ran.out
    assert "the endpoint went away during the run" in ran.out + ran.err


def certifying(endpoint: Endpoint) -> list[str]:
    chosen = ["--features=own.feature", "--only=own*", "--json=r.json"]
    return [str(PBX), "certify", endpoint.url, *chosen]


def test_a_certification_that_is_broken_off_in_a_scenario_keeps_what_was_done(
    project: Project, endpoint: Endpoint
) -> None:
    ran = interrupted(project, endpoint, *certifying(endpoint))
    assert ran.code == 130, ran.err
    report = json.loads(project.read("r.json"))
    assert (report["verdict"], report["aborted"]) == ("aborted", "interrupted")
    assert [(case["title"], case["verdict"]) for case in report["cases"]] == [DONE]


def test_a_certification_whose_endpoint_goes_away_is_no_certificate(
    project: Project, endpoint: Endpoint
) -> None:
    endpoint.on_critical = endpoint.go_away
    project.write({"own.feature": FEATURE})
    ran = project.pbx(*certifying(endpoint)[1:])
    assert ran.code == 3, ran.out
    assert "the endpoint went away during the run" in ran.err
    report = json.loads(project.read("r.json"))
    assert report["verdict"] == "aborted"
    assert len(report["cases"]) == 3
