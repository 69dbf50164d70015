"""The features notice every change of the decision who is connected with whom."""

import subprocess
from collections.abc import Callable

import pytest

from tests.mutants.mutations import HARMLESS, ROUTING, Mutant, mutants

MUTANTS = mutants()
DEADLY = [mutant for mutant in MUTANTS if mutant.harmless is None]

Run = Callable[[str], "subprocess.CompletedProcess[str]"]


def test_the_reference_server_itself_passes(features_against: Run) -> None:
    done = features_against(ROUTING.read_text("utf-8"))
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize("mutant", DEADLY, ids=lambda mutant: mutant.name)
def test_a_changed_decision_is_noticed(mutant: Mutant, features_against: Run) -> None:
    done = features_against(mutant.source)
    assert done.returncode == 1, f"survived: {mutant.name}\n{done.stdout[-1000:]}"
    assert "repeat it" in done.stdout


def test_every_reason_for_being_harmless_is_of_a_mutant() -> None:
    for name in HARMLESS:
        assert any(mutant.name.startswith(name) for mutant in MUTANTS), name
