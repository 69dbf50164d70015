"""Facts about the catalogue of requirements and cases."""

import re
from collections import Counter

import pytest

from harness.certify import checks, registry
from harness.certify.model import Case, Keyword, Requirement, Source, Verdict
from harness.certify.reasons import Finding, Saw, satisfied
from mockpbx.callscript import library
from mockpbx.errors import HarnessError
from mockpbx.wire.request import Method

CASES = list(registry.cases().values())
REQUIREMENTS = list(registry.requirements())
SCRIPTS = {script.id for script in library.catalogue()}

MOST_GUESSES = 9
"""Wrong orders that a courier may enter in an hour before the reference server locks them out."""
CAPABILITIES = {None, "https", "states", *(method.value for method in Method)}


@pytest.fixture(scope="module", autouse=True)
def _registered() -> None:
    checks.load()


async def a_check(_context: object) -> Finding:
    return satisfied()


def names(found: list[Case]) -> list[str]:
    return [case.id for case in found]


def test_there_are_many_cases() -> None:
    assert len(CASES) >= 130


def test_every_family_has_cases_and_they_are_in_the_order_of_the_report() -> None:
    assert list(dict.fromkeys(case.family for case in CASES)) == list(registry.FAMILIES)
    for family in registry.FAMILIES:
        ids = [case.id for case in CASES if case.family == family]
        assert ids == sorted(ids)


def test_ids_are_a_family_and_three_digits() -> None:
    families = "|".join(registry.FAMILIES)
    assert not [case.id for case in CASES if not re.fullmatch(rf"({families})-\d{{3}}", case.id)]


def test_ids_of_requirements_are_small_words_and_unique() -> None:
    ids = [requirement.id for requirement in REQUIREMENTS]
    assert not [one for one in ids if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", one)]
    assert not [one for one, times in Counter(ids).items() if times > 1]


def test_titles_are_sentences_that_no_other_case_has() -> None:
    titles = Counter(case.title for case in CASES)
    assert not [title for title, times in titles.items() if times > 1]
    assert not [title for title in titles if not title[0].isupper() or title.endswith(".")]


# -- coverage --------------------------------------------------------------------------


def test_every_must_has_a_case_or_a_reason_why_not() -> None:
    tested = {case.requirement.id for case in CASES}
    musts = [one for one in REQUIREMENTS if one.keyword is Keyword.MUST]
    assert not [one.id for one in musts if one.id not in tested and not one.excluded]


def test_no_requirement_is_both_tested_and_excluded() -> None:
    tested = {case.requirement.id for case in CASES}
    assert not [one.id for one in REQUIREMENTS if one.id in tested and one.excluded]


def test_every_requirement_without_a_case_says_why() -> None:
    tested = {case.requirement.id for case in CASES}
    assert not [one.id for one in REQUIREMENTS if one.id not in tested and not one.excluded]


def test_every_case_has_a_check_or_a_script() -> None:
    assert not names([case for case in CASES if not registry.check_of(case) and not case.script])


def test_every_script_is_one_of_the_catalogue() -> None:
    assert not [case.id for case in CASES if case.script and case.script not in SCRIPTS]


def test_a_check_of_a_case_that_nobody_named_is_refused() -> None:
    with pytest.raises(HarnessError, match="which no requirement names"):
        registry.check("REPLY-999")(a_check)


def test_a_second_check_of_a_case_is_refused() -> None:
    case = next(case for case in CASES if registry.check_of(case))
    with pytest.raises(HarnessError, match="has two checks"):
        registry.check(case.id)(a_check)


# -- requirements ----------------------------------------------------------------------


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=lambda one: one.id)
def test_a_requirement_says_all_that_helps(requirement: Requirement) -> None:
    texts = [requirement.text, requirement.documented, requirement.why, requirement.fix]
    assert all(text.strip() for text in texts)
    assert requirement.text.endswith(".")
    assert requirement.excluded is None or requirement.excluded.strip()


def test_nothing_but_what_is_written_somewhere_can_fail_an_endpoint() -> None:
    binding = {Source.VENDOR_DOC, Source.STANDARD, Source.PRIVACY, Source.DECLARED}
    failing = [one for one in REQUIREMENTS if one.verdict(Saw.VIOLATED) is Verdict.FAIL]
    assert {one.source for one in failing} <= binding
    assert {one.keyword for one in failing} == {Keyword.MUST}
    assumed = [one for one in REQUIREMENTS if one.source not in binding]
    assert {one.verdict(Saw.VIOLATED) for one in assumed} <= {Verdict.INFO}


def test_the_same_catalogue_has_the_same_digest() -> None:
    assert registry.digest() == registry.digest()
    assert re.fullmatch("sha256:[0-9a-f]{64}", registry.digest())


# -- what cases need -------------------------------------------------------------------


def test_facts_are_named_as_in_a_manifest() -> None:
    wrong = [
        (case.id, fact)
        for case in CASES
        for fact in case.needs
        if not re.fullmatch(r"[a-z][a-z0-9_]*", fact)
    ]
    assert not wrong


def test_capabilities_are_those_that_an_endpoint_can_declare() -> None:
    assert not [case.id for case in CASES if case.capability not in CAPABILITIES]


def test_the_wrong_orders_of_all_cases_do_not_lock_a_courier_out() -> None:
    # Those of REQ and ROBUST come last, and look themselves who is not locked out yet.
    others = [case for case in CASES if case.family not in ("REQ", "ROBUST")]
    guessing = {case.id: case.guesses for case in others if case.guesses}
    without_states = {
        case_id: guesses
        for case_id, guesses in guessing.items()
        if registry.cases()[case_id].capability != "states"
    }
    assert sum(without_states.values()) <= MOST_GUESSES
