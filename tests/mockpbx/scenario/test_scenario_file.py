"""Scenario files: what they compile to, and what is said about their mistakes."""

from datetime import time
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockpbx.core.instruction import Announcement
from mockpbx.core.observed import Observed
from mockpbx.core.scenario import (
    Announce,
    Collect,
    Dial,
    Dialling,
    Fallback,
    ForwardTo,
    Goto,
    HangUp,
    Hours,
    Interactive,
    Menu,
    Operation,
    Scenario,
    Schedule,
    ShownNumber,
    Voicemail,
)
from mockpbx.errors import ScenarioError
from mockpbx.filemodel import parse
from mockpbx.scenario import builtin_names, read, source
from mockpbx.scenario.values import FALLBACK_WORDS, Method, Parameter
from mockpbx.wire import request as wire

SHELL = "name: test\nstart: end\noperations:\n  end: {hangup: }\n"
"""A scenario of four lines, to which a test adds operations."""


def operation(written: str) -> Operation:
    """Compile one operation."""
    return read(f"{SHELL}  tested: {written}\n", source="test.yaml").operations["tested"]


def problems(text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        read(text, source="test.yaml")
    assert caught.value.source == "test.yaml"
    return [str(problem) for problem in caught.value.problems]


# -- what a file means -------------------------------------------------------------------


def test_a_scenario_of_few_lines_has_the_documented_defaults() -> None:
    assert read(SHELL, source="test.yaml") == Scenario(
        name="test", start="end", operations={"end": HangUp()}
    )


def test_a_scenario_has_numbers_a_blacklist_and_limits() -> None:
    text = 'numbers: ["74951234567"]\nblacklist: ["101"]\ntransition_limit: 3\ndeadline: 250ms\n'
    scenario = read(text + SHELL, source="test.yaml")
    assert scenario.numbers == {"74951234567"}
    assert scenario.blacklist == {"101"}
    assert (scenario.transition_limit, scenario.deadline_s) == (3, 0.25)


def test_an_interactive_operation_without_settings_has_those_of_the_engine() -> None:
    assert operation("{interactive: }") == Interactive()


def test_an_interactive_operation_has_all_the_vendors_settings() -> None:
    written = """
    interactive:
      prompt: Enter the order number.
      access_code_length: 5
      first_digit_wait: 10s
      inter_digit_interval: 2.5
      forced_pickup: yes
      branches: {1: end, auth_ok: end}
      fallback: {default: end, deadline: tested}
      dialling: ring-all
      ring_time: 15s
      ring_times: {79160000001: 5}
      show: virtual
      whisper: {media: order.wav}
      music: jazz.mp3
      unreached: end
      after_announcement: tested
      method: POST-json
      url: https://crm.example/pbx
      parameters: [numa, input_result]"""
    assert operation(written) == Interactive(
        prompt=Announcement(text="Enter the order number."),
        collect=Collect(length=5, first_digit_s=10.0, inter_digit_s=2.5),
        forced_pickup=True,
        branches={"1": "end", "auth_ok": "end"},
        fallback=Fallback(default="end", by_failure={Observed.DEADLINE: "tested"}),
        dial=Dial(
            dialling=Dialling.RING_ALL,
            ring_time_s=15.0,
            ring_times_s={"79160000001": 5.0},
            shown=ShownNumber.VIRTUAL,
            whisper=Announcement(media="order.wav"),
            music="jazz.mp3",
        ),
        unreached="end",
        after_announcement="tested",
        method="POST-json",
        url="https://crm.example/pbx",
        parameters=frozenset({"numa", "input_result"}),
    )


def test_an_empty_access_code_length_collects_nothing() -> None:
    compiled = operation("{interactive: {access_code_length: }}")
    assert isinstance(compiled, Interactive)
    assert compiled.collect is None


def test_branches_as_a_list_are_slots_from_zero_and_may_be_empty() -> None:
    compiled = operation("{interactive: {branches: [end, null, tested]}}")
    assert isinstance(compiled, Interactive)
    assert compiled.branches == {"0": "end", "2": "tested"}


def test_a_fallback_may_be_for_one_failure_only() -> None:
    compiled = operation("{interactive: {fallback: {tls: end}}}")
    assert isinstance(compiled, Interactive)
    assert compiled.fallback == Fallback(by_failure={Observed.TLS: "end"})


@pytest.mark.parametrize(
    ("written", "compiled"),
    [
        ("{menu: {choices: {1: end}}}", Menu(choices={"1": "end"})),
        (
            """{menu: {choices: {0: end, "*": end, "#": end}, prompt: {text: Press.}, wait: 3s,
                       attempts: 1, otherwise: end}}""",
            Menu(
                choices={"0": "end", "*": "end", "#": "end"},
                prompt=Announcement(text="Press."),
                wait_s=3.0,
                attempts=1,
                otherwise="end",
            ),
        ),
        (
            """{forward: {phones: ["101", "102"], announcement: Wait., unreached: end,
                          ring_times: {101: 5}}}""",
            ForwardTo(
                phones=("101", "102"),
                dial=Dial(ring_times_s={"101": 5.0}),
                announcement=Announcement(text="Wait."),
                unreached="end",
            ),
        ),
        ("{announcement: {play: Hello.}}", Announce(announcement=Announcement(text="Hello."))),
        (
            "{announcement: {play: {media: hello.wav}, next: end}}",
            Announce(announcement=Announcement(media="hello.wav"), next="end"),
        ),
        ("{voicemail: }", Voicemail()),
        (
            "{voicemail: {prompt: Speak., longest: 90s}}",
            Voicemail(prompt=Announcement(text="Speak."), longest_s=90.0),
        ),
        ("{goto: end}", Goto(target="end")),
        ("{hangup: {}}", HangUp()),
    ],
)
def test_every_other_kind_compiles(written: str, compiled: Operation) -> None:
    assert operation(written) == compiled


@pytest.mark.parametrize(
    ("days", "numbers"),
    [
        ("mon", {0}),
        ("[sun, mon, mon]", {0, 6}),
        ("daily", set(range(7))),
        ("weekdays", set(range(5))),
        ("[weekend, fri]", {4, 5, 6}),
    ],
)
def test_days_are_names_or_the_usual_spans(days: str, numbers: set[int]) -> None:
    written = (
        f"{{schedule: {{zone: UTC, open: [{{days: {days}, from: 8:00, to: 24:00}}], opened: end}}}}"
    )
    hours = Hours(days=frozenset(numbers), opens=time(8), closes=time(0))
    assert operation(written) == Schedule(hours=(hours,), zone=ZoneInfo("UTC"), opened="end")


# -- mistakes ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{goto: ned}", "tested.goto: there is no operation ned; did you mean end?"),
        ("{goto: x}", "tested.goto: there is no operation x; known here: end, tested"),
        ("{goto: }", "tested.goto: give text, not nothing"),
        ("{goto: ''}", "tested.goto: this is empty; fill it in, or remove the key"),
        ("{goto: tested}", "tested.goto: tested → tested goes round and nothing in it waits"),
        ("{mneu: }", "tested.mneu: unknown key mneu; did you mean menu?"),
        ("{goto: end, hangup: }", "tested: give an operation exactly one kind: interactive, menu,"),
        ("{}", "tested: give an operation exactly one kind: interactive, menu,"),
        ("end", "tested: give a mapping (key: value), not text"),
        ("{menu: }", "tested.menu.choices: the key choices is missing"),
        ("{menu: {choices: {}}}", "tested.menu.choices: this is empty"),
        (
            "{menu: {choices: {12: end}}}",
            "tested.menu.choices.12: a choice is one key of the phone",
        ),
        ("{menu: {choices: {1: ned}}}", "tested.menu.choices.1: there is no operation ned"),
        ("{menu: {choices: {1: end, 1: x}}}", "tested.menu.choices.1: the key 1 is given twice"),
        (
            "{menu: {choices: {1: end}, attempts: 0}}",
            "tested.menu.attempts: this should be greater than or equal to 1",
        ),
        (
            "{interactive: {branches: [null, ned]}}",
            "tested.interactive.branches[1]: there is no operation ned; did you mean end?",
        ),
        (
            "{interactive: {branches: end}}",
            "tested.interactive.branches: give a mapping (key: value) or a list, not text",
        ),
        ("{interactive: {fallback: ned}}", "tested.interactive.fallback: there is no operation"),
        (
            "{interactive: {fallback: {dedline: end}}}",
            "tested.interactive.fallback.dedline: unknown failure dedline; did you mean deadline?",
        ),
        (
            "{interactive: {fallback: {x: end}}}",
            "tested.interactive.fallback.x: unknown failure x; known here: default, refused, dns,",
        ),
        ("{interactive: {fallback: {tls: ned}}}", "tested.interactive.fallback.tls: there is no"),
        ("{interactive: {unreached: ned}}", "tested.interactive.unreached: there is no operation"),
        (
            "{interactive: {after_announcement: ned}}",
            "tested.interactive.after_announcement: there is no operation ned",
        ),
        (
            "{interactive: {inter_digit_interval: 3s}}",
            "tested.interactive: inter_digit_interval without access_code_length: no digits are",
        ),
        (
            "{interactive: {access_code_length: 0}}",
            "tested.interactive.access_code_length: this should be greater than or equal to 1",
        ),
        ("{interactive: {method: PUT}}", "tested.interactive.method: 'PUT' is not one of 'GET',"),
        ("{interactive: {url: crm}}", "tested.interactive.url: give a whole address: https://"),
        ("{interactive: {parameters: [numc]}}", "tested.interactive.parameters[0]: 'numc' is not"),
        ("{interactive: {show: both}}", "tested.interactive.show: 'both' is not one of 'caller'"),
        (
            "{interactive: {whisper: {text: a, media: b}}}",
            "tested.interactive.whisper: give either text (to be spoken) or media",
        ),
        ("{forward: {phones: []}}", "tested.forward.phones: this is empty"),
        (
            "{forward: {phones: [74950000101]}}",
            'tested.forward.phones[0]: quote it: "74950000101" is text, not a number',
        ),
        (
            "{forward: {phones: ['+7495']}}",
            "tested.forward.phones[0]: a number is digits only, without plus or spaces",
        ),
        (
            "{forward: {phones: ['101'], ring_times: {102: 5}}}",
            "tested.forward.ring_times.102: 102 is not one of its phones; did you mean 101?",
        ),
        ("{voicemail: {longest: 0}}", "tested.voicemail.longest: this should be greater than 0"),
        ("{announcement: {play: }}", "tested.announcement.play: give text or a mapping"),
    ],
)
def test_a_mistake_in_an_operation_is_told_with_line_and_key(written: str, said: str) -> None:
    told = problems(f"{SHELL}  tested: {written}\n")
    assert len(told) == 1
    assert told[0].startswith(f"line 5, operations.{said}")


