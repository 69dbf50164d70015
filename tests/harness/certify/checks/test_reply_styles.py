"""Correct endpoints in many styles: none is blamed for how it is written."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.harness.certify.checks.conftest import (
        Answer,
        Asked,
        BlamedBy,
        OpenEndpoint,
        Said,
        Spell,
    )

SHOP = "74950000101"
CHUNKED = "Transfer-Encoding: chunked"

Instruction = dict[str, Any]


def _chunked(body: bytes) -> bytes:
    parts = [body[:7], body[7:]]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


MESSAGES: dict[str, Callable[[Spell, str], bytes]] = {
    "chunked": lambda spell, text: spell(_chunked(text.encode()), CHUNKED),
    "HTTP/1.0": lambda spell, text: spell(text, version="HTTP/1.0"),
    "until the connection closes": lambda spell, text: spell(text, "Content-Length: "),
    "with a charset": lambda spell, text: spell(
        text, "content-type: application/json; charset=UTF-8"
    ),
    "with many headers": lambda spell, text: spell(
        text, "Date: Thu, 17 Sep 2026 07:15:00 GMT", "Server: nginx", "X-Trace: a:b", "Vary:"
    ),
    "with spaces around": lambda spell, text: spell(f"\r\n {text}\n"),
    "with a reason of its own": lambda spell, text: spell(text, status="200 Fine indeed"),
    "with an empty reason": lambda spell, text: spell(text, status="200 "),
    "not encoded": lambda spell, text: spell(text, "Content-Encoding: identity"),
}


@pytest.mark.parametrize("style", MESSAGES)
def test_no_style_of_message_is_blamed(
    style: str,
    endpoint: OpenEndpoint,
    courier_line: Answer,
    http_answer: Spell,
    blamed_by: BlamedBy,
) -> None:
    def answer(asked: Asked) -> Said:
        return MESSAGES[style](http_answer, json.dumps(courier_line(asked)))

    assert blamed_by("RE", endpoint(answer)) == {}


def _by_the_way(said: Instruction) -> str:
    return json.dumps(said, indent=4, sort_keys=True)


def _escaped(said: Instruction) -> str:
    return json.dumps(said | {"text": "Здравствуйте"} if "phones" in said else said)


def _russian(said: Instruction) -> str:
    spoken = said | {"text": "Соединяем с клиентом 😀"} if "phones" in said else said
    return json.dumps(spoken, ensure_ascii=False)


def _decimal(said: Instruction) -> str:
    return json.dumps(said).replace('"returned_code": 1', '"returned_code": 1.0')


def _extension(said: Instruction) -> str:
    return json.dumps({"phones": [*said["phones"], "101"]} if "phones" in said else said)


def _file(said: Instruction) -> str:
    return json.dumps(said | {"message_name": "wait.mp3"} if "phones" in said else said)


def _phones_alone(said: Instruction) -> str:
    return json.dumps({"phones": said["phones"]} if "phones" in said else said)


def _spoken_whisper(said: Instruction) -> str:
    whisper = {"operator_message": "Courier, order 10523"}
    return json.dumps(said | whisper if "phones" in said else said)


def _shop_for_strangers(said: Instruction) -> str:
    return json.dumps({"phones": [SHOP, "101"]} if said.get("returned_code") == 2 else said)


def _announcement_for_strangers(said: Instruction) -> str:
    closed = {"text": "We call back tomorrow."}
    return json.dumps(closed if said.get("returned_code") == 2 else said)


INSTRUCTIONS = [
    _by_the_way,
    _escaped,
    _russian,
    _decimal,
    _extension,
    _file,
    _phones_alone,
    _spoken_whisper,
    _shop_for_strangers,
    _announcement_for_strangers,
]


@pytest.mark.parametrize("style", INSTRUCTIONS)
def test_no_style_of_instruction_is_blamed(
    style: Callable[[Instruction], str],
    endpoint: OpenEndpoint,
    courier_line: Answer,
    blamed_by: BlamedBy,
) -> None:
    def answer(asked: Asked) -> Said:
        said = courier_line(asked)
        assert isinstance(said, dict)
        return style(said)

    assert blamed_by("RE", endpoint(answer)) == {}


def test_an_endpoint_that_names_the_only_customer_at_once_is_not_blamed(
    endpoint: OpenEndpoint, courier_line: Answer, blamed_by: BlamedBy
) -> None:
    def answer(asked: Asked) -> Said:
        if asked.caller == "79161110001" and asked.digits is None:
            return {"phones": ["79175968108"]}
        return courier_line(asked)

    assert blamed_by("RE", endpoint(answer)) == {}


def test_operators_who_take_turns_are_no_inconsistency(
    endpoint: OpenEndpoint, courier_line: Answer, blamed_by: BlamedBy
) -> None:
    turn = count()

    def answer(asked: Asked) -> Said:
        said = courier_line(asked)
        return {"phones": [str(101 + next(turn) % 3)]} if said == {"returned_code": 2} else said

    assert blamed_by("RE", endpoint(answer)) == {}


def test_a_question_about_the_order_to_everybody_is_not_blamed(
    endpoint: OpenEndpoint, courier_line: Answer, blamed_by: BlamedBy
) -> None:
    def answer(asked: Asked) -> Said:
        return {"returned_code": 1} if asked.digits is None else courier_line(asked)

    assert blamed_by("RE", endpoint(answer)) == {}


def test_an_endpoint_that_takes_its_time_is_not_blamed(
    endpoint: OpenEndpoint, courier_line: Answer, http_answer: Spell, blamed_by: BlamedBy
) -> None:
    def answer(asked: Asked) -> Said:
        body = json.dumps(courier_line(asked))
        return 0.005, http_answer(body)

    assert blamed_by("RE", endpoint(answer)) == {}


def test_two_runs_come_to_the_same(
    endpoint: OpenEndpoint, http_answer: Spell, blamed_by: BlamedBy
) -> None:
    url = endpoint(lambda _: http_answer({"phone": "1"}, "Set-Cookie: a=b"))
    assert blamed_by("RE", url) == blamed_by("RE", url)
