"""What is kept with a test while it runs."""

import pytest

from harness.steps.scenario_result import ScenarioResult
from harness.steps.story import Story
from mockpbx.pbx import Pbx

PBX = pytest.StashKey[Pbx]()
"""The virtual PBX of a test, with the calls that the test placed."""

STORY = pytest.StashKey[Story]()
"""The calls of a scenario as its steps build them."""

SCENARIO = pytest.StashKey[ScenarioResult]()
"""What is known of a scenario so far."""
