"""The notation for pressed keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockpbx.callscript.dtmf import KEY_S, KEYS, Press, presses

NOTATION = st.text(st.sampled_from([*sorted(KEYS), "."]), max_size=40)


def written(pressed: tuple[Press, ...]) -> str:
    """Write keys in the notation again; what is silent after the last one is lost."""
    return "".join("." * round((press.after_s - KEY_S) / 1.0) + press.digit for press in pressed)


def test_the_vendors_example_is_read_as_documented() -> None:
    pauses = [(press.digit, press.after_s) for press in presses(".12.1..4")]
    assert pauses == [("1", 1.25), ("2", 0.25), ("1", 1.25), ("4", 2.25)]


@given(NOTATION)
def test_what_was_read_can_be_written_again(notation: str) -> None:
    assert written(presses(notation)) == notation.rstrip(".")


@given(NOTATION, NOTATION)
def test_keys_keep_their_order_and_none_is_lost(one: str, other: str) -> None:
    digits = "".join(press.digit for press in presses(one + other))
    assert digits == (one + other).replace(".", "")


@given(NOTATION)
def test_the_pauses_add_up(notation: str) -> None:
    pressed = presses(notation)
    dots = notation.rstrip(".").count(".")
    assert sum(press.after_s for press in pressed) == pytest.approx(dots + KEY_S * len(pressed))


def test_nothing_and_pauses_alone_press_no_key() -> None:
    assert presses("") == presses("...") == ()


@pytest.mark.parametrize("wrong", ["12a", "+7", "1 2", "1,2", "\u0661"])
def test_what_is_no_key_is_named(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"is no key of a phone: use 0-9 \* # and \."):
        presses(wrong)
