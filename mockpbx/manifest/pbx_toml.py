"""The manifest ``pbx.toml``: one file that describes an endpoint.

``${NAME}`` in a header or an address stands for an environment variable; its value is
used for requests and never written to a report.
"""

import glob
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote

from pydantic import AfterValidator, Field

from mockpbx.errors import ManifestError, Problem, UsageError
from mockpbx.filemodel import Document, FileModel, Key, Seconds, read_text, validate
from mockpbx.filemodel import json_schema as _json_schema
from mockpbx.wire.address import checked_headers, split_url
from mockpbx.wire.request import Dialect, HiddenAs, Method, Profile

_FACT_NAME = re.compile(r"[a-z][a-z0-9_]*")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def is_fact_name(name: str) -> bool:
    """Tell whether a fact can be called so."""
    return _FACT_NAME.fullmatch(name) is not None


def _fact_names(facts: dict[str, str]) -> dict[str, str]:
    for name in facts:
        if not is_fact_name(name):
            raise ValueError(f"write the fact {name!r} in small letters, digits and _")
    return facts


ParameterName = Literal[
    "cdr_id", "call_session_id", "start_time", "input_result", "numa", "numb", "direction"
]


class EndpointSection(FileModel):
    """How the endpoint is reached and asked."""

    url: str = Field(description="Address that the PBX asks.")
    method: Literal["GET", "POST-form", "POST-json", "POST-query"] = "GET"
    dialect: Literal["uis", "comagic", "callgear", "novofon"] = "comagic"
    deadline: Seconds = Field(
        default=5.0,
        description="Seconds the PBX waits for a whole answer [assumed 5]. Unless given, a "
        "scenario file's own prevails.",
    )
    headers: dict[str, str] = Field(default={}, description="Sent with every request.")
    parameters: list[ParameterName] | None = Field(
        default=None,
        description="The parameters that are ticked on the settings screen, no others are sent. "
        "Unless given, those of the dialect are sent, and whether one may be missing is assumed.",
    )
    hidden_caller: Literal["empty", "absent", "anonymous"] | None = Field(
        default=None,
        description="How numa arrives when a caller hides their number. Unless given, empty "
        "[assumed].",
    )
    ca_file: str | None = Field(
        default=None, description="Certificates to trust instead of the usual authorities."
    )


class ScenarioSection(FileModel):
    """The PBX scenario."""

    use: str = Field(
        default="courier-line", description="A built-in name, or the path of a scenario file."
    )


class StatesSection(FileModel):
    """How the endpoint is put into a named state."""

    url: str = Field(description="Gets a POST with {state, params}.")
    headers: dict[str, str] = Field(default={}, description="Sent with it.")


class CertifySection(FileModel):
    """What the endpoint is certified by, besides the suite."""

    features: list[str] = Field(
        default=[],
        description="Features whose scenarios are cases: files, folders or patterns, from here.",
    )
    scripts: list[str] = Field(
        default=[],
        description="Call scripts that are cases: files, folders or patterns, from here.",
    )


class Manifest(FileModel):
    """What is known of an endpoint."""

    endpoint: EndpointSection
    scenario: ScenarioSection = ScenarioSection()
    facts: Annotated[dict[str, str], AfterValidator(_fact_names)] = Field(
        default={}, description="What is true behind the endpoint."
    )
    states: StatesSection | None = None
    certify: CertifySection = CertifySection()

    def profile(self) -> Profile:
        """Say how the PBX asks this endpoint.

        Raises:
            ManifestError: An environment variable is not set.
        """
        return Profile(
            url=expanded_url(self.endpoint.url, "endpoint.url"),
            dialect=Dialect(self.endpoint.dialect),
            method=Method(self.endpoint.method),
            headers=expanded_headers(self.endpoint.headers, "endpoint.headers"),
            parameters=(
                None if self.endpoint.parameters is None else frozenset(self.endpoint.parameters)
            ),
            hidden_as=HiddenAs(self.endpoint.hidden_caller or "empty"),
        )

    @property
    def names_scenario(self) -> bool:
        """Tell whether the file names a PBX scenario."""
        return "use" in self.scenario.model_fields_set

    @property
    def deadline_s(self) -> float | None:
        """The deadline, if the file gives one."""
        return self.endpoint.deadline if "deadline" in self.endpoint.model_fields_set else None

    def from_environment(self) -> set[str]:
        """Return the values that come from the environment; they are not to be shown."""
        sections = [section for section in (self.endpoint, self.states) if section is not None]
        texts = [text for one in sections for text in (one.url, *one.headers.values())]
        names = [name for text in texts for name in _VARIABLE.findall(text)]
        return {os.environ[name] for name in names if name in os.environ}


