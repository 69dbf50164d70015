"""Files that people write: what they mean, and what is said about their mistakes."""

from enum import Enum
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal
from unittest.mock import patch

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from mockpbx.errors import FileError, Problem
from mockpbx.filemodel import (
    Document,
    FileModel,
    Seconds,
    Whole,
    document,
    dotted,
    json_schema,
    parse,
    read_text,
    suggest,
    validate,
)
from mockpbx.filemodel.document import DEEPEST


class OrderError(FileError):
    """Stands for the errors of a kind of file."""


class Size(Enum):
    SMALL = "small"
    LARGE = "large"


class Note(FileModel):
    text: str
    loud: bool = False


class Press(FileModel):
    press: str
    after: Seconds = 0.0


class Wait(FileModel):
    wait: Seconds


def _kind(value: Any) -> str | None:
    if not isinstance(value, dict):
        return None
    return next((kind for kind in ("press", "wait") if kind in value), None)


Step = Annotated[
    Annotated[Press, Tag("press")] | Annotated[Wait, Tag("wait")], Discriminator(_kind)
]


def _not_pineapple(value: str) -> str:
    if value == "pineapple":
        raise ValueError("no pineapple; take olives")
    return value


class Order(FileModel):
    phone: str = "1"
    count: Whole = 1
    price: float = 1.0
    code: Whole | str = 1
    wait: Seconds = 0.0
    gift: bool = False
    size: Size = Size.SMALL
    colour: Literal["red", "green"] = "red"
    note: str | Note | None = None
    topping: Annotated[str, AfterValidator(_not_pineapple), Field(min_length=1)] = "olives"
    phones: Annotated[tuple[str, ...], Field(min_length=1)] = ("1",)
    names: dict[Annotated[str, Field(max_length=3)], str] = Field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    inside: "Order | None" = None
    until: str = Field(default="", alias="to")

    @model_validator(mode="after")
    def _gifts_are_single(self) -> "Order":
        if self.gift and self.count != 1:
            raise ValueError("a gift is one piece")
        return self


class Needy(FileModel):
    first: str
    inner: "Needy | None" = None
    second: str


def read(text: str) -> Document:
    return parse(text, source="order.yaml", error=OrderError)


def order(text: str) -> Order:
    return validate(Order, read(text), error=OrderError)


def problems(text: str, model: type[FileModel] = Order) -> list[str]:
    with pytest.raises(OrderError) as caught:
        validate(model, read(text), error=OrderError)
    assert caught.value.source == "order.yaml"
    return [str(problem) for problem in caught.value.problems]


# -- what a file means -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("null", None),
        ("~", None),
        ("", None),
        ("true", True),
        ("False", False),
        ("12", 12),
        ("-3", -3),
        ("1.5", 1.5),
        (".5e1", 5.0),
        ("!!str 12", "12"),
        ("!!int 12", 12),
        ("'12'", "12"),
        ("yes", "yes"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("2026-01-01", "2026-01-01"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        (".inf", ".inf"),
        ("1e999", "1e999"),
        ("=", "="),
        ("[1, {a: b}]", [1, {"a": "b"}]),
    ],
)
def test_only_null_flags_and_decimal_numbers_are_not_text(written: str, meant: object) -> None:
    data = read(f"key: {written}").data
    assert data == {"key": meant}
    assert isinstance(data, dict)
    assert type(data["key"]) is type(meant)


def test_a_number_with_more_digits_than_python_reads_stays_text() -> None:
    assert read("9" * 5000).data == "9" * 5000


def test_leading_zeros_are_never_octal() -> None:
    document = read("[00042]")
    assert document.data == [42]
    assert document.scalars[(0,)] == "00042"


def test_keys_are_text_however_they_are_written() -> None:
    assert read("{1: a, true: b, 00: c, null: d}").data == {
        "1": "a",
        "true": "b",
        "00": "c",
        "null": "d",
    }


def test_a_document_knows_the_line_of_everything() -> None:
    document = read("first: 1\nlist:\n  - a\n  - deep:\n      x: y\n")
    assert document.line(("first",)) == 1
    assert document.line(("list", 1)) == 4
    assert document.line(("list", 1, "deep", "x")) == 5
    assert document.line(("list", 1, "nothing", "here")) == 4
    assert document.problem(("list", 1, "deep"), "wrong") == Problem(
        message="wrong", line=4, key="list[1].deep"
    )


def test_an_empty_document_has_no_lines() -> None:
    document = read("# nothing\n")
    assert document.data is None
    assert document.problem((), "empty") == Problem(message="empty")


