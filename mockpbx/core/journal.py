"""Keeps what happens on a call until the call detail record is filed."""

from dataclasses import replace

from mockpbx.core.cdr import (
    CallRecord,
    Direction,
    Entered,
    FinishReason,
    Heard,
    Leg,
    Party,
    PathStep,
    RequestRecord,
    Silence,
)


class Journal:
    """The growing record of one call; times are seconds since the call arrived."""

    __slots__ = (
        "connected_at",
        "entered",
        "heard",
        "legs",
        "log",
        "message_s",
        "path",
        "picked_up_at",
        "requests",
        "silences",
    )

    def __init__(self) -> None:
        self.picked_up_at: float | None = None
        self.connected_at: float | None = None
        self.message_s = 0.0
        self.path: list[PathStep] = []
        self.heard: list[Heard] = []
        self.entered: list[Entered] = []
        self.requests: list[RequestRecord] = []
        self.legs: list[Leg] = []
        self.silences: list[Silence] = []
        self.log: list[str] = []

    def answered_late(self, request_id: int, at: float) -> None:
        """Note that a request was answered after the PBX had given up on it."""
        for place, record in enumerate(self.requests):
            if record.request_id == request_id:
                self.requests[place] = replace(record, late_at=at)

    def close(
        self,
        *,
        session_id: str,
        numa: str,
        numb: str,
        direction: Direction,
        started: float,
        ended_at: float,
        reason: FinishReason,
        by: Party,
    ) -> CallRecord:
        """Make the call detail record."""
        talked_from = ended_at if self.connected_at is None else self.connected_at
        return CallRecord(
            session_id=session_id,
            numa=numa,
            numb=numb,
            direction=direction,
            started=started,
            ended_at=ended_at,
            picked_up_at=self.picked_up_at,
            path=tuple(self.path),
            heard=tuple(self.heard),
            entered=tuple(self.entered),
            requests=tuple(self.requests),
            legs=tuple(self.legs),
            silences=tuple(self.silences),
            wait_s=_milliseconds(talked_from),
            talk_s=_milliseconds(ended_at - talked_from),
            dead_air_s=_milliseconds(
                sum((silence.until - silence.at for silence in self.silences), 0.0)
            ),
            message_s=_milliseconds(self.message_s),
            hung_up_by=by,
            finish_reason=reason,
            log=tuple(self.log),
        )


def _milliseconds(seconds: float) -> float:
    """Round to a millisecond: a sum of binary fractions makes 9.999… of ten seconds."""
    return round(seconds, 3)
