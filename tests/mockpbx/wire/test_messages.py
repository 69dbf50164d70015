import shlex

import pytest

from mockpbx.wire.messages import Headers, HttpReply, HttpRequest, header_list


def request(
    *,
    method: str = "GET",
    url: str = "http://h/x?a=1&b=it's",
    headers: Headers = (),
    body: bytes | None = None,
) -> HttpRequest:
    return HttpRequest(method=method, url=url, headers=headers, body=body)


def test_a_header_is_found_in_any_case() -> None:
    reply = HttpReply(
        status=200,
        reason="OK",
        headers=(("content-TYPE", "a"), ("Content-Type", "b")),
        body=b"",
        http_version="HTTP/1.1",
    )

    assert reply.header("Content-Type") == "a"
    assert reply.header("Location") is None


def test_a_list_header_given_twice_is_one_list() -> None:
    headers = (("Content-Encoding", "gzip, deflate"), ("content-encoding", "br"))

    assert header_list(headers, "Content-Encoding") == ["gzip", "deflate", "br"]


def test_curl_of_a_get_is_the_quoted_url() -> None:
    assert shlex.split(request().curl()) == ["curl", "http://h/x?a=1&b=it's"]


def test_curl_does_not_expand_brackets() -> None:
    assert request(url="http://h/x?a[]=1").curl() == "curl --globoff 'http://h/x?a[]=1'"


def test_curl_of_a_form_carries_headers_and_body() -> None:
    form = request(method="POST", headers=(("X-Token", "a b"), ("X-Empty", "")), body=b"numa=1&b=2")

    words = shlex.split(form.curl())

    assert words[1:] == [
        *("--header", "X-Token: a b"),
        *("--header", "X-Empty;"),
        *("--header", "Content-Type:"),
        *("--data-raw", "numa=1&b=2"),
        "http://h/x?a=1&b=it's",
    ]


def test_curl_keeps_the_content_type_that_is_sent() -> None:
    sent = request(method="POST", headers=(("content-type", "application/json"),), body=b"{}")

    assert sent.curl().count("ontent-") == 1


def test_curl_names_an_unusual_method() -> None:
    assert "--request PUT" in request(method="PUT").curl()


@pytest.mark.parametrize("body", [b"\xff\x00", b"two\nlines"])
def test_curl_pipes_a_body_that_no_argument_can_carry(body: bytes) -> None:
    line = request(method="POST", body=body).curl()

    assert line.startswith("printf '\\")
    assert "--data-binary @-" in line
