"""``pbx certify``: exit codes, reports in every form, and what happens on the way."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.certify import registry
from harness.certify.context import Context
from harness.certify.reasons import Finding
from harness.results.bundle import verify

Pbx = Callable[..., Any]
PBX = Path(sys.executable).with_name("pbx")

QUICK = "REPLY-001,REPLY-020,SEQ-001"
STRANGER_WITH_CUSTOMER = {"phones": ["79175968108"]}


def not_json(_: object) -> bytes:
    """Answer what no PBX can read."""
    return b"<html>It works!</html>"


def test_a_certified_endpoint_is_exit_code_0(pbx: Pbx, reference_facts: dict[str, Any]) -> None:
    result = pbx("certify", reference_facts["url"], "--only", "REPLY")
    assert result.exit_code == 0
    assert "CERTIFIED" in result.stdout


def test_an_endpoint_that_is_not_certified_is_exit_code_1(pbx: Pbx, endpoint: Pbx) -> None:
    result = pbx("certify", endpoint(not_json).url, "--only", "REPLY-001,REPLY-031")
    assert result.exit_code == 1
    assert "NOT CERTIFIED" in result.stdout.upper()


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
    result = pbx("certify", "--manifest", file, "--only", "SEQ-001")
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


def test_known_failures_are_exit_code_0_and_the_verdict_stays_true(
    pbx: Pbx, endpoint: Pbx, tmp_path: Path
) -> None:
    baseline, report = tmp_path / "known.yaml", tmp_path / "report.json"
    entry = "{case: REPLY-031, reason: the old stub, owner: Ann, expires: 2099-01-01}"
    baseline.write_text(f"known: [{entry}]\n")
    there = endpoint(not_json)
    alone = pbx("certify", there.url, "--only", "REPLY-031", "--json", report)
    known = pbx("certify", there.url, "--only", "REPLY-031", "--baseline", baseline)
    assert json.loads(report.read_text())["cases"][0]["verdict"] == "fail"
    assert (alone.exit_code, known.exit_code) == (1, 0)
    assert "NOT CERTIFIED" in known.stdout


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
    assert json.loads(result.stdout)["verdict"] == "certified"
    assert "CERTIFIED" in result.stderr


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
        pbx("certify", reference_facts["url"], "--json", report, "--jobs", 1 + number * 7)
        cases = json.loads(report.read_text())["cases"]
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
