"""`pbx verify`."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from harness.certify import registry
from harness.reports.report import suite_version
from harness.results.bundle import write_bundle

Pbx = Callable[..., Any]
Issue = Callable[..., tuple[Path, str]]


@pytest.fixture
def issue(tmp_path: Path, report_of: Callable[..., dict[str, Any]]) -> Issue:
    """Issue a bundle a day ago; gives the file and its hash."""

    def write(valid_days: int = 90, **changes: Any) -> tuple[Path, str]:
        file = tmp_path / "certificate.zip"
        started = (datetime.now(UTC) - timedelta(days=1)).isoformat()
        suite = {"version": suite_version(), "cases_digest": registry.digest(), "cases": 9}
        report = report_of({"REPLY-001": "pass"}, started=started, suite=suite, **changes)
        return file, write_bundle(file, report, None, {}, valid_days=valid_days)

    return write


def test_an_intact_bundle_is_exit_code_0_and_says_what_that_shows(pbx: Pbx, issue: Issue) -> None:
    file, sha256 = issue()
    result = pbx("verify", file)
    assert result.exit_code == 0
    assert f"sha256   {sha256}" in result.stdout
    assert "verdict  Certified" in result.stdout
    assert "cases    1 of the suite's 9: 1 pass\n" in result.stdout
    assert "INTACT   1 file and the zip itself are as they were written" in result.stdout
    assert "nothing was changed by accident, not who issued it" in result.stdout
    assert f"pbx verify {file} --sha256 HASH" in result.stdout


@pytest.mark.parametrize("spell", [str.lower, str.upper, "sha256:{}".format, " {}\n".format])
def test_with_the_hash_it_is_the_same_file(
    pbx: Pbx, issue: Issue, spell: Callable[[str], str]
) -> None:
    file, sha256 = issue()
    result = pbx("verify", file, "--sha256", spell(sha256))
    assert result.exit_code == 0
    assert "byte for byte the file of that hash" in result.stdout
    assert "not who issued it" not in result.stdout


def test_another_file_than_that_of_the_hash_is_exit_code_1(pbx: Pbx, issue: Issue) -> None:
    file, _ = issue()
    result = pbx("verify", file, "--sha256", hashlib.sha256(b"another").hexdigest())
    assert result.exit_code == 1
    assert "BROKEN   this is another file than the one with that hash" in result.stdout
    assert "INTACT" not in result.stdout


def test_a_changed_byte_is_exit_code_1(pbx: Pbx, issue: Issue) -> None:
    file, _ = issue()
    file.write_bytes(file.read_bytes() + b"\n")
    result = pbx("verify", file)
    assert result.exit_code == 1
    assert "BROKEN   the zip is not as it was written, from byte" in result.stdout
    assert "verdict" not in result.stdout


def test_an_expired_bundle_is_exit_code_1(pbx: Pbx, issue: Issue) -> None:
    file, _ = issue(valid_days=1)
    result = pbx("verify", file)
    assert result.exit_code == 1
    assert "EXPIRED  certify the endpoint again" in result.stdout


def test_an_intact_bundle_may_say_that_the_endpoint_is_not_certified(
    pbx: Pbx, issue: Issue
) -> None:
    file, _ = issue(verdict="not-certified")
    result = pbx("verify", file)
    assert result.exit_code == 0
    assert "verdict  Not certified" in result.stdout


def test_other_cases_are_a_remark(pbx: Pbx, issue: Issue, monkeypatch: pytest.MonkeyPatch) -> None:
    file, _ = issue()
    monkeypatch.setattr(registry, "digest", lambda: "sha256:other")
    result = pbx("verify", file)
    assert result.exit_code == 0
    assert "remark   measured by the cases of version" in result.stdout


def test_as_json_all_is_said_that_was_found(pbx: Pbx, issue: Issue) -> None:
    file, sha256 = issue()
    content = json.loads(pbx("verify", file, "--json", "-").stdout)
    assert content["good"] is True
    assert content["sha256"] == sha256
    assert content["index"]["verdict"] == "certified"
    file.write_bytes(b"")
    result = pbx("verify", file, "--json", "-")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["broken"]


@pytest.mark.parametrize("sha256", ["", "abc", "g" * 64, "0" * 63])
def test_a_hash_that_is_none_is_exit_code_2(pbx: Pbx, issue: Issue, sha256: str) -> None:
    file, _ = issue()
    result = pbx("verify", file, "--sha256", sha256)
    assert result.exit_code == 2
    assert "--sha256: give the 64 digits" in result.stderr


def test_a_file_that_is_not_there_is_exit_code_2(pbx: Pbx, tmp_path: Path) -> None:
    result = pbx("verify", tmp_path / "certificate.zip")
    assert result.exit_code == 2
    assert "cannot be read: No such file" in result.stderr


def test_no_letter_of_a_bundle_plays_tricks_on_the_terminal(pbx: Pbx, issue: Issue) -> None:
    file, _ = issue(endpoint={"url": "http://127.0.0.1/\x1b[2J"})
    result = pbx("verify", file)
    assert result.exit_code == 0
    assert "\x1b" not in result.stdout
    assert "http://127.0.0.1/\\x1b[2J" in result.stdout
