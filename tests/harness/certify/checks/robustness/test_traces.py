"""What answers must not show: the endpoint that each case catches, and none that is right."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from harness.certify.checks.robustness_traces import internals
from harness.certify.model import Verdict
from mockpbx.wire.request import Method

if TYPE_CHECKING:
    from tests.harness.certify.checks.conftest import ResultOf
    from tests.harness.certify.checks.robustness.conftest import OpenSturdy, Reply, Request

CUSTOMER = "79175968108"


def test_a_header_made_of_a_line_break_fails(
    sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    def echoes(request: Request) -> Reply | None:
        return replying(headers=(f"X-Caller: {request.parameters.get('numa')}",))

    result = result_of("ROBUST-080", sturdy(echoes))
    assert result.verdict is Verdict.FAIL
    assert "x-pbx-injected: zqx7" in result.finding.reason.received.lower()


@pytest.mark.parametrize("content_type", ["text/html", "text/plain", "application/xml"])
def test_markup_repeated_for_a_browser_is_nonstrict(
    content_type: str, sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    def echoes(request: Request) -> Reply | None:
        if "<" not in request.everything:
            return None
        content = f"<p>Who is {request.everything}?</p>".encode()
        return replying(status=404, content=content, content_type=content_type)

    url = sturdy(echoes)
    assert result_of("ROBUST-081", url).verdict is Verdict.NONSTRICT
    assert result_of("ROBUST-082", url).verdict is Verdict.PASS


def test_markup_repeated_in_json_is_recorded(
    sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    def echoes(request: Request) -> Reply | None:
        content = {"returned_code": 2, "unknown": request.parameters.get("numa")}
        return replying(content=json.dumps(content).encode())

    url = sturdy(echoes)
    assert result_of("ROBUST-081", url).verdict is Verdict.PASS
    assert result_of("ROBUST-082", url).verdict is Verdict.INFO
    assert result_of("ROBUST-083", url).verdict is Verdict.PASS


def test_markup_that_is_escaped_may_be_repeated(
    sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    def escapes(request: Request) -> Reply | None:
        content = {"returned_code": 2, "unknown": request.parameters.get("numa")}
        return replying(content=json.dumps(content).replace("<", "\\u003c").encode())

    assert result_of("ROBUST-082", sturdy(escapes)).verdict is Verdict.PASS


def test_json_glued_together_fails_at_the_first_quote(
    sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    def glues(request: Request) -> Reply | None:
        caller = request.parameters.get("numa")
        return replying(content=f'{{"returned_code": 2, "from": "{caller}"}}'.encode())

    result = result_of("ROBUST-083", sturdy(glues))
    assert result.verdict is Verdict.FAIL
    assert "quotes and a backslash in numa" in result.finding.reason.received


def test_a_template_that_is_evaluated_is_nonstrict(
    sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    def evaluates(request: Request) -> Reply | None:
        said = request.everything.replace("{{1787569*3}}", str(1787569 * 3))
        return replying(content=json.dumps({"text": said}).encode())

    result = result_of("ROBUST-084", sturdy(evaluates))
    assert result.verdict is Verdict.NONSTRICT
    assert "5362707" in result.finding.reason.received


TRACES = [
    'Traceback (most recent call last):\n  File "/app/crm.py", line 7, in answer',
    '  File "crm.py", line 7, in answer',
    'Exception in thread "main" java.lang.NullPointerException',
    "java.lang.IllegalStateException\n\tat com.shop.Crm.answer(Crm.java:17)",
    "TypeError: x\n    at answer (/app/server.js:3:9)",
    "TypeError: x\n    at /app/server.js:3:9",
    "Warning: Undefined index: numa in crm.php on line 4",
    "<b>Warning</b>:  mysqli_query(): x in <b>/srv/crm.php</b> on line <b>3</b><br />",
    "SQLSTATE[42000]: x",
    "ORA-00933: SQL command not properly ended",
    'ERROR:  syntax error at or near "OR"',
    "You have an error in your SQL syntax; check the manual",
    'near "OR": syntax error',
    "sqlite3.OperationalError: unrecognized token",
    "(SELECT phone FROM couriers WHERE number = '1')",
    "require('/var/www/crm/db.php')",
    "/home/deploy/crm/app.py",
    "root:x:0:0:root:/root:/bin/bash",
    "goroutine 1 [running]:",
]


@pytest.mark.parametrize("trace", TRACES)
def test_a_trace_of_how_the_endpoint_is_built_is_found(trace: str) -> None:
    assert internals(f"HTTP headers\n\n{trace}\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        '{"returned_code": 2}',
        '{"text": "Warning: the courier is late. Select the order at line two of the menu."}',
        '{"error": "the database is not available"}',
        '{"text": "Update your order from home, near the line"}',
        "Method Not Allowed",
        "Server: nginx/1.24.0",
        "<html><body>404 Not Found at /crm_integration</body></html>",
        '{"message_name": "home/menu.mp3"}',
    ],
)
def test_what_only_resembles_a_trace_is_let_through(text: str) -> None:
    assert internals(text) is None


@pytest.mark.parametrize("trace", [TRACES[0], TRACES[7], TRACES[9]])
def test_internals_in_the_answer_to_a_hostile_value_are_nonstrict(
    trace: str, sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    def explains(request: Request) -> Reply | None:
        hostile = "'" in request.parameters.get("cdr_id", "")
        content = trace.encode()
        return replying(content=content, content_type="text/html") if hostile else None

    result = result_of("ROBUST-085", sturdy(explains))
    assert result.verdict is Verdict.NONSTRICT
    assert "(SQL in the call id)" in result.finding.reason.received


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_internals_in_the_answer_to_a_broken_request_are_nonstrict(
    method: str, sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    def explains(request: Request) -> Reply | None:
        content = TRACES[3].encode()
        return replying(status=400, content=content) if request.method == method else None

    assert result_of("ROBUST-086", sturdy(explains)).verdict is Verdict.NONSTRICT


def test_internals_in_the_answer_to_no_http_are_nonstrict(
    sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    url = sturdy(malformed=replying(status=400, content=TRACES[0].encode()))
    assert result_of("ROBUST-086", url).verdict is Verdict.NONSTRICT


@pytest.mark.parametrize("hostile", ["' OR '1'='1' --", "%", "*", ".*", '{"$ne": null}'])
@pytest.mark.parametrize("method", [Method.GET, Method.POST_JSON])
def test_a_hostile_caller_who_is_taken_for_a_courier_fails(
    hostile: str,
    method: Method,
    sturdy: OpenSturdy,
    result_of: ResultOf,
    replying: type[Reply],
) -> None:
    def finds_everybody(request: Request) -> Reply | None:
        asked = request.parameters
        if asked.get("numa") == hostile and asked.get("input_result") == "10523":
            return replying(content=json.dumps({"phones": [CUSTOMER]}).encode())
        return None

    result = result_of("ROBUST-087", sturdy(finds_everybody), profile={"method": method})
    assert result.verdict is Verdict.FAIL
    assert f"customer {CUSTOMER}" in result.finding.reason.received


@pytest.mark.parametrize("parameter", ["input_result", "cdr_id"])
def test_a_hostile_value_that_finds_somebody_fails(
    parameter: str, sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    def finds_everybody(request: Request) -> Reply | None:
        if "' OR" not in request.parameters.get(parameter, ""):
            return None
        return replying(content=b'{"returned_code": 2, "rows": ["8 (926) 222-00-02"]}')

    result = result_of("ROBUST-088", sturdy(finds_everybody))
    assert result.verdict is Verdict.FAIL
    assert "foreign customer 79262220002" in result.finding.reason.received


def test_a_courier_who_is_connected_at_once_discloses_nothing(
    sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    def shortcuts(request: Request) -> Reply | None:
        if request.parameters.get("numa") != "79161110001":
            return None
        return replying(content=json.dumps({"phones": [CUSTOMER]}).encode())

    assert result_of("ROBUST-088", sturdy(shortcuts)).verdict is Verdict.PASS


@pytest.mark.parametrize("case_id", ["ROBUST-087", "ROBUST-088"])
def test_a_refusal_proves_nothing_where_nobody_is_ever_connected(
    case_id: str, sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    result = result_of(case_id, sturdy(lambda _request: replying()))
    assert result.verdict is Verdict.UNTESTABLE


def test_a_refusal_by_breaking_down_proves_nothing(
    sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    def trips(request: Request) -> Reply | None:
        return replying(status=500) if request.parameters.get("numa") == "%" else None

    assert result_of("ROBUST-087", sturdy(trips)).verdict is Verdict.UNTESTABLE
