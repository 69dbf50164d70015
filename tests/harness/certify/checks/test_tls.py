"""TLS, with real certificates: the server that each case catches, and the one it lets pass."""

from __future__ import annotations

import asyncio
import json
import ssl
import warnings
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, Protocol

import pytest
import trustme

from harness.certify import registry
from harness.certify.model import CaseResult, Verdict
from harness.certify.scheduler import Certifier
from harness.certify.sentences import sentence
from mockpbx.async_pbx import AsyncPbx
from mockpbx.manifest.endpoint import Endpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.harness.certify.checks.conftest import Certify

DAY = timedelta(days=1)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        content = json.dumps({"returned_code": 2}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


class Server(ThreadingHTTPServer):
    """Serves until it is shut down, or, if it is brittle, until the first error."""

    daemon_threads = True
    brittle = False

    def finish_request(self, request: Any, client_address: Any) -> None:
        request.do_handshake()
        super().finish_request(request, client_address)

    def handle_error(self, *_: object) -> None:
        if self.brittle:
            self.socket.close()


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority, and the file that makes the harness trust it."""

    ca: trustme.CA
    file: str
    folder: Path

    def context(self, *names: str, days: tuple[int, int] = (-1, 90)) -> ssl.SSLContext:
        """Return a server's context; `days` say since and until when it is valid, from now."""
        now = datetime.now(UTC)
        certificate = self.ca.issue_cert(
            *(names or ("127.0.0.1",)),
            not_before=now + days[0] * DAY,
            not_after=now + days[1] * DAY,
        )
        return served(certificate)

    def without_intermediate(self) -> ssl.SSLContext:
        certificate = self.ca.create_child_ca().issue_cert("127.0.0.1")
        leaf = certificate.private_key_pem.bytes() + certificate.cert_chain_pems[0].bytes()
        file = self.folder / "leaf.pem"
        file.write_bytes(leaf)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def served(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    folder = tmp_path_factory.mktemp("authority")
    ca = trustme.CA()
    ca.cert_pem.write_to_path(folder / "ca.pem")
    return Authority(ca, str(folder / "ca.pem"), folder)


class Open(Protocol):
    def __call__(
        self, tls: ssl.SSLContext, *, brittle: bool = ..., in_the_loop: bool = ...
    ) -> str: ...


@pytest.fixture
def opens() -> Iterator[Open]:
    """Open servers with TLS; each connection makes its handshake in a thread of its own."""
    running: list[tuple[Server, Thread]] = []

    def start(tls: ssl.SSLContext, *, brittle: bool = False, in_the_loop: bool = False) -> str:
        server = Server(("127.0.0.1", 0), Handler)
        server.brittle = brittle
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=in_the_loop
        )
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        running.append((server, thread))
        return f"https://127.0.0.1:{server.server_address[1]}/crm"

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def run(authority: Authority, results_of: Certify) -> Callable[..., CaseResult]:
    """Run one case against an address."""
    # It has registered the checks.
    del results_of

    def one(case_id: str, url: str, *, ca_file: str | None = authority.file, **how: Any) -> Any:
        target = Endpoint.at(url)
        scenario = replace(target.scenario, **how)
        return asyncio.run(_run(case_id, replace(target, ca_file=ca_file, scenario=scenario)))

    return one


async def _run(case_id: str, target: Endpoint) -> CaseResult:
    async with AsyncPbx(target) as pbx:
        certifier = Certifier(pbx, tell=lambda _event: None, jobs=1)
        await certifier.run([registry.cases()[case_id]])
    return certifier.results[0]


CASES = [f"TLS-{number:03}" for number in range(1, 11)]


def test_every_case_is_here() -> None:
    assert [case_id for case_id in registry.cases() if case_id.startswith("TLS-")] == CASES


@pytest.mark.parametrize("case_id", CASES)
def test_a_server_in_order_passes(
    case_id: str, authority: Authority, opens: Open, run: Callable[..., CaseResult]
) -> None:
    result = run(case_id, opens(authority.context()))
    assert result.verdict is Verdict.PASS, sentence(result.finding)


def test_a_chain_with_an_intermediate_authority_passes(
    authority: Authority, opens: Open, run: Callable[..., CaseResult]
) -> None:
    url = opens(served(authority.ca.create_child_ca().issue_cert("127.0.0.1")))
    assert run("TLS-001", url).verdict is Verdict.PASS
    result = run("TLS-005", url)
    assert result.verdict is Verdict.PASS
    assert sentence(result.finding) == "2 sent, and they lead to a trusted authority"


def test_an_unknown_authority_fails_and_hides_the_rest(
    authority: Authority, opens: Open, run: Callable[..., CaseResult]
) -> None:
    url = opens(authority.context())
    result = run("TLS-001", url, ca_file=None)
    assert result.verdict is Verdict.FAIL
    assert "unable to get local issuer certificate" in result.finding.reason.received
    for case_id in ("TLS-002", "TLS-003", "TLS-004"):
        hidden = run(case_id, url, ca_file=None)
        # What only a recommendation is about does not count where it cannot be seen.
        recommended = case_id == "TLS-004"
        assert hidden.verdict is (Verdict.NOT_APPLICABLE if recommended else Verdict.UNTESTABLE)
        assert "no trust to begin with" in sentence(hidden.finding)


def test_a_certificate_that_vouches_for_itself_fails(
    authority: Authority, opens: Open, run: Callable[..., CaseResult]
) -> None:
    own = trustme.CA()
    file = authority.folder / "own.pem"
    file.write_bytes(own.cert_pem.bytes() + own.private_key_pem.bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    url = opens(context)
    result = run("TLS-001", url)
    assert result.verdict is Verdict.FAIL
    assert "self-signed certificate" in result.finding.reason.received
    assert run("TLS-005", url).verdict is Verdict.UNTESTABLE


def test_a_certificate_of_another_host_fails(
    authority: Authority, opens: Open, run: Callable[..., CaseResult]
) -> None:
    url = opens(authority.context("crm.example"))
    result = run("TLS-002", url)
    assert result.verdict is Verdict.FAIL
    assert "not valid for '127.0.0.1'" in result.finding.reason.received
    assert run("TLS-001", url).verdict is Verdict.PASS
    assert run("TLS-003", url).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("days", "words"), [((-90, -1), "has expired"), ((1, 90), "not yet valid")]
)
def test_a_certificate_out_of_date_fails(
    days: tuple[int, int],
    words: str,
    authority: Authority,
    opens: Open,
    run: Callable[..., CaseResult],
) -> None:
    url = opens(authority.context(days=days))
    result = run("TLS-003", url)
    assert result.verdict is Verdict.FAIL
    assert words in result.finding.reason.received
    assert run("TLS-001", url).verdict is Verdict.PASS
    assert run("TLS-002", url).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("days", "words"), [(13, "13 days: until"), (-3, "expired on"), (15, "valid until")]
)
def test_a_certificate_that_ends_within_fourteen_days_is_recorded(
    days: int,
    words: str,
    authority: Authority,
    opens: Open,
    run: Callable[..., CaseResult],
) -> None:
    result = run("TLS-004", opens(authority.context(days=(-90, days))))
    assert result.verdict is (Verdict.PASS if days >= 14 else Verdict.INFO)
    assert words in result.finding.reason.received


