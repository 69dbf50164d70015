"""Results of scenarios survive the way from process to process."""

import json

import pytest

from harness.certify.model import Verdict
from harness.steps.missed_outcome import Cause, MissedOutcome
from harness.steps.place import Place
from harness.steps.scenario_result import ScenarioResult, StepResult
from mockpbx.callscript.expectations import Miss
from mockpbx.core.observed import Failure, Observed

COURIER = "79161110001"
MISSED = MissedOutcome(
    place=Place(file="own.feature", line=6, sentence=f"Then {COURIER} is happy"),
    misses=(
        Miss(what="reaches", expected=COURIER, received="nobody"),
        Miss(what="", expected="a smile", received="none"),
    ),
    caller=f"The caller talked to {COURIER}.",
    causes=(
        Cause(
            request_id=2,
            failure=Failure(observed=Observed.JSON_SHAPE, detail=f"not {COURIER}", path="$.phones"),
        ),
    ),
)


def result(verdict: Verdict | None, missed: MissedOutcome | None = None) -> ScenarioResult:
    return ScenarioResult(
        id="OWN-01",
        title="A title",
        feature="A feature",
        file="own.feature",
        line=3,
        tags=("@OWN-01",),
        verdict=verdict,
        missed=missed,
        steps=[StepResult(keyword="Then", text="all is well", line=6)],
    )


@pytest.mark.parametrize("verdict", [*Verdict, None])
def test_a_result_survives_json(verdict: Verdict | None) -> None:
    one = result(verdict, MISSED)
    content = json.loads(json.dumps(one.plain()))
    assert content["verdict"] == (verdict.value if verdict else "not-run")
    assert ScenarioResult.of(content) == one
    assert ScenarioResult.of(one.plain()) == one


def test_what_is_exchanged_is_nothing_but_plain_values() -> None:
    def types(value: object) -> set[type]:
        match value:
            case dict():
                return {type(value)}.union(*map(types, value.values()))
            case list() | tuple():
                return {type(value)}.union(*map(types, value))
        return {type(value)}

    found = types(result(Verdict.FAIL, MISSED).plain())
    assert found <= {dict, list, tuple, str, int, float, bool, type(None)}


def test_a_reason_is_text_once() -> None:
    assert MISSED.text.splitlines() == [
        f"own.feature:6: Then {COURIER} is happy",
        f"reaches: expected {COURIER}, received nobody; expected a smile, received none",
        f"The caller talked to {COURIER}.",
        f"Cause: the answer to request 2 is no instruction, json_shape: not {COURIER} at $.phones",
    ]
    assert MISSED.received == (
        f"reaches: expected {COURIER}, received nobody; expected a smile, received none; "
        f"Cause: the answer to request 2 is no instruction, json_shape: not {COURIER} at $.phones"
    )


def test_numbers_of_a_reason_are_hidden_everywhere() -> None:
    one = result(Verdict.FAIL, MISSED)
    one.traceback = f"KeyError: {COURIER}"
    one.mask(lambda text: text.replace(COURIER, "***"))
    assert COURIER not in str(one.plain())
