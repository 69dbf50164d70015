"""Runs features against mutants of the reference server."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FEATURES = (
    "reference/the-reference-server.feature",
    "courier-reaches-customer.feature",
    "wrong-orders.feature",
    "callers-who-are-not-couriers.feature",
    "privacy.feature",
)


@pytest.fixture
def features_against(tmp_path: Path) -> Callable[[str], "subprocess.CompletedProcess[str]"]:
    """Run the features of the courier line against a changed routing, up to the first failure."""

    def run(routing: str) -> "subprocess.CompletedProcess[str]":
        shutil.copytree(ROOT / "reference_server", tmp_path / "reference_server")
        (tmp_path / "reference_server" / "routing.py").write_text(routing, "utf-8")
        (tmp_path / "pytest.ini").write_text("[pytest]\n", "utf-8")
        places = [str(ROOT / "features" / name) for name in FEATURES]
        command = [sys.executable, "-m", "pytest", *places, "--pbx-reference", "-x", "-q"]
        kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
        return subprocess.run(
            [*command, "-p", "no:cacheprovider", "-p", "no:xdist"],
            cwd=tmp_path,  # python -m finds the changed server here first
            env=kept,
            capture_output=True,
            text=True,
            check=False,
        )

    return run
