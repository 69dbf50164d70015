"""What `pbx certify` prints."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest

from harness.certify.model import Case, CaseResult, Keyword, Requirement, Source, Verdict
from harness.certify.reasons import satisfied, violated
from harness.display.terminal import Terminal
from harness.reports.summary import print_case, print_summary
from harness.reports.words import ASSUMPTIONS, LEVELS
from mockpbx.masking import Masker

CaseOf = Callable[..., dict[str, Any]]
ReportWith = Callable[..., dict[str, Any]]
REQUIRED = "A successful answer has the HTTP status 200."
Printed = Callable[[dict[str, Any]], str]


class _Watched(StringIO):
    """A person looks on."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal() -> Terminal:
    """Return a terminal that writes into a file, as when piped."""
    made = Terminal()
    made.file = StringIO()
    return made


@pytest.fixture
def printed(terminal: Terminal) -> Printed:
    """Print the summary of a report."""

    def run(report: dict[str, Any]) -> str:
        print_summary(terminal, report)
        return terminal.file.getvalue()  # type: ignore[attr-defined,no-any-return]

    return run


def told(terminal: Terminal, verdict: Verdict, received: str) -> str:
    requirement = Requirement(
        id="a",
        keyword=Keyword.MUST,
        text="It is.",
        source=Source.STANDARD,
        documented="",
        why="",
        fix="",
    )
    case = Case(id="REPLY-001", title="Every answer has status 200", requirement=requirement)
    saw = (
        satisfied(received)
        if verdict is Verdict.PASS
        else violated(expected="200", received=received)
    )
    print_case(terminal, CaseResult(case=case, verdict=verdict, finding=saw), Masker())
    return terminal.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def test_a_case_that_fails_is_told_on_one_line_with_the_reason(terminal: Terminal) -> None:
    line = told(terminal, Verdict.FAIL, "500 for 79161110001")
    assert line == (
        "fail       REPLY-001    Every answer has status 200: "
        "expected 200; received 500 for 7916*****01\n"
    )


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.NOT_APPLICABLE])
def test_of_a_case_that_passes_or_does_not_apply_nothing_is_said(
    terminal: Terminal, verdict: Verdict
) -> None:
    assert not told(terminal, verdict, "seen")


def test_a_long_reason_is_cut_and_control_characters_are_shown(terminal: Terminal) -> None:
    line = told(terminal, Verdict.FAIL, "\x1b[31m" + "x" * 5000)
    assert "\\x1b[31m" in line
    assert line.endswith("…\n")
    assert len(line) < 400


def test_families_are_counted_and_nothing_is_a_dot(printed: Printed, mixed: dict[str, Any]) -> None:
    lines = printed(mixed).splitlines()
    assert lines[1].split() == ["pass", "fail", "remarks", "not", "tested"]
    assert lines[3].split()[-4:] == ["1", "1", "1", "·"]


def test_the_verdict_is_followed_by_what_to_fix_first(
    printed: Printed, mixed: dict[str, Any]
) -> None:
    text = printed(mixed)
    assert "NOT CERTIFIED  2 causes: 3 cases fail, of 7 that apply" in text
    _, _, fix = text.partition("What to fix first\n")
    told = fix.partition("\n\n")[0]
    assert told.splitlines()[:8] == [
        "✕ status 500 (stranger)  (1 case)",
        "  answer      HTTP 500 Internal Server Error  <h1>Error</h1>",
        f"  required    {REQUIRED} (MUST, documented by the vendors)",
        "  so          The caller heard 5.0 s of dead air, fell back to operators (deadline).",
        "  fix         Answer with status 200:",
        '                  {"phones": ["79175968108"]}',
        "  cases       REPLY-001",
        "  again       pbx certify http://127.0.0.1:8080/crm_integration --only REPLY-001",
    ]
    assert told.splitlines()[8].startswith("? ")


def test_three_causes_are_told_the_next_named_and_the_others_counted(
    printed: Printed, report_with: ReportWith, case_of: CaseOf
) -> None:
    failures = [case_of(f"SEQ-{n:03}", "fail", requirement_id=f"r{n}") for n in range(14)]
    lines = printed(report_with(*failures)).splitlines()
    assert sum(line.startswith("  again") for line in lines) == 3
    named = [line.split()[1] for line in lines if line.startswith("✕ SEQ-")]
    assert named == [f"SEQ-{number:03}" for number in range(3, 12)]
    assert "and 2 causes more; --html FILE writes a report of all" in lines


