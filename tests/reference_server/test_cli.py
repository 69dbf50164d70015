import json
import shlex
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner, Result

from reference_server import seed
from reference_server.__main__ import cli

Start = Callable[..., tuple[str, "subprocess.Popen[str]"]]


def run_cli(*arguments: str, **environment: str) -> Result:
    """Run the command where it fails or ends before it serves."""
    return CliRunner().invoke(cli, ["--port", "0", *arguments], env=environment)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--host", "0.0.0.0"), "--token"),  # noqa: S104 - the point of the test
        (("--allow", "10.0.0.1/8"), "is not a network"),
        (("--allow", "anywhere"), "is not a network"),
        (("--database", "oracle://x/y"), "no support"),
        (("--database", "postgresql://a:b@c:port/d"), "cannot be read"),
        (("--database", "postgresql://127.0.0.1:1/x"), "cannot use the database"),
        (("--database", "/nowhere/at/all.sqlite3"), "cannot use the database"),
        (("--database", "sqlite://"), "in memory"),
        (("--host", "192.0.2.1", "--token", "t"), "cannot listen"),
        (("--secret", ""), "the secret is empty"),
        (("--region", "XX"), "unknown region"),
        (("--ready-file", "/nowhere/at/all.json"), "no folder"),
    ],
)
def test_a_wrong_setting_gets_one_clear_line_and_exit_code_2(
    arguments: tuple[str, ...], told: str
) -> None:
    done = run_cli(*arguments)
    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert told in done.stderr


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a database, but long enough to look at" * 50)
    done = run_cli("--database", str(tmp_path / "notes.txt"))
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)


def test_a_taken_port_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run_cli("--port", port)
    assert done.exit_code == 2
    assert f"port {port}" in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_password_of_a_database_is_not_shown() -> None:
    done = run_cli(DATABASE_URL="postgresql://me:hunter2@127.0.0.1:1/x")
    assert done.exit_code == 2
    assert "hunter2" not in done.stderr + done.stdout


def test_the_banner_shows_three_calls_that_work(
    web: httpx.Client, start: Start, shared_url: str
) -> None:
    url, process = start()
    process.terminate()
    # The first line was read while waiting for the server.
    printed = process.communicate(timeout=20)[0]
    calls = [shlex.split(line.split(": ", 1)[1]) for line in printed.splitlines() if "curl" in line]
    assert [call[0] for call in calls] == ["curl"] * 3
    assert all(call[1].startswith(url) for call in calls)
    answers = [web.get(call[1].replace(url, shared_url)).json() for call in calls]
    assert answers[0] == {"returned_code": 1}
    assert answers[1]["phones"] == [seed.CUSTOMER]
    assert answers[2] == {"returned_code": 2}


def test_a_stub_is_sent_byte_for_byte_to_every_call(web: httpx.Client, start: Start) -> None:
    url, _ = start("--stub", '{ "phones": ["101"] }')
    for path in ("", "/any/thing", "?numa=79161110001"):
        answer = web.get(f"{url}/crm_integration{path}")
        assert (answer.status_code, answer.content) == (200, b'{ "phones": ["101"] }')
    assert web.post(f"{url}/crm_integration").content == b'{ "phones": ["101"] }'


def test_a_stub_may_be_broken_json_and_a_warning_says_so(
    web: httpx.Client, start: Start, tmp_path_factory: pytest.TempPathFactory
) -> None:
    url, _ = start("--stub", '{"phones": [')
    assert web.get(f"{url}/crm_integration").content == b'{"phones": ['
    logs = tmp_path_factory.getbasetemp().rglob("ready-*.log")
    assert any("the stub is not JSON" in log.read_text() for log in logs)


def test_customers_are_led_to_the_shop_when_asked_so(web: httpx.Client, start: Start) -> None:
    url, _ = start("--customer-callback", "shop")
    answer = web.get(f"{url}/crm_integration", params={"numa": seed.CUSTOMER})
    assert answer.json() == {"returned_code": 2}


def test_the_help_shows_an_example() -> None:
    done = run_cli("--help", TERM="dumb", COLUMNS="200")
    assert done.exit_code == 0
    assert "python -m reference_server --port 8080 --customer-callback shop" in done.stdout


def test_the_ready_file_tells_addresses_and_facts_that_are_true(
    start: Start, tmp_path_factory: pytest.TempPathFactory
) -> None:
    base_url, process = start("--quiet")
    files = tmp_path_factory.getbasetemp().rglob("ready-*.json")
    told = next(
        told for file in files if (told := json.loads(file.read_text()))["pid"] == process.pid
    )
    facts = told["facts"]
    answer = httpx.get(
        told["url"], params={"numa": facts["courier"], "input_result": facts["order"]}
    )
    state = httpx.post(
        told["states_url"], json={"state": "order closed", "params": {"order": facts["order"]}}
    )
    assert told["base_url"] == base_url
    assert answer.json()["phones"] == [facts["customer"]]
    assert state.status_code == 200
