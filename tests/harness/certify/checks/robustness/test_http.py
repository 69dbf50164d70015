"""Other methods, versions and headers: the endpoint that each case catches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.certify.checks.robustness_http import METHODS
from harness.certify.model import Verdict
from harness.certify.sentences import sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.harness.certify.checks.conftest import ResultOf
    from tests.harness.certify.checks.robustness.conftest import OpenSturdy, Reply, Request


@pytest.mark.parametrize("case_id", METHODS)
def test_a_server_error_for_another_method_is_nonstrict(
    case_id: str, sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    def trips(request: Request) -> Reply | None:
        content = b"" if request.method == "HEAD" else b"{}"
        tripped = request.method == METHODS[case_id]
        return replying(status=500, content=content) if tripped else None

    result = result_of(case_id, sturdy(trips))
    assert result.verdict is Verdict.NONSTRICT
    assert f"HTTP 500 Whatever ({METHODS[case_id]})" in sentence(result.finding)


@pytest.mark.parametrize("case_id", METHODS)
def test_not_implemented_is_right_for_another_method(
    case_id: str, sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    def knows_get_alone(request: Request) -> Reply | None:
        return None if request.method == "GET" else replying(status=501, content=b"")

    assert result_of(case_id, sturdy(knows_get_alone)).verdict is Verdict.PASS


@pytest.mark.parametrize("case_id", METHODS)
def test_silence_about_another_method_is_nonstrict(
    case_id: str, sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    def closes(request: Request) -> Reply | None:
        return None if request.method == "GET" else replying(close=True)

    result = result_of(case_id, sturdy(closes))
    assert result.verdict is Verdict.NONSTRICT
    assert "closed without an answer" in sentence(result.finding)


def test_content_in_the_answer_to_head_is_nonstrict(
    sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    def takes_head_for_get(request: Request) -> Reply | None:
        return replying() if request.method == "HEAD" else None

    result = result_of("ROBUST-030", sturdy(takes_head_for_get))
    assert result.verdict is Verdict.NONSTRICT
    assert "20 bytes after the head: b'{\"returned_code\": 2}'" in result.finding.reason.received


def test_a_length_without_content_is_right_for_head(
    sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    def tells_the_length(request: Request) -> Reply | None:
        if request.method != "HEAD":
            return None
        # Not the length of what is sent, but of what GET would have brought.
        return replying(content=b"", headers=("Content-Length: 20", "Transfer-Encoding: identity"))

    assert result_of("ROBUST-030", sturdy(tells_the_length)).verdict is Verdict.PASS


def test_a_server_error_for_http_1_0_is_nonstrict(
    sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    def needs_host(request: Request) -> Reply | None:
        return None if "host" in request.headers else replying(status=500)

    url = sturdy(needs_host)
    assert result_of("ROBUST-037", url).verdict is Verdict.NONSTRICT
    assert result_of("ROBUST-039", url).verdict is Verdict.NONSTRICT


def test_chunks_for_http_1_0_are_nonstrict(
    sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    def sends_chunks(request: Request) -> Reply | None:
        if request.version != "1.0":
            return None
        content = b'14\r\n{"returned_code": 2}\r\n0\r\n\r\n'
        return replying(content=content, headers=("Transfer-Encoding: chunked",))

    result = result_of("ROBUST-038", sturdy(sends_chunks))
    assert result.verdict is Verdict.NONSTRICT
    assert result.finding.reason.received == "Transfer-Encoding: chunked"


def test_a_server_error_for_what_is_no_http_is_nonstrict(
    sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    url = sturdy(malformed=replying(status=500))
    for case_id in ("ROBUST-040", "ROBUST-041", "ROBUST-050"):
        assert result_of(case_id, url).verdict is Verdict.NONSTRICT


def test_closing_is_as_good_as_400_for_what_is_no_http(
    sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    url = sturdy(malformed=replying(close=True))
    for case_id in ("ROBUST-039", "ROBUST-040", "ROBUST-041", "ROBUST-050"):
        assert result_of(case_id, url).verdict is Verdict.PASS


def test_an_endpoint_that_dies_of_garbage_is_caught(
    sturdy: OpenSturdy, result_of: ResultOf
) -> None:
    result = result_of("ROBUST-040", sturdy(dies_of="garbage"))
    assert result.verdict is Verdict.NONSTRICT
    assert result.finding.reason.expected == "the next ordinary call answered"


@pytest.mark.parametrize(
    ("case_id", "is_large"),
    [
        (
            "ROBUST-042",
            lambda request: any(len(text) > 30_000 for text in request.headers.values()),
        ),
        ("ROBUST-043", lambda request: len(request.headers) > 150),
    ],
)
def test_a_server_error_for_large_headers_is_nonstrict(
    case_id: str,
    is_large: Callable[[Request], bool],
    sturdy: OpenSturdy,
    result_of: ResultOf,
    replying: type[Reply],
) -> None:
    def answers(status: int) -> str:
        return sturdy(lambda request: replying(status=status) if is_large(request) else None)

    assert result_of(case_id, answers(500)).verdict is Verdict.NONSTRICT
    assert result_of(case_id, answers(431)).verdict is Verdict.PASS


def test_silence_about_a_large_header_is_nonstrict(sturdy: OpenSturdy, result_of: ResultOf) -> None:
    url = sturdy(silent_on="x-padding")
    result = result_of("ROBUST-042", url, deadline_s=0.4)
    assert result.verdict is Verdict.NONSTRICT
    assert "deadline" in result.finding.reason.received


@pytest.mark.parametrize("accepted", ["identity;q=1.0, *;q=0", "gzip;q=0, deflate;q=0", ""])
def test_compressing_against_what_is_accepted_is_nonstrict(
    accepted: str, sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    def compresses(request: Request) -> Reply | None:
        if request.headers.get("accept-encoding") != accepted:
            return None
        return replying(headers=("Content-Encoding: gzip",))

    result = result_of("ROBUST-044", sturdy(compresses))
    assert result.verdict is Verdict.NONSTRICT
    assert result.finding.reason.received == "Content-Encoding: gzip"


def test_an_answer_that_never_comes_because_of_an_expectation_fails(
    sturdy: OpenSturdy, result_of: ResultOf
) -> None:
    result = result_of("ROBUST-045", sturdy(silent_on="expect"), deadline_s=0.4)
    assert result.verdict is Verdict.FAIL
    assert "no whole answer within 0.4 s" in sentence(result.finding)


def test_refusing_the_expectation_is_right(
    sturdy: OpenSturdy, result_of: ResultOf, replying: type[Reply]
) -> None:
    def refuses(request: Request) -> Reply | None:
        return replying(status=417) if "expect" in request.headers else None

    assert result_of("ROBUST-045", sturdy(refuses)).verdict is Verdict.PASS
