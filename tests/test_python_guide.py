"""The guide to Python: every sample in it is run."""

import os
import re
import runpy
from pathlib import Path

import pytest

from tests.warm_start import WarmStart

GUIDE = Path(__file__).parents[1] / "docs" / "python.md"
_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"# (\w+\.py)\n")


def _blocks() -> list[str]:
    return _BLOCK.findall(GUIDE.read_text("utf-8"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write the files of the guide, as somebody would who follows it."""
    for block in _blocks():
        named = _FILE.match(block)
        if named:
            (tmp_path / named[1]).write_text(block, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_its_tests_pass(folder: Path, warm_start: WarmStart) -> None:
    command = ["pytest", "-q", "-p", "no:cacheprovider"]
    done = warm_start.run(command, folder=folder, environment=os.environ)
    assert done.returncode == 0, done.stdout
    wanted = sum(block.count("def test_") for block in _blocks())
    assert wanted >= 12
    assert f"{wanted} passed" in done.stdout


def test_its_other_samples_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(folder)
    samples = [block for block in _blocks() if not _FILE.match(block)]
    assert len(samples) >= 2
    for number, sample in enumerate(samples):
        path = folder / f"sample_{number}.py"
        path.write_text(sample, "utf-8")
        runpy.run_path(str(path))
