"""Checks of single values of an answer, with a sentence that says where and what."""

from mockpbx.core.observed import Observed
from mockpbx.wire.rejected import Rejected, described


def mismatch(path: str, expected: str, got: object, *, assumed: bool = False) -> Rejected:
    """Return the rejection ``phones[1]: expected a string of digits, got the number 7``.

    Args:
        path: JSON path, e.g. ``$.phones[1]``.
        expected: What belongs there, for the end of "expected".
        got: What is there.
        assumed: Nobody documents that this is wrong.
    """
    detail = f"{path.removeprefix('$.')}: expected {expected}, got {described(got)}"
    return Rejected(Observed.INSTRUCTION_INVALID, detail, path, assumed=assumed)


def non_empty_text(value: object, path: str, longest: int | None = None) -> str:
    """Let a string through that has at least one character.

    Args:
        value: The value.
        path: Its JSON path.
        longest: Characters at most, if there is a limit.

    Raises:
        Rejected: With INSTRUCTION_INVALID.
    """
    if not isinstance(value, str) or not value:
        raise mismatch(path, "a non-empty string", value)
    if longest is not None and len(value) > longest:
        detail = f"{path.removeprefix('$.')}: {len(value)} characters, at most {longest} are read"
        raise Rejected(Observed.INSTRUCTION_INVALID, detail, path, assumed=True)
    return value
