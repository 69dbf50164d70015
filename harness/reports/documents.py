"""What the reports that are JSON documents share."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from harness.display.plain import Json


def document(content: Mapping[str, Json]) -> str:
    """Write a JSON document that any file can hold, whatever an endpoint answered."""
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    # A half character within a string of JSON becomes its escape, \ud800.
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def moment(started: str, seconds: float = 0.0) -> datetime:
    """Return a moment of a run in UTC, so many seconds after its start."""
    return datetime.fromisoformat(started).astimezone(UTC) + timedelta(seconds=seconds)


def milliseconds(at: datetime) -> int:
    """Return a moment in milliseconds since 1970."""
    return round(at.timestamp() * 1000)


def header(headers: list[tuple[str, str]], name: str) -> str:
    """Find a header; nothing if there is none."""
    return next((value for key, value in headers if key.lower() == name), "")
