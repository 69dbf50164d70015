"""`pbx cases`."""

import json
from collections.abc import Callable, Iterable
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

import pytest

from harness.certify import registry
from harness.certify.applicability import inapplicable
from harness.certify.model import Case, Keyword, Source
from mockpbx.manifest.endpoint import Endpoint

Pbx = Callable[..., Any]
E = TypeVar("E", bound=Enum)

CASES = registry.cases()


def sorted_values(found: Iterable[E]) -> list[E]:
    return sorted(set(found), key=lambda one: str(one.value))


def ids(pbx: Pbx, *words: object) -> list[str]:
    result = pbx("cases", *words, "--json", "-")
    assert result.exit_code == 0, result.stderr
    return [case["id"] for case in json.loads(result.stdout)]


def those(chosen: Callable[[Case], bool]) -> list[str]:
    return [case.id for case in CASES.values() if chosen(case)]


def those_of(requirement: str) -> list[str]:
    return those(lambda case: case.requirement.id == requirement)


# -- the list --------------------------------------------------------------------------


def test_all_cases_are_listed_one_a_line(pbx: Pbx) -> None:
    lines = pbx("cases").stdout.splitlines()
    assert [line.split()[0] for line in lines[1:-2]] == list(CASES)
    assert lines[-1] == f"{len(CASES)} cases; pbx explain ID says more"
    assert all(case.title in line for case, line in zip(CASES.values(), lines[1:], strict=False))


def test_as_json_a_case_tells_what_it_needs(pbx: Pbx) -> None:
    (case,) = json.loads(pbx("cases", "SEQ-001", "--json", "-").stdout)
    assert case["facts"] == ["courier", "customer", "order"]
    assert case["keyword"] == "MUST"
    assert "applicable" not in case


@pytest.mark.parametrize("word", ["SEQ-001", "seq-001"])
def test_a_case_is_found_by_its_id(pbx: Pbx, word: str) -> None:
    assert ids(pbx, word) == ["SEQ-001"]


def test_cases_are_found_by_pattern_family_requirement_and_words(pbx: Pbx) -> None:
    reply = those(lambda case: case.family == "REPLY")
    assert ids(pbx, "REPLY-*") == ids(pbx, "reply") == ids(pbx, "--family", "reply") == reply
    requirement = CASES["SEQ-001"].requirement.id
    assert ids(pbx, requirement) == those_of(requirement)
    assert "SEQ-002" in ids(pbx, "two open ORDERS")


def test_several_words_widen_and_options_narrow(pbx: Pbx) -> None:
    assert ids(pbx, "SEQ-001", "SEQ-002") == ["SEQ-001", "SEQ-002"]
    assert ids(pbx, "SEQ-001", "REPLY-001", "--family", "SEQ") == ["SEQ-001"]


@pytest.mark.parametrize(
    "source", sorted_values(case.requirement.source for case in CASES.values())
)
def test_cases_are_chosen_by_source(pbx: Pbx, source: Source) -> None:
    wanted = those(lambda case: case.requirement.source is source)
    assert ids(pbx, "--source", source.value) == wanted


@pytest.mark.parametrize(
    "keyword", sorted_values(case.requirement.keyword for case in CASES.values())
)
def test_cases_are_chosen_by_keyword_in_any_case(pbx: Pbx, keyword: Keyword) -> None:
    wanted = those(lambda case: case.requirement.keyword is keyword)
    assert ids(pbx, "--keyword", keyword.value.lower()) == wanted


@pytest.mark.parametrize(
    "words", [["xyzzy"], ["--family", "NONE"], ["SEQ-001", "--family", "REPLY"], ["--source", "x"]]
)
@pytest.mark.parametrize("more", [[], ["--requirements"], ["--json", "-"]])
def test_a_filter_that_matches_nothing_is_exit_code_2(
    pbx: Pbx, words: list[str], more: list[str]
) -> None:
    assert pbx("cases", *words, *more).exit_code == 2


# -- what applies ----------------------------------------------------------------------


def test_a_manifest_tells_which_cases_do_not_apply_and_why(
    pbx: Pbx, manifest: Callable[..., Path]
) -> None:
    file = manifest("http://127.0.0.1:8080/", facts={"courier": "79161110001"})
    found = json.loads(pbx("cases", "--manifest", file, "--json", "-").stdout)
    by_id = {case["id"]: case for case in found}
    assert by_id["REPLY-001"]["applicable"] is True
    assert by_id["REPLY-001"]["not_applicable"] is None
    assert by_id["SEQ-001"]["not_applicable"] == "needs the fact customer, order in [facts]"
    secure = next(case.id for case in CASES.values() if case.capability == "https")
    assert "does not declare https" in by_id[secure]["not_applicable"]


def test_people_see_how_many_do_not_apply(pbx: Pbx, manifest: Callable[..., Path]) -> None:
    file = manifest("http://127.0.0.1:8080/", facts={"courier": "79161110001"})
    printed = pbx("cases", "SEQ-001", "--manifest", file).stdout
    assert "needs the fact customer, order in [facts]" in printed
    assert printed.endswith("1 case, of which 1 not applicable\n")


def test_the_more_is_declared_the_more_applies() -> None:
    little = Endpoint.at("http://127.0.0.1/")
    much = Endpoint.at("https://127.0.0.1/")
    fewer, more = (
        {
            case.id
            for case in CASES.values()
            if inapplicable(case, known.facts, known.capabilities) is None
        }
        for known in (little, much)
    )
    assert fewer < more


def test_a_manifest_that_is_wrong_is_exit_code_2(pbx: Pbx, tmp_path: Path) -> None:
    result = pbx("cases", "--manifest", tmp_path / "pbx.toml")
    assert result.exit_code == 2
    assert "no such file" in result.stderr


# -- requirements ----------------------------------------------------------------------


def test_every_requirement_is_listed_with_its_cases_or_why_it_has_none(pbx: Pbx) -> None:
    found = json.loads(pbx("cases", "--requirements", "--json", "-").stdout)
    assert {one["id"] for one in found} == {one.id for one in registry.requirements()}
    for one in found:
        assert one["cases"] == those_of(one["id"])
        assert one["cases"] or one["excluded"] or one["keyword"] != "MUST"


def test_a_requirement_is_listed_with_all_its_cases_whatever_was_asked_for(pbx: Pbx) -> None:
    (one,) = json.loads(pbx("cases", "SEQ-001", "--requirements", "--json", "-").stdout)
    requirement = CASES["SEQ-001"].requirement.id
    assert one["cases"] == those_of(requirement)


def test_requirements_are_listed_one_a_line_with_a_sum(pbx: Pbx) -> None:
    lines = pbx("cases", "--requirements").stdout.splitlines()
    total = len(registry.requirements())
    tested = len({case.requirement.id for case in CASES.values()})
    assert lines[-1] == f"{total} requirements, {tested} tested, {total - tested} not"
    assert {line.split()[0] for line in lines[1:-2]} == {one.id for one in registry.requirements()}


def test_a_requirement_without_cases_says_why(pbx: Pbx) -> None:
    excluded = [one for one in registry.requirements() if one.excluded is not None]
    for requirement in excluded:
        printed = pbx("cases", requirement.id, "--requirements").stdout
        assert f"not tested: {requirement.excluded}" in printed
