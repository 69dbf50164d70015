"""Collects features: a file is a module whose tests are its scenarios."""

from collections.abc import Callable, Iterable
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

import pytest
from pytest_bdd import scenario
from pytest_bdd.feature import get_feature

from harness.pytest_plugin import gherkin, options
from harness.pytest_plugin.gherkin import FeatureRead, Pickle
from harness.pytest_plugin.stashing import TOLD
from harness.steps.scenario import ScenarioTold, identify
from mockpbx.errors import UsageError

TAGS = "pbx_tags"
"""Tags that are no names of marks are kept here on a test's function."""


def collect(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a file if it is a feature about calls."""
    if path.suffix != ".feature":
        return None
    if not options.wanted(parent.config) and not parent.session.isinitpath(path):
        return None
    return FeatureFile.from_parent(parent, path=path)


def apply_tag(tag: str, function: Callable[..., object]) -> object:
    """Keep tags with a colon as they are; let pytest-bdd make marks of the others."""
    if ":" not in tag:
        return None
    kept: list[str] = getattr(function, TAGS, [])
    setattr(function, TAGS, [*kept, tag])
    return True


class FeatureFile(pytest.Module):
    """A feature."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Give its scenarios, in their order."""
        try:
            feature = gherkin.read(self.path)
        except UsageError as error:
            raise self.CollectError(str(error)) from None
        _know_tags(self.config, feature)
        waiting = {pickle.template: list[Pickle]() for pickle in feature.pickles}
        for pickle in feature.pickles:
            waiting[pickle.template].append(pickle)
        items = [item for item in super().collect() if isinstance(item, pytest.Function)]
        for item in items:
            pickle = waiting[item.originalname].pop(0)
            item.stash[TOLD] = _told(self.config, feature, pickle)
        return sorted(items, key=lambda item: item.stash[TOLD].order)

    def funcnamefilter(self, name: str) -> bool:
        """Take every title for the name of a test."""
        return not name.startswith("__")

    def _getobj(self) -> ModuleType:
        """Make the module: a test for each scenario."""
        module = ModuleType(self.path.stem)
        module.__file__ = str(self.path)
        feature = get_feature(str(self.path.parent), self.path.name)
        for title, template in feature.scenarios.items():
            for examples in template.examples:  # these would have to be names of marks
                examples.tags = {tag for tag in examples.tags if ":" not in tag}
            decorate = scenario(str(self.path), title, features_base_dir=str(self.path.parent))
            test = decorate(_stub(self.path, template.line_number))
            test.place_as = _stub(self.path, template.line_number)  # type: ignore[attr-defined]
            setattr(module, title, test)
        return module


def _stub(path: Path, line: int) -> FunctionType:
    """Make a function that does nothing and says that it stands in the feature."""

    def nothing() -> None:
        """All is in the steps."""

    code: CodeType = nothing.__code__
    return FunctionType(
        code.replace(co_filename=str(path), co_firstlineno=line), {}, name=path.stem
    )


def _know_tags(config: pytest.Config, feature: FeatureRead) -> None:
    """Let tags be marks also where only known marks may be used."""
    for tag in sorted({tag for pickle in feature.pickles for tag in pickle.tags}):
        if ":" not in tag:
            config.addinivalue_line("markers", f"{tag.removeprefix('@')}: tag of a feature")


def _told(config: pytest.Config, feature: FeatureRead, pickle: Pickle) -> ScenarioTold:
    shown = feature.path
    for base in (config.invocation_params.dir, config.rootpath):
        if feature.path.is_relative_to(base):
            shown = feature.path.relative_to(base)
            break
    return ScenarioTold(
        id=identify(pickle.tags, feature.path.stem, pickle.template, pickle.row),
        title=pickle.title,
        feature=feature.title,
        file=str(shown),
        line=pickle.line,
        tags=pickle.tags,
        order=pickle.order,
    )
