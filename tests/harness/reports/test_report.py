"""The JSON report: what it must hold, and what it must hide."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from harness.certify.applicability import inapplicable
from harness.certify.model import (
    Case,
    CaseResult,
    Keyword,
    Level,
    Requirement,
    Run,
    Source,
    Verdict,
)
from harness.certify.reasons import (
    Assumption,
    Finding,
    ReasonKind,
    check_failed,
    not_applicable,
    satisfied,
    untestable,
    violated,
)
from harness.certify.shared import Stop, StopKind
from harness.reports.report import report, schema
from harness.reports.words import ASSUMPTIONS, LEVELS
from mockpbx.manifest.endpoint import Endpoint
from mockpbx.masking import Masker
from mockpbx.result.call_result import CallResult
from mockpbx.result.exchange import Exchange

Rehearse = Callable[..., CallResult]
COURIER, CUSTOMER = "79161110001", "79175968108"

REQUIREMENT = Requirement(
    id="answer-is-valid",
    keyword=Keyword.MUST,
    text="Every answer is an instruction.",
    source=Source.VENDOR_DOC,
    documented="Interactive call processing, the endpoint's answer",
    why="The PBX takes the fallback.",
    fix='Answer with {"phones": ["79175968108"]}.',
)
CASE = Case(id="SEQ-001", title="A courier calls", requirement=REQUIREMENT)

NAMED_IN_THE_DESIGN = {
    "": {
        *("format", "verdict", "suite", "endpoint", "manifest", "started", "duration_s", "counts"),
        *("level", "stopped", "causes"),
    },
    "case": {
        *("id", "title", "keyword", "requirement", "source", "verdict", "reason", "caller"),
        *("duration_s", "curl", "replay", "exchanges"),
    },
    "exchange": {"at", "request", "response", "elapsed_s", "observed"},
}


def result(verdict: Verdict, finding: Finding, *calls: CallResult) -> CaseResult:
    exchanges = tuple(exchange for played in calls for exchange in played.exchanges)
    return CaseResult(case=CASE, verdict=verdict, finding=finding, exchanges=exchanges, calls=calls)


def run_of(*results: CaseResult, **changes: Any) -> Run:
    run = Run(
        url="http://127.0.0.1/crm?token=abcdef",
        manifest={"facts": {"courier": COURIER}},
        started="2026-09-17T10:15:00+00:00",
        duration_s=1.25,
        results=results,
        digest=f"sha256:{'0' * 64}",
        version="0.1.0",
        endpoint=Endpoint.at("http://127.0.0.1/crm?token=abcdef"),
        level=Level.BEHAVIOUR,
    )
    return replace(run, **changes)


def report_on(run: Run, mask: Masker | None = None) -> dict[str, Any]:
    return report(run, mask or Masker())


@pytest.fixture
def called(rehearse: Rehearse) -> dict[str, Any]:
    """Return the report of a call that went well, one that did not, and one not made."""
    good = rehearse({"returned_code": 1}, {"phones": [CUSTOMER]}, dials=["10523"])
    bad = rehearse({"phone": [CUSTOMER]})
    blame = violated(expected="an instruction", received="none", blamed=bad.exchanges)
    return report_on(
        run_of(
            result(Verdict.PASS, satisfied("2 answers"), good),
            result(Verdict.FAIL, blame, good, bad),
            result(Verdict.NOT_APPLICABLE, not_applicable("needs the fact order in [facts]")),
        )
    )


def test_it_is_as_the_published_schema_says(called: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema())
    Draft202012Validator(schema(), format_checker=FormatChecker()).validate(called)


def test_every_key_is_described_in_the_schema(called: dict[str, Any]) -> None:
    definitions = schema()["$defs"]
    case = called["cases"][1]
    exchange, ladder = case["exchanges"][0], case["ladders"][0]
    told = (
        (called, schema()),
        (called["suite"], schema()["properties"]["suite"]),
        (case, definitions["case"]),
        (called["causes"][0], definitions["cause"]),
        (exchange, definitions["exchange"]),
        (exchange["request"], definitions["exchange"]["properties"]["request"]),
        (exchange["response"], definitions["exchange"]["properties"]["response"]),
        (ladder, definitions["ladder"]),
    )
    for content, description in told:
        assert set(content) == set(description["required"]) <= set(description["properties"])


def test_the_keys_of_the_design_are_there(called: dict[str, Any]) -> None:
    case = called["cases"][1]
    assert set(called) >= NAMED_IN_THE_DESIGN[""]
    assert set(case) >= NAMED_IN_THE_DESIGN["case"]
    assert set(case["exchanges"][0]) >= NAMED_IN_THE_DESIGN["exchange"]
    assert called["counts"]["fail"] == 1


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            yield from (text for item in value for text in _texts(item))
        case dict():
            yield from (text for item in value.values() for text in _texts(item))


def test_people_are_hidden_and_samples_of_ours_are_not(called: dict[str, Any]) -> None:
    fix = called["cases"][0]["fix"]
    assert fix == REQUIREMENT.fix
    shown = [text for text in _texts(called) if text != fix]
    assert not [text for text in shown if COURIER in text or CUSTOMER in text]
    assert "7916*****01" in called["cases"][1]["exchanges"][0]["request"]["url"]


def test_one_letter_means_one_person_in_all_cases_of_a_report(rehearse: Rehearse) -> None:
    people = ["79170000108", "79170000208", "79170000308"]
    calls = [[people[1]], [people[2]], [people[0], people[2]]]
    made = report_on(
        run_of(
            *(result(Verdict.PASS, satisfied(), rehearse({"phones": phones})) for phones in calls)
        )
    )
    bodies = [case["exchanges"][0]["response"]["body"] for case in made["cases"]]
    shown = [json.loads(body)["phones"] for body in bodies]
    first, second, third = (f"7917*****08·{letter}" for letter in "ABC")
    assert shown == [[second], [third], [first, third]]


@pytest.mark.parametrize("off", [False, True])
def test_a_line_to_paste_says_what_is_hidden_in_it(rehearse: Rehearse, *, off: bool) -> None:
    played = rehearse({"phone": []})
    (case,) = report_on(run_of(result(Verdict.PASS, satisfied(), played)), Masker(off=off))["cases"]
    assert case["curl_hides"] == ([] if off else ["numbers"])
    assert (COURIER in case["curl"]) is off
    assert case["replay_hides"] == ["secrets"]  # the token in the URL


def test_secrets_are_hidden_also_in_the_lines_to_paste(rehearse: Rehearse) -> None:
    played = rehearse({"phone": []})
    (exchange,) = played.exchanges
    request = replace(exchange.request, headers=(("authorization", "Bearer abcdef"),))
    exchange = replace(exchange, request=request)
    finding = violated(expected="an instruction", received="none", blamed=(exchange,))
    failed = CaseResult(case=CASE, verdict=Verdict.FAIL, finding=finding, exchanges=(exchange,))
    made = report_on(run_of(failed))
    assert "abcdef" not in json.dumps(made)
    assert made["cases"][0]["replay"] == (
        "pbx certify 'http://127.0.0.1/crm?token=***' --only SEQ-001"
    )


def test_a_session_id_is_no_secret_also_of_a_question_outside_a_call(rehearse: Rehearse) -> None:
    (exchange,) = rehearse({"phones": [CUSTOMER]}).exchanges
    url = "http://127.0.0.1/?call_session_id=1795340476729&numa=79161110001"
    params = (("call_session_id", "1795340476729"), ("numa", "79161110001"))
    request = replace(exchange.request, url=url, params=params)
    asked = replace(exchange, request=request)
    alone = CaseResult(case=CASE, verdict=Verdict.PASS, finding=satisfied(), exchanges=(asked,))
    (case,) = report_on(run_of(alone))["cases"]
    assert case["exchanges"][0]["request"]["url"].endswith("id=1795340476729&numa=7916*****01")


def test_what_is_to_blame_is_shown_first(called: dict[str, Any]) -> None:
    case = called["cases"][1]
    assert case["exchanges"][0]["observed"]["kind"] == "instruction_invalid"
    assert case["ladders"][0]["caller"] == case["caller"]
    assert "fell back to operators (instruction_invalid)" in case["caller"]


def test_a_call_in_trouble_is_shown_before_one_that_went_well(rehearse: Rehearse) -> None:
    good, bad = rehearse({"phones": [CUSTOMER]}), rehearse({"phone": [CUSTOMER]})
    finding = violated(expected="an instruction", received="none")
    made = report_on(run_of(result(Verdict.FAIL, finding, good, bad)))
    assert "fell back" in made["cases"][0]["caller"]


def test_half_characters_are_written_out(rehearse: Rehearse) -> None:
    played = rehearse({"text": "\ud800"})
    made = report_on(run_of(result(Verdict.PASS, satisfied("\udfff said"), played)))
    assert json.dumps(made, ensure_ascii=False).encode()
    assert made["cases"][0]["reason"] == "\\udfff said"


def test_facts_that_a_case_wants_are_named() -> None:
    case = replace(CASE, needs=frozenset({"courier", "order"}))
    lack = inapplicable(case, {"virtual_number"}, set())
    assert lack is not None
    made = report_on(run_of(result(Verdict.NOT_APPLICABLE, lack)))
    assert made["cases"][0]["missing_facts"] == ["courier", "order"]


def test_a_run_that_was_broken_off_says_why_and_hides_numbers_in_it() -> None:
    made = report_on(run_of(aborted="the state of 79161110001 was refused"))
    assert (made["verdict"], made["aborted"]) == (
        "aborted",
        "the state of 7916*****01 was refused",
    )


def test_requirements_that_no_case_tests_are_named_with_the_reason() -> None:
    for entry in report_on(run_of())["excluded"]:
        assert entry["reason"]


# -- causes ----------------------------------------------------------------------------


def check(made: dict[str, Any]) -> None:
    Draft202012Validator(schema(), format_checker=FormatChecker()).validate(made)


def named(case_id: str, *, keyword: Keyword = Keyword.MUST) -> Case:
    requirement = replace(REQUIREMENT, id=f"of-{case_id.lower()}", keyword=keyword)
    return replace(CASE, id=case_id, requirement=requirement)


def came_to(case: Case, finding: Finding, *exchanges: Exchange) -> CaseResult:
    verdict = case.requirement.verdict(finding.saw)
    return CaseResult(case=case, verdict=verdict, finding=finding, exchanges=exchanges)


def blamed(*exchanges: Exchange, assumption: Assumption | None = None) -> Finding:
    return violated(
        expected="an instruction", received="none", blamed=exchanges, assumption=assumption
    )


@pytest.fixture
def misspelt(rehearse: Rehearse) -> Exchange:
    """Return an answer with a key that no PBX knows."""
    (exchange,) = rehearse({"phone": [CUSTOMER]}).exchanges
    return exchange


def test_a_cause_holds_its_cases_and_each_case_names_it(misspelt: Exchange) -> None:
    made = report_on(
        run_of(
            came_to(named("REPLY-001"), satisfied("1 answer")),
            came_to(named("REPLY-031"), blamed(misspelt), misspelt),
            came_to(named("SEQ-001"), blamed(misspelt), misspelt),
            came_to(
                named("SEQ-002"),
                untestable("never asked", ReasonKind.CONSEQUENCE, blamed=(misspelt,)),
            ),
        )
    )
    check(made)
    (cause,) = made["causes"]
    assert (cause["id"], cause["symptom"], cause["verdict"]) == ("C1", "form", "fail")
    assert (cause["case"], cause["cases"]) == ("REPLY-031", ["REPLY-031", "SEQ-001"])
    assert cause["consequences"] == ["SEQ-002"]
    assert [case["cause"] for case in made["cases"]] == [None, "C1", "C1", "C1"]


def test_causes_come_with_the_most_urgent_first(misspelt: Exchange, rehearse: Rehearse) -> None:
    (leaking,) = rehearse({"phones": [CUSTOMER]}).exchanges
    leak = named("PRIV-001")
    leak = replace(leak, requirement=replace(leak.requirement, source=Source.PRIVACY))
    advised = named("TIME-001", keyword=Keyword.SHOULD)
    made = report_on(
        run_of(
            came_to(advised, blamed()),
            came_to(named("REPLY-031"), blamed(misspelt), misspelt),
            came_to(leak, blamed(leaking), leaking),
        )
    )
    check(made)
    found = [(cause["id"], cause["rank"], cause["case"]) for cause in made["causes"]]
    assert found == [
        ("C1", "leak", "PRIV-001"),
        ("C2", "not-served", "REPLY-031"),
        ("C3", "remark", "TIME-001"),
    ]
    assert [cause["verdict"] for cause in made["causes"]] == ["fail", "fail", "nonstrict"]


def test_the_answer_is_quoted_beside_its_cause_shortened_and_without_people(
    misspelt: Exchange,
) -> None:
    assert misspelt.reply is not None
    body = f'{{"phone": "{CUSTOMER}", "more": "{"x" * 999}"}}'.encode()
    long = replace(misspelt, reply=replace(misspelt.reply, body=body))
    made = report_on(run_of(came_to(named("REPLY-031"), blamed(long), long)))
    answer = made["causes"][0]["answer"]
    assert answer.startswith('HTTP 200 OK  {"phone": "7917')
    assert answer.endswith("…")
    assert len(answer) < 250
    assert CUSTOMER not in answer


@pytest.mark.parametrize("assumption", Assumption)
def test_what_must_be_assumed_is_told_with_the_case_and_the_cause(assumption: Assumption) -> None:
    advised = named("REQ-001", keyword=Keyword.MAY)
    made = report_on(run_of(came_to(advised, blamed(assumption=assumption))))
    check(made)
    assert made["cases"][0]["assumption"] == assumption.value
    assert made["causes"][0]["assumption"] == assumption.value
    assert assumption.value in ASSUMPTIONS


def test_what_passes_and_what_is_our_own_fault_has_no_cause() -> None:
    broken = check_failed(KeyError("x"), "Traceback")
    made = report_on(
        run_of(came_to(named("REPLY-001"), satisfied()), came_to(named("REPLY-002"), broken))
    )
    check(made)
    assert made["causes"] == []
    assert [case["cause"] for case in made["cases"]] == [None, None]


# -- what is no certificate, and how much a certificate says -----------------------------


@pytest.mark.parametrize("level", Level)
def test_the_level_is_told(level: Level) -> None:
    made = report_on(run_of(came_to(CASE, satisfied()), level=level))
    check(made)
    assert (made["verdict"], made["level"]) == ("certified", level.value)
    assert level.value in LEVELS


@pytest.mark.parametrize("finding", [satisfied(), blamed()])
def test_a_run_of_some_cases_is_partial_whatever_they_came_to(finding: Finding) -> None:
    made = report_on(run_of(came_to(CASE, finding), existing=2))
    check(made)
    assert (made["verdict"], made["stopped"]) == ("partial", None)


@pytest.mark.parametrize("kind", [ReasonKind.OUT_OF_TIME, ReasonKind.STOPPED])
def test_a_run_is_partial_where_cases_were_left_out(kind: ReasonKind) -> None:
    left_out = came_to(named("SEQ-002"), not_applicable("not tried", kind))
    made = report_on(run_of(came_to(CASE, satisfied()), left_out, existing=2))
    check(made)
    assert (made["verdict"], made["cases"][1]["kind"]) == ("partial", kind.value)


@pytest.mark.parametrize("kind", StopKind)
def test_why_the_endpoint_was_asked_no_more_is_told_without_people(
    misspelt: Exchange, kind: StopKind
) -> None:
    assert misspelt.reply is not None
    reply = replace(
        misspelt.reply, status=429, reason="Too Many Requests", body=f"{COURIER}!".encode()
    )
    stop = Stop(
        kind=kind,
        exchange=replace(misspelt, reply=reply),
        requests=60,
        seconds=3.04,
        retry_after_s=57.0,
    )
    left_out = came_to(CASE, not_applicable("not tried", ReasonKind.STOPPED))
    made = report_on(run_of(left_out, stopped=stop, existing=1))
    check(made)
    assert made["verdict"] == "partial"
    assert made["stopped"] == {
        "kind": kind.value,
        "requests": 60,
        "seconds": 3.0,
        "retry_after_s": 57.0,
        "advised_rps": 0.8,
        "answer": "HTTP 429 Too Many Requests  7916*****01!",
    }
    assert set(made["stopped"]) == set(schema()["properties"]["stopped"]["required"])
