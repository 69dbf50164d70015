"""Options that several commands share, each declared once."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field as default
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from harness.cli import completion
from harness.cli.exits import complain
from harness.display.files import as_json, check_writable, is_stdout, write
from harness.display.terminal import Terminal
from harness.endpoint.target import found_endpoint, nearest_manifest
from mockpbx.errors import PbxError, UsageError
from mockpbx.manifest.endpoint import Endpoint, Overrides
from mockpbx.manifest.pbx_toml import sendable_headers
from mockpbx.masking import Masker, secrets_of_headers, secrets_of_url
from mockpbx.wire.request import Dialect, Method

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class Clock(Enum):
    """How the time of people passes."""

    VIRTUAL = "virtual"
    REAL = "real"


Url = Annotated[
    str | None,
    typer.Argument(
        metavar="URL", help="The endpoint that the PBX asks; default: the one of pbx.toml."
    ),
]
ClockOption = Annotated[
    Clock, typer.Option("--clock", help="virtual skips what people take; real waits for them.")
]
JobsOption = Annotated[
    int, typer.Option("--jobs", metavar="1-64", min=1, max=64, help="So many run at once.")
]
ScenarioOption = Annotated[
    str | None,
    typer.Option(
        "--scenario",
        metavar="NAME|FILE",
        help="PBX scenario: a built-in name or a file. Default: courier-line.",
        autocompletion=completion.scenarios,
    ),
]
DialectOption = Annotated[
    Dialect | None, typer.Option("--dialect", help="The brand: which parameters are sent.")
]
MethodOption = Annotated[
    Method | None, typer.Option("--method", help="HTTP method, and where the parameters go.")
]
Headers = Annotated[
    list[str],
    typer.Option(
        "--header",
        "-H",
        metavar="NAME:VALUE",
        help="Sent with every request; ${NAME} stands for an environment variable. Repeatable.",
    ),
]
CaFile = Annotated[
    Path | None,
    typer.Option(
        "--ca-file", metavar="FILE", help="Certificates to trust instead of the usual authorities."
    ),
]
ShowNumbers = Annotated[bool, typer.Option("--show-numbers", help="Do not mask phone numbers.")]


@dataclass(frozen=True, kw_only=True)
class AskingOptions:
    """Endpoint.

    How it is asked.
    """

    scenario: ScenarioOption = None
    dialect: DialectOption = None
    method: MethodOption = None
    header: Headers = default(default_factory=list)
    ca_file: CaFile = None


@dataclass(frozen=True, kw_only=True)
class EndpointOptions(AskingOptions):
    """Endpoint.

    Whose facts hold, and how it is asked; what is given prevails over the manifest.
    """

    manifest: Annotated[
        Path | None,
        typer.Option(
            "--manifest",
            metavar="FILE",
            help="Address, facts, states, scenario; default: the pbx.toml of this folder, or of "
            "the nearest above.",
        ),
    ] = None
    reference: Annotated[
        bool, typer.Option("--reference", help="Start the reference server and ask it.")
    ] = False
    deadline: Annotated[
        float | None,
        typer.Option(
            "--deadline", metavar="SECONDS", help="How long the PBX waits for a whole answer."
        ),
    ] = None

    def is_named(self, url: str | None) -> bool:
        """Tell whether there is an endpoint, or a manifest that names it."""
        given = url is not None or self.manifest is not None or self.reference
        return given or nearest_manifest(Path.cwd()) is not None

    def overrides(self, url: str | None) -> Overrides:
        """Return what was given, to prevail over the manifest.

        Raises:
            UsageError: It cannot be used.
        """
        if self.deadline is not None and not 0 < self.deadline < float("inf"):
            raise UsageError("--deadline: give seconds, more than 0")
        return Overrides(
            url=None if url is None else from_environment(url, "the endpoint's URL"),
            scenario=self.scenario,
            dialect=self.dialect,
            method=self.method,
            headers=expanded_headers(self.header),
            ca_file=self.ca_file,
            deadline_s=self.deadline,
        )

    @contextmanager
    def found(
        self, url: str | None, mask: Masker, *, unmasked: type[PbxError] | tuple[()] = ()
    ) -> Iterator[tuple[Endpoint, Masker]]:
        """Find the endpoint; give it, and what hides its people and secrets.

        Args:
            url: Its address, if one was given.
            mask: Hides what is to be hidden anyway.
            unmasked: Errors that are not to end the command here.

        Raises:
            typer.Exit: There was an error, here or with the endpoint; it is printed, masked.
        """
        mask = mask.and_secrets(self._secrets(url))
        try:
            given = self.overrides(url)
            self._say_what_describes(url, mask)
            with found_endpoint(
                given, manifest=self.manifest, reference=self.reference
            ) as endpoint:
                mask = endpoint.mask(mask)
                yield endpoint, mask
        except PbxError as error:
            if isinstance(error, unmasked):
                raise
            raise complain(error, mask) from None

    def _say_what_describes(self, url: str | None, mask: Masker) -> None:
        """Say that a manifest of a folder above holds for an address: it is easily overlooked."""
        if url is None or self.manifest is not None or self.reference:
            return
        nearby = nearest_manifest(Path.cwd())
        if nearby is not None and nearby.parent not in (Path(), Path.cwd()):
            said = f"{nearby}: facts and scenario are taken from it; --manifest names another"
            Terminal(stderr=True).say(("manifest   ", "dim"), mask(said))

    def _secrets(self, url: str | None) -> set[str]:
        """Return what must not be shown, as far as it stands on the command line."""
        texts = [url or "", *self.header]
        known = {name for text in texts for name in _VARIABLE.findall(text)}
        pairs = [tuple(text.split(":", 1)) for text in self.header if ":" in text]
        return {
            *secrets_of_url(url or ""),
            *secrets_of_headers((name, value.strip()) for name, value in pairs),
            *(os.environ[name] for name in known if name in os.environ),
        }


def split_url(words: Sequence[str] | None) -> tuple[str | None, list[str]]:
    """Split words among which the endpoint's URL may be; return it and the others.

    Raises:
        UsageError: There are two.
    """
    urls = [word for word in words or () if "://" in word or word.startswith("${")]
    if len(urls) > 1:
        raise UsageError("one endpoint at a time: give one URL")
    return next(iter(urls), None), [word for word in words or () if word not in urls]


def header_pairs(headers: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Split ``NAME:VALUE``.

    Raises:
        UsageError: There is no colon, or it cannot be sent.
    """
    pairs = []
    for header in headers:
        name, colon, value = header.partition(":")
        if not colon or not name.strip():
            # What stands there is not repeated: it may be a token.
            raise UsageError("--header: write it as NAME:VALUE, e.g. --header 'X-Token: abc'")
        pairs.append((name.strip(), value.strip()))
    return sendable_headers(tuple(pairs))


