"""The report of a replay: lines for people, JSON for programs."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from harness.masking import Masker, without_secrets
from harness.reports.ladder import draw, ladder
from harness.reports.outcome import outcome
from harness.reports.plain import Json, mask_of, performance
from harness.runner import Replayed, Verdict
from mockpbx.callscript.expectations import Miss
from mockpbx.drivers.stage import Played
from mockpbx.errors import UsageError

FORMAT = "pbx-replay/1"

_WORDS = {
    Verdict.AS_EXPECTED: ("ok", "green"),
    Verdict.MISSED: ("MISSED", "bold red"),
    Verdict.NOT_APPLICABLE: ("n/a", "yellow"),
}


def print_script(console: Console, replayed: Replayed, mask: Masker, *, ladders: bool) -> None:
    """Print one line a call; more where an expectation was missed."""
    word, style = _WORDS[replayed.verdict]
    performed = replayed.performance
    if performed is None:
        _line(console, word, style, replayed.script.id, replayed.reason or "")
        return
    for number, (played, misses) in enumerate(
        zip(performed.calls, performed.misses, strict=True), 1
    ):
        name = f"{replayed.script.id}#{number}" if len(performed.calls) > 1 else replayed.script.id
        known = mask_of(played, mask)
        call_word, call_style = _WORDS[Verdict.MISSED if misses else Verdict.AS_EXPECTED]
        _line(console, call_word, call_style, name, known(outcome(played.record)))
        for line in _details(played, misses, known, ladders=ladders):
            console.print(Text(line), soft_wrap=True)


def _line(console: Console, word: str, style: str, name: str, said: str) -> None:
    text = Text.assemble((f"{word:<7}", style), (f"{name:<34} ", "bold"), said)
    console.print(text, soft_wrap=True)


def _details(
    played: Played, misses: Sequence[Miss], mask: Masker, *, ladders: bool
) -> Iterator[str]:
    for miss in misses:
        yield f"         {mask(str(miss))}"
    if misses:
        yield from _conversation(played, mask)
    if misses or ladders:
        yield ""
        yield from mask(draw(ladder(played))).splitlines()
        yield ""


def _conversation(played: Played, mask: Masker) -> Iterator[str]:
    """Give what was sent, as lines to repeat by hand."""
    for exchange in played.exchanges:
        url = mask(without_secrets(exchange.request.url))
        yield f"         request {exchange.request_id}: {exchange.request.method} {url}"
        if exchange.reply is not None:
            body = exchange.reply.body[:200].decode("utf-8", "backslashreplace")
            yield f"         answer: HTTP {exchange.reply.status} {mask(body)!r}"


def counts(results: Sequence[Replayed]) -> dict[str, int]:
    """Count the verdicts."""
    found = Counter(replayed.verdict for replayed in results)
    return {verdict.value: found[verdict] for verdict in Verdict}


def print_summary(console: Console, results: Sequence[Replayed], seconds: float) -> None:
    """Print how many scripts went as expected, and why some were not played."""
    found = counts(results)
    calls = sum(len(replayed.performance.calls) for replayed in results if replayed.performance)
    summary = (
        f"{found['as-expected']} scripts as expected, {found['missed']} missed, "
        f"{found['not-applicable']} not applicable; {calls} calls in {seconds:.1f} s"
    )
    console.print(Text(summary, "bold red" if found["missed"] else "bold green"))


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
        "endpoint": {"url": without_secrets(url)},
        "complete": whole,
        "duration_s": round(seconds, 3),
        "counts": {**counts(results)},
        "scripts": [_script(replayed, mask) for replayed in results],
    }
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    try:
        if str(path) == "-":
            print(text, end="")  # noqa: T201  # the report is the output
        else:
            path.write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(f"the report {path} cannot be written: {error.strerror}") from error


def _script(replayed: Replayed, mask: Masker) -> Json:
    return {
        "id": replayed.script.id,
        "title": replayed.script.model.title,
        "source": replayed.script.document.source,
        "verdict": replayed.verdict.value,
        "reason": replayed.reason,
        "duration_s": round(replayed.duration_s, 4),
        "calls": performance(replayed.performance, mask) if replayed.performance else [],
    }
