"""Finds features in folders."""

from pathlib import Path


def features_in(folder: Path) -> list[Path]:
    """Return the features in a folder and below it."""
    return sorted(path for path in folder.rglob("*.feature") if not hidden(path, folder))


def hidden(path: Path, base: Path) -> bool:
    """Tell whether a file is in a hidden folder: what is there belongs to tools, as to editors."""
    inside = path.relative_to(base) if path.is_relative_to(base) else Path(path.name)
    return any(part.startswith(".") for part in inside.parts)
