"""Why a scenario did not pass, as data and in the language of its feature."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from harness.steps.missed_outcome import MissedOutcome
from tests.harness.pytest_plugin.apps import DESCRIBED, SHOP
from tests.harness.pytest_plugin.conftest import Project, Ran

Feature = Callable[..., str]
OURS = "--pbx-manifest=reference.toml"

ENGLISH = """\
Feature: Calls

  Scenario: Otherwise
    When the courier calls
    And the caller enters the order
    Then the caller talks to another courier's customer
"""
RUSSIAN = """\
# language: ru
Функционал: Звонки

  Сценарий: Иначе
    Когда курьер звонит
    И звонящий набирает заказ
    Тогда звонящий разговаривает с чужим клиентом

  Сценарий: Другой вопрос
    Когда курьер звонит
    И звонящий набирает заказ
    Тогда второй вопрос содержит клавиши "1"
"""
OWN = """
import pytest
from pytest_bdd import then
from mockpbx.errors import HarnessError


@then("it breaks down")
def breaks_down(call):
    {}["79161110001"]


@then("it finds a bug of ours")
def finds_a_bug():
    raise HarnessError("something impossible")


@then("it misspells")
def misspells(pbx):
    pbx.call("curier")


@then("it asserts")
def asserts(call):
    assert call.call().reached == "79990001122"
"""
BREAKING = """\
Feature: Own steps

  Scenario: Breaks down
    When the courier calls
    Then it breaks down
    And the caller is looked after

  Scenario: Asserts
    When the courier calls
    Then it asserts

  Scenario: Finds a bug
    When the courier calls
    Then it finds a bug of ours

  Scenario: Misspells
    Then it misspells
"""


@pytest.fixture(scope="module")
def ran(shared: Project) -> Ran:
    shared.write({"a.feature": ENGLISH, "b.feature": RUSSIAN})
    shared.write({"conftest.py": OWN, "c.feature": BREAKING})
    return shared.pytest(OURS)


@pytest.fixture(scope="module")
def by_title(ran: Ran) -> dict[str, dict[str, Any]]:
    return {one["title"]: one for one in ran.results}


def test_what_was_missed_is_data(by_title: dict[str, dict[str, Any]]) -> None:
    one = by_title["Otherwise"]
    assert one["missed"] == {
        "place": {
            "file": "a.feature",
            "line": 6,
            "sentence": "Then the caller talks to another courier's customer",
            "lang": "en",
        },
        "misses": [{"what": "reaches", "expected": "7926*****02", "received": "7917*****08"}],
        "caller": one["reason"].splitlines()[2],
        "causes": [],
    }
    assert one["reason"].splitlines()[:2] == [
        "a.feature:6: Then the caller talks to another courier's customer",
        "reaches: expected 7926*****02, received 7917*****08",
    ]
    assert one["reason"] == MissedOutcome.of(one["missed"]).text


def test_a_russian_feature_is_answered_in_russian(by_title: dict[str, dict[str, Any]]) -> None:
    assert by_title["Иначе"]["reason"].splitlines()[:2] == [
        "b.feature:7: Тогда звонящий разговаривает с чужим клиентом",
        "reaches: ожидалось: 7926*****02, получено: 7917*****08",
    ]
    said = by_title["Другой вопрос"]["reason"].splitlines()
    assert said[1] == "ожидалось: 1, получено: 10523"


VALID = """\
Feature: F

  Scenario: S
    When the courier calls
    Then every answer is a valid instruction
"""
VALID_IN_RUSSIAN = """\
# language: ru
Функционал: Ф

  Сценарий: С
    Когда курьер звонит
    Тогда каждый ответ — верная инструкция
"""


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (VALID, "Cause: the answer to request 1 is no instruction, json_shape: "),
        (VALID_IN_RUSSIAN, "Причина: ответ на запрос 1 — не инструкция, json_shape: "),
    ],
    ids=["English", "Russian"],
)
def test_the_cause_is_named_in_the_language_of_the_feature(
    project: Project, text: str, cause: str
) -> None:
    asked = 'answer(environ["QUERY_STRING"])'
    shop = SHOP.replace(asked, f"[{asked}]")
    project.write({"shop.py": shop, "pbx.toml": DESCRIBED, "own.feature": text})
    (one,) = project.pytest("--pbx-app=shop:wsgi").results
    assert one["verdict"] == "fail"
    assert one["missed"]["causes"][0]["failure"]["observed"] == "json_shape"
    assert one["reason"].splitlines()[-1].startswith(cause)


def test_an_exception_in_a_step_is_an_error_with_its_traceback(
    ran: Ran, by_title: dict[str, dict[str, Any]]
) -> None:
    one = by_title["Breaks down"]
    assert (one["verdict"], one["missed"]) == ("error", None)
    assert one["reason"] == "KeyError: '7916*****01'"
    assert "conftest.py" in one["traceback"]
    assert "def breaks_down(call):" in one["traceback"]
    assert "79161110001" not in str(one)
    assert "def breaks_down(call):" in ran.out


def test_a_bug_of_ours_is_no_failure_of_the_endpoint(by_title: dict[str, dict[str, Any]]) -> None:
    one = by_title["Finds a bug"]
    assert one["verdict"] == "error"
    assert one["reason"] == "HarnessError: something impossible"
    assert "def finds_a_bug():" in one["traceback"]


def test_a_mistake_in_a_step_of_the_users_own_is_shown_where_it_was_made(
    ran: Ran, by_title: dict[str, dict[str, Any]]
) -> None:
    one = by_title["Misspells"]
    assert one["verdict"] == "untestable"
    assert one["reason"] == "there is no fact curier; did you mean courier?"
    assert 'pbx.call("curier")' in ran.out


def test_an_assertion_in_a_step_is_a_failure(by_title: dict[str, dict[str, Any]]) -> None:
    one = by_title["Asserts"]
    assert (one["verdict"], one["missed"], one["traceback"]) == ("fail", None, "")
    assert "7999*****22" in one["reason"]


def test_a_certificate_says_that_a_step_broke_down(project: Project) -> None:
    project.write({"conftest.py": OWN, "own.feature": BREAKING})
    words = ("--features", "own.feature", "--only", "REPLY-001,own*", "--json", "report.json")
    ran = project.pbx("certify", "--manifest", "reference.toml", *words)
    cases = {one["title"]: one for one in json.loads(project.read("report.json"))["cases"]}
    assert ran.code != 0
    assert cases["Breaks down"]["verdict"] == "error"
    assert "KeyError" in cases["Breaks down"]["reason"]
    assert cases["Asserts"]["verdict"] == "fail"
    assert cases["Asserts"]["expected"] == "own.feature:10: Then it asserts"
