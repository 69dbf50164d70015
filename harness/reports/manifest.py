"""The manifest as a report tells it, as TOML again: to be read, and to be filled in and used."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from harness.reports.overview import Report
from mockpbx.masking import HARMLESS_HEADERS, HIDDEN, without_secrets


def manifest_text(report: Report) -> str | None:
    """Write the report's manifest as TOML, without secrets; None if there was none.

    The report masks it already. Here, too, only the names of headers and of environment
    variables are left of whatever is sent along.
    """
    lines = list(_toml((), report.get("manifest") or {}))
    return "\n".join(lines).strip() + "\n" if lines else None


def _toml(key: tuple[str, ...], table: Mapping[str, Any]) -> Iterable[str]:
    """Write a table: its values, then the tables within it, for TOML knows no way back."""
    if key:
        yield from ("", f"[{'.'.join(map(_toml_key, key))}]")
    for name, value in table.items():
        if value is not None and not isinstance(value, Mapping):  # TOML knows no null
            yield f"{_toml_key(name)} = {_toml_value((*key, name), value)}"
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _toml((*key, name), value)


def _toml_key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _quoted(name)


def _toml_value(key: tuple[str, ...], value: Any) -> str:
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if isinstance(value, list):
        return f"[{', '.join(_toml_value(key, item) for item in value)}]"
    return _quoted(_without_secrets(key, str(value)))


def _quoted(text: str) -> str:
    # A string of JSON is one of TOML, but for the control character that JSON leaves as it is.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


_VARIABLE = re.compile(r"(\$\{[A-Za-z_][A-Za-z0-9_]*\})")


def _without_secrets(key: tuple[str, ...], text: str) -> str:
    """Hide what is sent along; the names of environment variables are no secret."""
    if "headers" not in key:
        return without_secrets(text)
    if key[-1].lower() in HARMLESS_HEADERS:
        return text
    parts = _VARIABLE.split(text)
    return "".join(part if _VARIABLE.fullmatch(part) else part and HIDDEN for part in parts)
