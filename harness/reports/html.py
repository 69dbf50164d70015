"""The report as one HTML file: a certificate to hand on, and all the evidence.

Nothing is loaded from anywhere, and nothing that an endpoint answered is ever more than
text: the template escapes it, control characters are written out, and the page forbids all
scripts but its own. Without JavaScript it can be read and printed; with it, searched.
"""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from harness.display.counting import counted
from harness.display.repeating import why_not
from harness.reports import overview
from harness.reports.chart import chart
from harness.reports.overview import CaseReport, Report
from harness.reports.words import (
    ASSUMPTIONS,
    FAILING,
    LEVELS,
    REMARKS,
    SOURCES,
    STEP_MARKS,
    VERDICTS,
)
from mockpbx.manifest.facts import FACTS
from mockpbx.result.printable import visible


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """How much of a case is shown; the JSON report has the rest.

    Attributes:
        exchanges: How many.
        first: Characters of the messages of the first exchange, which is the one to blame.
        further: Characters of those of the further ones.
        ladders: How many.
    """

    exchanges: int
    first: int
    further: int
    ladders: int


_WIDEST_ID = 20
"""Letters; a scenario without an id of its own has its title as one."""
_TELLING = _Shown(exchanges=8, first=4000, further=1000, ladders=3)
"""Where there is something to explain."""
_QUIET = _Shown(exchanges=2, first=600, further=600, ladders=1)
"""Where all is well."""


def html(report: Report) -> str:
    """Make the page."""
    script = asset("report.js")
    template = environment().get_template("report.html.j2")
    return template.render(
        report=report,
        **_summary(report),
        **_cases(report),
        title=overview.run_title(report["verdict"]),
        sentences=overview.run_sentences(report),
        started=when(report["started"]),
        settings=list(_settings(report.get("manifest") or {})),
        verdicts=VERDICTS,
        step_marks=STEP_MARKS,
        features=report["suite"].get("features") or [],
        style=Markup(asset("report.css")),  # noqa: S704  # a file of ours
        script=Markup(script),  # noqa: S704  # a file of ours
        script_hash=_hash(script),
    )


def _summary(report: Report) -> dict[str, Any]:
    """Return what the first screen shows of the cases."""
    cases = report["cases"]
    facts = overview.facts_to_add(cases)
    lead = {case["id"]: case for case in cases}
    return {
        "to_fix": [(cause, lead[cause["case"]]) for cause in overview.to_fix(report)],
        "to_consider": [(cause, lead[cause["case"]]) for cause in overview.to_consider(report)],
        "reach": overview.reach,
        "assumptions": ASSUMPTIONS,
        "level": LEVELS[report["level"]],
        "not_tested": overview.not_tested(cases),
        "facts": [
            (name, count, FACTS[name].meaning if name in FACTS else "") for name, count in facts
        ],
        "longest_fact": max((len(name) for name, _ in facts), default=0),
    }


def _cases(report: Report) -> dict[str, Any]:
    cases = report["cases"]
    drawn: dict[str, str] = {}
    # Of each cause the case that tells it best is open; what follows from it is folded.
    leads = {cause["case"] for cause in overview.to_fix(report)}
    causes = {cause["id"]: cause for cause in report["causes"]}
    return {
        "families": [
            {"of": family, "cases": [_case(case, drawn, leads, causes) for case in family.cases]}
            for family in overview.families(cases)
        ],
        "masked": why_not(sorted({what for case in cases for what in _hidden(case)})),
        "longest_id": max((len(case["id"][:_WIDEST_ID]) for case in cases), default=1),
    }