def test_aliases_repeat_what_they_stand_for_and_keep_their_own_line() -> None:
    document = read("a: &same {x: 1}\nb:\n  *same\n")
    assert document.data == {"a": {"x": 1}, "b": {"x": 1}}
    assert document.line(("b",)) == 2


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("5", 5.0), ("0", 0.0), ("0.5", 0.5), ("5s", 5.0), ("1.5 s", 1.5), ("250ms", 0.25)],
)
def test_durations_are_numbers_of_seconds_or_have_a_unit(written: str, seconds: float) -> None:
    assert order(f"wait: {written}").wait == seconds


@pytest.mark.parametrize("written", ["yes", "on", "true", "Yes", "'true'"])
def test_flags_may_be_written_as_people_do(written: str) -> None:
    assert order(f"gift: {written}").gift is True


def test_values_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        order("{}").count = 2


# -- what is not YAML --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a:\n\tb: 1", "line 2: a tab; indent with spaces"),
        ("a: 1\nb\nc: 2", "line 3: a colon is missing after a key"),
        ("a: b: c", "line 1: a colon too many, or none above; quote a text that holds"),
        ("a: 'x", "line 1: something is not closed: a quote or a bracket"),
        ("a: [1, 2", "line 1: a bracket is not closed, or a comma is missing"),
        ("- a\nb: 1", "line 2: the indentation differs from the lines above"),
        ("a: @b", "line 1: a text that begins with this character must be quoted"),
        ("a: *b", "line 1: there is no such anchor"),
        ("*: b", 'line 1: quote a text that begins with "*"'),
        ("a: 1\n---\nb: 2", "line 2: a second document begins; remove the line ---"),
        ("a: \x07", "a control character; remove it"),
        ("%YAML 3.0\n---\na", "line 1: this is not YAML"),
        ('"\\UFFFFFFFF"', "this is not YAML"),
        ('a: "\\ud800"', "line 1, a: half a character"),
        ("a: 1\nb: 2\na: 3", "line 3, a: the key a is given twice: it is in line 1 already"),
        ("x: {1: a, '1': b}", "line 1, x.1: the key 1 is given twice"),
        ("? [a]\n: b", "line 1: a key must be a word, not a list or a mapping"),
        ("a: !!int x", "line 1, a: the tag tag:yaml.org,2002:int does not fit here; remove it"),
        ("!!python/object:os.system x", "line 1: the tag tag:yaml.org,2002:python/object"),
        ("a: !mine {}", "line 1, a: the tag !mine is not used here; remove it"),
        ("a: &x {}\nb: {<<: *x}", "line 2, b: merge keys (<<) are not used here"),
        ("&a [*a]", "the file has more than 50000 values, or is more than 60 levels deep"),
        ("[" * 5000, "the file has more than 50000 values, or is more than 60 levels deep"),
    ],
)
def test_what_cannot_be_read_is_told_in_plain_words(text: str, said: str) -> None:
    with pytest.raises(OrderError) as caught:
        read(text)
    assert str(caught.value.problems[0]).startswith(said)


def test_aliases_cannot_blow_a_file_up() -> None:
    laughs = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    laughs += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    with pytest.raises(OrderError, match="more than 50000 values"):
        read("\n".join(laughs))


def test_all_keys_given_twice_are_told_at_once() -> None:
    with pytest.raises(OrderError) as caught:
        read("a: 1\na: 2\nb: 3\nb: 4\n")
    assert [problem.line for problem in caught.value.problems] == [2, 4]


