import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_server.domain import CallRequest
from reference_server.parameters import (
    LONGEST_VALUE,
    UnreadableBodyError,
    clean,
    from_form,
    from_json,
    understand,
)


def read(query: str) -> CallRequest:
    return understand(from_form(query.encode()), "RU")


@pytest.mark.parametrize("written", ["None", "none", "NONE", "null", "", "%20"])
def test_nothing_entered_has_many_spellings(written: str) -> None:
    assert read(f"input_result={written}").entered == ""


def test_leading_zeros_and_the_keys_beside_the_digits_are_kept() -> None:
    assert read("input_result=00042").entered == "00042"
    assert read("input_result=*5%23").entered == "*5#"


def test_a_number_in_json_is_taken_as_it_was_written() -> None:
    call = understand(from_json(b'{"numa": 79161110001, "input_result": 10523}'), "RU")
    assert (call.phone, call.entered) == ("79161110001", "10523")


@pytest.mark.parametrize("body", [b"{", b"[]", b'"text"', b"1", b"\xff", b"[" * 50_000])
def test_a_body_that_is_no_json_object_cannot_be_read(body: bytes) -> None:
    with pytest.raises(UnreadableBodyError):
        from_json(body)


def test_either_name_of_the_session_id_is_understood() -> None:
    assert read("cdr_id=5").sid == read("call_session_id=5").sid == "5"
    assert read("cdr_id=").sid is None


def test_a_parameter_given_twice_is_believed_only_when_both_agree() -> None:
    assert read("numa=79161110001&numa=79161110001").phone == "79161110001"
    assert read("numa=79161110001&numa=79990000009").phone is None
    assert read("numa=79161110001&numa=79990000009&numa=79161110001").phone is None


@pytest.mark.parametrize("numa", ["", "anonymous", "Anonymous", "0"])
def test_all_hidden_callers_are_one(numa: str) -> None:
    assert read(f"numa={numa}") == read("")


@given(st.text(max_size=400))
def test_a_cleaned_value_is_short_and_storable(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned) <= LONGEST_VALUE
    assert not set(cleaned) & {"\0", "\r", "\n"}
    cleaned.encode()


@given(st.lists(st.text("0123456789", min_size=200, max_size=300), min_size=2, max_size=2))
def test_long_values_that_differ_stay_different(texts: list[str]) -> None:
    assert (clean(texts[0]) == clean(texts[1])) == (texts[0] == texts[1])


@given(st.binary(max_size=200))
def test_any_bytes_make_a_call(query: bytes) -> None:
    call = understand(from_form(query), "RU")
    assert call.phone is None or call.phone.isdigit()
