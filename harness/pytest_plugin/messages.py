"""Results as Cucumber Messages: one JSON object a line, the source of features included."""

import json
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from gherkin.ast_builder import AstBuilder
from gherkin.parser import Parser
from gherkin.pickles.compiler import Compiler
from gherkin.stream.id_generator import IdGenerator

from harness.pytest_plugin.gherkin import compiled
from harness.steps.cucumber import NANOS
from harness.steps.scenario import ScenarioTold, StepTold

PROTOCOL = "27.0.0"

_STATUS = {
    "passed": "PASSED",
    "failed": "FAILED",
    "skipped": "SKIPPED",
    "undefined": "UNDEFINED",
}
_DEFINITION = "pbx-vocabulary"

Envelope = dict[str, Any]


def messages(
    told: Sequence[ScenarioTold], mask: Callable[[str], str], base: Path | None = None
) -> str:
    """Give the lines.

    Args:
        told: What became of the scenarios.
        mask: Hides numbers, also those in a feature's source.
        base: Where the files of the scenarios are named from.
    """
    lines = (json.dumps(one, ensure_ascii=False) for one in _envelopes(told, base or Path()))
    return "".join(f"{mask(line)}\n" for line in lines)


def _envelopes(told: Sequence[ScenarioTold], base: Path) -> Iterator[Envelope]:
    ids = IdGenerator()
    yield {"meta": _meta()}
    pickles: dict[tuple[str, int], Mapping[str, Any]] = {}
    for file in dict.fromkeys(one.file for one in told):
        text = (base / file).read_text("utf-8-sig")
        document: Envelope = {**Parser(AstBuilder(ids)).parse(text), "uri": file}
        media = "text/x.cucumber.gherkin+plain"
        yield {"source": {"uri": file, "data": text, "mediaType": media}}
        yield {"gherkinDocument": document}
        for order, pickle in enumerate(compiled(Compiler(ids), document)):
            pickles[file, order] = pickle
            yield {"pickle": pickle}
    yield {"stepDefinition": _definition()}
    yield {"testRunStarted": {"timestamp": _moment(time.time())}}
    for one in told:
        yield from _scenario(one, pickles[one.file, one.order], ids)
    success = all(one.verdict in ("pass", "not-applicable") for one in told)
    yield {"testRunFinished": {"success": success, "timestamp": _moment(time.time())}}


def _meta() -> Envelope:
    return {
        "protocolVersion": PROTOCOL,
        "implementation": {"name": "pbx-harness", "version": version("pbx-harness")},
        "runtime": {"name": "Python", "version": platform.python_version()},
        "os": {"name": platform.system()},
        "cpu": {"name": platform.machine()},
    }


def _definition() -> Envelope:
    return {
        "id": _DEFINITION,
        "pattern": {"source": ".*", "type": "REGULAR_EXPRESSION"},
        "sourceReference": {"uri": "harness/steps"},
    }


def _scenario(one: ScenarioTold, pickle: Mapping[str, Any], ids: IdGenerator) -> Iterator[Envelope]:
    case, started = ids.get_next_id(), ids.get_next_id()
    steps = [(ids.get_next_id(), step) for step in pickle["steps"]]
    test_steps = [
        {
            "id": step_id,
            "pickleStepId": step["id"],
            "stepDefinitionIds": [] if _told(one, place).status == "undefined" else [_DEFINITION],
        }
        for place, (step_id, step) in enumerate(steps)
    ]
    yield {"testCase": {"id": case, "pickleId": pickle["id"], "testSteps": test_steps}}
    at = _moment(time.time())
    begun = {"attempt": 0, "id": started, "testCaseId": case, "timestamp": at}
    yield {"testCaseStarted": begun}
    for place, (step_id, _) in enumerate(steps):
        named = {"testCaseStartedId": started, "testStepId": step_id, "timestamp": at}
        yield {"testStepStarted": named}
        yield {"testStepFinished": {**named, "testStepResult": _outcome(_told(one, place))}}
    ended = {"testCaseStartedId": started, "timestamp": at, "willBeRetried": False}
    yield {"testCaseFinished": ended}


def _told(one: ScenarioTold, place: int) -> StepTold:
    if place < len(one.steps):
        return one.steps[place]
    return StepTold(keyword="", text="", line=one.line)


def _outcome(step: StepTold) -> Envelope:
    found: Envelope = {
        "status": _STATUS.get(step.status, "UNKNOWN"),
        "duration": _moment(max(0.0, step.seconds)),
    }
    return {**found, "message": step.message} if step.message else found


def _moment(seconds: float) -> Envelope:
    whole = int(seconds)
    return {"seconds": whole, "nanos": int((seconds - whole) * NANOS)}
