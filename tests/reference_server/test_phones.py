import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_server.phones import mask, normalise

NUMBER = "79161110001"


@pytest.mark.parametrize(
    "written",
    [
        "79161110001",
        "+79161110001",
        " 79161110001",
        "89161110001",
        "9161110001",
        "+7 (916) 111-00-01",
        "8.916.111.00.01",
    ],
)
def test_all_ways_of_writing_a_number_give_one(written: str) -> None:
    assert normalise(written) == NUMBER


@pytest.mark.parametrize(
    "written",
    [
        "", "0", "101", "anonymous", "sip:anna@example.org", "None", "+", "7916", "7" * 4000,
        "7916111OOO1", "７９１６１１１０００１", "79161110001\n", "79161110001\x00", "7916CALLNOW",
    ],
)  # fmt: skip
def test_what_is_no_phone_number_gives_none(written: str) -> None:
    assert normalise(written) is None


@pytest.mark.parametrize("number", ["4915112345678", "12025550123", "375291234567"])
def test_international_numbers_stay_with_and_without_plus(number: str) -> None:
    assert normalise(number) == number
    assert normalise("+" + number) == number


def test_the_region_decides_what_a_number_without_country_code_means() -> None:
    assert normalise("2025550123", "US") == "12025550123"
    assert normalise("2025550123", "RU") is None


@given(st.text(max_size=60) | st.text("+0123456789 ()-.", max_size=20))
def test_a_normalised_number_is_digits_and_stays_as_it_is(text: str) -> None:
    number = normalise(text)
    if number is not None:
        assert number.isascii()
        assert number.isdigit()
        assert len(number) <= 15
        assert normalise("+" + number) == number


@given(st.integers(0, 9_999_999))
def test_a_mobile_number_is_the_same_in_every_spelling(tail: int) -> None:
    number = f"916{tail:07d}"
    spellings = {normalise(prefix + number) for prefix in ("7", "+7", " 7", "8", "")}
    assert spellings == {"7" + number}


@given(st.from_regex(r"[0-9]{7,15}", fullmatch=True))
def test_a_masked_number_shows_its_beginning_and_its_end(number: str) -> None:
    assert mask(number) == number[:4] + "*****" + number[-2:]


def test_a_masked_name_shows_nothing() -> None:
    assert mask("sip:anna@example.org") == "*****"
    assert mask("") == "hidden"
    assert mask("101") == "***"
