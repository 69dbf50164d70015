"""Raw bytes → answers: how many, how whole, and what is left over."""

from __future__ import annotations

import pytest

from mockpbx.wire.framing import split_answers

LENGTH = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
CHUNKED = (
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n"
    b'8;name=x\r\n{"a": 1,\r\n8\r\n "b": 2}\r\n0\r\nX-Trailer: 1\r\n\r\n'
)
UNTIL_THE_END = b"HTTP/1.0 200 OK\r\n\r\n{}"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


@pytest.mark.parametrize("data", [LENGTH, CHUNKED, LENGTH.replace(b"\r\n", b"\n")])
def test_an_answer_is_whole_with_its_last_byte_and_not_before(data: bytes) -> None:
    assert len(split_answers(data, closed=False).whole) == 1
    for length in range(len(data)):
        found = split_answers(data[:length], closed=False)
        assert (found.whole, found.rest) == ((), data[:length])


def test_chunks_are_joined() -> None:
    (reply,) = split_answers(CHUNKED, closed=False).whole
    assert reply.body == b'{"a": 1, "b": 2}'
    assert reply.header("Transfer-Encoding") == "Chunked"


def test_an_answer_without_a_length_ends_with_the_connection() -> None:
    assert split_answers(UNTIL_THE_END, closed=False).whole == ()
    (reply,) = split_answers(UNTIL_THE_END, closed=True).whole
    assert (reply.http_version, reply.reason, reply.body) == ("HTTP/1.0", "OK", b"{}")


@pytest.mark.parametrize("length", [b"two", b"-2", b"", "²".encode("latin-1")])
def test_a_useless_length_counts_as_none(length: bytes) -> None:
    data = LENGTH.replace(b": 2", b": " + length)
    assert split_answers(data, closed=False).whole == ()
    assert split_answers(data, closed=True).whole[0].body == b"{}"


def test_answers_follow_each_other_and_the_rest_is_kept() -> None:
    found = split_answers(LENGTH + CHUNKED + LENGTH + b"HTTP/1.1 20", closed=True)
    assert [reply.status for reply in found.whole] == [200, 200, 200]
    assert found.rest == b"HTTP/1.1 20"


def test_an_interim_answer_is_none() -> None:
    found = split_answers(CONTINUE + LENGTH, closed=False)
    assert [reply.status for reply in found.whole] == [200]
    assert split_answers(CONTINUE, closed=True).whole == ()


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_some_answers_never_have_a_body(status: bytes) -> None:
    found = split_answers(b"HTTP/1.1 " + status + b"\r\nContent-Length: 5\r\n\r\n", closed=False)
    assert [reply.body for reply in found.whole] == [b""]


def test_where_no_body_belongs_one_is_left_over() -> None:
    found = split_answers(LENGTH, closed=True, bodyless=True)
    assert [reply.body for reply in found.whole] == [b""]
    assert found.rest == b"{}"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}}\r\n0\r\n\r\n",
    ],
)
def test_what_is_no_whole_answer_is_left_over(data: bytes) -> None:
    found = split_answers(data, closed=True)
    assert (found.whole, found.rest) == ((), data)
