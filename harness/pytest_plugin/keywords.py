"""The keywords of Gherkin, in its languages."""

import re
from collections.abc import Iterator

from gherkin.dialect import DIALECTS

USUAL = {
    "en": ("Given", "When", "Then", "And", "But"),
    "ru": ("Дано", "Когда", "Тогда", "И", "Но"),
}
"""The keywords of steps that messages name; any language has more."""

_LANGUAGE = re.compile(r"\s*#\s*language\s*:\s*([a-zA-Z_-]+)\s*")
_TITLES = ("feature", "background", "rule", "scenario", "scenarioOutline", "examples")
_STEPS = ("given", "when", "then", "and", "but")


def language(text: str) -> str:
    """Tell which language a feature says that it is in."""
    found = (_LANGUAGE.fullmatch(line) for line in text.splitlines())
    return next((match.group(1) for match in found if match), "en")


def name(lang: str) -> str:
    """Return the name of a language."""
    return str(DIALECTS[lang]["name"])  # type: ignore[typeddict-item]  # it is there


def usual(lang: str) -> str:
    """List the keywords that steps of a language begin with."""
    return ", ".join(USUAL.get(lang, USUAL["en"]))


def of_steps(lang: str) -> list[str]:
    """Return the keywords that begin a step."""
    return list(dict.fromkeys(_of(lang, _STEPS)))


def of_titles(lang: str) -> list[str]:
    """Return the keywords that stand before a colon."""
    return list(dict.fromkeys(_of(lang, _TITLES)))


def _of(lang: str, kinds: tuple[str, ...]) -> Iterator[str]:
    for kind in kinds:
        for keyword in DIALECTS[lang][kind]:  # type: ignore[literal-required]  # the names above
            if keyword.strip() != "*":
                yield keyword.strip()


def title_of(line: str, lang: str) -> str:
    """Return the kind of title that a line is: ``feature``, ``scenario`` …; empty if it is none."""
    word = line.partition(":")[0].strip()
    kinds = (kind for kind in _TITLES if ":" in line and word in _of(lang, (kind,)))
    return next(kinds, "")


def begins(line: str, lang: str) -> bool:
    """Tell whether a line begins with a keyword of a language."""
    return bool(title_of(line, lang)) or any(line.startswith(f"{k} ") for k in of_steps(lang))


def language_of(line: str) -> str | None:
    """Tell in which language a line begins with a keyword."""
    return next((lang for lang in ("en", "ru", *sorted(DIALECTS)) if begins(line, lang)), None)
