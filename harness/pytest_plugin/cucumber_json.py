"""Results as Cucumber JSON, which many reporting tools read."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness.pytest_plugin import gherkin
from harness.pytest_plugin.gherkin import FeatureRead, Pickle
from harness.steps.scenario_result import ScenarioResult, StepResult

NANOS = 1_000_000_000
SHOWN = ("failed", "missed", "undefined")
"""What became of a step that evidence is attached to."""
_STATUS = {"missed": "skipped"}
"""Cucumber knows no remarks, and they are no failures."""

Mask = Callable[[str], str]
Content = dict[str, Any]


def cucumber_json(results: Sequence[ScenarioResult], mask: Mask, base: Path | None = None) -> str:
    """Return the document.

    Args:
        results: What became of the scenarios.
        mask: Hides numbers.
        base: Where the files of the scenarios are named from.
    """
    features = []
    for file in dict.fromkeys(one.file for one in results):
        feature = gherkin.read(((base or Path()) / file).absolute())
        elements = [
            _element(one, feature.pickles[one.order], mask) for one in results if one.file == file
        ]
        features.append({**masked(_feature(file, feature), mask), "elements": elements})
    return json.dumps(features, ensure_ascii=False, indent=2) + "\n"


def masked(value: Any, mask: Mask) -> Any:
    """Hide numbers in all texts of a JSON value, and leave its numbers alone."""
    match value:
        case str():
            return mask(value)
        case list():
            return [masked(one, mask) for one in value]
        case dict():
            return {name: masked(one, mask) for name, one in value.items()}
    return value


def explained(step: StepResult, one: ScenarioResult) -> str:
    """Say why a step did not pass, and how to repeat it."""
    again = f"repeat it: {one.repeat}" if step.status in SHOWN and one.repeat else ""
    return "\n\n".join(filter(None, [step.message, again]))


def _feature(file: str, feature: FeatureRead) -> Content:
    node = feature.document["feature"]
    return {
        "uri": file,
        "id": node["name"].lower().replace(" ", "-"),
        "keyword": node["keyword"],
        "name": node["name"],
        "description": node.get("description") or "",
        "line": node["location"]["line"],
        "tags": [_tag(tag) for tag in node["tags"]],
    }


def _tag(tag: Mapping[str, Any]) -> Content:
    return {"name": tag["name"], "line": tag["location"]["line"]}


def _element(one: ScenarioResult, pickle: Pickle, mask: Mask) -> Content:
    content = {
        "id": one.id,
        "keyword": pickle.keyword,
        "type": "scenario",
        "name": one.title,
        "description": pickle.description,
        "line": one.line,
        "tags": [{"name": tag, "line": one.line} for tag in one.tags],
    }
    if one.began:
        began = datetime.fromtimestamp(one.began, UTC).isoformat(timespec="milliseconds")
        content["start_timestamp"] = began.replace("+00:00", "Z")
    steps = zip(one.steps, pickle.content["steps"], strict=True)
    return {**masked(content, mask), "steps": [_step(step, had, one, mask) for step, had in steps]}


def _step(step: StepResult, had: Mapping[str, Any], one: ScenarioResult, mask: Mask) -> Content:
    status = _STATUS.get(step.status, step.status)
    result = {"status": status, "duration": int(max(0.0, step.seconds) * NANOS)}
    said = explained(step, one)
    content = {
        "keyword": f"{step.keyword} ",
        "name": step.text,
        "line": step.line,
        "match": {"location": f"{one.file}:{step.line}"},
        "result": {**result, "error_message": said} if said else result,
        **dict(_below(had.get("argument", {}))),
    }
    shown = masked(content, mask)
    if step.status in SHOWN and one.evidence:
        data = base64.b64encode(one.evidence.encode()).decode()  # it is masked already
        shown["embeddings"] = [{"mime_type": "text/plain", "name": "calls", "data": data}]
    return dict(shown)


def _below(argument: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Return the table or the text below a step."""
    if "dataTable" in argument:
        rows = argument["dataTable"]["rows"]
        yield "rows", [{"cells": [cell["value"] for cell in row["cells"]]} for row in rows]
    if "docString" in argument:
        text = argument["docString"]
        kind = text.get("mediaType", "")
        yield "doc_string", {"value": text["content"], "content_type": kind}
