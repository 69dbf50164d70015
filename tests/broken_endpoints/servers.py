"""The courier line on servers as people run them, each a process of its own."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from tests.broken_endpoints.base import PATH

_FOLDER = Path(__file__).parent
_ENDS_WITHIN_S = 10.0
_WORKERS = "8"


class Bug(StrEnum):
    """What can be wrong with `Server.FLASK`, `Server.NODE` and `Server.PHP`."""

    PHONES = "phones"
    """The phones of an order are one string."""
    NUMA = "numa"
    """A call without numa is a server error."""
    COURIER = "courier"
    """A courier who is a customer, too, is led to the shop."""
    LATE = "late"
    """Wrong orders are answered too late."""


class Server(StrEnum):
    """What it runs on."""

    FLASK = "flask"
    FLASK_SINGLE = "flask-single"
    """Flask's development server with ``threaded=False``."""
    FASTAPI = "fastapi"
    NODE = "node"
    PHP = "php"
    PHP_SINGLE = "php-single"
    """``php -S`` with the one worker that it has unless told otherwise."""
    IN_TURN = "in-turn"
    """Takes one request at a time, 0.05 s each."""
    SLOW_IN_TURN = "slow-in-turn"
    SLOW_SIDE_BY_SIDE = "slow-side-by-side"
    HANGS_FOR_STRANGERS = "hangs-for-strangers"

    @property
    def program(self) -> str:
        """The program that must be installed to run it."""
        return {Server.NODE: "node", Server.PHP: "php", Server.PHP_SINGLE: "php"}.get(
            self, sys.executable
        )


@contextmanager
def serving(server: Server, bugs: Collection[Bug] = (), late_s: float = 0.0) -> Iterator[str]:
    """Run a server; gives the address of its endpoint.

    Args:
        server: What it runs on.
        bugs: What is wrong with it.
        late_s: Seconds that `Bug.LATE` takes.
    """
    environment = {"BUGS": ",".join(bugs), "LATE_S": str(late_s)}
    with tempfile.TemporaryDirectory(prefix="endpoint-") as folder:
        environment["STORE"] = folder
        if server in (Server.PHP, Server.PHP_SINGLE):
            if server is Server.PHP:
                environment["PHP_CLI_SERVER_WORKERS"] = _WORKERS
            starting = _php(environment)
        elif server is Server.NODE:
            script = str(_FOLDER / "node" / "four_bugs.js")
            starting = _printing_its_port(["node", script], environment)
        else:
            script = str(_FOLDER / "python_servers.py")
            starting = _printing_its_port([sys.executable, script, server.value], environment)
        with starting as port:
            yield f"http://127.0.0.1:{port}{PATH}"


@contextmanager
def _printing_its_port(command: list[str], environment: Mapping[str, str]) -> Iterator[int]:
    """Run a program that prints its port, and ends when its input does."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **environment},
    )
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        _end(process)


_PHP = shutil.which("php") or "php"
_STARTED = re.compile(r"Development Server \(http://127\.0\.0\.1:(\d+)\) started")


@contextmanager
def _php(environment: Mapping[str, str]) -> Iterator[int]:
    """Run PHP's own server, which tells its port in its log."""
    script = str(_FOLDER / "php" / "line.php")
    log = Path(environment["STORE"]) / "log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            [_PHP, "-d", "display_errors=0", "-S", "127.0.0.1:0", script],
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=written,
            env={**os.environ, **environment},
            start_new_session=True,
        )
    try:
        found = None
        while found is None:
            assert process.poll() is None, log.read_text()
            found = _STARTED.search(log.read_text())
        yield int(found[1])
    finally:
        # Its workers are processes, too.
        os.killpg(process.pid, 15)
        process.wait(_ENDS_WITHIN_S)


def _end(process: "subprocess.Popen[str]") -> None:
    """Close its input, which ends it."""
    try:
        process.communicate(timeout=_ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
