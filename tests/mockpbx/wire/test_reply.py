import gzip
import json
import tracemalloc
import zlib

import pytest

from mockpbx.core.instruction import Branch
from mockpbx.core.observed import Failure, Observed
from mockpbx.wire.messages import HttpReply
from mockpbx.wire.reply import Instructed, Limits, read

GOOD = b'{"returned_code": 1}'
BRANCH = Branch(codes=(1,))
MIB = 1024 * 1024


def reply(
    body: bytes = GOOD,
    *,
    status: int = 200,
    reason: str = "",
    content_type: str | None = "application/json",
    **headers: str,
) -> HttpReply:
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    if content_type is not None:
        named.append(("Content-Type", content_type))
    return HttpReply(
        status=status, reason=reason, headers=tuple(named), body=body, http_version="HTTP/1.1"
    )


def refused(given: HttpReply) -> tuple[Observed, str]:
    result = read(given)
    assert isinstance(result, Failure), result
    return result.observed, result.detail


def notes(given: HttpReply) -> tuple[str, ...]:
    result = read(given)
    assert isinstance(result, Instructed), result
    assert result.instruction == BRANCH
    return result.notes


def test_200_with_a_json_object_is_an_instruction() -> None:
    assert read(reply()) == Instructed(instruction=BRANCH)


@pytest.mark.parametrize(
    ("status", "reason", "detail"),
    [
        (503, "Service Unavailable", "HTTP 503 Service Unavailable"),
        (500, "", "HTTP 500 Internal Server Error"),
        (404, "Nope", "HTTP 404 Nope"),
        (599, "", "HTTP 599"),
        (304, "Not Modified", "HTTP 304 Not Modified"),
        (201, "Created", "HTTP 201 Created: success is HTTP 200"),
        (204, "No Content", "HTTP 204 No Content: success is HTTP 200"),
        (500, "\x1b[31m", r"HTTP 500 \x1b[31m"),
        (-1, "", "HTTP -1"),
    ],
)
def test_any_other_status_is_no_instruction(status: int, reason: str, detail: str) -> None:
    assert refused(reply(status=status, reason=reason)) == (Observed.HTTP_STATUS, detail)


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    there, told = refused(reply(status=status, Location="http://elsewhere/secret"))
    nowhere, told_too = refused(reply(status=status))

    assert there is nowhere is Observed.REDIRECT
    assert told.endswith(": a redirect with a Location; redirects are not followed (assumed)")
    assert "secret" not in told
    assert "without a Location" in told_too


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(GOOD, mtime=0)),
        ("X-GZIP", gzip.compress(GOOD, mtime=0)),
        ("gzip", gzip.compress(GOOD[:5], mtime=0) + gzip.compress(GOOD[5:], mtime=0)),
        ("deflate", zlib.compress(GOOD)),
        ("deflate", zlib.compress(GOOD)[2:-4]),
        ("identity", GOOD),
        ("deflate, gzip", gzip.compress(zlib.compress(GOOD), mtime=0)),
    ],
)
def test_a_compressed_answer_is_read(encoding: str, body: bytes) -> None:
    assert notes(reply(body, Content_Encoding=encoding)) == ()


@pytest.mark.parametrize(
    ("encoding", "body", "detail"),
    [
        ("gzip", GOOD, "the body is not gzip, as Content-Encoding says"),
        ("gzip", gzip.compress(GOOD, mtime=0)[:-1], "the data ends too early"),
        ("gzip", gzip.compress(GOOD, mtime=0) + b"x", "the data ends too early"),
        ("gzip", gzip.compress(b"", mtime=0) * 17, "more than 16 gzip members"),
        ("deflate", GOOD, "the body is not deflate"),
        ("deflate", zlib.compress(GOOD) + b"x", "data after its end"),
        ("br", GOOD, "unknown content encoding `br`; the PBX reads gzip and deflate"),
        ("gzip," * 4, GOOD, "4 encodings on one body"),
        ("identity", gzip.compress(GOOD, mtime=0), "gzip, but no Content-Encoding says so"),
    ],
)
def test_what_cannot_be_decompressed_is_told(encoding: str, body: bytes, detail: str) -> None:
    observed, told = refused(reply(body, Content_Encoding=encoding))

    assert observed is Observed.CONTENT_ENCODING
    assert detail in told


