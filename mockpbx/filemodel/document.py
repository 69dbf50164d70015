"""YAML text → data, with the line and the spelling of every value."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.resolver import Resolver

from mockpbx.errors import FileError, Problem

Key = tuple[str | int, ...]
"""Where a value is: names of mappings' keys, indices of lists."""

MOST_VALUES = 50_000
"""Values that a file may come to once its aliases are followed."""

DEEPEST = 60
"""How deep lists and mappings may lie within each other."""


def read_text(path: Path, *, error: type[FileError]) -> str:
    """Read a file of text.

    Raises:
        FileError: Of the type `error`: there is no such file, or it is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")  # some editors begin a file with a BOM
    except UnicodeDecodeError as wrong:
        line = wrong.object[: wrong.start].count(b"\n") + 1
        message = "this is not UTF-8; save the file as UTF-8 in your editor"
        raise error(str(path), [Problem(message=message, line=line)]) from None
    except FileNotFoundError:
        message = f"no such file; files are looked for from {Path.cwd()}"
    except IsADirectoryError:
        message = "this is a directory; name a file in it"
    except (OSError, ValueError) as wrong:
        message = f"the file cannot be read: {wrong}"
    raise error(str(path), [Problem(message=message)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a file says, and where it says it.

    Attributes:
        source: The file's path, or a built-in's name.
        data: Its content: None, bool, int, float, str, list, and dict with text as keys.
        lines: Line of every value, counted from 1; of a mapping's value, its key's line.
        scalars: Text of every scalar as it is written, e.g. ``00042``.
    """

    source: str
    data: object
    lines: Mapping[Key, int]
    scalars: Mapping[Key, str]

    def line(self, key: Key) -> int | None:
        """Return the line of a value or, where there is none, of what it would be part of."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key)

    def problem(self, key: Key, message: str) -> Problem:
        """Make a problem that tells its place."""
        return Problem(message=message, line=self.line(key), key=dotted(key) or None)


def dotted(key: Key) -> str:
    """Write a key as people do: ``operations.menu.choices``, ``steps[0].press``."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in key)
    return "".join(parts).removeprefix(".")


def parse(text: str, *, source: str, error: type[FileError]) -> Document:
    """Read YAML.

    Args:
        text: The file's content.
        source: Its path, or a built-in's name.
        error: What to raise.

    Raises:
        FileError: Of the type `error`: the text is not YAML, a key is given twice, a tag
            is used, or the content is too large or too deep.
    """
    if _QUICK is not None and not _ODD.search(text):
        try:
            return _read(_QUICK, text, source=source, error=error)
        except (yaml.YAMLError, ValueError, OverflowError):
            pass  # PyYAML is to say what is wrong: in the same words wherever one runs this
    try:
        return _read(_Loader, text, source=source, error=error)
    except yaml.YAMLError as wrong:
        raise error(source, [_not_yaml(wrong)]) from None
    except (ValueError, OverflowError) as wrong:  # PyYAML on "\UFFFFFFFF" and the like
        raise error(source, [Problem(message=f"this is not YAML: {wrong}")]) from None


def _read(
    loader: "Callable[[str], _Limited]", text: str, *, source: str, error: type[FileError]
) -> Document:
    walk = _Walk()
    root = loader(text).get_single_node()
    data = None if root is None else walk.value(root, ())
    if walk.problems:
        raise error(source, walk.problems)
    return Document(source=source, data=data, lines=walk.lines, scalars=walk.scalars)


class _TooLargeError(yaml.YAMLError):
    pass


class _Limited(Composer):
    """Composes the nodes of a document that is not too deep, from the events of any parser."""

    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Compose a node, unless it lies too deep: the stack is not to overflow."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise _TooLargeError
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


