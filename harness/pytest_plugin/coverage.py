"""Which requirements have a scenario: the table in features/README.md."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from harness.certify import registry
from harness.pytest_plugin import gherkin
from harness.pytest_plugin.feature_files import features_in
from harness.steps.scenario_result import identify, tagged


def scenarios_of(folder: Path) -> Mapping[str, list[str]]:
    """Return the ids of scenarios by the requirements that their tags name."""
    found: dict[str, list[str]] = {}
    for path in features_in(folder):
        for pickle in gherkin.read(path.absolute()).pickles:
            name = identify(pickle.own_tags, path.stem, pickle.template, None)
            for requirement in tagged(pickle.tags):
                ids = found.setdefault(requirement, [])
                if name not in ids:
                    ids.append(name)
    return found


def markdown(folder: Path) -> str:
    """Return the page."""
    return "\n".join(_lines(folder)) + "\n"


def _lines(folder: Path) -> Iterator[str]:
    covered = scenarios_of(folder)
    requirements = registry.requirements()
    yield "# What the features prove"
    yield ""
    yield "Made by `pbx steps --coverage features`; a test keeps it current. A scenario's tag"
    yield "`@req:…` names a requirement of the catalogue (`pbx cases --requirements`), and a tag"
    yield "like `@COURIER-01` is the scenario's own id, which certificates use."
    yield ""
    yield f"{len(covered)} of {len(requirements)} requirements have a scenario. The others are of"
    yield "the wire (bytes, TLS, HTTP), which people on a call do not see; cases test them."
    yield ""
    yield "| requirement | binds | scenarios |"
    yield "|---|---|---|"
    for requirement in requirements:
        if requirement.id in covered:
            ids = ", ".join(covered[requirement.id])
            yield f"| {requirement.id} | {requirement.keyword.value} | {ids} |"
    without = [requirement.id for requirement in requirements if requirement.id not in covered]
    yield from ("", f"Without a scenario: {', '.join(without)}.")
