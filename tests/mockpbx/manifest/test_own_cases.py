"""What a manifest names as the owner's own cases: paths, folders and patterns."""

from pathlib import Path

import pytest

from mockpbx.errors import ManifestError
from mockpbx.manifest import pbx_toml
from mockpbx.manifest.endpoint import Endpoint

FILES = (
    "features/clinic.feature",
    "features/night.feature",
    "features/.vscode/pbx_words.feature",
    "features/README.md",
    "calls/pin.yaml",
    "calls/deep/late.yml",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in FILES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    return tmp_path


def described(folder: Path, *lines: str) -> Endpoint:
    path = folder / "pbx.toml"
    head = ("[endpoint]", 'url = "http://127.0.0.1:8080/"', "[certify]")
    path.write_text("\n".join([*head, *lines]))
    return Endpoint.described(pbx_toml.load(path))


def names(paths: tuple[Path, ...], folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in paths]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ('["features/clinic.feature"]', ["features/clinic.feature"]),
        ('["features"]', ["features/clinic.feature", "features/night.feature"]),
        ('["features/n*"]', ["features/night.feature"]),
        (
            '["features/night.feature", "**/*.feature"]',
            ["features/night.feature", "features/clinic.feature"],
        ),
        ("[]", []),
    ],
)
def test_features_are_named_by_path_folder_or_pattern(
    written: str, found: list[str], folder: Path
) -> None:
    assert names(described(folder, f"features = {written}").features, folder) == found


def test_call_scripts_are_named_alike(folder: Path) -> None:
    endpoint = described(folder, 'scripts = ["calls/*.yaml", "calls"]')
    assert names(endpoint.scripts, folder) == ["calls/pin.yaml", "calls/deep/late.yml"]
    assert endpoint.features == ()


def test_a_name_with_the_letters_of_a_pattern_is_a_name(folder: Path) -> None:
    (folder / "calls" / "[1].yaml").write_text("")
    endpoint = described(folder, 'scripts = ["calls/[1].yaml"]')
    assert names(endpoint.scripts, folder) == ["calls/[1].yaml"]


def test_paths_may_begin_at_the_root(folder: Path) -> None:
    endpoint = described(folder, f'scripts = ["{folder}/calls/*.yaml"]')
    assert names(endpoint.scripts, folder) == ["calls/pin.yaml"]


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('features = ["features/clinik.feature"]', "certify.features[0]"),
        ('features = ["features", "calls"]', "certify.features[1]"),
        ('scripts = ["calls/*.feature"]', "certify.scripts[0]"),
        ('scripts = ["features/README.md"]', "certify.scripts[0]"),
        ('scripts = [""]', "certify.scripts[0]"),
        ('scripts = ["a**"]', "certify.scripts[0]"),
    ],
)
def test_what_matches_no_file_is_refused_with_its_place(line: str, key: str, folder: Path) -> None:
    with pytest.raises(ManifestError) as caught:
        described(folder, line)
    (problem,) = caught.value.problems
    assert (caught.value.source, problem.line, problem.key) == (str(folder / "pbx.toml"), 4, key)
