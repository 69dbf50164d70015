"""The form of a call script file.

A script names the people of a call and what they do, how the PBX asks, which outcomes
are replaced by failures, and what is expected. It is written in YAML; editors complete
and check it with the schema of ``pbx schema callscript``.
"""

from datetime import datetime
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from mockpbx.callscript.dtmf import presses
from mockpbx.callscript.expectations import Expect
from mockpbx.callscript.failures import FAULTS, Rule, When
from mockpbx.core.cdr import Direction
from mockpbx.filemodel import FileModel, Seconds

ORDINARY_DAY = "2026-09-17 10:15:00"
"""A Thursday morning: within the opening hours of the built-in scenarios."""


def _keys(dialled: str) -> str:
    if "${" not in dialled:
        presses(dialled)
    return dialled


def _fault(name: str) -> str:
    if name not in FAULTS:
        raise ValueError(f"no such failure; choose from {', '.join(sorted(FAULTS))}")
    return name


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


class HangsUp(FileModel):
    """When the caller hangs up, if not after the conversation."""

    during: Literal[
        "thinking", "digits", "announcement", "ringing", "whisper", "talking", "recording"
    ] = Field(alias="while", description="What is going on; thinking means the endpoint.")
    nth: int = Field(default=1, ge=1, description="The n-th time that this goes on.")
    after: Seconds = Field(default=0.0, description="Seconds after it began.")


class Repeat(FileModel):
    """The PBX sends a request again."""

    request: int = Field(ge=1, description="Which request of the call, from 1.")
    copies: int = Field(default=1, ge=1, le=20, description="How often again.")
    after: Seconds = Field(default=0.0, description="Seconds after the first; 0 is at once.")


class Answers(FileModel):
    """A callee who picks up."""

    answers: Seconds = Field(default=3.0, description="Seconds the phone rings first.")
    talks: Seconds | None = Field(
        default=None, description="Seconds after which the callee ends the conversation."
    )
    hangs_up_in_whisper: bool = Field(
        default=False, description="Ends the call on hearing the message."
    )


Callee = Literal["busy", "silent", "rejects", "invalid"] | Answers


class CallModel(FileModel):
    """One caller and their call."""

    caller: str = Field(alias="from", description="The caller's number as delivered; may be empty.")
    called: str = Field(default="${virtual_number}", alias="to", description="The virtual number.")
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
    hangs_up: HangsUp | None = None
    talks: Seconds = Field(default=20.0, description="Seconds the caller talks before hanging up.")
    message: Seconds = Field(default=5.0, description="Seconds the caller speaks to a voicemail.")
    repeats: list[Repeat] = Field(default=[])
    expect: Expect


class WhenModel(FileModel):
    """Which requests a failure strikes; all that is given must hold."""

    call: int | None = Field(default=None, ge=1, description="The n-th call of the script.")
    step: int | None = Field(default=None, ge=1, description="The n-th request of the call.")
    nth: list[int] | None = Field(default=None, description="Of the requests that fit, these.")
    probability: float = Field(default=1.0, ge=0, le=1, description="Share of the requests.")
    seed: int = Field(default=0, description="Another seed draws another share.")


class FailureModel(FileModel):
    """A failure put in the place of what really happened."""

    fault: Annotated[str, AfterValidator(_fault)]
    at: str | float | None = Field(
        default=None,
        description="The fault's parameter: a status, seconds, a number of bytes, a text.",
    )
    when: WhenModel = WhenModel()

    def rule(self) -> Rule:
        """Make the checked value."""
        when = self.when
        return Rule(
            fault=self.fault,
            at=self.at,
            when=When(
                call=when.call,
                step=when.step,
                nth=None if when.nth is None else frozenset(when.nth),
                probability=when.probability,
                seed=when.seed,
            ),
        )


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
    calls: list[CallModel] = Field(min_length=1)
    callees: dict[str, Callee] = Field(
        default={}, description="Who picks up and who does not; anybody else answers after 3 s."
    )
    failures: list[FailureModel] = Field(default=[])

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

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The failures as checked values."""
        return tuple(failure.rule() for failure in self.failures)
