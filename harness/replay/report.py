"""The report of a replay: lines for people, JSON for programs."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from harness.display.counting import counted
from harness.display.exchanges import conversation
from harness.display.files import write
from harness.display.plain import Json, mask_of, script_result
from harness.display.repeating import why_not
from harness.display.terminal import Terminal
from harness.replay.runner import Replayed, ReplayVerdict
from mockpbx.callscript.expectations import Miss
from mockpbx.masking import Masker, without_secrets
from mockpbx.result.call_result import CallResult
from mockpbx.result.ladder import draw, relabelled
from mockpbx.result.outcome import outcome

FORMAT = "pbx-replay/1"

_WORDS = {
    ReplayVerdict.AS_EXPECTED: ("ok", "green"),
    ReplayVerdict.MISSED: ("MISSED", "bold red"),
    ReplayVerdict.NOT_APPLICABLE: ("n/a", "yellow"),
    ReplayVerdict.UNTESTABLE: ("n/t", "yellow"),
}


def print_script(
    console: Terminal, replayed: Replayed, mask: Masker, *, again: str, ladders: bool
) -> None:
    """Print one line a call; more where an expectation was missed.

    Args:
        console: Where to.
        replayed: The script.
        mask: What to hide.
        again: The command that plays it again.
        ladders: Draw every call.
    """
    performed = replayed.played
    if performed is None:
        _line(console, replayed.verdict, replayed.script.id, mask(str(replayed.lack or "")))
        return
    for number, (played, misses) in enumerate(
        zip(performed.calls, performed.misses, strict=True), 1
    ):
        name = f"{replayed.script.id}#{number}" if len(performed.calls) > 1 else replayed.script.id
        known = mask_of(played, mask)
        verdict = ReplayVerdict.MISSED if misses else ReplayVerdict.AS_EXPECTED
        if replayed.verdict is ReplayVerdict.UNTESTABLE:
            verdict = replayed.verdict
        _line(console, verdict, name, known(outcome(played.record)))
        for undone in played.undone:
            console.say(f"         never took place: {known(str(undone))}")
        if misses:
            console.say(f"         again: {known(again)}")
            if known.hides(again):
                console.say(f"         {why_not(known.hides(again))}")
        for line in _details(played, misses, known, console.columns, ladders=ladders):
            console.say(line)


def _line(console: Terminal, verdict: ReplayVerdict, name: str, said: str) -> None:
    word, style = _WORDS[verdict]
    console.say((f"{word:<7}", style), (f"{name:<40} ", "bold"), said)


def _details(
    played: CallResult, misses: Sequence[Miss], mask: Masker, width: int, *, ladders: bool
) -> Iterator[str]:
    for miss in misses:
        yield f"         {mask(str(miss))}"
    if misses:
        yield from (f"         {line}" for line in conversation(played, mask))
    if misses or ladders:
        yield ""
        yield from draw(relabelled(played.steps(), mask), width).splitlines()
        yield ""


def counts(results: Sequence[Replayed]) -> dict[str, int]:
    """Count the verdicts."""
    found = Counter(replayed.verdict for replayed in results)
    return {verdict.value: found[verdict] for verdict in ReplayVerdict}


def print_summary(console: Terminal, results: Sequence[Replayed], seconds: float) -> None:
    """Print how many scripts went as expected, and why some were not played."""
    found = counts(results)
    calls = sum(len(replayed.played.calls) for replayed in results if replayed.played)
    summary = (
        f"{counted(found['as-expected'], 'script')} as expected, {found['missed']} missed, "
        f"{found['not-applicable']} not applicable; "
        + (f"{found['untestable']} never took place; " if found["untestable"] else "")
        + f"{counted(calls, 'call')} in {seconds:.1f} s"
    )
    console.say((summary, "bold red" if found["missed"] else "bold green"))
    wanting = Counter(fact for replayed in results for fact in _missing(replayed))
    if wanting:
        facts = ", ".join(f"{fact} ({number})" for fact, number in wanting.most_common())
        console.say(f"facts that scripts want, to be given in a pbx.toml with --manifest: {facts}")


def write_json(
    path: Path, *, url: str, results: Sequence[Replayed], seconds: float, mask: Masker, whole: bool
) -> None:
    """Write the report.

    Args:
        path: The file; ``-`` is standard output.
        url: The endpoint.
        results: The scripts played so far.
        seconds: How long that took.
        mask: What to hide.
        whole: False if the replay was broken off.

    Raises:
        UsageError: The file cannot be written.
    """
    content: Json = {
        "format": FORMAT,
        "suite": {"version": version("pbx-harness")},
        "endpoint": {"url": mask(without_secrets(url))},
        "complete": whole,
        "duration_s": round(seconds, 3),
        "counts": {**counts(results)},
        "scripts": [_script(replayed, mask) for replayed in results],
    }
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    write(path, text)


def _missing(replayed: Replayed) -> tuple[str, ...]:
    return replayed.lack.facts if replayed.lack else ()


def _script(replayed: Replayed, mask: Masker) -> Json:
    return {
        "id": replayed.script.id,
        "title": replayed.script.model.title,
        "source": replayed.script.document.source,
        "verdict": replayed.verdict.value,
        "reason": None if replayed.lack is None else mask(str(replayed.lack)),
        "missing_facts": list(_missing(replayed)),
        "never_took_place": [mask(str(one)) for one in replayed.played.undone]
        if replayed.played
        else [],
        "duration_s": round(replayed.duration_s, 4),
        "calls": script_result(replayed.played, mask) if replayed.played else [],
    }
