"""The application under test, where it runs in this process: ``--pbx-app`` names it."""

import sys
from collections.abc import Callable
from difflib import get_close_matches
from functools import reduce
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, TypedDict, Unpack
from urllib.parse import urlsplit, urlunsplit

import pytest

import harness.pytest_plugin
from mockpbx.async_pbx import AsyncPbx
from mockpbx.errors import UsageError
from mockpbx.manifest import pbx_toml
from mockpbx.manifest.endpoint import Endpoint

FIXTURE = "pbx_app"
"""The fixture of a project that gives the application under test."""


class Asking(TypedDict):
    """How an endpoint is asked, whatever it is."""

    clock: Literal["virtual", "real"]
    session_id: Callable[[], str]


_WRITE = "write it like shop.main:app, or shop.main:make_app() for a function that makes it"


def has_fixture(config: pytest.Config) -> bool:
    """Tell whether a conftest.py defines the fixture; in a test file pytest finds it later."""
    ours = harness.pytest_plugin.__name__
    others = (one for one in config.pluginmanager.get_plugins() if _name(one) != ours)
    return any(hasattr(plugin, FIXTURE) for plugin in others)


def _name(plugin: object) -> str:
    return str(getattr(plugin, "__name__", ""))


def load(name: str, config: pytest.Config) -> Any:
    """Import the application that ``module:app`` or ``module:factory()`` names.

    Raises:
        UsageError: There is none.
    """
    module_name, colon, attribute = name.partition(":")
    is_factory = attribute.endswith("()")
    words = attribute.removesuffix("()").split(".")
    if not colon or not all(word.isidentifier() for word in (*module_name.split("."), *words)):
        raise UsageError(f"--pbx-app {name}: {_WRITE}")
    for folder in (config.rootpath, config.invocation_params.dir):
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
    try:
        module = import_module(module_name)
    except Exception as error:
        said = f"{module_name} cannot be imported: {type(error).__name__}: {error}"
        raise UsageError(f"--pbx-app {name}: {said}") from error
    try:
        found: Any = reduce(getattr, words, module)
    except AttributeError:
        near = get_close_matches(words[0], vars(module), n=1)
        hint = f"did you mean {near[0]}?" if near else _WRITE
        lacking = f"{module_name} has no {'.'.join(words)}"
        raise UsageError(f"--pbx-app {name}: {lacking}; {hint}") from None
    if not is_factory:
        return found
    try:
        return found()
    except Exception as error:
        said = f"{attribute} raised {type(error).__name__}: {error}"
        raise UsageError(f"--pbx-app {name}: {said}") from error


def pbx_for(app: Any, manifest: Path | None, **options: Unpack[Asking]) -> AsyncPbx:
    """Return the PBX that asks an application.

    Args:
        app: An ASGI or WSGI application.
        manifest: Says what is true behind it, and at which path it is asked.
        **options: How it is asked.

    Raises:
        UsageError: It is no application, or the manifest cannot be used.
    """
    if manifest is None:
        return AsyncPbx(app, **options)
    url = Endpoint.described(pbx_toml.load(manifest)).profile.url
    parts = urlsplit(url)
    path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    return AsyncPbx(app, pbx_toml=manifest, path=path, **options)
