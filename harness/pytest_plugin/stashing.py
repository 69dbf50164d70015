"""What is kept with a test while it runs."""

import pytest

from harness.steps.scenario import ScenarioTold
from harness.steps.story import Story

STORY = pytest.StashKey[Story]()
"""The calls of a test."""

TOLD = pytest.StashKey[ScenarioTold]()
"""What is known of a scenario so far."""
