"""One request to the endpoint and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mockpbx.core.instruction import Forward, Instruction
from mockpbx.core.observed import Failure
from mockpbx.result.raw_reply import RawReply
from mockpbx.wire.messages import HttpReply, HttpRequest
from mockpbx.wire.reply import Instructed


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request on its way to the endpoint and what came of it.

    What really happened and what the call was given instead are kept apart.

    Attributes:
        request_id: The request's number in the call.
        copy: 0 for the request itself, 1 and on for its repetitions.
        at: When it was sent, in seconds since the call arrived.
        elapsed_s: Seconds until its outcome; what injected delays add is not in it.
        request: What was sent.
        reply: What the endpoint answered; None if no HTTP answer came.
        observed: What the endpoint's own answer means; or that it did not come in time.
        seen: What the call was given: the same, unless a failure was injected.
        injected: Ids of the failures put in its place.
        abandoned: True if the PBX gave the request up and closed the connection; `reply`
            and `observed` then say what came while it was being closed, if anything did.
        raw: What came back byte by byte, where the request was sent so.
    """

    request_id: int
    copy: int
    at: float
    elapsed_s: float
    request: HttpRequest
    reply: HttpReply | None
    observed: Instructed | Failure | None
    seen: Instructed | Failure | None
    injected: tuple[str, ...] = ()
    abandoned: bool = False
    raw: RawReply | None = None

    @property
    def params(self) -> Mapping[str, str]:
        """The parameters that were sent, by name."""
        return dict(self.request.params)

    @property
    def status(self) -> int | None:
        """The HTTP status of the answer; None if none came."""
        return self.reply.status if self.reply else None

    @property
    def body(self) -> str:
        """The body of the answer as text; empty if none came."""
        return self.reply.body.decode("utf-8", "replace") if self.reply else ""

    @property
    def text(self) -> str:
        """Headers and body of the answer as text to look into; empty if none came."""
        if self.reply is None:
            return ""
        headers = "\n".join(f"{name}: {value}" for name, value in self.reply.headers)
        return f"{headers}\n\n{self.body}"

    @property
    def instruction(self) -> Instruction | None:
        """What the endpoint's own answer instructs the PBX to do; None if nothing valid."""
        return self.observed.instruction if isinstance(self.observed, Instructed) else None

    @property
    def failure(self) -> Failure | None:
        """Why the endpoint's own answer is no instruction; None if it is one."""
        return self.observed if isinstance(self.observed, Failure) else None

    @property
    def phones(self) -> set[str]:
        """The numbers that the answer, or what was put in its place, tells the PBX to dial."""
        found: set[str] = set()
        for result in (self.observed, self.seen):
            if isinstance(result, Instructed) and isinstance(result.instruction, Forward):
                found.update(result.instruction.phones)
        return found

    def numbered(self, request_id: int) -> "Exchange":
        """Return the exchange as the n-th of a row of requests outside a call."""
        return replace(self, request_id=request_id)
