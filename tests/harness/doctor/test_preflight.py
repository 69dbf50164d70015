"""The preflight: configuration, reachability and the endpoint's own faults are told apart."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
import trustme

from harness.doctor.diagnosis import Blame, Diagnosis, Severity
from harness.doctor.preflight import calls_hold, problems, require, run_preflight
from harness.endpoint.reachability import UnreachableError
from mockpbx.errors import UsageError
from mockpbx.manifest.endpoint import Endpoint
from mockpbx.wire.request import Method

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

COURIER = "79161110001"
FACTS = {
    "virtual_number": "74951234567",
    "courier": COURIER,
    "order": "10523",
    "customer": "79175968108",
    "stranger": "79990000009",
}


@dataclass
class Said:
    """An answer."""

    status: int = 200
    body: bytes = b'{"returned_code": 2}'
    headers: dict[str, str] = field(default_factory=dict)
    date: str | None = None
    silent: bool = False


def handler(answer: Callable[[dict[str, str]], Said]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
            said = answer({name: values[0] for name, values in query.items()})
            if said.silent:
                self.rfile.read()
                return
            self.send_response_only(said.status)
            if said.date is not None:
                self.send_header("Date", said.date)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            self.wfile.write(said.body)

        do_POST = do_GET  # noqa: N815  # the name that http.server looks for

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    return Handler


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A caller who is gone is nothing to print a traceback for."""


@pytest.fixture
def answering() -> Iterator[Callable[..., str]]:
    """Open endpoints that answer as told."""
    running: list[tuple[Server, Thread]] = []

    def start(
        answer: Callable[[dict[str, str]], Said] | Said, tls: ssl.SSLContext | None = None
    ) -> str:
        function = (lambda _asked: answer) if isinstance(answer, Said) else answer
        server = Server(("127.0.0.1", 0), handler(function))
        if tls is not None:
            server.socket = tls.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        running.append((server, thread))
        scheme = "http" if tls is None else "https"
        return f"{scheme}://127.0.0.1:{server.server_address[1]}/crm"

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


def known(url: str, **changes: Any) -> Endpoint:
    return replace(Endpoint.at(url), facts=FACTS, **changes)


def one(found: tuple[Diagnosis, ...], name: str) -> Diagnosis:
    (diagnosis,) = [item for item in found if item.name == name]
    return diagnosis


def first_problem(found: tuple[Diagnosis, ...]) -> Diagnosis:
    return problems(found)[0]


# -- all is well -----------------------------------------------------------------------


def test_an_endpoint_in_order_is_ready(answering: Callable[..., str]) -> None:
    now = format_datetime(datetime.now(UTC), usegmt=True)
    found = run_preflight(known(answering(Said(date=now))))
    assert [item.name for item in found] == [
        "address",
        "connection",
        "call",
        "clock",
        "facts",
    ]
    assert {item.severity for item in found} == {Severity.OK}
    assert one(found, "call").said == "a stranger is answered: returned_code 2"


def test_the_one_call_is_a_strangers_who_enters_nothing(answering: Callable[..., str]) -> None:
    asked: list[dict[str, str]] = []

    def listens(parameters: dict[str, str]) -> Said:
        asked.append(parameters)
        return Said()

    run_preflight(known(answering(listens)))
    (call,) = asked
    assert (call["numa"], call["input_result"]) == ("79990000009", "None")


def test_an_address_alone_is_enough(answering: Callable[..., str]) -> None:
    found = run_preflight(answering(Said()))
    assert not problems(found)


# -- configuration ---------------------------------------------------------------------


def test_a_manifest_that_is_wrong_is_told_by_line(tmp_path: Path) -> None:
    path = tmp_path / "pbx.toml"
    path.write_text('[endpoint]\nurl = "http://crm/"\nmethod = "PUT"\n[facts]\norder = 10523\n')
    found = run_preflight(path)
    assert {item.blame for item in problems(found)} == {Blame.CONFIGURATION}
    assert [f"line {number}" in item.said for item, number in zip(found, (3, 5), strict=True)]


def test_a_manifest_that_is_not_there_is_told(tmp_path: Path) -> None:
    (found,) = run_preflight(tmp_path / "pbx.toml")
    assert found.severity is Severity.PROBLEM
    assert "pbx.toml" in found.said


def test_a_manifest_in_order_is_told_too(tmp_path: Path, answering: Callable[..., str]) -> None:
    path = tmp_path / "pbx.toml"
    path.write_text(f'[endpoint]\nurl = "{answering(Said())}"\n')
    found = run_preflight(path)
    assert one(found, "manifest").said == str(path)
    assert not problems(found)