# -- what does not fit the model ---------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "\nphone: 79161110001",
            'line 2, phone: quote it: "79161110001" is text, not a number',
        ),
        (
            "phones: [x, 00042]",
            'line 1, phones[1]: quote it: "00042"; as a number 00042 would lose its zeros',
        ),
        ("phone: 1.50", 'line 1, phone: quote it: "1.50" is text, not a number'),
        ("phone: true", 'line 1, phone: quote it: "true" is text, not true or false'),
        ("phone:", "line 1, phone: give text, not nothing"),
        ("phone: {}", "line 1, phone: give text, not a mapping"),
        ("count: '2'", "line 1, count: give a whole number, not text"),
        ("count: true", "line 1, count: give a whole number, not true or false"),
        ("price: cheap", "line 1, price: give a number, not text"),
        ("code: []", "line 1, code: give a whole number or text, not a list"),
        ("gift: maybe", "line 1, gift: give true or false, not text"),
        ("phones: 1", "line 1, phones: give a list, not a number"),
        ("phones: []", "line 1, phones: this is empty; fill it in, or remove the key"),
        ("topping: ''", "line 1, topping: this is empty; fill it in, or remove the key"),
        ("topping: pineapple", "line 1, topping: no pineapple; take olives"),
        ("names: []", "line 1, names: give a mapping (key: value), not a list"),
        (
            "names: {name: x}",
            "line 1, names.name: string should have at most 3 characters",
        ),
        ("size: medium", "line 1, size: 'medium' is not one of 'small' or 'large'"),
        ("colour: [1]", "line 1, colour: a list is not one of 'red' or 'green'"),
        ("note: 7", 'line 1, note: quote it: "7" is text, not a number'),
        ("note: [a]", "line 1, note: give text or a mapping (key: value), not a list"),
        ("note:\n  txt: a\n  text: b", "line 2, note.txt: unknown key txt; did you mean text?"),
        ("note: {text: 5}", 'line 1, note.text: quote it: "5" is text, not a number'),
        ("note:\n  loud: on", "line 1, note.text: the key text is missing"),
        ("steps:\n  - wait: 1\n  - press: 5", 'line 3, steps[1].press: quote it: "5" is text'),
        (
            "steps:\n  - press: '5'\n    aftr: 1",
            "line 3, steps[0].aftr: unknown key aftr; did you mean after?",
        ),
        ("steps: [{hold: 1}]", "line 1, steps[0]: unable to extract tag"),
        ("inside: {inside: {cuont: 1}}", "line 1, inside.inside.cuont: unknown key cuont; did"),
        ("too: x", "line 1, too: unknown key too; did you mean to"),
        ("gift: true\ncount: 2", "line 1: a gift is one piece"),
        ("wait: -1", "line 1, wait: a duration is 0 or more seconds"),
        ("wait: 1e300", "line 1, wait: a duration is 0 or more seconds, and not endless"),
        (f"wait: {'9' * 400}s", "line 1, wait: a duration is 0 or more seconds"),
        ("wait: soon", 'line 1, wait: give seconds: 5, 0.5, "5s" or "250ms"'),
        ("wait: true", 'line 1, wait: give seconds: 5, 0.5, "5s" or "250ms"'),
        ("wait: '5'", 'line 1, wait: give seconds: 5, 0.5, "5s" or "250ms"'),
        ("", "the file is empty; give a mapping (key: value)"),
        ("- a", "line 1: give a mapping (key: value), not a list"),
    ],
)
def test_a_mistake_is_told_with_line_key_and_what_to_do(text: str, said: str) -> None:
    told = problems(text)
    assert len(told) == 1
    assert told[0].startswith(said)


def test_an_unknown_key_that_resembles_nothing_gets_the_list_of_keys() -> None:
    assert problems("steps: [{wait: 1, xyz: 2}]") == [
        "line 1, steps[0].xyz: unknown key xyz; known here: press, after, wait"
    ]


def test_all_missing_keys_are_told_with_the_line_of_what_lacks_them() -> None:
    assert problems("inner:\n  second: x\nsecond: x", Needy) == [
        "line 1, first: the key first is missing",
        "line 1, inner.first: the key first is missing",
    ]
    assert problems("first: x\ninner:\n  first: x\n", Needy) == [
        "line 1, second: the key second is missing",
        "line 2, inner.second: the key second is missing",
    ]


def test_all_mistakes_are_told_at_once_in_the_order_of_lines() -> None:
    text = "size: medium\nsteps:\n  - {wait: x}\nphone: 7\nclour: red\ncount: x\n"
    assert [said.split(":")[0] for said in problems(text)] == [
        "line 1, size",
        "line 3, steps[0].wait",
        "line 4, phone",
        "line 5, clour",
        "line 6, count",
    ]


def test_a_list_is_not_called_too_short_because_its_items_are_wrong() -> None:
    assert problems("phones: [5]") == ['line 1, phones[0]: quote it: "5" is text, not a number']


def test_names_are_suggested_or_listed() -> None:
    assert suggest("menue", ["menu", "goto"]) == "did you mean menu?"
    assert suggest("x", ["menu", "goto"]) == "known here: menu, goto"
    assert suggest("x", []) == "there are none here"


def test_keys_are_written_as_people_write_them() -> None:
    assert dotted(("steps", 0, "press")) == "steps[0].press"
    assert dotted(()) == ""


# -- no text can do more than be refused -------------------------------------------------

_YAML = st.text(
    st.sampled_from(list("ab01 \n\t:-,[]{}&*!|>'\"%@?#~<.\\uU\ud800\x00é")), max_size=60
)
_DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(sorted(Order.model_fields)), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(_YAML | st.text(max_size=60))
@example("%YAML 1.99999999999999999999\n---\na")
@example('"\\UFFFFFFFF"')
@example("&a [*a, *a]")
def test_any_text_is_read_or_refused_with_a_file_error(text: str) -> None:
    try:
        order(text)
    except OrderError as refused:
        assert refused.problems  # noqa: PT017  # whether it is raised is not known
        str(refused).encode()  # it can be printed


