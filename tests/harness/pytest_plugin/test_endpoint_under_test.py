"""How pytest is told of the endpoint, and that it asks no other one."""

from collections.abc import Callable

import pytest

from tests.harness.pytest_plugin.apps import DESCRIBED, FIXTURE, SHOP, WITH_STATES
from tests.harness.pytest_plugin.conftest import Project

Feature = Callable[..., str]

REACHES = """
When the courier calls
And the caller enters the order
Then the caller talks to the customer
"""
ANYBODY = "When a stranger calls\nThen the caller is looked after"
PYTHON = """
def test_own(pbx):
    assert pbx.call("courier", dials=["order"]).reached == pbx.facts["customer"]
"""
NAME_IT = (
    "name the endpoint: --pbx-url URL, --pbx-app module:app, a fixture pbx_app, --pbx-manifest "
    "FILE or a pbx.toml here or in a folder above, or --pbx-reference for the reference server"
)
IN_WORKERS = pytest.mark.parametrize("words", [(), ("-n", "1")], ids=["alone", "in a process"])


# -- nothing is named ------------------------------------------------------------------


@IN_WORKERS
def test_a_feature_without_an_endpoint_is_refused(
    project: Project, feature: Feature, words: tuple[str, ...]
) -> None:
    project.write({"own.feature": feature(("It works", REACHES), ("It too", REACHES))})
    ran = project.pytest("own.feature", *words)
    assert ran.code == 4, ran.out
    assert f"pbx: {NAME_IT}" in ran.out
    assert "Traceback" not in ran.out + ran.err
    assert "INTERNALERROR" not in ran.out + ran.err
    assert set(ran.verdicts) == {"It works", "It too"}
    assert set(ran.verdicts.values()) <= {"not-run", "untestable"}


def test_a_test_in_python_without_an_endpoint_is_refused(project: Project) -> None:
    project.write({"test_own.py": PYTHON})
    ran = project.pytest(report=False)
    assert ran.code == 4
    assert f"pbx: {NAME_IT}" in ran.out


def test_tests_that_need_no_endpoint_need_none(project: Project) -> None:
    project.write({"test_own.py": "def test_own():\n    pass\n"})
    ran = project.pytest(report=False)
    assert ran.code == 0
    assert "pbx:" not in ran.out


@pytest.mark.parametrize(
    ("words", "pair"),
    [
        (("--pbx-url=http://a/", "--pbx-reference"), "--pbx-url and --pbx-reference"),
        (("--pbx-url=http://a/", "--pbx-app=shop:app"), "--pbx-url and --pbx-app"),
        (("--pbx-reference", "--pbx-manifest=a.toml"), "--pbx-reference and --pbx-manifest"),
    ],
)
def test_two_endpoints_are_refused(project: Project, words: tuple[str, ...], pair: str) -> None:
    ran = project.pytest(*words, report=False)
    assert ran.code == 4
    assert f"{pair} name two endpoints; leave one of them out" in ran.err


# -- a manifest ------------------------------------------------------------------------


def test_the_manifest_of_a_folder_above_is_found(project: Project, feature: Feature) -> None:
    project.write({"pbx.toml": project.read("reference.toml")})
    project.write({"sub/own.feature": feature(("It works", REACHES)), "sub/test_own.py": PYTHON})
    ran = Project(project.folder / "sub", project.start).pytest()
    assert ran.code == 0, ran.out
    assert ran.verdicts == {"It works": "pass"}
    assert "2 passed" in ran.out


def test_the_manifest_nearest_to_a_feature_is_taken(project: Project, feature: Feature) -> None:
    project.write({"one/pbx.toml": project.read("reference.toml")})
    project.write({"two/pbx.toml": DESCRIBED.replace("127.0.0.1:9", "127.0.0.1:1")})
    project.write(
        {f"{name}/own.feature": feature(("It works", REACHES)) for name in ("one", "two")}
    )
    assert "1 passed" in project.pytest("one", report=False).out
    ran = project.pytest("two", report=False)
    assert "nothing listens at 127.0.0.1 port 1" in ran.out


def test_a_command_that_repeats_a_scenario_names_the_manifest_that_was_found(
    project: Project, feature: Feature
) -> None:
    steps = REACHES.replace("to the customer", "to nobody")
    project.write({"one/pbx.toml": project.read("reference.toml")})
    project.write({"one/own.feature": feature(("It fails", steps))})
    ran = project.pytest()
    (one,) = ran.results
    assert one["repeat"] == "pbx bdd one/own.feature:3 --manifest one/pbx.toml"
    assert project.pbx(*one["repeat"].split()[1:]).code == 1


