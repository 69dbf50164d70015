"""What the pytest plugin does in the project of somebody who tests their endpoint."""

from collections.abc import Callable

import pytest

from tests.harness.pytest_plugin.conftest import Project

Feature = Callable[..., str]

OURS = "--pbx-manifest=reference.toml"

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


def test_a_feature_is_collected_without_a_line_of_python(
    project: Project, feature: Feature
) -> None:
    project.write({"own.feature": feature(("It works", REACHES))})
    ran = project.pytest(OURS)
    assert ran.verdicts == {"It works": "pass"}
    assert ran.code == 0, ran.out


def test_features_of_projects_that_are_not_about_calls_are_left_alone(
    project: Project, feature: Feature
) -> None:
    project.write({"own.feature": feature(("It works", REACHES))})
    assert project.pytest(report=False).code == 5


def test_without_the_libraries_for_features_other_tests_run_as_before(project: Project) -> None:
    project.write({"test_own.py": "def test_own():\n    pass\n"})
    assert "1 passed" in project.pytest("-p", "no:pytest-bdd", report=False).out


def test_without_the_libraries_for_features_an_option_says_what_to_install(
    project: Project,
) -> None:
    ran = project.pytest("-p", "no:pytest-bdd", OURS, report=False)
    assert 'pip install "pbx-harness[bdd]"' in ran.err
    assert "Traceback" not in ran.out + ran.err
    assert ran.code == 4


def test_a_line_in_the_settings_is_enough_to_collect_features(
    project: Project, feature: Feature
) -> None:
    project.write({"pytest.ini": "[pytest]\npbx_features = true\n"})
    project.write({"own.feature": feature(("It works", REACHES))})
    assert "1 test collected" in project.pytest("--collect-only", report=False).out


def test_a_failure_shows_the_ladder_the_exchange_and_a_command(
    project: Project, feature: Feature
) -> None:
    project.write({"own.feature": feature(("It fails", WRONG))})
    ran = project.pytest(OURS)
    assert ran.code == 1
    assert "own.feature:6: Then the caller talks to another courier's customer" in ran.out
    assert "reaches: expected 7926*****02, received 7917*****08" in ran.out
    assert "── asks: input 10523 ──" in ran.out
    assert "request 2 (masked): curl " in ran.out
    assert 'answer: HTTP 200 {"phones":["7917*****08"]' in ran.out
    assert "pbx bdd own.feature:3 --manifest reference.toml" in ran.out
    assert "Traceback" not in ran.out
    assert "79175968108" not in ran.out


def test_numbers_are_shown_where_somebody_asks_for_them(project: Project, feature: Feature) -> None:
    project.write({"own.feature": feature(("It fails", WRONG))})
    assert "79175968108" in project.pytest(OURS, "--pbx-show-numbers").out


def test_a_call_that_nobody_looks_at_is_an_error(project: Project, feature: Feature) -> None:
    project.write({"own.feature": feature(("Open", "When the courier calls"))})
    ran = project.pytest(OURS)
    assert ran.code == 1
    assert "own.feature:4: When the courier calls: a call was begun and never looked at" in ran.out
    assert ran.verdicts == {"Open": "untestable"}


def test_an_outcome_before_any_call_says_what_to_do(project: Project, feature: Feature) -> None:
    project.write({"own.feature": feature(("Early", "Then the caller talks to the customer"))})
    ran = project.pytest(OURS)
    assert "own.feature:4: Then the caller talks to the customer: nobody is calling" in ran.out
    assert "When the courier calls" in ran.out


def test_a_fact_that_is_not_declared_makes_a_scenario_not_applicable(
    project: Project, feature: Feature
) -> None:
    steps = 'When "my_courier" calls\nThen the caller talks to nobody'
    project.write({"own.feature": feature(("Mine", steps))})
    ran = project.pytest(OURS, "-rs")
    assert ran.verdicts == {"Mine": "not-applicable"}
    assert 'own.feature:4: When "my_courier" calls needs my_courier = ' in ran.out


def test_a_scenario_that_is_switched_off_is_no_pass(project: Project, feature: Feature) -> None:
    text = feature(("Off", REACHES)).replace("  Scenario", "  @skip\n  Scenario")
    project.write({"own.feature": text})
    ran = project.pytest(OURS)
    assert ran.verdicts == {"Off": "untestable"}


def test_an_undefined_step_is_no_pass_and_gets_advice(project: Project, feature: Feature) -> None:
    steps = "When the courier calls\nThen the caller talk to the customer"
    project.write({"own.feature": feature(("Typo", steps))})
    ran = project.pytest(OURS)
    assert ran.verdicts == {"Typo": "untestable"}
    assert "own.feature:5: Then the caller talk to the customer" in ran.out
    assert "nearest: the caller talks to {who}" in ran.out


