"""Facts: which cannot be true, and what is lost without them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.certify import applicability, registry
from harness.certify.applicability import facts_needed
from harness.doctor import fact_checks
from harness.doctor.diagnosis import Diagnosis, Severity
from mockpbx.core.scenario import Interactive
from mockpbx.manifest.facts import FACTS
from mockpbx.masking import Masker
from mockpbx.scenario import library as scenarios

LINE = scenarios.load("courier-line")
GOOD = {
    "virtual_number": "74951234567",
    "courier": "79161110001",
    "order": "10523",
    "customer": "79175968108",
    "foreign_order": "10777",
    "foreign_customer": "79262220002",
    "unknown_order": "99999",
    "stranger": "79990000009",
}


def examined(**changes: str) -> list[Diagnosis]:
    return list(fact_checks.examine({**GOOD, **changes}, LINE))


def test_the_facts_of_the_documentation_can_be_true() -> None:
    assert examined() == []


def test_every_fact_that_a_case_needs_is_described() -> None:
    needed = {name for case in registry.cases().values() for name in facts_needed(case)}
    assert needed <= FACTS.keys()


@pytest.mark.parametrize("number", ["+79161110001", "7 (916) 111-00-01", "anonymous", "", "٧٩١٦"])
def test_a_number_that_is_not_digits_alone_is_a_problem(number: str) -> None:
    (found,) = examined(courier=number)
    assert found.severity is Severity.PROBLEM
    assert found.said == f"courier is {number!r}, which is not digits alone"
    do = "write digits alone, with the country code: no plus, no spaces, no hyphens"
    assert found.do == Masker()(found.do) == do  # nothing in it that would be masked


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("89161110001", "as it is dialled within Russia"),
        ("9161110001", "lacks the country code"),
        ("1234567890123456", "no possible phone number"),
        ("0009161110001", "no possible phone number"),
    ],
)
def test_a_number_that_no_pbx_would_send_is_worth_a_warning(number: str, said: str) -> None:
    (found,) = examined(courier=number)
    assert found.severity is Severity.WARNING
    assert said in found.said


@pytest.mark.parametrize("number", ["101", "442071234567", "79175968109"])
def test_extensions_and_foreign_numbers_are_right(number: str) -> None:
    assert examined(customer=number) == []


def test_an_order_longer_than_the_access_code_can_never_be_typed() -> None:
    (found,) = examined(order="105230")
    assert found.severity is Severity.PROBLEM
    assert found.said == "order has 6 digits, and the scenario collects 5"
    assert "it can never be typed" in found.do


def test_a_shorter_order_can_be_typed() -> None:
    assert examined(order="7") == []


def test_any_order_goes_where_nothing_is_collected() -> None:
    silent = replace(
        LINE,
        operations={
            name: replace(one, collect=None) if isinstance(one, Interactive) else one
            for name, one in LINE.operations.items()
        },
    )
    assert fact_checks.typed_at_most(LINE) == 5
    assert fact_checks.typed_at_most(silent) is None
    assert list(fact_checks.examine({**GOOD, "order": "1234567"}, silent)) == []


@pytest.mark.parametrize("order", ["A-1052", "10 523", ""])
def test_an_order_that_no_phone_has_keys_for_is_a_problem(order: str) -> None:
    (found,) = examined(order=order)
    assert found.severity is Severity.PROBLEM
    assert "nobody can type" in found.said


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("customer", "courier"),
        ("stranger", "customer"),
        ("foreign_order", "order"),
        ("unknown_order", "foreign_order"),
        ("foreign_customer", "customer"),
        ("courier", "virtual_number"),
    ],
)
def test_two_facts_that_are_one_are_a_problem(name: str, other: str) -> None:
    (found,) = examined(**{name: GOOD[other]})
    assert found.severity is Severity.PROBLEM
    assert {name, other} <= set(found.said.replace(":", "").split())
    assert "nobody can tell them apart" in found.do


def test_a_customer_may_wait_for_two_orders() -> None:
    assert examined(second_order="10524", second_customer=GOOD["customer"]) == []


def test_a_slip_in_a_name_is_pointed_out_and_a_name_of_ones_own_is_not() -> None:
    (found,) = examined(foreign_oder="10778")
    assert found.severity is Severity.WARNING
    assert (found.said, found.do) == (
        "no case uses the fact foreign_oder",
        "did you mean foreign_order?",
    )
    assert examined(branch_office="not a number") == []


def test_what_is_lost_is_told_by_reason_and_adds_up() -> None:
    found = applicability.lost({"virtual_number": "74951234567"}, frozenset({"GET"}))
    counts = [len(one.cases) for one in found]
    assert counts == sorted(counts, reverse=True)
    ids = [case.id for one in found for case in one.cases]
    assert len(ids) == len(set(ids))
    by_reason = {one.reason: one for one in found}
    https = by_reason["the endpoint does not declare https"]
    assert https.missing == ()
    assert {case.id for case in https.cases} >= {"TLS-001"}
    assert any("courier" in one.missing for one in found)


def test_nothing_is_lost_where_everything_is_declared() -> None:
    everything = dict.fromkeys(FACTS, "1")
    capabilities = frozenset({"https", "states", "GET", "POST-form", "POST-json", "POST-query"})
    assert applicability.lost(everything, capabilities) == ()


def test_the_coverage_warns_only_of_what_is_essential() -> None:
    every = len(registry.cases())
    found = applicability.coverage(GOOD, frozenset({"GET"}))
    assert found.severity is Severity.OK
    assert found.said.endswith(f"of {every} cases apply")
    less = applicability.coverage({"virtual_number": "1", "courier": "2"}, frozenset({"GET"}))
    assert less.severity is Severity.WARNING
    assert "nothing is known of order, customer" in less.said