def test_an_empty_compressed_body_is_an_empty_body() -> None:
    assert refused(reply(b"", Content_Encoding="gzip"))[1] == "the body is empty"


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_decompression_bomb_is_stopped_before_it_takes_memory(encoding: str) -> None:
    compress = gzip.compress if encoding == "gzip" else zlib.compress
    bomb = reply(compress(b" " * (20 * MIB)), Content_Encoding=encoding)

    tracemalloc.start()
    observed, _ = refused(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert observed is Observed.OVERSIZE
    assert peak < 5 * MIB


def test_members_of_a_gzip_body_are_bounded_together() -> None:
    half = gzip.compress(b" " * (MIB // 2), mtime=0)

    assert refused(reply(half * 3, Content_Encoding="gzip"))[0] is Observed.OVERSIZE


def test_an_answer_of_10_megabytes_is_refused() -> None:
    assert refused(reply(b" " * (10 * MIB))) == (
        Observed.OVERSIZE,
        "the body is longer than 1048576 bytes",
    )


def test_an_answer_of_exactly_the_limit_is_read() -> None:
    assert notes(reply(GOOD.ljust(MIB))) == ()


def test_limits_can_be_tightened() -> None:
    result = read(reply(), Limits(body=5))

    assert isinstance(result, Failure)
    assert result.observed is Observed.OVERSIZE


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "Application/JSON; charset=UTF-8",
        "text/json",
        "application/problem+json",
        'application/json;charset="utf8"',
    ],
)
def test_a_json_type_passes_without_a_note(content_type: str) -> None:
    assert notes(reply(content_type=content_type)) == ()


@pytest.mark.parametrize(
    ("content_type", "note"),
    [
        (None, "no Content-Type; application/json is expected"),
        ("", "no Content-Type; application/json is expected"),
        ("text/html; charset=utf-8", "Content-Type text/html; application/json is expected"),
        ("nonsense", "Content-Type nonsense; application/json is expected"),
        (
            "application/json; charset=windows-1251",
            "charset windows-1251 is declared, but JSON is UTF-8; read as UTF-8",
        ),
    ],
)
def test_an_odd_type_around_a_valid_instruction_is_noted(
    content_type: str | None, note: str
) -> None:
    assert notes(reply(content_type=content_type)) == (note,)


@pytest.mark.parametrize("content_type", ["image/png", "audio/mpeg", "application/pdf", "VIDEO/x"])
def test_a_type_that_cannot_be_json_is_refused(content_type: str) -> None:
    observed, told = refused(reply(content_type=content_type))

    assert observed is Observed.CONTENT_TYPE
    assert told == f"Content-Type {content_type.lower()} cannot be JSON"


def test_a_windows_1251_body_is_refused_with_its_first_foreign_byte() -> None:
    body = '{"text": "Привет"}'.encode("windows-1251")

    assert refused(reply(body)) == (
        Observed.CHARSET,
        "the body is not UTF-8: byte 0xcf at offset 10",
    )
    declared = reply(body, content_type="application/json; charset=Windows-1251")
    assert refused(declared)[1].endswith("at offset 10; windows-1251 is declared")


@pytest.mark.parametrize(
    "name", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
def test_a_wide_encoding_is_recognised(name: str) -> None:
    wide = name[:6].upper()

    assert refused(reply(GOOD.decode().encode(name))) == (
        Observed.CHARSET,
        f"the body is {wide}; JSON is UTF-8",
    )


def test_a_byte_order_mark_is_not_strict() -> None:
    assert refused(reply(b"\xef\xbb\xbf" + GOOD))[0] is Observed.JSON_NOT_STRICT


def test_an_answer_cut_within_a_character_is_cut_off() -> None:
    assert refused(reply('{"text": "ы'.encode()[:-1])) == (
        Observed.JSON_SYNTAX,
        "the answer ends in the middle of a character at byte 11",
    )


def test_a_php_warning_before_the_json_is_recognised() -> None:
    body = b"<br />\n<b>Warning</b>:  Undefined array key in x.php on line 3<br />\n" + GOOD

    observed, told = refused(reply(body, content_type="text/html"))

    assert observed is Observed.JSON_SYNTAX
    assert "a PHP message stands before the JSON" in told


@pytest.mark.parametrize("body", [b'{"returned_code": NaN}', b'{"a": 1, "a": 2}'])
def test_what_only_some_parsers_take_is_not_strict(body: bytes) -> None:
    assert refused(reply(body))[0] is Observed.JSON_NOT_STRICT


@pytest.mark.parametrize("inner", [GOOD.decode(), "[1]"])
def test_an_answer_encoded_twice_is_recognised(inner: str) -> None:
    assert refused(reply(json.dumps(inner).encode())) == (
        Observed.JSON_SHAPE,
        "a JSON string that itself contains JSON: the answer was encoded twice",
    )


@pytest.mark.parametrize("body", [b"null", b"[]", b'"ok"', b'"5"', b"12", b"true"])
def test_a_root_that_is_no_object_is_a_wrong_shape(body: bytes) -> None:
    observed, told = refused(reply(body))

    assert observed is Observed.JSON_SHAPE
    assert told.startswith("expected an object at the root, got ")


def test_a_depth_of_100_000_is_refused() -> None:
    assert refused(reply(b'{"phones":' + b"[" * 100_000))[0] is Observed.OVERSIZE


def test_a_failure_of_meaning_keeps_its_path() -> None:
    result = read(reply(b'{"phones": ["1", 2]}'))

    assert isinstance(result, Failure)
    assert result.path == "$.phones[1]"
    assert not result.injected


def test_notes_of_the_reply_come_before_notes_of_the_instruction() -> None:
    assert notes(reply(b'{"returned_code": 1, "x": 0}', content_type="text/plain")) == (
        "Content-Type text/plain; application/json is expected",
        "unknown keys ignored: `x`",
    )
