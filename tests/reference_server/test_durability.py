import json
import signal
import socket
import sqlite3
import subprocess
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from reference_server import seed

Start = Callable[..., tuple[str, "subprocess.Popen[str]"]]


def test_a_kill_in_the_middle_of_writes_loses_no_answered_call(
    web: httpx.Client, start: Start, database: str
) -> None:
    url, process = start("--quiet", "--database", database)
    answered: list[set[str]] = [set() for _ in range(4)]
    enough = threading.Event()

    def write(worker: int) -> None:
        with httpx.Client(base_url=url) as client:
            for n in range(100_000):
                sid = f"{worker}-{n}"
                try:
                    answer = client.get("/crm_integration", params={"cdr_id": sid})
                except httpx.TransportError:
                    return
                assert answer.status_code == 200
                answered[worker].add(sid)
                if n == 50:
                    enough.set()

    writers = [threading.Thread(target=write, args=(worker,)) for worker in range(4)]
    for writer in writers:
        writer.start()
    assert enough.wait(30)
    process.kill()
    for writer in writers:
        writer.join()
    url, _ = start("--quiet", "--database", database)
    assert set().union(*answered) <= logged_sessions(web, url)


def logged_sessions(web: httpx.Client, url: str) -> set[str]:
    found: set[str] = set()
    while True:
        page = web.get(f"{url}/api/calls", params={"limit": 500, "offset": len(found)}).json()
        if not page:
            return found
        found |= {entry["sid"] for entry in page}


def test_a_request_in_flight_is_answered_before_the_server_ends(start: Start) -> None:
    url, process = start("--quiet")
    address = urlsplit(url)
    body = json.dumps({"numa": seed.COURIER}).encode()
    head = (
        b"POST /crm_integration HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body)
    )
    with socket.create_connection((address.hostname or "", address.port or 0), 20) as connection:
        connection.sendall(head)
        # The server asks for the body: the request is being worked on.
        assert connection.recv(1000).startswith(b"HTTP/1.1 100")
        process.send_signal(signal.SIGTERM)
        wait_until_refusing(address.hostname or "", address.port or 0)
        connection.sendall(body)
        answer = connection.makefile("rb").read()
        assert answer.endswith(b'{"returned_code":1}')
    assert process.wait(20) == 0


def wait_until_refusing(host: str, port: int) -> None:
    while True:
        try:
            socket.create_connection((host, port), 5).close()
        except OSError:
            return


def test_a_temporary_database_is_removed_at_the_end(start: Start, tmp_path: Path) -> None:
    _, process = start("--quiet", TMPDIR=str(tmp_path))
    assert list(tmp_path.iterdir())
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
    assert not list(tmp_path.iterdir())


def test_a_restart_keeps_what_was_changed(web: httpx.Client, start: Start, tmp_path: Path) -> None:
    database = ("--database", str(tmp_path / "crm.sqlite3"))
    url, process = start("--quiet", *database)
    web.delete(f"{url}/api/orders/{seed.ORDER}").raise_for_status()
    process.terminate()
    process.wait(20)
    url, _ = start("--quiet", *database)
    assert web.get(f"{url}/api/orders/{seed.ORDER}").status_code == 404


def test_without_its_database_the_server_says_so_and_lives_on(
    web: httpx.Client, start: Start, tmp_path: Path
) -> None:
    path = tmp_path / "crm.sqlite3"
    url, process = start("--quiet", "--database", str(path))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE couriers RENAME TO gone")
    params = {"cdr_id": "1", "numa": seed.COURIER}
    answer = web.get(f"{url}/crm_integration", params=params)
    assert (answer.status_code, answer.json()) == (503, {"error": "the database is not available"})
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE gone RENAME TO couriers")
    answer = web.get(f"{url}/crm_integration", params=params)
    assert (answer.status_code, answer.json()) == (200, {"returned_code": 1})
    assert process.poll() is None
