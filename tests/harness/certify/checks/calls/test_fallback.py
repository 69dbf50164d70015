"""Scenarios that leave callers alone when the endpoint fails, and the case that tells."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from harness.certify.model import Verdict
from harness.certify.sentences import sentence
from mockpbx.core.instruction import Announcement
from mockpbx.core.observed import Observed
from mockpbx.core.scenario import (
    Announce,
    Fallback,
    ForwardTo,
    HangUp,
    Menu,
    Operation,
    Scenario,
)
from mockpbx.scenario import library as scenarios

if TYPE_CHECKING:
    from tests.harness.certify.checks.calls.conftest import Asked, Certified, Said, Shop

FIRST = [f"FALLBACK-{number:03}" for number in range(1, 22)]
LATER = ["FALLBACK-022", "FALLBACK-023", "FALLBACK-024"]
OTHERS = [f"FALLBACK-{number:03}" for number in range(25, 31)]
NOTHING = Fallback()
SORRY = Announce(announcement=Announcement(text="We are sorry, please call later."))


def line(changes: dict[str, dict[str, Any]] | None = None, **more: Operation) -> Scenario:
    """Return the courier line with other settings of some operations, and with more of them."""
    scenario = scenarios.load("courier-line")
    operations = dict(scenario.operations) | more
    for name, settings in (changes or {}).items():
        operations[name] = replace(operations[name], **settings)
    return replace(scenario, operations=operations)


SPOILT: dict[str, tuple[list[str], Scenario, Verdict]] = {
    "the first question": (
        FIRST,
        line({"who-is-calling": {"fallback": NOTHING}}),
        Verdict.NONSTRICT,
    ),
    "a later question": (LATER, line({"try-again": {"fallback": NOTHING}}), Verdict.NONSTRICT),
    "nobody answers": (OTHERS[:3], line({"operators": {"unreached": None}}), Verdict.INFO),
    "silence twice": (
        OTHERS[3:4],
        line({"who-is-calling": {"fallback": Fallback(default="ask-order")}}),
        Verdict.INFO,
    ),
    "night": (OTHERS[4:5], line({"hours": {"closed": None}}), Verdict.INFO),
    "only words": (
        OTHERS[5:],
        line({"ask-order": {"fallback": Fallback(default="sorry")}}, sorry=SORRY),
        Verdict.INFO,
    ),
}


@pytest.mark.parametrize("lack", SPOILT)
def test_a_scenario_that_leaves_callers_alone_is_remarked_upon(
    lack: str, certified: Certified
) -> None:
    blamed, scenario, verdict = SPOILT[lack]
    results = certified("FALLBACK-", scenario=scenario)
    for case_id in blamed:
        result = results[case_id]
        assert result.verdict is verdict, sentence(result.finding)
        assert result.finding.reason.expected
        assert result.finding.reason.received


def test_each_case_has_a_scenario_that_breaks_it() -> None:
    blamed = [case_id for case_ids, _, _ in SPOILT.values() for case_id in case_ids]
    assert blamed == [*FIRST, *LATER, *OTHERS]


def test_the_courier_line_looks_after_everybody(certified: Certified) -> None:
    results = certified("FALLBACK-")
    assert list(results) == [*FIRST, *LATER, *OTHERS]
    assert {result.verdict for result in results.values()} == {Verdict.PASS}


def test_each_failure_is_the_one_that_its_case_is_about(certified: Certified) -> None:
    results = certified("FALLBACK-")
    seen = [results[case_id].calls[0].record.requests[0].failure for case_id in FIRST]
    observed = [failure.observed for failure in seen if failure is not None]
    assert len(observed) == len(FIRST)
    # A late answer is a deadline first: that it came is seen afterwards.
    assert set(observed) == set(Observed) - {Observed.LATE}
    assert results["FALLBACK-021"].calls[0].record.requests[0].late_at == pytest.approx(6)


def test_nothing_is_sent_to_the_endpoint(certified: Certified) -> None:
    asked_for: list[str] = []

    def listens(asked: Asked, shop: Shop) -> Said:
        asked_for.append(asked.target)
        return shop(asked)

    results = certified("FALLBACK-", listens)
    assert asked_for == []
    assert not any(result.exchanges for result in results.values())


def test_what_the_caller_lives_through_is_told(certified: Certified) -> None:
    result = certified("FALLBACK-009")["FALLBACK-009"]
    assert result.finding.reason.received == (
        "who-is-calling, deadline → operators: 5.0 s of dead air, "
        "then the caller talked to 74950000101"
    )


def test_the_deadline_of_the_manifest_is_the_one_that_is_waited_for(certified: Certified) -> None:
    result = certified("FALLBACK-028", deadline_s=2.5)["FALLBACK-028"]
    assert result.finding.reason.received == "2.5 s of dead air at most"


def test_the_question_without_a_fallback_is_named(certified: Certified) -> None:
    _, scenario, _ = SPOILT["a later question"]
    finding = certified("FALLBACK-022", scenario=scenario)["FALLBACK-022"].finding
    assert finding.reason.expected == "try-again has an operation to fall back to"
    assert "try-again, deadline → nothing: 5.0 s of dead air" in finding.reason.received


def test_a_fallback_that_only_hangs_up_is_none(certified: Certified) -> None:
    scenario = line({"who-is-calling": {"fallback": Fallback(default="end")}}, end=HangUp())
    result = certified("FALLBACK-001", scenario=scenario)["FALLBACK-001"]
    assert result.verdict is Verdict.NONSTRICT
    assert "at least a word about it" in result.finding.reason.expected


def test_a_fallback_that_asks_once_more_and_then_gives_up_is_none(certified: Certified) -> None:
    scenario = line(
        {
            "who-is-calling": {"fallback": Fallback(default="ask-order")},
            "ask-order": {"fallback": NOTHING},
        }
    )
    result = certified("FALLBACK-001", scenario=scenario)["FALLBACK-001"]
    assert result.verdict is Verdict.NONSTRICT


def test_a_fallback_that_goes_round_in_circles_is_none(certified: Certified) -> None:
    scenario = line({"who-is-calling": {"fallback": Fallback(default="who-is-calling")}})
    result = certified("FALLBACK-010", scenario=scenario)["FALLBACK-010"]
    assert result.verdict is Verdict.NONSTRICT
    assert "max_transition_count_exceeded" in result.finding.reason.received


def test_a_fallback_for_some_failures_is_one_for_these(certified: Certified) -> None:
    some = Fallback(by_failure={Observed.REFUSED: "operators", Observed.DEADLINE: "voicemail"})
    results = certified("FALLBACK-0", scenario=line({"who-is-calling": {"fallback": some}}))
    passed = [case_id for case_id in FIRST if results[case_id].verdict is Verdict.PASS]
    assert passed == ["FALLBACK-001", "FALLBACK-009", "FALLBACK-021"]


def test_an_apology_is_a_fallback_though_a_poor_one(certified: Certified) -> None:
    scenario = line({"who-is-calling": {"fallback": Fallback(default="sorry")}}, sorry=SORRY)
    results = certified("FALLBACK-0", scenario=scenario)
    assert {results[case_id].verdict for case_id in FIRST} == {Verdict.PASS}
    assert results["FALLBACK-030"].verdict is Verdict.INFO


def test_a_menu_in_the_fallback_is_answered(certified: Certified) -> None:
    menu = Menu(choices={"7": "operators"}, prompt=Announcement(text="Press 7."), attempts=1)
    scenario = line({"who-is-calling": {"fallback": Fallback(default="choose")}}, choose=menu)
    result = certified("FALLBACK-001", scenario=scenario)["FALLBACK-001"]
    assert result.finding.reason.received.endswith("the caller talked to 74950000101")


@pytest.mark.parametrize("name", scenarios.builtin_names())
def test_no_scenario_can_fail_an_endpoint(name: str, certified: Certified) -> None:
    results = certified("FALLBACK-", scenario=scenarios.load(name))
    allowed = {Verdict.PASS, Verdict.NONSTRICT, Verdict.INFO, Verdict.NOT_APPLICABLE}
    assert {result.verdict for result in results.values()} <= allowed


def test_a_scenario_that_asks_once_has_no_later_question(certified: Certified) -> None:
    results = certified("FALLBACK-02", scenario=scenarios.load("direct"))
    for case_id in (*LATER, "FALLBACK-029"):
        assert results[case_id].verdict is Verdict.NOT_APPLICABLE


def test_a_scenario_that_never_asks_has_nothing_to_fall_back_from(certified: Certified) -> None:
    scenario = Scenario(
        name="mute", start="operators", operations={"operators": ForwardTo(phones=("101",))}
    )
    results = certified("FALLBACK-", scenario=scenario)
    verdicts = {case_id: result.verdict for case_id, result in results.items()}
    # Whoever calls is looked after, for the endpoint is asked at no hour.
    assert verdicts.pop("FALLBACK-029") is Verdict.PASS
    assert set(verdicts.values()) == {Verdict.NOT_APPLICABLE}
