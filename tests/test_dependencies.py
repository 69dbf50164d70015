"""A plain install brings what it imports, and nothing else."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
WITH_BDD = ("harness/pytest_plugin", "harness/steps")
INDIRECT = {"tzdata": "zoneinfo"}
"""What nobody imports by name, and who needs it."""
BROUGHT = {"markupsafe": "jinja2", "pydantic_core": "pydantic"}
"""What belongs to another package, which is declared."""
OURS = {"mockpbx", "harness", "reference_server"}


def declared() -> set[str]:
    content = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return {name(said) for said in content["project"]["dependencies"]}


def name(said: str) -> str:
    found = re.match(r"[\w.-]+", said)
    assert found is not None
    return found.group().lower()


def imported() -> dict[str, set[str]]:
    """Return the distributions that are imported, with the files that do."""
    distributions, found = packages_distributions(), dict[str, set[str]]()
    for package in ("mockpbx", "harness"):
        for path in sorted((ROOT / package).rglob("*.py")):
            file = path.relative_to(ROOT).as_posix()
            for module in modules(ast.parse(path.read_text("utf-8"))):
                if module not in sys.stdlib_module_names | OURS:
                    for one in distributions[module]:
                        found.setdefault(one.lower(), set()).add(file)
    return found


def modules(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
            yield node.module.partition(".")[0]
        elif isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)


def test_everything_that_is_installed_is_imported() -> None:
    assert declared() - set(imported()) == set(INDIRECT)


def test_everything_that_a_plain_install_imports_is_installed() -> None:
    missing = {
        one: files
        for one, files in imported().items()
        if BROUGHT.get(one, one) not in declared()
        and not all(file.startswith(WITH_BDD) for file in files)
    }
    assert missing == {}
