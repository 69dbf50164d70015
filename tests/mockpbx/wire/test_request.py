import json
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockpbx.core.cdr import Direction
from mockpbx.core.commands import RequestFields
from mockpbx.errors import UsageError
from mockpbx.wire.request import (
    PARAMETERS,
    Dialect,
    Method,
    NoInput,
    Profile,
    StartTime,
    build,
    parameter_values,
)

NOON_IN_MOSCOW = datetime(2026, 9, 17, 9, 0, tzinfo=UTC).timestamp()
URL = "http://127.0.0.1:8080/crm_integration"
SAMPLE = (
    "/crm_integration?cdr_id=123&start_time=1200&input_result=None"
    "&numa=74952345678&numb=74951234567"
)


def question(
    *, digits: str | None = None, numa: str = "74952345678", started: float = NOON_IN_MOSCOW
) -> RequestFields:
    return RequestFields(
        session_id="123",
        numa=numa,
        numb="74951234567",
        direction=Direction.IN,
        started=started,
        digits=digits,
    )


def only(*names: str) -> frozenset[str]:
    return frozenset(names)


def test_the_documented_sample_comes_out_byte_for_byte() -> None:
    request = build(question(), Profile(url=URL))

    assert (request.method, request.url) == ("GET", "http://127.0.0.1:8080" + SAMPLE)
    assert request.body is None
    assert request.headers == ()


@pytest.mark.parametrize(
    ("dialect", "names"),
    [
        (Dialect.UIS, "cdr_id start_time input_result numa numb"),
        (Dialect.COMAGIC, "cdr_id start_time input_result numa numb"),
        (Dialect.CALLGEAR, "cdr_id start_time input_result numa numb direction"),
        (Dialect.NOVOFON, "call_session_id start_time input_result numa numb direction"),
    ],
)
def test_a_dialect_sends_its_parameters_in_the_order_of_the_sample(
    dialect: Dialect, names: str
) -> None:
    sent = parameter_values(question(), Profile(url=URL, dialect=dialect))

    assert [name for name, _ in sent] == names.split()


@pytest.mark.parametrize("absent", PARAMETERS)
def test_every_parameter_can_be_unticked(absent: str) -> None:
    ticked = frozenset(PARAMETERS) - {absent}

    sent = dict(parameter_values(question(), Profile(url=URL, parameters=ticked)))

    assert sent.keys() == ticked


def test_both_ids_can_be_ticked() -> None:
    profile = Profile(url=URL, parameters=only("call_session_id", "cdr_id", "direction"))

    assert build(question(), profile).url == f"{URL}?cdr_id=123&call_session_id=123&direction=in"


def test_no_parameter_at_all_leaves_the_url_alone() -> None:
    assert build(question(), Profile(url=URL, parameters=only())).url == URL


def test_an_unknown_parameter_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"unknown request parameter caller.*numa"):
        build(question(), Profile(url=URL, parameters=only("caller")))


@pytest.mark.parametrize(
    ("no_input", "query"),
    [
        (NoInput.NONE, "?input_result=None"),
        (NoInput.EMPTY, "?input_result="),
        (NoInput.ABSENT, ""),
    ],
)
def test_nothing_entered_takes_the_form_of_the_profile(no_input: NoInput, query: str) -> None:
    profile = Profile(url=URL, no_input=no_input, parameters=only("input_result"))

    assert build(question(), profile).url == URL + query


@pytest.mark.parametrize(
    ("digits", "encoded"),
    [("10523", "10523"), ("00042", "00042"), ("*5", "*5"), ("123#", "123%23"), ("#", "%23")],
)
def test_digits_are_sent_as_entered_and_never_cut_the_query(digits: str, encoded: str) -> None:
    profile = Profile(url=URL, parameters=only("input_result", "numb"))

    request = build(question(digits=digits), profile)

    assert request.url == f"{URL}?input_result={encoded}&numb=74951234567"


@pytest.mark.parametrize(
    ("form", "encoded"),
    [
        (StartTime.CLOCK, "1200"),
        (StartTime.EPOCH, "1789635600"),
        (StartTime.DATETIME, "2026-09-17%2012%3A00%3A00"),
    ],
)
def test_the_start_takes_the_form_of_the_profile(form: StartTime, encoded: str) -> None:
    profile = Profile(url=URL, start_time=form, parameters=only("start_time"))

    assert build(question(), profile).url == f"{URL}?start_time={encoded}"


def test_the_start_is_told_in_the_time_zone_of_the_profile() -> None:
    profile = Profile(url=URL, zone=UTC, parameters=only("start_time"))

    assert build(question(), profile).url == f"{URL}?start_time=0900"


def test_a_space_can_be_sent_as_a_plus() -> None:
    profile = Profile(
        url=URL, start_time=StartTime.DATETIME, space_as="+", parameters=only("start_time")
    )

    assert build(question(), profile).url == f"{URL}?start_time=2026-09-17+12%3A00%3A00"


@pytest.mark.parametrize(("raw_plus", "encoded"), [(False, "%2B7916"), (True, "+7916")])
def test_a_number_keeps_its_plus_or_is_sent_with_a_raw_one(raw_plus: bool, encoded: str) -> None:
    profile = Profile(url=URL, raw_plus=raw_plus, parameters=only("numa"))

    assert build(question(numa="+7916"), profile).url == f"{URL}?numa={encoded}"


