"""The connections of a test session: opened once for each endpoint, closed at the end."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest

from harness.endpoint.reachability import check_reachable
from harness.endpoint.target import found_endpoint
from harness.pytest_plugin import application, options
from harness.pytest_plugin.application import FIXTURE, Asking
from harness.pytest_plugin.feature_run import REACHED_WITHIN_S, check_still_there
from harness.pytest_plugin.options import GIVEN_ENDPOINT, HOW_TO_NAME, value
from mockpbx.async_pbx import AsyncPbx
from mockpbx.drivers.session_ids import session_ids
from mockpbx.errors import UsageError
from mockpbx.manifest.endpoint import Endpoint, Overrides
from mockpbx.pbx import Pbx

_WORKERS = 100
"""Most processes that may ask one endpoint at a time: session ids are never the same twice."""


class Connections:
    """Opens the way to endpoints, and keeps it open.

    Args:
        config: Of the session.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._opened: dict[object, tuple[ExitStack, Pbx]] = {}

    def pbx(self, request: pytest.FixtureRequest) -> Pbx:
        """Return the PBX that asks the endpoint of a test.

        Args:
            request: Of a fixture of the test.

        Raises:
            UsageError: Nothing names an endpoint, or what does cannot be used.
            UnreachableError: Nothing answers there.
        """
        config, folder = self._config, request.path.parent
        given = config.stash.get(GIVEN_ENDPOINT, None)
        if given is not None:
            return self._kept(None, lambda: self._asking(given))
        is_named, name = options.names_endpoint(config), value(config, "--pbx-app")
        manifest = options.manifest(config, folder)
        place = manifest and manifest.absolute()
        if name is not None:
            found = application.load(name, config)
            return self._kept((name, place), lambda: self._running(found, manifest))
        app = None if is_named else request.getfixturevalue(FIXTURE)
        if app is not None:
            return self._kept((id(app), place), lambda: self._running(app, manifest))
        if manifest is None and not is_named:
            raise UsageError(HOW_TO_NAME)
        return self._kept(place, lambda: self._found(manifest))

    def _kept(self, key: object, opening: Callable[[], AbstractContextManager[Pbx]]) -> Pbx:
        if key not in self._opened:
            with ExitStack() as stack:
                pbx = stack.enter_context(opening())
                self._opened[key] = stack.pop_all(), pbx
        return self._opened[key][1]

    def _asking(self, endpoint: Endpoint) -> Pbx:
        return Pbx(AsyncPbx(endpoint, **self._ways))

    def _running(self, app: object, manifest: Path | None) -> Pbx:
        return Pbx(application.pbx_for(app, manifest, **self._ways))

    @contextmanager
    def _found(self, manifest: Path | None) -> Iterator[Pbx]:
        """Ask the endpoint that the command line or a manifest names."""
        is_explicit = value(self._config, "--pbx-manifest") is not None
        with found_endpoint(
            Overrides(url=value(self._config, "--pbx-url")),
            manifest=manifest if is_explicit else None,
            reference=value(self._config, "--pbx-reference") is not None,
            start=None if manifest is None else manifest.parent,
        ) as endpoint:
            asyncio.run(check_reachable(endpoint.profile.url, within_s=REACHED_WITHIN_S))
            with self._asking(endpoint) as pbx:
                yield pbx
            check_still_there(endpoint)

    @property
    def _ways(self) -> Asking:
        return {
            "clock": self._config.getoption("pbx_clock"),
            "session_id": session_ids(options.worker(self._config), _WORKERS),
        }

    def close_app(self, app: object) -> None:
        """Shut an application down whose fixture is about to end."""
        for key in list(self._opened):
            if isinstance(key, tuple) and key[0] == id(app):
                self._close(key)

    def close(self) -> None:
        """Close all.

        Raises:
            UnreachableError: An endpoint went away meanwhile.
        """
        with ExitStack() as closing:
            for key in self._opened:
                closing.callback(self._close, key)

    def _close(self, key: object) -> None:
        stack, _ = self._opened.pop(key)
        stack.close()


CONNECTIONS = pytest.StashKey[Connections]()
"""Those of the session, once a test needs them."""


Value = TypeVar("Value")


def follow_fixture(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest, result: Value
) -> Value:
    """Let an application be shut down before its fixture ends, and return it."""
    if fixturedef.argname == FIXTURE:
        request.addfinalizer(lambda: _shut_down(request.config, result))
    return result


def _shut_down(config: pytest.Config, app: object) -> None:
    connections = config.stash.get(CONNECTIONS, None)
    if connections is not None:
        connections.close_app(app)
