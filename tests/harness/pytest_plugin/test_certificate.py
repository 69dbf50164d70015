"""``pbx certify --features``: scenarios are cases of the certificate."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from harness.reports.report import schema
from tests.harness.pytest_plugin.conftest import Project, Ran

Feature = Callable[..., str]

REACHES = """
When the courier calls
And the caller enters the order
Then the caller talks to the customer
"""
WRONG = """
When the courier calls
And the caller enters the order
Then the caller talks to another courier's customer
"""
TYPO = "When the curier calls\nThen the caller talks to nobody"
UNKNOWN_FACT = 'When "my_courier" calls\nThen the caller talks to nobody'


def tagged(text: str, *tags: str) -> str:
    """Put tags before the scenarios of a feature, one each."""
    first, *scenarios = text.split("  Scenario:")
    pairs = zip(tags, scenarios, strict=True)
    return first + "".join(f"  {tag}\n  Scenario:{scenario}" for tag, scenario in pairs)


@pytest.fixture
def certified(project: Project) -> Callable[..., tuple[Ran, dict[str, Any]]]:
    """Certify the reference server by a feature, and one case of the catalogue."""

    def run(feature: str, *words: str) -> tuple[Ran, dict[str, Any]]:
        project.write({"own.feature": feature})
        fixed = ["certify", "--manifest", "reference.toml", "--features", "own.feature"]
        ran = project.pbx(*fixed, "--json", "report.json", *words)
        path = project.folder / "report.json"
        return ran, json.loads(path.read_text("utf-8")) if path.exists() else {}

    return run


Certified = Callable[..., tuple[Ran, dict[str, Any]]]
ONE_CASE = ("--only", "REPLY-001,OWNER*,own*")


def case_of(report: dict[str, Any], case_id: str) -> dict[str, Any]:
    return next(case for case in report["cases"] if case["id"] == case_id)


def test_scenarios_and_cases_come_to_one_certificate(
    certified: Certified, feature: Feature
) -> None:
    ran, report = certified(tagged(feature(("It works", REACHES)), "@OWNER-01"), *ONE_CASE)
    assert ran.code == 0, ran.out + ran.err
    assert "NO CERTIFICATE  " in ran.out
    assert (report["verdict"], report["counts"]["pass"]) == ("partial", 2)
    assert [case["id"] for case in report["cases"]] == ["REPLY-001", "OWNER-01"]
    Draft202012Validator(schema()).validate(report)


def test_a_scenario_brings_the_same_evidence_as_a_case(
    certified: Certified, feature: Feature
) -> None:
    _, report = certified(tagged(feature(("It works", REACHES)), "@OWNER-01"), *ONE_CASE)
    case = case_of(report, "OWNER-01")
    assert case["feature"] == "Calls"
    assert [step["status"] for step in case["steps"]] == ["passed"] * 3
    assert len(case["exchanges"]) == 2
    assert case["ladders"][0]["steps"]
    assert case["replay"] == "pbx bdd own.feature:4 --manifest reference.toml"
    (used,) = report["suite"]["features"]
    assert (used["file"], used["scenarios"]) == ("own.feature", 1)


def test_a_scenario_that_fails_keeps_an_endpoint_from_being_certified(
    certified: Certified, feature: Feature
) -> None:
    ran, report = certified(tagged(feature(("It fails", WRONG)), "@OWNER-01"), *ONE_CASE)
    assert ran.code == 1
    case = case_of(report, "OWNER-01")
    assert (case["verdict"], case["keyword"], case["source"]) == ("fail", "MUST", "declared")
    assert case["expected"].startswith("own.feature:7: Then the caller talks to another")
    assert case["received"] == "reaches: expected 7926*****02, received 7917*****08"
    assert "again       pbx bdd own.feature:4 --manifest reference.toml" in ran.out


def test_features_of_the_manifest_are_cases_and_the_option_adds_to_them(
    certified: Certified, feature: Feature, project: Project
) -> None:
    declared = tagged(feature(("It works", REACHES)), "@OWNER-01")
    project.write({"calls/declared.feature": declared})
    manifest = project.read("reference.toml")
    project.write({"reference.toml": f'{manifest}[certify]\nfeatures = ["calls"]\n'})
    added = tagged(feature(("It works, too", REACHES)), "@OWNER-02")
    ran, report = certified(added, "--only", "OWNER")
    assert ran.code == 0, ran.out + ran.err
    assert [case["id"] for case in report["cases"]] == ["OWNER-01", "OWNER-02"]
    files = [used["file"] for used in report["suite"]["features"]]
    assert files == ["calls/declared.feature", "own.feature"]


def test_a_requirement_that_is_an_assumption_cannot_fail_an_endpoint(
    certified: Certified, feature: Feature
) -> None:
    text = tagged(feature(("It fails", WRONG)), "@OWNER-01 @req:text-is-short")
    ran, report = certified(text, *ONE_CASE)
    assert ran.code == 0
    assert case_of(report, "OWNER-01")["verdict"] == "info"


def test_what_was_not_tried_is_never_a_pass(certified: Certified, feature: Feature) -> None:
    scenarios = [("Off", REACHES), ("Typo", TYPO), ("Unknown", UNKNOWN_FACT)]
    text = tagged(feature(*scenarios), "@OWNER-01 @skip", "@OWNER-02", "@OWNER-03")
    ran, report = certified(text, *ONE_CASE)
    assert ran.code == 1
    verdicts = {case["id"]: case["verdict"] for case in report["cases"]}
    assert verdicts["OWNER-01"] == verdicts["OWNER-02"] == "untestable"
    assert verdicts["OWNER-03"] == "not-applicable"
    assert "choose from: the courier" in case_of(report, "OWNER-02")["reason"]
    assert "my_courier" in case_of(report, "OWNER-03")["reason"]


def test_every_report_holds_the_scenarios(
    certified: Certified, feature: Feature, project: Project
) -> None:
    text = tagged(feature(("It fails", WRONG)), "@OWNER-01")
    kinds = ("html", "junit", "ctrf", "sarif", "markdown", "har")
    wanted = [word for kind in kinds for word in (f"--{kind}", f"report.{kind}")]
    ran, _ = certified(text, *ONE_CASE, *wanted, "--bundle", "report.zip")
    for kind in kinds:
        assert "OWNER-01" in project.read(f"report.{kind}"), kind
    assert "verdict  No certificate" in project.pbx("verify", "report.zip").out
    assert "79175968108" not in ran.out


def test_numbers_in_a_scenario_are_masked(certified: Certified, feature: Feature) -> None:
    steps = 'When "79161234567" calls\nThen the caller talks to nobody'
    _, report = certified(feature(('"79161234567" is a stranger', steps)), *ONE_CASE)
    assert "79161234567" not in json.dumps(report)


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        (["@SEQ-001", "@OWNER-02"], "own.feature, line 4: SEQ-001: the cases of the suite"),
        (["@OWNER-01", "@OWNER-01"], "line 10: OWNER-01 is the id of own.feature:4 already"),
        (["@OWNER-01 @req:text-is-shrt", "@OWNER-02"], "did you mean text-is-short?"),
    ],
)
def test_a_tag_that_cannot_be_is_told_before_anything_runs(
    certified: Certified, feature: Feature, tags: list[str], said: str
) -> None:
    text = tagged(feature(("One", REACHES), ("Two", REACHES)), *tags)
    ran, report = certified(text)
    assert ran.code == 2
    assert said in ran.err
    assert report == {}


def test_a_conftest_that_cannot_be_loaded_is_named_and_what_was_done_is_kept(
    certified: Certified, feature: Feature, project: Project
) -> None:
    project.write({"conftest.py": "import nowhere\n"})
    ran, report = certified(tagged(feature(("It works", REACHES)), "@OWNER-01"), *ONE_CASE)
    assert ran.code == 2
    assert "ImportError while loading conftest" in ran.err
    assert "the features were not run" in ran.err
    assert "no scenario" not in ran.out + ran.err
    assert report["verdict"] == "aborted"
    assert [case["id"] for case in report["cases"]] == ["REPLY-001"]


def test_a_baseline_knows_scenarios(
    certified: Certified, feature: Feature, project: Project
) -> None:
    entry = "  - {case: OWNER-01, reason: CRM-1, owner: me, expires: 2099-01-01}\n"
    project.write({"known.yaml": f"known:\n{entry}"})
    text = tagged(feature(("It fails", WRONG)), "@OWNER-01")
    ran, report = certified(text, *ONE_CASE, "--baseline", "known.yaml")
    assert ran.code == 0, ran.out
    assert case_of(report, "OWNER-01")["known"]["reason"] == "CRM-1"


def test_what_only_the_reference_server_does_is_not_asked_of_others(
    certified: Certified, feature: Feature
) -> None:
    text = tagged(feature(("It fails", WRONG)), "@OWNER-01 @reference-server")
    ran, report = certified(text, *ONE_CASE)
    assert ran.code == 0
    assert case_of(report, "OWNER-01")["verdict"] == "not-applicable"


def test_two_features_of_one_name_in_two_reports_are_told_apart(
    certified: Certified, feature: Feature, project: Project
) -> None:
    certified(tagged(feature(("One", REACHES)), "@OWNER-01"), *ONE_CASE)
    project.write({"before.json": project.read("report.json")})
    certified(tagged(feature(("Another", REACHES)), "@OWNER-01"), *ONE_CASE)
    ran = project.pbx("compare", "before.json", "report.json")
    assert "measured by different features" in ran.out
