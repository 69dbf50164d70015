"""Broken endpoints do not pass the features, and the message names the cause."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.broken_endpoints.base import PATH, STATES_PATH
from tests.broken_endpoints.catalogue import endpoints
from tests.broken_endpoints.register import Endpoint
from tests.broken_endpoints.running import Workshop
from tests.broken_endpoints.sweep import swept
from tests.harness.pytest_plugin.conftest import Project

CAUSES = {
    "key-phone": ("courier-reaches-customer", "instruction_invalid"),
    "phones-as-string": ("courier-reaches-customer", "instruction_invalid"),
    "phones-as-numbers": ("courier-reaches-customer", "instruction_invalid"),
    "phones-with-plus": ("courier-reaches-customer", "instruction_invalid"),
    "phones-null": ("callers-who-are-not-couriers", "instruction_invalid"),
    "neither-instruction": ("the-answers-form", "instruction_invalid"),
    "code-without-slot": ("callers-who-are-not-couriers", "nothing was configured to follow"),
    "json-in-a-string": ("callers-who-are-not-couriers", "json_shape"),
    "list-at-the-root": ("callers-who-are-not-couriers", "json_shape"),
    "php-warning": ("wrong-orders", "json_syntax"),
    "html-error-page": ("callers-who-are-not-couriers", "json_syntax"),
    "byte-order-mark": ("callers-who-are-not-couriers", "json_not_strict"),
    "utf16": ("callers-who-are-not-couriers", "charset"),
    "forbidden-for-strangers": ("callers-who-are-not-couriers", "HTTP 403"),
    "status201": ("callers-who-are-not-couriers", "HTTP 201"),
    "redirects": ("callers-who-are-not-couriers", "redirect"),
    "order-opens-to-anybody": ("privacy", "never_dials"),
    "foreign-order-opens": ("wrong-orders", "never_dials"),
    "caller-of-the-session": ("privacy", "never_dials"),
    "asks-everybody": ("callers-who-are-not-couriers", "avoids"),
    "none-is-an-order": ("courier-reaches-customer", "avoids"),
    "loses-leading-zeros": ("courier-reaches-customer", "reaches"),
    "first-order-of-the-courier": ("courier-reaches-customer", "reaches"),
    "round-robin": ("courier-reaches-customer", "reaches"),
}
"""The feature that notices each, and what its message must say."""

CORRECT = [
    name
    for name, endpoint in endpoints().items()
    if endpoint.caught_by is None and endpoint.certificate is None
]


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    with Workshop() as workshop:
        yield workshop


def manifest(endpoint: Endpoint, origin: str) -> str:
    facts = "\n".join(f'{name} = "{value}"' for name, value in endpoint.facts.items())
    states = f'[states]\nurl = "{origin}{STATES_PATH}"\n' if endpoint.states else ""
    head = f'[endpoint]\nurl = "{origin}{PATH}"\nmethod = "{endpoint.method.value}"\n'
    more = f'dialect = "{endpoint.dialect.value}"\ndeadline = "{endpoint.deadline_s:g}s"\n'
    return f"{head}{more}[facts]\n{facts}\n{states}"


@pytest.mark.parametrize("name", CAUSES)
def test_a_broken_endpoint_fails_and_the_message_names_the_cause(
    project: Project, features: Path, workshop: Workshop, name: str
) -> None:
    endpoint, (noticed_by, cause) = endpoints()[name], CAUSES[name]
    project.write({"pbx.toml": manifest(endpoint, workshop.open(endpoint))})
    ran = project.pbx("bdd", features / f"{noticed_by}.feature")
    assert ran.code == 1, ran.out[-2000:]
    assert cause in ran.out


@pytest.mark.parametrize("name", swept(CORRECT))
def test_a_correct_endpoint_is_never_failed(
    project: Project, features: Path, workshop: Workshop, name: str
) -> None:
    endpoint = endpoints()[name]
    project.write({"pbx.toml": manifest(endpoint, workshop.open(endpoint))})
    ran = project.pbx("bdd", features)
    assert ran.code == 0, ran.out[-3000:]


REACHES = """
Feature: Our own
  @OWNER-01
  Scenario: a courier reaches their customer
    When the courier calls
    And the caller enters the order
    Then the caller talks to the customer
"""


def test_an_own_scenario_is_not_failed_by_the_lock_that_our_guesses_met(
    project: Project, workshop: Workshop
) -> None:
    locks = endpoints()["strict-locker"]
    without_states = manifest(replace(locks, states=False), workshop.open(locks))
    project.write({"pbx.toml": without_states, "own.feature": REACHES})
    ran = project.pbx("certify", "--features", "own.feature", "--json", "report.json")
    report = json.loads(project.read("report.json"))
    verdicts = {case["id"]: case["verdict"] for case in report["cases"]}
    assert verdicts["OWNER-01"] == "pass", ran.out[-3000:]
    # The guesses were made all the same.
    assert verdicts["PRIV-053"] == "pass"
    assert report["counts"]["fail"] == report["counts"]["untestable"] == 0