def test_an_address_keeps_the_facts_of_a_manifest(
    project: Project, feature: Feature, reference_facts: dict[str, str]
) -> None:
    described = project.read("reference.toml").replace(reference_facts["url"], "http://a.invalid/")
    project.write({"pbx.toml": described, "own.feature": feature(("It works", REACHES))})
    ran = project.pytest(f"--pbx-url={reference_facts['url']}")
    assert ran.verdicts == {"It works": "pass"}, ran.out


# -- what is said ----------------------------------------------------------------------

SAID = [
    (("--pbx-manifest=reference.toml",), "asks the endpoint of reference.toml\n"),
    (("--pbx-url=http://me:secret@127.0.0.1:1/crm?k=v",), "asks the endpoint at 127.0.0.1:1\n"),
    (
        ("--pbx-url=http://a.invalid/", "--pbx-manifest=reference.toml"),
        "asks the endpoint at a.invalid, described by reference.toml\n",
    ),
    (("--pbx-reference",), "asks the reference server\n"),
    (("--pbx-app=shop:app",), "asks the application shop:app, in this process\n"),
    (("own.feature",), "no option, pbx.toml or conftest.py names an endpoint; name the endpoint: "),
]


@pytest.mark.parametrize("quiet", [(), ("-q",), ("-qq",)], ids=["usual", "quiet", "quieter"])
@pytest.mark.parametrize(("words", "said"), SAID, ids=[said for _, said in SAID])
def test_pytest_says_whom_it_asks(
    project: Project, feature: Feature, words: tuple[str, ...], said: str, quiet: tuple[str, ...]
) -> None:
    project.write({"own.feature": feature(("It works", REACHES))})
    ran = project.pytest("--collect-only", *words, *quiet, report=False)
    assert ran.out.count(f"pbx: {said}") == 1, ran.out
    assert "secret" not in ran.out


def test_processes_side_by_side_say_it_once(project: Project, feature: Feature) -> None:
    project.write({"own.feature": feature(("It works", REACHES))})
    ran = project.pytest("--pbx-manifest=reference.toml", "-q", "-n", "2")
    assert ran.out.count("pbx: asks") == 1


@pytest.mark.parametrize("name", ["pbx.toml", "conftest.py"])
def test_pytest_says_whom_it_found(project: Project, feature: Feature, name: str) -> None:
    project.write({"own.feature": feature(("It works", REACHES)), "shop.py": SHOP})
    project.write({"pbx.toml": DESCRIBED, "pytest.ini": "[pytest]\npythonpath = .\n"})
    if name == "conftest.py":
        project.write({name: FIXTURE.format(scope="session")})
    said = {
        "pbx.toml": "pbx: asks the endpoint of pbx.toml\n",
        "conftest.py": "pbx: asks the application of the fixture pbx_app, in this process\n",
    }
    assert said[name] in project.pytest("--collect-only", report=False).out


def test_the_secrets_of_an_address_stay_secret(project: Project, feature: Feature) -> None:
    project.write({"own.feature": feature(("It works", ANYBODY), ("It too", ANYBODY))})
    ran = project.pytest("--pbx-url=http://me:hushhush@127.0.0.1:9/crm?token=verysecret")
    assert ran.code == 4
    kept = ran.out + ran.err + project.read("results.json")
    assert "hushhush" not in kept
    assert "verysecret" not in kept


# -- an application in this process ----------------------------------------------------


@pytest.mark.parametrize("name", ["shop:app", "shop:make()", "shop:wsgi"])
def test_an_application_is_run_in_this_process(
    project: Project, feature: Feature, name: str
) -> None:
    project.write({"shop.py": SHOP, "pbx.toml": DESCRIBED, "test_own.py": PYTHON})
    project.write({"own.feature": feature(("It works", REACHES), ("It too", REACHES))})
    ran = project.pytest(f"--pbx-app={name}")
    assert ran.code == 0, ran.out
    assert ran.verdicts == {"It works": "pass", "It too": "pass"}
    assert "3 passed" in ran.out


