"""The page that ``--help`` prints: plain text in which no word is broken."""

import shutil
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

import typer

_WIDEST = 100
_NARROWEST = 40
_EXAMPLE = "Example: "
_MOST_NAMES = 26
"""Columns for names; longer ones have a line of their own."""


def write_page(command: Any, context: Any, formatter: Any) -> None:
    """Write the help of a command.

    Args:
        command: The command.
        context: Of its invocation.
        formatter: Takes the text.
    """
    width = min(max(shutil.get_terminal_size().columns, _NARROWEST), _WIDEST)
    parts = [_usage(command, context, width), *_about(command.help or "", width)]
    for title, rows in _sections(command, context).items():
        room = min(max(len(name) for name, _ in rows), _MOST_NAMES)
        lines = [line for row in rows for line in _entry(*row, room, width)]
        parts.append("\n".join([typer.style(title, bold=True), *lines]))
    formatter.write("\n\n".join(parts))


def _usage(command: Any, context: Any, width: int) -> str:
    words = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    return _wrapped(f"Usage: {words}", width, then="       ")


def usage_words(command: Any, context: Any) -> list[str]:
    """Return ``[OPTIONS]`` and what stands for each argument, as it is written there."""
    words = [command.options_metavar]
    for parameter in command.get_params(context):
        if parameter.param_type_name == "argument":
            name = parameter.metavar or parameter.name.upper()
            words.append(name if parameter.required or "[" in name else f"[{name}]")
    return words


def _about(text: str, width: int) -> Iterator[str]:
    for paragraph in text.strip().split("\n\n"):
        words = paragraph.removeprefix(_EXAMPLE)
        yield _wrapped(paragraph, width) if words == paragraph else _example(words, width)


def _example(command: str, width: int) -> str:
    """Return a command so that a shell takes it also where it has several lines."""
    lines = _wrapped(command, width - 6).splitlines()
    return f"{_EXAMPLE.strip()}\n  " + " \\\n    ".join(lines)


def _sections(command: Any, context: Any) -> dict[str, list[tuple[str, str]]]:
    """Return names and what they mean, by section: arguments, options, commands."""
    found: dict[str, list[tuple[str, str]]] = {}
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None:
            name, meaning = record
            title = getattr(parameter, "rich_help_panel", None) or "Options"
            if parameter.param_type_name == "argument":
                name, title = parameter.metavar or parameter.name.upper(), "Arguments"
            found.setdefault(title, []).append((name, meaning))
    for name, inner in getattr(command, "commands", {}).items():
        found.setdefault("Commands", []).append((name, inner.get_short_help_str(_WIDEST)))
    return found


def _entry(name: str, meaning: str, room: int, width: int) -> Sequence[str]:
    """Put what a name means beside it, or beneath it where the name is long."""
    indent = " " * (room + 4)
    lines = [indent + line for line in _wrapped(meaning, width - len(indent)).splitlines()]
    if len(name) > room:
        return [f"  {name}", *lines]
    lines[:1] = [f"  {name:<{room}}  {line.strip()}" for line in lines[:1] or [""]]
    return lines


def _wrapped(text: str, width: int, then: str = "") -> str:
    return textwrap.fill(
        " ".join(text.split()),
        width,
        subsequent_indent=then,
        break_long_words=False,
        break_on_hyphens=False,
    )
