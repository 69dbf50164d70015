"""Collects features: a file is a module whose tests are its scenarios."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

import pytest
from pytest_bdd import scenario
from pytest_bdd.exceptions import GherkinParseError
from pytest_bdd.feature import get_feature

from harness.pytest_plugin import gherkin, options
from harness.pytest_plugin.feature_files import hidden
from harness.pytest_plugin.gherkin import FeatureRead, Pickle
from harness.pytest_plugin.stash import SCENARIO
from harness.steps.scenario_result import ID_TAG
from mockpbx.errors import FileError, Problem, UsageError

TAGS = "pbx_tags"
"""Tags that are no names of marks are kept here on a test's function."""

_IDS = pytest.StashKey[dict[str, tuple[Path, int]]]()
"""Where the ids of scenarios stand, of all files."""

_ENCODING = "utf-8-sig"
"""UTF-8; some editors begin a file with a byte order mark."""

_MARK = re.compile(r"[^\W_][\w.-]*")
_WANT_ARGUMENTS = ("filterwarnings", "parametrize", "skipif", "timeout", "usefixtures")
"""Marks that a tag cannot be: it has no arguments."""


def collect(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a file if it is a feature about calls."""
    if path.suffix != ".feature":
        return None
    session = parent.session
    named = next((one for one in (path, *path.parents) if session.isinitpath(one)), None)
    wanted = options.wanted(parent.config, path) and not hidden(
        path, named or parent.config.rootpath
    )
    if not wanted and named != path:
        return None
    return FeatureFile.from_parent(parent, path=path)


def apply_tag(tag: str, function: Callable[..., object]) -> object:
    """Let pytest-bdd make marks of tags that can be some; keep the others as they are."""
    if _is_mark(tag):
        return None
    kept: list[str] = getattr(function, TAGS, [])
    setattr(function, TAGS, [*kept, tag])
    return True


def _is_mark(tag: str) -> bool:
    return bool(_MARK.fullmatch(tag)) and tag not in _WANT_ARGUMENTS


class FeatureFile(pytest.Module):
    """A feature."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Return its scenarios, in their order."""
        try:
            feature = gherkin.read(self.path)
            _know_ids(self.config, feature)
            _know_tags(self.config, feature)
            items = [item for item in super().collect() if isinstance(item, pytest.Function)]
        except (UsageError, GherkinParseError) as error:
            raise self.CollectError(str(error)) from None
        waiting = {gherkin.test_name(pickle.template): list[Pickle]() for pickle in feature.pickles}
        for pickle in feature.pickles:
            waiting[gherkin.test_name(pickle.template)].append(pickle)
        for item in items:
            pickle = waiting[item.originalname].pop(0)
            bases = (self.config.invocation_params.dir, self.config.rootpath)
            item.stash[SCENARIO] = gherkin.scenario_result(feature, pickle, *bases)
        return sorted(items, key=lambda item: item.stash[SCENARIO].order)

    def funcnamefilter(self, name: str) -> bool:
        """Take every title for the name of a test."""
        return not name.startswith("__")

    def _getobj(self) -> ModuleType:
        """Make the module: a test for each scenario."""
        module = ModuleType(self.path.stem)
        module.__file__ = str(self.path)
        folder = str(self.path.parent)
        feature = get_feature(folder, self.path.name, encoding=_ENCODING)
        for title, template in feature.scenarios.items():
            for examples in template.examples:  # these would have to be names of marks
                examples.tags = {tag for tag in examples.tags if _is_mark(tag)}
            decorate = scenario(str(self.path), title, _ENCODING, features_base_dir=folder)
            test = decorate(_stub(self.path, template.line_number))
            test.place_as = _stub(self.path, template.line_number)  # type: ignore[attr-defined]
            setattr(module, gherkin.test_name(title), test)
        return module


def _stub(path: Path, line: int) -> FunctionType:
    """Make a function that does nothing and says that it stands in the feature."""

    def nothing() -> None:
        """All is in the steps."""

    code: CodeType = nothing.__code__
    return FunctionType(
        code.replace(co_filename=str(path), co_firstlineno=line), {}, name=path.stem
    )


def _know_ids(config: pytest.Config, feature: FeatureRead) -> None:
    """Let no two scenarios of different files have one id.

    Raises:
        FileError: A scenario's id is another one's already.
    """
    ids = config.stash.setdefault(_IDS, {})
    for pickle in feature.pickles:
        for tag in filter(ID_TAG.fullmatch, pickle.own_tags):
            path, line = ids.setdefault(tag, (feature.path, pickle.line))
            if path != feature.path:
                message = f"{tag} is the id of {path.name}:{line} already; give it another"
                raise FileError(feature.path.name, [Problem(message=message, line=pickle.line)])


def _know_tags(config: pytest.Config, feature: FeatureRead) -> None:
    """Let tags be marks also where only known marks may be used."""
    for tag in sorted({tag for pickle in feature.pickles for tag in pickle.tags}):
        if _is_mark(tag.removeprefix("@")):
            config.addinivalue_line("markers", f"{tag.removeprefix('@')}: tag of a feature")