@pytest.mark.parametrize(
    ("given_hours", "said"),
    [
        (
            "zone: Europe/Moskow",
            "zone: unknown time zone Europe/Moskow; did you mean Europe/Moscow",
        ),
        ("zone: xyz", "zone: unknown time zone xyz; write it as Europe/Moscow or UTC"),
        ("zone: Europe", "zone: unknown time zone Europe; "),
        ("zone: ../../etc/passwd", "zone: unknown time zone ../../etc/passwd; write it as"),
        ("from: 8", 'open[0].from: give a time of day as "08:00"; a day ends at "24:00"'),
        ("from: 25:00", 'open[0].from: give a time of day as "08:00"'),
        ("from: 24:00", 'open[0].from: give a time of day as "08:00"'),
        ("to: 24:01", 'open[0].to: give a time of day as "08:00"'),
        ("days: [mon, tues]", "open[0].days[1]: 'tues' is not one of 'mon', 'tue', 'wed',"),
        ("days: workdays", "open[0].days: 'workdays' is not one of 'mon', 'tue', 'wed',"),
        ("days: []", "open[0].days: this is empty"),
        ("opened: ned", "opened: there is no operation ned"),
        ("closed: ned", "closed: there is no operation ned"),
    ],
)
def test_a_mistake_in_a_schedule_is_told_with_line_and_key(given_hours: str, said: str) -> None:
    lines = {
        "zone": "zone: UTC",
        "days": "days: daily",
        "from": "from: 8:00",
        "to": "to: 22:00",
        "opened": "opened: end",
        "closed": "closed: end",
    }
    lines[given_hours.partition(":")[0]] = given_hours
    hours = f"[{{{lines['days']}, {lines['from']}, {lines['to']}}}]"
    written = f"{{{lines['zone']}, open: {hours}, {lines['opened']}, {lines['closed']}}}"
    (told,) = problems(f"{SHELL}  tested: {{schedule: {written}}}\n")
    assert told.startswith(f"line 5, operations.tested.schedule.{said}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SHELL.replace("start: end", "start: ned"), "line 2, start: there is no operation ned"),
        (SHELL.replace("name: test\n", ""), "line 1, name: the key name is missing"),
        (SHELL + "deadline: 0\n", "line 5, deadline: this should be greater than 0"),
        (SHELL + "numbers: [7495]\n", 'line 5, numbers[0]: quote it: "7495" is text, not a number'),
        (SHELL + "blacklist: ['+7']\n", "line 5, blacklist[0]: a number is digits only"),
        (SHELL + "transition_limit: 0\n", "line 5, transition_limit: this should be greater than"),
        (SHELL + "transition_limits: 9\n", "line 5, transition_limits: unknown key"),
        ("name: x\nstart: y\noperations: {}", "line 3, operations: this is empty"),
        ("", "the file is empty; give a mapping"),
        (SHELL + "\tx: 1", "line 5: a tab; indent with spaces"),
    ],
)
def test_a_mistake_at_the_top_is_told_with_line_and_key(text: str, said: str) -> None:
    (told,) = problems(text)
    assert told.startswith(said)


