"""The fixtures: ``endpoint``, ``pbx`` and ``call``."""

from collections.abc import Iterator
from typing import Any

import pytest

from harness.pytest_plugin.options import GIVEN_TARGET, opened
from harness.pytest_plugin.running import check_still_there
from harness.pytest_plugin.stashing import STORY, TOLD
from harness.pytest_plugin.stepping import NotApplicableSkip
from harness.steps.line import Line
from harness.steps.place import Place
from harness.steps.scenario import REFERENCE_TAG
from harness.steps.story import Story
from harness.steps.words import HIDDEN
from mockpbx.drivers.stage import Played
from mockpbx.errors import PbxError


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
            if GIVEN_TARGET not in request.config.stash:  # whoever gave it looks for themselves
                check_still_there(line.target)
    except PbxError as error:
        if hasattr(request.config, "workerinput"):
            raise  # a process of several cannot end them all
        pytest.exit(f"pbx: {error}", returncode=pytest.ExitCode.USAGE_ERROR)


@pytest.fixture
def call(request: pytest.FixtureRequest, endpoint: Line) -> Iterator[Story]:
    """The calls of this test: built by steps or by ``pbx``, placed when somebody looks."""
    told = request.node.stash.get(TOLD, None)
    if told is not None and REFERENCE_TAG in told.tags and not endpoint.target.is_reference:
        raise NotApplicableSkip("it tells what the reference server does of its own choice")
    story = Story(endpoint, title=request.node.name, place=Place(sentence=request.node.name))
    request.node.stash[STORY] = story
    yield story
    if told is not None and told.verdict != "pass":
        story.give_up()
    story.close()


@pytest.fixture
def pbx(call: Story) -> Pbx:
    """The virtual PBX: places calls to the endpoint."""
    return Pbx(call)
