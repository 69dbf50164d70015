"""Says in plain words why a text is no Gherkin."""

import difflib
from collections.abc import Iterator

from gherkin.errors import (
    CompositeParserException,
    NoSuchLanguageException,
    ParserException,
    UnexpectedEOFException,
    UnexpectedTokenException,
)

from harness.pytest_plugin import keywords
from mockpbx.errors import Problem

_MISPLACED = {
    "feature": "a file holds one feature; put this one into a file of its own",
    "background": "a Background stands once, before the first scenario",
    "examples": "Examples stand below the steps of an outline",
}
_TEXT = ('"""', "```")


def explained(wrong: CompositeParserException, text: str) -> Iterator[Problem]:
    """Return what is wrong, in the order of the lines; not what only comes of that."""
    lang = keywords.language(text)
    lines = text.splitlines()
    for error in wrong.errors:
        line = error.location["line"]
        if isinstance(error, NoSuchLanguageException):
            said = "this language is not known; write “# language: en” or “# language: ru”"
            yield Problem(message=said, line=line)
            return
        foreign = _foreign(error, lines, lang)
        yield Problem(message=foreign or _said(error, lines, lang), line=line)
        if foreign or "#FeatureLine" in str(error):
            return


def _foreign(error: ParserException, lines: list[str], lang: str) -> str:
    """Say that a line is in another language than the file, if that is what is wrong."""
    line = _line(error, lines)
    if not isinstance(error, UnexpectedTokenException):
        return ""
    other = None if keywords.begins(line, lang) else keywords.language_of(line)
    if other is None:
        return ""
    if lang != "en":
        return (
            f"the file says “# language: {lang}”, and this line is {keywords.name(other)}; "
            "write all keywords in one language"
        )
    russian = " (начните файл с этой строки)" if other == "ru" else ""
    first = f"begin the file with the line “# language: {other}”{russian}"
    return f"this is {keywords.name(other)}; {first}"


def _said(error: ParserException, lines: list[str], lang: str) -> str:
    plain = str(error).partition("): ")[2] or str(error)
    if "cell count" in plain:
        return "the rows of a table have as many cells as its first one; this has not"
    if "whitespace" in plain:
        return "a tag holds no blank; write each with an @ of its own"
    if isinstance(error, UnexpectedEOFException):
        return _of_the_end(plain, lines)
    line = _line(error, lines)
    kind = keywords.title_of(line, lang)
    if kind or keywords.begins(line, lang):
        return _MISPLACED.get(kind, f"“{line}” cannot stand here")
    if "#FeatureLine" in plain:
        return "a feature begins with a line “Feature: …”"
    known = [*keywords.of_steps(lang), *keywords.of_titles(lang)]
    near = difflib.get_close_matches(line.partition(" ")[0].rstrip(":"), known, n=1)
    hint = f"did you mean “{near[0]}”?" if near else f"steps begin with {keywords.usual(lang)}"
    return f"no keyword begins this line; {hint}"


def _of_the_end(plain: str, lines: list[str]) -> str:
    if "#DocStringSeparator" in plain:
        opened = max(n for n, line in enumerate(lines, 1) if line.strip().startswith(_TEXT))
        return f'the text that begins in line {opened} is not closed; end it with """'
    return "the file ends where a feature or a scenario should follow"


def _line(error: ParserException, lines: list[str]) -> str:
    number = error.location["line"]
    return lines[number - 1].strip() if number <= len(lines) else ""