def load(path: Path) -> Manifest:
    """Read a manifest.

    Raises:
        ManifestError: With all that is wrong, by line and key.
    """
    text = read_text(path, error=ManifestError)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+)", str(error))
        line = int(found.group(1)) if found else None
        message = f"this is not TOML: {str(error).partition(' (at')[0]}"
        raise ManifestError(str(path), [Problem(message=message, line=line)]) from None
    document = Document(source=str(path), data=data, lines=_lines(text), scalars=_scalars(text))
    manifest = validate(Manifest, document, error=ManifestError)
    wrong = [*_unusable(manifest), *_matching_nothing(path.parent, manifest.certify)]
    if wrong:
        raise ManifestError(str(path), [document.problem(key, said) for key, said in wrong])
    return _paths_from(path.parent, manifest)


def _unusable(manifest: Manifest) -> Iterator[tuple[Key, str]]:
    """Find addresses and headers that cannot be sent."""
    sections = {"endpoint": manifest.endpoint, "states": manifest.states}
    for name, section in sections.items():
        if section is None:
            continue
        texts: dict[tuple[str, ...], str] = {("url",): section.url}
        texts |= {("headers", header): value for header, value in section.headers.items()}
        for key, text in texts.items():
            expand = expanded_url if key == ("url",) else expanded
            message = _unset(text) or _unsendable(key, expand(text, name))
            if message:
                yield (name, *key), message


def _unset(text: str) -> str | None:
    unset = [name for name in _VARIABLE.findall(text) if name not in os.environ]
    if not unset:
        return None
    return f"the environment variable {unset[0]} is not set; set it, or remove ${{{unset[0]}}}"


def _unsendable(key: tuple[str, ...], text: str) -> str | None:
    try:
        if key == ("url",):
            split_url(text)
        else:
            sendable_headers(((key[-1], text),))
    except UsageError as error:
        return str(error)
    return None


