"""The examples that ship are true."""

import importlib.util
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from mockpbx.manifest.pbx_toml import load
from reference_server.seed import FACTS
from tests.warm_start import WarmStart

EXAMPLES = Path(__file__).parent.parent / "examples"
WORD = "s3cret-of-the-taxi"


def test_the_manifest_of_the_reference_server_tells_what_is_true_behind_it() -> None:
    assert load(EXAMPLES / "reference.toml").facts == FACTS


# -- lines of one's own ----------------------------------------------------------------


Certify = Callable[..., tuple[Any, dict[str, Any]]]


@pytest.fixture(scope="module")
def certify() -> Iterator[Certify]:
    """Certify an example with nothing but what its folder says; give the report, too."""
    start = WarmStart()

    def run(folder: Path, *words: str) -> tuple[Any, dict[str, Any]]:
        environment = {**os.environ, "TAXI_TOKEN": WORD}
        command = ["pbx", "certify", "--json", "report.json", *words]
        done = start.run(command, folder=folder, environment=environment)
        return done, json.loads((folder / "report.json").read_text())

    yield run
    start.close()


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"example_{path.parent.name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextmanager
def _served(server: Any) -> Iterator[int]:
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@contextmanager
def copied(example: str, folder: Path, old: str = "", new: str = "") -> Iterator[Path]:
    """Copy an example, change its endpoint, and serve that on a free port."""
    copy = folder / example
    shutil.copytree(EXAMPLES / example, copy)
    source = copy / "endpoint.py"
    assert old in source.read_text()
    source.write_text(source.read_text().replace(old, new))
    server = _module(source).Server
    with _served(server(0) if example == "clinic" else server(0, WORD)) as port:
        manifest = copy / "pbx.toml"
        text = manifest.read_text()
        for shipped in ("8081", "8082"):
            text = text.replace(f"127.0.0.1:{shipped}", f"127.0.0.1:{port}")
        manifest.write_text(text)
        yield copy


@pytest.mark.parametrize("example", ["clinic", "taxi"])
def test_a_line_of_ones_own_is_certified_in_its_own_terms(
    example: str, tmp_path: Path, certify: Certify
) -> None:
    with copied(example, tmp_path) as folder:
        done, report = certify(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "courier" not in done.stdout + done.stderr
    assert report["verdict"] == "certified"
    own = [case for case in report["cases"] if "feature" in case]
    assert {case["verdict"] for case in own} == {"pass"}
    assert {case["family"] for case in own} == {"SCRIPT", example.upper()}
    assert not any(case["missing_facts"] for case in report["cases"])
    # The form of answers is looked at in the calls of the owner's own cases, too.
    assert {case["verdict"] for case in report["cases"] if case["family"] == "REPLY"} == {"pass"}
    assert WORD not in (folder / "report.json").read_text()


CODES = {
    "the script": (
        "return RECEPTION  # neither",
        "return 99  # neither",
        "SCRIPT-neither_one_nor_two",
    ),
    "the feature": (
        'return {"returned_code": APPOINTMENTS}',
        'return {"returned_code": 31}',
        "CLINIC-02",
    ),
}
"""What is changed where only one of the owner's own cases gets, and the case."""


@pytest.mark.parametrize("place", CODES)
def test_a_code_without_a_branch_is_found_where_only_the_owners_own_cases_get(
    place: str, tmp_path: Path, certify: Certify
) -> None:
    old, new, blamed = CODES[place]
    with copied("clinic", tmp_path, old, new) as folder:
        done, report = certify(folder, "--only", "REPLY-080,SCRIPT,CLINIC")
    assert done.returncode == 1
    verdicts = {case["id"]: case["verdict"] for case in report["cases"]}
    assert (verdicts["REPLY-080"], verdicts[blamed]) == ("fail", "fail")
    (found,) = (case for case in report["cases"] if case["id"] == "REPLY-080")
    assert blamed in found["received"]
