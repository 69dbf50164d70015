"""Something that should have happened on a call, and never did."""

from dataclasses import dataclass
from enum import StrEnum


class Act(StrEnum):
    """What kind of thing should have happened."""

    FAULT = "fault"
    HANG_UP = "hang-up"
    REPEAT = "repeat"
    STATE = "state"
    DIGITS = "digits"
    """The caller would have typed something, and was never asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """One thing that never happened.

    Attributes:
        act: What kind of thing.
        call: The place of the call it concerns, from 1; None if any of them would have done.
        said: What did not happen, and why, in one sentence.
    """

    act: Act
    call: int | None
    said: str

    def __str__(self) -> str:
        """Return the sentence."""
        return self.said

    @property
    def matters(self) -> bool:
        """Tell whether the call tested something else because of it.

        Who is not asked for digits cannot enter them, which may be just what is expected.
        """
        return self.act is not Act.DIGITS
