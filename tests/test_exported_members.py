"""What the packages export: it is a promise, so a change of it is seen here."""

import ast
import inspect
from importlib import import_module
from pathlib import Path

import pytest

import mockpbx

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("package", ["mockpbx", "harness", "reference_server"])
def test_every_package_root_names_what_it_exports(package: str) -> None:
    exported = import_module(package).__all__
    assert list(exported) == sorted(exported)


def test_every_exported_name_is_there_and_documented() -> None:
    assert set(mockpbx.__all__) >= {
        "AsyncPbx",
        "Call",
        "CallResult",
        "Callee",
        "Expect",
        "Fault",
        "Pbx",
    }
    for name in mockpbx.__all__:
        assert inspect.getdoc(getattr(mockpbx, name)), name
    assert set(mockpbx.__all__) <= set(dir(mockpbx))


def test_what_is_not_exported_is_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Setting'"):
        _ = mockpbx.Setting  # type: ignore[attr-defined]


def test_type_checkers_see_the_same_names() -> None:
    """They read the imports that are never run, the interpreter reads the table."""
    tree = ast.parse((ROOT / "mockpbx" / "__init__.py").read_text("utf-8"))
    imported = {
        alias.asname or alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("mockpbx.")
        for alias in node.names
    }
    assert imported.keys() == set(mockpbx.__all__)
    for name, home in imported.items():
        assert getattr(mockpbx, name) is getattr(import_module(str(home)), name)


def test_every_attribute_of_a_call_result_is_documented_in_the_guide() -> None:
    guide = (ROOT / "docs" / "python.md").read_text("utf-8")
    public = {name for name in vars(mockpbx.CallResult) if not name.startswith("_")}
    assert {
        name for name in public - {"name", "starts", "people", "steps"} if f"`{name}" not in guide
    } == set()
