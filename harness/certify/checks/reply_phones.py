"""The numbers in an answer that the PBX is told to dial."""

import re
from collections.abc import Callable

from harness.certify.checks.reply_answers import Answer, having, look
from harness.certify.checks.reply_template import unfilled
from mockpbx.wire.instruction import MOST_PHONES
from mockpbx.wire.keys import BRANCHING, is_unset
from mockpbx.wire.numbers import is_home_form
from mockpbx.wire.rejected import described, excerpt, listed

PHONES = having("phones")

_LONGEST_NUMBER = 15
"""Digits of E.164."""
_PLUS = re.compile(r"\+[0-9]+")
_SPACED = re.compile(r"\+?[0-9 ().\-\u00a0\u2010-\u2015]*[ ().\-\u00a0\u2010-\u2015][0-9 ().\-]*")


# -- the list -----------------------------------------------------------------------------


def _is_no_list(one: Answer) -> str | None:
    value = one.keys["phones"]
    return None if is_unset(value) or isinstance(value, list) else described(value)


def _is_beside(one: Answer) -> bool:
    """Tell whether something else in the answer says what the PBX is to do."""
    others = ("message_name", "text", BRANCHING)
    return any(not is_unset(one.keys.get(name)) for name in others)


def _names_nobody(one: Answer) -> str | None:
    value = one.keys["phones"]
    return described(value) if is_unset(value) and not _is_beside(one) else None


def _names_nobody_beside(one: Answer) -> str | None:
    value = one.keys["phones"]
    beside = is_unset(value) and value is not None and _is_beside(one)
    return f"{described(value)} beside another instruction" if beside else None


def _is_null(one: Answer) -> str | None:
    is_null = one.keys["phones"] is None and _is_beside(one)
    return "null beside another instruction" if is_null else None


def _items(one: Answer) -> list[object]:
    value = one.keys["phones"]
    return value if isinstance(value, list) else []


def _is_long(one: Answer) -> str | None:
    count = len(_items(one))
    return f"{count} numbers" if count > MOST_PHONES else None


look("REPLY-060", PHONES, _is_no_list, expected="a list of numbers")
look("REPLY-062", PHONES, _names_nobody, expected="at least one number")
look("REPLY-063", PHONES, _names_nobody_beside, expected="at least one number, or no phones")
look("REPLY-064", PHONES, _is_null, expected="a list of numbers, or no such key")
look("REPLY-069", PHONES, _is_long, expected=f"at most {MOST_PHONES} numbers")


# -- its items ----------------------------------------------------------------------------


def _is_odd(item: object) -> bool:
    """Tell whether a string is no number in a way that has no case of its own."""
    if not isinstance(item, str) or unfilled(item):
        return False
    return not (_is_digits(item) or _PLUS.fullmatch(item) or _SPACED.fullmatch(item))


def _is_digits(item: object) -> bool:
    return isinstance(item, str) and item.isascii() and item.isdigit()


_ITEMS: dict[str, tuple[Callable[[object], bool], str]] = {
    "REPLY-061": (
        lambda item: isinstance(item, bool | int | float),
        "numbers in quotes: strings of digits",
    ),
    "REPLY-065": (
        lambda item: isinstance(item, str) and bool(_PLUS.fullmatch(item)),
        "numbers without a plus",
    ),
    "REPLY-066": (
        lambda item: isinstance(item, str) and bool(_SPACED.fullmatch(item)),
        "digits only, without spaces, dashes and brackets",
    ),
    "REPLY-067": (
        lambda item: item is None or isinstance(item, dict | list),
        "strings of digits, no objects and lists",
    ),
    "REPLY-068": (_is_odd, "strings of digits"),
    "REPLY-073": (
        lambda item: _is_digits(item) and len(str(item)) > _LONGEST_NUMBER,
        f"numbers of at most {_LONGEST_NUMBER} digits",
    ),
    "REPLY-074": (
        lambda item: isinstance(item, str) and is_home_form(item),
        "numbers with their country code",
    ),
    "REPLY-100": (
        lambda item: isinstance(item, str) and unfilled(item),
        "numbers in the place of what a template left open",
    ),
}


def _look_for_item(case_id: str, blamed: Callable[[object], bool], expected: str) -> None:
    def has_it(one: Answer) -> str | None:
        found = [item for item in _items(one) if blamed(item)]
        return f"in phones {described(found[0])}" if found else None

    look(case_id, PHONES, has_it, expected=expected)


for _id, (_blamed, _expected) in _ITEMS.items():
    _look_for_item(_id, _blamed, _expected)


# -- whom it dials ------------------------------------------------------------------------


def _dials_twice(one: Answer) -> str | None:
    items = [str(item) for item in _items(one)]
    twice = sorted({item for item in items if items.count(item) > 1})
    return f"{listed(twice)} more than once" if twice else None


def _dials_the_caller(one: Answer) -> str | None:
    caller = one.sample.played.record.numa
    return f"the caller's own number {excerpt(caller, 40)}" if caller in _items(one) else None


def _dials_itself(one: Answer) -> str | None:
    called = one.sample.played.record.numb
    return f"the virtual number {excerpt(called, 40)} itself" if called in _items(one) else None


look("REPLY-070", PHONES, _dials_twice, expected="each number once")
look("REPLY-071", PHONES, _dials_the_caller, expected="the number of somebody else")
look("REPLY-072", PHONES, _dials_itself, expected="a number that does not lead here again")
