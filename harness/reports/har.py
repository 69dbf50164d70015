"""The report as HAR 1.2: all exchanges, for tools that show HTTP traffic. A case is a page."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from harness.display.plain import Json
from harness.reports.documents import document, header, moment
from harness.reports.overview import CaseReport, Report


def har(report: Report) -> str:
    """Make the document."""
    started = report["started"]
    cases = [case for case in report["cases"] if case["exchanges"]]
    entries: list[Json] = [entry for case in cases for entry in _entries(case, report["started"])]
    content: Json = {
        "version": "1.2",
        "creator": {"name": "pbx-harness", "version": report["suite"]["version"]},
        "pages": [_page(case, started) for case in cases],
        "entries": entries,
        "comment": f"{report['verdict']}: {report['endpoint']['url']}",
    }
    return document({"log": content})


def _page(case: CaseReport, started: str) -> Json:
    return {
        "startedDateTime": _time(started),
        "id": case["id"],
        "title": f"{case['id']} {case['title']}",
        "pageTimings": {"onContentLoad": -1, "onLoad": -1},
        "comment": f"{case['verdict']}: {case['reason']}",
    }


def _entries(case: CaseReport, started: str) -> Iterator[Json]:
    for exchange in case["exchanges"]:
        elapsed = round(exchange["elapsed_s"] * 1000, 3)
        yield {
            "pageref": case["id"],
            "startedDateTime": _time(started, exchange["at"]),
            "time": elapsed,
            "request": _request(exchange["request"]),
            "response": _response(exchange["response"], _comment(exchange)),
            "cache": {},
            "timings": {"send": 0, "wait": elapsed, "receive": 0},
            "comment": _comment(exchange),
        }


def _comment(exchange: Mapping[str, Any]) -> str:
    """Return what came of a request, in a few words."""
    observed = exchange["observed"] or {"kind": "given up", "detail": ""}
    return ": ".join(part for part in (observed["kind"], observed["detail"]) if part)


def _time(started: str, seconds: float = 0.0) -> str:
    return moment(started, seconds).isoformat(timespec="milliseconds")


def _request(request: Mapping[str, Any]) -> Json:
    body = request["body"]
    query = parse_qsl(urlsplit(request["url"]).query, keep_blank_values=True)
    content: dict[str, Json] = {
        "method": request["method"],
        "url": request["url"],
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(request["headers"]),
        "queryString": _pairs(query),
        "headersSize": -1,
        "bodySize": len((body or "").encode("utf-8", "replace")),
    }
    if body is not None:
        kind = header(request["headers"], "content-type")
        content["postData"] = {"mimeType": kind, "text": body}
    return content


def _response(response: Mapping[str, Any] | None, comment: str) -> Json:
    """Return an answer; status 0 where none came, as browsers write it."""
    if response is None:
        response = {"status": 0, "reason": comment, "headers": [], "body": ""}
    body = response["body"] or ""
    size = response.get("body_bytes", len(body.encode("utf-8", "replace")))
    kind = header(response["headers"], "content-type")
    return {
        "status": response["status"],
        "statusText": response["reason"],
        "httpVersion": response.get("http_version") or "",
        "cookies": [],
        "headers": _pairs(response["headers"]),
        "content": {"size": size, "mimeType": kind or "x-unknown", "text": body},
        "redirectURL": header(response["headers"], "location"),
        "headersSize": -1,
        "bodySize": size,
    }


def _pairs(pairs: list[tuple[str, str]]) -> list[Json]:
    return [{"name": name, "value": value} for name, value in pairs]
