"""The pytest plugin: the virtual PBX as a fixture, and Gherkin features about calls.

A ``*.feature`` file is collected by itself, without ``scenarios()``, where somebody says that
it is about calls: by an option ``--pbx-…``, by a ``pbx.toml`` in its folder or above, by
``pbx_features = true`` in the settings, or by naming the file.

pytest loads this module, by its entry point, wherever the package is installed, also where the
extra ``bdd`` is not. So it imports nothing but pytest: the rest is loaded when a session starts.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from harness.pytest_plugin.connections import Connections
    from harness.steps.story import Story
    from mockpbx.pbx import Pbx

_PYTEST_BDD = "pytest-bdd"
_MISSING = 'calls in pytest need pytest-bdd; install it with: pip install "pbx-harness[bdd]"'


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options ``--pbx-…``."""
    group = parser.getgroup("pbx", "calls to a PBX endpoint")
    group.addoption("--pbx-url", metavar="URL", help="the endpoint that the PBX asks")
    group.addoption(
        "--pbx-app",
        metavar="MODULE:APP",
        help="an ASGI or WSGI application, run in this process and in virtual time; "
        "module:factory() makes one; a fixture pbx_app gives one too",
    )
    group.addoption("--pbx-manifest", metavar="FILE", help="pbx.toml: address, facts, states")
    group.addoption(
        "--pbx-reference", action="store_true", help="run the reference server and ask it"
    )
    group.addoption("--pbx-report", metavar="FILE", help="write what became of the scenarios, JSON")
    group.addoption(
        "--pbx-clock",
        choices=("virtual", "real"),
        default="virtual",
        help="virtual skips what people take; real waits for them",
    )
    group.addoption("--pbx-show-numbers", action="store_true", help="do not mask phone numbers")
    parser.addini("pbx_features", "collect *.feature files as calls", type="bool", default=False)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say which endpoint will be asked: green is worth nothing if it is another one."""
    return _header(config)


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Load what collects and runs features.

    Not earlier: a tool that measures coverage has begun by now, in every process.

    Raises:
        UsageError: An option needs pytest-bdd, and it is not there.
    """
    config = session.config
    if not config.pluginmanager.has_plugin(_PYTEST_BDD):
        if are_asked_for(config):
            raise pytest.UsageError(_MISSING)
        return
    from harness.pytest_plugin import hooks  # noqa: PLC0415  # see above

    config.pluginmanager.register(hooks, hooks.__name__)
    hooks.begin(config)


def _header(config: pytest.Config) -> str | None:
    if not config.pluginmanager.has_plugin(_PYTEST_BDD):
        return None
    from harness.pytest_plugin import header  # noqa: PLC0415  # see above

    return header.line(config)


# -- fixtures --------------------------------------------------------------------------
# They stand here, and not with what they do, for pytest to find those of a conftest.py first.


@pytest.fixture(scope="session")
def pbx_app() -> object:
    """The application under test, ASGI or WSGI: define a fixture of this name to give one."""
    return None


@pytest.fixture(scope="session")
def _pbx_connections(request: pytest.FixtureRequest) -> "Iterator[Connections]":
    """The connections to endpoints, which all tests share."""
    yield from _fixtures(request).connections(request)


@pytest.fixture
def pbx(request: pytest.FixtureRequest, _pbx_connections: "Connections") -> "Pbx":
    """The virtual PBX: places calls to the endpoint under test."""
    found: Pbx = _fixtures(request).pbx(request, _pbx_connections)
    return found


@pytest.fixture
def call(request: pytest.FixtureRequest, pbx: "Pbx") -> "Iterator[Story]":
    """The calls of this scenario: built by steps, placed when somebody looks."""
    yield from _fixtures(request).call(request, pbx)


def _fixtures(request: pytest.FixtureRequest) -> Any:
    if not request.config.pluginmanager.has_plugin(_PYTEST_BDD):
        pytest.fail(_MISSING, pytrace=False)
    from harness.pytest_plugin import fixtures  # noqa: PLC0415  # see above

    return fixtures


def are_asked_for(config: pytest.Config) -> bool:
    """Tell whether an option or a setting says that features are about calls."""
    named = ("pbx_url", "pbx_app", "pbx_manifest", "pbx_reference", "pbx_report")
    return bool(config.getini("pbx_features")) or any(config.getoption(name) for name in named)
