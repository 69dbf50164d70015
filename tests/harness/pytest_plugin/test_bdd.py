"""The commands ``pbx new``, ``pbx bdd`` and ``pbx steps``, in an empty folder."""

import json
from collections.abc import Callable

import pytest

from harness.steps import step_list
from tests.harness.pytest_plugin.conftest import ROOT, Project

Feature = Callable[..., str]

OURS = "--manifest=reference.toml"


def test_a_first_feature_is_made_changed_and_green(project: Project) -> None:
    made = project.pbx("new", "courier")
    assert "pbx bdd courier.feature --reference" in made.out
    text = project.read("courier.feature")
    project.write({"courier.feature": text.replace("talks to the operators", "is looked after")})
    ran = project.pbx("bdd", "courier.feature", "--reference")
    assert ran.code == 0, ran.out
    assert "2 scenarios: 2 as expected" in ran.out
    assert "pytest" not in ran.out


def test_a_first_feature_in_russian_is_made_changed_and_green(project: Project) -> None:
    assert project.pbx("new", "--lang", "ru", "курьер").code == 0
    text = project.read("курьер.feature")
    changed = text.replace("звонящий разговаривает с операторами", "о звонящем позаботились")
    assert changed != text
    project.write({"курьер.feature": changed})
    ran = project.pbx("bdd", "курьер.feature", OURS)
    assert ran.code == 0, ran.out
    assert "Курьер набирает номер заказа" in ran.out


def test_a_feature_that_is_there_is_not_overwritten(project: Project) -> None:
    project.write({"courier.feature": "mine"})
    ran = project.pbx("new", "courier.feature")
    assert ran.code == 2
    assert "courier.feature is there already" in ran.err
    assert project.read("courier.feature") == "mine"


@pytest.mark.parametrize(
    ("lang", "right", "typo", "said"),
    [
        ("en", "the courier calls", "the curier calls", "“the curier” is not known here"),
        ("en", "caller enters", "caler enters", "nearest: the caller enters {order}"),
        ("en", "endpoint is down", "endpoint explodes", "“explodes” is not known here"),
        ("ru", "курьер звонит", "курер звонит", "“курер” здесь не знают"),
        (
            "ru",
            "звонящий набирает",
            "звоняший набирает",
            "похожие: звонящий набирает {номер заказа}",
        ),
    ],
)
def test_a_typing_error_in_a_step_gets_a_helpful_answer(
    project: Project, lang: str, right: str, typo: str, said: str
) -> None:
    project.pbx("new", "own", "--lang", lang)
    project.write({"own.feature": project.read("own.feature").replace(right, typo)})
    ran = project.pbx("bdd", "own.feature", OURS)
    assert ran.code == 2
    assert said in ran.out
    assert "own.feature:" in ran.out


def test_a_failing_scenario_ends_with_one(project: Project) -> None:
    project.pbx("new", "own")
    text = project.read("own.feature")
    project.write({"own.feature": text.replace("talks to the operators", "talks to nobody")})
    ran = project.pbx("bdd", OURS, "--json", "r.json")
    assert ran.code == 1
    assert "repeat it: pbx bdd own.feature:10 --manifest reference.toml" in ran.out
    assert [one["verdict"] for one in json.loads(project.read("r.json"))["scenarios"]] == [
        "pass",
        "fail",
    ]


def test_a_line_chooses_a_scenario(project: Project) -> None:
    project.pbx("new", "own")
    ran = project.pbx("bdd", "own.feature:12", OURS)
    assert "1 scenario: 1 as expected" in ran.out


def test_nothing_to_run_is_no_success(project: Project) -> None:
    assert project.pbx("bdd", OURS).code == 2
    assert "no scenario in ." in project.pbx("bdd", OURS).err


def test_an_endpoint_that_is_not_there_ends_with_three(project: Project) -> None:
    project.pbx("new", "own")
    assert project.pbx("bdd", "http://127.0.0.1:9/").code == 3


def test_what_is_no_gherkin_is_told_by_line(project: Project) -> None:
    project.write({"own.feature": "Feature: A\n\n  Scenario: B\n    When A\n    oops\n"})
    ran = project.pbx("bdd", "own.feature", OURS)
    assert ran.code == 2
    assert "own.feature, line 5" in ran.err


def test_nothing_that_applies_is_no_success(project: Project, feature: Feature) -> None:
    project.write({"own.feature": feature(("A", 'When "nobody_known" calls'))})
    ran = project.pbx("bdd", OURS)
    assert ran.code == 2
    assert "nothing was tried" in ran.err


