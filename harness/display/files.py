"""Files that reports are written to; ``-`` is standard output."""

import json
from collections.abc import Iterable
from pathlib import Path

from harness.display.terminal import emit
from mockpbx.errors import UsageError


def check_all_writable(paths: Iterable[Path]) -> None:
    """See that reports can be written, each to a place of its own.

    Raises:
        UsageError: One cannot, or two are to go to the same file.
    """
    taken: set[Path] = set()
    for path in paths:
        check_writable(path)
        if path.exists() and not path.is_file():
            continue  # a device or a pipe takes them one after the other
        place = path.resolve()
        if place in taken:
            raise UsageError(f"two reports cannot both be written to {path}; name another file")
        taken.add(place)


def check_writable(path: Path) -> None:
    """See that a report can be written, before the work is done whose result it is to hold.

    Raises:
        UsageError: It cannot.
    """
    if is_stdout(path):
        return
    is_there = path.exists()
    try:
        path.open("a").close()
        if not is_there:
            path.unlink()
    except OSError as error:
        raise _unwritable(path, error) from error


def write(path: Path, text: str) -> None:
    """Write a report.

    Raises:
        UsageError: The file cannot be written.
    """
    if is_stdout(path):
        emit(text)
        return
    try:
        path.write_text(text, "utf-8", "backslashreplace")
    except OSError as error:
        raise _unwritable(path, error) from error


def as_json(content: object) -> str:
    """Return content as the text of a JSON document."""
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def is_stdout(path: Path) -> bool:
    """Tell whether a report is to be printed."""
    return str(path) == "-"


def _unwritable(path: Path, error: OSError) -> UsageError:
    return UsageError(f"the report {path} cannot be written: {error.strerror}")
