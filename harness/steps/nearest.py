"""What to say of a sentence that is no step: the nearest ones, and what does not fit."""

import difflib
import re
from collections.abc import Iterator

from harness.steps.slots import SLOTS, Slot
from harness.steps.vocabulary import Part, Pattern, Step, find, focused, loosely, steps

_MOST = 3
_ALIKE = 0.5
_PLACEHOLDER = re.compile("<[^<>]+>")
_WHICH_CALL = {
    "en": re.compile(r"on the (\w+) call\b", re.IGNORECASE),
    "ru": re.compile(r"(во? \w+) звонке\b", re.IGNORECASE),
}
_ORDINALS = {"en": "nth", "ru": "nth_inside"}
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)

_SAYS = {
    "en": {
        "unknown": "there is no such step",
        "nearest": "nearest",
        "like": "e.g.",
        "choose": "is not known here; choose from",
        "quoted": "or a number in quotes",
        "gap": "<…> is filled in from a column of Examples, and there is none of this name",
        "then": "this is an outcome: put it under Then",
        "when": "this is no outcome: put it under Given or When",
        "list": "pbx steps lists them all",
    },
    "ru": {
        "unknown": "такого шага нет",
        "nearest": "похожие",
        "like": "например",
        "choose": "здесь не знают; выберите из",
        "quoted": "или номер в кавычках",
        "gap": "<…> берётся из столбца в «Примерах», а такого столбца нет",
        "then": "это результат: поставьте его после «Тогда»",
        "when": "это не результат: поставьте его после «Дано» или «Когда»",
        "list": "все шаги: pbx steps --lang ru",
    },
}


def language(sentence: str) -> str:
    """Tell the language of a sentence."""
    return "ru" if _CYRILLIC.search(sentence) else "en"


def advice(sentence: str, *, outcome: bool) -> str:
    """Say what is wrong with a sentence and what to write instead, in its own language."""
    lang = language(sentence)
    says = _SAYS[lang]
    if find(sentence, outcome=not outcome) is not None:
        return says["when" if outcome else "then"]
    lines = [says["unknown"]]
    if _PLACEHOLDER.search(sentence):
        return "\n".join([*lines, says["gap"]])
    misfits = list(_misfits(sentence, lang, outcome=outcome))
    if misfits:
        return "\n".join([*lines, *misfits, says["list"]])
    for pattern in nearest(sentence, outcome=outcome):
        lines.append(f"{says['nearest']}: {pattern.shown}")
        if pattern.kinds:
            lines.append(f"    {says['like']} {pattern.example}")
    return "\n".join([*lines, says["list"]])


def nearest(sentence: str, *, outcome: bool) -> list[Pattern]:
    """Return the patterns that a sentence resembles most."""
    lang = language(sentence)
    rest = focused(sentence)[1].lower()
    found = [(_likeness(rest, pattern), pattern) for pattern in _patterns(lang, outcome=outcome)]
    found.sort(key=lambda item: item[0], reverse=True)
    return [pattern for likeness, pattern in found[:_MOST] if likeness > _ALIKE]


def likeness(sentence: str) -> float:
    """Tell how much a sentence resembles the nearest of all patterns: 1.0 for the same."""
    lang, rest = language(sentence), focused(sentence)[1].lower()
    patterns = (one for outcome in (True, False) for one in _patterns(lang, outcome=outcome))
    return max(_likeness(rest, pattern) for pattern in patterns)


def _likeness(sentence: str, pattern: Pattern) -> float:
    return difflib.SequenceMatcher(None, sentence, pattern.example.lower()).ratio()


def _patterns(lang: str, *, outcome: bool) -> Iterator[Pattern]:
    for step in steps():
        if _is_outcome(step) is outcome:
            yield from (pattern for pattern in step.patterns if pattern.lang == lang)


def _is_outcome(step: Step) -> bool:
    return step.part is Part.THEN


def _misfits(sentence: str, lang: str, *, outcome: bool) -> Iterator[str]:
    """Name what does not fit into a gap of a pattern whose other words are all there."""
    rest = focused(sentence)[1]
    which = _WHICH_CALL[lang].match(rest)
    if which:
        yield _choose(which.group(1), SLOTS[_ORDINALS[lang]], lang)
        return
    fitting = [
        (pattern, found)
        for pattern in _patterns(lang, outcome=outcome)
        if _words(pattern) and (found := loosely(pattern).fullmatch(rest))
    ]
    for pattern, found in sorted(fitting, key=lambda item: -len(_words(item[0])))[:1]:
        for kind, text in zip(pattern.kinds, found.groups(), strict=True):
            slot = SLOTS[kind]
            if not re.fullmatch(slot.regex[lang], text, re.IGNORECASE):
                yield _choose(text, slot, lang)


def _choose(text: str, slot: Slot, lang: str) -> str:
    """Say what may stand in a gap instead."""
    choices = slot.choices[lang] or (slot.sample[lang],)
    close = difflib.get_close_matches(text.lower(), choices, n=_MOST) or choices
    own = f"; {_SAYS[lang]['quoted']}" if slot.choices[lang] and '"' in slot.regex[lang] else ""
    return f"“{text:.60}” {_SAYS[lang]['choose']}: {', '.join(close)}{own}"


def _words(pattern: Pattern) -> list[str]:
    """Return the words of a pattern outside its gaps, if they say anything."""
    return [word for word in re.sub(r"\{[^}]*\}", " ", pattern.text).split() if len(word) > 1]
