"""The line to the endpoint: connections that stay open for all scenarios of a run."""

import asyncio
import itertools
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any, TypeVar

from harness.context import Bench
from harness.masking import Masker
from harness.target import Target, opened
from mockpbx.drivers.live import LivePace
from mockpbx.drivers.play import Setting

Result = TypeVar("Result")

_WORKERS = 100
"""Most processes that may ask one endpoint at a time: session ids are never the same twice."""


class Line:
    """Reaches the endpoint from code that is not asynchronous; a context manager.

    Args:
        target: The endpoint and what is known of it.
        real_time: Wait for what people take, instead of skipping it.
        worker: Which of several processes this is.
        show_numbers: Do not mask numbers in what is printed.
    """

    def __init__(
        self,
        target: Target,
        *,
        real_time: bool = False,
        worker: int = 0,
        show_numbers: bool = False,
    ) -> None:
        self.target = target
        self.mask = target.mask(Masker(off=show_numbers))
        self._pace = LivePace(real=real_time)
        self._worker = worker
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._bench: Bench | None = None

    def __enter__(self) -> "Line":
        """Open the connections."""
        self._bench = self.run(
            self._stack.enter_async_context(opened(self.target, pace=self._pace))
        )
        setting = replace(self._bench.setting, session_id=_session_ids(self._worker))
        self._bench.setting = setting
        return self

    def __exit__(self, *_error: object) -> None:
        """Close them."""
        try:
            self.run(self._stack.aclose())
        finally:
            self._runner.close()

    @property
    def setting(self) -> Setting:
        """Where calls are played."""
        if self._bench is None:
            raise RuntimeError("the line is not open; use it in a with statement")
        return self._bench.setting

    @property
    def facts(self) -> Mapping[str, str]:
        """What is true behind the endpoint."""
        return self.target.facts

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Do something that takes connections, and wait for it."""
        return self._runner.run(work)

    def put(self, state: str, params: Mapping[str, str]) -> bool:
        """Put the endpoint into a state; tell whether it has a states address."""
        if self.setting.put_into_state is None:
            return False

        async def putting() -> None:
            assert self.setting.put_into_state is not None  # noqa: S101  # asked above
            await self.setting.put_into_state(state, params)

        self.run(putting())
        return True


def _session_ids(worker: int) -> Callable[[], str]:
    """Give a source of ids that no other process and no earlier run has used."""
    numbers = itertools.count(time.time_ns() // 1_000_000 * _WORKERS + worker, _WORKERS)
    return lambda: str(next(numbers))
