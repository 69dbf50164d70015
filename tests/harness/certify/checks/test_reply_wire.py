"""Answers whose framing is wrong, each blamed by its own case and by no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.certify.checks.reply_framing import Flaw, frame
from harness.certify.model import Verdict
from mockpbx.wire.request import Method

if TYPE_CHECKING:
    from tests.harness.certify.checks.conftest import (
        Answer,
        Asked,
        BlamedBy,
        OpenEndpoint,
        Said,
        Spell,
        VerdictOf,
    )

STEADY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
CODE = b'{"returned_code": 2}'
CHUNKED = "Transfer-Encoding: chunked"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

WRONG: dict[str, tuple[tuple[str, ...], bytes]] = {
    # The line end after the JSON is not counted.
    "REPLY-110": ((f"Content-Length: {len(CODE)}",), CODE + b"\n"),
    "REPLY-111": ((f"Content-Length: {len(CODE) + 5}",), CODE),
    "REPLY-112": ((CHUNKED,), b"14\r\n" + CODE + b"\r\n"),
    "REPLY-113": ((CHUNKED, "Content-Length: 20"), b"14\r\n" + CODE + b"\r\n0\r\n\r\n"),
    "REPLY-114": (("Content-Length: 20", "Content-Length: 21"), CODE),
    "REPLY-115": (("Server : mine",), CODE),
}


@pytest.mark.parametrize("case_id", WRONG)
def test_an_answer_that_is_framed_wrongly_is_told_by_its_own_case(
    case_id: str,
    endpoint: OpenEndpoint,
    courier_line: Answer,
    http_answer: Spell,
    blamed_by: BlamedBy,
) -> None:
    headers, body = WRONG[case_id]

    def answer(asked: Asked) -> Said:
        if asked.caller == "79990000009":
            return http_answer(body, *headers)
        return courier_line(asked)

    assert blamed_by("REPLY", endpoint(answer)) == {case_id: Verdict.FAIL}


def test_a_connection_that_is_closed_within_the_head_is_told(
    endpoint: OpenEndpoint, blamed_by: BlamedBy
) -> None:
    assert blamed_by("REPLY", endpoint(lambda _: HEAD)) == {"REPLY-116": Verdict.FAIL}


def test_where_no_byte_comes_there_is_no_framing_to_judge(
    endpoint: OpenEndpoint, verdict_of: VerdictOf
) -> None:
    assert verdict_of("REPLY-110", endpoint(lambda _: b"")) is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize("method", ["POST-form", "POST-json"])
def test_a_content_length_in_characters_is_told_by_any_method(
    method: str, endpoint: OpenEndpoint, http_answer: Spell, verdict_of: VerdictOf
) -> None:
    text = '{"text": "Здравствуйте"}'
    url = endpoint(lambda _: http_answer(text, f"Content-Length: {len(text)}"))
    assert verdict_of("REPLY-110", url, profile={"method": Method(method)}) is Verdict.FAIL


def test_a_raw_question_brings_the_password_of_the_address(
    endpoint: OpenEndpoint, http_answer: Spell, verdict_of: VerdictOf
) -> None:
    def answer(asked: Asked) -> Said:
        assert asked.headers["authorization"] == "Basic cGJ4OmEgYg=="
        return http_answer(CODE)

    url = endpoint(answer).replace("http://", "http://pbx:a%20b@")
    assert verdict_of("REPLY-110", url) is Verdict.PASS


SOUND = [
    HEAD + b"Content-Length: 20\r\n\r\n" + CODE,
    HEAD + b"Content-Length: 20\r\nContent-Length: 20\r\n\r\n" + CODE,
    HEAD + b"\r\n" + CODE,
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n8\r\n" + CODE[:8] + b"\r\n"
    b"c;ext=1\r\n" + CODE[8:] + b"\r\n0\r\n\r\n",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n14\r\n" + CODE + b"\r\n0\r\nTrailer: 1\r\n\r\n",
    b"HTTP/1.1 200\r\ncontent-length:20\r\n\r\n" + CODE,
    b"HTTP/1.0 200 OK\r\n\r\n" + CODE,
    b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + HEAD + b"Content-Length: 20\r\n\r\n" + CODE,
    b"HTTP/1.1 204 No Content\r\n\r\n",
]


@pytest.mark.parametrize("data", SOUND)
def test_a_sound_answer_is_whole_and_has_no_flaw(data: bytes) -> None:
    framed = frame(data, closed=True)
    assert framed.flaws == {}
    assert framed.whole


UNSOUND = [
    (b"Welcome!\r\n\r\n", Flaw.HEAD),
    (b"SSH-2.0", Flaw.HEAD),
    (b"HTTP/2 200 OK\r\n\r\n", Flaw.HEAD),
    (b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}", Flaw.HEAD),
    (b"HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n{}", Flaw.HEAD),
    (b"HTTP/1.1 200 OK\r\nno header\r\n\r\n{}", Flaw.HEAD),
    (b"HTT", Flaw.NO_HEAD),
    (b"HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n{}", Flaw.LENGTHS),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{}", Flaw.CHUNKS),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{}\r\n", Flaw.CHUNKS),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n", Flaw.CHUNKS),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{}\r\n0\r\n\r\n", Flaw.CHUNKS),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n", Flaw.CHUNKS),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{}", Flaw.SURPLUS),
]


@pytest.mark.parametrize(("data", "flaw"), UNSOUND)
def test_each_flaw_is_known_by_its_bytes(data: bytes, flaw: Flaw) -> None:
    assert list(frame(data, closed=True).flaws) == [flaw]


@pytest.mark.parametrize("data", SOUND[:1] + SOUND[3:5])
def test_an_answer_under_way_is_not_whole_yet_and_has_no_flaw(data: bytes) -> None:
    for size in range(len(data)):
        framed = frame(data[:size], closed=False)
        assert framed.flaws == {}, data[:size]
        assert not framed.whole


@STEADY
@given(st.binary() | st.builds(lambda rest: HEAD + rest, st.binary()), st.booleans())
def test_no_bytes_stop_the_framing(data: bytes, closed: bool) -> None:
    frame(data, closed=closed)
