"""The fixture ``pbx``: calls that a test in Python places."""

import pytest

from tests.harness.pytest_plugin.apps import DESCRIBED, SHOP
from tests.harness.pytest_plugin.conftest import Project, Ran

OURS = "--pbx-manifest=reference.toml"

TESTS = """
from mockpbx import AsyncPbx, Pbx


def test_places_calls(pbx):
    assert isinstance(pbx, Pbx)
    call = pbx.call("courier", dials=["order"], talks=5)
    assert call.reached == pbx.facts["customer"]
    assert call.talk_s == 5
    assert pbx.calls == [call]


def test_has_calls_of_its_own(pbx):
    assert pbx.calls == []
    assert pbx.ask("courier").status == 200


def test_fails(pbx):
    call = pbx.call("courier", dials=["order"])
    assert call.reached is None


def test_fails_before_any_call(pbx):
    assert not pbx.facts["courier"]


def test_misspells(pbx):
    pbx.call("curier")


KEPT = []


def test_may_be_opened_once_more(pbx):
    KEPT.append(pbx.asynchronous.transport)
    with pbx:
        pbx.call("stranger")
        KEPT.append(pbx.asynchronous.transport)
    assert len(pbx.calls) == 1


def test_has_its_connections_afterwards(pbx):
    assert pbx.asynchronous.transport is KEPT[0]
    assert pbx.asynchronous.transport is not KEPT[1]
    assert pbx.call("stranger").requests[0].status == 200
"""


@pytest.fixture(scope="module")
def ran(shared: Project) -> Ran:
    shared.write({"test_own.py": TESTS})
    return shared.pytest(OURS, "test_own.py", report=False)


def test_calls_are_placed_from_python(ran: Ran) -> None:
    assert "3 failed, 4 passed" in ran.out, ran.out


def section(ran: Ran, name: str) -> str:
    """Return what pytest prints of one failure."""
    return ran.out.partition(f"_ {name} _")[2].partition("\n____")[0]


def test_a_failure_shows_the_calls_of_the_test(ran: Ran) -> None:
    shown = section(ran, "test_fails")
    assert "assert call.reached is None" in shown
    assert "7917*****08" in shown
    assert "── asks: input 10523 ──" in shown
    assert "request 2 (masked): curl " in shown
    assert "pytest test_own.py::test_fails --pbx-manifest reference.toml" in shown
    assert "79175968108" not in ran.out
    assert "79161110001" not in ran.out


def test_the_line_of_a_failure_says_what_failed_and_that_numbers_are_masked(ran: Ran) -> None:
    (line,) = (
        one for one in ran.out.splitlines() if one.startswith("FAILED test_own.py::test_fails ")
    )
    assert "AssertionError" in line or "assert" in line
    assert "7917*****08" in ran.out
    assert "--pbx-show-numbers" in ran.out
    assert "79175968108" not in ran.out


def test_a_failure_without_a_call_shows_none(ran: Ran) -> None:
    shown = section(ran, "test_fails_before_any_call")
    assert "asks: input" not in shown
    assert "7916*****01" in shown


def test_a_mistake_in_python_is_shown_where_it_was_made(ran: Ran) -> None:
    shown = section(ran, "test_misspells")
    assert "there is no fact curier; did you mean courier?" in shown
    assert 'pbx.call("curier")' in shown


def test_connections_are_opened_once_a_session(project: Project) -> None:
    shop = SHOP.replace("STARTED.append(1)", "STARTED.append(1); print('started')")
    text = "def test_{}(pbx):\n    pbx.call('courier')\n"
    project.write({"shop.py": shop, "pbx.toml": DESCRIBED})
    project.write({f"test_{name}.py": text.format(name) for name in ("one", "two")})
    ran = project.pytest("--pbx-app=shop:app", "-s", report=False)
    assert "2 passed" in ran.out
    assert ran.out.count("started") == 1


def test_a_fixture_of_the_projects_own_prevails(project: Project) -> None:
    conftest = "import pytest\n\n\n@pytest.fixture\ndef call():\n    return 5\n"
    text = "def test_own(call):\n    assert call == 5\n"
    project.write({"conftest.py": conftest, "test_own.py": text})
    assert "1 passed" in project.pytest(report=False).out
