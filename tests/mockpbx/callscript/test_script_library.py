"""Reading call scripts: what is wrong is told with its place and what to do."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from mockpbx.callscript.library import catalogue, find, read
from mockpbx.errors import CallScriptError, UsageError

HEAD = "id: own-order\ntitle: A courier calls.\n"
CALL = 'calls:\n  - from: "79161110001"\n    expect: {}\n'


def problem(text: str) -> str:
    with pytest.raises(CallScriptError) as caught:
        read(text, source="mine.yaml")
    (line,) = str(caught.value).splitlines()
    return line


def test_a_script_is_read_with_the_facts_it_needs() -> None:
    script = read(HEAD + 'calls:\n  - {from: "${courier}", expect: {}}\n', source="mine.yaml")
    assert script.id == "own-order"
    assert script.needs == frozenset({"courier", "virtual_number"})


def test_a_call_to_a_number_of_its_own_needs_no_virtual_number() -> None:
    script = read(HEAD + 'calls: [{from: "1", to: "2", expect: {}}]\n', source="mine.yaml")
    assert script.needs == frozenset()
    assert script.bind({}).calls[0].called == "2"


def test_facts_are_put_in_the_place_of_variables() -> None:
    script = read(HEAD + 'calls: [{from: "${courier:plus}", expect: {}}]\n', source="mine.yaml")
    (call,) = script.bind({"courier": "79161110001", "virtual_number": "74951234567"}).calls
    assert (call.caller, call.called) == ("+79161110001", "74951234567")


def test_missing_facts_are_named_with_where_to_give_them() -> None:
    script = read(HEAD + 'calls: [{from: "${courier}", expect: {}}]\n', source="mine.yaml")
    assert script.missing({"virtual_number": "7"}) == ["courier"]
    wanted = r"mine.yaml, needs the fact courier, virtual_number; give it in \[facts\] of pbx.toml"
    with pytest.raises(CallScriptError, match=wanted):
        script.bind({})


def test_a_fact_that_does_not_fit_is_told_by_line_and_key() -> None:
    script = read(
        HEAD + 'calls:\n  - from: "1"\n    dials: ["${order}"]\n    expect: {}\n',
        source="mine.yaml",
    )
    wanted = r"mine.yaml, line 5, calls\[0\].dials\[0\]: 'x' is no key of a phone"
    with pytest.raises(CallScriptError, match=wanted):
        script.bind({"order": "x", "virtual_number": "7"})


def test_an_unquoted_order_would_lose_its_zeros() -> None:
    text = HEAD + 'calls:\n  - from: "1"\n    dials: [00042]\n    expect: {}\n'
    assert problem(text) == (
        "mine.yaml, line 5, calls[0].dials[0]: "
        'quote it: "00042"; as a number 00042 would lose its zeros'
    )


def test_an_unquoted_number_is_to_be_quoted() -> None:
    text = HEAD + "calls:\n  - from: 79161110001\n    expect: {}\n"
    assert "line 4, calls[0].from: quote it" in problem(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            HEAD + "failures:\n  - fault: http.statsu\n" + CALL,
            "line 4, failures[0].fault: no such failure; choose from dns.unknown,",
        ),
        (
            HEAD + 'calls:\n  - from: "${courier:roman}"\n    expect: {}\n',
            "no form 'roman' of a variable; known here: plus,",
        ),
        (HEAD + CALL + "seqences: [1]\n", "line 6, seqences: unknown key seqences; did you mean"),
        (HEAD.replace("own-order", "Own Order") + CALL, "line 1, id: string should match pattern"),
        (HEAD + 'at: "noon"\n' + CALL, 'line 3, at: write it as "2026-09-17 10:15:00"'),
        (HEAD + "zone: Moscow\n" + CALL, "no time zone 'Moscow'; write it like Europe/Moscow"),
        (HEAD, "calls: the key calls is missing"),
        (HEAD + "calls: []\n", "line 3, calls: this is empty"),
        (HEAD + 'calls:\n  - from: "1"\n', "line 4, calls[0].expect: the key expect is missing"),
        (
            HEAD + 'calls:\n  - from: "1"\n    dials: ["12a"]\n    expect: {}\n',
            "line 5, calls[0].dials[0]: 'a' is no key of a phone",
        ),
        (
            HEAD + 'calls:\n  - from: "1"\n    hangs_up: {while: sleeping}\n    expect: {}\n',
            "line 5, calls[0].hangs_up.while: 'sleeping' is not one of 'thinking',",
        ),
        (
            HEAD + 'calls:\n  - from: "1"\n    expect: {finish: happily}\n',
            "line 5, calls[0].expect.finish: 'happily' is not one of 'success_finish',",
        ),
        (
            HEAD + 'calls:\n  - from: "1"\n    talks: soon\n    expect: {}\n',
            'line 5, calls[0].talks: give seconds: 5, 0.5, "5s" or "250ms"',
        ),
    ],
)
def test_what_is_wrong_is_told_by_line_and_key(text: str, told: str) -> None:
    assert told in problem(text)


def test_several_mistakes_are_told_at_once() -> None:
    with pytest.raises(CallScriptError) as caught:
        read("id: X\ntitle: 5\ncalls: []\n", source="mine.yaml")
    assert [item.line for item in caught.value.problems] == [1, 2, 3]


# -- finding ------------------------------------------------------------------------------


def test_the_word_catalogue_means_all_built_in_scripts() -> None:
    assert [script.id for script in find("catalogue")] == [script.id for script in catalogue()]


def test_an_id_means_a_built_in_script() -> None:
    (script,) = find("own-order")
    assert script.id == "own-order"


def test_an_unknown_id_is_told_with_what_it_resembles() -> None:
    with pytest.raises(UsageError, match=r"no call script 'own-ordr' .*did you mean own-order"):
        find("own-ordr")


def test_a_folder_means_its_files_in_order(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.yml", "notes.txt"):
        (tmp_path / name).write_text(HEAD.replace("own-order", f"script-{name[0]}") + CALL)
    assert [script.id for script in find(str(tmp_path))] == ["script-a", "script-b"]


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"holds no call script \(\*\.yaml\)"):
        find(str(tmp_path))


def test_a_file_means_itself(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(HEAD + CALL)
    assert [script.id for script in find(str(file))] == ["own-order"]


def test_a_file_that_is_not_there_is_told() -> None:
    with pytest.raises(CallScriptError, match=r"mine\.yaml, no such file"):
        find("mine.yaml")


def test_binding_leaves_the_script_as_it_was(all_facts: Mapping[str, str]) -> None:
    (script,) = find("own-order")
    assert script.bind(all_facts) == script.bind(all_facts)
    assert script.model.calls[0].caller == "${courier}"
