"""What may stand in the gaps of a sentence: people, orders, times, texts."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from harness.steps import words
from harness.steps.failures import DOING, FAILURES, HAVING, OBSERVED
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


def yo(regex: str) -> str:
    """Let a regular expression take е in the place of ё, as most people write."""
    return regex.replace("ё", "[её]")


def folded(text: str) -> str:
    """Return a text without what a sentence may be written with or without: case, ё for е."""
    return text.casefold().replace("ё", "е")


def _terms(
    *tables: tuple[Word, ...],
    ru: tuple[Word, ...] | None = None,
    quotes: bool = False,
    case: str = words.NOMINATIVE,
    strict: bool = False,
) -> Slot:
    """Make the slot of a table of words.

    Args:
        tables: The words.
        ru: Those that may stand there in Russian, if not all.
        quotes: A text in quotes may stand for one.
        case: In which case Russian examples and suggestions show them.
        strict: No other case will do.
    """
    known = [entry for table in tables for entry in table]
    russian = known if ru is None else list(ru)
    by_form = {
        folded(form): entry.value
        for entry in reversed(known)
        for forms in entry.forms.values()
        for form in forms
    }

    def read(text: str) -> Term:
        value = by_form.get(folded(text))
        if value is None:
            return Term(value=_unquoted(text), text=text, quoted=True)
        return Term(value=value, text=text)

    shown = tuple(entry.cases[case] for entry in russian)
    said = {form for entry in russian for form in entry.forms["ru"]}
    english = {form for entry in known for form in entry.forms["en"]}
    return Slot(
        regex={
            "en": _either(english, quotes=quotes),
            "ru": _either(set(shown) if strict else said, quotes=quotes),
        },
        sample={"en": known[0].forms["en"][0], "ru": shown[0]},
        read=read,
        choices={"en": tuple(entry.forms["en"][0] for entry in known), "ru": shown},
    )


def _either(forms: set[str], *, quotes: bool) -> str:
    longest_first = sorted(forms, key=lambda form: (-len(form), form))
    return "|".join([*map(yo, map(re.escape, longest_first)), *([QUOTED] if quotes else [])])


def _form(
    regex: str, sample: str, read: Callable[[str], object], ru: str = "", ru_regex: str = ""
) -> Slot:
    return Slot(
        regex={"en": regex, "ru": ru_regex or regex},
        sample={"en": sample, "ru": ru or sample},
        read=read,
        choices=dict.fromkeys(words.LANGUAGES, ()),
    )


_TIMES_EN = {"never": 0, "once": 1, "twice": 2}
_TIMES_RU = {
    "ни разу": 0,
    "один раз": 1,
    "одного раза": 1,
    "дважды": 2,
    "два раза": 2,
    "двух раз": 2,
    "трижды": 3,
    "три раза": 3,
    "трёх раз": 3,
}


def _times(text: str) -> int:
    said = folded(text)
    known = {folded(form): number for form, number in (_TIMES_EN | _TIMES_RU).items()}
    return known[said] if said in known else int(said.split()[0])


_AMOUNT = "[0-9]{1,7}(?:[.,][0-9]{1,7})?"


def _duration(text: str) -> float:
    return float(text.split(maxsplit=1)[0].replace(",", "."))


_BRANDS = ("UIS", "CoMagic", "CallGear", "Novofon")


_PEOPLE = (words.PEOPLE, words.CALLEES)


def _ordinals(case: str) -> Slot:
    return _terms(words.ORDINALS, case=case, strict=True)


def _phases() -> Slot:
    """Make the slot of what needs no comma before it, and of the rest for whoever leaves it out."""
    return replace(_terms(words.PHASES, ru=words.STAGES), regex=_terms(words.PHASES).regex)


SLOTS: Mapping[str, Slot] = {
    "who": _terms(*_PEOPLE, quotes=True),
    "who_gen": _terms(*_PEOPLE, quotes=True, case=words.GENITIVE),
    "who_dat": _terms(*_PEOPLE, quotes=True, case=words.DATIVE),
    "who_ins": _terms(*_PEOPLE, quotes=True, case=words.INSTRUMENTAL),
    "order": _terms(words.ORDERS, quotes=True),
    "order_gen": _terms(words.ORDERS, quotes=True, case=words.GENITIVE),
    "order_number": _terms(words.ORDERS, quotes=True, case=words.NUMBER),
    "place": _terms(words.PLACES, quotes=True),
    "place_gen": _terms(words.PLACES, quotes=True, case=words.GENITIVE),
    "place_dat": _terms(words.PLACES, quotes=True, case=words.DATIVE),
    "nth": _ordinals(words.NOMINATIVE),
    "nth_gen": _ordinals(words.GENITIVE),
    "nth_loc": _ordinals(words.LOCATIVE),
    "nth_inside": _ordinals(words.INSIDE),
    "nth_again": _ordinals(words.AGAIN),
    "phase": _phases(),
    "going_on": _terms(words.GOING_ON),
    "spelling": _terms(words.SPELLINGS),
    "state": _terms(words.CALLEE_STATES),
    "kind": _terms(words.KINDS),
    "party": _terms(words.PARTIES),
    "failure": _terms(FAILURES, ru=DOING),
    "having": _terms(HAVING),
    "reason": _terms(OBSERVED),
    "text": _form(QUOTED, '"order"', _unquoted, ru='"заказ"'),
    "keys": _form(r'"[0-9*#.]*"', '"12#"', _unquoted),
    "number": _form("[0-9]{1,9}", "2", int),
    "duration": _form(
        f"{_AMOUNT} seconds?",
        "5 seconds",
        _duration,
        ru="5 секунд",
        ru_regex=f"{_AMOUNT} секунд[уы]?",
    ),
    "times": _form(
        "|".join([*_TIMES_EN, "[0-9]{1,9} times?"]),
        "twice",
        _times,
        ru="дважды",
        ru_regex="|".join([*map(yo, _TIMES_RU), "[0-9]{1,9} раза?"]),
    ),
    "clock": _form("[0-9]{1,2}:[0-9]{2}", "23:30", str),
    "date": _form("[0-9]{4}-[0-9]{2}-[0-9]{2}", "2026-09-17", str),
    "parameter": _form(r"[a-z_]+", "numa", str),
    "method": _form(r"GET|POST-form|POST-json|POST-query", "POST-json", str),
    "brand": _form(
        "|".join([*map(str.lower, _BRANDS), *_BRANDS]), "novofon", str.lower, ru="Novofon"
    ),
    "ending": _form(r"[a-z_]+", "success_finish", str),
}
"""By the names that patterns use; those with a case only Russian ones use."""

_RUSSIAN = {
    "who": "кто",
    "who_gen": "кого",
    "who_dat": "кому",
    "who_ins": "кем",
    "order": "заказ",
    "order_gen": "заказа",
    "order_number": "номер заказа",
    "place_gen": "места",
    "place_dat": "месту",
    "nth": "какой",
    "nth_gen": "какого",
    "nth_loc": "каком",
    "nth_inside": "в каком",
    "nth_again": "в который",
    "phase": "когда",
    "going_on": "пока что",
    "spelling": "как",
    "state": "состояние",
    "kind": "что",
    "party": "сторона",
    "failure": "сбой",
    "having": "что не так",
    "reason": "причина",
    "text": "текст",
    "keys": "клавиши",
    "number": "число",
    "duration": "сколько времени",
    "times": "сколько раз",
    "clock": "время",
    "date": "дата",
    "parameter": "параметр",
    "method": "метод",
    "brand": "марка",
    "ending": "итог",
}
"""Names of gaps in Russian sentences; no two are the same, for editors keep one list of them."""


def gap_name(kind: str, lang: str) -> str:
    """Return the name by which people know a kind of gap."""
    return _RUSSIAN[kind] if lang == "ru" else kind
