"""The pytest plugin: Gherkin features about calls, beside a project's own tests.

A ``*.feature`` file is collected by itself, without ``scenarios()``, where somebody says that
it is about calls: by an option ``--pbx-…``, by a ``pbx.toml`` or ``pbx_features = true`` in the
root folder, or by naming the file.

pytest loads this module, by its entry point, wherever the package is installed, also where the
extra ``bdd`` is not. So it imports nothing but pytest: the rest is loaded when a session starts.
"""

from urllib.parse import urlsplit

import pytest

MANIFEST = "pbx.toml"
_PYTEST_BDD = "pytest-bdd"
_MISSING = 'features need pytest-bdd; install it with: pip install "pbx-harness[bdd]"'


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options ``--pbx-…``."""
    group = parser.getgroup("pbx", "calls to a PBX endpoint")
    group.addoption("--pbx-url", metavar="URL", help="the endpoint that the PBX asks")
    group.addoption("--pbx-manifest", metavar="FILE", help="pbx.toml: address, facts, states")
    group.addoption(
        "--pbx-reference",
        action="store_true",
        help="run the reference server and ask it; so it is where nothing else is named",
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
    url, manifest = config.getoption("pbx_url"), config.getoption("pbx_manifest")
    parts = [manifest, urlsplit(url).netloc.rpartition("@")[2] if url else None]
    if any(parts):
        return f"pbx: asks the endpoint of {' at '.join(filter(None, parts))}"
    if config.getoption("pbx_reference"):
        return "pbx: asks the reference server"
    if (config.rootpath / MANIFEST).exists():
        return f"pbx: asks the endpoint of {MANIFEST}"
    if are_asked_for(config) or any(".feature" in word for word in config.args):
        return f"pbx: asks the reference server, for neither --pbx-url nor {MANIFEST} names another"
    return None


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


def are_asked_for(config: pytest.Config) -> bool:
    """Tell whether an option or a setting says that features are about calls."""
    named = ("pbx_url", "pbx_manifest", "pbx_reference", "pbx_report")
    return bool(config.getini("pbx_features")) or any(config.getoption(name) for name in named)
