"""Phone numbers of people and secrets appear nowhere."""

import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockpbx.masking import (
    _CUT_OFF,
    _LONG_DIGITS,
    _SPACED,
    Masker,
    _people,
    _secrets,
    secrets_of_headers,
    secrets_of_url,
    stars,
    without_secrets,
)

PERSON, VIRTUAL = "79161110001", "74951234567"

mobiles = st.integers(min_value=9_000_000_000, max_value=9_999_999_999).map(lambda n: f"7{n}")
abroad = st.sampled_from(["4915112345678", "12025550123", "447911123456", "37255512345"])
people = mobiles | abroad
around = st.text(st.characters(blacklist_categories=("Nd", "Cs")), max_size=20)


def _spaced(number: str) -> str:
    return f"+{number[0]} ({number[1:4]}) {number[4:7]}-{number[7:9]}-{number[9:]}"


SPELLINGS: dict[str, Callable[[str], str]] = {
    "as the PBX sends it": str,
    "with a plus": lambda number: f"+{number}",
    "percent-encoded": lambda number: f"%2B{number}",
    "percent-encoded in small letters": lambda number: f"%2b{number}",
    "with a plus that reads as a space": lambda number: f" {number}",
    "with separators": _spaced,
    "with separators, percent-encoded": lambda number: quote(_spaced(number)),
    "with separators, as a form": lambda number: quote(_spaced(number)).replace("%20", "+"),
}
NATIONAL: dict[str, Callable[[str], str]] = {
    "with an eight": lambda number: f"8{number[1:]}",
    "without a country code": lambda number: number[1:],
    "with an eight and separators": lambda number: "8" + _spaced(number)[2:],
}


def revealed(number: str, text: str) -> bool:
    """Tell whether a text holds the heart of a number: the five digits before the last two."""
    digits = re.sub("[^0-9*]", "", re.sub("%[0-9A-Fa-f]{2}", "", text))
    return number[-7:-2] in digits


@pytest.mark.parametrize("spelling", SPELLINGS)
@given(number=people, before=around, after=around)
def test_a_known_number_is_hidden_in_whatever_spelling(
    spelling: str, number: str, before: str, after: str
) -> None:
    masker = Masker().and_known([number])
    text = f"{before}{SPELLINGS[spelling](number)}{after}"
    assert not revealed(number, masker(text))


@pytest.mark.parametrize("spelling", NATIONAL)
@given(number=mobiles, before=around, after=around)
def test_a_known_number_is_hidden_in_its_national_form(
    spelling: str, number: str, before: str, after: str
) -> None:
    masker = Masker().and_known([number])
    assert not revealed(number, masker(f"{before}{NATIONAL[spelling](number)}{after}"))


@given(number=mobiles, at=st.integers(min_value=8, max_value=11))
def test_the_beginning_of_a_known_number_is_hidden_where_a_text_was_cut_off(
    number: str, at: int
) -> None:
    masker = Masker().and_known([number])
    shown = masker(f"Connecting you with {number[:at]}")
    assert "*****" in shown
    assert number[1:8] not in shown


@given(number=people)
def test_a_number_that_nobody_told_of_is_hidden_too(number: str) -> None:
    assert not revealed(number, Masker()(f'{{"phones": ["{number}"]}}'))
    assert not revealed(number, Masker()(f"numa=%2B{number}&numb={VIRTUAL}"))
    assert not revealed(number, Masker()(f"call {number[:10]}…"))


# -- however many numbers are known, all are looked for -----------------------------------

_SOME = ("79161110001", "79161110002", "78916111000", "4915112345678", "380501234567")
_SOME_PLAIN = ("4951234567", "1110001", "0001234567890")
_spelled = st.builds(
    lambda spell, number, start, end: spell(number)[start : start + end],
    st.sampled_from([*SPELLINGS.values(), *NATIONAL.values()]),
    st.sampled_from([*_SOME, *_SOME_PLAIN]),
    st.integers(0, 3),
    st.integers(5, 60),
)
_between = st.sampled_from(
    [*" +-().%…7801a\u00a0\u2011", "%20", "%2", "%2B", "%27", "7916", "  ", "x=1&"]
)
_texts = st.lists(_spelled | _between | st.text("0123456789+ %2…", max_size=16)).map("".join)
_numbers = st.frozensets(st.sampled_from([*_SOME, *_SOME_PLAIN]))


def _masked_slowly(masker: Masker, text: str) -> str:
    """Look for every number in every text."""
    text = _secrets(masker.secrets).sub("***", text)
    if masker.off:
        return text
    everyone = _people(masker.known - masker.kept)
    text = everyone.sub(lambda found: stars(found.group()), text)

    def unless_kept(found: re.Match[str]) -> str:
        kept = found.group().removeprefix("+") in masker.kept
        return found.group() if kept else stars(found.group())

    for pattern in (_SPACED, _LONG_DIGITS, _CUT_OFF):
        text = pattern.sub(unless_kept, text)
    return text


