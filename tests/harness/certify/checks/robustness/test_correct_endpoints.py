"""Endpoints that are right, in several styles: no case may have anything to say about them."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from harness.certify.model import Verdict
from harness.certify.sentences import sentence
from mockpbx.wire.request import Method

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.certify.model import CaseResult
    from tests.harness.certify.checks.conftest import Certify
    from tests.harness.certify.checks.robustness.conftest import OpenSturdy

METHODS = [Method.GET, Method.POST_FORM, Method.POST_JSON, Method.POST_QUERY]


def remarks(results: Mapping[str, CaseResult]) -> dict[str, str]:
    fine = (Verdict.PASS, Verdict.NOT_APPLICABLE)
    return {
        case_id: sentence(result.finding)
        for case_id, result in results.items()
        if result.verdict not in fine
    }


@pytest.mark.parametrize("method", METHODS)
def test_a_sturdy_endpoint_passes_every_case(
    method: Method, sturdy: OpenSturdy, results_of: Certify
) -> None:
    results = results_of("ROBUST", sturdy(), profile={"method": method})
    assert not remarks(results)
    assert sum(result.verdict is Verdict.PASS for result in results.values()) >= 57


@pytest.mark.parametrize("method", METHODS)
def test_the_reference_server_passes_every_case(
    method: Method, reference_facts: dict[str, Any], results_of: Certify
) -> None:
    url, profile = reference_facts["url"], {"method": method}
    results = results_of("ROBUST", url, profile=profile, states_url=reference_facts["states_url"])
    assert not remarks(results)


class _Plain(BaseHTTPRequestHandler):
    """What somebody writes in a quarter of an hour, and it is right."""

    def do_GET(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        text = urlsplit(self.path).query + "&" + self.rfile.read(length).decode("latin-1")
        asked = {name: values[0] for name, values in parse_qs(text).items()}
        content = json.dumps(self.decide(asked)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET  # noqa: N815  # the name that http.server looks for

    def decide(self, asked: Mapping[str, str]) -> Mapping[str, object]:
        if asked.get("numa") != "79161110001":
            return {"phones": ["74950000101"]}
        entered = asked.get("input_result", "None")
        if entered == "10523":
            return {"phones": ["79175968108"], "text": "Connecting."}
        return {"returned_code": 1 if entered == "None" else 4}

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


class _Modern(_Plain):
    protocol_version = "HTTP/1.1"


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep quiet about callers who are gone."""


@pytest.fixture(params=[_Plain, _Modern])
def plain(request: pytest.FixtureRequest) -> Iterator[str]:
    server = _Quiet(("127.0.0.1", 0), request.param)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/crm"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("method", [Method.GET, Method.POST_FORM])
def test_an_endpoint_of_the_standard_library_passes_every_case(
    method: Method, plain: str, results_of: Certify
) -> None:
    assert not remarks(results_of("ROBUST", plain, profile={"method": method}))
