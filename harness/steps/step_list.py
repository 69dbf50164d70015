"""Lists the steps, for the command ``pbx steps`` and for docs/steps.md."""

from collections.abc import Iterator, Sequence

from harness.steps.slots import SLOTS
from harness.steps.vocabulary import Part, Pattern, Step, kinds, steps
from harness.steps.words import LANGUAGES

_PARTS = {
    Part.GIVEN: ("Given", "Дано", "what is true before the call"),
    Part.WHEN: ("When", "Когда", "who calls and what they do"),
    Part.THEN: ("Then", "Тогда", "what the call comes to"),
}
_KEYWORDS = {"en": 0, "ru": 1}


def chosen(word: str | None) -> list[Step]:
    """Return the steps that a word occurs in."""
    if word is None:
        return list(steps())
    wanted = word.lower()
    direct = [
        step
        for step in steps()
        if any(wanted in step.explained(lang).lower() for lang in LANGUAGES)
        or any(wanted in f"{item.shown} {item.example}".lower() for item in step.patterns)
    ]
    return direct or [step for step in steps() if _may_hold(step, wanted)]


def _may_hold(step: Step, wanted: str) -> bool:
    """Tell whether a word may stand in a gap of a step."""
    return any(
        wanted in choice.lower()
        for pattern in step.patterns
        for kind in pattern.kinds
        for choice in SLOTS[kind].choices[pattern.lang]
    )


def in_language(step: Step, lang: str) -> list[Pattern]:
    """Return the ways in which a language says a step."""
    return [pattern for pattern in step.patterns if pattern.lang == lang]


def lines(listed: Sequence[Step], lang: str) -> Iterator[tuple[str, str, str]]:
    """Return keyword and pattern, example, and what it is about, of each way of saying a step."""
    for step in listed:
        keyword = _PARTS[step.part][_KEYWORDS[lang]]
        for pattern in in_language(step, lang):
            yield f"{keyword} {pattern.shown}", f"{keyword} {pattern.example}", step.explained(lang)


def markdown() -> str:
    """Return the page of all steps."""
    return "\n".join([*_head(), *_tables(), *_gaps()]) + "\n"


def _head() -> Iterator[str]:
    yield "# Steps of features"
    yield ""
    yield "Made by `pbx steps --markdown`; a test keeps it current. How to write features:"
    yield "[Gherkin for QA](gherkin.md)."
    yield ""
    yield "Given and When may stand in for each other. Before any Then may stand *on the second"
    yield "call* (*во втором звонке*). A number in quotes, or the name of a fact of your own in"
    yield 'quotes, may stand for anybody: `"79161110001"`, `"my_courier"`.'


def _tables() -> Iterator[str]:
    for part, (english, russian, about) in _PARTS.items():
        yield from ("", f"## {english}, {russian}: {about}", "")
        yield "| English | по-русски | what it does |"
        yield "|---|---|---|"
        for step in steps():
            if step.part is part:
                cells = ["<br>".join(map(_cell, in_language(step, lang))) for lang in _KEYWORDS]
                below = f" Below it stands a {step.block}." if step.block else ""
                yield f"| {cells[0]} | {cells[1]} | {step.about}{below} |"


def _cell(pattern: Pattern) -> str:
    return f"`{pattern.example}`"


def _gaps() -> Iterator[str]:
    yield from ("", "## Words", "")
    yield "| in the place of | English | по-русски |"
    yield "|---|---|---|"
    for kind, slot in SLOTS.items():
        # A case is a gap of Russian sentences alone: English is listed above it.
        said = [", ".join(slot.choices[lang]) or f"`{slot.sample[lang]}`" for lang in _KEYWORDS]
        cells = [
            cell if kind in kinds(lang) else "" for cell, lang in zip(said, _KEYWORDS, strict=True)
        ]
        first = "en" if cells[0] else "ru"
        name = slot.sample[first] if slot.choices[first] else kind
        yield f"| {name} | {cells[0]} | {cells[1]} |"
