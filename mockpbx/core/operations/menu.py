"""Menu: a prompt and one choice, asked again a few times."""

from mockpbx.core.cdr import FinishReason
from mockpbx.core.channel import CallChannel
from mockpbx.core.operations.digits import collect
from mockpbx.core.operations.outcome import Go, Outcome, Stop, Waiting
from mockpbx.core.scenario import Collect, Menu


def menu(channel: CallChannel, name: str, operation: Menu) -> Waiting[Outcome]:
    """Ask until a valid choice is made or the attempts are used up."""
    one_digit = Collect(length=1, first_digit_s=operation.wait_s)
    for _ in range(operation.attempts):
        digit = yield from collect(channel, name, one_digit, operation.prompt)
        chosen = operation.choices.get(digit)
        if chosen is not None:
            return Go(operation=chosen)
    if operation.otherwise is not None:
        return Go(operation=operation.otherwise)
    return Stop(reason=FinishReason.INCORRECT_INPUT)
