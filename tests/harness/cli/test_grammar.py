"""What all commands read alike: the endpoint, the manifest, headers, what is shown and written."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.cli.options import split_url
from mockpbx.errors import UsageError

Pbx = Callable[..., Any]
COURIER, CUSTOMER = "79161110001", "79175968108"
SECRET = "hunter2-of-the-environment"  # noqa: S105  # the example
BY_DAY = ("--at", "2026-09-17 10:15")
FEATURE = """\
Feature: Orders
  Scenario: A courier enters the order
    When the courier calls
    And the caller enters the order
    Then the caller talks to the customer
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, two below the one where manifests are written; with a feature."""
    below = tmp_path / "some" / "where"
    below.mkdir(parents=True)
    (below / "own.feature").write_text(FEATURE)
    monkeypatch.chdir(below)
    return below


ASKING = {
    "call": ("--from", COURIER, "--dial", "10523", *BY_DAY),
    "replay": ("own-order",),
    "certify": ("--only", "SEQ-001"),
    "bdd": ("own.feature",),
    "doctor": (),
}
"""Commands that ask an endpoint, and what they want besides."""


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", ASKING)
def test_the_manifest_of_a_folder_above_is_found(
    pbx: Pbx, endpoint: Pbx, manifest: Pbx, name: str
) -> None:
    there = endpoint()
    manifest(there.url)
    assert pbx(name, *ASKING[name]).exit_code == 0
    assert there.asked


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", ASKING)
def test_a_url_prevails_over_the_manifest_whose_facts_still_hold(
    pbx: Pbx, endpoint: Pbx, manifest: Pbx, name: str
) -> None:
    manifest("http://127.0.0.1:1/")
    there = endpoint()
    assert pbx(name, there.url, *ASKING[name]).exit_code == 0
    assert name == "doctor" or COURIER in {asked.parameters["numa"] for asked in there.asked}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", ASKING)
def test_a_header_may_come_from_the_environment(
    pbx: Pbx, endpoint: Pbx, manifest: Pbx, name: str
) -> None:
    there = endpoint(lambda _: {"text": f"Denied: {SECRET}"})
    manifest(there.url)
    more = () if name == "doctor" else ("-v",)
    header = ("-H", "X-Token: Bearer ${TOKEN}")
    result = pbx(name, *ASKING[name], *header, *more, TOKEN=SECRET)
    assert there.asked[-1].headers["x-token"] == f"Bearer {SECRET}"
    assert SECRET not in result.output


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", ASKING)
def test_a_variable_that_is_not_set_is_a_mistake(pbx: Pbx, name: str) -> None:
    for words in (["http://h/", "-H", "X: ${NO_SUCH_VARIABLE}"], ["${NO_SUCH_VARIABLE}"]):
        result = pbx(name, *words, *ASKING[name])
        assert result.exit_code == 2
        assert "NO_SUCH_VARIABLE is not set" in result.stderr


def test_a_url_may_come_from_the_environment(pbx: Pbx, endpoint: Pbx) -> None:
    there = endpoint()
    url = there.url.replace("crm_integration", SECRET)
    result = pbx("call", "${CRM}", *ASKING["call"], "-v", CRM=url)
    assert result.exit_code == 0
    assert there.asked[0].path.startswith(f"/{SECRET}?")
    assert SECRET not in result.output


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf"])
def test_a_deadline_that_makes_no_sense_is_a_mistake(pbx: Pbx, seconds: str) -> None:
    result = pbx("call", "http://h/", "--from", "101", "--deadline", seconds)
    assert result.exit_code == 2
    assert "--deadline" in result.stderr


@pytest.mark.parametrize(
    ("words", "url", "others"),
    [
        ([], None, []),
        (["a", "b"], None, ["a", "b"]),
        (["http://h/", "a"], "http://h/", ["a"]),
        (["a.feature:3", "https://h/"], "https://h/", ["a.feature:3"]),
        (["${CRM}", "a"], "${CRM}", ["a"]),
    ],
)
def test_the_word_that_looks_like_a_url_is_the_endpoint(
    words: list[str], url: str | None, others: list[str]
) -> None:
    assert split_url(words) == (url, others)


def test_two_endpoints_are_one_too_many() -> None:
    with pytest.raises(UsageError, match="one URL"):
        split_url(["http://a/", "http://b/"])


# -- names of facts --------------------------------------------------------------------


@pytest.mark.usefixtures("folder")
def test_a_call_may_name_facts(pbx: Pbx, endpoint: Pbx, manifest: Pbx) -> None:
    there = endpoint()
    manifest(there.url)
    words = ("--from", "courier", "--dial", "order", "--callee", "customer=busy", *BY_DAY)
    result = pbx("call", *words, "--json", "-")
    (leg, *_) = json.loads(result.stdout)["record"]["legs"]
    assert there.asked[-1].parameters["numa"] == COURIER
    assert there.asked[-1].parameters["input_result"] == "10523"
    assert leg["disposition"] == "busy"


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("--from", "courir"), "--from"),
        (("--from", "foreign_order"), "--from"),
        (("--from", "courier", "--dial", "second_order"), "--dial"),
    ],
)
def test_a_fact_that_is_not_known_is_a_mistake(
    pbx: Pbx, manifest: Pbx, words: tuple[str, ...], option: str
) -> None:
    manifest("http://127.0.0.1:1/")
    result = pbx("call", *words)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"pbx: {option}: ")


# -- what is shown ---------------------------------------------------------------------


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", [name for name in ASKING if name != "doctor"])
def test_all_that_goes_over_the_line_is_shown_if_that_is_wanted(
    pbx: Pbx, endpoint: Pbx, manifest: Pbx, name: str
) -> None:
    manifest(endpoint().url)
    usual, verbose = pbx(name, *ASKING[name]).stdout, pbx(name, *ASKING[name], "-v").stdout
    assert '{"returned_code": 1}' not in usual
    assert '{"returned_code": 1}' in verbose
    assert "numa=7916*****01" in verbose
    assert CUSTOMER not in verbose


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", ASKING)
def test_who_wants_it_quiet_gets_the_verdict_alone(
    pbx: Pbx, endpoint: Pbx, manifest: Pbx, name: str
) -> None:
    facts = {"courier": COURIER, "customer": CUSTOMER, "order": "10523"}
    manifest(endpoint().url, facts=facts)
    result = pbx(name, *ASKING[name], "-q")
    assert result.exit_code == 0
    assert len(result.stdout.strip().splitlines()) == 1


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", ["call", "replay", "certify", "bdd"])
def test_what_is_wrong_is_said_however_quiet(
    pbx: Pbx, endpoint: Pbx, manifest: Pbx, name: str
) -> None:
    manifest(endpoint(lambda _: b"<html>").url)
    result = pbx(name, *ASKING[name], "-q")
    assert result.exit_code == 1
    assert len(result.stdout.strip().splitlines()) > 1


@pytest.mark.parametrize("name", ["call", "replay", "certify", "bdd"])
def test_verbose_and_quiet_contradict_each_other(pbx: Pbx, name: str) -> None:
    more = ("--from", "101") if name == "call" else ()
    assert pbx(name, "http://h/", *more, "-q", "-v").exit_code == 2


# -- what is written -------------------------------------------------------------------


@pytest.fixture
def reports(folder: Path, report_of: Callable[..., dict[str, Any]]) -> None:
    """Two reports to compare."""
    for name in ("a.json", "b.json"):
        (folder / name).write_text(json.dumps(report_of({"REPLY-001": "pass"})), "utf-8")


WRITING = {
    **ASKING,
    "cases": ("REPLY-001",),
    "explain": ("REPLY-001",),
    "catalogue": (),
    "compare": ("a.json", "b.json"),
}


@pytest.mark.usefixtures("reports")
@pytest.mark.parametrize("name", WRITING)
def test_json_is_printed_alone_or_written_beside_what_people_read(
    pbx: Pbx, endpoint: Pbx, manifest: Pbx, folder: Path, name: str
) -> None:
    manifest(endpoint().url)
    printed = pbx(name, *WRITING[name], "--json", "-")
    written = pbx(name, *WRITING[name], "--json", "x.json")
    assert printed.exit_code == written.exit_code == 0
    assert type(json.loads(printed.stdout)) is type(json.loads((folder / "x.json").read_text()))
    assert written.stdout
    with pytest.raises(json.JSONDecodeError):
        json.loads(written.stdout)


@pytest.mark.usefixtures("reports")
@pytest.mark.parametrize("name", WRITING)
def test_a_file_that_cannot_be_written_is_said_before_anything_is_asked(
    pbx: Pbx, endpoint: Pbx, manifest: Pbx, name: str
) -> None:
    there = endpoint()
    manifest(there.url)
    assert pbx(name, *WRITING[name], "--json", "no/such/folder.json").exit_code == 2
    assert there.asked == []
