"""Features that are written wrong: each is refused, with its line and what to do."""

from pathlib import Path

import pytest

from harness.pytest_plugin import gherkin
from mockpbx.errors import UsageError
from tests.harness.pytest_plugin.conftest import Project

OURS = "--manifest=reference.toml"
HEAD = "Feature: F\n\n  Scenario: S\n"
WHEN = "    When the courier calls\n"
THEN = "    Then the caller talks to the customer\n"
WHOLE = HEAD + WHEN + THEN
OUTLINE = (
    "Feature: F\n\n  Scenario Outline: S\n    When <who> calls\n    Then the caller is looked"
    " after\n\n    Examples:\n"
)
TAGGED = "Feature: F\n\n  {}\n  Scenario: S\n" + WHEN + THEN
RUSSIAN = "Функционал: Ф\n\n  Сценарий: С\n    Когда курьер звонит\n"

WRONG = {
    "nothing in it": ("", "holds no Feature; begin with a line “Feature: …”"),
    "a comment only": ("# todo\n", "holds no Feature"),
    "no scenario": ("Feature: F\n", "there is no Scenario in it; pbx new"),
    "a rule only": ("Feature: F\n\n  Rule: R\n", "there is no Scenario in it"),
    "a background only": ("Feature: F\n\n  Background:\n" + WHEN, "there is no Scenario in it"),
    "two backgrounds": (
        f"Feature: F\n\n  Background:\n{WHEN}\n  Background:\n{WHEN}\n  Scenario: S\n{THEN}",
        "line 6: a Background stands once",
    ),
    "two features": (f"{WHOLE}\n{WHOLE}", "line 7: a file holds one feature"),
    "no title": (WHOLE.replace(": S", ":"), "line 3: this scenario has no title"),
    "one title twice": (
        WHOLE + "\n  Scenario: S\n" + WHEN + THEN,
        "line 7: the title “S” is in line 3 already; give it another",
    ),
    "titles that are one id": (
        WHOLE + "\n  Scenario: S!\n" + WHEN + THEN,
        "line 7: own-s is the id of own.feature:3 already; give this one a tag",
    ),
    "no steps": (HEAD, "line 3: the scenario “S” has no steps"),
    "And first": (WHOLE.replace("When", "And"), "line 4: the first step cannot begin with “And”"),
    "* first": (WHOLE.replace("When", "*"), "line 4: the first step cannot begin with “*”"),
    "a keyword misspelt first": (
        f"{HEAD}    Givn the endpoint is down\n{WHEN}{THEN}",
        "line 4: this line is no step, for “Givn” is no keyword of one; did you mean “Given”?",
    ),
    "a keyword in small letters": (
        WHOLE.replace("When", "when"),
        "line 4: this line is no step, for “when” is no keyword of one; did you mean “When”?",
    ),
    "a keyword alone": (WHOLE.replace(" the courier calls", ""), "line 4: this line is no step"),
    "no keyword": (WHOLE.replace("When the", "the"), "line 4: this line is no step"),
    "a keyword misspelt later": (
        WHOLE.replace("Then", "Thn"),
        "line 5: no keyword begins this line; did you mean “Then”?",
    ),
    "steps outside a scenario": (
        f"Feature: F\n{WHEN}\n  Scenario: S\n{WHEN}{THEN}",
        "line 2: a step outside a scenario; begin one above it",
    ),
    "a text that is not closed": (
        f'{HEAD}    Given the endpoint answers:\n      """\n      {{}}\n',
        'line 5 is not closed; end it with """',
    ),
    "a table with a gap": (
        f"{HEAD}    Given these couriers:\n      | courier | works |\n      | the courier |\n",
        "line 6: the rows of a table have as many cells as its first one",
    ),
    "an outline without examples": (
        OUTLINE.partition("    Examples")[0],
        "line 3: “S” is an outline without Examples",
    ),
    "examples without a table": (OUTLINE, "line 7: Examples without a row"),
    "examples without a row": (OUTLINE + "      | who |\n", "line 7: Examples without a row"),
    "a column that is missing": (
        OUTLINE + "      | wo |\n      | a stranger |\n",
        "line 4: <who> is no column of the Examples in line 7: wo",
    ),
    "a column that nothing uses": (
        OUTLINE + "      | who | why |\n      | a stranger | x |\n",
        "line 8: nothing says <why>; use the column in a step or the title, or remove it",
    ),
    "a column twice": (
        OUTLINE + "      | who | who |\n      | a stranger | a stranger |\n",
        "line 8: two columns are called who",
    ),
    "a language that is none": (
        f"# language: xx\n{WHOLE}",
        "line 1: this language is not known; write “# language: en” or “# language: ru”",
    ),
    "Russian without a word of it": (
        RUSSIAN,
        "line 1: this is Russian; begin the file with the line “# language: ru”",
    ),
    "English that is called Russian": (
        f"# language: ru\n{WHOLE}",
        "line 2: the file says “# language: ru”, and this line is English",
    ),
    "a Russian keyword among English ones": (
        f"{HEAD}    Когда курьер звонит\n{THEN}",
        "line 4: “Когда” is no keyword of the file's language, English",
    ),
    "a Russian keyword misspelt": (
        f"# language: ru\n{RUSSIAN}    Тода о звонящем позаботились\n",
        "line 6: no keyword begins this line; did you mean “Тогда”?",
    ),
    "a tag without a name": (TAGGED.format("@"), "line 3: a tag has no name"),
    "a tag with a blank": (TAGGED.format("@a b"), "line 3: a tag holds no blank"),
    "a requirement that is none": (
        TAGGED.format("@req:courier-reaches-custmer"),
        "line 3: @req:courier-reaches-custmer: there is no such requirement; did you mean",
    ),
    "two ids": (
        TAGGED.format("@COURIER-01 @COURIER-02"),
        "line 4: a scenario has one id; keep one of @COURIER-01, @COURIER-02",
    ),
    "one id twice": (
        TAGGED.format("@OWN-01")
        + TAGGED.format("@OWN-01").partition("\n\n")[2].replace("S\n", "T\n"),
        "line 8: OWN-01 is the id of own.feature:4 already",
    ),
}
ENCODED = {
    "UTF-16": (WHOLE.encode("utf-16"), "line 1: this is not UTF-8; save the file as UTF-8"),
    "windows-1251": (RUSSIAN.encode("cp1251"), "line 1: this is not UTF-8"),
    "bytes of something else": (bytes(range(256)), "this is not UTF-8"),
}
GOOD = f"{HEAD}    When a stranger calls\n    Then the caller is looked after\n"
GOOD_IN_RUSSIAN = RUSSIAN.replace("курьер", "посторонний") + "    Тогда о звонящем позаботились\n"
FINE = {
    "a byte order mark": f"\ufeff{GOOD}",
    "a byte order mark before Russian": f"\ufeff# language: ru\n{GOOD_IN_RUSSIAN}",
    "lines of Windows": GOOD.replace("\n", "\r\n"),
    "lines of an old Mac": GOOD.replace("\n", "\r"),
    "tabs": GOOD.replace("    ", "\t"),
    "blanks": GOOD.replace("When a stranger", "When  a \u00a0stranger"),
    "a rule": GOOD.replace("Feature: F\n", "Feature: F\n\n  Rule: R\n"),
    "descriptions": GOOD.replace("F\n", "F\n  When a stranger is late,\n  nobody knows.\n").replace(
        "S\n", "S\n    The caller hears nothing.\n    The operators look after them.\n\n"
    ),
    "steps in another language": GOOD_IN_RUSSIAN.replace("Функционал", "Feature")
    .replace("Сценарий", "Scenario")
    .replace("Когда", "When")
    .replace("Тогда", "Then"),
    "an odd title": GOOD.replace(": S", ": __init__ a/b::c [x] %s {y} \U0001f600"),
    "a title that means something to pytest": GOOD.replace(": S", ": pytest_plugins"),
    "odd tags": GOOD.replace(
        "  Scen", "  @a.b @c(d) @x=y @_u @parametrize @skipif @usefixtures @1 @ünï @a:b\n  Scen"
    ),
    "a ticket's tag on the feature": "@SHOP-17\n" + GOOD.replace("  Scen", "  @OWN-01\n  Scen"),
}


