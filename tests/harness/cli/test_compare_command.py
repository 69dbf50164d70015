"""`pbx compare`."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

Pbx = Callable[..., Any]
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path, report_of: Callable[..., dict[str, Any]]) -> Write:
    """Write a report of verdicts."""

    def one(name: str, verdicts: Mapping[str, str], **changes: Any) -> Path:
        file = tmp_path / name
        file.write_text(json.dumps(report_of(verdicts, **changes)), "utf-8")
        return file

    return one


def test_reports_that_are_alike_are_exit_code_0(pbx: Pbx, write: Write) -> None:
    file = write("a.json", {"REPLY-001": "pass", "SEQ-021": "fail"})
    result = pbx("compare", file, file)
    assert result.exit_code == 0
    assert result.stdout == (
        "not certified → not certified: 0 new failures, 0 fixed, 0 changed, 0 added, 0 removed\n"
    )


def test_a_new_failure_is_exit_code_1_and_said_with_its_reason(pbx: Pbx, write: Write) -> None:
    before = write("a.json", {"REPLY-001": "pass"})
    after = write("b.json", {"REPLY-001": "fail"})
    result = pbx("compare", before, after)
    assert result.exit_code == 1
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("NEW FAILURE")]
    assert line.split(maxsplit=5)[2:] == ["REPLY-001", "pass", "fail", "The title of REPLY-001"]
    assert "REPLY-001: expected status 200; received status 500" in result.stdout
    assert "certified → not certified: 1 new failure, 0 fixed" in result.stdout


def test_each_change_is_a_line_of_its_group(pbx: Pbx, write: Write) -> None:
    first = {"REPLY-001": "fail", "REPLY-002": "pass", "SEQ-001": "pass"}
    second = {"REPLY-001": "pass", "REPLY-002": "nonstrict", "SEQ-002": "pass"}
    result = pbx("compare", write("a.json", first), write("b.json", second))
    assert result.exit_code == 0
    lines = [line.split()[:2] for line in result.stdout.splitlines()[1:-1]]
    assert lines == [
        ["fixed", "REPLY-001"],
        ["changed", "REPLY-002"],
        ["added", "SEQ-002"],
        ["removed", "SEQ-001"],
    ]


def test_what_makes_reports_hard_to_compare_is_remarked_upon(pbx: Pbx, write: Write) -> None:
    before = write("a.json", {"REPLY-001": "pass"})
    after = write("b.json", {"REPLY-001": "pass"}, endpoint={"url": "http://other.example/"})
    assert "remark: different endpoints" in pbx("compare", before, after).stdout


def test_a_later_run_that_was_broken_off_is_exit_code_1(pbx: Pbx, write: Write) -> None:
    before = write("a.json", {"REPLY-001": "pass"})
    after = write("b.json", {}, verdict="aborted")
    assert pbx("compare", before, after).exit_code == 1


def test_as_json_the_groups_are_said(pbx: Pbx, write: Write) -> None:
    before = write("a.json", {"REPLY-001": "pass"})
    after = write("b.json", {"REPLY-001": "fail"})
    result = pbx("compare", before, after, "--json", "-")
    content = json.loads(result.stdout)
    assert result.exit_code == 1
    assert content["format"] == "pbx-harness-comparison/1"
    assert content["worse"] is True
    assert content["new_failures"][0]["id"] == "REPLY-001"
    assert content["before"]["verdict"] == "certified"


def test_a_file_that_is_no_report_is_exit_code_2(pbx: Pbx, write: Write) -> None:
    good = write("a.json", {"REPLY-001": "pass"})
    wrong = write("b.json", {}, suite={"version": "0.1.0"})
    for files in ([good, wrong], [wrong, good]):
        result = pbx("compare", *files)
        assert result.exit_code == 2
        assert "the key suite.cases_digest is missing" in result.stderr


def test_no_letter_of_a_report_plays_tricks_on_the_terminal(pbx: Pbx, write: Write) -> None:
    before = write("a.json", {})
    after = write("b.json", {"REPLY-\x1b[2J": "\x1b[31m"}, verdict="\x1b[5m")
    assert "\x1b" not in pbx("compare", before, after).stdout


# -- several ---------------------------------------------------------------------------


@pytest.fixture
def three(write: Write) -> list[Path]:
    """Write three reports."""
    return [
        write("ours.json", {"REPLY-001": "pass", "SEQ-001": "pass"}),
        write("theirs.json", {"REPLY-001": "pass", "SEQ-001": "nonstrict"}),
        write("old.json", {"REPLY-001": "pass", "SEQ-001": "info"}),
    ]


def test_of_several_reports_the_cases_are_shown_on_which_they_differ(
    pbx: Pbx, three: list[Path]
) -> None:
    result = pbx("compare", *three)
    assert result.exit_code == 0
    head, row, *_, last = result.stdout.splitlines()
    assert head.split() == ["case", "ours", "theirs", "old", "title"]
    assert row.split()[:5] == ["SEQ-001", "pass", "not", "strict", "info"]
    assert last == "1 of 2 cases differs"


def test_a_later_report_that_fails_what_the_first_does_not_is_exit_code_1(
    pbx: Pbx, three: list[Path], write: Write
) -> None:
    worse = write("worse.json", {"REPLY-001": "fail", "SEQ-001": "pass"})
    assert pbx("compare", *three, worse).exit_code == 1
    assert pbx("compare", worse, *three).exit_code == 0


def test_several_as_json_are_a_table(pbx: Pbx, three: list[Path]) -> None:
    content = json.loads(pbx("compare", *three, "--json", "-").stdout)
    assert content["format"] == "pbx-harness-comparison-of-several/1"
    assert [report["name"] for report in content["reports"]] == ["ours", "theirs", "old"]
    verdicts = {case["id"]: case["verdicts"] for case in content["cases"]}
    assert verdicts["SEQ-001"] == ["pass", "nonstrict", "info"]
    assert content["worse"] is False


@pytest.mark.parametrize("number", [2, 3])
def test_reports_are_put_side_by_side_on_a_page(
    pbx: Pbx, three: list[Path], tmp_path: Path, number: int
) -> None:
    page = tmp_path / "index.html"
    result = pbx("compare", *three[:number], "--html", page)
    assert result.exit_code == 0
    text = page.read_text("utf-8")
    assert text.count('class="report-head"') == number
    assert "theirs" in text


def test_reports_of_the_same_name_are_told_apart_by_their_folders(
    pbx: Pbx, three: list[Path], tmp_path: Path
) -> None:
    other = tmp_path / "elsewhere" / "ours.json"
    other.parent.mkdir()
    other.write_bytes(three[0].read_bytes())
    content = json.loads(pbx("compare", *three, other, "--json", "-").stdout)
    names = [report["name"] for report in content["reports"]]
    assert names == [str(three[0]), "theirs", "old", str(other)]


def test_a_page_and_a_report_cannot_go_to_the_same_place(
    pbx: Pbx, three: list[Path], tmp_path: Path
) -> None:
    file = tmp_path / "same"
    result = pbx("compare", *three, "--html", file, "--json", file)
    assert result.exit_code == 2
    assert not file.exists()
