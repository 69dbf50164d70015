"""Every error the project raises; the type says who is to blame.

::

    PbxError
    ├── UsageError            what the user gave us is wrong: what, where, what to do
    │   └── FileError         … in a file: path, line and key
    │       ├── ScenarioError     a PBX scenario
    │       ├── CallScriptError   a call script
    │       └── ManifestError     pbx.toml
    ├── EndpointError         the tested server
    │   └── ExchangeFailed    one request brought no HTTP answer; carries what was observed
    └── HarnessError          our own bug
        └── ProtocolError     an event that the state of the call does not allow

What an endpoint does wrong in the course of a call is not an error but data
(`mockpbx.core.observed.Failure`): the call goes on, into its fallback.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mockpbx.core.observed import Observed


class PbxError(Exception):
    """Base of all errors of this project."""


class UsageError(PbxError):
    """The user's input is wrong; the message tells what, where, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong in a file.

    Attributes:
        message: What is wrong and what to do about it.
        line: Line in the file, counted from 1; None if the whole file is meant.
        key: Dotted path of the key, e.g. ``operations.ask-order.fallback``.
    """

    message: str
    line: int | None = None
    key: str | None = None

    def __str__(self) -> str:
        """Return ``line 12, operations.menu.choices: …``."""
        places = [f"line {self.line}" if self.line else "", self.key or ""]
        place = ", ".join(part for part in places if part)
        return f"{place}: {self.message}" if place else self.message


class FileError(UsageError):
    """A user's file cannot be used.

    Attributes:
        source: The file's path, or a built-in's name.
        problems: All that was found wrong, in the order of the file.
    """

    def __init__(self, source: str, problems: list[Problem]) -> None:
        self.source = source
        self.problems = problems
        lines = [f"{source}, {problem}" for problem in problems]
        super().__init__("\n".join(lines))


class ScenarioError(FileError):
    """A PBX scenario file is wrong."""


class CallScriptError(FileError):
    """A call script file is wrong."""


class ManifestError(FileError):
    """A manifest (``pbx.toml``) is wrong."""


class EndpointError(PbxError):
    """The tested server is to blame."""


class ExchangeFailed(EndpointError):
    """A request to the endpoint brought no usable HTTP answer.

    Attributes:
        observed: What the PBX saw of it.
        detail: One sentence for people.
    """

    def __init__(self, observed: "Observed", detail: str) -> None:
        self.observed = observed
        self.detail = detail
        super().__init__(f"{observed.value}: {detail}")


class HarnessError(PbxError):
    """A bug of this project; please report it."""


class ProtocolError(HarnessError):
    """A driver gave a call an event that its state does not allow."""
