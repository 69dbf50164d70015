import json
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockpbx.core.observed import Observed
from mockpbx.wire.rejected import Rejected, described, excerpt, listed
from mockpbx.wire.strict_json import LIMITS, Limits, parse

STEADY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no reason to fail."""

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


def rejection(text: str, limits: Limits = LIMITS) -> tuple[Observed, str]:
    with pytest.raises(Rejected) as raised:
        parse(text, limits)
    return raised.value.failure.observed, raised.value.failure.detail


@STEADY
@given(VALUES)
def test_whatever_is_json_is_read_as_the_standard_parser_reads_it(value: object) -> None:
    assert parse(json.dumps(value)) == value
    assert parse(json.dumps(value, ensure_ascii=False, indent=1)) == value


@STEADY
@given(st.text())
def test_any_other_text_is_rejected_and_nothing_worse(text: str) -> None:
    details: list[str] = []
    try:
        parse(text)
    except Rejected as rejected:
        details.append(rejected.failure.detail)

    assert all(detail.isprintable() for detail in details)


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("", "the body is empty"),
        (" \r\n", "the body is nothing but white space"),
        ('{"phones": ["7495', "the answer ends in the middle of a string at byte 17"),
        ('{"текст": "ы', "the answer ends in the middle of a string at byte 18"),
        ('{"a": "\\u04', "the answer ends in the middle of a string at byte 11"),
        ('{"phones": [', "the answer ends too early, at byte 12: it is cut off"),
        ('{"a": tru', "the answer ends too early, at byte 9: it is cut off"),
        ('{"a": 1.', "the answer ends too early, at byte 8: it is cut off"),
        ('{"a": 1e', "the answer ends too early, at byte 8: it is cut off"),
        ('{"a": 1}\n x', "line 2, column 2: text stands after the end of the JSON: `x`"),
        ('{"a": 1}{"b": 2}', 'text stands after the end of the JSON: `{"b": 2}`'),
        ("1 \xa0", r"text stands after the end of the JSON: `\xa0`"),
        ('{"a": [1,]}', "a comma after the last item"),
        ('{"a": 1 , }', "a comma after the last item"),
        ("{'a': 1}", "line 1, column 2: single quotes; JSON strings take double quotes"),
        ("{a: 1}", "a key without double quotes: `a: 1}`"),
        ('{"a": None}', "line 1, column 7: `None` is no JSON value"),
        ('{"a": undefined}', "`undefined` is no JSON value"),
        ('{"a": [00042]}', "a number with a leading zero; write it as a string"),
        ('{"a": [+7916]}', "a number with a plus sign; write it as a string"),
        ('{"a" 1}', "line 1, column 6: expecting ':' delimiter at `1}`"),
        ('{"a": "\t"}', r'invalid control character at `\t"}`'),
        ('{"a": "\\x"}', "invalid \\escape"),
        ("ok", "line 1, column 1: expecting value at `ok`"),
        (
            '<br />\n<b>Warning</b>:  Undefined variable\n{"phones": ["1"]}',
            r"a PHP message stands before the JSON: `<br />\n<b>Warning</b>:",
        ),
        ('Notice: x in y.php\n{"a": 1}', "a PHP message stands before the JSON"),
        ("\n<!DOCTYPE html><p>hi", "an HTML page with status 200: `<!DOCTYPE html><p>hi`"),
        ("<Response/>", "HTML or XML instead of JSON: `<Response/>`"),
        ('callback({"a": 1})', "text stands before the JSON object: `callback(`"),
    ],
)
def test_a_syntax_error_is_told_in_words(text: str, detail: str) -> None:
    observed, told = rejection(text)

    assert observed is Observed.JSON_SYNTAX
    assert detail in told


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("NaN", "NaN is no JSON value"),
        ('{"a": -Infinity}', "-Infinity is no JSON value"),
        ('{"a": 1e999}', "the number 1e999 is too large to be represented"),
        ('{"a": 1, "a": 2}', "the key `a` is given twice in one object"),
        ('[{"b": 1, "c": 1, "b": 1}]', "the key `b` is given twice in one object"),
        (r'{"text": "\ud83d"}', r"a string holds \ud83d, half of a surrogate pair"),
        (r'{"\uDE00": 1}', r"a string holds \ude00, half of a surrogate pair"),
    ],
)
def test_what_only_some_parsers_take_is_not_strict(text: str, detail: str) -> None:
    observed, told = rejection(text)

    assert observed is Observed.JSON_NOT_STRICT
    assert detail in told


def test_a_whole_surrogate_pair_is_a_character() -> None:
    assert parse(r'"\ud83d\ude00 \\ud83d"') == "😀 \\ud83d"


@pytest.mark.parametrize("opening", ["[", '{"a":', '{"a":['])
def test_a_depth_of_100_000_is_refused_without_recursion(opening: str) -> None:
    assert rejection(opening * 100_000) == (Observed.OVERSIZE, "nested deeper than 32 levels")


def test_the_deepest_allowed_answer_is_read() -> None:
    assert parse("[" * 32 + "]" * 32)
    assert rejection("[" * 33 + "]" * 33)[0] is Observed.OVERSIZE


def test_brackets_in_strings_and_side_by_side_do_not_count() -> None:
    text = '["' + "[{" * 50 + r"\"[\\" + '"' + ", [], {}" * 50 + "]"

    assert isinstance(parse(text), list)


@pytest.mark.parametrize("number", ["1" * 641, "0." + "1" * 640, "-" + "9" * 5000])
def test_a_number_of_endless_digits_is_refused(number: str) -> None:
    assert rejection(number) == (Observed.OVERSIZE, f"a number of {len(number)} characters")


@pytest.fixture
def tight_interpreter() -> Iterator[None]:
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(640)
    yield
    sys.set_int_max_str_digits(before)


@pytest.mark.usefixtures("tight_interpreter")
def test_the_longest_number_suits_the_tightest_interpreter() -> None:
    assert parse("9" * 640) == 10**640 - 1


def test_a_quotation_is_short_and_on_one_line() -> None:
    assert excerpt("a\r\n\x00\u202e\ud800é") == r"a\r\n\x00\u202e\ud800é"
    assert excerpt("x" * 80) == "x" * 80
    assert excerpt("x" * 81) == "x" * 79 + "…"
    assert len(excerpt("\x00" * 81)) == 80


def test_a_long_list_of_names_is_cut() -> None:
    assert listed("abc") == "`a`, `b`, `c`"
    assert listed("abcdefg") == "`a`, `b`, `c`, `d`, `e` and 2 more"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "null"),
        (True, "true"),
        (7, "the number 7"),
        (2.5, "the number 2.5"),
        ("", "an empty string"),
        ("x", 'the string "x"'),
        ([], "an empty list"),
        ([1, 2], "a list of 2"),
        ({}, "an empty object"),
        ({"a": 1}, "an object"),
    ],
)
def test_a_value_is_described_in_words(value: object, words: str) -> None:
    assert described(value) == words


def test_a_number_too_long_to_print_is_described_all_the_same() -> None:
    assert described(10**5000) == "the number of hundreds of digits"