def test_results_are_written_for_other_tools(project: Project) -> None:
    project.pbx("new", "own")
    files = ["--cucumber-json", "c.json", "--messages", "m.ndjson"]
    assert project.pbx("bdd", OURS, *files).code == 0
    (document,) = json.loads(project.read("c.json"))
    statuses = [
        step["result"]["status"] for element in document["elements"] for step in element["steps"]
    ]
    assert statuses == ["passed"] * 6
    envelopes = [json.loads(line) for line in project.read("m.ndjson").splitlines()]
    kinds = [next(iter(envelope)) for envelope in envelopes]
    assert kinds[:3] == ["meta", "source", "gherkinDocument"]
    assert kinds.count("pickle") == kinds.count("testCase") == 2
    assert kinds.count("testStepFinished") == 6
    assert envelopes[-1]["testRunFinished"]["success"] is True
    pickles = {one["pickle"]["id"] for one in envelopes if "pickle" in one}
    assert {one["testCase"]["pickleId"] for one in envelopes if "testCase" in one} == pickles


def test_an_undefined_step_is_undefined_for_other_tools_too(project: Project) -> None:
    project.pbx("new", "own")
    text = project.read("own.feature").replace("the courier calls", "the curier calls")
    project.write({"own.feature": text})
    project.pbx("bdd", OURS, "--messages", "m.ndjson")
    envelopes = [json.loads(line) for line in project.read("m.ndjson").splitlines()]
    statuses = [
        one["testStepFinished"]["testStepResult"]["status"]
        for one in envelopes
        if "testStepFinished" in one
    ]
    assert statuses[:3] == ["UNDEFINED", "SKIPPED", "SKIPPED"]


def test_steps_are_listed_with_examples(project: Project) -> None:
    ran = project.pbx("steps", "voicemail")
    assert "Then the caller leaves a message" in ran.out
    russian = project.pbx("steps", "--lang", "ru", "звонит")
    assert "Когда {кто} звонит" in russian.out
    assert "Когда курьер звонит" in russian.out
    assert project.pbx("steps", "spaceship").code == 2


def test_the_page_of_steps_is_current() -> None:
    assert (ROOT / "docs" / "steps.md").read_text("utf-8") == step_list.markdown()


REMARK = """
When the courier calls
And the caller enters the order
Then the caller talks to another courier's customer
"""


@pytest.mark.parametrize(
    ("requirement", "verdict"),
    [("typing-error-can-be-fixed", "nonstrict"), ("text-is-short", "info")],
)
def test_what_cannot_fail_an_endpoint_is_remarked_upon(
    project: Project, feature: Feature, requirement: str, verdict: str
) -> None:
    text = feature(("Should", REMARK)).replace("  Scenario", f"  @req:{requirement}\n  Scenario")
    project.write({"own.feature": text})
    files = ("--json=r.json", "--messages=m.ndjson")
    ran = project.pbx("bdd", "own.feature", "--manifest", "reference.toml", *files)
    assert ran.code == 0, ran.out
    last = json.loads(project.read("m.ndjson").splitlines()[-1])
    assert last["testRunFinished"]["success"] is True
    (told,) = json.loads(project.read("r.json"))["scenarios"]
    assert told["verdict"] == verdict
    assert told["steps"][-1]["status"] == "missed"
    ran = project.pytest("--pbx-manifest=reference.toml", "-rx", report=False)
    assert "1 xfailed" in ran.out
    assert "79175968108" not in ran.out


NEVER = {
    "a second question": """
    Given the endpoint is down at the second question
    When a stranger calls
    Then the caller talks to the operators
""",
    "a voicemail": """
    When the courier calls
    And the caller enters the order
    And the caller hangs up while leaving a message
    Then the caller is connected to the customer
""",
    "a repeated second question": """
    When a stranger calls
    And the PBX repeats the second question
    Then the caller talks to somebody
""",
}


@pytest.mark.parametrize("what", NEVER)
def test_a_scenario_about_what_never_took_place_is_wrong(project: Project, what: str) -> None:
    project.write({"never.feature": f"Feature: Never\n\n  Scenario: {what}{NEVER[what]}"})
    ran = project.pbx("bdd", "never.feature", OURS)
    assert ran.code == 2, ran.out
    assert "never took place" in ran.out
