"""A server to call, fresh data for each test, and a real PostgreSQL."""

import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import httpx
import psycopg
import pytest

Server = tuple[str, "subprocess.Popen[str]"]
Start = Callable[..., Server]

SMALL = ("--port", "0", "--couriers", "8", "--orders", "20")
COMMAND = (sys.executable, "-m", "reference_server", *SMALL)


def _environment(extra: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("REFERENCE_")}
    kept.pop("DATABASE_URL", None)
    return kept | {"PYTHONUNBUFFERED": "1"} | extra


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Start servers on free ports; they listen when the call returns and end with the tests."""
    running: list[subprocess.Popen[str]] = []
    folder = tmp_path_factory.mktemp("servers")
    numbers = count()

    def start_one(*arguments: str, **environment: str) -> Server:
        ready = folder / f"ready-{next(numbers)}.json"
        log = ready.with_suffix(".log")
        with log.open("w") as stderr:
            process = subprocess.Popen(
                [*COMMAND, *arguments, "--ready-file", str(ready)],
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                env=_environment({"TMPDIR": str(folder), **environment}),
            )
        running.append(process)
        while not ready.exists():
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.02)
                pytest.fail(f"the server ended: {log.read_text()}")
        return json.loads(ready.read_text())["base_url"], process

    yield start_one
    for process in running:
        process.kill()
        process.communicate()


@pytest.fixture(scope="session")
def shared_url(start: Start, tmp_path_factory: pytest.TempPathFactory) -> str:
    return start("--database", str(tmp_path_factory.mktemp("db") / "crm.sqlite3"))[0]


@pytest.fixture(scope="session")
def web() -> Iterator[httpx.Client]:
    """One client for all servers: each new one would read the machine's certificates again."""
    with httpx.Client(timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def shared_client(shared_url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=shared_url) as client:
        yield client


@pytest.fixture
def crm(shared_client: httpx.Client) -> httpx.Client:
    """A client of a server with fresh data."""
    shared_client.post("/states", json={"state": "fresh"}).raise_for_status()
    return shared_client


@pytest.fixture
def ask(crm: httpx.Client) -> Callable[..., httpx.Response]:
    """Ask what to do with a call, the way the PBX does."""

    def ask_crm(caller: str, entered: str = "None", sid: str = "1") -> httpx.Response:
        params = {"cdr_id": sid, "start_time": "1200", "input_result": entered}
        return crm.get("/crm_integration", params={**params, "numa": caller, "numb": "74951234567"})

    return ask_crm


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A PostgreSQL of our own; the URL of its superuser, without a database name."""
    binaries = _postgresql_binaries()
    if binaries is None:
        reason = "no PostgreSQL server binaries found: install the package postgresql"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    try:
        yield from _running_cluster(binaries, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _running_cluster(binaries: Path, folder: Path) -> Iterator[str]:
    data, port = folder / "data", _free_port()
    as_user: list[str] = []
    if os.geteuid() == 0:  # the server refuses to run as root
        user = pwd.getpwnam("nobody")
        os.chown(folder, user.pw_uid, user.pw_gid)
        as_user = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]

    def run(*command: str | Path) -> None:
        with (folder.parent / f"{folder.name}.log").open("a") as log:
            arguments = [*as_user, *map(str, command)]
            subprocess.run(arguments, check=True, stdout=log, stderr=log, cwd=folder)

    run(binaries / "initdb", "-D", data, "-U", "tester", "--auth=trust", "--no-sync", "-E", "UTF8")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    run(binaries / "pg_ctl", "-D", data, "-w", "-o", options, "start")
    try:
        yield f"postgresql://tester@127.0.0.1:{port}"
    finally:
        run(binaries / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
        (folder.parent / f"{folder.name}.log").unlink()


def _postgresql_binaries() -> Path | None:
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(versions, key=lambda path: int(path.parts[-3]), default=None)
    found = newest or shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database of each kind in turn; the tests of a module share it and start fresh."""
    if request.param == "sqlite":
        return str(tmp_path_factory.mktemp("db") / "crm.sqlite3")
    server: str = request.getfixturevalue("postgresql")
    name = "crm_" + os.urandom(8).hex()
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    # The short form of the scheme, which many hosting services hand out.
    return f"{server}/{name}".replace("postgresql://", "postgres://")
