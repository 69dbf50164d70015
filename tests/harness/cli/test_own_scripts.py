"""``pbx certify``: call scripts that pbx.toml names are cases of the certificate."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from harness.reports.report import schema
from tests.harness.conftest import FACTS

if TYPE_CHECKING:
    from collections.abc import Mapping

ROUTED = """\
id: the-courier-is-connected
title: The courier 79161110001 is connected with the customer.
calls:
  - from: "${courier}"
    dials: [".${order}"]
    expect: {reaches: "${customer}"}
"""
CUT_OFF = """\
id: nobody-is-cut-off
title: A visitor reaches somebody.
calls:
  - from: "79031112244"
    expect: {reaches: somebody}
"""
UNKNOWN_FACT = """\
id: the-driver-calls
title: A driver reaches somebody.
calls:
  - from: "${driver}"
    expect: {reaches: somebody}
"""
IN_A_STATE = """\
id: after-delivery
title: Nobody is connected once the order has been delivered.
given:
  - {state: order closed, params: {order: "${order}"}}
calls:
  - from: "${courier}"
    expect: {reaches: somebody}
"""

CODES: dict[str, int | str] = {"79031112233": 7, "79031112244": 7, "79031112255": "2"}

Certified = Callable[..., tuple[Any, dict[str, Any]]]


def line(asked: Mapping[str, str]) -> object:
    """Connect the courier; give two others a code that has no branch, and one a text."""
    if asked["numa"] != "79161110001":
        return {"returned_code": CODES.get(asked["numa"], 2)}
    typed = asked["input_result"]
    return {"phones": ["79175968108"]} if typed == "10523" else {"returned_code": 1}


@pytest.fixture
def certified(
    pbx: Callable[..., Any],
    endpoint: Callable[..., Any],
    manifest: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Certified:
    """Certify an endpoint by call scripts."""
    monkeypatch.chdir(tmp_path)

    def run(
        *scripts: str,
        words: tuple[str, ...] = ("--only", "SCRIPT"),
        more: str = "",
        facts: Mapping[str, str] | None = None,
    ) -> Any:
        (tmp_path / "calls").mkdir()
        for number, text in enumerate(scripts):
            (tmp_path / "calls" / f"{number}.yaml").write_text(text)
        own = f'[certify]\nscripts = ["calls"]\n{more}'
        manifest(endpoint(line).url, more=own, facts={**FACTS, **(facts or {})})
        ran = pbx("certify", "--json", "report.json", *words)
        path = tmp_path / "report.json"
        return ran, json.loads(path.read_text()) if path.exists() else {}

    return run


def case_of(report: dict[str, Any], case_id: str) -> dict[str, Any]:
    found: dict[str, Any] = next(case for case in report["cases"] if case["id"] == case_id)
    return found


def test_a_script_is_a_case_with_the_evidence_of_one(certified: Certified, tmp_path: Path) -> None:
    ran, report = certified(ROUTED)
    assert ran.exit_code == 0, ran.output
    Draft202012Validator(schema()).validate(report)
    case = case_of(report, "SCRIPT-the_courier_is_connected")
    assert (case["verdict"], case["keyword"], case["source"]) == ("pass", "MUST", "declared")
    assert (case["feature"], case["family"]) == ("Your call scripts", "SCRIPT")
    assert case["documented"] == "calls/0.yaml"
    assert len(case["exchanges"]) == 2
    assert case["ladders"][0]["steps"]
    assert "Your call scripts" in ran.stdout
    assert "79161110001" not in (tmp_path / "report.json").read_text()
    (used,) = report["suite"]["features"]
    assert (used["file"], used["scenarios"]) == ("calls/0.yaml", 1)


def test_a_script_that_is_missed_keeps_an_endpoint_from_being_certified(
    certified: Certified,
) -> None:
    ran, report = certified(ROUTED, CUT_OFF)
    assert ran.exit_code == 1
    assert report["verdict"] == "partial"
    case = case_of(report, "SCRIPT-nobody_is_cut_off")
    assert (case["verdict"], case["kind"]) == ("fail", "expectation-missed")
    assert case["expected"] == "reaches: somebody"
    assert case["replay"] == "pbx certify --manifest pbx.toml --only SCRIPT-nobody_is_cut_off"


def test_the_line_that_repeats_a_script_repeats_it_alone(certified: Certified) -> None:
    words = ("--only", "SCRIPT-nobody_is_cut_off")
    _, report = certified(ROUTED, CUT_OFF, words=words)
    assert [case["id"] for case in report["cases"]] == ["SCRIPT-nobody_is_cut_off"]


def test_the_id_of_a_script_with_hyphens_is_nearly_right(certified: Certified) -> None:
    ran, _ = certified(CUT_OFF, words=("--only", "SCRIPT-nobody-is-cut-off"))
    assert ran.exit_code == 2
    assert "did you mean SCRIPT-nobody_is_cut_off?" in ran.stderr


def test_a_script_whose_facts_or_states_are_missing_is_not_applicable(certified: Certified) -> None:
    _, report = certified(UNKNOWN_FACT, IN_A_STATE)
    driver = case_of(report, "SCRIPT-the_driver_calls")
    assert driver["verdict"] == "not-applicable"
    assert driver["missing_facts"] == ["driver"]
    after = case_of(report, "SCRIPT-after_delivery")
    assert (after["verdict"], after["kind"]) == ("not-applicable", "missing-capability")


def test_a_baseline_knows_scripts(certified: Certified, tmp_path: Path) -> None:
    (tmp_path / "known.yaml").write_text(
        "known:\n  - case: SCRIPT-nobody_is_cut_off\n    reason: ticket 1\n    owner: Ann\n"
        "    expires: 2999-12-31\n"
    )
    ran, report = certified(CUT_OFF, words=("--only", "SCRIPT", "--baseline", "known.yaml"))
    assert ran.exit_code == 0, ran.output
    assert report["verdict"] == "partial"


def test_every_report_holds_the_scripts(certified: Certified, tmp_path: Path) -> None:
    kinds = ("html", "junit", "ctrf", "sarif", "markdown")
    wanted = [word for kind in kinds for word in (f"--{kind}", f"report.{kind}")]
    certified(CUT_OFF, words=("--only", "SCRIPT", *wanted))
    for kind in kinds:
        assert "SCRIPT-nobody_is_cut_off" in (tmp_path / f"report.{kind}").read_text(), kind


def test_two_scripts_of_one_id_are_told_before_anything_runs(certified: Certified) -> None:
    ran, report = certified(ROUTED, ROUTED)
    assert ran.exit_code == 2
    assert "calls/1.yaml, line 1, id: the-courier-is-connected is the id of calls/0.yaml" in (
        ran.stderr
    )
    assert report == {}


ASKED_ONCE = """\
id: a-stranger-is-asked-about
title: A stranger's call is a question to the endpoint.
calls:
  - from: "${visitor}"
    expect: {requests: 1}
