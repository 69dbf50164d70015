"""Bodies that are no JSON in UTF-8, each blamed by its own case and by no other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from harness.certify.checks.reply_text import Encoding, Nothing, Syntax, decode, read_json
from harness.certify.model import Verdict

if TYPE_CHECKING:
    from tests.harness.certify.checks.conftest import (
        Answer,
        Asked,
        BlamedBy,
        OpenEndpoint,
        Said,
        Spell,
    )

STEADY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
CODE = '{"returned_code": 2}'
RUSSIAN = '{"text": "Здравствуйте, магазин слушает"}'
WARNING = "<br />\n<b>Warning</b>:  Undefined index: numa in <b>/var/www/crm.php</b><br />\n"

WRONG: dict[str, tuple[Verdict, bytes]] = {
    "REPLY-020": (Verdict.FAIL, b'{"text": "\x98\xff"}'),
    "REPLY-021": (Verdict.FAIL, RUSSIAN.encode("cp1251")),
    "REPLY-022": (Verdict.FAIL, RUSSIAN.encode("utf-16")),
    "REPLY-023": (Verdict.FAIL, b"\xef\xbb\xbf" + CODE.encode()),
    "REPLY-030": (Verdict.FAIL, b" \n"),
    "REPLY-031": (Verdict.FAIL, b"<!DOCTYPE html><title>Error</title><p>Something went wrong"),
    "REPLY-032": (Verdict.FAIL, (WARNING + CODE).encode()),
    "REPLY-033": (Verdict.FAIL, (CODE + "OK").encode()),
    "REPLY-034": (Verdict.FAIL, b'{"phones": ["7495'),
    "REPLY-035": (Verdict.FAIL, b"{'returned_code': 2}"),
    "REPLY-036": (Verdict.FAIL, b'{"returned_code": 2,}'),
    "REPLY-037": (Verdict.FAIL, b'{"returned_code": NaN}'),
    "REPLY-038": (Verdict.NONSTRICT, b'{"returned_code": 1, "returned_code": 2}'),
    "REPLY-039": (Verdict.FAIL, b"ok"),
    "REPLY-040": (Verdict.FAIL, json.dumps(CODE).encode()),
    "REPLY-041": (Verdict.FAIL, b'[{"returned_code": 2}]'),
    "REPLY-042": (Verdict.FAIL, b"null"),
    "REPLY-043": (Verdict.INFO, b'{"a":' * 100 + b"1" + b"}" * 100),
    "REPLY-044": (Verdict.NONSTRICT, b'{"text": "\\ud83d"}'),
}


@pytest.mark.parametrize("case_id", WRONG)
def test_a_body_that_is_wrong_is_told_by_its_own_case(
    case_id: str,
    endpoint: OpenEndpoint,
    courier_line: Answer,
    http_answer: Spell,
    blamed_by: BlamedBy,
) -> None:
    verdict, body = WRONG[case_id]

    def answer(asked: Asked) -> Said:
        return http_answer(body) if asked.caller == "79990000009" else courier_line(asked)

    assert blamed_by("REPLY-0", endpoint(answer)) == {case_id: verdict}


@pytest.mark.parametrize("seed", [CODE, RUSSIAN, '{"phones": ["79175968108", "101"]}'])
def test_every_truncation_of_an_answer_is_told_as_one(seed: str) -> None:
    body = seed.encode()
    for size in range(1, len(body)):
        encoding, text = decode(body[:size], None)
        assert encoding is Encoding.UTF_8
        assert text is not None
        assert read_json(text).syntax is Syntax.CUT_OFF, text


@pytest.mark.parametrize(
    ("text", "syntax"),
    [
        (f"Warning: Undefined index in /var/www/crm.php on line 7\n{CODE}", Syntax.TEXT_BEFORE),
        (f"callback({CODE})", Syntax.TEXT_BEFORE),
        (f"Notice: {{curly}} {CODE} trailing", Syntax.TEXT_BEFORE),
        (f"{CODE}{CODE}", Syntax.TEXT_AFTER),
        (f"{CODE}\n<!-- 0.01 s -->", Syntax.TEXT_AFTER),
        ('["1"] and more', Syntax.TEXT_AFTER),
        ("<p>{no instruction}</p>", Syntax.PAGE),
        ("{'phones': ['74952345678']}", Syntax.SINGLE_QUOTES),
        ('{"phones": ["74952345678",]}', Syntax.TRAILING_COMMA),
        ("{phones: [1]}", Syntax.OTHER),
        ('{"returned_code": 02}', Syntax.OTHER),
        ('{"text": -Infinity}', Syntax.NO_NUMBER),
        ('{"text": "NaN", "text": "NaN"}', Syntax.KEY_TWICE),
        ('{"returned_code": 1e999}', Syntax.BEYOND_AGREEMENT),
        ('{"returned_code": ' + "9" * 700 + "}", Syntax.TOO_MUCH),
        ('{"returned_code": ' + "9" * 700 + ', "a": NaN}', Syntax.TOO_MUCH),
        ('{"a": NaN, "returned_code": ' + "9" * 5000 + "}", Syntax.TOO_MUCH),
        ("[" * 100_000, Syntax.TOO_MUCH),
    ],
)
def test_what_stands_in_the_place_of_json_is_recognised(text: str, syntax: Syntax) -> None:
    assert read_json(text).syntax is syntax


def test_the_instruction_behind_a_warning_is_read_on() -> None:
    assert read_json(WARNING + CODE).value == {"returned_code": 2}


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("windows-1251", Encoding.WINDOWS_1251),
        (None, Encoding.WINDOWS_1251),
        ("koi8-r", Encoding.OTHER),
    ],
)
def test_a_declared_charset_is_believed(declared: str | None, encoding: Encoding) -> None:
    assert decode(RUSSIAN.encode("cp1251"), declared)[0] is encoding


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_recognised_without_its_mark(name: str) -> None:
    assert decode(CODE.encode(name), None) == (Encoding.UTF_16, CODE)


@STEADY
@given(st.text() | st.text("{}[]\",:\\'<NaN1. u", max_size=40))
@example('{"a"}{')
@example("{''}")
def test_no_text_stops_the_reading(text: str) -> None:
    found = read_json(text)
    assert (found.syntax is Syntax.STRICT) <= (found.value is not Nothing.NOTHING)


@STEADY
@given(st.binary(), st.none() | st.sampled_from(["utf-8", "windows-1251", "klingon"]))
def test_no_bytes_stop_the_decoding(body: bytes, declared: str | None) -> None:
    encoding, text = decode(body, declared)
    assert (text is None) == (encoding is Encoding.OTHER)
