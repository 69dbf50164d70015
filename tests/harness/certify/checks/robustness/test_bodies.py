"""Bodies that cannot be read: the endpoint that each case catches."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from harness.certify.checks.robustness_bodies import BODIES
from harness.certify.model import Verdict
from harness.certify.sentences import sentence
from mockpbx.wire.request import Method

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.harness.certify.checks.conftest import Certify, ResultOf
    from tests.harness.certify.checks.robustness.conftest import OpenSturdy, Reply, Request

FORM = "application/x-www-form-urlencoded"


def content_type(request: Request) -> str:
    return request.headers.get("content-type", "")


def is_no_object(request: Request) -> bool:
    try:
        return not isinstance(json.loads(request.body), dict)
    except (ValueError, RecursionError):
        return False


TRIPS_OVER: dict[str, Callable[[Request], bool]] = {
    "ROBUST-070": lambda request: content_type(request) not in (FORM, ""),
    "ROBUST-071": lambda request: "content-type" not in request.headers,
    "ROBUST-072": lambda request: request.body == b"",
    "ROBUST-073": lambda request: len(request.body) > 500_000,
    "ROBUST-074": lambda request: b"'numa'" in request.body,
    "ROBUST-075": is_no_object,
    "ROBUST-076": lambda request: b'"numa": null' in request.body,
    "ROBUST-077": lambda request: b"[[[[" in request.body,
    "ROBUST-078": lambda request: request.body.startswith(b"numa="),
}


def wanted(case_id: str) -> Method:
    return Method.POST_FORM if case_id <= "ROBUST-073" else Method.POST_JSON


@pytest.mark.parametrize("case_id", BODIES)
def test_a_server_error_for_an_unreadable_body_is_nonstrict(
    case_id: str, sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    def trips(request: Request) -> Reply | None:
        tripped = request.method == "POST" and TRIPS_OVER[case_id](request)
        return replying(status=500) if tripped else None

    result = result_of(case_id, sturdy(trips), profile={"method": wanted(case_id)})
    assert result.verdict is Verdict.NONSTRICT
    assert "HTTP 500" in sentence(result.finding)


@pytest.mark.parametrize("case_id", BODIES)
def test_refusing_an_unreadable_body_is_right(
    case_id: str, sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    def refuses(request: Request) -> Reply | None:
        refused = request.method == "POST" and TRIPS_OVER[case_id](request)
        return replying(status=415) if refused else None

    result = result_of(case_id, sturdy(refuses), profile={"method": wanted(case_id)})
    assert result.verdict is Verdict.PASS


def test_a_body_too_large_may_be_cut_off_but_a_small_one_may_not(
    sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    def closes(request: Request) -> Reply | None:
        return replying(close=True) if len(request.body) in (0, 1_000_005) else None

    url, profile = sturdy(closes), {"method": Method.POST_FORM}
    assert result_of("ROBUST-073", url, profile=profile).verdict is Verdict.PASS
    assert result_of("ROBUST-072", url, profile=profile).verdict is Verdict.NONSTRICT


@pytest.mark.parametrize("status", [405, 501])
def test_an_endpoint_that_takes_no_bodies_says_so(
    status: int, sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    def takes_no_bodies(request: Request) -> Reply | None:
        return replying(status=status) if request.method == "POST" else None

    assert result_of("ROBUST-079", sturdy(takes_no_bodies)).verdict is Verdict.PASS


def test_a_server_error_for_a_body_that_nobody_declared_is_nonstrict(
    sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    def trips(request: Request) -> Reply | None:
        return replying(status=500) if b"\xff%zz" in request.body else None

    result = result_of("ROBUST-079", sturdy(trips))
    assert result.verdict is Verdict.NONSTRICT
    assert "(bytes that are no form)" in result.finding.reason.received


def test_bodies_are_tried_only_where_they_are_declared(
    sturdy: OpenSturdy, results_of: Certify
) -> None:
    results = results_of("ROBUST-07", sturdy())
    assert results.pop("ROBUST-079").verdict is Verdict.PASS
    assert {result.verdict for result in results.values()} == {Verdict.NOT_APPLICABLE}