@pytest.mark.parametrize(("text", "said"), WRONG.values(), ids=list(WRONG))
def test_a_feature_that_is_wrong_is_told_so(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "own.feature"
    path.write_text(text, "utf-8")
    with pytest.raises(UsageError) as error:
        gherkin.read(path)
    assert said in str(error.value)
    assert "own.feature" in str(error.value)


@pytest.mark.parametrize(("content", "said"), ENCODED.values(), ids=list(ENCODED))
def test_a_file_that_is_no_text_is_told_so(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "own.feature"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=said):
        gherkin.read(path)


def test_features_that_look_odd_and_are_right_are_run(project: Project) -> None:
    for number, text in enumerate(FINE.values()):
        (project.folder / f"f{number}.feature").write_bytes(text.encode())
    ran = project.pytest(OURS.replace("--", "--pbx-"))
    assert {one["file"]: one["verdict"] for one in ran.results} == {
        f"f{number}.feature": "pass" for number in range(len(FINE))
    }
    assert ran.code == 0, ran.out


def test_all_that_is_wrong_is_said_at_once_and_nothing_is_run(project: Project) -> None:
    project.write({"a.feature": WHOLE.replace("Then", "Thn"), "b.feature": "", "c.feature": WHOLE})
    ran = project.pbx("bdd", OURS)
    assert ran.code == 2
    assert "a.feature, line 5: no keyword begins this line" in ran.err
    assert "b.feature holds no Feature" in ran.err
    assert "Traceback" not in ran.err
    assert "c.feature" not in ran.out


def test_one_id_in_two_files_is_refused(project: Project) -> None:
    text = TAGGED.format("@OWN-01")
    project.write({"a.feature": text, "b.feature": text})
    ran = project.pbx("bdd", OURS)
    assert ran.code == 2
    assert "b.feature, line 4: @OWN-01 is the id of a.feature:4 already" in ran.err


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("nowhere", "there is no "),
        ("notes.txt", "notes.txt is no feature; the name of one ends in .feature"),
        ("own.feature:99", "there is no line 99 in own.feature, which has 5"),
        ("own.feature:0", "there is no line 0 in own.feature"),
        (".:3", "there is no line 3 in ."),
        ("empty", "no scenario in empty; pbx new makes a first one"),
    ],
)
def test_a_place_without_features_is_told_so(project: Project, place: str, said: str) -> None:
    project.write({"own.feature": WHOLE, "notes.txt": "", "empty/notes.txt": ""})
    ran = project.pbx("bdd", place, OURS)
    assert ran.code == 2
    assert said in ran.err