def _without_letters(text: str) -> str:
    return re.sub("·([A-Z]|[?])", "", text)


@settings(max_examples=200, deadline=None)
@given(_texts, _numbers, _numbers, st.frozensets(st.sampled_from(["hunter2", "1110", "%2B7"])))
def test_a_text_is_masked_as_if_every_number_had_been_looked_for(
    text: str, known: frozenset[str], kept: frozenset[str], secrets: frozenset[str]
) -> None:
    for off in (False, True):
        masker = Masker(known=known, kept=kept, secrets=secrets, off=off)
        assert _without_letters(masker(text)) == _masked_slowly(masker, text)
        without_secrets = replace(masker, secrets=frozenset())
        assert _without_letters(masker.numbers(text)) == _masked_slowly(without_secrets, text)


# -- two people never look alike -----------------------------------------------------------

ALIKE = ("79161110001", "79162220001")
_hidden = st.integers(0, 99_999).map("{:05}".format)


@given(first=_hidden, second=_hidden, spellings=st.lists(
    st.sampled_from([*SPELLINGS.values(), *NATIONAL.values()]), min_size=2, max_size=2
))  # fmt: skip
def test_two_people_never_look_alike_in_any_spelling(
    first: str, second: str, spellings: list[Callable[[str], str]]
) -> None:
    masker = Masker().and_known([f"7916{first}01", f"7916{second}01"])
    one, other = spellings
    shown = masker(one(f"7916{first}01")), masker(other(f"7916{second}01"))
    letters = [re.findall("·([A-Z])", text) for text in shown]
    assert letters == (
        [[], []] if first == second else [["A"], ["B"]][:: 1 if first < second else -1]
    )


@pytest.mark.parametrize("spell", [*SPELLINGS.values(), *NATIONAL.values()])
def test_the_letter_is_the_persons_in_whatever_spelling(spell: Callable[[str], str]) -> None:
    masker = Masker().and_known(ALIKE)
    one, other = (masker(f"x={spell(number)}&y=1") for number in ALIKE)
    assert one.endswith("01·A&y=1")
    assert other.endswith("01·B&y=1")
    assert one.replace("·A", "") == other.replace("·B", "")  # no digit more than without


def test_numbers_that_look_different_have_no_letter() -> None:
    masker = Masker().and_known([*ALIKE, "79171112233"])
    assert masker("79171112233") == "7917*****33"


def test_letters_do_not_depend_on_the_order_in_which_numbers_are_given() -> None:
    everyone = [f"7916{number:05}01" for number in range(30)]
    shown = Masker().and_known(everyone)(" ".join(everyone))
    assert Masker().and_known(reversed(everyone))(" ".join(everyone)) == shown
    assert len(set(shown.split())) == len(everyone)
    assert shown.split()[0] == "7916*****01·A"
    assert shown.split()[-1] == "7916*****01·D2"


def test_what_is_learned_later_changes_no_letter() -> None:
    masker = Masker().and_known(ALIKE)
    later = masker.and_known(["79160000001"])
    assert later("79160000001 79161110001 79162220001") == (
        "7916*****01·C 7916*****01·A 7916*****01·B"
    )


def test_one_person_known_in_several_spellings_is_one_person() -> None:
    masker = Masker().and_known(["89161110001", "9161110001", "79161110001"])
    assert masker("79161110001 89161110001 9161110001") == "7916*****01 8916*****01 916*****01"
    another = masker.and_known(["89162220001"])
    assert another("9161110001 89162220001").split() == ["916*****01·A", "8916*****01·B"]


def test_a_number_that_nobody_told_of_is_not_taken_for_a_person() -> None:
    masker = Masker().and_known([PERSON])
    assert masker("79161110001 79163330001 79173330001") == (
        "7916*****01 7916*****01·? 7917*****01"
    )


def test_a_national_number_that_may_be_two_peoples_is_neithers() -> None:
    masker = Masker().and_known(["79161110001", "19161110001"])
    assert masker("79161110001 19161110001 9161110001") == (
        "7916*****01·B 1916*****01·A 916*****01·?"
    )


def test_numbers_are_told_apart_that_are_looked_for_in_other_texts_only() -> None:
    masker = Masker().and_known([ALIKE[1]]).telling_apart([*ALIKE, "1110001", "none"])
    assert masker(ALIKE[1]) == "7916*****01·A"
    assert Masker().telling_apart(ALIKE).and_known([ALIKE[1]])(ALIKE[1]) == "7916*****01·B"
    assert masker("1110001") == "1110001"


def test_a_virtual_number_is_shown_and_needs_no_letter() -> None:
    masker = Masker().and_known(["74957654367", VIRTUAL], kept=[VIRTUAL])
    assert masker(f"{VIRTUAL} 74957654367") == f"{VIRTUAL} 7495*****67"