def test_a_missing_intermediate_certificate_fails(
    authority: Authority, opens: Open, run: Callable[..., CaseResult]
) -> None:
    url = opens(authority.without_intermediate())
    result = run("TLS-005", url)
    assert result.verdict is Verdict.FAIL
    assert "one certificate only" in result.finding.reason.received
    assert run("TLS-001", url).verdict is Verdict.FAIL


def old(context: ssl.SSLContext, *versions: ssl.TLSVersion) -> ssl.SSLContext:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version, context.maximum_version = versions[0], versions[-1]
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    return context


def test_a_server_that_speaks_nothing_newer_than_tls_1_1_fails(
    authority: Authority, opens: Open, run: Callable[..., CaseResult]
) -> None:
    url = opens(old(authority.context(), ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1))
    result = run("TLS-006", url)
    assert result.verdict is Verdict.FAIL
    assert "no handshake" in result.finding.reason.received


@pytest.mark.parametrize(
    ("version", "name"),
    [(ssl.TLSVersion.TLSv1, "TLS 1.0, TLS 1.1"), (ssl.TLSVersion.TLSv1_1, "TLS 1.1")],
)
def test_offering_old_versions_is_nonstrict(
    version: ssl.TLSVersion,
    name: str,
    authority: Authority,
    opens: Open,
    run: Callable[..., CaseResult],
) -> None:
    url = opens(old(authority.context(), version, ssl.TLSVersion.TLSv1_3))
    result = run("TLS-007", url)
    assert result.verdict is Verdict.NONSTRICT
    assert result.finding.reason.received == f"{name} agreed"
    assert run("TLS-006", url).verdict is Verdict.PASS


@pytest.mark.parametrize("case_id", ["TLS-008", "TLS-009"])
def test_a_server_that_dies_of_a_crooked_handshake_fails(
    case_id: str, authority: Authority, opens: Open, run: Callable[..., CaseResult]
) -> None:
    result = run(case_id, opens(authority.context(), brittle=True))
    assert result.verdict is Verdict.FAIL
    assert result.finding.reason.expected == "the next ordinary call answered"


def test_a_server_whose_loop_waits_for_handshakes_is_recorded(
    authority: Authority, opens: Open, run: Callable[..., CaseResult]
) -> None:
    result = run("TLS-010", opens(authority.context(), in_the_loop=True), deadline_s=3.0)
    assert result.verdict is Verdict.INFO
    assert "never begins its handshake" in result.finding.reason.expected


@pytest.mark.parametrize("case_id", ["TLS-008", "TLS-009", "TLS-010"])
def test_a_server_that_is_not_trusted_is_not_blamed_for_crooked_handshakes(
    case_id: str, authority: Authority, opens: Open, run: Callable[..., CaseResult]
) -> None:
    result = run(case_id, opens(authority.context()), ca_file=None)
    # Only a recommendation: what cannot be seen of it does not count.
    recommended = case_id == "TLS-010"
    assert result.verdict is (Verdict.NOT_APPLICABLE if recommended else Verdict.UNTESTABLE)
    assert "certificate refused" in sentence(result.finding)


def test_an_address_without_tls_needs_none_of_it(run: Callable[..., CaseResult]) -> None:
    result = run("TLS-001", "http://127.0.0.1:9/", ca_file=None)
    assert result.verdict is Verdict.NOT_APPLICABLE