def test_a_circle_of_links_and_schedules_is_told_once() -> None:
    circle = """\
  first: {goto: second}
  second:
    schedule:
      zone: UTC
      open: [{days: daily, from: 8:00, to: 20:00}]
      opened: end
      closed: third
  third: {goto: first}
  before: {goto: first}
"""
    (told,) = problems(SHELL + circle)
    assert told == (
        "line 5, operations.first.goto: first → second → third → first goes round and nothing "
        "in it waits; lead one of them elsewhere"
    )


def test_a_circle_in_which_something_waits_is_allowed() -> None:
    text = SHELL + "  ask: {interactive: {branches: [again]}}\n  again: {goto: ask}\n"
    assert read(text, source="test.yaml").operations["again"] == Goto(target="ask")


def test_all_unknown_operations_are_told_in_the_order_of_the_file() -> None:
    text = "name: test\noperations:\n  a: {goto: x}\n  b: {menu: {choices: {1: y}}}\nstart: z\n"
    assert [told.split(":")[0] for told in problems(text)] == [
        "line 3, operations.a.goto",
        "line 4, operations.b.menu.choices.1",
        "line 5, start",
    ]


# -- agreement with the rest -------------------------------------------------------------


def test_every_failure_the_engine_knows_can_have_its_own_fallback() -> None:
    assert set(FALLBACK_WORDS) == {"default", *(observed.value for observed in Observed)}


