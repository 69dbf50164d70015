"""Where in a feature we are."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in a feature we are.

    Attributes:
        file: The feature's file.
        line: The step's line.
        sentence: The step, with its keyword.
        lang: The feature's language.
    """

    file: str = ""
    line: int = 0
    sentence: str = ""
    lang: str = "en"

    def __str__(self) -> str:
        """Return ``features/courier.feature:12: Then the caller talks to the customer``."""
        said = self.sentence.removesuffix(":")
        return f"{self.file}:{self.line}: {said}" if self.file else said
