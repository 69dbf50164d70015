"""Completes the result of a scenario: with evidence, a command that repeats it, and masked."""

import shlex
from pathlib import Path

import pytest

from harness.certify.model import FAILING, Verdict
from harness.display.plain import apart
from harness.pytest_plugin import options
from harness.pytest_plugin.application import has_fixture
from harness.pytest_plugin.options import ENDPOINT_WORDS, GIVEN_ENDPOINT, value
from harness.pytest_plugin.stash import PBX, SCENARIO
from harness.steps.scenario_result import ScenarioResult, evidence
from mockpbx.masking import Masker, secrets_of_url, without_secrets


def complete(item: pytest.Item, result: ScenarioResult) -> None:
    """Say all that there is to say of a scenario that is over."""
    settle(result)
    result.repeat = repeat(item)
    if result.verdict is not Verdict.PASS or options.shows_all(item.config):
        result.evidence = evidence_of(item)
    result.mask(mask_of(item))


def leave(item: pytest.Item) -> None:
    """Say of a scenario that was broken off, or never begun, that it was not run."""
    result = item.stash.get(SCENARIO, None)
    if result is None or result.repeat:
        return
    begun = any(step.status != "skipped" for step in result.steps)
    result.verdict = None
    result.reason = (
        "the run was broken off in the middle of it" if begun else "the run ended before"
    )
    complete(item, result)


def settle(result: ScenarioResult) -> None:
    """Let the steps say what the scenario says: many tools look at nothing else."""
    for step in result.steps:
        if step.status == "running":
            step.status, step.seconds = "skipped", 0.0
    skipped = [step for step in result.steps if step.status == "skipped"]
    failed = any(step.status in ("failed", "missed", "undefined") for step in result.steps)
    if result.verdict in FAILING and not failed and not result.switched_off:
        # It went wrong before the first step or after the last one.
        ran = [step for step in result.steps if step.status != "skipped"] or result.steps[:1]
        for step in ran[-1:]:
            step.status, step.message = "failed", result.reason
    elif skipped and not failed and not skipped[0].message:
        skipped[0].message = result.reason


# -- masking ---------------------------------------------------------------------------


def evidence_of(item: pytest.Item) -> str:
    """Return the calls of a test, drawn and masked; empty if there was none."""
    pbx = item.stash.get(PBX, None)
    return evidence(pbx.calls, mask_of(item)) if pbx is not None else ""


def mask_of(item: pytest.Item) -> Masker:
    """Return what hides numbers, as well as can be known."""
    pbx = item.stash.get(PBX, None)
    mask = mask_without_calls(item.config)
    return apart(pbx.calls, pbx.endpoint.mask(mask)) if pbx is not None else mask


def mask_without_calls(config: pytest.Config) -> Masker:
    """Return what hides numbers where nothing of the endpoint was opened yet."""
    mask = Masker(off=bool(config.getoption("pbx_show_numbers")))
    mask = mask.and_secrets(secrets_of_url(value(config, "--pbx-url") or ""))
    endpoint = config.stash.get(GIVEN_ENDPOINT, None)
    return endpoint.mask(mask) if endpoint is not None else mask


# -- repeating -------------------------------------------------------------------------


def repeat(item: pytest.Item) -> str:
    """Return the command that runs this test alone."""
    result, config, folder = item.stash.get(SCENARIO, None), item.config, item.path.parent
    if result is None or _is_application(config, folder):
        return shlex.join(["pytest", _node(item), *_options(config)])
    words = _endpoint_words(config, folder)
    return shlex.join(["pbx", "bdd", f"{result.file}:{result.line}", *words])


def _is_application(config: pytest.Config, folder: Path) -> bool:
    """Tell whether the endpoint runs in pytest's process, where ``pbx bdd`` cannot reach it."""
    if GIVEN_ENDPOINT in config.stash:
        return False
    if options.names_endpoint(config):
        return value(config, "--pbx-app") is not None
    return has_fixture(config) or options.nearby(config, folder) is None


def _node(item: pytest.Item) -> str:
    """Name a test as seen from where pytest was started."""
    here, within = item.config.invocation_params.dir, item.nodeid.partition("::")[2]
    path = item.path.relative_to(here) if item.path.is_relative_to(here) else item.path
    return f"{path}::{within}" if within else str(path)


def _endpoint_words(config: pytest.Config, folder: Path) -> list[str]:
    """Return of which endpoint, and how it is tried, in the words of ``pbx bdd``."""
    given = config.stash.get(ENDPOINT_WORDS, None)
    if given is not None:
        return [*given]
    words = [word.replace("--pbx-", "--") for word in _options(config) if word != "--pbx-url"]
    if not options.names_endpoint(config):
        words = ["--manifest", str(options.nearby(config, folder)), *words]
    return words


def _options(config: pytest.Config) -> list[str]:
    """Return what the command line says of the endpoint, without secrets."""
    url = value(config, "--pbx-url")
    values = {
        "--pbx-url": url and without_secrets(url),
        "--pbx-app": value(config, "--pbx-app"),
        "--pbx-manifest": value(config, "--pbx-manifest"),
    }
    words = [word for name, said in values.items() if said for word in (name, said)]
    words += ["--pbx-reference"] if value(config, "--pbx-reference") else []
    return [*words, *(["--pbx-clock", "real"] if config.getoption("pbx_clock") == "real" else [])]
