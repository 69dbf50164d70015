"""Tells editors which sentences there are, in files that the Cucumber language server reads.

The server looks for step definitions in source files. Our sentences are a table and no functions,
so the table is written down as functions that nobody calls: a decorator for each sentence, and
below it what the step does. Of Python the server understands:

- a text in quotes behind ``@given``, ``@when`` or ``@then``, letter by letter: no escape sequence
  is undone, and one with a ``(``, ``.``, ``*``, ``|`` or backslash is a regular expression.
- a call with ``name=`` and ``regexp=``: what may stand in the gap ``{name}``.

Sentences are cucumber expressions, for only these are offered to somebody who has not used them
yet. What completion offers for a gap comes from feature files alone, hence the second file.
"""

import re
from collections.abc import Iterable, Iterator

from harness.steps.slots import SLOTS, gap_name
from harness.steps.vocabulary import ON_CALL, Pattern, Step, compiled, kinds, steps
from harness.steps.words import LANGUAGES
from mockpbx.errors import HarnessError

MADE = "# Made by pbx editor"
"""How our files begin."""

_MOST_OFFERED = 9
"""Of the words for a gap the server offers ten; one is left for those below."""

_ON_SECOND_CALL = {"en": "on the second call", "ru": "во втором звонке"}

_FURTHER = (
    "the endpoint is asked once",
    "the endpoint is asked 3 times",
    "систему спрашивают один раз",
    "систему спрашивают 3 раза",
)
"""Words that sentences want besides the first form of each."""

_HEAD = f'''\
{MADE}, which also makes it anew: changes are lost.
"""The sentences of features, for an editor that looks for their definitions.

Nothing runs this file: pbx and pytest know the sentences by themselves. Below each sentence
stands what it does; what may stand in the gaps is listed at the end.
"""


def given(_sentence):
    """Leave a function as it is: this is no step of pytest-bdd."""
    return lambda function: function


when = then = given


def gap(*, name, regexp):
    """Tell what may stand in a gap."""'''

_EXAMPLES_HEAD = f"""\
{MADE}, which also makes it anew: changes are lost.
Feature: Words that an editor offers while a step is typed
  There is no scenario here, and nothing to run.

  Background:
"""


# -- definitions -----------------------------------------------------------------------


def definitions(own_fields: Iterable[str] = ()) -> str:
    """Return the Python file with a definition of each sentence.

    Args:
        own_fields: Fields of the project's own steps, ``seconds:d``: unless it knows what may
            stand there, the server does not know such a step.
    """
    parts = [_HEAD]
    parts += [_definition(step) for step in steps()]
    parts.append("\n".join(["# What may stand in the gaps.", *_gaps(), *_own(own_fields)]))
    return "\n\n\n".join(parts) + "\n"


def _definition(step: Step) -> str:
    part = step.part.value
    lines = [
        f"@{part}({_quoted(sentence)}){example}"
        for pattern in step.patterns
        for sentence, example in _sentences(pattern, step)
    ]
    below = f" Below it stands a {step.block}." if step.block else ""
    return "\n".join(
        [*lines, f"def {part}_{step.run.__name__}():", f'    """{step.about}{below}"""']
    )


def _sentences(pattern: Pattern, step: Step) -> Iterator[tuple[str, str]]:
    """Return the expressions of a sentence, each with a comment."""
    yield expression(pattern), f"  # {pattern.example}" if pattern.kinds else ""
    if step.of_one_call:
        # As one single gap it is found, but not offered while somebody types: each outcome would
        # be offered twice, and the one about the second call first.
        yield f"{{{_on_second_call(pattern)}}}", ""


def expression(pattern: Pattern) -> str:
    """Return a sentence as a cucumber expression.

    Raises:
        HarnessError: The server would take a letter for something else.
    """
    if re.search(r"[()/\\.*|\"]", pattern.text):
        raise HarnessError(f"editors would misread the sentence {pattern.text!r}")
    return pattern.shown


def _on_second_call(pattern: Pattern) -> str:
    shown = expression(pattern).replace("{", "<").replace("}", ">")
    return f"{_ON_SECOND_CALL[pattern.lang]} {shown}"


# -- gaps ------------------------------------------------------------------------------


def _names() -> Iterator[tuple[str, str]]:
    """Return the kinds of gaps with a language that has them."""
    for kind in SLOTS:
        for lang in LANGUAGES:
            if kind in kinds(lang):
                yield kind, lang


def _gaps() -> Iterator[str]:
    for kind, lang in _names():
        yield _gap(gap_name(kind, lang), SLOTS[kind].regex[lang])
    for step in steps():
        if step.of_one_call:
            for pattern in step.patterns:
                regex = f"{ON_CALL[pattern.lang]} {compiled(pattern).pattern}"
                yield _gap(_on_second_call(pattern), regex)


def _own(fields: Iterable[str]) -> Iterator[str]:
    ours = {gap_name(kind, lang) for kind, lang in _names()}
    for field in fields:
        if field not in ours:  # the server knows one of each name, and ours must be known
            yield _gap(field, r"[-+]?\d+" if field.endswith(":d") else ".+")


def _gap(name: str, regex: str) -> str:
    return f"gap(name={_quoted(name)}, regexp={_quoted(_for_javascript(regex))})"


def _for_javascript(regex: str) -> str:
    """Write a regular expression of Python so that JavaScript reads the same, without backslashes.

    Raises:
        HarnessError: It has something that is written in another way there.
    """
    plain = re.sub(r"\(\?P<\w+>", "(?:", regex).replace(r"\d", "[0-9]")
    if re.search(r"\\[\w^]|\(\?P", plain):
        raise HarnessError(f"the pattern {regex!r} cannot be written for editors")
    return re.sub(r"\\(.)", lambda found: found[1] if found[1] in " -" else f"[{found[1]}]", plain)


def _quoted(text: str) -> str:
    # An escaped quote is a quote for Python, and for a regular expression too.
    return '"' + text.replace('"', '\\"') + '"'


# -- examples --------------------------------------------------------------------------


def examples() -> str:
    """Return the feature file whose words are offered for gaps; it has no scenario."""
    lines = [f"    * {sentence}" for sentence in dict.fromkeys(_offered())]
    return _EXAMPLES_HEAD + "\n".join(lines) + "\n"


def _offered() -> Iterator[str]:
    for lang in LANGUAGES:
        patterns = [one for step in steps() for one in step.patterns if one.lang == lang]
        for kind, slot in SLOTS.items():
            if kind not in kinds(lang):
                continue
            words = sorted(slot.choices[lang], key=len)[:_MOST_OFFERED] or [slot.sample[lang]]
            simplest = min((one for one in patterns if kind in one.kinds), key=_simplicity)
            for word in words:
                yield _filled(simplest, kind, word)
    yield from _FURTHER


def _simplicity(pattern: Pattern) -> tuple[int, int]:
    return len(pattern.kinds), len(pattern.example)


def _filled(pattern: Pattern, kind: str, words: str) -> str:
    """Say a sentence with certain words in the first gap of their kind."""
    begun = pattern.skeleton.replace(f"{{{kind}}}", words, 1)
    return re.sub(r"\{(\w+)\}", lambda gap: SLOTS[gap[1]].sample[pattern.lang], begun)
