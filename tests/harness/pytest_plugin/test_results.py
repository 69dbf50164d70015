"""What other tools read: Cucumber JSON and Cucumber Messages."""

import base64
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from harness.pytest_plugin.cucumber_messages import PROTOCOL
from tests.harness.pytest_plugin.conftest import Project, Ran

SCHEMA = Path(__file__).parent / "cucumber_messages" / "messages.schema.json"
OURS = "--manifest=reference.toml"

ALL_KINDS = """\
@line
Feature: All kinds of outcomes
  For tools that read results.

  Background:
    Given the PBX is a comagic one

  @KIND-01 @req:courier-reaches-customer
  Scenario: Passes
    When the courier calls
    And the caller enters the order
    Then the caller talks to the customer

  @KIND-02
  Scenario: Fails
    When the courier calls
    And the caller enters the order
    Then the caller talks to another courier's customer
    And the PBX does not fall back

  @KIND-03
  Scenario: Has a step that nobody knows
    When the curier calls
    Then the caller talks to the customer

  @KIND-04
  Scenario: Does not apply
    When "my_courier" calls
    Then the caller talks to nobody

  @KIND-05 @skip
  Scenario: Is switched off
    When the courier calls
    Then the caller talks to nobody

  @KIND-06
  Scenario: Has a table and a text
    Given these orders:
      | order     | courier     | customer     |
      | the order | the courier | the customer |
    And the endpoint answers the second question:
      \"\"\"json
      {"returned_code": 4}
      \"\"\"
    When the courier calls
    And the caller enters the order
    Then the caller talks to the operators

  @KIND-07
  Scenario: Nobody looks at this call
    When the courier calls

  Rule: Numbers are nobody's business

    @KIND-08
    Scenario: Names 79161110001
      When "79161110001" calls
      Then the caller talks to the operators
"""
RUSSIAN = """\
# language: ru
Функционал: По-русски

  Структура сценария: <кто> попадает к людям
    Когда <кто> звонит
    Тогда о звонящем позаботились

    Примеры:
      | кто         |
      | посторонний |
      | клиент      |
"""

Envelopes = list[dict[str, Any]]


@pytest.fixture(scope="module")
def ran(shared: Project) -> Ran:
    shared.write({"all.feature": ALL_KINDS, "ru.feature": RUSSIAN})
    files = ("--messages=m.ndjson", "--cucumber-json=c.json")
    return shared.pbx("bdd", OURS, *files)


@pytest.fixture(scope="module")
def envelopes(shared: Project, ran: Ran) -> Envelopes:
    assert ran.code == 1, ran.err
    return [json.loads(line) for line in shared.read("m.ndjson").splitlines()]


def of(envelopes: Envelopes, kind: str) -> Envelopes:
    return [envelope[kind] for envelope in envelopes if kind in envelope]


def statuses(envelopes: Envelopes) -> dict[str, list[str]]:
    """Return the statuses of the steps of every scenario, by its title."""
    titles = {pickle["id"]: pickle["name"] for pickle in of(envelopes, "pickle")}
    cases = {case["id"]: titles[case["pickleId"]] for case in of(envelopes, "testCase")}
    found: dict[str, list[str]] = {title: [] for title in cases.values()}
    started = {one["id"]: cases[one["testCaseId"]] for one in of(envelopes, "testCaseStarted")}
    for step in of(envelopes, "testStepFinished"):
        found[started[step["testCaseStartedId"]]].append(step["testStepResult"]["status"])
    return found


def moment(envelope: dict[str, Any]) -> float:
    stamp = envelope["timestamp"]
    return float(stamp["seconds"] + stamp["nanos"] / 1e9)


def test_messages_are_what_the_schema_says(envelopes: Envelopes) -> None:
    schema = Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    wrong = [
        f"{next(iter(envelope))}: {error.message}"
        for envelope in envelopes
        for error in schema.iter_errors(envelope)
    ]
    assert wrong == []
    assert envelopes[0]["meta"]["protocolVersion"] == PROTOCOL
    assert PROTOCOL in SCHEMA.with_name("README.md").read_text("utf-8")