@pytest.mark.parametrize("scope", ["session", "module", "function"])
@IN_WORKERS
def test_an_application_may_come_from_a_fixture(
    project: Project, feature: Feature, scope: str, words: tuple[str, ...]
) -> None:
    project.write({"shop.py": SHOP, "pbx.toml": DESCRIBED, "test_own.py": PYTHON})
    project.write({"conftest.py": FIXTURE.format(scope=scope)})
    project.write({"pytest.ini": "[pytest]\npythonpath = .\n"})
    project.write({"own.feature": feature(("It works", REACHES), ("It too", REACHES))})
    ran = project.pytest(*words)
    assert ran.code == 0, ran.out
    assert ran.verdicts == {"It works": "pass", "It too": "pass"}
    assert "3 passed" in ran.out


def test_the_command_line_prevails_over_the_fixture(project: Project, feature: Feature) -> None:
    project.write({"shop.py": SHOP, "conftest.py": FIXTURE.format(scope="session")})
    project.write({"own.feature": feature(("It works", ANYBODY)), "pytest.ini": "[pytest]\n"})
    ran = project.pytest("--pbx-url=http://127.0.0.1:9/", "-o", "pythonpath=.")
    assert ran.code == 4
    assert "nothing listens at 127.0.0.1 port 9" in ran.out


def test_pbx_bdd_asks_what_it_was_told_to_and_not_the_fixture(
    project: Project, feature: Feature
) -> None:
    fixture = "import pytest\n\n\n@pytest.fixture\ndef pbx_app():\n    raise RuntimeError\n"
    project.write({"conftest.py": fixture, "own.feature": feature(("It works", REACHES))})
    assert project.pbx("bdd", "--manifest=reference.toml").code == 0


def test_an_application_needs_no_manifest(project: Project) -> None:
    text = 'def test_own(pbx):\n    assert pbx.call("stranger").requests[0].status == 200\n'
    project.write({"shop.py": SHOP, "test_own.py": text})
    ran = project.pytest("--pbx-app=shop:app", report=False)
    assert "1 passed" in ran.out


def test_an_application_is_put_into_states(project: Project, feature: Feature) -> None:
    steps = "Given the order has been delivered" + REACHES.replace("to the customer", "to nobody")
    closed = steps.replace("talks to nobody", "does not talk to the customer")
    project.write({"shop.py": SHOP, "pbx.toml": WITH_STATES})
    project.write({"own.feature": feature(("Delivered", closed), ("Open again", REACHES))})
    ran = project.pytest("--pbx-app=shop:app")
    assert ran.verdicts == {"Delivered": "pass", "Open again": "pass"}, ran.out


def test_virtual_time_takes_no_time(project: Project, feature: Feature) -> None:
    silence = "And the caller hears at least 4 seconds of silence"
    steps = f"Given the endpoint takes 4 seconds{REACHES}{silence}"
    project.write({"shop.py": SHOP, "pbx.toml": DESCRIBED})
    project.write({"own.feature": feature(("Slow", steps))})
    ran = project.pytest("--pbx-app=shop:app")
    assert ran.verdicts == {"Slow": "pass"}, ran.out
    assert sum(step["seconds"] for step in ran.results[0]["steps"]) < 1


def test_a_scenario_of_an_application_is_repeated_with_pytest(
    project: Project, feature: Feature
) -> None:
    steps = REACHES.replace("to the customer", "to nobody")
    project.write({"shop.py": SHOP, "pbx.toml": DESCRIBED})
    project.write({"features/own.feature": feature(("It fails", steps))})
    ran = project.pytest("--pbx-app=shop:app")
    assert ran.results[0]["repeat"] == (
        "pytest 'features/own.feature::It fails' --pbx-app shop:app"
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("shop", "--pbx-app shop: write it like shop.main:app"),
        ("shop:ap", "--pbx-app shop:ap: shop has no ap; did you mean app?"),
        ("shopp:app", "shopp cannot be imported: ModuleNotFoundError: No module named 'shopp'"),
        ("shop:broken()", "broken() raised RuntimeError: no database"),
        ("shop:STARTED", "list is neither a URL nor an ASGI or WSGI application"),
    ],
)
def test_an_application_that_is_none_is_refused(project: Project, name: str, said: str) -> None:
    project.write({"shop.py": SHOP, "test_own.py": PYTHON})
    ran = project.pytest(f"--pbx-app={name}", report=False)
    assert ran.code == 4
    assert said in ran.out
