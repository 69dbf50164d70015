"""What the fixtures ``pbx`` and ``call`` do."""

import copy
from collections.abc import Iterator

import pytest

from harness.certify.model import Verdict
from harness.pytest_plugin.connections import CONNECTIONS, Connections
from harness.pytest_plugin.refusal import refusing
from harness.pytest_plugin.stash import PBX, SCENARIO, STORY
from harness.pytest_plugin.step_definitions import NotApplicableSkip
from harness.steps.place import Place
from harness.steps.scenario_result import REFERENCE_TAG
from harness.steps.story import Story
from mockpbx.pbx import Pbx


def connections(request: pytest.FixtureRequest) -> Iterator[Connections]:
    """Keep connections for a session."""
    opened = request.config.stash[CONNECTIONS] = Connections(request.config)
    yield opened
    with refusing(request.config):
        opened.close()


def pbx(request: pytest.FixtureRequest, opened: Connections) -> Pbx:
    """Return a PBX that shares its connections with others, and has calls of its own."""
    with refusing(request.config):
        shared = opened.pbx(request)
    own = copy.copy(shared)
    own.asynchronous, own.calls = copy.copy(shared.asynchronous), []
    request.node.stash[PBX] = own
    return own


def call(request: pytest.FixtureRequest, pbx: Pbx) -> Iterator[Story]:
    """Keep the calls of a scenario, and leave the endpoint as it was found."""
    result = request.node.stash.get(SCENARIO, None)
    if result is not None and REFERENCE_TAG in result.tags and not pbx.endpoint.is_reference:
        raise NotApplicableSkip("it tells what the reference server does of its own choice")
    story = Story(pbx, title=request.node.name, place=Place(sentence=request.node.name))
    request.node.stash[STORY] = story
    yield story
    if result is not None and result.verdict is not Verdict.PASS:
        story.give_up()
    story.close()
