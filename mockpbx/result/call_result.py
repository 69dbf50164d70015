"""What came of one call, as a tester asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from mockpbx.core.cdr import CallRecord, FinishReason, Leg, RequestRecord
from mockpbx.core.instruction import Instruction
from mockpbx.core.observed import Failure
from mockpbx.masking import Masker
from mockpbx.result.exchange import Exchange
from mockpbx.result.ladder import DEFAULT_WIDTH, Step, draw, ladder, relabelled
from mockpbx.result.outcome import outcome
from mockpbx.result.undone import Undone


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRequest:
    """One request of a call, repetitions left out.

    Attributes:
        params: The parameters that were sent, by name.
        status: HTTP status of the answer; None if no HTTP answer came.
        body: Body of the answer as text; empty if none came.
        instruction: The instruction that the PBX followed; None if it got none.
        failure: Why it got none; None if it did, or if the caller hung up first.
        elapsed_s: Seconds until the outcome, what an injected delay adds left out.
        operation: The operation of the PBX scenario that asked.
    """

    params: Mapping[str, str]
    status: int | None
    body: str
    instruction: Instruction | None
    failure: Failure | None
    elapsed_s: float
    operation: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CallResult:
    """A call that was played to its end.

    Attributes:
        name: Names the call in its script.
        record: Its call detail record: all that happened, with times.
        exchanges: All its requests, repetitions included, in the order they were sent.
        starts: Seconds after the beginning of the script at which the call arrived.
        undone: What was to happen on the call and never did: a failure that struck no request,
            a caller who could not hang up when they were to, digits that nobody asked for.
    """

    name: str
    record: CallRecord
    exchanges: tuple[Exchange, ...]
    starts: float
    undone: tuple[Undone, ...] = ()

    @property
    def reached(self) -> str | None:
        """The number the caller talked to last; None if they talked to nobody."""
        return self.record.connected

    @property
    def heard(self) -> tuple[str, ...]:
        """The announcements the caller heard, in order; a media file is ``file NAME``."""
        return tuple(heard.words for heard in self.record.heard)

    @property
    def entered(self) -> tuple[str, ...]:
        """The digits the caller entered, in the order of the questions."""
        return tuple(entered.digits for entered in self.record.entered)

    @property
    def whisper(self) -> str | None:
        """The message that whoever answered last heard first; None if there was none."""
        return next((leg.whisper for leg in reversed(self.legs) if leg.whisper), None)

    @property
    def shown_number(self) -> str | None:
        """The number that the last dialled phone displayed; None if no phone was dialled."""
        return self.legs[-1].shown if self.legs else None

    @property
    def fallback(self) -> str | None:
        """The operation that the last missing instruction led to; None if none was missing."""
        failed = [request for request in self.record.requests if request.failure is not None]
        return failed[-1].fallback if failed else None

    @property
    def finish_reason(self) -> FinishReason:
        """How the call ended, in the vendors' words [doc]; compares equal to the word."""
        return self.record.finish_reason

    @property
    def dead_air_s(self) -> float:
        """Seconds in which the caller heard nothing, rounded to a millisecond."""
        return self.record.dead_air_s

    @property
    def wait_s(self) -> float:
        """Seconds until the caller talked to somebody, or until the end of the call."""
        return self.record.wait_s

    @property
    def talk_s(self) -> float:
        """Seconds of conversation, rounded to a millisecond."""
        return self.record.talk_s

    @property
    def legs(self) -> tuple[Leg, ...]:
        """The phones that were dialled, in order."""
        return self.record.legs

    @property
    def requests(self) -> tuple[CallRequest, ...]:
        """The requests to the endpoint, in order; a repetition by the PBX is no further one."""
        records = {record.request_id: record for record in self.record.requests}
        return tuple(
            _request(exchange, records[exchange.request_id])
            for exchange in self.exchanges
            if exchange.copy == 0
        )

    def ladder(self, width: int = DEFAULT_WIDTH, *, show_numbers: bool = False) -> str:
        """Draw the sequence chart of the call.

        Args:
            width: Columns to fit into.
            show_numbers: Do not mask the numbers of people.
        """
        return draw(
            relabelled(self.steps(), self._mask(show_numbers=show_numbers)),
            width,
        )

    def steps(self) -> tuple[Step, ...]:
        """Return what the sequence chart is drawn of."""
        return ladder(self.record, [exchange for exchange in self.exchanges if exchange.copy])

    def summary(self, *, show_numbers: bool = False) -> str:
        """Return what the caller lived through, in one sentence."""
        return self._mask(show_numbers=show_numbers)(f"The caller {outcome(self.record)}.")

    def __repr__(self) -> str:
        """Return the call in one line, numbers masked."""
        caller = self._mask()(self.record.numa) or "hidden caller"
        undone = f"; never took place: {self._mask()(str(self.undone[0]))}" if self.undone else ""
        return f"<CallResult from {caller}: {self.summary()} ({self.finish_reason}){undone}>"

    def _mask(self, *, show_numbers: bool = False) -> Masker:
        return Masker(off=show_numbers).and_known(
            self.people(), kept=(self.record.numb, self.record.session_id)
        )

    def people(self) -> set[str]:
        """Return the numbers of people that occur on the call."""
        named = (exchange.phones for exchange in self.exchanges)
        return {
            self.record.numa,
            *(leg.phone for leg in self.legs),
            *(p for ps in named for p in ps),
        }


def _request(exchange: Exchange, record: RequestRecord) -> CallRequest:
    return CallRequest(
        params=exchange.params,
        status=exchange.status,
        body=exchange.body,
        instruction=record.instruction,
        failure=record.failure,
        elapsed_s=round(exchange.elapsed_s, 3),
        operation=record.operation,
    )
