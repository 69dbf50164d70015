"""What ``pbx certify`` prints: what is right, what is wrong, and what to do next."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from harness.certify.model import CaseResult, Verdict
from harness.certify.sentences import sentence
from harness.display.counting import counted
from harness.display.repeating import why_not
from harness.display.terminal import Terminal
from harness.reports.overview import (
    CaseReport,
    CauseReport,
    Family,
    NotTested,
    Report,
    facts_to_add,
    families,
    is_broken_off,
    not_tested,
    reach,
    run_sentences,
    run_title,
    to_consider,
    to_fix,
)
from harness.reports.report import mask_for
from harness.reports.words import ASSUMPTIONS, SOURCES, VERDICTS
from mockpbx.manifest.facts import FACTS
from mockpbx.masking import Masker

_MOST_SHOWN = 3
"""Causes shown in full; whoever fixed these runs it again."""
_MOST_NAMED = 12
"""Causes that are at least named."""
_MOST_FACTS = 8
_MOST_REASONS = 4
_MOST_LETTERS = 300
_ALWAYS_KNOWN = frozenset({"virtual_number", "stranger"})
"""Facts of which nobody has to tell."""
_LABEL = 10

_RUN_STYLES = {
    "certified": "bold green",
    "certified-with-remarks": "bold yellow",
    "not-certified": "bold red",
    "partial": "bold cyan",
    "aborted": "bold magenta",
}


def print_case(terminal: Terminal, result: CaseResult, mask: Masker) -> None:
    """Print a line for a case of which there is something to say."""
    if result.verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE):
        return
    words = VERDICTS[result.verdict.value]
    mask = mask_for(result, mask)
    reason = _brief(mask(sentence(result.finding)))
    terminal.say(
        (f"{words.word:<11}", words.style),
        (f"{result.case.id:<12} ", "bold"),
        f"{result.case.title}: {reason}",
    )


def print_summary(terminal: Terminal, report: Report) -> None:
    """Print what the run comes to."""
    if report["cases"]:
        terminal.say()
        _print_families(terminal, families(report["cases"]))
    terminal.say()
    first, *further = run_sentences(report)
    title = run_title(report["verdict"]).upper()
    terminal.say((title, _RUN_STYLES[report["verdict"]]), f"  {first}")
    for line in further:
        terminal.say(line)
    _print_next(terminal, report)
    _print_untested(terminal, report)


# -- families --------------------------------------------------------------------------

_COLUMNS = ("pass", "fail", "remarks", "not tested")


def _print_families(terminal: Terminal, found: Sequence[Family]) -> None:
    width = max(len(family.title) for family in found) + 2
    heads = "".join(f"{name:>{len(name) + 3}}" for name in _COLUMNS)
    terminal.say((f"{'':<{width}}{heads}", "dim"))
    for family in found:
        numbers = (
            (family.counts["pass"], "green"),
            (family.failing, "bold red"),
            (family.remarks, "yellow"),
            (family.counts["not-applicable"], "dim"),
        )
        cells = [
            (f"{number or '·':>{len(name) + 3}}", style if number else "dim")
            for name, (number, style) in zip(_COLUMNS, numbers, strict=True)
        ]
        terminal.say(f"{family.title:<{width}}", *cells)


# -- what to do next -------------------------------------------------------------------


def _print_next(terminal: Terminal, report: Report) -> None:
    wrong, better = to_fix(report), to_consider(report)
    cases = {case["id"]: case for case in report["cases"]}
    for title, causes, most in (
        ("What to fix first", wrong, _MOST_SHOWN),
        ("What could be better", better, 0 if wrong else _MOST_SHOWN),
    ):
        if not causes:
            continue
        _head(terminal, title)
        for cause in causes[:most]:
            _print_cause(terminal, cause, cases[cause["case"]])
        for cause in causes[most:_MOST_NAMED]:
            words = VERDICTS[cause["verdict"]]
            said = f"{_brief(cause['title'])}  ({reach(cause)})"
            terminal.say((f"{words.mark} {cause['case']:<11}", words.style), said)
        if len(causes) > _MOST_NAMED:
            more = counted(len(causes) - _MOST_NAMED, "cause")
            terminal.say(f"and {more} more; --html FILE writes a report of all")
    faults = [case for case in report["cases"] if case["verdict"] == "error"]
    if faults:
        _head(terminal, "Errors of the harness, which are not the endpoint's")
        for case in faults[:_MOST_SHOWN]:
            _labelled(terminal, case["id"], f"{_brief(case['reason'])}; please report it")


def _head(terminal: Terminal, text: str) -> None:
    terminal.say()
    terminal.say((text, "bold"))


def _print_cause(terminal: Terminal, cause: CauseReport, case: CaseReport) -> None:
    words = VERDICTS[cause["verdict"]]
    terminal.say((f"{words.mark} {_brief(cause['title'])}", words.style), f"  ({reach(cause)})")
    for label, text in _rows(cause, case):
        _labelled(terminal, label, text)


def _rows(cause: CauseReport, case: CaseReport) -> Iterator[tuple[str, str]]:
    if cause["answer"]:
        yield "answer", cause["answer"]
    source = SOURCES.get(case["source"], case["source"])
    yield "required", f"{case['requirement']} ({case['keyword']}, {source})"
    if cause["assumption"]:
        yield "assumed", f"{ASSUMPTIONS[cause['assumption']]}: a remark, and no fault"
    if case["caller"]:
        yield "so", case["caller"]
    yield "fix", cause["advice"]
    others = [one for one in (*cause["cases"], *cause["consequences"]) if one != case["id"]]
    more = f" and {len(others) - _MOST_FACTS} more" if len(others) > _MOST_FACTS else ""
    yield "cases", ", ".join([case["id"], *others[:_MOST_FACTS]]) + more
    yield "again", case["replay"]
    hidden = why_not(case["replay_hides"])
    if hidden:
        yield "", hidden


def _labelled(terminal: Terminal, label: str, text: str) -> None:
    """Print a label and a text beside it; a person's terminal gets it wrapped."""
    lines: Iterable[str] = text.strip().splitlines()
    if terminal.is_watched:
        room = max(terminal.columns - _LABEL - 4, 40)
        lines = [part for line in lines for part in _wrapped(line, room)]
    for place, line in enumerate(lines):
        terminal.say((f"  {'' if place else label:<{_LABEL}}", "dim"), f"  {line}")


