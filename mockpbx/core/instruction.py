"""What an endpoint may tell the PBX to do with a call."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """Something played to a person: a file of the PBX's media base, or text spoken by TTS.

    Attributes:
        media: File name in the media base.
        text: Text to speak. When both are given the file is played [assumed].
    """

    media: str | None = None
    text: str | None = None

    @property
    def words(self) -> str:
        """What a report shows: the spoken text, or the file's name."""
        return f"file {self.media}" if self.media else self.text or ""

    def __bool__(self) -> bool:
        """Tell whether there is anything to play."""
        return bool(self.media or self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward:
    """Announce something to the caller, dial numbers, or both [doc].

    Attributes:
        phones: Numbers to dial, digits only; empty if there is only an announcement.
        announcement: Played to the caller first.
        whisper: Played to whoever answers, before the two are connected. It beats the
            operation's own setting [doc].
    """

    phones: tuple[str, ...] = ()
    announcement: Announcement | None = None
    whisper: Announcement | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """Go where the operation's slot for this code leads [doc].

    Attributes:
        codes: One code or several, processed one after another. The vendors' screens show
            numbers; words are used in the field.
    """

    codes: tuple[int | str, ...]


Instruction = Forward | Branch
