"""What came back on a connection over which bytes were sent as they are."""

from dataclasses import dataclass

from mockpbx.core.observed import Failure, Observed
from mockpbx.wire.framing import split_answers
from mockpbx.wire.messages import HttpReply
from mockpbx.wire.reply import Instructed, read


@dataclass(frozen=True, slots=True, kw_only=True)
class RawReply:
    """What came back on a connection.

    Attributes:
        data: All bytes, at most two mebibytes.
        closed: True if the endpoint ended the connection, False if we stopped listening.
        reset: True if it ended with a reset.
        elapsed_s: Seconds from the first byte sent.
        bodyless: True if no answer may have a body, as those to HEAD.
    """

    data: bytes
    closed: bool
    reset: bool
    elapsed_s: float
    bodyless: bool = False

    @property
    def status(self) -> int | None:
        """The status of the first answer, if the bytes begin with one; it may be a 100."""
        words = self.data[:32].split(b" ", 2)
        if len(words) < 2 or not words[0].startswith(b"HTTP/1.") or not words[1][:3].isdigit():  # noqa: PLR2004 - version and status
            return None
        return int(words[1][:3])

    @property
    def replies(self) -> tuple[HttpReply, ...]:
        """The whole final answers, in the order they came."""
        return split_answers(self.data, closed=self.closed, bodyless=self.bodyless).whole

    @property
    def rest(self) -> bytes:
        """What came after them: half an answer, or bytes that belong to none."""
        return split_answers(self.data, closed=self.closed, bodyless=self.bodyless).rest

    @property
    def observed(self) -> Instructed | Failure:
        """What the first answer means to a PBX, or why there is none."""
        if self.replies:
            return read(self.replies[0])
        if self.data and self.status is None:
            return Failure(observed=Observed.FRAMING, detail="what came back is not HTTP")
        if self.reset:
            return Failure(observed=Observed.RESET, detail="the connection was reset")
        if not self.closed:
            detail = f"no whole answer within {self.elapsed_s:.1f} s"
            return Failure(observed=Observed.DEADLINE, detail=detail)
        if self.data:
            detail = "closed in the middle of an answer"
            return Failure(observed=Observed.EOF_PARTIAL, detail=detail)
        return Failure(observed=Observed.EOF_EMPTY, detail="closed without an answer")

    @property
    def answers(self) -> int:
        """How many whole answers there are; more than one where requests were pipelined."""
        return len(self.replies)
