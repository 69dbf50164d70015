"""Whole reports, as `pbx certify` makes them, and a browser that looks at them."""

import json
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

HOSTILE = "</script><script>alert('x')</script><img src=x onerror=alert(1)>]]>\x1b[31m\u202e|`_&"
"""What an endpoint may answer to whoever prints it."""


def _step(at: float, source: str, target: str, label: str, **more: bool) -> dict[str, Any]:
    rung = {"at": at, "from": source, "to": target, "label": label}
    return {**rung, "trouble": False, "both": False, **more}


LADDER: dict[str, Any] = {
    "caller": "The caller heard 5.0 s of dead air, fell back to operators (deadline).",
    "finish_reason": "success_finish",
    "dead_air_s": 5.0,
    "duration_s": 28.0,
    "steps": [
        _step(0.0, "Caller", "PBX", "calls 74951234567"),
        _step(0.0, "PBX", "Caller", "picks up"),
        _step(0.0, "PBX", "Endpoint", "asks: input None"),
        {"at": 0.0, "dead_air_s": 5.0},
        _step(5.0, "Endpoint", "PBX", "deadline → operators", trouble=True),
        _step(5.0, "PBX", "Callee", "rings 7495*****01"),
        _step(8.0, "Caller", "Callee", "talk for 20.0 s", both=True),
        _step(28.0, "Caller", "PBX", "hangs up"),
    ],
}

EXCHANGE: dict[str, Any] = {
    "at": 0.5,
    "request": {
        "method": "GET",
        "url": "http://127.0.0.1:8080/crm_integration?cdr_id=123&numa=7916*****01&input_result=None",
        "headers": [["accept", "*/*"]],
        "body": None,
    },
    "params": {"cdr_id": "123", "numa": "7916*****01", "input_result": "None"},
    "response": {
        "status": 500,
        "reason": "Internal Server Error",
        "headers": [["content-type", "text/html"]],
        "body": "<h1>Error</h1>",
        "http_version": "HTTP/1.1",
        "body_bytes": 14,
    },
    "elapsed_s": 0.0125,
    "observed": {
        "kind": "http_status",
        "detail": "HTTP 500 Internal Server Error",
        "path": None,
    },
    "injected": [],
}

_REASONS = {
    "pass": "7 answers, all with status 200",
    "not-applicable": "needs the fact courier, order in [facts]",
    "untestable": "the order leads nowhere",
    "error": "KeyError: 'x'",
}


def _case(case_id: str, verdict: str, **changes: Any) -> dict[str, Any]:
    judged = verdict in ("fail", "nonstrict", "info")
    tried = verdict != "not-applicable"
    return {
        "id": case_id,
        "title": f"The title of {case_id}",
        "family": case_id.rpartition("-")[0],
        "keyword": "MUST",
        "requirement": "A successful answer has the HTTP status 200.",
        "requirement_id": "answer-is-200",
        "source": "vendor-doc",
        "documented": "Interactive call processing, the endpoint's answer",
        "why": "With any other status the PBX takes the fallback.",
        "fix": 'Answer with status 200:\n    {"phones": ["79175968108"]}',
        "verdict": verdict,
        "reason": _REASONS.get(verdict, "expected status 200; received status 500 (stranger)"),
        "cause": None,
        "assumption": None,
        "kind": "no-instruction" if judged else "nothing-to-judge",
        "subject": {"caller": None, "request_id": None, "path": None},
        "traceback": None,
        "expected": "status 200" if judged else "",
        "received": "status 500 (stranger)" if judged else _REASONS[verdict],
        "missing_facts": [] if tried else ["courier", "order"],
        "caller": LADDER["caller"] if tried else None,
        "duration_s": 0.0213,
        "curl": "curl 'http://127.0.0.1:8080/crm_integration?cdr_id=123'" if tried else None,
        "curl_hides": [],
        "replay_hides": [],
        "replay": f"pbx certify http://127.0.0.1:8080/crm_integration --only {case_id}",
        "exchanges": [EXCHANGE] if tried else [],
        "ladders": [LADDER] if tried else [],
        **changes,
    }


