"""Values as JSON."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import pytest

from harness.display import plain
from mockpbx.masking import Masker
from mockpbx.result.call_result import CallResult
from mockpbx.wire.messages import HttpReply, HttpRequest

Rehearse = Callable[..., CallResult]


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True)
class Point:
    x: float
    colour: Colour


@pytest.mark.parametrize(
    ("value", "json"),
    [
        (Point(1.23456, Colour.RED), {"x": 1.2346, "colour": "red"}),
        ((1, None, True, "a"), [1, None, True, "a"]),
        ({"a": frozenset({1})}, {"a": [1]}),
        (b"caf\xc3\xa9 \xff", "café \\xff"),
        (b"x" * 5000, "x" * plain.MOST_BODY + "…"),
    ],
)
def test_a_value_becomes_json(value: object, json: object) -> None:
    assert plain.plain(value) == json


def test_what_has_no_form_in_json_is_refused() -> None:
    with pytest.raises(TypeError, match="object has no form in JSON"):
        plain.plain(object())


def test_of_a_request_the_names_of_headers_are_kept_and_their_values_hidden() -> None:
    request = HttpRequest(
        method="POST",
        url="http://me:hunter2@h/?token=abcd&x=1",
        headers=(("X-Token", "abcd"), ("Content-Type", "application/json")),
        body=b"{}",
    )
    assert plain.plain(request) == {
        "method": "POST",
        "url": "http://***@h/?token=***&x=1",
        "headers": [["X-Token", "***"], ["Content-Type", "application/json"]],
        "body": "{}",
    }
    curl = plain.redacted(request).curl()
    assert "abcd" not in curl
    assert "hunter2" not in curl
    assert "--header 'X-Token: ***'" in curl


def test_of_a_reply_everything_is_kept() -> None:
    reply = HttpReply(
        status=200, reason="OK", headers=(("X-A", "b"),), body=b"{}", http_version="HTTP/1.1"
    )
    told = {"status": 200, "reason": "OK", "headers": [["X-A", "b"]], "body": "{}"}
    assert plain.plain(reply) == told


def test_keys_are_not_taken_for_secrets_but_may_be_numbers() -> None:
    mask = Masker().and_secrets(["name"])
    assert plain.masked({"name": "name", "79161110001": 1}, mask) == {
        "name": "***",
        "7916*****01": 1,
    }


def test_a_whole_number_that_is_somebodys_is_hidden_and_others_are_left() -> None:
    told = plain.masked([79161110001, 4, True, 1.5], Masker())
    assert told == ["7916*****01", 4, True, 1.5]


def test_the_people_of_a_call_are_hidden_in_all_of_it(rehearse: Rehearse) -> None:
    played = rehearse({"phones": ["79175968108"], "text": "You are 8 916 111-00-01."})
    told = str(plain.call(played, Masker()))
    assert "79175968108" not in told
    assert "111-00-01" not in told
    assert "74951234567" in told
    assert "'outcome': 'talked to 7917*****08 for 20 s'" in told


def test_an_answer_that_was_understood_is_told_with_its_notes(rehearse: Rehearse) -> None:
    played = rehearse({"phones": ["101"], "operator_message": "a courier calls"})
    told = plain.call(played, Masker())
    assert isinstance(told, dict)
    exchanges = told["exchanges"]
    assert isinstance(exchanges, list)
    (exchange,) = exchanges
    assert isinstance(exchange, dict)
    assert exchange["observed"] == exchange["seen"]
    observed = exchange["observed"]
    assert isinstance(observed, dict)
    assert observed["instruction"] == {
        "phones": ["101"],
        "whisper": {"media": None, "text": "a courier calls"},
    }
    assert "operator_message is a string" in str(observed["notes"])