def sendable_headers(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Let headers through that can be sent.

    Raises:
        UsageError: One cannot; its value is not repeated, for it may be a secret.
    """
    for name, value in headers:
        if not value.isascii():
            raise UsageError(f"the value of header {name!r} must be plain ASCII")
    return checked_headers(headers)


def _paths_from(folder: Path, manifest: Manifest) -> Manifest:
    """Take paths as seen from the manifest, not from the user's shell."""
    changed: dict[str, object] = {}
    if manifest.scenario.use.endswith((".yaml", ".yml")):
        changed["scenario"] = ScenarioSection(use=str(folder / manifest.scenario.use))
    if manifest.endpoint.ca_file is not None:
        ca_file = str(folder / manifest.endpoint.ca_file)
        changed["endpoint"] = manifest.endpoint.model_copy(update={"ca_file": ca_file})
    own = {
        name: [str(file) for text in places for file in _matching(folder, text, suffixes)]
        for name, places, suffixes in _own_cases(manifest.certify)
    }
    files = {name: list(dict.fromkeys(found)) for name, found in own.items()}
    return manifest.model_copy(update={**changed, "certify": CertifySection(**files)})


def _own_cases(section: CertifySection) -> Iterator[tuple[str, list[str], tuple[str, ...]]]:
    """Return what is named under each key, and how the names of such files end."""
    yield "features", section.features, (".feature",)
    yield "scripts", section.scripts, (".yaml", ".yml")


def _matching_nothing(folder: Path, section: CertifySection) -> Iterator[tuple[Key, str]]:
    """Find paths that stand for no file: nobody would notice that nothing is tried."""
    for name, places, suffixes in _own_cases(section):
        for place, text in enumerate(places):
            if not _matching(folder, text, suffixes):
                wanted = " or ".join(f"*{suffix}" for suffix in suffixes)
                message = f"{text!r} matches no file ({wanted}); paths are seen from {folder}"
                yield ("certify", name, place), message


def _matching(folder: Path, text: str, suffixes: tuple[str, ...]) -> list[Path]:
    """Return the files that a path, a folder or a pattern stands for, but for hidden ones."""
    found: list[Path] = []
    for path in _named(folder, text):
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        found += [
            file
            for file in inside
            if file.suffix in suffixes and file.is_file() and not _is_hidden(file, path)
        ]
    return found


def _named(folder: Path, text: str) -> list[Path]:
    """Return what a text names, or else matches as a pattern."""
    pattern = glob.escape(text) if (folder / text).exists() else text
    # Unlike Path.glob it leaves hidden files alone, and takes a path that begins at the root.
    found = glob.glob(pattern, root_dir=folder, recursive=True)  # noqa: PTH207
    return sorted(map(folder.joinpath, found))


def _is_hidden(file: Path, folder: Path) -> bool:
    """Tell whether a file belongs to a tool, as what editors keep below a folder does."""
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


_SECTION = re.compile(r"\s*\[([A-Za-z0-9_.-]+)\]")
_PAIR = re.compile(r"""\s*([A-Za-z0-9_."'-]+)\s*=\s*([^#\n]*)""")


def _keys(text: str) -> list[tuple[tuple[str | int, ...], int, str]]:
    """Find where keys stand; TOML's reader does not tell."""
    found: list[tuple[tuple[str | int, ...], int, str]] = []
    section: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        header, pair = _SECTION.match(line), _PAIR.match(line)
        if header:
            section = tuple(header.group(1).split("."))
            found.append((section, number, ""))
        elif pair:
            key = re.sub("[\"']", "", pair.group(1)).split(".")
            found.append(((*section, *key), number, pair.group(2).strip()))
    return found


def _lines(text: str) -> Mapping[tuple[str | int, ...], int]:
    return {key: number for key, number, _ in _keys(text)}


def _scalars(text: str) -> Mapping[tuple[str | int, ...], str]:
    return {key: value for key, _, value in _keys(text) if value}


def expanded(text: str, key: str) -> str:
    """Put environment variables in the place of ``${NAME}``.

    Raises:
        ManifestError: One is not set.
    """

    def value(found: re.Match[str]) -> str:
        name = found.group(1)
        if name not in os.environ:
            message = f"the environment variable {name} is not set; set it, or remove ${{{name}}}"
            raise ManifestError("pbx.toml", [Problem(message=message, key=key)])
        return os.environ[name]

    return _VARIABLE.sub(value, text)


_PAST_THE_HOST = re.compile(r"://[^/?#]*[/?#]")
_ENCODED = re.compile(r"(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})*")


def expanded_url(text: str, key: str) -> str:
    """Put environment variables into an address.

    A value in the path or the query is percent-encoded, so that a secret with ``#`` or ``&``
    stays one value; one that holds nothing but encoded characters is left as it is. The
    beginning of the address, or its host, may be a variable too, and is taken as it is.

    Raises:
        ManifestError: One is not set.
    """
    parts: list[str] = []
    end = 0
    for found in _VARIABLE.finditer(text):
        parts.append(text[end : found.start()])
        value = expanded(found.group(), key)
        is_value = _PAST_THE_HOST.search("".join(parts)) is not None
        plain = is_value and not ("%" in value and _ENCODED.fullmatch(value))
        parts.append(quote(value, safe="") if plain else value)
        end = found.end()
    return "".join([*parts, text[end:]])


def expanded_headers(headers: Mapping[str, str], key: str) -> tuple[tuple[str, str], ...]:
    """Put environment variables into the values of headers."""
    return tuple((name, expanded(value, f"{key}.{name}")) for name, value in headers.items())


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a manifest, for editors."""
    return _json_schema(Manifest, title="Manifest pbx.toml", id="urn:pbx-harness:manifest:1")
