"""The report as SARIF 2.1.0, for tools that collect findings.

The requirements are the rules; failing cases and remarks are the results.
"""

from collections.abc import Mapping
from typing import Any

from harness.display.plain import Json
from harness.reports.documents import document, moment
from harness.reports.overview import CaseReport, Report, failing, is_broken_off, remarks
from harness.reports.words import FAILING

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {**dict.fromkeys(FAILING, "error"), "nonstrict": "warning", "info": "note"}


def sarif(report: Report) -> str:
    """Make the document."""
    by_rule: dict[str, CaseReport] = {}
    for case in report["cases"]:
        by_rule.setdefault(case["requirement_id"], case)
    places = {rule: place for place, rule in enumerate(by_rule)}
    driver: Json = {
        "name": "pbx-harness",
        "version": report["suite"]["version"],
        "rules": [_rule(case) for case in by_rule.values()],
    }
    found = [*failing(report["cases"]), *remarks(report["cases"])]
    run: Json = {
        "tool": {"driver": driver},
        "invocations": [_invocation(report)],
        "results": [_result(case, places, report) for case in found],
        "properties": {
            "verdict": report["verdict"],
            "cases_digest": report["suite"]["cases_digest"],
            "level": report["level"],
            "causes": list(report["causes"]),
        },
    }
    return document({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(case: CaseReport) -> Json:
    content: dict[str, Json] = {
        "id": case["requirement_id"],
        "shortDescription": {"text": case["requirement"]},
        "properties": {
            "keyword": case["keyword"],
            "source": case["source"],
            "documented": case["documented"],
        },
    }
    for name, text in (("fullDescription", case.get("why")), ("help", case.get("fix"))):
        if text:
            content[name] = {"text": text}
    return content


def _invocation(report: Report) -> Json:
    content: dict[str, Json] = {
        "executionSuccessful": not is_broken_off(report),
        "startTimeUtc": _time(report["started"]),
        "endTimeUtc": _time(report["started"], report["duration_s"]),
    }
    if report.get("aborted"):
        content["exitCodeDescription"] = report["aborted"]
    return content


def _time(started: str, seconds: float = 0.0) -> str:
    return moment(started, seconds).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _result(case: CaseReport, places: Mapping[str, int], report: Report) -> Json:
    content: dict[str, Json] = {
        "ruleId": case["requirement_id"],
        "ruleIndex": places[case["requirement_id"]],
        "level": _LEVELS[case["verdict"]],
        "message": {"text": f"{case['id']}: {case['title']}: {case['reason']}"},
        "locations": [_location(case, report)],
        "partialFingerprints": {"case/v1": case["id"]},
        "properties": {
            "case": case["id"],
            "verdict": case["verdict"],
            "caller": case["caller"],
            "cause": case["cause"],
            "replay": case["replay"],
        },
    }
    if case["exchanges"]:
        exchange = case["exchanges"][0]
        content["webRequest"] = _request(exchange["request"])
        if exchange["response"] is not None:
            content["webResponse"] = _response(exchange["response"])
    return content


def _location(case: CaseReport, report: Report) -> Json:
    return {
        "physicalLocation": {"artifactLocation": {"uri": report["endpoint"]["url"]}},
        "logicalLocations": [{"name": case["id"], "fullyQualifiedName": case["id"]}],
    }


def _request(request: Mapping[str, Any]) -> Json:
    content: dict[str, Json] = {
        "protocol": "HTTP",
        "method": request["method"],
        "target": request["url"],
        "headers": dict(request["headers"]),
    }
    if request["body"] is not None:
        content["body"] = {"text": request["body"]}
    return content


def _response(response: Mapping[str, Any]) -> Json:
    return {
        "protocol": "HTTP",
        "statusCode": response["status"],
        "reasonPhrase": response["reason"],
        "headers": dict(response["headers"]),
        "body": {"text": response["body"] or ""},
    }