def test_a_hidden_caller_is_an_empty_value() -> None:
    assert build(question(numa=""), Profile(url=URL, parameters=only("numa"))).url == f"{URL}?numa="


def test_extra_parameters_come_last() -> None:
    profile = Profile(url=URL, parameters=only("numb"), extra=(("a b", "ы"), ("a b", "&")))

    assert build(question(), profile).url == f"{URL}?numb=74951234567&a%20b=%D1%8B&a%20b=%26"


def test_the_urls_own_query_comes_first_and_its_fragment_is_dropped() -> None:
    profile = Profile(url=f"{URL}?key=s%2Fcret&x#part", parameters=only("numb"))

    assert build(question(), profile).url == f"{URL}?key=s%2Fcret&x&numb=74951234567"


def test_a_url_without_a_path_gets_one() -> None:
    profile = Profile(url="https://u:p@[::1]:8443?k=1", parameters=only("numb"))

    assert build(question(), profile).url == "https://u:p@[::1]:8443/?k=1&numb=74951234567"


def test_what_no_url_may_hold_is_encoded() -> None:
    profile = Profile(url=" http://h/путь it?k=ы ", parameters=only())

    assert build(question(), profile).url == "http://h/%D0%BF%D1%83%D1%82%D1%8C%20it?k=%D1%8B"


def test_a_form_goes_to_the_body() -> None:
    profile = Profile(url=URL + "?key=1", method=Method.POST_FORM)

    request = build(question(numa="+7916"), profile)

    assert (request.method, request.url) == ("POST", URL + "?key=1")
    assert request.header("content-type") == "application/x-www-form-urlencoded"
    assert request.body == (
        b"cdr_id=123&start_time=1200&input_result=None&numa=%2B7916&numb=74951234567"
    )


def test_json_goes_to_the_body_as_strings() -> None:
    request = build(question(digits="00042"), Profile(url=URL, method=Method.POST_JSON))

    assert request.header("content-type") == "application/json"
    assert json.loads(request.body or b"") == {
        "cdr_id": "123",
        "start_time": "1200",
        "input_result": "00042",
        "numa": "74952345678",
        "numb": "74951234567",
    }


def test_post_can_carry_the_query_with_an_empty_body() -> None:
    request = build(question(), Profile(url=URL, method=Method.POST_QUERY))

    assert (request.method, request.body) == ("POST", b"")
    assert request.url.endswith(SAMPLE)


def test_headers_of_the_profile_are_sent_and_beat_the_content_type() -> None:
    headers = (("X-Token", "t"), ("content-type", "text/plain"))

    request = build(question(), Profile(url=URL, method=Method.POST_FORM, headers=headers))

    assert request.headers == headers


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "begin with http://"),
        ("127.0.0.1:8080/x", "begin with http://"),
        ("localhost:8080/x", "begin with http://"),
        ("ftp://h/x", "begin with http://"),
        ("http:///x", "names no host"),
        ("http://h:0/", "names no host"),
        ("http://a b/", "names no host"),
        ("http://h:port/", "unusable host or port"),
        ("http://h:99999/", "unusable host or port"),
        ("http://[::1/", "unusable host or port"),
        ("http://h/\r\nx", "control character"),
    ],
)
def test_a_bad_url_is_an_error_that_tells_what_to_write(url: str, message: str) -> None:
    with pytest.raises(UsageError, match=f"{message}.*write it like http://"):
        build(question(), Profile(url=url))


def test_an_error_about_the_url_does_not_repeat_its_secret() -> None:
    with pytest.raises(UsageError) as raised:
        build(question(), Profile(url="ftp://u:secret@h/secret?secret"))

    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("header", [("X Y", "1"), ("", "1"), ("X", "1\r\nY: 2"), ("X", "\x00")])
def test_a_header_that_would_break_the_request_is_an_error(header: tuple[str, str]) -> None:
    with pytest.raises(UsageError, match="header"):
        build(question(), Profile(url=URL, headers=(header,)))


STEADY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no reason to fail."""

ANYTHING = st.text(st.characters(), max_size=20)
NAMES = st.text(max_size=5)


@STEADY
@given(numa=st.text(max_size=20), digits=st.text(max_size=20), extra=st.tuples(NAMES, NAMES))
def test_whatever_is_sent_is_received(numa: str, digits: str, extra: tuple[str, str]) -> None:
    for space_as in ("%20", "+"):
        profile = Profile(url=URL, extra=(extra,), space_as=space_as)
        asked = question(numa=numa, digits=digits)

        query = urlsplit(build(asked, profile).url).query

        assert tuple(parse_qsl(query, keep_blank_values=True)) == parameter_values(asked, profile)


@STEADY
@given(numa=ANYTHING, method=st.sampled_from(Method), raw_plus=st.booleans())
def test_hostile_values_can_always_be_sent(numa: str, method: Method, raw_plus: bool) -> None:
    profile = Profile(url=URL, method=method, raw_plus=raw_plus)

    request = build(question(numa=numa), profile)

    assert request.url.isascii()
    assert request.url.isprintable()
    assert " " not in request.url
    assert request.curl()
