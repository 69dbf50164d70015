"""Answering calls against the database: snapshot, decide, log, commit; then answer."""

import time
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, Engine, insert
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from reference_server.domain import WRONG_GUESSES, Answer, CallRequest, Policy
from reference_server.group_commit import Outcome
from reference_server.routing import decide
from reference_server.snapshot import Snapshot, take_snapshot
from reference_server.tables import calls

ATTEMPTS = 5
"""Two servers that log the same steps at once may collide more than once in one group."""

Entry = dict[str, object]


class Switchboard:
    """Decides about groups of calls, each group in one transaction.

    Args:
        engine: Where the CRM and the call log are.
        policy: What the shop chose about the courier line.
        clock: Seconds since the epoch; tests move it.
    """

    def __init__(
        self, engine: Engine, policy: Policy, clock: Callable[[], float] = time.time
    ) -> None:
        self._engine = engine
        self._policy = policy
        self._clock = clock

    def answer(self, group: Sequence[CallRequest]) -> Sequence[Outcome]:
        """Answer a group of calls.

        Another server on the same database may log the same step, or a deadlock or a lost
        connection may break the transaction: then everything is read and decided anew, and a
        repeated step is found in the log. If one call spoils the transaction in some other way,
        the others must not suffer: each is then tried alone.
        """
        try:
            return self._retry(group)
        except OperationalError as error:
            return [error] * len(group)
        except DBAPIError as error:
            if len(group) == 1:
                return [error]
            return [self.answer([call])[0] for call in group]

    def _retry(self, group: Sequence[CallRequest]) -> Sequence[Answer]:
        for attempt in range(1, ATTEMPTS):
            try:
                return self._transact(group)
            except IntegrityError:
                continue
            except OperationalError:
                # Each attempt may have waited for a timeout already, and somebody is on the line.
                if attempt > 1:
                    raise
        return self._transact(group)

    def _transact(self, group: Sequence[CallRequest]) -> Sequence[Answer]:
        now = self._clock()
        entries: list[Entry] = []
        with self._engine.begin() as connection:
            snapshot = take_snapshot(connection, group, now)
            answers = [self._answer_one(call, snapshot, now, entries) for call in group]
            _log(connection, entries)
        return answers

    def _answer_one(
        self, call: CallRequest, snapshot: Snapshot, now: float, entries: list[Entry]
    ) -> Answer:
        known = snapshot.steps.get(call.step) if call.step is not None else None
        if known is not None:
            return known
        decision = decide(call, snapshot.facts(call), self._policy)
        answer = Answer(body=decision.body, kind=decision.kind)
        entries.append(_entry(call, answer, now, flagged=snapshot.is_crossed(call)))
        snapshot.add(call, answer)
        return answer


def _log(connection: Connection, entries: list[Entry]) -> None:
    if entries:
        # One order of inserting for everybody, so that two servers cannot deadlock.
        entries.sort(key=lambda entry: str(entry["step"]))
        connection.execute(insert(calls), entries)


def _entry(call: CallRequest, answer: Answer, now: float, *, flagged: bool) -> Entry:
    return {
        "step": call.step,
        "sid": call.sid,
        "caller": call.caller,
        "called": call.called,
        "input": call.entered,
        "answer": answer.body,
        "kind": answer.kind.value,
        "received_at": now,
        "flagged": flagged,
        "wrong": answer.kind in WRONG_GUESSES,
    }
