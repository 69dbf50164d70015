"""The report as Markdown, for the summary page of a CI job."""

import re
from collections.abc import Iterator

from harness.display.counting import counted
from harness.reports.junit import evidence
from harness.reports.overview import (
    CaseReport,
    Report,
    facts_to_add,
    failing,
    families,
    not_tested,
    reach,
    remarks,
    run_sentences,
    run_title,
    to_fix,
)
from harness.reports.words import VERDICTS
from mockpbx.manifest.facts import FACTS
from mockpbx.result.printable import visible

MOST_SHOWN = 40
"""Failures shown in full; a page of a job holds a megabyte."""


def markdown(report: Report) -> str:
    """Make the document."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield f"## PBX protocol: {run_title(report['verdict']).lower()}"
    yield ""
    yield _text(" ".join(run_sentences(report)))
    yield ""
    url, version = _text(report["endpoint"]["url"]), _text(report["suite"]["version"])
    when = f"{_text(report['started'])}, {report['duration_s']:.1f} s"
    yield f"<code>{url}</code> · {when} · pbx-harness {version}"
    yield ""
    yield from _counts(report)
    yield from _causes(report)
    yield from _failures(report)
    yield from _listed("Remarks", remarks(report["cases"]))
    yield from _untested(report)


def _counts(report: Report) -> Iterator[str]:
    yield "| | cases | pass | fail | remarks | not tested |"
    yield "|---|--:|--:|--:|--:|--:|"
    for family in families(report["cases"]):
        numbers = (
            len(family.cases),
            family.counts["pass"],
            f"**{family.failing}**" if family.failing else 0,
            family.remarks,
            family.counts["not-applicable"],
        )
        yield f"| {_text(family.title)} | {' | '.join(map(str, numbers))} |"
    yield ""


def _causes(report: Report) -> Iterator[str]:
    causes = to_fix(report)
    if not causes:
        return
    yield f"### {counted(len(causes), 'cause')}, most urgent first"
    yield ""
    for place, cause in enumerate(causes, 1):
        yield f"{place}. **{_text(cause['title'])}** ({_text(reach(cause))})  "
        if cause["answer"]:
            yield f"   <code>{_text(cause['answer'])}</code>  "
        yield f"   {_text(cause['advice'])}"
    yield ""


def _failures(report: Report) -> Iterator[str]:
    cases = failing(report["cases"])
    if not cases:
        return
    yield f"### {counted(len(cases), 'failure')}"
    yield ""
    for case in cases[:MOST_SHOWN]:
        known = " (known)" if "known" in case else ""
        yield "<details>"
        yield f"<summary><b>{_text(case['id'])}</b> {_text(case['title'])}{known}</summary>"
        yield ""
        yield _fenced(evidence(case))
        yield ""
        yield "</details>"
    yield ""
    yield from _more(cases)


def _listed(title: str, cases: list[CaseReport]) -> Iterator[str]:
    if not cases:
        return
    yield f"### {title}"
    yield ""
    for case in cases[:MOST_SHOWN]:
        word = VERDICTS[case["verdict"]].word
        yield f"- **{_text(case['id'])}** {word}: {_text(case['title'])}; {_text(case['reason'])}"
    yield ""
    yield from _more(cases)


def _more(cases: list[CaseReport]) -> Iterator[str]:
    if len(cases) > MOST_SHOWN:
        yield f"and {len(cases) - MOST_SHOWN} more in the other reports"
        yield ""


def _untested(report: Report) -> Iterator[str]:
    groups = not_tested(report["cases"])
    if not groups:
        return
    number = report["counts"]["not-applicable"]
    yield f"<details><summary>{counted(number, 'case')} not tested</summary>"
    yield ""
    for group in groups:
        yield f"- {len(group.cases)}: {_text(group.reason)}"
    facts = facts_to_add(report["cases"])
    if facts:
        yield ""
        yield "Add what is true behind the endpoint to `pbx.toml`:"
        yield ""
        yield _fenced("\n".join(["[facts]", *(_fact(name) for name, _ in facts)]), "toml")
    yield ""
    yield "</details>"


def _fact(name: str) -> str:
    return f'{name} = "…"' + (f"  # {FACTS[name].meaning}" if name in FACTS else "")


_SPECIAL = re.compile(r"[\\`*\[\]#|~<>&@]|(?<!\w)_|_(?!\w)")


def _text(text: str) -> str:
    """Let a text stand in Markdown as it is, on one line."""
    one_line = " ".join(visible(text).split())
    return _SPECIAL.sub(lambda found: f"&#{ord(found.group())};", one_line)


def _fenced(text: str, language: str = "text") -> str:
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"