@pytest.mark.parametrize("url", ["crm.example/crm", "ftp://crm.example/", "http://", "http://a:b/"])
def test_an_address_that_is_none_ends_the_way(url: str) -> None:
    found = run_preflight(url)
    assert first_problem(found).name == "address"
    assert first_problem(found).blame is Blame.CONFIGURATION
    assert "connection" not in [item.name for item in found]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "is a token or a secret missing?"),
        (403, "is a token or a secret missing"),
        (404, "nothing is at this path"),
        (405, "does not take this method"),
        (501, "does not take this method"),
        (415, "choose another method"),
    ],
)
def test_a_refusal_is_a_matter_of_configuration(
    status: int, words: str, answering: Callable[..., str]
) -> None:
    found = first_problem(run_preflight(known(answering(Said(status=status)))))
    assert (found.name, found.blame) == ("call", Blame.CONFIGURATION)
    assert f"HTTP {status}" in found.said
    assert words in found.do


def test_a_method_that_is_refused_is_named_with_those_that_are_taken(
    answering: Callable[..., str],
) -> None:
    url = answering(Said(status=405, headers={"Allow": "POST"}))
    target = known(url)
    profile = replace(target.profile, method=Method.GET)
    found = first_problem(run_preflight(replace(target, profile=profile)))
    assert found.said.partition(":")[0].endswith("to GET")
    assert "(it takes POST)" in found.do


def test_a_redirect_names_the_address_to_give_without_its_secrets(
    answering: Callable[..., str],
) -> None:
    headers = {"Location": "https://crm.example/crm?token=abc123"}
    found = first_problem(run_preflight(known(answering(Said(status=301, headers=headers)))))
    assert found.blame is Blame.CONFIGURATION
    assert "https://crm.example/crm?token=***" in found.do


def test_an_endpoint_that_refuses_only_strangers_is_wrong_and_its_address_is_not(
    answering: Callable[..., str],
) -> None:
    def knows_couriers_only(asked: dict[str, str]) -> Said:
        return Said() if asked["numa"] == COURIER else Said(status=404)

    found = run_preflight(known(answering(knows_couriers_only)))
    assert not problems(found)
    assert "a courier is answered, a stranger is not: HTTP 404" in one(found, "call").said


@pytest.mark.parametrize(
    "said", [Said(status=500), Said(body=b"<html>"), Said(body=b"{}"), Said(status=204, body=b"")]
)
def test_an_answer_that_is_no_instruction_is_left_to_the_certification(
    said: Said, answering: Callable[..., str]
) -> None:
    found = run_preflight(known(answering(said)))
    assert not problems(found)
    assert one(found, "call").severity is Severity.WARNING


def test_facts_that_cannot_be_true_are_a_problem(answering: Callable[..., str]) -> None:
    wrong = {**FACTS, "order": "1052300", "customer": COURIER}
    found = run_preflight(replace(known(answering(Said())), facts=wrong))
    said = [item.said for item in problems(found)]
    assert len(said) == 2
    assert {item.blame for item in problems(found)} == {Blame.CONFIGURATION}


def test_a_file_of_certificates_that_is_none_is_told(answering: Callable[..., str]) -> None:
    found = run_preflight(known(answering(Said()), ca_file="/nowhere/ca.pem"))
    assert "/nowhere/ca.pem" in first_problem(found).said


# -- not reachable ---------------------------------------------------------------------


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def test_nobody_listens() -> None:
    found = first_problem(run_preflight(f"http://127.0.0.1:{free_port()}/crm"))
    assert (found.name, found.blame) == ("connection", Blame.UNREACHABLE)
    assert "nothing listens" in found.said


def test_a_name_without_an_address() -> None:
    found = first_problem(run_preflight("http://no-such-host.invalid/crm"))
    assert (found.name, found.blame) == ("name", Blame.UNREACHABLE)


def test_an_endpoint_that_says_nothing_in_time(answering: Callable[..., str]) -> None:
    target = known(answering(Said(silent=True)))
    scenario = replace(target.scenario, deadline_s=0.2)
    found = first_problem(run_preflight(replace(target, scenario=scenario)))
    assert (found.name, found.blame) == ("call", Blame.UNREACHABLE)
    assert "no whole answer within 0.2 s" in found.said


def test_something_else_than_http_is_a_wrong_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection, suppress(OSError):
                        connection.sendall(b"220 mail.example ESMTP\r\n")
                        connection.recv(65536)

        Thread(target=greet, daemon=True).start()
        found = first_problem(run_preflight(f"http://127.0.0.1:{listener.getsockname()[1]}/"))
        listener.shutdown(socket.SHUT_RDWR)
    assert (found.name, found.blame) == ("call", Blame.CONFIGURATION)
    assert "is it the right port?" in found.do


# -- TLS -------------------------------------------------------------------------------


