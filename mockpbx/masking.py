"""Hides personal numbers and secrets in all that is shown or written.

What is hidden: the numbers of people that a run knows of, in whatever spelling and also
where a text was cut off in the middle of one; any other run of 11 to 15 digits; and every
secret of four characters or more. What is left: virtual numbers, extensions, order numbers
and session ids.

Two people never look alike: where only the hidden digits differ, a letter tells them apart,
``7916*****01·A`` and ``7916*****01·B``. It is the person's, in whatever spelling.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import count
from string import ascii_uppercase
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import phonenumbers

HIDDEN = "***"
_SHORTEST, _LONGEST = 7, 15
"""Extensions and order numbers are shorter, and nobody's secret; E.164 ends at fifteen."""
_SHORTEST_SECRET = 4
"""Whoever hides every `1` of a report leaves nothing to read."""

_LONG_DIGITS = re.compile(r"(?<![0-9])(?<![0-9]\.)[0-9]{11,15}(?![0-9])")
"""Not the decimals of a number: ``9.999999999999``."""
_SPACED = re.compile(r"\+[0-9](?:[ ().-]{0,2}[0-9]){10,14}")
_CUT_OFF = re.compile(r"(?<![0-9])[0-9]{7,}(?=…)")
_NUMBER = re.compile(r"[+0-9 ().-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Masker:
    """Replaces the middle of phone numbers by stars, and secrets altogether.

    Attributes:
        known: Numbers of people, as digits; found in any spelling, also within longer texts.
        kept: Numbers that are no secret, such as the virtual number.
        secrets: Tokens and passwords.
        off: Show the numbers; secrets stay hidden.
        ranked: Numbers that must not look alike, in the order in which they get their letters:
            what is learned later never changes the letter of one that was known before.
    """

    known: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    secrets: frozenset[str] = frozenset()
    off: bool = False
    ranked: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Give every known number its rank; of those learned at once, the lowest comes first."""
        new = self.known.difference(self.kept, self.ranked)
        if new:
            object.__setattr__(self, "ranked", (*self.ranked, *sorted(new)))

    def and_known(self, numbers: Iterable[str], kept: Iterable[str] = ()) -> "Masker":
        """Return a masker that knows further numbers; what is no number is left out."""
        digits = {_digits(number) for number in numbers} - {""}
        return replace(self, known=self.known | digits, kept=self.kept | frozenset(kept))

    def telling_apart(self, numbers: Iterable[str]) -> "Masker":
        """Return a masker that tells further numbers apart, and looks for no more than before.

        For texts that are read together and masked one by one: a letter then means the same
        person in all of them.
        """
        new = {_digits(number) for number in numbers}.difference(self.kept, self.ranked, [""])
        return replace(self, ranked=(*self.ranked, *sorted(new)))

    def and_secrets(self, secrets: Iterable[str]) -> "Masker":
        """Return a masker that knows further secrets."""
        return replace(self, secrets=self.secrets | frozenset(secrets))

    def __call__(self, text: str) -> str:
        """Hide the numbers and the secrets in a text."""
        return self.numbers(_secrets(self.secrets).sub(HIDDEN, text) if self.secrets else text)

    def hides(self, text: str) -> tuple[str, ...]:
        """Return what of a text is hidden: ``numbers``, ``secrets``, both or nothing.

        Secrets that were replaced by ``***`` before count, too.
        """
        shown = replace(self, off=True)(text)
        found = {"numbers": self.numbers(shown) != shown, "secrets": HIDDEN in shown}
        return tuple(what for what, is_so in found.items() if is_so)

    def numbers(self, text: str) -> str:
        """Hide the numbers in a text, and no secrets."""
        if self.off or not _ENOUGH_DIGITS.search(text):  # as nearly all texts of a report
            return text
        people = _near(text, self.known - self.kept)
        if people:
            text = _people(people).sub(self._person, text)
        for pattern in (_SPACED, _LONG_DIGITS):
            text = pattern.sub(self._anyone, text)
        return _CUT_OFF.sub(self._beginning, text)

    def _person(self, found: re.Match[str]) -> str:
        written = found.group()
        return stars(written) + _marks(self.ranked).of(_only_digits(written))

    def _anyone(self, found: re.Match[str]) -> str:
        written = found.group()
        if self._is_kept(written):
            return written
        return stars(written) + _marks(self.ranked).of_anyone(_only_digits(written))

    def _beginning(self, found: re.Match[str]) -> str:
        written = found.group()  # whose it is cannot be told
        return written if self._is_kept(written) else stars(written)

    def _is_kept(self, written: str) -> bool:
        return written.removeprefix("+") in self.kept


def _digits(number: str) -> str:
    """Return a phone number's digits; nothing if it is none."""
    if not _NUMBER.fullmatch(number):
        return ""
    digits = re.sub(r"[^0-9]", "", number)
    return digits if _SHORTEST <= len(digits) <= _LONGEST else ""


def stars(number: str) -> str:
    """Hide the middle of a number, however it is written: ``7916*****01``, ``+7 (916) ***-**-01``.

    At least five digits are hidden, or all but the last two.
    """
    digits = len(_DIGIT.findall(_ESCAPE.sub("", number)))
    shown = range(min(4, max(0, digits - 7)))
    place = iter(range(digits))

    def digit(found: re.Match[str]) -> str:
        if len(found.group()) > 1:  # %20 and the like are no digits of the number
            return found.group()
        at = next(place)
        return found.group() if at in shown or at >= digits - 2 else "*"

    return _ESCAPE_OR_DIGIT.sub(digit, number)


def _only_digits(written: str) -> str:
    return "".join(_DIGIT.findall(_ESCAPE.sub("", written)))


_DIGIT = re.compile("[0-9]")
_ESCAPE = re.compile("%[0-9A-Fa-f]{2}")
_ESCAPE_OR_DIGIT = re.compile(f"{_ESCAPE.pattern}|{_DIGIT.pattern}")
_GAP = r"(?:[ ().+\u00a0\u2011-]|%20|%28|%29|%2[DdEe]){0,3}"
"""What people, and encoders of addresses, put between digits."""

_ENOUGH_DIGITS = re.compile(f"[0-9](?:{_GAP}[0-9]){{{_SHORTEST - 1}}}")
"""What all that is taken for a number has in it."""
_BEGINNINGS = re.compile(f"(?=([0-9]){f'{_GAP}([0-9])' * (_SHORTEST - 1)})")
"""The digits from each digit on, as many as a number must have to be known again."""


def _near(text: str, numbers: frozenset[str]) -> frozenset[str]:
    """Return the numbers that may be in a text: a pattern for hundreds is slow."""
    known = _by_beginning(numbers)
    written = {"".join(digits) for digits in _BEGINNINGS.findall(text)}
    return frozenset(number for digits in written for number in known.get(digits, ()))


@lru_cache(maxsize=256)
def _by_beginning(numbers: frozenset[str]) -> Mapping[str, list[str]]:
    """Return numbers by the digits without which they are not found."""
    found: dict[str, list[str]] = {}
    for number in numbers:
        _, rest = _national(number)
        found.setdefault(rest[:_SHORTEST], []).append(number)
    return found


@lru_cache(maxsize=256)
def _people(numbers: frozenset[str]) -> re.Pattern[str]:
    """Return what finds numbers in any spelling: ``7916…``, ``+7 916 …``, ``8916…``, ``916…``."""
    spellings = sorted(map(_spellings, sorted(numbers)), key=len, reverse=True)
    return re.compile("|".join(spellings) or r"(?!)")


def _spellings(number: str) -> str:
    country, rest = _national(number)
    trunk = rf"(?:(?:\+|%2[Bb])?{_GAP}(?:{country}|8|0){_GAP})?" if country else ""
    certain, cut = rest[:_SHORTEST], rest[_SHORTEST:]
    # A text may have been cut off within the number: its beginning is as personal. Where it
    # goes on differently it is another number.
    tail = ""
    for digit in reversed(cut):
        tail = f"(?:{_GAP}{digit}{tail}|(?![0-9]))"
    return trunk + _GAP.join(certain) + tail


@lru_cache(maxsize=1024)
def _national(number: str) -> tuple[str, str]:
    """Split off the country code."""
    try:
        parsed = phonenumbers.parse(f"+{number}")
    except phonenumbers.NumberParseException:
        return "", number
    country, rest = str(parsed.country_code), str(parsed.national_number)
    whole = country + rest == number  # a national number may begin with zeros that are lost
    return (country, rest) if whole and len(rest) >= _SHORTEST else ("", number)


# -- who is who ------------------------------------------------------------------------

_MARK = "·"
"""Between a masked number and its letter: no digit, no part of a word, nothing that JSON, HTML
or a terminal would spell differently."""
_UNCERTAIN = f"{_MARK}?"
"""Of a number that looks like a known person's and is not, or is that of more than one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Marks:
    """What is put behind masked numbers.

    Only numbers that would look alike have a mark: most reports hold none, and are read more
    easily without letters that tell nothing.

    Attributes:
        by_spelling: The mark of a person, by the digits of each spelling.
        looks: How the known numbers look when they are masked.
    """

    by_spelling: Mapping[str, str]
    looks: frozenset[str]

    def of(self, digits: str) -> str:
        """Return the mark of a known person."""
        return self.by_spelling.get(digits, "")

    def of_anyone(self, digits: str) -> str:
        """Return the mark of a number that may be nobody's that is known."""
        mark = self.by_spelling.get(digits)
        if mark is None:
            return _UNCERTAIN if stars(digits) in self.looks else ""
        return mark


@lru_cache(maxsize=64)
def _marks(ranked: tuple[str, ...]) -> _Marks:
    """Give letters to those who would look alike in any spelling."""
    persons = _persons(ranked)
    looks = {
        person: frozenset(look for number in numbers for look in _looks(number))
        for person, numbers in persons.items()
    }
    seen = Counter(look for those in looks.values() for look in those)
    taken: dict[str, set[int]] = defaultdict(set)
    by_spelling: dict[str, str] = {}
    exactly: dict[str, str] = {}
    for person, numbers in persons.items():
        mark = ""
        if any(seen[look] > 1 for look in looks[person]):
            used = set().union(*(taken[look] for look in looks[person]))
            place = next(place for place in count() if place not in used)
            for look in looks[person]:
                taken[look].add(place)
            mark = _MARK + _letter(place)
        for spelling in {spelling for number in numbers for spelling in _written(number)}:
            is_nobody_elses = by_spelling.setdefault(spelling, mark) == mark
            by_spelling[spelling] = mark if is_nobody_elses else _UNCERTAIN
        exactly |= dict.fromkeys(numbers, mark)
    return _Marks(by_spelling=by_spelling | exactly, looks=frozenset(seen))


def _letter(place: int) -> str:
    """Return A to Z, A2 to Z2 and so on."""
    rounds, at = divmod(place, len(ascii_uppercase))
    return ascii_uppercase[at] + (str(rounds + 1) if rounds else "")


def _persons(ranked: Iterable[str]) -> dict[str, list[str]]:
    """Return the numbers of each person: 8916… and 916… are the one who is known as 7916…, too."""
    ranked = [*ranked]
    owners = {part: number for number in ranked for part in _written(number)[1:]}
    found: dict[str, list[str]] = {}
    for number in ranked:
        person = number
        # This ends: the owner's number is longer, or begins with a country code instead of a zero.
        while person in owners and not _is_valid(person):
            person = owners[person]
        found.setdefault(person, []).append(number)
    return found


def _written(number: str) -> tuple[str, ...]:
    """Return the digits of all spellings of a number, its own first."""
    country, rest = _national(number)
    return (number, rest, f"8{rest}", f"0{rest}") if country else (number,)


@lru_cache(maxsize=4096)
def _looks(number: str) -> frozenset[str]:
    """Return how a number may look when it is masked, without separators."""
    return frozenset(map(stars, _written(number)))


def _is_valid(number: str) -> bool:
    """Tell whether somebody has, or may get, this very number."""
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(f"+{number}"))
    except phonenumbers.NumberParseException:
        return False


