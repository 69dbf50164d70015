"""The features of this repository hold, and say what they prove."""

import re
from pathlib import Path

from harness.certify import registry
from harness.pytest_plugin import coverage, gherkin
from harness.steps.scenario_result import tagged
from tests.harness.pytest_plugin.conftest import Project

ID = re.compile(r"@[A-Z]+-[0-9]+")


def test_all_features_hold_for_the_reference_server(project: Project, features: Path) -> None:
    ran = project.pytest(features, "--pbx-reference", "-q")
    assert {one["title"]: one["reason"] for one in ran.results if one["verdict"] != "pass"} == {}
    assert ran.code == 0, ran.out[-3000:]
    assert len(ran.results) == sum(len(gherkin.read(path).pickles) for path in _files(features))


def _files(features: Path) -> list[Path]:
    return sorted(features.rglob("*.feature"))


def _titles(files: list[Path]) -> set[tuple[Path, str]]:
    return {(path, pickle.template) for path in files for pickle in gherkin.read(path).pickles}


def test_there_are_sixty_scenarios_in_english_and_a_set_in_russian(features: Path) -> None:
    english = [path for path in _files(features) if path.parent.name != "ru"]
    russian = [path for path in _files(features) if path.parent.name == "ru"]
    assert len(_titles(english)) >= 60
    assert len(_titles(russian)) >= 20
    assert all("# language: ru" in path.read_text("utf-8") for path in russian)


def test_every_scenario_has_an_id_of_its_own(features: Path) -> None:
    owners: dict[str, tuple[Path, str]] = {}
    for path in _files(features):
        for pickle in gherkin.read(path).pickles:
            ids = [tag for tag in pickle.tags if ID.fullmatch(tag)]
            assert len(ids) == 1, pickle.title
            assert owners.setdefault(ids[0], (path, pickle.template)) == (path, pickle.template)


def test_no_id_is_also_the_id_of_a_case(features: Path) -> None:
    families = {case.family for case in registry.cases().values()}
    for path in _files(features):
        for pickle in gherkin.read(path).pickles:
            ids = [tag for tag in pickle.tags if ID.fullmatch(tag)]
            assert ids[0].strip("@").partition("-")[0] not in families


def test_every_requirement_that_a_tag_names_exists(features: Path) -> None:
    known = {requirement.id for requirement in registry.requirements()}
    for path in _files(features):
        for pickle in gherkin.read(path).pickles:
            assert set(tagged(pickle.tags)) <= known, pickle.title


def test_the_table_of_what_the_features_prove_is_current(features: Path) -> None:
    assert (features / "README.md").read_text("utf-8") == coverage.markdown(features)
