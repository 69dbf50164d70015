"""Hostile values: each case catches the endpoint that trips over its value, and no other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from harness.certify.checks.robustness import PAYLOADS
from harness.certify.model import Verdict
from harness.certify.sentences import sentence
from mockpbx.wire.request import Method

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.harness.certify.checks.conftest import ResultOf
    from tests.harness.certify.checks.robustness.conftest import OpenSturdy, Reply, Request

    TripsOver = Callable[[Request], bool]


def has(text: str) -> TripsOver:
    return lambda request: text in request.everything


def matches(pattern: bytes) -> TripsOver:
    return lambda request: re.search(pattern, request.raw) is not None


def holds_a_lone_percent(request: Request) -> bool:
    return re.search("%(?![0-9A-Fa-f]{2})", request.target) is not None


def holds_line_breaks(request: Request) -> bool:
    return "\r\n" in request.everything


def holds_a_long_value(request: Request) -> bool:
    return any(len(value) > 4000 for value in request.parameters.values())


TRIPS_OVER = {
    "ROBUST-001": has("' OR"),
    "ROBUST-002": has('zqx7"'),
    "ROBUST-003": has("<script>"),
    "ROBUST-004": holds_line_breaks,
    "ROBUST-005": has("\0"),
    "ROBUST-006": has("../"),
    "ROBUST-007": has("{{"),
    "ROBUST-008": has("🦊"),
    "ROBUST-009": holds_a_lone_percent,
    "ROBUST-010": matches(b"\xcf\xf0\xe8"),
    "ROBUST-011": matches(b"\xc3\\("),
    "ROBUST-012": holds_a_long_value,
    "ROBUST-013": has("$(id)"),
    "ROBUST-014": has("9" * 20),
    "ROBUST-015": has("²"),
    "ROBUST-016": has("%n"),
    "ROBUST-017": has("([*"),
    "ROBUST-018": matches(b"\xed\xa0\x80"),
    "ROBUST-019": has("1e999"),
    "ROBUST-025": has("%FF"),
}


def test_every_hostile_value_has_an_endpoint_that_trips_over_it() -> None:
    assert TRIPS_OVER.keys() == PAYLOADS.keys()


@pytest.mark.parametrize("case_id", TRIPS_OVER)
def test_an_endpoint_that_trips_over_the_value_fails(
    case_id: str, sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    def trips(request: Request) -> Reply | None:
        return replying(status=500) if TRIPS_OVER[case_id](request) else None

    result = result_of(case_id, sturdy(trips))
    assert result.verdict is Verdict.FAIL
    assert "HTTP 500" in sentence(result.finding)
    assert PAYLOADS[case_id].name in sentence(result.finding)
    (blamed,) = result.finding.reason.exchanges
    assert blamed.reply is not None
    assert blamed.reply.status == 500


@pytest.mark.parametrize("parameter", ["numa", "input_result", "cdr_id"])
@pytest.mark.parametrize("method", [Method.GET, Method.POST_FORM, Method.POST_JSON])
def test_a_value_is_tried_in_every_place_and_by_the_declared_method(
    parameter: str,
    method: Method,
    sturdy: OpenSturdy,
    result_of: ResultOf,
    replying: type[Reply],
) -> None:
    def trips(request: Request) -> Reply | None:
        return replying(status=500) if "'" in request.parameters.get(parameter, "") else None

    result = result_of("ROBUST-001", sturdy(trips), profile={"method": method})
    assert result.verdict is Verdict.FAIL


def test_a_refusal_is_as_good_as_an_instruction(
    sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    def refuses(request: Request) -> Reply | None:
        return replying(status=400) if "'" in request.everything else None

    result = result_of("ROBUST-001", sturdy(refuses))
    assert result.verdict is Verdict.PASS
    assert sentence(result.finding) == "3 requests: status 400"


def test_closing_the_connection_is_no_answer_to_a_value(
    sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    def closes(request: Request) -> Reply | None:
        return replying(close=True) if "\0" in request.everything else None

    result = result_of("ROBUST-005", sturdy(closes))
    assert result.verdict is Verdict.FAIL
    assert "closed before the first byte of an answer (a NUL in numa)" in sentence(result.finding)


def test_an_endpoint_that_is_broken_afterwards_fails(
    sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    poisoned: list[bool] = []

    def remembers(request: Request) -> Reply | None:
        was_poisoned = bool(poisoned)
        if "{{" in request.parameters.get("cdr_id", ""):
            poisoned.append(True)
        return replying(status=503) if was_poisoned else None

    result = result_of("ROBUST-007", sturdy(remembers))
    assert result.verdict is Verdict.FAIL
    assert result.finding.reason.expected == "the next ordinary call answered"


def test_digits_are_a_strangers_and_count_as_nobodys_guess(
    sturdy: OpenSturdy, result_of: ResultOf
) -> None:
    entered: list[str] = []

    def listens(request: Request) -> None:
        if request.parameters.get("numa") == "79161110001":
            entered.append(request.parameters["input_result"])

    result_of("ROBUST-001", sturdy(listens))
    assert set(entered) == {"None"}


PARAMETERS: dict[str, TripsOver] = {
    "ROBUST-020": lambda request: len(request.target) > 8000,
    "ROBUST-021": lambda request: len(request.parameters) > 40,
    "ROBUST-022": lambda request: len(request.pairs) > len(request.parameters),
    "ROBUST-023": lambda request: "numa[]" in request.parameters,
    "ROBUST-024": lambda request: "<script>" in unquote(request.target),
}


@pytest.mark.parametrize("case_id", PARAMETERS)
def test_an_endpoint_that_trips_over_unexpected_parameters_fails(
    case_id: str, sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    def trips(request: Request) -> Reply | None:
        return replying(status=500) if PARAMETERS[case_id](request) else None

    assert result_of(case_id, sturdy(trips)).verdict is Verdict.FAIL


@pytest.mark.parametrize("name", ["numa[$ne]", "numa[a][b]"])
def test_operators_and_members_are_tried_too(
    name: str, sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    def trips(request: Request) -> Reply | None:
        return replying(status=500) if name in request.parameters else None

    assert result_of("ROBUST-023", sturdy(trips)).verdict is Verdict.FAIL


@pytest.mark.parametrize("method", [Method.POST_FORM, Method.POST_JSON, Method.POST_QUERY])
def test_doubled_parameters_are_sent_in_the_form_that_the_endpoint_wants(
    method: Method, sturdy: OpenSturdy, result_of: ResultOf
) -> None:
    seen: list[bytes] = []

    def listens(request: Request) -> None:
        seen.append(request.target.encode() + request.body)

    result = result_of("ROBUST-022", sturdy(listens), profile={"method": method})
    assert result.verdict is Verdict.PASS
    twice = [data for data in seen if data.count(b"numa") == 2]
    assert len(twice) == 2
    assert b"79990000008" in twice[1]