"""


@pytest.mark.parametrize(
    ("more", "verdict"),
    [
        ('[scenario]\nuse = "courier-line"\n', "fail"),
        ("", "pass"),  # which scenario it is can only be assumed
    ],
)
def test_a_code_without_a_branch_is_found_whichever_call_brings_it(
    more: str, verdict: str, certified: Certified
) -> None:
    words = ("--only", "SCRIPT,REPLY-080")
    ran, report = certified(ASKED_ONCE, words=words, more=more, facts={"visitor": "79031112233"})
    assert case_of(report, "SCRIPT-a_stranger_is_asked_about")["verdict"] == "pass"
    case = case_of(report, "REPLY-080")
    assert case["verdict"] == verdict
    assert (ran.exit_code == 0) is (verdict == "pass")
    if verdict == "fail":
        assert "7 to who-is-calling, where the slots are 1, 2, 3, 4" in case["received"]
        assert "SCRIPT-a_stranger_is_asked_about" in case["received"]
        again = "--only REPLY-080,SCRIPT-a_stranger_is_asked_about"
        assert case["replay"] == f"pbx certify --manifest pbx.toml {again}"
        assert "REPLY-080" in ran.stdout


def test_the_form_of_answers_is_looked_at_in_the_owners_own_calls(certified: Certified) -> None:
    words = ("--only", "SCRIPT,REPLY-082")
    ran, report = certified(ASKED_ONCE, words=words, facts={"visitor": "79031112255"})
    assert ran.exit_code == 0, ran.output
    case = case_of(report, "REPLY-082")
    assert case["verdict"] == "info"  # nobody documents it
    assert "(SCRIPT-a_stranger_is_asked_about, request 1)" in case["received"]
    assert len(case["exchanges"]) == len(case["ladders"]) == 1