class _Loader(_Limited, yaml.SafeLoader):
    """YAML 1.2's core schema, without octal and hexadecimal numbers, infinity and merge keys."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  # filled below


_TAG = "tag:yaml.org,2002:"
_INT = re.compile(r"[-+]?[0-9]{1,4000}$")  # Python refuses to read longer ones; they stay text
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$")
_Loader.add_implicit_resolver(f"{_TAG}null", re.compile(r"(?:~|null|Null|NULL|)$"), [*"~nN", ""])
_Loader.add_implicit_resolver(
    f"{_TAG}bool", re.compile(r"(?:true|True|TRUE|false|False|FALSE)$"), [*"tTfF"]
)
_Loader.add_implicit_resolver(f"{_TAG}int", _INT, [*"-+0123456789"])
_Loader.add_implicit_resolver(f"{_TAG}float", _FLOAT, [*"-+.0123456789"])

_ODD = re.compile(
    r"[\t\r\x85\u2028\u2029\ufeff]"  # spaces and ends of lines to some, not to all
    r"|^(?:---|\.\.\.|%)"  # documents and directives
    r"|(?:^|[\[\]{},:-])\s*[!?]|\s!"  # tags, and keys of more than a word
    r"|[|>][-+0-9]*#",
    re.MULTILINE,
)
"""What libyaml and PyYAML do not always read alike: it is left to PyYAML."""


def _quick_loader() -> "Callable[[str], _Limited] | None":
    """Return a loader that lets libyaml parse: a file is read in a sixth of the time.

    The nodes are composed in Python all the same: where a file is too deep, libyaml's own
    composer would overflow the stack of C, which ends the program without a word.
    """
    try:
        from yaml._yaml import CParser  # noqa: PLC0415  # PyYAML may be built without libyaml
    except ImportError:
        return None

    class Quick(_Limited, CParser, Resolver):
        yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers

        def __init__(self, text: str) -> None:
            CParser.__init__(self, text)
            Composer.__init__(self)
            Resolver.__init__(self)

        def compose_scalar_node(self, anchor: dict[Any, yaml.Node]) -> yaml.ScalarNode:
            node = super().compose_scalar_node(anchor)
            if not node.style and "?" in node.value:
                raise yaml.YAMLError  # in brackets PyYAML wants it quoted, and libyaml does not
            return node

    return Quick


_QUICK = _quick_loader()

_HALF = re.compile("[\ud800-\udfff]")
_TOO_LARGE = f"the file has more than {MOST_VALUES} values, or is more than {DEEPEST} levels deep"


class _Walk:
    """Goes through the nodes of a document, following aliases, and notes where things are."""

    def __init__(self) -> None:
        self.lines: dict[Key, int] = {}
        self.scalars: dict[Key, str] = {}
        self.problems: list[Problem] = []
        self._values = 0

    def value(self, node: yaml.Node, key: Key) -> object:
        """Return a node's value."""
        self._values += 1
        if self._values > MOST_VALUES or len(key) > DEEPEST:
            raise _TooLargeError
        self.lines.setdefault(key, node.start_mark.line + 1)
        if isinstance(node, yaml.ScalarNode):
            self.scalars[key] = self._text(node, key)
            return self._scalar(node, key)
        if node.tag not in (f"{_TAG}seq", f"{_TAG}map"):
            self._wrong(node, key, f"the tag {node.tag} is not used here; remove it")
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*key, place)) for place, item in enumerate(node.value)]
        return self._mapping(node, key)

    def _mapping(self, node: yaml.Node, key: Key) -> dict[str, object]:
        content: dict[str, object] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._wrong(key_node, key, "a key must be a word, not a list or a mapping")
                continue
            name = self._text(key_node, key)
            inner = (*key, name)
            if name == "<<" and not key_node.style:
                self._wrong(key_node, key, "merge keys (<<) are not used here; write out the keys")
                continue
            if name in content:
                first = f"it is in line {self.lines[inner]} already"
                self._wrong(key_node, inner, f"the key {name} is given twice: {first}")
                continue
            self.lines[inner] = key_node.start_mark.line + 1
            content[name] = self.value(value_node, inner)
        return content

    def _scalar(self, node: yaml.ScalarNode, key: Key) -> object:
        text = self.scalars[key]
        match node.tag.removeprefix(_TAG):
            case "str":
                return text
            case "null":
                return None
            case "bool" if text.lower() in ("true", "false"):
                return text.lower() == "true"
            case "int" if _INT.match(text):
                return int(text)
            case "float" if _FLOAT.match(text):
                return float(text) if math.isfinite(float(text)) else text
        self._wrong(node, key, f"the tag {node.tag} does not fit here; remove it")
        return None

    def _text(self, node: yaml.ScalarNode, key: Key) -> str:
        """Return a scalar's text, without halves of characters: they could not be printed."""
        text = str(node.value)
        if not _HALF.search(text):
            return text
        self._wrong(node, key, "half a character (\\ud800 to \\udfff); remove it")
        return _HALF.sub("?", text)

    def _wrong(self, node: yaml.Node, key: Key, message: str) -> None:
        line = node.start_mark.line + 1
        self.problems.append(Problem(message=message, line=line, key=dotted(key) or None))


_HINTS = (
    (r"'\\t'", "a tab; indent with spaces"),
    ("could not find expected ':'", "a colon is missing after a key, or a closing quote before"),
    ("mapping values are not", 'a colon too many, or none above; quote a text that holds ": "'),
    ("end of stream", "something is not closed: a quote or a bracket"),
    ("expected ',' or", "a bracket is not closed, or a comma is missing"),
    ("expected <block end>", "the indentation differs from the lines above"),
    ("cannot start any token", "a text that begins with this character must be quoted"),
    ("undefined alias", 'there is no such anchor; quote a text that begins with "*"'),
    ("alphabetic or numeric", 'quote a text that begins with "*" or "&"'),
    ("single document", "a second document begins; remove the line ---"),
    ("special characters", "a control character; remove it"),
)


def _not_yaml(wrong: yaml.YAMLError) -> Problem:
    """Say in plain words what is wrong with YAML."""
    if isinstance(wrong, _TooLargeError):
        return Problem(message=_TOO_LARGE)
    said = str(getattr(wrong, "problem", None) or getattr(wrong, "reason", wrong))
    context = getattr(wrong, "context", None) or ""
    hints = (hint for part, hint in _HINTS if re.search(part, f"{context} {said}"))
    mark = getattr(wrong, "problem_mark", None)
    return Problem(
        message=f"{next(hints, 'this is not YAML')} (YAML: {said})",
        line=None if mark is None else mark.line + 1,
    )
