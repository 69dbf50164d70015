"""Whether a line that is to be pasted into a shell works as it is printed, and if not, why."""

from collections.abc import Iterable

_REASONS = {
    "numbers": "numbers are masked, --show-numbers prints them",
    "secrets": "secrets are hidden, put yours where *** stands",
}
"""By what `Masker.hides` names."""


def why_not(hidden: Iterable[str]) -> str:
    """Say why a line does not work as printed; nothing if it does."""
    reasons = [_REASONS[what] for what in hidden]
    return f"does not work as printed: {'; '.join(reasons)}" if reasons else ""