def test_messages_tell_what_became_of_every_step(envelopes: Envelopes) -> None:
    told = statuses(envelopes)
    assert told.pop("посторонний попадает к людям") == ["PASSED"] * 2
    assert told.pop("клиент попадает к людям") == ["PASSED"] * 2
    assert told == {
        "Passes": ["PASSED"] * 4,
        "Fails": ["PASSED", "PASSED", "PASSED", "FAILED", "SKIPPED"],
        "Has a step that nobody knows": ["PASSED", "UNDEFINED", "SKIPPED"],
        "Does not apply": ["PASSED", "SKIPPED", "SKIPPED"],
        "Is switched off": ["SKIPPED"] * 3,
        "Has a table and a text": ["PASSED"] * 6,
        "Nobody looks at this call": ["PASSED", "FAILED"],
        "Names 7916*****01": ["PASSED", "PASSED", "FAILED"],
    }
    assert envelopes[-1]["testRunFinished"]["success"] is False


def test_messages_refer_to_each_other(envelopes: Envelopes) -> None:
    (run,) = of(envelopes, "testRunStarted")
    assert {case["testRunStartedId"] for case in of(envelopes, "testCase")} == {run["id"]}
    assert envelopes[-1]["testRunFinished"]["testRunStartedId"] == run["id"]
    ids = [step["id"] for pickle in of(envelopes, "pickle") for step in pickle["steps"]]
    tested = [
        step["pickleStepId"] for case in of(envelopes, "testCase") for step in case["testSteps"]
    ]
    assert sorted(ids) == sorted(tested)


def test_messages_tell_when_it_was(envelopes: Envelopes) -> None:
    times = [
        moment(one) for envelope in envelopes for one in envelope.values() if "timestamp" in one
    ]
    assert times == sorted(times)
    assert times[-1] > times[0]


def test_messages_say_why_and_hold_the_calls(envelopes: Envelopes) -> None:
    results = [step["testStepResult"] for step in of(envelopes, "testStepFinished")]
    failed = next(result for result in results if result["status"] == "FAILED")
    assert failed["exception"]["type"] == "OutcomeMissed"
    assert "reaches: expected 7926*****02, received 7917*****08" in failed["message"]
    assert "repeat it: pbx bdd all.feature:15 --manifest reference.toml" in failed["message"]
    attached = of(envelopes, "attachment")
    assert len(attached) == Counter(result["status"] for result in results)["FAILED"] - 1
    assert attached[0]["mediaType"] == "text/plain"
    assert "── asks: input 10523 ──" in attached[0]["body"]
    skipped = [result["message"] for result in results if "message" in result]
    assert any('needs my_courier = "…" in [facts]' in said for said in skipped)
    assert any("it is switched off" in said for said in skipped)
    (suggestion,) = of(envelopes, "suggestion")
    assert "choose from: the courier" in suggestion["snippets"][0]["code"]


def test_numbers_are_masked_in_all_files(shared: Project, ran: Ran) -> None:
    for text in (ran.out, shared.read("m.ndjson"), shared.read("c.json")):
        assert "79161110001" not in text
        assert "7916*****01" in text


def test_cucumber_json_holds_what_tools_show(shared: Project, ran: Ran) -> None:
    assert ran.code == 1
    english, russian = json.loads(shared.read("c.json"))
    assert (english["keyword"], english["name"]) == ("Feature", "All kinds of outcomes")
    assert english["description"].strip() == "For tools that read results."
    assert english["tags"] == [{"name": "@line", "line": 1}]
    elements = {element["id"]: element for element in english["elements"]}
    assert [step["result"]["status"] for step in elements["KIND-05"]["steps"]] == ["skipped"] * 3
    assert elements["KIND-01"]["start_timestamp"].endswith("Z")
    table, text = elements["KIND-06"]["steps"][1:3]
    assert table["rows"][1]["cells"] == ["the order", "the courier", "the customer"]
    assert text["doc_string"]["value"] == '{"returned_code": 4}'
    failed = next(
        step for step in elements["KIND-02"]["steps"] if step["result"]["status"] == "failed"
    )
    assert "repeat it: pbx bdd all.feature:15" in failed["result"]["error_message"]
    (evidence,) = failed["embeddings"]
    assert evidence["mime_type"] == "text/plain"
    assert "asks: input 10523" in base64.b64decode(evidence["data"]).decode()
    assert (russian["keyword"], russian["elements"][0]["keyword"]) == (
        "Функционал",
        "Структура сценария",
    )
    assert [step["keyword"] for step in russian["elements"][0]["steps"]] == ["Когда ", "Тогда "]


def test_a_document_may_be_printed_alone(project: Project) -> None:
    project.write({"ru.feature": RUSSIAN})
    ran = project.pbx("bdd", OURS, "--cucumber-json", "-")
    assert len(json.loads(ran.out)) == 1
    assert "2 scenarios: 2 as expected" in ran.err
