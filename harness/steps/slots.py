"""What may stand in the gaps of a sentence: people, orders, times, texts."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from harness.steps import words
from harness.steps.failures import FAILURES, OBSERVED
from harness.steps.words import Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """What a sentence names.

    Attributes:
        value: What it stands for: a fact's name, or the quoted text itself.
        text: As it was written.
        quoted: True if it was written in quotes: a number, or a fact of the user's own.
    """

    value: str
    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A kind of gap.

    Attributes:
        regex: What may stand there, by language.
        sample: What examples show, by language.
        read: Makes a value of it.
        choices: The words to choose from, by language; empty if anything of its form will do.
    """

    regex: Mapping[str, str]
    sample: Mapping[str, str]
    read: Callable[[str], object]
    choices: Mapping[str, tuple[str, ...]]


QUOTED = r'"[^"]*"|«[^»]*»|“[^”]*”'


def _unquoted(text: str) -> str:
    return text[1:-1]


def _terms(*tables: tuple[Word, ...], quotes: bool = False) -> Slot:
    """Make the slot of a table of words; a text in quotes may stand for one."""
    known = [entry for table in tables for entry in table]
    by_form = {
        form.lower(): entry.value
        for entry in reversed(known)
        for forms in entry.forms.values()
        for form in forms
    }

    def read(text: str) -> Term:
        value = by_form.get(text.lower())
        if value is None:
            return Term(value=_unquoted(text), text=text, quoted=True)
        return Term(value=value, text=text)

    return Slot(
        regex={lang: _either(known, lang, quotes=quotes) for lang in words.LANGUAGES},
        sample={lang: known[0].forms[lang][0] for lang in words.LANGUAGES},
        read=read,
        choices={lang: tuple(entry.forms[lang][0] for entry in known) for lang in words.LANGUAGES},
    )


def _either(known: list[Word], lang: str, *, quotes: bool) -> str:
    forms = {form for entry in known for form in entry.forms[lang]}
    longest_first = sorted(forms, key=lambda form: (-len(form), form))
    return "|".join([*map(re.escape, longest_first), *([QUOTED] if quotes else [])])


def _form(regex: str, sample: str, read: Callable[[str], object], ru: str = "") -> Slot:
    return Slot(
        regex=dict.fromkeys(words.LANGUAGES, regex),
        sample={"en": sample, "ru": ru or sample},
        read=read,
        choices=dict.fromkeys(words.LANGUAGES, ()),
    )


_TIMES = {"never": 0, "once": 1, "twice": 2, "один раз": 1, "дважды": 2}


def _times(text: str) -> int:
    lowered = text.lower()
    return _TIMES[lowered] if lowered in _TIMES else int(lowered.split()[0])


def _seconds(text: str) -> float:
    return float(text.replace(",", "."))


SLOTS: Mapping[str, Slot] = {
    "who": _terms(words.PEOPLE, words.CALLEES, quotes=True),
    "order": _terms(words.ORDERS, quotes=True),
    "place": _terms(words.PLACES, quotes=True),
    "nth": _terms(words.ORDINALS),
    "phase": _terms(words.PHASES),
    "spelling": _terms(words.SPELLINGS),
    "state": _terms(words.CALLEE_STATES),
    "kind": _terms(words.KINDS),
    "party": _terms(words.PARTIES),
    "failure": _terms(FAILURES),
    "reason": _terms(OBSERVED),
    "text": _form(QUOTED, '"order"', _unquoted, ru='"заказ"'),
    "keys": _form(r'"[0-9*#.]*"', '"12#"', _unquoted),
    "number": _form("[0-9]{1,9}", "2", int),
    "seconds": _form("[0-9]{1,7}(?:[.,][0-9]{1,7})?", "5", _seconds),
    "times": _form(
        "never|once|twice|[0-9]{1,9} times|один раз|дважды|[0-9]{1,9} раза?",
        "twice",
        _times,
        ru="дважды",
    ),
    "clock": _form("[0-9]{1,2}:[0-9]{2}", "23:30", str),
    "date": _form("[0-9]{4}-[0-9]{2}-[0-9]{2}", "2026-09-17", str),
    "parameter": _form(r"[a-z_]+", "numa", str),
    "method": _form(r"GET|POST-form|POST-json|POST-query", "POST-json", str),
    "brand": _form(r"uis|comagic|callgear|novofon", "novofon", str),
    "ending": _form(r"[a-z_]+", "success_finish", str),
}
"""By the names that patterns use."""