@pytest.fixture
def certified(tmp_path: Path, answering: Callable[..., str]) -> Callable[..., tuple[str, str]]:
    """Open an endpoint with a certificate; gives its address and the authority's file."""
    ca = trustme.CA()
    file = tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(file)

    def start(name: str = "127.0.0.1", days: int = 90) -> tuple[str, str]:
        now = datetime.now(UTC)
        certificate = ca.issue_cert(
            name, not_before=now - timedelta(days=90), not_after=now + timedelta(days=days)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        return answering(Said(), context), str(file)

    return start


def test_a_trusted_certificate_is_ok(certified: Callable[..., tuple[str, str]]) -> None:
    url, ca_file = certified()
    found = run_preflight(known(url, ca_file=ca_file))
    assert not problems(found)
    assert "the certificate is trusted" in one(found, "tls").said


def test_an_authority_of_ones_own_wants_to_be_named(
    certified: Callable[..., tuple[str, str]],
) -> None:
    url, _ = certified()
    found = first_problem(run_preflight(known(url)))
    assert (found.name, found.blame) == ("tls", Blame.CONFIGURATION)
    assert "--ca-file" in found.do


@pytest.mark.parametrize(
    ("name", "days", "words"),
    [("127.0.0.1", -1, "has expired"), ("crm.example", 90, "not valid for '127.0.0.1'")],
)
def test_a_bad_certificate_is_the_endpoints_own_fault(
    name: str, days: int, words: str, certified: Callable[..., tuple[str, str]]
) -> None:
    url, ca_file = certified(name, days)
    target = known(url, ca_file=ca_file)
    found = run_preflight(target)
    assert (first_problem(found).name, first_problem(found).blame) == ("tls", Blame.ENDPOINT)
    assert words in first_problem(found).said
    assert asyncio.run(require(target)) == found  # the certification says it


def test_tls_spoken_to_a_plain_port_is_a_wrong_address(answering: Callable[..., str]) -> None:
    url = answering(Said()).replace("http:", "https:")
    found = first_problem(run_preflight(known(url)))
    assert (found.name, found.blame) == ("tls", Blame.CONFIGURATION)
    assert "begin the address with http://" in found.do


# -- worth knowing ---------------------------------------------------------------------


@pytest.mark.parametrize(("days", "words"), [(1, "s ahead of ours"), (-1, "s behind ours")])
def test_a_wrong_clock_is_only_worth_a_warning(
    days: int, words: str, answering: Callable[..., str]
) -> None:
    told = format_datetime(datetime.now(UTC) + timedelta(days=days), usegmt=True)
    found = run_preflight(known(answering(Said(date=told))))
    assert not problems(found)
    assert one(found, "clock").severity is Severity.WARNING
    assert words in one(found, "clock").said


def test_a_date_that_is_none_is_worth_a_warning(answering: Callable[..., str]) -> None:
    found = run_preflight(known(answering(Said(date="yesterday"))))
    assert one(found, "clock").said == "the header Date is no date: yesterday"


def test_without_a_date_nothing_is_said_of_the_clock(answering: Callable[..., str]) -> None:
    found = run_preflight(known(answering(Said())))
    assert "clock" not in [item.name for item in found]


def test_a_fragment_and_an_open_way_are_worth_a_warning() -> None:
    found = run_preflight("http://no-such-host.invalid/crm")
    assert "personal numbers travel in the open" in one(found, "address").do
    found = run_preflight("https://no-such-host.invalid/crm#top")
    assert "is never sent" in one(found, "address").do


def test_secrets_in_the_address_are_not_shown(answering: Callable[..., str]) -> None:
    found = run_preflight(known(answering(Said()) + "?token=abcdef"))
    assert "abcdef" not in json.dumps([item.said + item.do for item in found])


# -- insisting -------------------------------------------------------------------------


def test_what_is_required_is_told_by_its_own_error(answering: Callable[..., str]) -> None:
    with pytest.raises(UnreachableError, match="nothing listens"):
        asyncio.run(require(known(f"http://127.0.0.1:{free_port()}/crm")))
    with pytest.raises(UsageError, match="is a token or a secret missing"):
        asyncio.run(require(known(answering(Said(status=401)))))
    assert asyncio.run(require(known(answering(Said(status=500)))))


# -- whether the facts hold ------------------------------------------------------------


def connects(asked: dict[str, str]) -> Said:
    if asked["numa"] != COURIER:
        return Said()
    if asked["input_result"] == FACTS["order"]:
        return Said(body=json.dumps({"phones": [FACTS["customer"]]}).encode())
    return Said(body=b'{"returned_code": 1}')


def test_facts_that_hold_are_ok(answering: Callable[..., str]) -> None:
    found = calls_hold(known(answering(connects)))
    assert [item.severity for item in found] == [Severity.OK, Severity.OK]


def test_a_courier_who_does_not_reach_the_customer_is_told(answering: Callable[..., str]) -> None:
    courier, stranger = calls_hold(known(answering(Said())))
    assert (courier.severity, courier.blame) == (Severity.PROBLEM, Blame.ENDPOINT)
    assert "expected 79175968108" in courier.said
    assert "order open and theirs?" in courier.do
    assert stranger.severity is Severity.OK


def test_a_stranger_who_reaches_the_customer_is_told(answering: Callable[..., str]) -> None:
    def connects_anybody(asked: dict[str, str]) -> Said:
        return connects({**asked, "numa": COURIER})

    courier, stranger = calls_hold(known(answering(connects_anybody)))
    assert courier.severity is Severity.OK
    assert stranger.severity is Severity.PROBLEM


def test_calls_that_need_unknown_facts_are_not_placed(answering: Callable[..., str]) -> None:
    assert calls_hold(Endpoint.at(answering(Said()))) == ()
