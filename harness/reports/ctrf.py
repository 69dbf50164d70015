"""The report in the Common Test Report Format, which CI dashboards read."""

from harness.display.plain import Json
from harness.reports.documents import document, milliseconds, moment
from harness.reports.junit import evidence
from harness.reports.overview import CaseReport, Report, families
from harness.reports.words import FAILING

SPEC_VERSION = "0.0.0"
"""The format is a working draft and numbers itself so."""


def ctrf(report: Report) -> str:
    """Make the document."""
    tests = [_test(case) for case in report["cases"]]
    started = moment(report["started"])
    stopped = moment(report["started"], report["duration_s"])
    counts = report["counts"]
    failed = sum(counts[verdict] for verdict in FAILING)
    results: Json = {
        "tool": {"name": "pbx-harness", "version": report["suite"]["version"]},
        "summary": {
            "tests": len(tests),
            "passed": len(tests) - failed - counts["not-applicable"],
            "failed": failed,
            "skipped": counts["not-applicable"],
            "pending": 0,
            "other": 0,
            "suites": len(families(report["cases"])),
            "start": milliseconds(started),
            "stop": milliseconds(stopped),
        },
        "tests": tests,
        "environment": {
            "testEnvironment": report["endpoint"]["url"],
            "extra": {"cases_digest": report["suite"]["cases_digest"]},
        },
        "extra": {"verdict": report["verdict"], "aborted": report.get("aborted")},
    }
    return document({"reportFormat": "CTRF", "specVersion": SPEC_VERSION, "results": results})


def _test(case: CaseReport) -> Json:
    content: dict[str, Json] = {
        "name": f"{case['id']}: {case['title']}",
        "status": _status(case["verdict"]),
        "duration": round(case["duration_s"] * 1000),
        "suite": [case["family"]],
        "rawStatus": case["verdict"],
        "tags": [case["keyword"], case["source"]],
        "type": "conformance",
        "extra": {
            "id": case["id"],
            "requirement_id": case["requirement_id"],
            "requirement": case["requirement"],
            "caller": case["caller"],
            "replay": case["replay"],
        },
    }
    if case["verdict"] != "pass":
        content["message"] = case["reason"]
    if case["verdict"] in FAILING:
        content["trace"] = evidence(case)
    return content


def _status(verdict: str) -> str:
    if verdict in FAILING:
        return "failed"
    return "skipped" if verdict == "not-applicable" else "passed"
