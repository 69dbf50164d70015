"""Says which endpoint is asked: in pytest's header, or in its place where there is none."""

from pathlib import Path

import pytest

from harness.pytest_plugin import are_asked_for, options
from harness.pytest_plugin.application import FIXTURE, has_fixture
from harness.pytest_plugin.options import GIVEN_ENDPOINT, HOW_TO_NAME, value
from mockpbx.masking import without_secrets


def show_if_quiet(config: pytest.Config) -> None:
    """Print the line where pytest prints no header, once for all processes."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    said = line(config)
    is_quiet = config.get_verbosity() < 0 and not config.getoption("no_header")
    if said is not None and reporter is not None and is_quiet and not _is_worker(config):
        reporter.write_line(said)


def line(config: pytest.Config) -> str | None:
    """Return the line; None where a program says whom it asks, or nobody speaks of calls."""
    if GIVEN_ENDPOINT in config.stash:
        return None
    app, url = value(config, "--pbx-app"), value(config, "--pbx-url")
    if app:
        return f"pbx: asks the application {app}, in this process"
    if value(config, "--pbx-reference"):
        return "pbx: asks the reference server"
    if not options.names_endpoint(config) and has_fixture(config):
        return f"pbx: asks the application of the fixture {FIXTURE}, in this process"
    manifests = list(dict.fromkeys(map(str, _manifests(config))))
    if url:
        host = without_secrets(url).partition("//")[2].partition("/")[0].rpartition("@")[2]
        known = f", described by {', '.join(manifests)}" if manifests else ""
        return f"pbx: asks the endpoint at {host}{known}"
    if manifests:
        return f"pbx: asks the endpoint of {', '.join(manifests)}"
    if are_asked_for(config) or any(".feature" in word for word in config.args):
        return f"pbx: no option, pbx.toml or conftest.py names an endpoint; {HOW_TO_NAME}"
    return None


def _manifests(config: pytest.Config) -> list[Path]:
    """Return the manifests that hold for what the command line names."""
    here = config.invocation_params.dir
    paths = [here / word.partition("::")[0] for word in config.args]
    folders = [path if path.is_dir() else path.parent for path in paths] or [here]
    found = [options.manifest(config, folder) for folder in folders]
    return [path for path in found if path is not None]


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")