def test_cases_of_one_cause_are_told_once(
    printed: Printed, report_with: ReportWith, case_of: CaseOf
) -> None:
    text = printed(report_with(*(case_of(f"SEQ-{number:03}", "fail") for number in range(12))))
    assert text.count("✕ ") == 1
    (ids,) = [line for line in text.splitlines() if line.startswith("  cases")]
    assert ids.count("SEQ-") == 9
    assert ids.endswith("and 3 more")


def test_what_must_be_assumed_is_told_beside_a_remark(
    printed: Printed, report_with: ReportWith, case_of: CaseOf
) -> None:
    text = printed(report_with(case_of("TIME-001", "info", assumption="deadline")))
    (line,) = [line for line in text.splitlines() if line.startswith("  assumed")]
    assert ASSUMPTIONS["deadline"] in line


def test_an_error_of_ours_is_not_the_endpoints(printed: Printed, mixed: dict[str, Any]) -> None:
    text = printed(mixed)
    _, _, faults = text.partition("Errors of the harness, which are not the endpoint's\n")
    assert faults.splitlines()[0].split() == [
        "PRIV-001",
        "KeyError:",
        "'x';",
        *("please", "report", "it"),
    ]


def test_whoever_knows_only_an_address_is_told_what_to_add(
    printed: Printed, report_with: ReportWith, case_of: CaseOf
) -> None:
    untested = case_of("SEQ-001", "not-applicable")
    https = case_of("TLS-001", "not-applicable", reason="no https is declared", missing_facts=[])
    text = printed(report_with(case_of("REPLY-001", "pass"), untested, https))
    _, _, more = text.partition("To test more, say in pbx.toml what is true behind the endpoint\n")
    assert more.splitlines()[:6] == [
        "  [endpoint]",
        '  url = "http://127.0.0.1:8080/crm_integration"',
        "  [facts]",
        '  courier = "…"  # a courier, known to the endpoint by this number',
        '  order   = "…"  # an open order, carried by courier',
        "pbx init asks you and writes the file; then run: pbx certify",
    ]
    assert "1 case: no https is declared" in more


def test_whoever_has_a_manifest_is_told_only_the_facts(
    printed: Printed, report_with: ReportWith, case_of: CaseOf
) -> None:
    manifest = {"facts": {"virtual_number": "74951234567", "courier": "7916*****01"}}
    untested = case_of("SEQ-001", "not-applicable", missing_facts=["order"])
    assert "[endpoint]" not in printed(report_with(untested, manifest=manifest))


def test_that_all_is_well_is_said_with_the_level(
    printed: Printed, report_with: ReportWith, case_of: CaseOf
) -> None:
    text = printed(report_with(case_of("REPLY-001", "pass"), case_of("REPLY-002", "pass")))
    first, level = text.splitlines()[-2:]
    assert first.startswith("CERTIFIED  All 2 cases")
    assert LEVELS["behaviour"] in level


def test_a_selection_is_no_certificate(
    printed: Printed, report_with: ReportWith, case_of: CaseOf
) -> None:
    report = report_with(case_of("REPLY-001", "pass"), verdict="partial")
    report["suite"]["cases"] = 150
    assert printed(report).splitlines()[-1].startswith("NO CERTIFICATE  ")


def test_remarks_are_told_where_nothing_fails_and_else_only_named(
    printed: Printed, terminal: Terminal, report_with: ReportWith, case_of: CaseOf
) -> None:
    remark = case_of("SEQ-001", "nonstrict", keyword="SHOULD", requirement_id="short")
    alone = printed(report_with(remark))
    assert "CERTIFIED WITH REMARKS" in alone
    assert "What could be better\n≈ status 500 (stranger)  (1 case)\n" in alone
    assert "again  " in alone
    terminal.file = StringIO()
    besides = printed(report_with(case_of("REPLY-001", "fail"), remark))
    _, _, better = besides.partition("What could be better\n")
    assert better.splitlines() == ["≈ SEQ-001    status 500 (stranger)  (1 case)"]


def test_a_persons_terminal_gets_texts_wrapped_beside_their_labels(
    report_with: ReportWith, case_of: CaseOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "60")
    terminal = Terminal()
    terminal.file = watched = _Watched()
    print_summary(terminal, report_with(case_of("SEQ-001", "fail", fix="word " * 40)))
    text = watched.getvalue()
    assert "\x1b[" in text
    assert max(len(line) for line in text.split("fix")[1].splitlines()[:5]) < 80
