"""Interactive call processing: ask the endpoint, do what it says, or fall back.

The order is the vendors': pick up if that is forced, prompt and collect digits if an
access-code length is set, *then* ask [doc].
"""

from mockpbx.core.cdr import FinishReason
from mockpbx.core.channel import CallChannel
from mockpbx.core.events import InstructionArrived, RequestFailed
from mockpbx.core.instruction import Branch, Forward, Instruction
from mockpbx.core.observed import Failure, Observed
from mockpbx.core.operations.announcement import play
from mockpbx.core.operations.digits import collect
from mockpbx.core.operations.forward import reach
from mockpbx.core.operations.outcome import Branches, Go, Outcome, Stop, Waiting, go
from mockpbx.core.scenario import Interactive
from mockpbx.core.state import State


def interactive(channel: CallChannel, name: str, operation: Interactive) -> Waiting[Outcome]:
    """Ask the endpoint once and follow its instruction."""
    if operation.forced_pickup:
        channel.pick_up()
    digits = yield from _digits(channel, name, operation)
    answer = yield from _ask(channel, name, operation, digits)
    match answer:
        case Branch():
            return _branch(channel, operation, answer)
        case Forward():
            return (yield from _forward(channel, operation, answer))
        case Stop() | Go():
            return answer


def _digits(channel: CallChannel, name: str, operation: Interactive) -> Waiting[str | None]:
    if operation.collect is None:
        yield from play(channel, operation.prompt)
        return None
    return (yield from collect(channel, name, operation.collect, operation.prompt)) or None


def _ask(
    channel: CallChannel, name: str, operation: Interactive, digits: str | None
) -> Waiting[Instruction | Go | Stop]:
    """Return the instruction, or the way the call takes without one."""
    channel.ask(name, operation, digits)
    deadline = channel.start_timer(channel.scenario.deadline_s)
    event = yield State.ASKING
    channel.stop_timer(deadline)
    if isinstance(event, InstructionArrived):
        channel.instructed(event.instruction, event.notes)
        return event.instruction
    if isinstance(event, RequestFailed):
        return _fall_back(channel, operation, event.failure)
    channel.abandon_request()
    detail = f"no whole answer within {channel.scenario.deadline_s:g} s"
    return _fall_back(channel, operation, Failure(observed=Observed.DEADLINE, detail=detail))


def _fall_back(channel: CallChannel, operation: Interactive, failure: Failure) -> Go | Stop:
    """Go where the administrator configured it; without that the call ends [assumed]."""
    target = operation.fallback.target(failure.observed)
    channel.failed(failure, target)
    if target is not None:
        return Go(operation=target)
    late = failure.observed in (Observed.DEADLINE, Observed.READ_TIMEOUT, Observed.CONNECT_TIMEOUT)
    return Stop(reason=FinishReason.TIMEOUT if late else FinishReason.NO_OPERATION)


def _branch(channel: CallChannel, operation: Interactive, instruction: Branch) -> Branches:
    """Look the codes up among the operation's slots, by their text."""
    targets = tuple(operation.branches.get(str(code)) for code in instruction.codes)
    for code, target in zip(instruction.codes, targets, strict=True):
        if target is None:
            channel.log(f"return code {code!r:.40} has no slot in this operation")
    return Branches(operations=targets)


def _forward(
    channel: CallChannel, operation: Interactive, instruction: Forward
) -> Waiting[Outcome]:
    yield from play(channel, instruction.announcement)
    if not instruction.phones:
        return go(operation.after_announcement)
    result = yield from reach(channel, instruction.phones, operation.dial, instruction.whisper)
    if isinstance(result, Stop):
        return result
    target = operation.unreached or operation.fallback.default
    return Stop(reason=result.reason) if target is None else Go(operation=target)
