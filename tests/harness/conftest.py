"""Endpoints to call, calls that are rehearsed in virtual time, and the command `pbx`."""

import asyncio
import json
import os
import ssl
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import trustme
import typer.testing

from harness.cli.commands import app
from mockpbx.errors import ExchangeFailed
from mockpbx.result.call_result import CallResult
from mockpbx.wire.messages import HttpReply, HttpRequest
from tests.fakes import FakePbx
from tests.warm_start import WarmStart

COURIER, CUSTOMER, ORDER = "79161110001", "79175968108", "10523"
FACTS = {
    "virtual_number": "74951234567",
    "courier": COURIER,
    "customer": CUSTOMER,
    "order": ORDER,
}

Answer = Callable[[Mapping[str, str]], object]
"""What an endpoint makes of the parameters: an object for JSON, or bytes."""


@dataclass(slots=True)
class Asked:
    """A request that reached an endpoint."""

    method: str
    path: str
    parameters: dict[str, str]
    headers: dict[str, str]
    body: str


@dataclass(slots=True)
class Endpoint:
    """A small HTTP endpoint; `asked` holds what it was asked."""

    server: ThreadingHTTPServer
    scheme: str
    asked: list[Asked] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/crm_integration"


def own_order(parameters: Mapping[str, str]) -> object:
    """Ask a courier for the order, and connect with the customer whose order it is."""
    if parameters.get("input_result") != ORDER:
        return {"returned_code": 1}
    return {"phones": [CUSTOMER], "text": f"Connecting you with {CUSTOMER}."}


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller who hangs up is nothing to print a traceback for."""


def _handler(answer: Answer, endpoints: list[Endpoint]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            body = self.rfile.read(length).decode()
            query = urlsplit(self.path).query
            given = parse_qs(query or body, keep_blank_values=True)
            parameters = {name: values[0] for name, values in given.items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, parameters, headers, body)
            endpoints[0].asked.append(asked)
            said = answer(parameters)
            content = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815  # the name that http.server looks for

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    return Handler


@pytest.fixture
def endpoint() -> Iterator[Callable[..., Endpoint]]:
    """Start endpoints; each answers as a function of the parameters says."""
    running: list[ThreadingHTTPServer] = []

    def start(answer: Answer = own_order, *, tls: ssl.SSLContext | None = None) -> Endpoint:
        endpoints: list[Endpoint] = []
        server = _Quiet(("127.0.0.1", 0), _handler(answer, endpoints))
        if tls is not None:
            server.socket = tls.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        endpoints.append(Endpoint(server, "http" if tls is None else "https"))
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        running.append(server)
        return endpoints[0]

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


@pytest.fixture
def expired(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    """Return a TLS server's context whose certificate has expired, and the authority's file."""
    ca = trustme.CA()
    ca_file = tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(ca_file)
    began, ended = datetime(2001, 1, 1, tzinfo=UTC), datetime(2002, 1, 1, tzinfo=UTC)
    certificate = ca.issue_cert("127.0.0.1", not_before=began, not_after=ended)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context, ca_file


@pytest.fixture
def manifest(tmp_path: Path) -> Callable[..., Path]:
    """Write a pbx.toml with the facts that scripts about an own order need."""

    def write(url: str, *lines: str, facts: Mapping[str, str] = FACTS, more: str = "") -> Path:
        told = "\n".join(f'{name} = "{value}"' for name, value in facts.items())
        path = tmp_path / "pbx.toml"
        head = "\n".join(["[endpoint]", f'url = "{url}"', *lines])
        path.write_text(f"{head}\n{more}\n[facts]\n{told}\n", "utf-8")
        return path

    return write


# -- the command -----------------------------------------------------------------------


@pytest.fixture(scope="session")
def pbx() -> Callable[..., Any]:
    """Run the command in this process; gives exit_code, stdout and stderr."""

    def run(*arguments: object, **environment: str) -> Any:
        runner = typer.testing.CliRunner(env={"COLUMNS": "110", **environment})
        words = [str(argument) for argument in arguments]
        return runner.invoke(app, words, catch_exceptions=False)

    return run


@pytest.fixture
def shell(
    tmp_path: Path, warm_start: WarmStart
) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Run the command as a process of its own."""

    def run(*arguments: object, **environment: str) -> "subprocess.CompletedProcess[str]":
        return warm_start.run(
            ["pbx", *map(str, arguments)],
            folder=tmp_path,
            environment={**os.environ, **environment},
        )

    return run


# -- calls in virtual time -------------------------------------------------------------


class _Canned:
    """A transport whose answers are laid out beforehand; None for one that never comes."""

    def __init__(self, answers: tuple[object, ...]) -> None:
        self._answers = list(answers)

    async def exchange(self, _request: HttpRequest, sent: asyncio.Event) -> HttpReply:
        sent.set()
        answer = self._answers.pop(0)
        if isinstance(answer, ExchangeFailed):
            raise answer
        return HttpReply(
            status=200,
            reason="OK",
            headers=(("content-type", "application/json"),),
            body=json.dumps(answer).encode(),
            http_version="HTTP/1.1",
        )


@pytest.fixture
def rehearse() -> Callable[..., CallResult]:
    """Play one call in virtual time against answers laid out beforehand."""

    def run(*answers: object, scenario: str = "courier-line", **options: Any) -> CallResult:
        pbx = FakePbx(_Canned(answers), scenario=scenario, session_id=lambda: "123")
        return asyncio.run(pbx.call(COURIER, **options))

    return run


# -- the reference server --------------------------------------------------------------


@pytest.fixture(scope="session")
def reference_facts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Run the reference server and give what its ready file tells."""
    folder = tmp_path_factory.mktemp("reference")
    ready = folder / "ready.json"
    command = [sys.executable, "-m", "reference_server", "--port", "0", "--quiet"]
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("REFERENCE_") and name != "DATABASE_URL"
    }
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([*command, "--ready-file", ready], stderr=log, env=kept)
    while not ready.exists():
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
            pytest.fail((folder / "log").read_text())
    told: dict[str, Any] = json.loads(ready.read_text())
    yield told
    process.kill()
    process.wait()


# -- reports ---------------------------------------------------------------------------


def _case_report(case_id: str, verdict: str) -> dict[str, Any]:
    return {
        "id": case_id,
        "title": f"The title of {case_id}",
        "family": case_id.partition("-")[0],
        "requirement_id": "answer-is-200",
        "verdict": verdict,
        "reason": "expected status 200; received status 500" if verdict == "fail" else "",
    }


@pytest.fixture
def report_of() -> Callable[..., dict[str, Any]]:
    """Make what a report says that matters to those who read it, from ids and verdicts."""

    def make(verdicts: Mapping[str, str], **changes: Any) -> dict[str, Any]:
        failed = {"fail", "untestable", "error"} & set(verdicts.values())
        return {
            "format": "pbx-harness-report/2",
            "verdict": "not-certified" if failed else "certified",
            "suite": {"version": "0.1.0", "cases_digest": "sha256:0", "cases": 9},
            "counts": dict(Counter(verdicts.values())),
            "endpoint": {"url": "http://127.0.0.1:8080/crm_integration"},
            "manifest": {"facts": {"virtual_number": "74951234567"}},
            "started": "2026-09-17T10:15:00+00:00",
            "duration_s": 1.5,
            "cases": [_case_report(*pair) for pair in verdicts.items()],
            **changes,
        }

    return make
