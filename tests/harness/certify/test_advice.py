"""The advice of requirements is right: its samples are read and run, whatever the language."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from harness.certify import registry
from harness.certify.model import Requirement
from mockpbx.wire.instruction import Instructed, interpret

REQUIREMENTS = list(registry.requirements())

_LABEL = "in Python: "
"""What stands before a sample that is not for everybody; the sample reaches to the end."""


def answers(fix: str) -> Iterator[str]:
    """Return the JSON samples of an advice: from a brace to the one that closes it."""
    depth, start = 0, 0
    for place, letter in enumerate(fix):
        if letter == "{":
            start = start if depth else place
            depth += 1
        elif letter == "}":
            depth -= 1
            if not depth:
                yield fix[start : place + 1]


ANSWERS = [(one.id, text) for one in REQUIREMENTS for text in answers(one.fix)]


@pytest.mark.parametrize(("requirement", "text"), ANSWERS)
def test_an_answer_that_is_advised_is_a_good_one(requirement: str, text: str) -> None:
    del requirement
    found = interpret(json.loads(text))
    assert isinstance(found, Instructed)
    assert found.notes == ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """What a sample in Python is tried on.

    Attributes:
        given: Its names.
        gives: What it comes to.
    """

    given: Mapping[str, object]
    gives: object


_NOTHING = [Example(given={"value": value}, gives="") for value in (None, "", "None")]
_DIGITS = Example(given={"value": "00042"}, gives="00042")
EXAMPLES: Mapping[str, list[Example]] = {
    "content-type-has-parameters": [
        Example(given={"content_type": value}, gives="application/json")
        for value in ("application/json", "application/json ; charset=utf-8")
    ],
    "none-is-nothing": [*_NOTHING, _DIGITS],
    "nothing-in-other-forms": [*_NOTHING, _DIGITS],
    "phones-are-different": [
        Example(given={"phones": ["7495", "7916", "7495"]}, gives=["7495", "7916"])
    ],
    "length-is-true": [Example(given={"body": "ё"}, gives=2)],
}
"""By requirement; one with a sample and without an example is no requirement of ours."""

SAMPLES = [one for one in REQUIREMENTS if _LABEL in one.fix]


@pytest.mark.parametrize("requirement", SAMPLES, ids=lambda one: one.id)
def test_a_sample_in_python_runs(requirement: Requirement) -> None:
    sample = compile(requirement.fix.partition(_LABEL)[2], requirement.id, "eval")
    for example in EXAMPLES[requirement.id]:
        assert eval(sample, dict(example.given)) == example.gives  # noqa: S307  # our own


_CODE = re.compile(
    r"\w\(|"  # a call
    r"\w\.\w+\(|"
    r"\b(?:SELECT|WHERE|LIKE)\b|"
    r"==|\bf['\"]|%s"
)


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=lambda one: one.id)
def test_what_is_advised_without_a_label_is_words(requirement: Requirement) -> None:
    words = requirement.fix.partition(_LABEL)[0]
    assert _CODE.findall(words) == []


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=lambda one: one.id)
def test_advice_is_short(requirement: Requirement) -> None:
    assert len(requirement.fix) <= 300