def test_the_beginning_of_a_number_has_no_letter() -> None:
    assert Masker().and_known(ALIKE)("7916111000…") == "791*****00…"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("curl http://host/?x=1", ()),
        (f"curl http://host/?numa={PERSON}", ("numbers",)),
        ("curl -H 'X-Token: ***' http://host/", ("secrets",)),
        (f"curl http://host/?t=hunter2&numa={PERSON}", ("numbers", "secrets")),
    ],
)
def test_what_is_hidden_in_a_line_can_be_asked(text: str, hidden: tuple[str, ...]) -> None:
    masker = Masker().and_known([PERSON]).and_secrets(["hunter2"])
    assert masker.hides(text) == hidden
    shown = replace(masker, off=True)
    assert shown.hides(text) == tuple(what for what in hidden if what != "numbers")


def test_a_masked_text_stays_as_it_is() -> None:
    masker = Masker().and_known(ALIKE)
    assert masker(masker(" ".join(ALIKE))) == masker(" ".join(ALIKE))


def test_numbers_that_begin_alike_are_hidden_alike() -> None:
    masker = Masker().and_known(["79175968108", "79175968100"])
    assert masker("79175968108 79175968100") == "7917*****08 7917*****00"


def test_a_number_given_with_a_plus_or_separators_is_the_same_number() -> None:
    masker = Masker().and_known(["+7 (916) 111-00-01"])
    assert masker("79161110001, 8 916 111 00 01") == "7916*****01, 8 916 *** ** 01"


def test_what_is_no_secret_stays_readable() -> None:
    masker = Masker().and_known([PERSON], kept=[VIRTUAL, "1795337940044"])
    text = f"numb={VIRTUAL}&numb=%2B{VIRTUAL}&cdr_id=1795337940044&input_result=10523&to=101"
    assert masker(text) == text


def test_a_caller_of_four_kilobytes_is_no_number_and_no_trouble() -> None:
    masker = Masker().and_known(["7" * 4096, PERSON])
    assert masker(f"numa={'7' * 4096}&{PERSON * 2}").endswith("&7916*****017916*****01")


def test_extensions_order_numbers_and_names_are_not_taken_for_people() -> None:
    masker = Masker().and_known(["101", "10523", "anonymous", "", "7916'; DROP TABLE calls"])
    assert masker.known == frozenset()


def test_the_callers_own_number_is_shown_where_it_is_the_virtual_one() -> None:
    masker = Masker().and_known([VIRTUAL], kept=[VIRTUAL])
    assert masker(VIRTUAL) == VIRTUAL


def test_numbers_are_shown_to_who_asks_for_them_but_secrets_are_not() -> None:
    masker = Masker(off=True).and_known([PERSON]).and_secrets(["hunter2"])
    assert masker(f"{PERSON} hunter2") == f"{PERSON} ***"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("79161110001", "7916*****01"),
        ("+7 (916) 111-00-01", "+7 (916) ***-**-01"),
        ("%2B79161110001", "%2B7916*****01"),
        ("9161110001", "916*****01"),
        ("1110001", "*****01"),
    ],
)
def test_five_digits_before_the_last_two_are_stars(number: str, shown: str) -> None:
    assert stars(number) == shown


@given(secret=st.text(min_size=4), before=around, after=around)
def test_a_secret_is_hidden_as_it_is_and_in_an_address(
    secret: str, before: str, after: str
) -> None:
    masker = Masker().and_secrets([secret])
    hidden = masker(f"{before}{secret}{after}")
    assert "***" in hidden
    safe = secret.encode("utf-8", "ignore").decode()
    if len(safe) >= 4 and safe == secret:
        assert masker(quote(secret, safe="")) == "***"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://user:p@ss@host/x", "http://***@host/x"),
        ("http://token@host", "http://***@host"),
        ("http://host/?token=abc&x=1", "http://host/?token=***&x=1"),
        ("http://host/?x=1&API-Key=abc#f", "http://host/?x=1&API-Key=***#f"),
        ("http://host/?client_secret=a/b@c", "http://host/?client_secret=***"),
        ("http://host/a@b?x=1", "http://host/a@b?x=1"),
    ],
)
def test_credentials_in_an_address_are_hidden(url: str, shown: str) -> None:
    assert without_secrets(url) == shown


def test_the_secrets_of_an_address_are_found() -> None:
    assert secrets_of_url("http://me:p%40ss@host/?token=abcd&x=1") >= {
        "p%40ss",
        "p@ss",
        "me:p%40ss",
        "abcd",
    }
    assert secrets_of_url("http://host/?x=1") == set()
    assert secrets_of_url("http://[") == set()


def test_the_secrets_of_headers_are_their_values_and_tokens() -> None:
    headers = (("Authorization", "Bearer abcd"), ("Accept", "*/*"), ("X-Empty", ""))
    assert secrets_of_headers(headers) - {""} == {"Bearer abcd", "abcd"}
