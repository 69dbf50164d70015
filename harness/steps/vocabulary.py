"""How a sentence is recognised: patterns with gaps, in English and Russian.

A step is a function registered with its patterns::

    @given("{who} {state}", ru="{who} {state}")
    def callee_is(story: Story, who: Term, state: Term) -> None: ...
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from importlib import import_module
from inspect import signature
from typing import Any

from harness.steps.russian import ABOUT
from harness.steps.slots import QUOTED, SLOTS, Term, folded, gap_name, yo
from harness.steps.words import LANGUAGES
from mockpbx.errors import HarnessError


class Part(Enum):
    """Where in a scenario a step belongs."""

    GIVEN = "given"
    WHEN = "when"
    THEN = "then"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One way of saying a step.

    Attributes:
        lang: The language.
        text: With ``{name:kind}`` or ``{kind}`` for gaps.
        samples: What stands in gaps of the example, by the names of the gaps, where the usual
            sample of their kind would make no sense.
    """

    lang: str
    text: str
    samples: tuple[tuple[str, str], ...] = ()

    @property
    def example(self) -> str:
        """A sentence that fits."""
        samples = dict(self.samples)

        def fill(gap: re.Match[str]) -> str:
            return samples.get(gap.group(1) or gap.group(2)) or SLOTS[_kind(gap)].sample[self.lang]

        return _GAP.sub(fill, self.text)

    @property
    def skeleton(self) -> str:
        """The pattern with the kinds of its gaps alone, ``{who}``."""
        return _GAP.sub(lambda gap: f"{{{_kind(gap)}}}", self.text)

    @property
    def shown(self) -> str:
        """The pattern as people read it: ``{who}`` for a gap, in Russian ``{кто}``."""
        return _GAP.sub(lambda gap: f"{{{gap_name(_kind(gap), self.lang)}}}", self.text)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of its gaps, in their order."""
        return tuple(_kind(gap) for gap in _GAP.finditer(self.text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step.

    Attributes:
        part: Where it belongs.
        patterns: How it is said.
        run: What it does: takes the story, the gaps by name, and a table or a text if it has one.
        about: One sentence for the list of steps.
        block: What stands below it: ``table`` or ``text``; empty if nothing does.
    """

    part: Part
    patterns: tuple[Pattern, ...]
    run: Callable[..., None]
    about: str
    block: str = ""

    def explained(self, lang: str) -> str:
        """Say what it does, in a language."""
        return ABOUT[self.run.__name__] if lang == "ru" else self.about

    @property
    def of_one_call(self) -> bool:
        """Tell whether it may be about one of several calls: ``on the second call …``."""
        return "nth" in signature(self.run).parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A sentence that was recognised.

    Attributes:
        step: The step.
        values: What stands in its gaps.
        nth: Which call it is about, if it says so.
    """

    step: Step
    values: Mapping[str, Any] = field(default_factory=dict)
    nth: int | None = None


_GAP = re.compile(r"\{(?:(\w+):)?(\w+)\}")
_STEPS: list[Step] = []
_MODULES = ("given", "given_states", "when", "then", "then_endpoint")


def _kind(gap: re.Match[str]) -> str:
    return gap.group(2)


Stepping = Callable[[Callable[..., None]], Callable[..., None]]


Samples = Mapping[str, str | tuple[str, str]]
"""What stands in gaps of an example, by their names: for both languages, or for each."""


CUSTOMER: Samples = {"who": ("the customer", "клиент")}
"""For sentences that of a courier would sound odd."""

OF_CUSTOMER: Samples = {"who": ("the customer", "клиента")}
WITH_CUSTOMER: Samples = {"who": ("the customer", "клиентом")}


def _samples(given_for: Samples, lang: str) -> tuple[tuple[str, str], ...]:
    place = LANGUAGES.index(lang)
    return tuple(
        (name, sample if isinstance(sample, str) else sample[place])
        for name, sample in given_for.items()
    )


def _registering(part: Part) -> Callable[..., Stepping]:
    def decorate(
        *en: str, ru: str | tuple[str, ...], block: str = "", samples: Samples | None = None
    ) -> Stepping:
        said = {"en": en, "ru": (ru,) if isinstance(ru, str) else ru}
        patterns = [
            Pattern(lang=lang, text=text, samples=_samples(samples or {}, lang))
            for lang, texts in said.items()
            for text in texts
        ]

        def register(function: Callable[..., None]) -> Callable[..., None]:
            about = (function.__doc__ or "").strip().splitlines()
            if not about:
                raise HarnessError(f"the step {en[0]!r} does not say what it does")
            step = Step(
                part=part, patterns=tuple(patterns), run=function, about=about[0], block=block
            )
            _STEPS.append(step)
            return function

        return register

    return decorate


given = _registering(Part.GIVEN)
when = _registering(Part.WHEN)
then = _registering(Part.THEN)


@cache
def steps() -> tuple[Step, ...]:
    """Return all steps, in the order of their files."""
    for name in _MODULES:  # they register their steps when they are imported
        import_module(f"harness.steps.{name}")
    order = [f"harness.steps.{name}" for name in _MODULES]
    found = [step for step in _STEPS if step.run.__module__ in order]
    return tuple(sorted(found, key=lambda step: order.index(step.run.__module__)))


@cache
def kinds(lang: str) -> frozenset[str]:
    """Return the kinds of gaps that the sentences of a language have."""
    patterns = (one for step in steps() for one in step.patterns if one.lang == lang)
    return frozenset(kind for pattern in patterns for kind in pattern.kinds)


# -- recognising -----------------------------------------------------------------------


@cache
def compiled(pattern: Pattern) -> re.Pattern[str]:
    """Return what a sentence must look like."""
    return _regex(pattern, lambda kind: SLOTS[kind].regex[pattern.lang])


@cache
def loosely(pattern: Pattern) -> re.Pattern[str]:
    """Return what a sentence looks like whose gaps may hold anything."""
    return _regex(pattern, lambda _kind: ".+?")


def _regex(pattern: Pattern, gap_regex: Callable[[str], str]) -> re.Pattern[str]:
    parts, end = [], 0
    for gap in _GAP.finditer(pattern.text):
        name = gap.group(1) or gap.group(2)
        parts += [
            yo(re.escape(pattern.text[end : gap.start()])),
            f"(?P<{name}>{gap_regex(_kind(gap))})",
        ]
        end = gap.end()
    parts.append(yo(re.escape(pattern.text[end:])))
    return re.compile("".join(parts), re.IGNORECASE)


@cache
def _opening(pattern: Pattern) -> str:
    """Return how a sentence begins, up to its first gap."""
    return folded(_GAP.split(pattern.text, maxsplit=1)[0])


def values(pattern: Pattern, sentence: str) -> dict[str, Any] | None:
    """Read the gaps of a sentence; None if it does not fit."""
    if not folded(sentence).startswith(_opening(pattern)):
        return None  # before anything is compiled: a sentence needs a handful of the patterns
    found = compiled(pattern).fullmatch(sentence)
    if found is None:
        return None
    kinds = {gap.group(1) or gap.group(2): _kind(gap) for gap in _GAP.finditer(pattern.text)}
    return {name: SLOTS[kinds[name]].read(text) for name, text in found.groupdict().items()}


ON_CALL = {
    "en": rf"on the (?P<nth>{SLOTS['nth'].regex['en']}) call,?",
    "ru": rf"(?P<nth>{SLOTS['nth_inside'].regex['ru']}) звонке,?",
}
"""What may stand before any outcome: which of several calls it is about."""

_FOCUSED = {
    lang: re.compile(f"{before} (?P<rest>.+)", re.IGNORECASE) for lang, before in ON_CALL.items()
}


def focused(sentence: str) -> tuple[int | None, str]:
    """Split off ``on the second call``."""
    for lang in LANGUAGES:
        found = _FOCUSED[lang].fullmatch(sentence)
        if found:
            nth = SLOTS["nth"].read(found.group("nth"))  # the words of all cases
            assert isinstance(nth, Term)  # noqa: S101  # the slot reads words
            return int(nth.value), found.group("rest")
    return None, sentence


_BLANKS = re.compile(f"({QUOTED})|\\s+")


def tidied(sentence: str) -> str:
    """Let one blank stand wherever there are several, but for texts in quotes."""
    return _BLANKS.sub(lambda found: found.group(1) or " ", sentence).strip()


@cache
def find(sentence: str, *, outcome: bool) -> Bound | None:
    """Recognise a sentence.

    Args:
        sentence: Without its keyword.
        outcome: Look among the outcomes (Then), or among facts and actions.
    """
    said = tidied(sentence)
    nth, rest = focused(said) if outcome else (None, said)
    for step in steps():
        if (step.part is Part.THEN) is not outcome:
            continue
        for pattern in step.patterns:
            found = values(pattern, rest)
            if found is not None:
                return Bound(step=step, values=found, nth=nth)
    return None