_PIECES = [
    *("a", "key", "1", "007", "1.5", "true", "null", "~", "=", "é", "\U0001f600", "word word"),
    *("-", "- ", "\n- ", "\n  - ", ": ", ":", "\nk: ", "\n  k2: ", "? ", "?", "\n? a\n: b"),
    *("\n", "\n  ", "\n    ", "  ", " ", "\t", "\r\n", "\x85", "\u2028", "\ufeff", "\xa0", "\x00"),
    *("[", "]", "{", "}", ", ", ",", "{a: b}", "[a, b]", "\n]", "#", " # c", "\n---\n", "\n..."),
    *("&x ", "*x ", "<<: ", "!", "!!str ", "!t ", "@", "`", "%", "\n%YAML 1.2\n"),
    *("|\n  ", "|-\n", "|+\n", ">\n  ", ">2\n", "|#", "\\n", "\\x41"),
    *("'", '"', "''", "'a'", '"a b"'),
]
_PIECED = st.lists(st.sampled_from(_PIECES), max_size=20).map("".join)


def _outcome(text: str) -> Document | list[Problem]:
    try:
        return read(text)
    except OrderError as refused:
        return list(refused.problems)


def _outcome_of_pyyaml(text: str) -> Document | list[Problem]:
    with patch.object(document, "_QUICK", None):
        return _outcome(text)


@settings(max_examples=300, deadline=None)
@given(_PIECED | _YAML)
@example("{a?b: c}")
@example("[a, ?b]")
@example("k: |#x")
@example("---")
@example("a: !")
@example("a\tb")
@example("[" * 100_000)
@example("- " * 100_000)
@example("{a: " * DEEPEST)
@example("a: 1\nb: *c")
@example("&a [*a, *a]")
def test_a_text_is_read_alike_with_and_without_libyaml(text: str) -> None:
    assert _outcome(text) == _outcome_of_pyyaml(text)


@pytest.mark.parametrize("levels", [DEEPEST - 1, DEEPEST, DEEPEST + 1])
def test_as_many_levels_are_read_with_as_without_libyaml(levels: int) -> None:
    text = "[" * levels + "]" * levels
    assert _outcome(text) == _outcome_of_pyyaml(text)
    assert isinstance(_outcome(text), Document) == (levels <= DEEPEST)


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="PyYAML is built without libyaml here")
def test_the_catalogue_is_read_by_libyaml() -> None:
    folder = resources.files("mockpbx.callscript") / "catalogue"
    with patch.object(document, "_Loader", side_effect=AssertionError("read by PyYAML")):
        texts = [file.read_text("utf-8") for file in folder.iterdir() if ".yaml" in file.name]
        assert all(isinstance(_outcome(text), Document) for text in texts)


@settings(max_examples=200, deadline=None)
@given(_DATA)
def test_any_data_is_accepted_or_refused_with_a_file_error(data: object) -> None:
    document = Document(source="x", data=data, lines={}, scalars={})
    try:
        validate(Order, document, error=OrderError)
    except OrderError as refused:
        assert refused.problems  # noqa: PT017  # whether it is raised is not known


# -- files and schemas -------------------------------------------------------------------


def _refusal(path: Path) -> str:
    with pytest.raises(OrderError) as caught:
        read_text(path, error=OrderError)
    return str(caught.value)


def test_a_file_is_read_as_utf_8_with_or_without_a_bom(tmp_path: Path) -> None:
    file = tmp_path / "order.yaml"
    for start in (b"", b"\xef\xbb\xbf"):
        file.write_bytes(start + "имя: курьер".encode())
        assert read_text(file, error=OrderError) == "имя: курьер"


def test_a_file_in_another_encoding_is_refused_with_the_line(tmp_path: Path) -> None:
    file = tmp_path / "order.yaml"
    file.write_bytes("a: 1\nb: курьер".encode("windows-1251"))
    assert _refusal(file) == (
        f"{file}, line 2: this is not UTF-8; save the file as UTF-8 in your editor"
    )


def test_a_file_that_is_not_there_is_told_with_the_place(tmp_path: Path) -> None:
    missing = tmp_path / "none.yaml"
    assert _refusal(missing) == f"{missing}, no such file; files are looked for from {Path.cwd()}"
    assert _refusal(tmp_path) == f"{tmp_path}, this is a directory; name a file in it"
    assert "cannot be read" in _refusal(Path("a\0b"))


def test_a_schema_names_itself_and_agrees_with_the_model() -> None:
    schema = json_schema(Order, title="Order", id="urn:test:order")
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert (schema["$id"], schema["title"]) == ("urn:test:order", "Order")
    valid = Draft202012Validator(schema).is_valid
    for good in ({"wait": 5}, {"wait": "250ms"}, {"to": "x"}, {"note": "x"}):
        assert valid(good)
    for bad in ({"wait": -1}, {"wait": "soon"}, {"phone": 5}, {"until": "x"}, {"x": 1}):
        assert not valid(bad)
