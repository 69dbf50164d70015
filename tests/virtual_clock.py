"""An event loop whose clock is not the machine's: whoever waits has waited at once."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

Value = TypeVar("Value")


class Jumps(selectors.SelectSelector):
    """Waits for nobody: the time for which it should wait has passed at once."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        self.now += timeout or 0.0
        return super().select(0)


def on_a_clock_that_jumps(work: Callable[[], Coroutine[Any, Any, Value]]) -> Value:
    """Run a coroutine to its end; the loop's time passes only while everybody waits."""
    clock = Jumps()
    loop = asyncio.SelectorEventLoop(clock)
    loop.time = lambda: clock.now  # type: ignore[method-assign]
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(work())
