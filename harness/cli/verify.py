"""``pbx verify``: is a bundle as it was issued, and still good?"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from harness.certify import registry
from harness.cli.exits import Exit
from harness.cli.grammar import command
from harness.cli.options import JsonOptions
from harness.display.counting import counted
from harness.display.terminal import Terminal
from harness.reports.report import suite_version
from harness.reports.words import RUN_TITLES
from harness.results import bundle
from mockpbx.errors import UsageError

_STYLES = {"broken": "bold red", "remark": "yellow", "good": "bold green"}


@command
def verify(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The bundle that pbx certify --bundle wrote.")
    ],
    sha256: Annotated[
        str | None,
        typer.Option(
            "--sha256", metavar="HASH", help="The hash that was printed when it was issued."
        ),
    ] = None,
    *,
    output: JsonOptions,
) -> Exit:
    """Verify a bundle offline: has a byte changed since it was issued, and is it still good?

    Exit code 0: intact and in date, whatever its verdict on the endpoint; 1: changed, expired,
    or another file than the one with that hash; 2: something you gave is wrong.

    Example: pbx verify certificate.zip
    """
    output.check()
    verified = bundle.verify(
        _content(file),
        now=datetime.now(UTC),
        installed={"version": suite_version(), "cases_digest": registry.digest()},
        sha256=_hash(sha256),
    )
    output.write(_as_json(verified))
    _print(output.terminal, file, verified)
    return Exit.OK if verified.good else Exit.MISSED


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error


def _hash(given: str | None) -> str | None:
    if given is None:
        return None
    cleaned = given.strip().lower().removeprefix("sha256:")
    if not re.fullmatch("[0-9a-f]{64}", cleaned):
        raise UsageError("--sha256: give the 64 digits (0-9, a-f) that pbx certify printed")
    return cleaned


def _print(terminal: Terminal, file: Path, verified: bundle.Verified) -> None:
    for line in _about(verified):
        terminal.say(line)
    terminal.say()
    for problem in verified.broken:
        terminal.say((f"BROKEN   {problem}", _STYLES["broken"]))
    if verified.identical is False:
        terminal.say(("BROKEN   this is another file than the one with that hash", "bold red"))
    if verified.expired:
        terminal.say(("EXPIRED  certify the endpoint again", _STYLES["broken"]))
    for remark in verified.remarks:
        terminal.say((f"remark   {remark}", _STYLES["remark"]))
    if verified.good:
        terminal.say((f"INTACT   {_proof(verified)}", _STYLES["good"]))
    if verified.good and verified.identical is None:
        terminal.say(
            "This shows that nothing was changed by accident, not who issued it. If you know the "
            f"hash that was printed then: pbx verify {file} --sha256 HASH"
        )


def _about(verified: bundle.Verified) -> Iterator[str]:
    yield f"sha256   {verified.sha256}"
    index = verified.index
    if index is None or verified.broken:  # what it says of itself cannot be relied on
        return
    yield f"verdict  {RUN_TITLES.get(index['verdict'], index['verdict'])}"
    yield f"endpoint {index['endpoint']['url']}"
    yield f"issued   {index['issued']}, good until {index['expires']}"
    counts = {name: number for name, number in index["counts"].items() if number}
    found = ", ".join(f"{number} {name}" for name, number in counts.items())
    yield f"cases    {sum(counts.values())} of the suite's {index['suite']['cases']}: {found}"
    yield f"suite    {index['suite']['version']}, {index['suite']['cases_digest']}"


def _proof(verified: bundle.Verified) -> str:
    index = verified.index or {}
    files = counted(len(index["files"]), "file")
    said = f"{files} and the zip itself are as they were written"
    return f"{said}: byte for byte the file of that hash" if verified.identical else said


def _as_json(verified: bundle.Verified) -> dict[str, object]:
    return {
        "good": verified.good,
        "sha256": verified.sha256,
        "broken": list(verified.broken),
        "expired": verified.expired,
        "identical": verified.identical,
        "remarks": list(verified.remarks),
        "index": verified.index,
    }
