"""Instructions that are wrong or odd, each blamed by its own case and by no other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from harness.certify.checks.reply_template import unfilled
from harness.certify.model import Verdict
from mockpbx.core.scenario import Interactive, Scenario
from mockpbx.scenario import library as scenarios

if TYPE_CHECKING:
    from tests.harness.certify.checks.conftest import Answer, Asked, BlamedBy, OpenEndpoint, Said

SHOP = "74950000101"
STRANGER = "79990000009"

WRONG: dict[str, tuple[Verdict, dict[str, Any]]] = {
    "REPLY-050": (Verdict.FAIL, {"status": "ok"}),
    "REPLY-051": (Verdict.FAIL, {"phone": [SHOP]}),
    "REPLY-052": (Verdict.FAIL, {"data": {"phones": [SHOP]}}),
    "REPLY-053": (Verdict.INFO, {"phones": [SHOP], "returned_code": 2}),
    "REPLY-054": (Verdict.INFO, {"text": "Hello.", "returned_code": 2}),
    "REPLY-055": (Verdict.INFO, {"returned_code": 2, "comment": "stranger"}),
    # the return code
    "REPLY-080": (Verdict.FAIL, {"returned_code": 99}),
    "REPLY-082": (Verdict.INFO, {"returned_code": "2"}),
    "REPLY-083": (Verdict.FAIL, {"returned_code": 1.5}),
    "REPLY-084": (Verdict.FAIL, {"returned_code": -1}),
    "REPLY-085": (Verdict.FAIL, {"returned_code": True}),
    "REPLY-087": (Verdict.INFO, {"phones": [SHOP], "returned_code": None}),
    "REPLY-086": (Verdict.INFO, {"returned_code": [2, 4]}),
    # phones
    "REPLY-060": (Verdict.FAIL, {"phones": SHOP}),
    "REPLY-061": (Verdict.FAIL, {"phones": [int(SHOP)]}),
    "REPLY-062": (Verdict.FAIL, {"phones": []}),
    "REPLY-063": (Verdict.INFO, {"phones": [], "text": "Nobody is there."}),
    "REPLY-064": (Verdict.INFO, {"phones": None, "returned_code": 2}),
    "REPLY-065": (Verdict.FAIL, {"phones": ["+" + SHOP]}),
    "REPLY-066": (Verdict.FAIL, {"phones": ["+7 (495) 000-01-01"]}),
    "REPLY-067": (Verdict.FAIL, {"phones": [[SHOP]]}),
    "REPLY-068": (Verdict.FAIL, {"phones": ["sip:shop@example.com"]}),
    "REPLY-069": (Verdict.INFO, {"phones": [str(number) for number in range(101)]}),
    "REPLY-070": (Verdict.INFO, {"phones": [SHOP, "101", SHOP]}),
    "REPLY-071": (Verdict.INFO, {"phones": [STRANGER]}),
    "REPLY-072": (Verdict.INFO, {"phones": ["74951234567"]}),
    "REPLY-073": (Verdict.INFO, {"phones": ["7495000010174950000102"]}),
    "REPLY-100": (Verdict.FAIL, {"phones": ["{{phone}}"]}),
    # words
    "REPLY-090": (Verdict.INFO, {"text": "Hello.", "message_name": "hello.mp3"}),
    "REPLY-091": (Verdict.FAIL, {"text": 5}),
    "REPLY-092": (Verdict.INFO, {"phones": [SHOP], "text": ""}),
    "REPLY-094": (Verdict.INFO, {"text": "Please hold the line. " * 50}),
    "REPLY-095": (Verdict.INFO, {"message_name": "m" * 256}),
    "REPLY-096": (Verdict.INFO, {"phones": [SHOP], "operator_message": {"operator_text": "A."}}),
    "REPLY-097": (Verdict.INFO, {"phones": [SHOP], "operator_text": "A stranger."}),
    "REPLY-098": (Verdict.FAIL, {"phones": [SHOP], "operator_message": 7}),
    "REPLY-099": (Verdict.INFO, {"returned_code": 2, "operator_message": "A stranger."}),
    "REPLY-101": (Verdict.INFO, {"text": "Hello, ${name}!"}),
}


def _to_strangers(said: Said, courier_line: Answer) -> Answer:
    def answer(asked: Asked) -> Said:
        return said if asked.caller == STRANGER else courier_line(asked)

    return answer


@pytest.mark.parametrize("case_id", WRONG)
def test_an_instruction_that_is_wrong_is_told_by_its_own_case(
    case_id: str, endpoint: OpenEndpoint, courier_line: Answer, blamed_by: BlamedBy
) -> None:
    verdict, said = WRONG[case_id]
    url = endpoint(_to_strangers(said, courier_line))
    prefix = "REPLY-0" if case_id < "REPLY-1" else "REPLY"
    assert blamed_by(prefix, url) == {case_id: verdict}


def _with_a_word_slot() -> Scenario:
    scenario = scenarios.load("courier-line")
    asks = scenario.operations["who-is-calling"]
    assert isinstance(asks, Interactive)
    worded = replace(asks, branches={**asks.branches, "shop": "shop"})
    return replace(scenario, operations={**scenario.operations, "who-is-calling": worded})


def test_a_word_with_a_slot_is_only_told_of(
    endpoint: OpenEndpoint, courier_line: Answer, blamed_by: BlamedBy
) -> None:
    url = endpoint(_to_strangers({"returned_code": "shop"}, courier_line))
    blamed = blamed_by("REPLY-0", url, scenario=_with_a_word_slot())
    assert blamed == {"REPLY-081": Verdict.INFO}


def test_a_word_without_a_slot_leads_nowhere(
    endpoint: OpenEndpoint, courier_line: Answer, blamed_by: BlamedBy
) -> None:
    url = endpoint(_to_strangers({"returned_code": "shop"}, courier_line))
    assert blamed_by("REPLY-0", url) == {"REPLY-080": Verdict.FAIL, "REPLY-081": Verdict.INFO}


SAME_CASE: list[tuple[str, dict[str, Any]]] = [
    ("REPLY-050", {}),
    ("REPLY-050", {"returned_code": ""}),
    ("REPLY-050", {"returned_code": None, "text": ""}),
    ("REPLY-050", {"operator_message": "order.mp3", "phones_of_the_shop_in_town": 1}),
    ("REPLY-051", {"Phones": [SHOP]}),
    ("REPLY-051", {"returnedCode": 2}),
    ("REPLY-060", {"phones": {"0": SHOP}}),
    ("REPLY-062", {"phones": None}),
    ("REPLY-062", {"phones": [], "text": "", "returned_code": None}),
    ("REPLY-067", {"phones": [{"phone": SHOP}, None]}),
    ("REPLY-068", {"phones": [""]}),
    ("REPLY-080", {"returned_code": [2, 99]}),
    ("REPLY-085", {"returned_code": {"code": 2}}),
    ("REPLY-091", {"phones": [SHOP], "message_name": 7}),
    ("REPLY-098", {"phones": [SHOP], "operator_message": {"text": "A stranger."}}),
    ("REPLY-098", {"phones": [SHOP], "operator_message": ["order.mp3"]}),
]


@pytest.mark.parametrize(("case_id", "said"), SAME_CASE)
def test_what_is_wrong_in_the_same_way_is_told_by_the_same_case(
    case_id: str,
    said: dict[str, Any],
    endpoint: OpenEndpoint,
    courier_line: Answer,
    blamed_by: BlamedBy,
) -> None:
    blamed = blamed_by(case_id, endpoint(_to_strangers(said, courier_line)))
    assert blamed == {case_id: Verdict.FAIL}


@pytest.mark.parametrize(
    "place",
    [
        "{{phone}}",
        "{% order %}",
        "${order}",
        "%(order)s",
        "Order %s is here",
        "Order {order_number}",
        "<?= $order ?>",
        "[object Object]",
        "undefined",
        "None",
    ],
)
def test_the_open_place_of_a_template_is_recognised(place: str) -> None:
    assert unfilled(place)


@pytest.mark.parametrize("text", ["5% off, 10 %", "100%", "None of us", "Order 10523", "{}", "$5"])
def test_ordinary_words_are_no_template(text: str) -> None:
    assert not unfilled(text)
