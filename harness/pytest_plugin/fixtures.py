"""The fixtures: ``endpoint``, ``pbx`` and ``call``."""

from collections.abc import Iterator
from typing import Any

import pytest

from harness.pytest_plugin.options import opened
from harness.pytest_plugin.stashing import STORY, TOLD
from harness.steps.line import Line
from harness.steps.story import Place, Story
from harness.steps.words import HIDDEN
from mockpbx.drivers.stage import Played
from mockpbx.errors import UsageError


class Pbx:
    """Places calls from Python.

    Args:
        story: Where the calls are kept, so that a failure shows them.
    """

    def __init__(self, story: Story) -> None:
        self._story = story

    def call(self, caller: str, *dials: str, **more: Any) -> Played:
        """Place one call and give what happened.

        Args:
            caller: A fact's name (``courier``), a number, or ``hidden``.
            *dials: What the caller dials each time they are asked: a fact's name, or keys.
            **more: Other keys of a call in a call script, e.g. ``talks=5``.
        """
        self._story.begin("" if caller == HIDDEN else self._named(caller))
        self._story.draft.update(more, dials=[self._named(dialled) for dialled in dials])
        return self._story.call()

    def _named(self, word: str) -> str:
        return self._story.fact(word) if word.isidentifier() else word


@pytest.fixture(scope="session")
def endpoint(request: pytest.FixtureRequest) -> Iterator[Line]:
    """The endpoint under test: ``facts``, ``target``, ``put(state, params)``."""
    try:
        with opened(request.config) as line:
            yield line
    except UsageError as error:
        pytest.exit(f"pbx: {error}", returncode=pytest.ExitCode.USAGE_ERROR)


@pytest.fixture
def call(request: pytest.FixtureRequest, endpoint: Line) -> Iterator[Story]:
    """The calls of this test: built by steps or by ``pbx``, placed when somebody looks."""
    story = Story(endpoint, title=request.node.name, place=Place(sentence=request.node.name))
    request.node.stash[STORY] = story
    yield story
    told = request.node.stash.get(TOLD, None)
    if told is not None and told.verdict != "pass":
        story.drafts = []  # it never came so far
    story.close()


@pytest.fixture
def pbx(call: Story) -> Pbx:
    """The virtual PBX: places calls to the endpoint."""
    return Pbx(call)
