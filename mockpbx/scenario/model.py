"""What a scenario file may say: names, kinds and forms of its keys.

Whether the operations it names exist is checked where it is compiled, for that takes the
whole file.
"""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field, model_validator

from mockpbx.core.scenario import Dialling, ShownNumber
from mockpbx.filemodel import FileModel, Key, Seconds, Whole
from mockpbx.scenario.values import (
    Clock,
    Closing,
    Day,
    FailureWord,
    MenuDigit,
    Method,
    Parameter,
    Phone,
    Target,
    Text,
    Url,
    Zone,
)

KINDS = (
    "interactive",
    "menu",
    "forward",
    "announcement",
    "voicemail",
    "schedule",
    "goto",
    "hangup",
)
"""The kinds of operation, as a file names them."""


class AnnouncementFile(FileModel):
    """A file of the PBX's media base, or text to be spoken."""

    text: Text | None = None
    media: Text | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "AnnouncementFile":
        if (self.text is None) == (self.media is None):
            raise ValueError("give either text (to be spoken) or media (a file's name)")
        return self


AnnouncementForm = Text | AnnouncementFile
"""Plain text stands for text to be spoken."""


class KindFile(FileModel):
    """Base of the kinds of operation.

    Attributes:
        ways: Keys that name operations: one each, or a mapping or list of them.
    """

    ways: ClassVar[tuple[str, ...]] = ()

    def targets(self) -> Iterator[tuple[Key, str]]:
        """Return all operations that this one may lead to, with the keys that name them."""
        for way in self.ways:
            value = getattr(self, way)
            if isinstance(value, str):
                yield (way,), value
            elif isinstance(value, dict):
                yield from (((way, key), target) for key, target in value.items())
            else:
                slots = enumerate(value or ())
                yield from (((way, slot), target) for slot, target in slots if target)


class DialFile(KindFile):
    """How numbers are dialled: see `mockpbx.core.scenario.Dial`."""

    dialling: Dialling = Dialling.HUNT
    ring_time: Seconds = 20.0
    ring_times: dict[Phone, Seconds] = Field(default_factory=dict)
    show: ShownNumber = ShownNumber.CALLER
    whisper: AnnouncementForm | None = None
    music: Text | None = None


class InteractiveFile(DialFile):
    """Interactive call processing: ask the endpoint what to do.

    Give a `fallback`: without one, a call whose endpoint fails is over. The vendors urge
    administrators to configure it [doc].
    """

    ways = ("branches", "fallback", "unreached", "after_announcement")

    prompt: AnnouncementForm | None = None
    access_code_length: Annotated[Whole, Field(ge=1)] | None = None
    first_digit_wait: Seconds = 7.0
    inter_digit_interval: Seconds = 3.0
    forced_pickup: bool = False
    branches: dict[Text, Target] | tuple[Target | None, ...] = Field(default_factory=dict)
    fallback: Target | dict[FailureWord, Target] | None = None
    unreached: Target | None = None
    after_announcement: Target | None = None
    method: Method | None = None
    url: Url | None = None
    parameters: tuple[Parameter, ...] | None = None

    @model_validator(mode="after")
    def _waits_belong_to_digits(self) -> "InteractiveFile":
        waits = sorted(self.model_fields_set & {"first_digit_wait", "inter_digit_interval"})
        if waits and self.access_code_length is None:
            raise ValueError(
                f"{' and '.join(waits)} without access_code_length: no digits are collected; "
                "say how many, or remove the waiting times"
            )
        return self


class MenuFile(KindFile):
    """A prompt and one choice."""

    ways = ("choices", "otherwise")

    choices: Annotated[dict[MenuDigit, Target], Field(min_length=1)]
    prompt: AnnouncementForm | None = None
    wait: Seconds = 5.0
    attempts: Annotated[Whole, Field(ge=1)] = 2
    otherwise: Target | None = None


class ForwardFile(DialFile):
    """Dial numbers of the PBX's own."""

    ways = ("unreached",)

    phones: Annotated[tuple[Phone, ...], Field(min_length=1)]
    announcement: AnnouncementForm | None = None
    unreached: Target | None = None


class AnnounceFile(KindFile):
    """Information message."""

    ways = ("next",)

    play: AnnouncementForm
    next: Target | None = None


class VoicemailFile(KindFile):
    """Record a message; the call ends with it."""

    prompt: AnnouncementForm | None = None
    longest: Annotated[Seconds, Field(gt=0)] = 60.0


class HoursFile(FileModel):
    """A span of opening hours; one that ends before it begins ends on the following day."""

    days: Day | Annotated[tuple[Day, ...], Field(min_length=1)]
    opens: Clock = Field(alias="from")
    closes: Closing = Field(alias="to")


class ScheduleFile(KindFile):
    """Go one way in opening hours, another way outside them."""

    ways = ("opened", "closed")

    zone: Zone
    open: Annotated[tuple[HoursFile, ...], Field(min_length=1)]
    opened: Target
    closed: Target | None = None


class HangUpFile(KindFile):
    """The PBX ends the call: ``hangup: {}``."""


Settings = (
    InteractiveFile
    | MenuFile
    | ForwardFile
    | AnnounceFile
    | VoicemailFile
    | ScheduleFile
    | HangUpFile
    | str
)
"""What is said about an operation; of a goto, the operation's name that it leads to."""


class OperationFile(FileModel):
    """One operation: a mapping with exactly one key, its kind."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    interactive: InteractiveFile | None = None
    menu: MenuFile | None = None
    forward: ForwardFile | None = None
    announcement: AnnounceFile | None = None
    voicemail: VoicemailFile | None = None
    schedule: ScheduleFile | None = None
    goto: Target = Field(default="", validate_default=False)
    hangup: HangUpFile | None = None

    @model_validator(mode="before")
    @classmethod
    def _exactly_one_kind(cls, value: object) -> object:
        if not isinstance(value, dict) or set(value) - set(KINDS):
            return value
        if len(value) != 1:
            raise ValueError(f"give an operation exactly one kind: {', '.join(KINDS)}")
        ((kind, settings),) = value.items()
        # `voicemail:` with nothing after it is a voicemail without settings.
        return {kind: {}} if settings is None and kind != "goto" else value

    @property
    def kind(self) -> str:
        """The one key."""
        (kind,) = self.model_fields_set
        return kind

    @property
    def settings(self) -> Settings:
        """What the key says."""
        settings: Settings = getattr(self, self.kind)
        return settings

    def targets(self) -> Iterator[tuple[Key, str]]:
        """Return all operations that this one may lead to, with the keys that name them."""
        settings = self.settings
        if isinstance(settings, str):
            yield ("goto",), settings
        else:
            yield from (((self.kind, *key), target) for key, target in settings.targets())


class ScenarioFile(FileModel):
    """A PBX scenario: the graph of operations that an administrator configured."""

    name: Text
    start: Target
    numbers: tuple[Phone, ...] = ()
    blacklist: tuple[Phone, ...] = ()
    transition_limit: Annotated[Whole, Field(ge=1)] = 20
    deadline: Annotated[Seconds, Field(gt=0)] = 5.0
    operations: Annotated[dict[Text, OperationFile], Field(min_length=1)]
