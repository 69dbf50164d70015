"""Variables of a call script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockpbx.callscript.variables import FORMS, fill, names, unknown_forms

FACTS = {"courier": "79161110001", "order": "10523"}


@pytest.mark.parametrize(
    ("form", "spelt"),
    [
        ("plus", "+79161110001"),
        ("national", "89161110001"),
        ("ten", "9161110001"),
        ("first3", "791"),
        ("doubled", "7916111000179161110001"),
        ("spelled", "7.9.1.6.1.1.1.0.0.0.1"),
    ],
)
def test_a_form_changes_the_spelling_of_a_number(form: str, spelt: str) -> None:
    assert fill(f"${{courier:{form}}}", FACTS) == spelt
    assert form in FORMS


def test_variables_are_filled_wherever_they_stand() -> None:
    script = {"${courier}": ["<${order}${order}>", {"n": 5, "x": None}, True]}
    assert fill(script, FACTS) == {"79161110001": ["<1052310523>", {"n": 5, "x": None}, True]}


def test_the_facts_that_are_needed_are_named_once() -> None:
    assert names({"${courier:plus}": ["${order}", 1, "${order}"]}) == {"courier", "order"}


def test_a_form_that_does_not_exist_is_found() -> None:
    assert unknown_forms(["${order:roman}", "${order:plus}", "${order}"]) == {"roman"}


def test_a_missing_fact_is_an_error() -> None:
    with pytest.raises(KeyError, match="stranger"):
        fill("${stranger}", FACTS)


def test_what_only_looks_like_a_variable_stays() -> None:
    for text in ("$order", "{order}", "${}", "${Order}", "$${"):
        assert fill(text, FACTS) == text
        assert names(text) == set()


@given(st.dictionaries(st.from_regex("[a-z][a-z0-9_]{0,8}", fullmatch=True), st.text(max_size=8)))
def test_a_script_without_facts_left_needs_none(facts: dict[str, str]) -> None:
    texts = [f"a${{{name}}}b" for name in facts]
    assert names(texts) == set(facts)
    assert fill(texts, facts) == [f"a{value}b" for value in facts.values()]
