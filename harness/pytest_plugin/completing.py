"""Completes what is told of a scenario: with evidence, a command that repeats it, and masked."""

import shlex
from collections.abc import Callable

import pytest

from harness.masking import Masker
from harness.model import Verdict
from harness.pytest_plugin import MANIFEST
from harness.pytest_plugin.options import ENDPOINT_WORDS, GIVEN_TARGET
from harness.pytest_plugin.stashing import STORY, TOLD
from harness.steps.scenario import NOT_RUN, SWITCHED_OFF, ScenarioTold, evidence

_AWRY = (Verdict.FAIL.value, Verdict.ERROR.value, Verdict.UNTESTABLE.value)


def complete(item: pytest.Item, told: ScenarioTold) -> None:
    """Say all that there is to say of a scenario that is over."""
    settle(told)
    story = item.stash.get(STORY, None)
    told.repeat = repeat(item)
    told.evidence = evidence(story.calls, story.line.mask) if story else ""
    told.mask(mask_of(item))


def leave(item: pytest.Item) -> None:
    """Say of a scenario that was broken off, or never begun, that it was not run."""
    told = item.stash.get(TOLD, None)
    if told is None or told.repeat:
        return
    begun = any(step.status != "skipped" for step in told.steps)
    told.verdict = NOT_RUN
    told.reason = "the run was broken off in the middle of it" if begun else "the run ended before"
    complete(item, told)


def settle(told: ScenarioTold) -> None:
    """Let the steps say what the scenario says: many tools look at nothing else."""
    for step in told.steps:
        if step.status == "running":
            step.status, step.seconds = "skipped", 0.0
    skipped = [step for step in told.steps if step.status == "skipped"]
    failed = any(step.status in ("failed", "missed", "undefined") for step in told.steps)
    if told.verdict in _AWRY and not failed and not told.reason.startswith(SWITCHED_OFF):
        # It went wrong before the first step or after the last one.
        ran = [step for step in told.steps if step.status != "skipped"] or told.steps[:1]
        for step in ran[-1:]:
            step.status, step.message = "failed", told.reason
    elif skipped and not failed and not skipped[0].message:
        skipped[0].message = told.reason


def mask_of(item: pytest.Item) -> Callable[[str], str]:
    """Give what hides numbers, as well as can be known."""
    story = item.stash.get(STORY, None)
    return story.line.mask if story is not None else mask_without_calls(item.config)


def mask_without_calls(config: pytest.Config) -> Masker:
    """Give what hides numbers where nothing of the endpoint was opened yet."""
    mask = Masker(off=bool(config.getoption("pbx_show_numbers")))
    target = config.stash.get(GIVEN_TARGET, None)
    return target.mask(mask) if target is not None else mask


def repeat(item: pytest.Item) -> str:
    """Give the command that runs this test alone."""
    told, config = item.stash.get(TOLD, None), item.config
    if told is not None:
        words = _endpoint_words(config)
        return shlex.join(["pbx", "bdd", f"{told.file}:{told.line}", *words])
    options = [word for name in ("--pbx-url", "--pbx-manifest") for word in _given(config, name)]
    return shlex.join(["pytest", item.nodeid, *options])


def _endpoint_words(config: pytest.Config) -> list[str]:
    """Say of which endpoint, and how it is tried, in the words of ``pbx bdd``."""
    told = config.stash.get(ENDPOINT_WORDS, None)
    if told is not None:
        return [*told]
    named = [*_given(config, "--pbx-url"), *_given(config, "--pbx-manifest")]
    if not named and (config.rootpath / MANIFEST).exists():
        named = [] if config.getoption("pbx_reference") else ["--manifest", MANIFEST]
    clock = ["--clock", "real"] if config.getoption("pbx_clock") == "real" else []
    return [*([word.replace("--pbx-", "--") for word in named] or ["--reference"]), *clock]


def _given(config: pytest.Config, name: str) -> list[str]:
    value = config.getoption(name[2:].replace("-", "_"))
    return [name, str(value)] if value else []
