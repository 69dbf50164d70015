"""Answers that are wrong as HTTP messages, each blamed by its own case and by no other."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

import pytest

from harness.certify.model import Verdict
from harness.certify.sentences import sentence

if TYPE_CHECKING:
    from tests.harness.certify.checks.conftest import (
        Answer,
        Asked,
        BlamedBy,
        OpenEndpoint,
        ResultOf,
        Said,
        Spell,
    )

RUSSIAN = '{"text": "Здравствуйте, магазин слушает"}'
CODE = '{"returned_code": 2}'
GZIPPED = gzip.compress(CODE.encode(), mtime=0)

WRONG: dict[str, tuple[Verdict, bytes, tuple[str, ...], str]] = {
    "REPLY-001": (Verdict.FAIL, b"{}", (), "500 Internal Server Error"),
    "REPLY-003": (Verdict.FAIL, CODE.encode(), (), "201 Created"),
    "REPLY-004": (Verdict.INFO, b"", ("Location: /login",), "302 Found"),
    "REPLY-010": (Verdict.NONSTRICT, CODE.encode(), ("Content-Type: ",), "200 OK"),
    "REPLY-011": (Verdict.NONSTRICT, CODE.encode(), ("Content-Type: text/html",), "200 OK"),
    "REPLY-012": (
        Verdict.NONSTRICT,
        RUSSIAN.encode(),
        ("Content-Type: application/json; charset=windows-1251",),
        "200 OK",
    ),
    "REPLY-013": (
        Verdict.NONSTRICT,
        GZIPPED,
        ("Content-Encoding: gzip",),
        "200 OK",
    ),
    "REPLY-014": (Verdict.FAIL, CODE.encode(), ("Content-Encoding: gzip",), "200 OK"),
    "REPLY-015": (Verdict.INFO, CODE.encode(), ("Set-Cookie: PHPSESSID=1",), "200 OK"),
    "REPLY-016": (Verdict.INFO, CODE.encode() + b" " * 70_000, (), "200 OK"),
}


@pytest.mark.parametrize("case_id", WRONG)
def test_an_answer_that_is_wrong_as_a_message_is_told_by_its_own_case(
    case_id: str,
    endpoint: OpenEndpoint,
    courier_line: Answer,
    http_answer: Spell,
    blamed_by: BlamedBy,
) -> None:
    verdict, body, headers, status = WRONG[case_id]

    def answer(asked: Asked) -> Said:
        if asked.caller == "79990000009":
            return http_answer(body, *headers, status=status)
        return courier_line(asked)

    assert blamed_by("REPLY-0", endpoint(answer)) == {case_id: verdict}


def test_a_connection_that_is_closed_without_an_answer_is_told(
    endpoint: OpenEndpoint, blamed_by: BlamedBy
) -> None:
    assert blamed_by("REPLY-0", endpoint(lambda _: b"")) == {"REPLY-002": Verdict.FAIL}


@pytest.mark.parametrize("status", ["202 Accepted", "204 No Content", "206 Partial Content"])
def test_no_other_success_is_taken_for_200(
    status: str, endpoint: OpenEndpoint, http_answer: Spell, blamed_by: BlamedBy
) -> None:
    url = endpoint(lambda _: http_answer("", status=status))
    assert blamed_by("REPLY-0", url) == {"REPLY-003": Verdict.FAIL}


UNDECODABLE: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "gzip cut off": (GZIPPED[:-9], ("Content-Encoding: gzip",)),
    "deflate cut off": (zlib.compress(CODE.encode())[:-5], ("Content-Encoding: deflate",)),
    "gzip unannounced": (GZIPPED, ()),
}


@pytest.mark.parametrize("how", UNDECODABLE)
def test_a_body_that_cannot_be_decompressed_as_it_says_is_told(
    how: str, endpoint: OpenEndpoint, http_answer: Spell, blamed_by: BlamedBy
) -> None:
    body, headers = UNDECODABLE[how]
    url = endpoint(lambda _: http_answer(body, *headers))
    assert blamed_by("REPLY-0", url) == {"REPLY-014": Verdict.FAIL}


def test_an_encoding_that_we_do_not_know_is_only_unasked_for(
    endpoint: OpenEndpoint, http_answer: Spell, blamed_by: BlamedBy
) -> None:
    url = endpoint(lambda _: http_answer(b"\x0b\x02\x80", "Content-Encoding: br"))
    assert blamed_by("REPLY-0", url) == {"REPLY-013": Verdict.NONSTRICT}


def test_a_finding_quotes_the_value_and_names_the_call(
    endpoint: OpenEndpoint, http_answer: Spell, result_of: ResultOf
) -> None:
    result = result_of(
        "REPLY-004", endpoint(lambda _: http_answer("", "Location: /in", status="301 Gone"))
    )
    assert result.finding.reason.expected == "status 200, no redirect"
    assert (
        result.finding.reason.received == "status 301 Gone to /in (courier, own order and 4 more)"
    )
    assert len(result.finding.reason.exchanges) == 5
    assert result.exchanges
    assert result.calls


def test_where_no_answer_gets_so_far_there_is_nothing_to_judge(
    endpoint: OpenEndpoint, http_answer: Spell, result_of: ResultOf
) -> None:
    url = endpoint(lambda _: http_answer("", status="503 Service Unavailable"))
    result = result_of("REPLY-060", url)
    assert result.verdict is Verdict.NOT_APPLICABLE
    assert sentence(result.finding) == "the ordinary calls brought no answer with phones"


def test_without_facts_the_answer_to_a_hidden_caller_is_judged(
    endpoint: OpenEndpoint, http_answer: Spell, blamed_by: BlamedBy
) -> None:
    nothing = dict.fromkeys(
        ["courier", "order", "customer", "foreign_order", "foreign_customer", "unknown_order"]
    )
    url = endpoint(lambda _: http_answer(CODE, "Set-Cookie: a=b"))
    assert blamed_by("REPLY", url, stranger=None, **nothing) == {"REPLY-015": Verdict.INFO}
