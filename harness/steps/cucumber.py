"""Results as Cucumber JSON, which many reporting tools read."""

import json
from collections.abc import Sequence
from typing import Any

from harness.steps.scenario import ScenarioTold, StepTold

NANOS = 1_000_000_000


def cucumber_json(told: Sequence[ScenarioTold]) -> str:
    """Give the document."""
    features: dict[str, dict[str, Any]] = {}
    for one in told:
        feature = features.setdefault(one.file, _feature(one))
        feature["elements"].append(_element(one))
    return json.dumps(list(features.values()), ensure_ascii=False, indent=2) + "\n"


def _feature(one: ScenarioTold) -> dict[str, Any]:
    return {
        "uri": one.file,
        "id": one.feature.lower().replace(" ", "-"),
        "keyword": "Feature",
        "name": one.feature,
        "description": "",
        "line": 1,
        "tags": [],
        "elements": [],
    }


def _element(one: ScenarioTold) -> dict[str, Any]:
    return {
        "id": one.id,
        "keyword": "Scenario",
        "type": "scenario",
        "name": one.title,
        "description": "",
        "line": one.line,
        "tags": [{"name": tag, "line": one.line} for tag in one.tags],
        "steps": [_step(step, one) for step in one.steps],
    }


def _step(step: StepTold, one: ScenarioTold) -> dict[str, Any]:
    result: dict[str, Any] = {
        "status": step.status,
        "duration": int(max(0.0, step.seconds) * NANOS),
    }
    if step.message:
        result["error_message"] = "\n\n".join(filter(None, [step.message, one.evidence]))
    return {
        "keyword": f"{step.keyword} ",
        "name": step.text,
        "line": step.line,
        "match": {"location": f"{one.file}:{step.line}"},
        "result": result,
    }