def test_steps_of_the_users_own_work_beside_ours(project: Project, feature: Feature) -> None:
    own = """
from pytest_bdd import parsers, then


@then(parsers.parse("the customer talks for {seconds:d} seconds"))
def talks(call, seconds):
    assert call.call().record.talk_s == seconds
"""
    steps = f"{REACHES}\nAnd the customer talks for 20 seconds"
    project.write({"conftest.py": own, "features/own.feature": feature(("Both", steps))})
    ran = project.pytest(OURS)
    assert ran.verdicts == {"Both": "pass"}, ran.out


def test_features_that_python_binds_itself_may_use_our_steps(
    project: Project, feature: Feature
) -> None:
    project.write({"own.feature": feature(("Bound", REACHES))})
    project.write({"test_own.py": 'from pytest_bdd import scenarios\nscenarios("own.feature")\n'})
    assert "1 passed" in project.pytest(OURS, "test_own.py", report=False).out


def test_processes_side_by_side_tell_one_report(project: Project, feature: Feature) -> None:
    scenarios = [(f"Scenario {number}", REACHES) for number in range(6)]
    project.write({"own.feature": feature(*scenarios)})
    ran = project.pytest(OURS, "-n", "2")
    assert ran.verdicts == {title: "pass" for title, _ in scenarios}
    assert [one["title"] for one in ran.results] == [title for title, _ in scenarios]


def test_two_scenarios_of_one_title_are_refused(project: Project, feature: Feature) -> None:
    project.write({"own.feature": feature(("Twice", REACHES), ("Twice", REACHES))})
    ran = project.pytest(OURS)
    assert "line 8: the title “Twice” is in line 3 already" in ran.out
    assert ran.code == 2


def test_what_a_scenario_changed_is_put_back(project: Project, feature: Feature) -> None:
    closed = "Given the order has been delivered\n" + REACHES.replace(
        "talks to the customer", "does not talk to the customer"
    )
    project.write({"own.feature": feature(("Delivered", closed), ("Open again", REACHES))})
    ran = project.pytest(OURS)
    assert ran.verdicts == {"Delivered": "pass", "Open again": "pass"}


def test_an_endpoint_without_states_is_not_asked_for_them(
    project: Project, feature: Feature
) -> None:
    steps = f"Given the order has been delivered\n{REACHES}"
    project.write({"pbx.toml": project.read("reference.toml").partition("[states]")[0]})
    project.write({"own.feature": feature(("States", steps))})
    assert project.pytest().verdicts == {"States": "not-applicable"}


@pytest.mark.parametrize(
    "changing",
    [
        "Given the courier works here again",
        "Given these couriers:\n      | courier         |\n      | another courier |",
        "Given another courier no longer works here",
    ],
)
def test_whoever_worked_before_a_scenario_works_after_it(
    project: Project, feature: Feature, changing: str
) -> None:
    steps = f"{changing}\n{REACHES}"
    theirs = "When another courier calls\nAnd the caller enters another courier's order\n"
    others = f"{theirs}Then the caller talks to another courier's customer"
    scenarios = feature(("Changing", steps), ("Own", REACHES), ("Others", others))
    project.write({"own.feature": scenarios})
    ran = project.pytest("--pbx-reference")
    assert ran.verdicts == {"Changing": "pass", "Own": "pass", "Others": "pass"}


def test_the_line_of_a_tag_names_its_scenario(project: Project, feature: Feature) -> None:
    text = feature(("One", REACHES), ("Two", REACHES)).replace(
        "  Scenario: Two", "  @two\n  Scenario: Two"
    )
    project.write({"own.feature": text})
    line = text.splitlines().index("  @two") + 1
    ran = project.pbx("bdd", f"own.feature:{line}", "--manifest", "reference.toml")
    assert "Two" in ran.out
    assert "One" not in ran.out


def test_the_operators_are_no_caller(project: Project, feature: Feature) -> None:
    steps = "When the operators calls\nThen the caller is looked after"
    project.write({"own.feature": feature(("Odd", steps))})
    ran = project.pytest(OURS)
    assert ran.verdicts == {"Odd": "untestable"}
    assert "the operators are several phones" in ran.out


def test_a_number_in_the_traceback_of_an_own_step_is_masked(
    project: Project, feature: Feature
) -> None:
    own = """
from pytest_bdd import then


@then("it is somebody else")
def nobody(call):
    assert call.call().record.numa == "79990001122"
"""
    steps = "When the courier calls\nThen it is somebody else"
    project.write({"conftest.py": own, "own.feature": feature(("Own", steps))})
    ran = project.pytest(OURS)
    assert ran.verdicts == {"Own": "fail"}
    assert "7916*****01" in ran.out
    assert "79161110001" not in ran.out
