"""Steps that cannot be taken as they are: each says its line, what is wrong and what to do."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.harness.pytest_plugin.conftest import Project, Ran

CALLS = "When the courier calls\nAnd the caller enters the order\n"
TALKS = "Then the caller talks to the customer"
AFTER = "Then the caller is looked after"
STRANGER = "When a stranger calls\n"
ORDERS = "Given these orders:\n| order | courier | customer | status |\n"
ROW = "| the order | the courier | the customer | {} |\n"

# By what is wrong: the steps, which of their lines is to be named, and what is to be said of it.
WRONG = {
    "an outcome before any call": (TALKS, 1, "nobody is calling yet; begin with a step like"),
    "a call that nobody looks at": (
        STRANGER,
        1,
        "a call was begun and never looked at; add a Then",
    ),
    "a wish after the calls": (
        f"{STRANGER}{AFTER}\nGiven the endpoint is down\n{AFTER}",
        3,
        "no call comes after this, so it changes nothing; move it above the call",
    ),
    "dialling after the calls": (
        f"{STRANGER}{AFTER}\nWhen the caller enters the order",
        3,
        "the calls have taken place, and no further one has begun; begin with",
    ),
    "an unknown failure": (
        f"Given the endpoint explodes\n{STRANGER}{AFTER}",
        1,
        "“explodes” is not known here; choose from: is down",
    ),
    "no such person": ("When the curier calls\n" + AFTER, 1, "choose from: the courier"),
    "a person without quotes": ("When 12345 calls", 1, "or a number in quotes"),
    "a placeholder that nothing fills": ("When <who> calls", 1, "filled in from a column of Exam"),
    "a full stop": ("When the courier calls.", 1, "nearest: {who} calls"),
    "an outcome under When": ("When the caller talks to the operators", 1, "put it under Then"),
    "a wish under Then": (f"{STRANGER}Then the endpoint is down", 2, "put it under Given or When"),
    "a sixth call": (f"{STRANGER}Then on the sixth call the caller is looked after", 2, "“sixth”"),
    "a second call of one": (
        f"{STRANGER}Then on the second call the caller is looked after",
        2,
        "there was only 1 call",
    ),
    "both of one": (f"{STRANGER}Then both calls are answered alike", 2, "there was only one call"),
    "somebody who has not called": (
        f"{STRANGER}Then the courier talks to the customer",
        2,
        "the courier has not called",
    ),
    "a number that is too short": (
        'When "123" calls',
        1,
        "a phone number has 7 to 15 digits, not 3",
    ),
    "a number with letters": ('When "7916abc" calls', 1, '"7916abc" is not known here; in quotes'),
    "a number with blanks": ('When "+7 916 1110001" calls', 1, "a number, digits only"),
    "no number": ('When "" calls', 1, '"" is not known here'),
    "an order with letters": (f'{STRANGER}And the caller enters "12ab"', 2, '"12ab" is not known'),
    "an order that no phone can dial": (
        f'{STRANGER}And the caller enters "+123"',
        2,
        "'+' is no key of a phone: use 0-9 * #",
    ),
    "a state before the first question": (
        f"{CALLS}And the order is delivered before the first question\n{TALKS}",
        3,
        "nothing comes before the first question; say before the call how it is",
    ),
    "keys with letters": (f'{STRANGER}And the caller presses "12a"', 2, '“"12a"” is not known'),
    "a hidden number that rings": (
        f"{STRANGER}Then the caller talks to somebody with a hidden number",
        2,
        "nobody can ring somebody with a hidden number",
    ),
    "a day that is none": ("Given it is 12:00 on 2026-02-30", 1, "there is no 12:00 on 2026-02-30"),
    "an hour that is none": ("Given it is 25:00", 1, "there is no 25:00 on 2026-09-17; a day ends"),
    "a date in another form": ("Given it is 12:00 on 30.02.2026", 1, "choose from: 2026-09-17"),
    "a zone that is none": (
        'Given it is 12:00 on 2026-02-03 in "Europe/Moskow"',
        1,
        "no time zone 'Europe/Moskow'; write it like Europe/Moscow",
    ),
    "seconds below zero": (
        "Given the endpoint takes -5 seconds",
        1,
        "“-5 seconds” is not known here",
    ),
    "seconds without end": (f"Given the endpoint takes {'9' * 30} seconds", 1, "choose from: 5"),
    "a pause without end": (
        f"{CALLS}And the caller waits 9999999 seconds before entering\n{TALKS}",
        3,
        "callers wait whole seconds, 600 at most",
    ),
    "a pause before what is dialled": (
        f"{STRANGER}And the caller waits 5 seconds before entering",
        2,
        "say first what the caller enters",
    ),
    "a count without end": (f"{STRANGER}Then the endpoint is asked {'9' * 5000} times", 2, "999"),
    "a status that is none": ("Given the endpoint answers with status 99", 1, "from 100 to 599"),
    "an ending that is none": (
        f"{STRANGER}Then the call ends as sucess",
        2,
        "did you mean success",
    ),
    "a parameter that is none": ("Given the PBX leaves out nubm", 1, "did you mean numb"),
    "a PBX scenario that is none": ('Given the PBX scenario "courer"', 1, "no built-in scenario"),
    "a word for nothing entered": ('Given nothing entered is sent as "x"', 1, "'x' is not one of"),
    "a place that is none": (
        f'{STRANGER}Then the caller is not led to "nowhere"',
        2,
        "the PBX scenario has no “nowhere”; known here: hours",
    ),
    "no table": ("Given these orders:", 1, "wants a table below it: rows between | and |"),
    "a table too many": ("When the courier calls\n| a |", 1, "takes no table below it; remove it"),
    "no text": ("Given the endpoint answers:", 1, 'a text below it: lines between """ and """'),
    "a text too many": ('When the courier calls\n"""\nx\n"""', 1, "takes no text below it"),
    "a text in the place of a table": ('Given these orders:\n"""\nx\n"""', 1, "takes no text"),
    "a column that is none": (
        "Given these orders:\n| order | curier | customer |\n| a | b | c |",
        1,
        "no column is called courier, “curier” is no column here; the first row names",
    ),
    "a column twice": (f"{ORDERS.replace('status', 'order')}{ROW}", 1, "two are called order"),
    "no headings": ("Given these orders:\n| 10523 | x | y |", 1, "the first row names the columns"),
    "headings only": (ORDERS, 1, "the table has headings only; add rows below them"),
    "an empty cell": (f"{ORDERS}| the order | | the customer | |", 1, "a row has no courier"),
    "a cell that is misspelt": (
        f"{ORDERS}| the ordr | the courier | the customer | |",
        1,
        "“the ordr” is not known here; choose from: the order",
    ),
    "a status of an order that is none": (
        f"{ORDERS}{ROW.format('deliverred')}",
        1,
        "“deliverred” is not known here; choose from: open",
    ),
    "somebody who may work": (
        "Given these couriers:\n| courier | works |\n| the courier | maybe |",
        1,
        "“maybe” is not known here; choose from: yes, да, no, нет",
    ),
    "an outcome of a phone that is none": (
        f"{CALLS}Then these phones ring:\n| phone | outcome |\n| the customer | anwered |",
        3,
        "“anwered” is not known here; choose from: answered",
    ),
}

Told = dict[str, Any]


@pytest.fixture(scope="module")
def ran(shared: Project) -> Ran:
    """Run all of them at once."""
    parts = ["Feature: Wrong\n"]
    for title, (steps, _, _) in WRONG.items():
        parts.append(f"  Scenario: {title}\n{steps}\n")
    shared.write({"own.feature": "\n".join(parts)})
    return shared.pbx("bdd", "--manifest=reference.toml", "--json=r.json")


@pytest.fixture(scope="module")
def told(shared: Project, ran: Ran) -> dict[str, Told]:
    assert ran.code == 2, ran.err
    return {one["title"]: one for one in json.loads(shared.read("r.json"))["scenarios"]}


@pytest.mark.parametrize("title", WRONG)
def test_a_step_that_is_wrong_is_told_so(told: dict[str, Told], title: str) -> None:
    steps, number, said = WRONG[title]
    one = told[title]
    line = one["line"] + number
    assert one["verdict"] == "untestable"
    assert one["reason"].startswith(f"own.feature:{line}: {steps.splitlines()[number - 1][:11]}")
    assert said in one["reason"]


def test_it_is_not_told_with_a_traceback(ran: Ran) -> None:
    assert "Traceback" not in ran.out + ran.err
    assert f"{len(WRONG)} scenarios: {len(WRONG)} not to be understood" in ran.out


def test_a_question_that_was_not_asked_does_not_keep_a_promise(
    project: Project, feature: Callable[..., str]
) -> None:
    steps = f'{STRANGER}Then the fifth question does not mention "79"'
    project.write({"own.feature": feature(("Fifth", steps))})
    ran = project.pbx("bdd", "--manifest=reference.toml")
    assert ran.code == 1
    assert "received no such question" in ran.out


def test_a_fact_that_is_misspelt_is_named(project: Project, feature: Callable[..., str]) -> None:
    project.write({"own.feature": feature(("Fact", f'When "single_curier" calls\n{AFTER}'))})
    ran = project.pbx("bdd", "--manifest=reference.toml")
    assert ran.code == 2
    assert (
        'needs single_curier = "…" in [facts] of pbx.toml; did you mean single_courier?' in ran.out
    )


def test_what_is_wrong_with_the_endpoint_ends_all_at_once(
    project: Project, feature: Callable[..., str]
) -> None:
    project.write({"own.feature": feature(("A", STRANGER + AFTER), ("B", STRANGER + AFTER))})
    project.write({"bad.toml": '[endpoint]\nurl = 3\n[facts]\ncourier = "x"\n'})
    for words in (["--pbx-manifest=bad.toml"], ["--pbx-manifest=bad.toml", "-n", "1"]):
        ran = project.pytest(*words)
        assert ran.code in (1, 4)
        assert "bad.toml, line 2, endpoint.url: quote it" in ran.out
        assert "INTERNALERROR" not in ran.out
    ran = project.pytest("--pbx-url=http://127.0.0.1:9/")
    assert "pbx: nothing listens at 127.0.0.1 port 9; is it running?" in ran.out
    assert ran.code == 4


def test_a_report_that_cannot_be_written_is_told_before_anything_runs(
    project: Project, feature: Callable[..., str]
) -> None:
    project.write({"own.feature": feature(("A", STRANGER + AFTER))})
    ran = project.pytest("--pbx-report=nowhere/r.json", report=False)
    assert ran.code == 4
    assert "the report nowhere/r.json cannot be written: No such file or directory" in ran.err
    assert "Traceback" not in ran.err
