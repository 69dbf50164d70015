"""``pbx certify``: exit codes, reports in every form, and what happens on the way."""

import itertools
import json
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from harness.certify import registry
from harness.certify.checks import load
from harness.certify.context import Context
from harness.certify.reasons import Finding
from harness.results.bundle import verify
from tests.harness.conftest import Answer, own_order

Pbx = Callable[..., Any]
PBX = Path(sys.executable).with_name("pbx")

QUICK = "REPLY-001,REPLY-020,SEQ-001"
FEW = ("REQ-001", "REPLY-001", "REPLY-020", "REPLY-031", "SEQ-001")
STRANGER_WITH_CUSTOMER = {"phones": ["79175968108"]}


def not_json(_: object) -> bytes:
    """Answer what no PBX can read."""
    return b"<html>It works!</html>"


@pytest.fixture
def few_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let there be few cases, so that a whole run is a short one."""
    load()
    few = {case_id: registry.cases()[case_id] for case_id in FEW}
    monkeypatch.setattr(registry, "cases", lambda: few)


@pytest.fixture
def throttled() -> Iterator[str]:
    """Run an endpoint that answers three requests and then 429."""
    asked = itertools.count(1)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            limited = next(asked) > 3
            body = b"slow down, 79161110001" if limited else b'{"returned_code": 1}'
            self.send_response(429 if limited else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Retry-After", "30")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/crm_integration"
    server.shutdown()
    server.server_close()


@pytest.mark.usefixtures("few_cases")
def test_a_certified_endpoint_is_exit_code_0(pbx: Pbx, endpoint: Pbx, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    result = pbx("certify", endpoint().url, "--json", report)
    written = json.loads(report.read_text())
    assert result.exit_code == 0
    assert "\nCERTIFIED  " in result.stdout
    assert (written["verdict"], written["level"]) == ("certified", "protocol")


@pytest.mark.usefixtures("few_cases")
def test_what_facts_are_known_raises_the_level(
    pbx: Pbx, endpoint: Pbx, manifest: Pbx, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    file = manifest(endpoint().url)
    assert pbx("certify", "--manifest", file, "--json", report).exit_code == 0
    assert json.loads(report.read_text())["level"] == "behaviour"


@pytest.mark.usefixtures("few_cases")
def test_an_endpoint_that_is_not_certified_is_exit_code_1_and_the_cause_is_told(
    pbx: Pbx, endpoint: Pbx, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    result = pbx("certify", endpoint(not_json).url, "--json", report)
    written = json.loads(report.read_text())
    assert result.exit_code == 1
    assert "\nNOT CERTIFIED  " in result.stdout
    assert written["verdict"] == "not-certified"
    cause = written["causes"][0]
    assert (cause["symptom"], cause["rank"]) == ("body", "not-served")
    assert cause["title"] in result.stdout


@pytest.mark.usefixtures("few_cases")
@pytest.mark.parametrize(
    ("words", "answer", "code"),
    [
        (["--only", "REPLY-001"], own_order, 0),
        (["--skip", "REPLY-001"], own_order, 0),
        (["--only", "REPLY-031"], not_json, 1),
        (["--skip", "REPLY-001"], not_json, 1),
    ],
)
def test_a_selection_is_no_certificate_and_its_exit_code_that_of_its_cases(
    pbx: Pbx, endpoint: Pbx, words: list[str], answer: Answer, code: int
) -> None:
    result = pbx("certify", endpoint(answer).url, *words, "--json", "-")
    assert result.exit_code == code
    assert "\nNO CERTIFICATE  " in result.stderr
    assert json.loads(result.stdout)["verdict"] == "partial"


def test_a_small_dose_is_no_certificate(
    pbx: Pbx, reference_facts: dict[str, Any], tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    words = ["--only", "REQ,REPLY,ROBUST", "--dose", "small", "--json", report]
    result = pbx("certify", reference_facts["url"], *words)
    written = json.loads(report.read_text())
    assert result.exit_code == 0
    assert written["verdict"] == "partial"
    assert {case["family"] for case in written["cases"]} == {"REQ", "REPLY"}


@pytest.mark.usefixtures("few_cases")
def test_an_endpoint_that_throttles_is_not_asked_to_the_end_which_is_exit_code_1(
    pbx: Pbx, throttled: str, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    result = pbx("certify", throttled, "--json", report)
    written = json.loads(report.read_text())
    assert result.exit_code == 1
    assert written["verdict"] == "partial"
    stopped = written["stopped"]
    assert (stopped["kind"], stopped["retry_after_s"]) == ("throttled", 30.0)
    assert f"--max-rps {stopped['advised_rps']:g}" in result.stdout
    assert "stopped" in {case["kind"] for case in written["cases"]}
    assert "79161110001" not in report.read_text()


@pytest.mark.usefixtures("few_cases")
def test_a_baseline_does_not_make_up_for_what_was_not_asked(
    pbx: Pbx, throttled: str, tmp_path: Path
) -> None:
    baseline = tmp_path / "known.yaml"
    baseline.write_text("known: []\n")
    assert pbx("certify", throttled, "--baseline", baseline).exit_code == 1


def test_how_much_will_be_asked_is_said_before_it_is(
    pbx: Pbx, endpoint: Pbx, reference_facts: dict[str, Any]
) -> None:
    words = ["certify", endpoint().url, "--only", "REQ"]
    first, *_ = pbx(*words).stdout.splitlines()
    assert re.match(r"asks +about \d+ requests in \d+ calls", first)
    assert "asks  " not in pbx(*words, "-q").stdout
    few = pbx("certify", reference_facts["url"], "--only", QUICK)
    assert "asks  " not in few.stdout
    # Without facts hardly any of these applies.
    assert "asks  " not in pbx("certify", endpoint().url, "--only", "SEQ").stdout


def test_cases_are_told_one_by_one_only_if_that_is_wanted(pbx: Pbx, endpoint: Pbx) -> None:
    words = ["certify", endpoint(not_json).url, "--only", "REPLY-031"]
    line = re.compile(r"^fail +REPLY-031 ", re.MULTILINE)
    assert not line.search(pbx(*words).stdout)
    assert line.search(pbx(*words, "-v").stdout)


@pytest.mark.parametrize(
    ("words", "given"),
    {
        "no case is called NOPE-1": ["--only", "NOPE-1"],
        "no case is called NOPE-2": ["--skip", "NOPE-2"],
        "--skip leaves no case to run": ["--only", "TLS", "--skip", "TLS"],
        "nowhere/at/all.html cannot be written": ["--html", "nowhere/at/all.html"],
        "no such file": ["--baseline", "nowhere.yaml"],
        "two reports cannot both be written to r.x": ["--html", "r.x", "--json", "r.x"],
        "two reports cannot both be written to -": ["--html", "-", "--json", "-"],
    }.items(),
)
def test_a_mistake_is_exit_code_2_and_is_said_before_anything_runs(
    pbx: Pbx, endpoint: Pbx, words: str, given: list[str]
) -> None:
    there = endpoint()
    result = pbx("certify", there.url, *given)
    assert result.exit_code == 2
    assert words in result.stderr
    assert there.asked == []


def test_a_slip_in_the_name_of_a_fact_is_said(pbx: Pbx, endpoint: Pbx, manifest: Pbx) -> None:
    file = manifest(endpoint().url, facts={"curier": "79161110001"})
    result = pbx("certify", "--manifest", file, "--only", "REPLY-001")
    assert result.exit_code == 0
    assert "no case uses the fact curier; did you mean courier?" in result.stdout


def test_an_answer_that_comes_again_and_again_is_counted(
    pbx: Pbx, endpoint: Pbx, manifest: Pbx
) -> None:
    file = manifest(endpoint(lambda _: {"returned_code": 1}).url)
    result = pbx("certify", "--manifest", file, "--only", "SEQ-001", "-v")
    assert "received 19 times returned_code 1; the caller talked to nobody" in result.stdout


def test_nobody_listening_is_exit_code_3_and_the_report_says_so(pbx: Pbx, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    report = tmp_path / "report.json"
    result = pbx("certify", f"http://127.0.0.1:{port}/crm_integration", "--json", report)
    written = json.loads(report.read_text())
    assert result.exit_code == 3
    assert (written["verdict"], written["cases"]) == ("aborted", [])
    assert "nothing listens" in written["aborted"]


def test_a_bug_of_ours_is_exit_code_4_and_costs_no_other_result(
    pbx: Pbx, endpoint: Pbx, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_: Context) -> Finding:
        raise RuntimeError("unforeseen")

    real = registry.check_of
    monkeypatch.setattr(
        registry, "check_of", lambda case: broken if case.id == "REPLY-002" else real(case)
    )
    report = tmp_path / "report.json"
    result = pbx("certify", endpoint().url, "--only", "REPLY-00*", "--json", report)
    verdicts = {case["id"]: case["verdict"] for case in json.loads(report.read_text())["cases"]}
    assert result.exit_code == 4
    assert verdicts["REPLY-002"] == "error"
    assert verdicts["REPLY-001"] == "pass"


def test_a_baseline_that_no_longer_holds_is_exit_code_5(
    pbx: Pbx, endpoint: Pbx, tmp_path: Path
) -> None:
    baseline = tmp_path / "known.yaml"
    entry = "{case: REPLY-001, reason: old, owner: Ann, expires: 2099-01-01}"
    baseline.write_text(f"known: [{entry}]\n")
    words = ["certify", endpoint().url, "--only", "REPLY-001", "--baseline", baseline]
    result = pbx(*words)
    assert result.exit_code == 5
    assert "REPLY-001: it no longer fails" in result.stdout


@pytest.mark.usefixtures("few_cases")
@pytest.mark.parametrize(
    ("words", "verdict"), [([], "not-certified"), (["--only", "REPLY-031"], "partial")]
)
def test_known_failures_are_exit_code_0_and_the_verdict_stays_true(
    pbx: Pbx, endpoint: Pbx, tmp_path: Path, words: list[str], verdict: str
) -> None:
    baseline, report = tmp_path / "known.yaml", tmp_path / "report.json"
    words = ["certify", endpoint(not_json).url, *words, "--json", str(report)]
    alone = pbx(*words)
    failed = [case for case in json.loads(report.read_text())["cases"] if case["cause"]]
    entry = "{{case: {id}, reason: the old stub, owner: Ann, expires: 2099-01-01}}"
    baseline.write_text(f"known: [{', '.join(entry.format_map(case) for case in failed)}]\n")
    known = pbx(*words, "--baseline", baseline)
    written = json.loads(report.read_text())
    assert (alone.exit_code, known.exit_code) == (1, 0)
    assert written["verdict"] == verdict
    assert {case["id"] for case in written["cases"] if "known" in case} == {
        case["id"] for case in failed
    }


def test_remarks_are_exit_code_1_only_if_that_is_wanted(pbx: Pbx, endpoint: Pbx) -> None:
    twice = b'{"returned_code": 1, "returned_code": 1}'
    words = ["certify", endpoint(lambda _: twice).url, "--only", "REPLY-038"]
    lenient, strict = pbx(*words), pbx(*words, "--fail-on", "nonstrict")
    assert lenient.exit_code == 0
    assert "REPLY-038" in lenient.stdout
    assert strict.exit_code == 1


def test_every_report_is_written(pbx: Pbx, reference_facts: dict[str, Any], tmp_path: Path) -> None:
    names = ["json", "junit", "html", "har", "ctrf", "sarif", "markdown", "badge", "bundle"]
    words = [word for name in names for word in (f"--{name}", tmp_path / name)]
    result = pbx("certify", reference_facts["url"], "--only", QUICK, *words)
    assert result.exit_code == 0
    assert all((tmp_path / name).stat().st_size for name in names)
    assert json.loads((tmp_path / "json").read_text())["format"] == "pbx-harness-report/2"
    assert "sha256" in result.stdout


def test_a_bundle_can_be_verified(
    pbx: Pbx, reference_facts: dict[str, Any], tmp_path: Path
) -> None:
    bundle = tmp_path / "certificate.zip"
    pbx("certify", reference_facts["url"], "--only", QUICK, "--bundle", bundle)
    whole = bundle.read_bytes()
    assert pbx("verify", bundle).exit_code == 0
    bundle.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert pbx("verify", bundle).exit_code == 1
    assert callable(verify)


def test_the_report_on_standard_output_is_json_and_nothing_else(
    pbx: Pbx, reference_facts: dict[str, Any]
) -> None:
    result = pbx("certify", reference_facts["url"], "--only", QUICK, "--json", "-")
    assert json.loads(result.stdout)["verdict"] == "partial"
    assert "NO CERTIFICATE" in result.stderr


def test_the_manifest_of_the_folder_is_used_where_nothing_else_is_said(
    shell: Pbx, manifest: Pbx, endpoint: Pbx
) -> None:
    manifest(endpoint().url)
    done = shell("certify", "--only", "REPLY-001")
    assert (done.returncode, done.stderr) == (0, "")


def test_no_persons_number_and_no_secret_is_in_any_report(
    pbx: Pbx, manifest: Pbx, endpoint: Pbx, tmp_path: Path
) -> None:
    courier, customer, secret = "79031112233", "79263334455", "hunter2secret"

    def answer(parameters: Mapping[str, str]) -> object:
        own = parameters.get("numa") == courier and parameters.get("input_result") == "10523"
        return (
            {"phones": [customer], "text": f"Calling {customer}"} if own else {"returned_code": 1}
        )

    header = 'headers = { Authorization = "Bearer ${CRM_TOKEN}" }'
    known = {"courier": courier, "order": "10523", "customer": customer}
    facts = manifest(endpoint(answer).url, header, facts=known)
    names = ["json", "junit", "html", "har", "ctrf", "sarif", "markdown"]
    words = [word for name in names for word in (f"--{name}", tmp_path / f"report.{name}")]
    result = pbx("certify", "--manifest", facts, "--only", "REPLY,SEQ", *words, CRM_TOKEN=secret)
    written = [result.output, *((tmp_path / f"report.{name}").read_text() for name in names)]
    assert any("***" in text for text in written)
    for hidden in (secret, courier, customer):
        assert not [text[:80] for text in written if hidden in text]


def test_two_runs_give_the_same_verdicts(
    pbx: Pbx, reference_facts: dict[str, Any], tmp_path: Path
) -> None:
    seen = []
    for number in range(2):
        report = tmp_path / f"{number}.json"
        words = ["--json", report, "--jobs", 1 + number * 7]
        assert pbx("certify", reference_facts["url"], *words).exit_code == 0
        written = json.loads(report.read_text())
        assert (written["verdict"], written["level"]) == ("certified", "protocol")
        cases = written["cases"]
        seen.append({case["id"]: case["verdict"] for case in cases})
    assert seen[0] == seen[1]
    assert len(seen[0]) >= 130


def test_a_limit_on_requests_a_second_is_not_the_endpoints_time(
    pbx: Pbx, endpoint: Pbx, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    words = ["--only", "REPLY-001", "--max-rps", "20", "--json", report]
    result = pbx("certify", endpoint().url, *words)
    exchanges = json.loads(report.read_text())["cases"][0]["exchanges"]
    assert result.exit_code == 0
    assert all(exchange["elapsed_s"] < 5 for exchange in exchanges)


def test_ctrl_c_writes_what_was_done_and_is_exit_code_130(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/crm_integration"
        process = subprocess.Popen(
            [PBX, "certify", url, "--only", "FALLBACK-001,REPLY-001", "--json", report],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        asked = b""
        while not asked:  # the first connection only looks whether somebody listens
            connection, _ = silent.accept()
            with connection:
                asked = connection.recv(1)
                if asked:
                    process.send_signal(signal.SIGINT)
                    _, stderr = process.communicate()
    written = json.loads(report.read_text())
    assert process.returncode == 130
    assert "Traceback" not in stderr
    assert (written["verdict"], written["aborted"]) == ("aborted", "interrupted")


def test_a_run_in_which_no_case_applies_is_no_success(
    pbx: Pbx, endpoint: Pbx, tmp_path: Path
) -> None:
    file = tmp_path / "report.json"
    ran = pbx("certify", endpoint().url, "--only", "TLS-001", "--json", file)
    report = json.loads(file.read_text("utf-8"))
    assert report["counts"]["not-applicable"] == len(report["cases"])
    assert ran.exit_code == 2
    assert "nothing was judged" in ran.stdout
