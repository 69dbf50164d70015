"""What ``pbx certify`` prints: what is right, what is wrong, and what to do next."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from harness.masking import Masker
from harness.model import CaseResult, Verdict
from harness.reports.overview import (
    CaseReport,
    NotTested,
    Report,
    facts_to_add,
    failing,
    families,
    not_tested,
    remarks,
    run_sentences,
    run_title,
    to_mend,
)
from harness.reports.report import mask_for
from harness.reports.terminal import Terminal
from harness.reports.words import FACTS, SOURCES, VERDICTS, counted

_MOST_TOLD = 3
"""Failures told in full; whoever mended these runs it again."""
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
    "aborted": "bold magenta",
}


def print_case(terminal: Terminal, result: CaseResult, mask: Masker) -> None:
    """Print a line for a case of which there is something to say."""
    if result.verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE):
        return
    words = VERDICTS[result.verdict.value]
    mask = mask_for(result, mask)
    reason = _brief(mask(result.finding.reason))
    terminal.say(
        (f"{words.word:<11}", words.style),
        (f"{result.case.id:<13}", "bold"),
        f"{result.case.title}: {reason}",
    )


def print_summary(terminal: Terminal, report: Report) -> None:
    """Print what the run comes to."""
    if report["cases"]:
        terminal.say()
        _print_families(terminal, report)
    terminal.say()
    first, *further = run_sentences(report)
    title = run_title(report).upper()
    terminal.say((title, _RUN_STYLES[report["verdict"]]), f"  {first}")
    for sentence in further:
        terminal.say(sentence)
    _print_next(terminal, report)


# -- families --------------------------------------------------------------------------

_COLUMNS = ("pass", "fail", "remarks", "not tested")


def _print_families(terminal: Terminal, report: Report) -> None:
    found = families(report)
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
    mend = to_mend(report)
    groups = mend or [[case] for case in remarks(report)]
    if groups:
        _head(terminal, "What to mend first" if mend else "What could be better")
        for cases in groups[:_MOST_TOLD]:
            _print_told(terminal, cases)
        if len(groups) > _MOST_TOLD:
            more = counted(len(groups) - _MOST_TOLD, "requirement" if mend else "remark")
            terminal.say(f"and {more} more; --html FILE writes a report of all")
    faults = [case for case in failing(report) if case["verdict"] == "error"]
    if faults:
        _head(terminal, "Errors of the harness, which are not the endpoint's")
        for case in faults[:_MOST_TOLD]:
            _labelled(terminal, case["id"], f"{_brief(case['reason'])}; please report it")
    _print_untested(terminal, report)


def _head(terminal: Terminal, text: str) -> None:
    terminal.say()
    terminal.say((text, "bold"))


def _print_told(terminal: Terminal, cases: Sequence[CaseReport]) -> None:
    case, *others = cases
    words = VERDICTS[case["verdict"]]
    terminal.say((f"{words.mark} {case['id']}  ", words.style), (case["title"], "bold"))
    for label, text in _told(case, others):
        _labelled(terminal, label, text)


def _told(case: CaseReport, others: Sequence[CaseReport]) -> Iterator[tuple[str, str]]:
    source = SOURCES.get(case["source"], case["source"])
    yield "required", f"{case['requirement']} ({case['keyword']}, {source})"
    if case["expected"]:
        yield "expected", _brief(case["expected"])
    yield "received", _brief(case["received"] or case["reason"])
    if case["caller"]:
        yield "so", case["caller"]
    yield "fix", case["fix"]
    if others:
        ids = ", ".join(other["id"] for other in others[:_MOST_FACTS])
        more = f" and {len(others) - _MOST_FACTS} more" if len(others) > _MOST_FACTS else ""
        yield "also", f"{ids}{more}"
    yield "again", case["replay"]


def _labelled(terminal: Terminal, label: str, text: str) -> None:
    """Print a label and a text beside it; a person's terminal gets it wrapped."""
    lines: Iterable[str] = text.strip().splitlines()
    if terminal.is_terminal:
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
    facts = facts_to_add(report)
    if facts:
        _head(terminal, "To test more, say in pbx.toml what is true behind the endpoint")
        for line in _manifest(report, [name for name, _ in facts]):
            terminal.say(f"  {line}")
        wizard = "" if _is_described(report) else "pbx init asks you and writes the file; "
        terminal.say(f"{wizard}then run: pbx certify")
    others = [group for group in not_tested(report) if not group.cases[0].get("missing_facts")]
    if others:
        _head(terminal, "Not tested either")
        _print_reasons(terminal, others)


def _manifest(report: Report, names: Sequence[str]) -> Iterator[str]:
    width = max(len(name) for name in names[:_MOST_FACTS])
    if not _is_described(report):
        yield "[endpoint]"
        yield f'url = "{report["endpoint"]["url"]}"'
    yield "[facts]"
    for name in names[:_MOST_FACTS]:
        meaning = f"  # {FACTS[name]}" if name in FACTS else ""
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
