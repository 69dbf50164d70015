import gzip
import json
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockpbx.core.observed import Failure, Observed
from mockpbx.wire.messages import HttpReply
from mockpbx.wire.reply import Instructed, read

STEADY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no reason to fail."""

HEADERS = st.lists(
    st.tuples(
        st.sampled_from(["Content-Type", "content-encoding", "Location", "X"]),
        st.text(max_size=20)
        | st.sampled_from(
            ["gzip", "deflate", "gzip, deflate", "text/html; charset=x", "image/png"]
        ),
    ),
    max_size=4,
).map(tuple)
SNIPPETS = st.lists(
    st.sampled_from(
        [
            *(b'{"', b'"}', b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\\ud8", b"00"),
            *(b"phones", b"returned_code", b"1", b"-", b"1e9", b"null", b"NaN", b"\n", b" ", b"'"),
            *("ы".encode(), b"\xcf", b"\xef\xbb\xbf", b"\x00", b"<b>", b"\xc2\xa0"),
        ]
    ),
    max_size=12,
).map(b"".join)
BODIES = st.binary(max_size=60) | SNIPPETS

ANSWERS = [
    '{"phones": ["74952345678", "101"], "text": "Привет 😀", "operator_message": "a.mp3"}',
    '{"returned_code": [2, 1.0], "extra": {"a": [true, null, -1.5e3, "\\u0416\\ud83d\\ude00"]}}',
]


def answered(body: bytes, *headers: tuple[str, str], status: int = 200) -> HttpReply:
    return HttpReply(
        status=status, reason="OK", headers=headers, body=body, http_version="HTTP/1.1"
    )


@STEADY
@given(body=BODIES, headers=HEADERS, status=st.just(200) | st.integers())
def test_no_reply_makes_the_reader_raise(
    body: bytes, headers: tuple[tuple[str, str], ...], status: int
) -> None:
    result = read(answered(body, *headers, status=status))

    told = result.detail if isinstance(result, Failure) else " ".join(result.notes)
    assert told.isprintable()
    assert told.encode()


@STEADY
@given(body=BODIES)
def test_no_compressed_reply_makes_the_reader_raise(body: bytes) -> None:
    for encoding, encoded in (("gzip", gzip.compress(body)), ("deflate", zlib.compress(body))):
        result = read(answered(encoded, ("Content-Encoding", encoding)))

        assert result == read(answered(body)) or body.startswith(b"\x1f\x8b")


@pytest.mark.parametrize("answer", ANSWERS)
def test_no_truncated_answer_is_an_instruction(answer: str) -> None:
    whole = answer.encode()

    for length in range(len(whole)):
        result = read(answered(whole[:length]))
        assert isinstance(result, Failure)
        assert result.observed is Observed.JSON_SYNTAX
        assert "the answer ends" in result.detail or length == 0
    assert isinstance(read(answered(whole)), Instructed)


@STEADY
@given(st.sampled_from(ANSWERS), st.data())
def test_a_changed_byte_never_makes_the_reader_raise(answer: str, data: st.DataObject) -> None:
    body = bytearray(answer.encode())
    place = data.draw(st.integers(0, len(body) - 1))
    body[place] = data.draw(st.integers(0, 255))

    assert isinstance(read(answered(bytes(body))), Instructed | Failure)


@STEADY
@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=5))
def test_unknown_keys_never_matter(extra: dict[str, str]) -> None:
    unknown = {f"x-{key}": value for key, value in extra.items()}

    result = read(answered(json.dumps({"returned_code": 1} | unknown).encode()))

    assert isinstance(result, Instructed)
