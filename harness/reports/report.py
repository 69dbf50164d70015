"""The JSON report of a certification: the contract that all other reports are made from.

Its form is published in ``spec/report.schema.json``. Everything in it is masked already, so
whatever is made from it is masked too.
"""

import json
import shlex
from collections.abc import Mapping
from importlib import resources
from importlib.metadata import version
from typing import Any

from harness.certify import registry
from harness.certify.advice import advice, title
from harness.certify.causes import Cause, causes_of
from harness.certify.levels import lacking_for_complete
from harness.certify.model import CaseResult, Run, Verdict
from harness.certify.reasons import Saw
from harness.certify.sentences import sentence
from harness.display.plain import Json, mask_of, masked, plain
from harness.reports.again import again
from mockpbx.core.observed import Failure
from mockpbx.masking import Masker, without_secrets
from mockpbx.result.call_result import CallResult
from mockpbx.result.exchange import Exchange
from mockpbx.result.ladder import DeadAir, Step
from mockpbx.result.outcome import outcome
from mockpbx.wire.messages import HttpReply
from mockpbx.wire.reply import Instructed

FORMAT = "pbx-harness-report/2"

MOST_EXCHANGES = 8
MOST_LADDERS = 3
"""A case of fifty crossing calls shows those to blame, and the first ones."""