def test_methods_and_parameters_are_those_of_the_wire() -> None:
    assert set(get_args(Method)) == {method.value for method in wire.Method}
    assert set(get_args(Parameter)) == set(wire.PARAMETERS)


_LINES = st.sampled_from(
    [line for name in builtin_names() for line in source(name).splitlines() if line.strip()]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_LINES, max_size=25) | st.lists(st.text(max_size=20), max_size=5))
def test_any_shuffled_file_is_compiled_or_refused_with_a_scenario_error(lines: list[str]) -> None:
    try:
        read("\n".join(lines), source="test.yaml")
    except ScenarioError as refused:
        assert refused.problems  # noqa: PT017  # whether it is raised is not known


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(builtin_names()), st.data())
def test_a_file_with_one_line_lost_is_compiled_or_refused_with_a_place(
    name: str, data: st.DataObject
) -> None:
    lines = source(name).splitlines()
    lost = data.draw(st.integers(0, len(lines) - 1))
    text = "\n".join(lines[:lost] + lines[lost + 1 :])
    try:
        read(text, source="test.yaml")
    except ScenarioError as refused:
        for problem in refused.problems:
            assert problem.line is not None
            assert problem.line < len(lines)


def test_the_lines_of_a_built_in_are_all_known() -> None:
    document = parse(source("courier-line"), source="courier-line", error=ScenarioError)
    text = source("courier-line").splitlines()
    for key, line in document.lines.items():
        if key and isinstance(key[-1], str) and key[-2:-1] != ("branches",):
            assert key[-1] in text[line - 1]
