"""Calls as values: who calls, what people do, how the PBX asks, what is expected.

The same values are made in Python and read from a call script file in YAML, which editors
complete and check with the schema of ``pbx schema callscript``.
"""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from mockpbx.callscript.dtmf import presses
from mockpbx.callscript.expectations import Expect
from mockpbx.core.cdr import Direction
from mockpbx.faults.plan import Fault
from mockpbx.filemodel import FileModel, Seconds

ORDINARY_DAY = "2026-09-17 10:15:00"
"""A Thursday morning: within the opening hours of the built-in scenarios."""


def _keys(dialled: str) -> str:
    if "${" not in dialled:
        presses(dialled)
    return dialled


def _moment(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise ValueError('write it as "2026-09-17 10:15:00"') from None
    return text


Dialled = Annotated[
    str,
    AfterValidator(_keys),
    Field(description="Keys in the order pressed: 0-9 * #, and . for a second of pause."),
]


class State(FileModel):
    """A state that the endpoint is put into first, through its states address."""

    state: str = Field(description="Name of the state, e.g. order closed.")
    params: dict[str, str] = Field(default={}, description="What the state is about.")
    otherwise: Literal["skip", "play"] = Field(
        default="skip",
        description="What to do where the endpoint has no states address: leave the script "
        "out, or play it all the same.",
    )
    before_request: int | None = Field(
        default=None,
        ge=2,
        description="Set the state in the middle of the first call, just before this request.",
    )


class Asks(FileModel):
    """How the PBX asks, where this matters to the script."""

    dialect: Literal["uis", "comagic", "callgear", "novofon"] | None = None
    method: Literal["GET", "POST-form", "POST-json", "POST-query"] | None = None
    no_input: Literal["None", "empty", "absent"] | None = Field(
        default=None, description="What stands for nothing entered."
    )
    start_time: Literal["clock", "epoch", "datetime"] | None = None
    without: list[str] = Field(default=[], description="Parameters the administrator unticked.")
    also: list[str] = Field(default=[], description="Parameters ticked besides the dialect's.")
    raw_plus: bool = Field(default=False, description="Send + unencoded, which reads as a space.")
    space_as: Literal["%20", "+"] | None = Field(default=None, description="How a space is sent.")
    extra: dict[str, str] = Field(default={}, description="Parameters nobody told about.")


Phase = Literal["thinking", "digits", "announcement", "ringing", "whisper", "talking", "recording"]
"""What goes on while somebody hangs up."""


class HangUp(FileModel):
    """When the caller hangs up, if not after the conversation."""

    during: Annotated[
        Phase, Field(alias="while", description="What is going on; thinking means the endpoint.")
    ]
    nth: int = Field(default=1, ge=1, description="The n-th time that this goes on.")
    after: Seconds = Field(default=0.0, description="Seconds after it began.")


class Repeat(FileModel):
    """The PBX sends a request again."""

    request: int = Field(ge=1, description="Which request of the call, from 1.")
    copies: int = Field(default=1, ge=1, le=20, description="How often again.")
    after: Seconds = Field(default=0.0, description="Seconds after the first; 0 is at once.")


class Callee(FileModel):
    """Somebody who picks up when their phone rings."""

    answers: Seconds = Field(default=3.0, description="Seconds the phone rings first.")
    talks: Seconds | None = Field(
        default=None, description="Seconds after which the callee ends the conversation."
    )
    hangs_up_in_whisper: bool = Field(
        default=False, description="Ends the call on hearing the message."
    )


CalleeBehaviour = Literal["busy", "silent", "rejects", "invalid"] | Callee
"""What comes of ringing somebody."""

VIRTUAL_NUMBER = "${virtual_number}"
"""Stands for the fact in a script to which no facts are bound yet."""


def _wants_expect(schema: dict[str, Any]) -> None:
    """Let editors ask for ``expect``: a call in a file that expects nothing tests nothing."""
    schema["required"] = [*schema.get("required", ()), "expect"]


class Call(FileModel):
    """One caller and their call."""

    model_config = ConfigDict(json_schema_extra=_wants_expect)

    caller: Annotated[
        str, Field(alias="from", description="The caller's number as delivered; may be empty.")
    ]
    called: Annotated[str, Field(alias="to", description="The virtual number.")] = VIRTUAL_NUMBER
    starts: Seconds = Field(default=0.0, description="Seconds after the script began.")
    direction: Direction = Direction.IN
    session: str | None = Field(
        default=None, description="Calls of a script with the same word share a session id."
    )
    dials: list[Dialled] = Field(
        default=[], description="What the caller dials the first time they are asked, the second …"
    )
    barges_in: bool = Field(
        default=False, description="Dials into the prompt instead of waiting for its end."
    )
    dials_from: Seconds = Field(
        default=0.0,
        description="Does not dial before so many seconds after the script began. Two callers "
        "with the same value dial in step, and their requests are under way at the same moment.",
    )
    hangs_up: HangUp | None = None
    talks: Seconds = Field(default=20.0, description="Seconds the caller talks before hanging up.")
    message: Seconds = Field(default=5.0, description="Seconds the caller speaks to a voicemail.")
    repeats: list[Repeat] = Field(default=[])
    expect: Expect = Expect()


class CallScript(FileModel):
    """A call script."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", description="Its name: small-words.")
    title: str = Field(description="One sentence: who does what, and what should come of it.")
    sequences: list[int] = Field(default=[], description="Rows of the catalogue of sequences.")
    scenario: str | None = Field(
        default=None,
        description="PBX scenario, a built-in name or a path; the endpoint's own if not given.",
    )
    at: Annotated[str, AfterValidator(_moment)] = Field(
        default=ORDINARY_DAY, description="When the script begins, on the wall clock of zone."
    )
    zone: str = Field(default="Europe/Moscow", description="Time zone of at.")
    given: list[State] = Field(default=[])
    asks: Asks = Asks()
    calls: list[Call] = Field(min_length=1)
    callees: dict[str, CalleeBehaviour] = Field(
        default={}, description="Who picks up and who does not; anybody else answers after 3 s."
    )
    faults: Annotated[list[Fault], Field(alias="failures")] = Field(default=[])

    @model_validator(mode="after")
    def _zone_exists(self) -> Self:
        try:
            ZoneInfo(self.zone)
        except (KeyError, ValueError):
            raise ValueError(f"no time zone {self.zone!r}; write it like Europe/Moscow") from None
        return self

    @property
    def epoch(self) -> float:
        """Beginning of the script, in seconds since the Unix epoch."""
        return datetime.fromisoformat(self.at).replace(tzinfo=ZoneInfo(self.zone)).timestamp()