@cache
def environment() -> Environment:
    """Return what fills in templates: it escapes all, and writes control characters out."""
    made = Environment(
        loader=PackageLoader("harness.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["counted"] = counted
    return made


def _shown(value: object) -> object:
    """Write out control characters, also those that turn the direction of writing."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def asset(name: str) -> str:
    """Return the text of a file that pages are made with."""
    return resources.files("harness.reports").joinpath("templates", name).read_text("utf-8")


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def when(started: str) -> str:
    """Say for people when a run began."""
    try:
        at = datetime.fromisoformat(started)
    except ValueError:
        return started
    return f"{at.day} {at:%B %Y, %H:%M %Z}".rstrip()


def _settings(manifest: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Return what was known of the endpoint, as pairs."""
    for key, value in manifest.items():
        if isinstance(value, Mapping):
            yield from _settings(value, f"{path}{key}.")
        elif value is not None:
            yield f"{path}{key}", value


def _case(
    case: CaseReport, drawn: dict[str, str], leads: Set[str], causes: Mapping[str, Any]
) -> dict[str, Any]:
    telling = case["verdict"] in FAILING | REMARKS
    shown, exchanges = _TELLING if telling else _QUIET, case["exchanges"]
    return {
        "of": case,
        "words": VERDICTS[case["verdict"]],
        "open": case["id"] in leads or (case["verdict"] in FAILING and case["cause"] is None),
        "telling": telling,
        "cause": causes.get(case["cause"]),
        "source": SOURCES.get(case["source"], case["source"]),
        "figures": [*_figures(case, drawn, telling=telling)],
        "exchanges": [
            _exchange(item, shown.further if place else shown.first)
            for place, item in enumerate(exchanges[: shown.exchanges])
        ],
        "again": [*_again(case)],
        "left_out": max(0, len(exchanges) - shown.exchanges),
    }


_LONGEST_LINE = 2000
"""Characters of a line that somebody may want to paste."""


def _again(case: CaseReport) -> Iterator[dict[str, Any]]:
    """Return the lines that repeat a case, the one that always works first."""
    for label, key in (("again", "replay"), ("send", "curl")):
        text = case[key]
        if text and len(text) < _LONGEST_LINE:
            yield {"label": label, "text": text, "hides": case[f"{key}_hides"]}


def _hidden(case: CaseReport) -> Iterator[str]:
    for line in _again(case):
        yield from line["hides"]


def _figures(case: CaseReport, drawn: dict[str, str], *, telling: bool) -> Iterator[dict[str, Any]]:
    """Draw the ladders of a case; or say where one is drawn already.

    Many cases look at the same calls. A case of which there is something to tell draws its
    own all the same, once.

    Args:
        case: The case.
        drawn: In which cases ladders are drawn; noted here.
        telling: Whether there is something to tell.
    """
    own = set()
    for ladder in case.get("ladders", ())[: (_TELLING if telling else _QUIET).ladders]:
        content = json.dumps(ladder)
        first = drawn.setdefault(content, case["id"])
        if content not in own:
            same = first if first != case["id"] and not telling else None
            drawing = chart(ladder) if same is None else None
            yield {"caption": ladder["caller"], "same": same, "chart": drawing}
        own.add(content)


def _exchange(exchange: Mapping[str, Any], most: int) -> dict[str, Any]:
    request, response = exchange["request"], exchange["response"]
    line = f"{request['method']} {request['url']}"
    observed = exchange["observed"] or {"kind": "given up", "detail": ""}
    return {
        "asked": _cut(_asked(exchange), _MOST_ASKED),
        "result": _result(observed["kind"], response),
        "detail": observed["detail"],
        "good": observed["kind"] == "instruction",
        "ms": exchange["elapsed_s"] * 1000,
        "request": _cut(_message(line, request), most),
        "response": _cut(_message(_status(response), response), most) if response else None,
        "injected": exchange.get("injected") or (),
    }


_MOST_ASKED = 120
_USUAL = frozenset({"cdr_id", "call_session_id", "start_time", "numb", "direction"})
"""Parameters that tell nothing of what a question is about."""


def _asked(exchange: Mapping[str, Any]) -> str:
    """Return in a line what was asked: the telling parameters, where they could be made out."""
    request, params = exchange["request"], exchange["params"]
    telling = [f"{name}={value}" for name, value in params.items() if name not in _USUAL]
    rest = urlsplit(request["url"]).query or request["body"] or ""
    return " ".join([request["method"], *(telling or [rest])])


def _result(kind: str, response: Mapping[str, Any] | None) -> str:
    """Say what came of a request."""
    words = kind.replace("_", " ")
    if response is None:
        return words
    status = f"{response['status']} {response['reason']}".strip()
    return status if kind in ("instruction", "http_status") else f"{status}, {words}"


def _status(response: Mapping[str, Any]) -> str:
    version = response.get("http_version") or "HTTP"
    return f"{version} {response['status']} {response['reason']}".rstrip()


def _message(first: str, message: Mapping[str, Any]) -> str:
    lines = [first, *(f"{name}: {value}" for name, value in message["headers"])]
    if message["body"]:
        lines += ["", message["body"]]
    return "\n".join(lines)


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    return f"{text[:most]}… ({len(text) - most} more characters)"
