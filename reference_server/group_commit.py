"""Group commit: calls that arrive together are answered by one transaction.

One thread owns all writing of call entries. While it works, new calls wait in a list; when it is
done, it takes all of them at once. Every call is answered only after the commit that holds its
entry, so nothing that the PBX was told can be missing from the log; and under load hundreds of
calls share the price of one commit.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from reference_server.domain import Answer, CallRequest

LARGEST_GROUP = 200
GATHERING_S = 0.001
"""How long the next group waits for company, when calls had to wait for the last one anyway.

Those just answered ask again within this time and join, instead of forming a second group that
takes turns with the first: half the transactions, and no quarrel over the interpreter's lock. It
is PostgreSQL's `commit_delay`; a call that finds the thread idle is never delayed.
"""

Outcome = Answer | Exception
Transact = Callable[[Sequence[CallRequest]], Sequence[Outcome]]
Waiting = tuple[CallRequest, asyncio.Future[Answer]]


class GroupCommit:
    """Collects calls on the event loop and has them answered in groups on one thread.

    Args:
        transact: Answers a group, one outcome for each call; it runs on the thread.
    """

    def __init__(self, transact: Transact) -> None:
        self._transact = transact
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="calls")
        self._waiting: list[Waiting] = []
        self._worker: asyncio.Task[None] | None = None

    async def answer(self, call: CallRequest) -> Answer:
        """Wait until the call is decided and its entry is committed."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((call, future))
        if self._worker is None:
            self._worker = loop.create_task(self._work())
        return await future

    def close(self) -> None:
        """Let the thread finish; no call may be waiting any more."""
        self._thread.shutdown()

    async def _work(self) -> None:
        while self._waiting:
            group = self._waiting[:LARGEST_GROUP]
            del self._waiting[:LARGEST_GROUP]
            await self._work_on(group)
            if self._waiting:
                await asyncio.sleep(GATHERING_S)
        self._worker = None

    async def _work_on(self, group: list[Waiting]) -> None:
        calls = [call for call, _ in group]
        loop = asyncio.get_running_loop()
        try:
            outcomes = await loop.run_in_executor(self._thread, self._transact, calls)
        except Exception as error:  # every waiting call must be told, whatever happened
            outcomes = [error] * len(group)
        for (_, future), outcome in zip(group, outcomes, strict=True):
            _settle(future, outcome)


def _settle(future: asyncio.Future[Answer], outcome: Outcome) -> None:
    if future.done():  # the request was cancelled; its entry is in the log all the same
        return
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
