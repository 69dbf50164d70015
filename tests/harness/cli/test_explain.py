"""`pbx explain`."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from harness.certify import registry
from harness.certify.model import Case, Source, Verdict
from harness.certify.reasons import Saw

Pbx = Callable[..., Any]

CASES = list(registry.cases().values())
CASES_BY_WEIGHT = {
    f"{case.requirement.keyword.value} from {case.requirement.source.value}": case for case in CASES
}


@pytest.fixture(scope="module")
def explained(pbx: Pbx) -> Mapping[str, Any]:
    """What comes of asking for each case."""
    return {case.id: pbx("explain", case.id) for case in CASES}


def unwrapped(text: str) -> str:
    """Undo the breaking of lines."""
    return " ".join(text.split())


def test_a_case_is_explained_with_all_that_helps_to_fix_it(pbx: Pbx) -> None:
    result = pbx("explain", "REPLY-001")
    case = registry.cases()["REPLY-001"]
    requirement = case.requirement
    assert result.exit_code == 0
    assert result.stdout.startswith(f"REPLY-001  {case.title}\n")
    said = unwrapped(result.stdout)
    for text in (requirement.text, requirement.documented, requirement.why, requirement.fix):
        assert unwrapped(text) in said
    assert f"({requirement.keyword.value}, {requirement.id})" in said
    assert said.endswith("try it pbx certify URL --only REPLY-001")


def test_an_id_may_be_written_small(pbx: Pbx) -> None:
    assert pbx("explain", "reply-001").stdout == pbx("explain", "REPLY-001").stdout


def test_a_requirement_is_explained_with_all_its_cases(pbx: Pbx) -> None:
    requirement = registry.cases()["SEQ-001"].requirement
    cases = [case for case in CASES if case.requirement.id == requirement.id]
    said = unwrapped(pbx("explain", requirement.id).stdout)
    assert said.startswith(f"{requirement.id} required")
    for case in cases:
        assert f"{case.id} {case.title}" in said
    assert said.endswith(f"--only {','.join(case.id for case in cases)}")


def test_the_facts_that_a_case_needs_are_said_with_what_they_are(pbx: Pbx) -> None:
    said = unwrapped(pbx("explain", "SEQ-001").stdout)
    assert "order (an open order, carried by courier)" in said
    assert "give them in [facts] of pbx.toml" in said


def test_what_an_endpoint_must_declare_is_said(pbx: Pbx) -> None:
    with_https = next(case for case in CASES if case.capability == "https")
    assert "only with an address that begins with https:" in unwrapped(
        pbx("explain", with_https.id).stdout
    )


def test_a_case_that_guesses_says_so(pbx: Pbx) -> None:
    guessing = next(case for case in CASES if case.guesses)
    assert f"enters {guessing.guesses} wrong order" in unwrapped(pbx("explain", guessing.id).stdout)


def test_a_case_that_plays_a_script_names_it_and_its_facts(pbx: Pbx) -> None:
    case = next(case for case in CASES if case.script is not None)
    assert f"pbx catalogue show {case.script}" in unwrapped(pbx("explain", case.id).stdout)
    content = json.loads(pbx("explain", case.id, "--json", "-").stdout)
    assert "virtual_number" in content["cases"][0]["facts"]


def test_an_assumption_is_marked_and_said_to_be_harmless(pbx: Pbx) -> None:
    case = next(one for one in CASES if one.requirement.source is Source.ASSUMPTION)
    said = unwrapped(pbx("explain", case.id).stdout)
    assert "source AN ASSUMPTION: nobody documents it" in said
    assert "recorded only; the endpoint can be certified all the same" in said


@pytest.mark.parametrize("case", CASES_BY_WEIGHT.values(), ids=CASES_BY_WEIGHT)
def test_what_happens_if_it_is_broken_is_said(pbx: Pbx, case: Case) -> None:
    consequence = {
        Verdict.FAIL: "if broken the endpoint is not certified",
        Verdict.NONSTRICT: "if broken a remark;",
        Verdict.INFO: "if broken recorded only;",
    }[case.requirement.verdict(Saw.VIOLATED)]
    assert consequence in unwrapped(pbx("explain", case.id).stdout)


def test_every_case_can_be_explained(explained: Mapping[str, Any]) -> None:
    assert explained.keys() == registry.cases().keys()
    assert {name: result.exit_code for name, result in explained.items()} == dict.fromkeys(
        explained, 0
    )


def test_every_requirement_can_be_explained(pbx: Pbx) -> None:
    for requirement in registry.requirements():
        assert pbx("explain", requirement.id).exit_code == 0
        assert json.loads(pbx("explain", requirement.id, "--json", "-").stdout)["requirement"]


def test_every_case_can_be_explained_as_json(pbx: Pbx) -> None:
    for case in CASES:
        assert json.loads(pbx("explain", case.id, "--json", "-").stdout)["requirement"]


def test_a_requirement_that_no_case_tests_says_why(pbx: Pbx) -> None:
    excluded = [one for one in registry.requirements() if one.excluded is not None]
    for requirement in excluded:
        said = unwrapped(pbx("explain", requirement.id).stdout)
        assert unwrapped(f"not tested {requirement.excluded}") in said


def test_as_json_all_is_said_that_is_known(pbx: Pbx) -> None:
    content = json.loads(pbx("explain", "REPLY-001", "--json", "-").stdout)
    assert set(content) == {
        "requirement_id",
        "requirement",
        "keyword",
        "source",
        "if_broken",
        "documented",
        "why",
        "fix",
        "excluded",
        "cases",
        "try",
    }
    assert content["cases"][0]["id"] == "REPLY-001"


@pytest.mark.parametrize(
    ("name", "near"),
    [("REPLY-0001", "REPLY-001"), ("REPLI-001", "REPLY-001"), ("answer-is-20", "answer-is-200")],
)
def test_a_slip_of_the_keyboard_is_answered_with_what_was_meant(
    pbx: Pbx, name: str, near: str
) -> None:
    result = pbx("explain", name)
    assert result.exit_code == 2
    assert "did you mean" in result.stderr
    assert near in result.stderr


@pytest.mark.parametrize("name", ["xyzzy", "", "?" * 5000])
def test_what_is_like_nothing_is_answered_with_where_to_look(pbx: Pbx, name: str) -> None:
    result = pbx("explain", name)
    assert result.exit_code == 2
    assert "pbx cases lists them" in result.stderr


def test_lines_are_as_wide_as_they_can_be_read(explained: Mapping[str, Any]) -> None:
    for result in explained.values():
        for line in result.stdout.splitlines()[1:]:
            assert len(line) <= 100 or " " not in line.strip()
