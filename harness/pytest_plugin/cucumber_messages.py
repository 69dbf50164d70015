"""Results as Cucumber Messages: one JSON object a line, the source of features included."""

import json
import platform
import time
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from gherkin.ast_builder import AstBuilder
from gherkin.parser import Parser
from gherkin.pickles.compiler import Compiler
from gherkin.stream.id_generator import IdGenerator

from harness.certify.model import FAILING
from harness.pytest_plugin import gherkin
from harness.pytest_plugin.cucumber_json import NANOS, SHOWN, Mask, explained, masked
from harness.steps.scenario_result import ScenarioResult, StepResult

PROTOCOL = "34.2.1"
"""The version of the messages that these are: npm ``@cucumber/messages``."""

_STATUS = {
    "passed": "PASSED",
    "failed": "FAILED",
    "missed": "SKIPPED",
    "skipped": "SKIPPED",
    "undefined": "UNDEFINED",
}
_SOURCE = "text/x.cucumber.gherkin+plain"
_BROKEN_OFF = "the run was broken off"

Envelope = dict[str, Any]


def messages(results: Sequence[ScenarioResult], mask: Mask, base: Path | None = None) -> str:
    """Return the lines.

    Args:
        results: What became of the scenarios.
        mask: Hides numbers, also those in a feature's source.
        base: Where the files of the scenarios are named from.
    """
    envelopes = _Messages(results, base or Path()).envelopes()
    # Evidence is masked already, and knows which long numbers are nobody's: session ids.
    shown = (one if "attachment" in one else masked(one, mask) for one in envelopes)
    return "".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in shown)


class _Messages:
    """The messages of one run.

    Args:
        results: What became of the scenarios.
        base: Where their files are named from.
    """

    def __init__(self, results: Sequence[ScenarioResult], base: Path) -> None:
        self._results = results
        self._base = base
        self._ids = IdGenerator()
        self._run, self._definition = self._ids.get_next_id(), self._ids.get_next_id()
        self._now = 0.0
        self._pickles: dict[tuple[str, int], Mapping[str, Any]] = {}

    def envelopes(self) -> Iterator[Envelope]:
        """Return them in the order in which tools want them."""
        self._now = min((one.began for one in self._results if one.began), default=time.time())
        yield {"meta": _meta()}
        for file in dict.fromkeys(one.file for one in self._results):
            yield from self._file(file)
        yield {"stepDefinition": _definition(self._definition)}
        yield {"testRunStarted": {"id": self._run, "timestamp": _moment(self._now)}}
        for one in self._results:
            self._now = max(self._now, one.began)
            yield from self._scenario(one)
        yield {"testRunFinished": self._finished()}

    def _file(self, file: str) -> Iterator[Envelope]:
        text = gherkin.read((self._base / file).absolute()).text
        document: Envelope = {**Parser(AstBuilder(self._ids)).parse(text), "uri": file}
        yield {"source": {"uri": file, "data": text, "mediaType": _SOURCE}}
        yield {"gherkinDocument": document}
        wanted = {one.order for one in self._results if one.file == file}
        for order, pickle in enumerate(gherkin.compiled(Compiler(self._ids), document)):
            if order in wanted:
                self._pickles[file, order] = pickle
                yield {"pickle": pickle}

    def _scenario(self, one: ScenarioResult) -> Iterator[Envelope]:
        pickle = self._pickles[one.file, one.order]
        case, started = self._ids.get_next_id(), self._ids.get_next_id()
        steps = list(zip(one.steps, pickle["steps"], strict=True))
        ids = [self._ids.get_next_id() for _ in steps]
        tests = [self._test_step(name, *step) for name, step in zip(ids, steps, strict=True)]
        shared = {"pickleId": pickle["id"], "testRunStartedId": self._run}
        yield {"testCase": {"id": case, "testSteps": tests, **shared}}
        begun = {"attempt": 0, "id": started, "testCaseId": case}
        yield {"testCaseStarted": {**begun, "timestamp": _moment(self._now)}}
        for name, (step, written) in zip(ids, steps, strict=True):
            self._now = max(self._now, step.began)
            where = {"testCaseStartedId": started, "testStepId": name}
            yield {"testStepStarted": {**where, "timestamp": _moment(self._now)}}
            self._now += max(0.0, step.seconds)
            yield from self._ends(one, step, written, {**where, "timestamp": _moment(self._now)})
        ended = {"testCaseStartedId": started, "willBeRetried": False}
        yield {"testCaseFinished": {**ended, "timestamp": _moment(self._now)}}

    def _test_step(self, name: str, step: StepResult, written: Mapping[str, Any]) -> Envelope:
        known = step.status != "undefined"
        return {
            "id": name,
            "pickleStepId": written["id"],
            "stepDefinitionIds": [self._definition] if known else [],
            "stepMatchArgumentsLists": [{"stepMatchArguments": []}] if known else [],
        }

    def _ends(
        self, one: ScenarioResult, step: StepResult, written: Mapping[str, Any], where: Envelope
    ) -> Iterator[Envelope]:
        """Return the end of a step, and what belongs to it: evidence, and what to write instead."""
        if step.status in SHOWN and one.evidence:
            text = {"body": one.evidence, "contentEncoding": "IDENTITY", "mediaType": "text/plain"}
            yield {"attachment": {**where, **text, "fileName": "calls.txt"}}
        if step.status == "undefined":
            named = {"id": self._ids.get_next_id(), "pickleStepId": written["id"]}
            yield {"suggestion": {**named, "snippets": [{"language": "text", "code": step.advice}]}}
        yield {"testStepFinished": {**where, "testStepResult": _outcome(step, one)}}

    def _finished(self) -> Envelope:
        failed = any(one.verdict is None or one.verdict in FAILING for one in self._results)
        finished = {"testRunStartedId": self._run, "success": not failed}
        finished["timestamp"] = _moment(self._now)
        broken_off = any(one.verdict is None for one in self._results)
        return {**finished, "message": _BROKEN_OFF} if broken_off else finished


def _meta() -> Envelope:
    return {
        "protocolVersion": PROTOCOL,
        "implementation": {"name": "pbx-harness", "version": version("pbx-harness")},
        "runtime": {"name": "Python", "version": platform.python_version()},
        "os": {"name": platform.system()},
        "cpu": {"name": platform.machine()},
    }


def _definition(name: str) -> Envelope:
    return {
        "id": name,
        "pattern": {"source": ".*", "type": "REGULAR_EXPRESSION"},
        "sourceReference": {"uri": "harness/steps"},
    }


def _outcome(step: StepResult, one: ScenarioResult) -> Envelope:
    found: Envelope = {
        "status": _STATUS.get(step.status, "UNKNOWN"),
        "duration": _moment(max(0.0, step.seconds)),
    }
    said = explained(step, one)
    if said:
        found["message"] = said
    if step.status == "failed":
        found["exception"] = {"type": step.error or "Failed", "message": said}
    return found


def _moment(seconds: float) -> Envelope:
    whole = int(seconds)
    return {"seconds": whole, "nanos": int((seconds - whole) * NANOS)}
