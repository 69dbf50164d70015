"""Endpoints that are right at first, and fail who tries again and again."""

from collections import Counter

from tests.broken_endpoints.base import MOST_GUESSES, TRY_AGAIN, Asked, CourierLine, Instruction
from tests.broken_endpoints.register import broken


@broken("SEQ-071")
class NothingAfterThreeGuesses(CourierLine):
    """Gives an empty object to a courier who has guessed thrice."""

    def decide(self, asked: Asked) -> Instruction:
        locked = asked.digits is not None and self.is_locked(asked)
        return {} if locked else super().decide(asked)

    def refuse(self, asked: Asked) -> Instruction:
        super().refuse(asked)
        return TRY_AGAIN


@broken("SEQ-071")
class FailsAtTheThirdGuess(CourierLine):
    """Fails when it counts the third wrong order of a call."""

    def refuse(self, asked: Asked) -> Instruction:
        said = super().refuse(asked)
        if self.wrong[asked.call] == MOST_GUESSES:
            raise NotImplementedError  # nobody catches it: that is the fault
        return said


@broken("SEQ-072")
class NothingForTheSilent(CourierLine):
    """Gives an empty object when a courier has typed nothing three times."""

    def __init__(self) -> None:
        super().__init__()
        self.silent: Counter[tuple[str, str]] = Counter()

    def instruct(self, asked: Asked) -> Instruction:
        if asked.digits is None and self.is_courier(asked):
            self.silent[asked.call] += 1
            # The first question of a call is no silence yet.
            if self.silent[asked.call] > MOST_GUESSES:
                return {}
        return super().instruct(asked)