def _wrapped(line: str, room: int) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip()))
    return textwrap.wrap(
        line, room, break_long_words=False, break_on_hyphens=False, subsequent_indent=indent
    ) or [""]


def _brief(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= _MOST_LETTERS else f"{one_line[: _MOST_LETTERS - 1]}…"


# -- what was not tested ---------------------------------------------------------------


def _print_untested(terminal: Terminal, report: Report) -> None:
    facts = facts_to_add(report["cases"])
    if facts and not is_broken_off(report):
        _head(terminal, "To test more, say in pbx.toml what is true behind the endpoint")
        for line in _manifest(report, [name for name, _ in facts]):
            terminal.say(f"  {line}")
        wizard = "" if _is_described(report) else "pbx init asks you and writes the file; "
        terminal.say(f"{wizard}then run: pbx certify")
    others = [
        group for group in not_tested(report["cases"]) if not group.cases[0].get("missing_facts")
    ]
    if others:
        _head(terminal, "Not tested either" if facts else "Not tested")
        _print_reasons(terminal, others)


def _manifest(report: Report, names: Sequence[str]) -> Iterator[str]:
    width = max(len(name) for name in names[:_MOST_FACTS])
    if not _is_described(report):
        yield "[endpoint]"
        yield f'url = "{report["endpoint"]["url"]}"'
    yield "[facts]"
    for name in names[:_MOST_FACTS]:
        meaning = f"  # {FACTS[name].meaning}" if name in FACTS else ""
        yield f'{name:<{width}} = "…"{meaning}'
    if len(names) > _MOST_FACTS:
        yield f"# and, if there are any: {', '.join(names[_MOST_FACTS:])}"


def _is_described(report: Report) -> bool:
    """Tell whether there is a manifest already."""
    known = (report.get("manifest") or {}).get("facts") or {}
    return not _ALWAYS_KNOWN.issuperset(known)


def _print_reasons(terminal: Terminal, groups: Sequence[NotTested]) -> None:
    for group in groups[:_MOST_REASONS]:
        terminal.say(f"  {counted(len(group.cases), 'case')}: {group.reason}")
    left = sum(len(group.cases) for group in groups[_MOST_REASONS:])
    if left:
        terminal.say(f"  {counted(left, 'case')} more, for other reasons")