def suite_version() -> str:
    """Return the version of this package."""
    return version("pbx-harness")


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the report."""
    text = resources.files("harness.reports").joinpath("report.schema.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def report(run: Run, mask: Masker, *, evidence: bool = True) -> dict[str, Json]:
    """Make the report of a run.

    Args:
        run: The certification.
        mask: What to hide, beyond the people who occur in a case's own evidence.
        evidence: With exchanges and ladders; without them it is a summary, and no document.
    """
    mask = mask.telling_apart(phone for result in run.results for phone in people_of(result))
    found = causes_of(run.results, run.endpoint)
    causes = {
        one.case.id: f"C{place}" for place, cause in enumerate(found, 1) for one in cause.results
    }
    content: dict[str, Json] = {
        "format": FORMAT,
        "verdict": run.verdict.value,
        "suite": _suite(run),
        "endpoint": {"url": mask(without_secrets(run.url))},
        "manifest": masked(plain(run.manifest), mask),
        "started": run.started,
        "duration_s": round(run.duration_s, 3),
        "aborted": mask(run.aborted) if run.aborted is not None else None,
        "level": run.level.value,
        "lacking_for_complete": [*lacking_for_complete(run.endpoint, run.results)],
        "stopped": _stopped(run, mask),
        "causes": [_cause(f"C{place}", cause, run, mask) for place, cause in enumerate(found, 1)],
        "counts": {verdict.value: run.counts[verdict] for verdict in Verdict},
        "cases": [_case(result, run, mask, causes, evidence=evidence) for result in run.results],
        "excluded": _excluded(),
    }
    return {key: _storable(value) for key, value in content.items()}


def _stopped(run: Run, mask: Masker) -> Json:
    """Say why the endpoint was asked no more; null if it was asked to the end."""
    stop = run.stopped
    if stop is None:
        return None
    return {
        "kind": stop.kind.value,
        "requests": stop.requests,
        "seconds": round(stop.seconds, 1),
        "retry_after_s": stop.retry_after_s,
        "advised_rps": stop.advised_rps,
        "answer": mask(_shown_body(stop.exchange)),
    }


def _cause(cause_id: str, cause: Cause, run: Run, mask: Masker) -> Json:
    lead = cause.lead
    mask = mask_for(lead, mask)
    direct = [one for one in cause.results if one.finding.saw is Saw.VIOLATED]
    return {
        "id": cause_id,
        "title": mask(title(cause)),
        "symptom": cause.signature.symptom.value,
        "rank": cause.rank.name.lower().replace("_", "-"),
        "verdict": cause.verdict.value,
        "assumption": cause.assumption.value if cause.assumption else None,
        "advice": advice(cause, run.endpoint, mask),
        "answer": mask(_shown_body(cause.exchange)) if cause.exchange else None,
        "case": lead.case.id,
        "cases": [one.case.id for one in direct],
        "consequences": [one.case.id for one in cause.results if one not in direct],
    }


_MOST_SHOWN = 200
"""Characters of an answer that stand beside a cause."""


def _shown_body(exchange: Exchange) -> str:
    """Return the status of an answer and the beginning of its body, on one line."""
    if exchange.reply is None:
        return exchange.failure.detail if exchange.failure else ""
    line = f"HTTP {exchange.reply.status} {exchange.reply.reason}".rstrip()
    body = " ".join(exchange.body.split())
    cut = "…" if len(body) > _MOST_SHOWN else ""
    return f"{line}  {body[:_MOST_SHOWN]}{cut}".rstrip()


def _suite(run: Run) -> Json:
    """Say what the endpoint was measured by."""
    scenarios = sum(feature.scenarios for feature in run.features)
    return {
        "version": run.version,
        "cases_digest": run.digest,
        "cases": len(registry.cases()) + scenarios,
        "features": [plain(feature) for feature in run.features],
    }


def _excluded() -> Json:
    """Return the requirements that no case tests, and why."""
    return [
        {
            "requirement_id": requirement.id,
            "keyword": requirement.keyword.value,
            "requirement": requirement.text,
            "source": requirement.source.value,
            "reason": requirement.excluded,
        }
        for requirement in registry.requirements()
        if requirement.excluded is not None
    ]


def _storable(value: Json) -> Json:
    """Write out half characters, which JSON may hold and no file can."""
    match value:
        case str():
            ours = value.isascii()
            return value if ours else value.encode("utf-8", "backslashreplace").decode("utf-8")
        case list():
            return [_storable(item) for item in value]
        case dict():
            return {str(_storable(key)): _storable(item) for key, item in value.items()}
    return value


_SESSION = ("cdr_id", "call_session_id")
"""The parameters that carry the session id, which is no secret."""


def mask_for(result: CaseResult, mask: Masker) -> Masker:
    """Let a masker know the people who occur in the evidence of a case."""
    for played in result.calls:
        mask = mask_of(played, mask)
    sessions: set[str] = set()
    for exchange in result.exchanges:
        sessions.update(map(_own_id, (exchange.params.get(name, "") for name in _SESSION)))
    return mask.and_known(people_of(result), kept=sessions)


def people_of(result: CaseResult) -> set[str]:
    """Return the numbers of people that occur in the evidence of a case."""
    of_calls = {phone for played in result.calls for phone in played.people()}
    return of_calls.union(*(exchange.phones for exchange in result.exchanges))


def _own_id(session: str) -> str:
    """Return the part of a session id that is ours: hostile requests put something behind it."""
    return session[: next((at for at, letter in enumerate(session) if not letter.isdigit()), None)]


def _case(
    result: CaseResult, run: Run, mask: Masker, causes: Mapping[str, str], *, evidence: bool
) -> Json:
    case, requirement = result.case, result.case.requirement
    mask = mask_for(result, mask)
    shown = _shown(result)
    named = run.named or shlex.quote(without_secrets(run.url))
    said: dict[str, Json] = {
        "id": case.id,
        "title": case.title,
        "family": case.family,
        "keyword": requirement.keyword.value,
        "requirement": requirement.text,
        "requirement_id": requirement.id,
        "source": requirement.source.value,
        "documented": requirement.documented,
        "why": requirement.why,
        "fix": requirement.fix,
        "verdict": result.verdict.value,
    }
    reason = result.finding.reason
    curl = again(shown[0].request) if shown else None
    replay = result.replay or f"pbx certify {named} --only {case.id}"
    seen: dict[str, Json] = {
        "reason": sentence(result.finding),
        "cause": causes.get(case.id),
        "assumption": reason.assumption.value if reason.assumption else None,
        "kind": reason.kind.value,
        "subject": plain(reason.subject),
        "expected": reason.expected,
        "received": reason.received,
        "missing_facts": [*reason.missing_facts],
        "traceback": reason.traceback or None,
        "caller": _caller(result),
        "duration_s": round(result.duration_s, 4),
        "curl": curl,
        "curl_hides": [*mask.hides(curl or "")],
        "replay": replay,
        "replay_hides": [*mask.hides(replay)],
        "exchanges": [_exchange(exchange) for exchange in shown] if evidence else [],
        "ladders": [_ladder(played) for played in _calls(result)] if evidence else [],
    }
    if case.feature is None:
        # The catalogue's own words hold nobody's number, but samples that are to be read.
        return {**said, **_masked(seen, mask)}
    own: dict[str, Json] = {"feature": case.feature}
    if case.script is None:
        own["steps"] = [{"text": step.text, "status": step.status} for step in result.steps]
    return _masked({**said, **seen, **own}, mask)


def _masked(content: Mapping[str, Json], mask: Masker) -> dict[str, Json]:
    return {name: masked(value, mask) for name, value in content.items()}


def _shown(result: CaseResult) -> list[Exchange]:
    """Return the exchanges to show: those to blame first."""
    blamed = list(result.finding.reason.exchanges)
    others = [item for item in result.exchanges if not any(item is one for one in blamed)]
    return (blamed + others)[:MOST_EXCHANGES]


def _calls(result: CaseResult) -> list[CallResult]:
    """Return the calls to show: those with an exchange to blame first, then those in trouble."""
    if result.verdict is Verdict.PASS:
        return list(result.calls[:MOST_LADDERS])

    def trouble(played: CallResult) -> tuple[bool, bool]:
        blamed = any(
            item is one for item in played.exchanges for one in result.finding.reason.exchanges
        )
        return blamed, any(request.failure for request in played.record.requests)

    return sorted(result.calls, key=trouble, reverse=True)[:MOST_LADDERS]


def _caller(result: CaseResult) -> str | None:
    calls = _calls(result)
    return f"The caller {outcome(calls[0].record)}." if calls else None


def _exchange(exchange: Exchange) -> Json:
    return {
        "at": round(exchange.at, 4),
        "request": plain(exchange.request),
        "params": dict(exchange.params),
        "response": _response(exchange.reply),
        "elapsed_s": round(exchange.elapsed_s, 4),
        "observed": _observed(exchange.observed),
        "injected": list(exchange.injected),
    }


def _response(reply: HttpReply | None) -> Json:
    if reply is None:
        return None
    content = plain(reply)
    if isinstance(content, dict):
        content |= {"http_version": reply.http_version, "body_bytes": len(reply.body)}
    return content


def _observed(observed: Instructed | Failure | None) -> Json:
    match observed:
        case Failure():
            kind = observed.observed.value
            return {"kind": kind, "detail": observed.detail, "path": observed.path}
        case Instructed():
            return {"kind": "instruction", "detail": "", "path": None}
        case None:
            return None


def _ladder(played: CallResult) -> Json:
    return {
        "caller": f"The caller {outcome(played.record)}.",
        "finish_reason": played.record.finish_reason.value,
        "dead_air_s": round(played.record.dead_air_s, 3),
        "duration_s": round(played.record.ended_at, 3),
        "steps": [_step(step) for step in played.steps()],
    }


def _step(step: Step) -> Json:
    if isinstance(step, DeadAir):
        return {"at": round(step.at, 3), "dead_air_s": round(step.seconds, 3)}
    content: Mapping[str, Json] = {
        "at": round(step.at, 3),
        "from": step.source.title,
        "to": step.target.title,
        "label": step.label,
        "trouble": step.trouble,
        "both": step.both,
    }
    return dict(content)
