"""Finding the endpoint: whether it is there, its states, and our own reference server."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from mockpbx.drivers.live import HttpTransport
from mockpbx.errors import EndpointError, ExchangeFailed, UsageError
from mockpbx.wire.messages import HttpRequest
from mockpbx.wire.target import split_target

_READY_WITHIN_S = 60.0
_STOPPED_WITHIN_S = 10.0


class UnreachableError(EndpointError):
    """Nothing answers at the endpoint's address."""


async def check_reachable(url: str, *, within_s: float) -> None:
    """Open a connection to the endpoint and close it again; nothing is sent.

    Raises:
        UnreachableError: There is no connection to be had.
        UsageError: The address is none.
    """
    split_target(url)
    parts = urlsplit(url.strip())
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        async with asyncio.timeout(within_s):
            _, writer = await asyncio.open_connection(host, port)
        writer.close()
    except TimeoutError as error:
        raise UnreachableError(
            f"{host} port {port}: no connection within {within_s:g} s"
        ) from error
    except (socket.gaierror, UnicodeError) as error:
        raise UnreachableError(f"the name {host} has no address; is it spelt right?") from error
    except OSError as error:
        raise UnreachableError(f"nothing listens at {host} port {port}; is it running?") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class StatesClient:
    """Puts an endpoint into named states, through its states address.

    Attributes:
        transport: Reaches it.
        url: The address.
        headers: Sent along.
    """

    transport: HttpTransport
    url: str
    headers: tuple[tuple[str, str], ...] = ()

    async def put(self, state: str, params: Mapping[str, str]) -> None:
        """Put the endpoint into a state.

        Raises:
            UsageError: The endpoint refused.
        """
        body = json.dumps({"state": state, "params": dict(params)}).encode()
        headers = (("content-type", "application/json"), *self.headers)
        request = HttpRequest(method="POST", url=self.url, headers=headers, body=body)
        try:
            async with asyncio.timeout(10):
                reply = await self.transport.exchange(request, asyncio.Event())
        except (ExchangeFailed, TimeoutError) as error:
            # The address is not repeated: it may hold a secret.
            raise UsageError(f"the states address does not answer: {error}") from error
        if reply.status not in (200, 204):
            said = reply.body[:200].decode("utf-8", "replace")
            raise UsageError(f"the endpoint refused the state “{state}”: {reply.status} {said}")


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
    told = json.loads(ready.read_text("utf-8"))
    return Reference(url=told["url"], states_url=told["states_url"], facts=told["facts"])


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOPPED_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