@pytest.fixture
def case_of() -> Callable[..., dict[str, Any]]:
    """Make a case of a report, from its id and verdict."""
    return _case


def _verdict(counts: Mapping[str, int]) -> str:
    if any(counts[verdict] for verdict in ("fail", "untestable", "error")):
        return "not-certified"
    remarks = counts["nonstrict"] + counts["info"]
    return "certified-with-remarks" if remarks else "certified"


def _causes(cases: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Make one cause for each requirement and verdict."""
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for case in cases:
        if case["verdict"] in ("fail", "untestable", "nonstrict", "info"):
            groups.setdefault((case["verdict"], case["requirement_id"]), []).append(case)
    for place, ((verdict, _), found) in enumerate(groups.items(), 1):
        lead, ids = found[0], [case["id"] for case in found]
        failing, seen = verdict in ("fail", "untestable"), verdict != "untestable"
        yield {
            "id": f"C{place}",
            "title": lead["received"],
            "symptom": "status",
            "rank": "not-served" if failing else "remark",
            "verdict": verdict,
            "assumption": lead["assumption"],
            "advice": lead["fix"],
            "answer": _answer(lead),
            "case": ids[0],
            "cases": ids if seen else [],
            "consequences": [] if seen else ids,
        }


def _answer(case: Mapping[str, Any]) -> str | None:
    response = case["exchanges"][0]["response"] if case["exchanges"] else None
    if response is None:
        return None
    return f"HTTP {response['status']} {response['reason']}  {response['body']}"


@pytest.fixture
def report_with() -> Callable[..., dict[str, Any]]:
    """Make a whole report of cases."""

    def make(*cases: dict[str, Any], **changes: Any) -> dict[str, Any]:
        causes = list(_causes(cases))
        cause_of = {
            case_id: cause["id"]
            for cause in causes
            for case_id in (*cause["cases"], *cause["consequences"])
        }
        names = "pass", "nonstrict", "fail", "info", "untestable", "not-applicable", "error"
        found = Counter(case["verdict"] for case in cases)
        return {
            "format": "pbx-harness-report/2",
            "verdict": _verdict(found),
            "suite": {
                "version": "0.1.0",
                "cases_digest": f"sha256:{'0123456789abcdef' * 4}",
                "cases": len(cases),
                "features": [],
            },
            "endpoint": {"url": "http://127.0.0.1:8080/crm_integration"},
            "manifest": {"endpoint": {"method": "GET"}, "facts": {"virtual_number": "74951234567"}},
            "started": "2026-09-17T10:15:00+00:00",
            "duration_s": 1.5,
            "aborted": None,
            "level": "behaviour",
            "lacking_for_complete": [],
            "stopped": None,
            "causes": causes,
            "counts": {name: found[name] for name in names},
            "cases": [{**case, "cause": cause_of.get(case["id"])} for case in cases],
            "excluded": [],
            **changes,
        }

    return make


@pytest.fixture
def mixed(
    case_of: Callable[..., dict[str, Any]], report_with: Callable[..., dict[str, Any]]
) -> dict[str, Any]:
    """Make a report in which every verdict occurs."""
    excluded = {
        "requirement_id": "media-exists",
        "keyword": "MUST",
        "requirement": "message_name names a file of the media base.",
        "source": "vendor-doc",
        "reason": "Only the PBX knows its files.",
    }
    return report_with(
        case_of("REQ-001", "pass"),
        case_of("REPLY-001", "fail"),
        case_of("REPLY-010", "pass"),
        case_of(
            "REPLY-020", "info", source="assumption", keyword="MAY", requirement_id="other-keys"
        ),
        case_of("SEQ-001", "nonstrict", keyword="SHOULD", requirement_id="prompt-is-short"),
        case_of("SEQ-002", "untestable", requirement_id="order-leads-somewhere"),
        case_of("PRIV-001", "error", requirement_id="strangers-learn-nothing"),
        case_of("PRIV-002", "not-applicable", requirement_id="strangers-learn-nothing"),
        excluded=[excluded],
    )


@pytest.fixture
def hostile(
    case_of: Callable[..., dict[str, Any]], report_with: Callable[..., dict[str, Any]]
) -> dict[str, Any]:
    """Make a report of an endpoint that means harm to whoever reads it."""
    headers = [["x-harm", HOSTILE], ["content-type", HOSTILE]]
    response = {**EXCHANGE["response"], "reason": HOSTILE, "headers": headers, "body": HOSTILE}
    observed = {"kind": HOSTILE, "detail": HOSTILE, "path": None}
    steps = [*LADDER["steps"], _step(29.0, "Endpoint", "PBX", HOSTILE)]
    case = case_of(
        "ROBUST-001",
        "fail",
        reason=HOSTILE,
        received=HOSTILE,
        caller=HOSTILE,
        curl=HOSTILE,
        exchanges=[{**EXCHANGE, "response": response, "observed": observed}],
        ladders=[{**LADDER, "caller": HOSTILE, "steps": steps}],
    )
    quiet = case_of("ROBUST-002", "not-applicable", reason=HOSTILE, received=HOSTILE)
    return report_with(case, quiet, endpoint={"url": f"http://127.0.0.1/{HOSTILE}"})


# -- a browser -------------------------------------------------------------------------

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--remote-debugging-pipe",
)


class Browser:
    """Chromium, led over a pipe by the DevTools protocol: no driver is needed."""

    def __init__(self, program: str, profile: Path) -> None:
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        flags = " ".join((*_FLAGS, f"--user-data-dir={profile}"))
        # The protocol wants the descriptors 3 and 4.
        command = f'exec "$0" {flags} about:blank 3<&{theirs_in} 4>&{theirs_out}'
        self._process = subprocess.Popen(
            ["/bin/bash", "-c", command, program],
            pass_fds=(theirs_in, theirs_out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._buffer = b""
        self._number = 0
        self._session: str | None = None
        self.events: list[dict[str, Any]] = []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        attached = self.send("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        self.send("Page.enable")
        self.send("Network.enable")

    def send(self, method: str, **parameters: Any) -> Any:
        """Send a command and give its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            read = os.read(self._in, 1 << 20)
            assert read, "the browser is gone"
            self._buffer += read
        message, _, self._buffer = self._buffer.partition(b"\0")
        answer: dict[str, Any] = json.loads(message)
        if "method" in answer:
            self.events.append(answer)
        return answer

    def open(self, url: str) -> None:
        """Open a page anew, and wait until it is there."""
        for address in ("about:blank", url):
            self.events.clear()
            self.send("Page.navigate", url=address)
            while not any(event["method"] == "Page.loadEventFired" for event in self.events):
                self._receive()

    def js(self, expression: str) -> Any:
        """Return the value of an expression in the page."""
        answer = self.send(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def press(self, *keys: str) -> None:
        """Press keys, one after another."""
        for key in keys:
            text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
            self.send("Input.dispatchKeyEvent", type="keyDown", key=key, text=text)
            self.send("Input.dispatchKeyEvent", type="keyUp", key=key)

    def close(self) -> None:
        """End the browser."""
        self._session = None
        self.send("Browser.close")
        self._process.wait()
        os.close(self._out)
        os.close(self._in)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Start a browser."""
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next((found for found in map(shutil.which, names) if found), None)
    if program is None:
        assert "CI" not in os.environ, "CI must look at the report with a browser"
        pytest.skip("no Chromium: the HTML report is not looked at with a browser")
    started = Browser(program, tmp_path_factory.mktemp("browser"))
    yield started
    started.close()