@lru_cache(maxsize=256)
def _secrets(secrets: frozenset[str]) -> re.Pattern[str]:
    long_enough = {secret for secret in secrets if len(secret) >= _SHORTEST_SECRET}
    forms = {form for secret in long_enough for form in _forms(secret)}
    longest_first = sorted(forms, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")


def _forms(secret: str) -> Iterable[str]:
    """Return a secret as it is, in an address, and in JSON."""
    yield secret
    yield from (quote(secret, safe=safe) for safe in ("", "/", "%/:@!$&'()*+,;=?~[]"))
    yield json.dumps(secret)[1:-1]


_SECRET_NAME = "secret|token|key|pass|pwd|auth|sign|credential"  # noqa: S105  # names, no secret
_SECRET_VALUE = re.compile(rf"(?i)([?&][^=&#]*(?:{_SECRET_NAME})[^=&#]*=)[^&#]+")
_USER = re.compile(r"(?<=//)[^/?#]*@")


def without_secrets(url: str) -> str:
    """Hide credentials in an address: passwords, and query values that are named like secrets."""
    return _USER.sub(f"{HIDDEN}@", _SECRET_VALUE.sub(rf"\1{HIDDEN}", url))


def secrets_of_url(url: str) -> set[str]:
    """Return the credentials in an address, so that they are hidden elsewhere too."""
    try:
        parts = urlsplit(url)
    except ValueError:  # not an address; whoever uses it will say so
        return set()
    user, at, _ = parts.netloc.rpartition("@")
    words = {user, *user.split(":", 1)} if at else set()
    named = (
        value
        for name, value in parse_qsl(parts.query)
        if re.search(_SECRET_NAME, name, re.IGNORECASE)
    )
    return {form for word in (*words, *named) for form in (word, unquote(word))}


HARMLESS_HEADERS = frozenset({"accept", "accept-encoding", "content-type", "user-agent"})


def secrets_of_headers(headers: Iterable[tuple[str, str]]) -> set[str]:
    """Return the values of headers; of ``Bearer abc`` also the token alone."""
    values = {value for name, value in headers if name.lower() not in HARMLESS_HEADERS}
    return values | {value.split()[-1] for value in values if value.split()}
