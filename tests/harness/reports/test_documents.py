"""HAR, CTRF and SARIF: the structure that their readers rely on."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from harness.reports.ctrf import ctrf
from harness.reports.har import har
from harness.reports.sarif import sarif

CaseOf = Callable[..., dict[str, Any]]
ReportWith = Callable[..., dict[str, Any]]

TEXT = {"type": "string"}
NUMBER = {"type": "number"}
COUNT = {"type": "integer"}
STAMP = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"}


def thing(required: dict[str, Any], *, closed: bool = False, **optional: Any) -> dict[str, Any]:
    properties = {**required, **optional}
    schema = {"type": "object", "required": list(required), "properties": properties}
    return {**schema, "additionalProperties": False} if closed else schema


def list_of(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


# -- HAR 1.2 ---------------------------------------------------------------------------

PAIRS = list_of(thing({"name": TEXT, "value": TEXT}))
SENT = {
    "httpVersion": TEXT,
    "cookies": list_of({}),
    "headers": PAIRS,
    "headersSize": COUNT,
    "bodySize": COUNT,
}
HAR = thing(
    {
        "log": thing(
            {
                "version": {"const": "1.2"},
                "creator": thing({"name": TEXT, "version": TEXT}),
                "entries": list_of(
                    thing(
                        {
                            "startedDateTime": STAMP,
                            "time": {"type": "number", "minimum": 0},
                            "request": thing(
                                {**SENT, "method": TEXT, "url": TEXT, "queryString": PAIRS},
                                postData=thing({"mimeType": TEXT, "text": TEXT}),
                            ),
                            "response": thing(
                                {
                                    **SENT,
                                    "status": COUNT,
                                    "statusText": TEXT,
                                    "content": thing({"size": COUNT, "mimeType": TEXT}, text=TEXT),
                                    "redirectURL": TEXT,
                                }
                            ),
                            "cache": {"type": "object"},
                            "timings": thing({"send": NUMBER, "wait": NUMBER, "receive": NUMBER}),
                        },
                        pageref=TEXT,
                    )
                ),
            },
            pages=list_of(
                thing(
                    {"startedDateTime": STAMP, "id": TEXT, "title": TEXT},
                    pageTimings={"type": "object"},
                )
            ),
        )
    }
)

# -- CTRF ------------------------------------------------------------------------------

STATUSES = ("passed", "failed", "skipped", "pending", "other")
CTRF = thing(
    {
        "reportFormat": {"const": "CTRF"},
        "specVersion": {"type": "string", "pattern": r"^[0-9]+\.[0-9]+\.[0-9]+$"},
        "results": thing(
            {
                "tool": thing({"name": TEXT}, closed=True, version=TEXT),
                "summary": thing(
                    dict.fromkeys(("tests", *STATUSES, "start", "stop"), COUNT),
                    closed=True,
                    suites=COUNT,
                ),
                "tests": list_of(
                    thing(
                        {"name": TEXT, "status": {"enum": STATUSES}, "duration": COUNT},
                        closed=True,
                        suite=list_of(TEXT),
                        rawStatus=TEXT,
                        message=TEXT,
                        trace=TEXT,
                        tags=list_of(TEXT),
                        type=TEXT,
                        extra={"type": "object"},
                    )
                ),
            },
            closed=True,
            environment=thing({}, closed=True, testEnvironment=TEXT, extra={"type": "object"}),
            extra={"type": "object"},
        ),
    },
    closed=True,
)

# -- SARIF 2.1.0 -----------------------------------------------------------------------

MESSAGE = thing({"text": TEXT}, closed=True)
BAG = {"type": "object"}
SARIF = thing(
    {
        "$schema": TEXT,
        "version": {"const": "2.1.0"},
        "runs": list_of(
            thing(
                {
                    "tool": thing(
                        {
                            "driver": thing(
                                {
                                    "name": TEXT,
                                    "version": TEXT,
                                    "rules": list_of(
                                        thing(
                                            {"id": TEXT, "shortDescription": MESSAGE},
                                            closed=True,
                                            fullDescription=MESSAGE,
                                            help=MESSAGE,
                                            properties=BAG,
                                        )
                                    ),
                                },
                                closed=True,
                            )
                        },
                        closed=True,
                    ),
                    "results": list_of(
                        thing(
                            {
                                "ruleId": TEXT,
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "message": MESSAGE,
                                "locations": list_of(
                                    thing(
                                        {"physicalLocation": BAG, "logicalLocations": list_of(BAG)},
                                        closed=True,
                                    )
                                ),
                            },
                            closed=True,
                            partialFingerprints={
                                "type": "object",
                                "additionalProperties": TEXT,
                            },
                            properties=BAG,
                            webRequest=thing(
                                {"method": TEXT, "target": TEXT},
                                closed=True,
                                protocol=TEXT,
                                headers={"type": "object", "additionalProperties": TEXT},
                                body=thing({"text": TEXT}, closed=True),
                            ),
                            webResponse=thing(
                                {"statusCode": COUNT, "reasonPhrase": TEXT},
                                closed=True,
                                protocol=TEXT,
                                headers={"type": "object", "additionalProperties": TEXT},
                                body=thing({"text": TEXT}, closed=True),
                            ),
                        )
                    ),
                },
                closed=True,
                invocations=list_of(
                    thing(
                        {"executionSuccessful": {"type": "boolean"}},
                        closed=True,
                        startTimeUtc=STAMP,
                        endTimeUtc=STAMP,
                        exitCodeDescription=TEXT,
                    )
                ),
                properties=BAG,
            )
        ),
    },
    closed=True,
)

FORMATS = [(har, HAR), (ctrf, CTRF), (sarif, SARIF)]


@pytest.mark.parametrize(("write", "schema"), FORMATS, ids=["har", "ctrf", "sarif"])
@pytest.mark.parametrize("kind", ["mixed", "hostile"])
def test_a_document_has_the_structure_of_its_format(
    request: pytest.FixtureRequest, write: Callable[[Any], str], schema: dict[str, Any], kind: str
) -> None:
    text = write(request.getfixturevalue(kind))
    Draft202012Validator(schema).validate(json.loads(text))


@pytest.mark.parametrize(("write", "schema"), FORMATS, ids=["har", "ctrf", "sarif"])
def test_a_run_that_was_broken_off_before_its_first_case_is_a_document(
    report_with: ReportWith, write: Callable[[Any], str], schema: dict[str, Any]
) -> None:
    report = report_with(verdict="aborted", aborted="interrupted")
    Draft202012Validator(schema).validate(json.loads(write(report)))


def test_half_characters_can_be_written_to_a_file(report_with: ReportWith, case_of: CaseOf) -> None:
    report = report_with(case_of("REPLY-001", "fail", reason="\ud800 was said"))
    assert json.loads(ctrf(report).encode())["results"]["tests"][0]["message"] == "\ud800 was said"


def test_har_holds_every_exchange_on_the_page_of_its_case(mixed: dict[str, Any]) -> None:
    log = json.loads(har(mixed))["log"]
    assert [page["id"] for page in log["pages"]] == [
        case["id"] for case in mixed["cases"] if case["exchanges"]
    ]
    entry = log["entries"][0]
    assert entry["startedDateTime"] == "2026-09-17T10:15:00.500+00:00"
    assert entry["time"] == 12.5
    assert {"name": "input_result", "value": "None"} in entry["request"]["queryString"]
    assert entry["response"]["content"] == {
        "size": 14,
        "mimeType": "text/html",
        "text": "<h1>Error</h1>",
    }


def test_har_shows_a_posted_body_and_a_missing_answer(
    report_with: ReportWith, case_of: CaseOf
) -> None:
    case = case_of("CONC-001", "fail")
    posted = {
        "method": "POST",
        "url": "http://127.0.0.1/",
        "headers": [["Content-Type", "application/x-www-form-urlencoded"]],
        "body": "numa=1",
    }
    exchange = {**case["exchanges"][0], "request": posted, "response": None, "observed": None}
    (entry,) = json.loads(har(report_with({**case, "exchanges": [exchange]})))["log"]["entries"]
    assert entry["request"]["postData"] == {
        "mimeType": "application/x-www-form-urlencoded",
        "text": "numa=1",
    }
    assert (entry["response"]["status"], entry["response"]["statusText"]) == (0, "given up")


def test_ctrf_counts_remarks_as_passed_and_keeps_the_verdict(mixed: dict[str, Any]) -> None:
    results = json.loads(ctrf(mixed))["results"]
    summary = results["summary"]
    assert [summary[name] for name in ("tests", "passed", "failed", "skipped")] == [8, 4, 3, 1]
    assert summary["stop"] - summary["start"] == 1500
    told = {test["extra"]["id"]: (test["status"], test["rawStatus"]) for test in results["tests"]}
    assert told["SEQ-001"] == ("passed", "nonstrict")
    assert told["SEQ-002"] == ("failed", "untestable")
    assert told["PRIV-002"] == ("skipped", "not-applicable")


def test_sarif_has_requirements_for_rules_and_levels_by_verdict(mixed: dict[str, Any]) -> None:
    (run,) = json.loads(sarif(mixed))["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules) == 5
    levels = {result["properties"]["case"]: result["level"] for result in run["results"]}
    assert levels == {
        "REPLY-001": "error",
        "SEQ-002": "error",
        "PRIV-001": "error",
        "SEQ-001": "warning",
        "REPLY-020": "note",
    }
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]


def test_sarif_says_the_level_and_which_cause_a_result_has(mixed: dict[str, Any]) -> None:
    (run,) = json.loads(sarif(mixed))["runs"]
    assert run["properties"]["level"] == mixed["level"]
    assert run["properties"]["causes"] == mixed["causes"]
    named = {
        result["properties"]["case"]: result["properties"]["cause"] for result in run["results"]
    }
    assert named == {case["id"]: case["cause"] for case in mixed["cases"] if case["id"] in named}
    ids = {cause["id"] for cause in mixed["causes"]}
    assert {cause for cause in named.values() if cause is not None} == ids
