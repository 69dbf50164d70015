"""Our own reference server, started for a run and stopped after it."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mockpbx.errors import UsageError

_READY_WITHIN_S = 60.0
_STOPPED_WITHIN_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A running reference server.

    Attributes:
        url: Its endpoint.
        states_url: Where it is put into states.
        facts: What is true behind it.
    """

    url: str
    states_url: str
    facts: Mapping[str, str]


@contextmanager
def reference_server() -> Iterator[Reference]:
    """Run the reference server on a free port, in a process of its own.

    Raises:
        UsageError: It is not installed, or does not start.
    """
    with tempfile.TemporaryDirectory(prefix="pbx-reference-") as folder:
        ready, log = Path(folder, "ready.json"), Path(folder, "log.txt")
        command = [sys.executable, "-m", "reference_server", "--port", "0", "--quiet"]
        with log.open("wb") as output:
            # Its own session: Ctrl-C is ours to handle, and the server is stopped below.
            process = subprocess.Popen(  # noqa: S603  # our own module
                [*command, "--ready-file", str(ready)],
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=_environment(),
            )
        try:
            yield _when_ready(process, ready, log)
        finally:
            _stop(process)


def _environment() -> dict[str, str]:
    """Leave out the settings of another server: its database is not ours to write to."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("REFERENCE_") and name != "DATABASE_URL"
    }


def _when_ready(process: "subprocess.Popen[bytes]", ready: Path, log: Path) -> Reference:
    give_up = time.monotonic() + _READY_WITHIN_S
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > give_up:
            said = log.read_text("utf-8", "replace").strip()
            hint = '; install it with: pip install "pbx-harness[server]"'
            lacking = hint if "No module named" in said else ""
            last = said.splitlines()[-1] if said else "it gave no reason"
            raise UsageError(f"the reference server did not start{lacking}: {last}")
        time.sleep(0.02)
    content = json.loads(ready.read_text("utf-8"))
    return Reference(url=content["url"], states_url=content["states_url"], facts=content["facts"])


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOPPED_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