def expanded_headers(headers: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Split ``NAME:VALUE``, and put environment variables into the values.

    Raises:
        UsageError: One cannot be sent, or a variable is not set.
    """
    pairs = header_pairs(headers)
    return sendable_headers(
        tuple((name, from_environment(value, "--header")) for name, value in pairs)
    )


def from_environment(text: str, option: str) -> str:
    """Put environment variables in the place of ``${NAME}``.

    Raises:
        UsageError: One is not set.
    """
    unset = [name for name in _VARIABLE.findall(text) if name not in os.environ]
    if unset:
        raise UsageError(f"{option}: the environment variable {unset[0]} is not set")
    return _VARIABLE.sub(lambda found: os.environ[found[1]], text)


@dataclass(frozen=True, kw_only=True)
class JsonOptions:
    """Output."""

    json_file: Annotated[
        Path | None,
        typer.Option(
            "--json",
            metavar="FILE",
            help="Write it as JSON; - prints that, and all else goes to standard error.",
        ),
    ] = None

    @property
    def is_printed(self) -> bool:
        """Tell whether JSON is printed."""
        return self.json_file is not None and is_stdout(self.json_file)

    @property
    def terminal(self) -> Terminal:
        """Where people read."""
        return Terminal(stderr=self.is_printed)

    def check(self) -> None:
        """See that the file can be written, before there is anything to write.

        Raises:
            UsageError: It cannot.
        """
        if self.json_file is not None:
            check_writable(self.json_file)

    def write(self, content: object) -> None:
        """Write content as JSON, if that is wanted.

        Raises:
            UsageError: The file cannot be written.
        """
        if self.json_file is not None:
            write(self.json_file, as_json(content))


@dataclass(frozen=True, kw_only=True)
class ShownOptions(JsonOptions):
    """Output."""

    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print what is wrong, and the verdict.")
    ] = False
    show_numbers: ShowNumbers = False

    @property
    def mask(self) -> Masker:
        """Hides numbers, unless they are to be shown."""
        return Masker(off=self.show_numbers)


@dataclass(frozen=True, kw_only=True)
class ExchangeOptions(ShownOptions):
    """Output."""

    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show every request and what was answered.")
    ] = False

    def check(self) -> None:
        """See that the options go together, and that the file can be written.

        Raises:
            UsageError: They do not, or it cannot.
        """
        super().check()
        if self.verbose and self.quiet:
            raise UsageError("--verbose and --quiet contradict each other; leave one out")
