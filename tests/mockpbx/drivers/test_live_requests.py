"""What leaves for the endpoint, byte for byte, and what cannot be sent."""

from __future__ import annotations

import asyncio
import socket
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from mockpbx.core.observed import Observed
from mockpbx.errors import ExchangeFailed, UsageError
from mockpbx.wire.messages import HttpRequest
from mockpbx.wire.request import Method, Profile

if TYPE_CHECKING:
    from tests.mockpbx.drivers.conftest import Bench, Received, Visit


async def _ask(bench: Bench, request: HttpRequest) -> None:
    async with bench.connect() as connected:
        sent = asyncio.Event()
        await connected.exchange(request, sent)
        assert sent.is_set()


def _get(url: str, *headers: tuple[str, str]) -> HttpRequest:
    return HttpRequest(method="GET", url=url, headers=headers, body=None)


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/?",
        "/crm_integration?cdr_id=123&start_time=1200&input_result=None&numa=74952345678&numb=7",
        "/?numa=%D0%9F%d0%9f",
        "/?numa=%2B7916&numb=+7916",
        "/?q=%23&w=*&e=#",
        "/a%2Fb/../c/./d//e",
        "/%7Euser/~user/%41",
        "/?a=[1]&b='x'&c=$(id)&d=;e&f=%00",
        "/?" + "x" * 8000,
        "/?a=b?c=d&&=",
    ],
    ids=lambda target: target[:24],
)
def test_the_target_of_a_request_goes_out_unaltered(target: str, bench: Bench) -> None:
    async def test() -> None:
        async with bench.server(bench.well) as server:
            url = f"http://127.0.0.1:{server.port}{target}"
            await _ask(bench, _get(url))
            wanted = target.split("#", maxsplit=1)[0]
            assert server.requests[0].target == (wanted if wanted != "/?" else "/")

    bench.run(test())


@pytest.mark.parametrize("raw_plus", [False, True])
def test_a_callers_plus_is_sent_as_the_profile_says(raw_plus: bool, bench: Bench) -> None:
    async def test() -> None:
        async with bench.server(bench.well) as server:
            extra = (("who", "+7 916"), ("name", "Привет#"))
            profile = Profile(url=server.url, raw_plus=raw_plus, extra=extra)
            await bench.call(server.url, profile=profile)
            plus = "+" if raw_plus else "%2B"
            name = "%D0%9F%D1%80%D0%B8%D0%B2%D0%B5%D1%82%23"
            assert server.requests[0].target.endswith(f"&who={plus}7%20916&name={name}")

    bench.run(test())


@pytest.mark.parametrize("method", list(Method), ids=lambda method: method.value)
def test_each_method_sends_its_parameters_where_they_belong(method: Method, bench: Bench) -> None:
    async def test() -> Received:
        async with bench.server(bench.well) as server:
            profile = Profile(url=server.url + "?key=s%2Fcret", method=method)
            bench.went_well(await bench.call(server.url, profile=profile))
            return server.requests[0]

    async def look() -> None:
        received = await test()
        form = b"cdr_id=sid-test%231&start_time=2326&input_result=None&numa=79161110001"
        line = received.line
        assert line.startswith(f"{method.value.split('-')[0]} /crm?key=s%2Fcret")
        if method in (Method.GET, Method.POST_QUERY):
            assert form in received.head
            assert received.body == b""
        elif method is Method.POST_FORM:
            assert received.body.startswith(form)
            assert received.header("content-type") == ["application/x-www-form-urlencoded"]
        else:
            assert received.body.startswith(b'{"cdr_id": "sid-test#1"')
            assert received.header("content-type") == ["application/json"]
        if method is not Method.GET:
            assert received.header("content-length") == [str(len(received.body))]

    bench.run(look())


def test_a_body_goes_out_byte_for_byte(bench: Bench) -> None:
    async def test() -> None:
        async with bench.server(bench.well) as server:
            body = bytes(range(256)) * 400
            request = HttpRequest(method="POST", url=server.url, headers=(), body=body)
            await _ask(bench, request)
            assert server.requests[0].body == body

    bench.run(test())


def test_headers_of_the_user_are_sent_and_prevail(bench: Bench) -> None:
    async def test() -> None:
        async with bench.server(bench.well) as server:
            headers = (
                ("X-Token", "one"),
                ("x-token", "two"),
                ("User-Agent", "novofon/1"),
                ("X-Name", "Пётр"),
                ("X-Empty", ""),
            )
            profile = Profile(url=server.url, headers=headers)
            bench.went_well(await bench.call(server.url, profile=profile))
            (received,) = server.requests
            assert received.header("x-token") == ["one", "two"]
            assert received.header("user-agent") == ["novofon/1"]
            assert received.header("x-name") == ["Пётр"]
            assert b"X-Token: one" in received.head
            assert received.header("host") == [f"127.0.0.1:{server.port}"]

    bench.run(test())


def test_the_pbx_names_itself_and_asks_for_no_compression(bench: Bench) -> None:
    async def test() -> None:
        async with bench.server(bench.well) as server:
            await bench.call(server.url)
            (received,) = server.requests
            assert received.header("user-agent") == ["mockpbx"]
            assert received.header("accept-encoding") == ["identity"]
            assert received.header("connection") == ["keep-alive"]
            assert received.header("cookie") == []
            assert received.header("authorization") == []

    bench.run(test())


def test_a_name_and_password_in_the_address_become_basic_authorization(bench: Bench) -> None:
    async def test() -> None:
        async with bench.server(bench.well) as server:
            url = server.url.replace("127.0.0.1", "pbx:s%3Acret@127.0.0.1")
            bench.went_well(await bench.call(url))
            (received,) = server.requests
            basic = b64encode(b"pbx:s:cret").decode()
            assert received.header("authorization") == [f"Basic {basic}"]
            assert received.header("host") == [f"127.0.0.1:{server.port}"]

    bench.run(test())


def test_the_users_proxy_and_netrc_are_not_the_pbxs(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    async def test() -> None:
        async with bench.server(bench.well) as server:
            bench.went_well(await bench.call(server.url))
            assert server.requests[0].header("authorization") == []
            assert server.requests[0].target.startswith("/crm")

    bench.run(test())


def test_a_cookie_of_one_call_is_not_brought_to_the_next(bench: Bench) -> None:
    async def sets_a_cookie(visit: Visit) -> None:
        while await visit.request():
            await visit.send(bench.spell(b'{"returned_code": 1}', "Set-Cookie: session=first"))

    async def test() -> None:
        async with bench.server(sets_a_cookie) as server, bench.connect() as transport:
            for _ in range(2):
                bench.went_well(await bench.call(server.url, transport))
            assert [request.header("cookie") for request in server.requests] == [[], []]

    bench.run(test())


def test_without_keep_alive_each_request_has_a_connection_and_says_so(bench: Bench) -> None:
    async def test() -> None:
        async with (
            bench.server(bench.well) as server,
            bench.connect(keep_alive=False) as transport,
        ):
            for _ in range(3):
                bench.went_well(await bench.call(server.url, transport))
                await server.all_gone()
            assert [request.connection for request in server.requests] == [1, 2, 3]
            assert [request.header("connection") for request in server.requests] == [["close"]] * 3

    bench.run(test())


@pytest.mark.parametrize(
    "headers",
    [
        (("X-Two", "lines\r\nX-Smuggled: yes"),),
        (("X-Half", "line\nbreak"),),
        (("X-Spaces", " token "),),
        (("X Name", "with a space"),),
        (("Имя", "value"),),
        (("X-Lone", "\udc80"),),
        (("Content-Length", "5"),),
        (("content-length", "none"),),
        (("Transfer-Encoding", "gzip"),),
    ],
    ids=lambda headers: ascii(headers[0]),
)
@pytest.mark.parametrize("body", [None, b"a=b"])
def test_a_header_that_cannot_be_sent_is_the_users_mistake(
    headers: tuple[tuple[str, str], ...], body: bytes | None, bench: Bench
) -> None:
    async def test() -> None:
        async with bench.server(bench.well) as server, bench.connect() as transport:
            method = "GET" if body is None else "POST"
            request = HttpRequest(method=method, url=server.url, headers=headers, body=body)
            with pytest.raises(UsageError) as wrong:
                await transport.exchange(request, asyncio.Event())
            assert str(wrong.value).isprintable()
            assert "token" not in str(wrong.value)
            bench.went_well(await bench.call(server.url, transport))

    bench.run(test())


@pytest.mark.parametrize(
    "url",
    [
        "http://",
        "http:///crm",
        "crm",
        "ftp://127.0.0.1/crm",
        "http://[::1/crm",
        "http://127.0.0.1:port/crm",
        "http://127.0.0.1:99999/crm",
        "http://exa mple/crm",
        "http://\udc80/crm",
        "http://xn--/crm",
        "http://-\u2028/crm",
        f"http://{'a' * 70}.invalid/crm",
        f"http://{'a.' * 200}invalid/crm",
        "http://a..invalid/crm",
        "http://.invalid/crm",
        "http://%00.invalid/crm",
        "http://*.invalid/crm",
    ],
    ids=ascii,
)
def test_a_hostile_address_is_the_users_mistake_or_leads_nowhere(
    url: str, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        _no_network(monkeypatch)
        async with bench.connect() as transport:
            with pytest.raises((UsageError, ExchangeFailed)) as wrong:
                await transport.exchange(_get(url + "?secret=1"), asyncio.Event())
            assert "secret" not in str(wrong.value)
            assert str(wrong.value).isprintable()
            if isinstance(wrong.value, ExchangeFailed):
                assert wrong.value.observed is Observed.DNS

    bench.run(test())


def test_a_name_that_is_not_ascii_is_looked_up_as_the_resolver_knows_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        asked = _no_network(monkeypatch)
        async with bench.connect() as transport:
            with pytest.raises(ExchangeFailed) as failed:
                await transport.exchange(_get("http://пример.invalid/"), asyncio.Event())
            assert failed.value.observed is Observed.DNS
        assert asked == ["xn--e1afmkfd.invalid"]

    bench.run(test())


def _no_network(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let the resolver check names, but ask nobody about them; give what it was asked."""
    asked: list[str] = []

    def getaddrinfo(host: Any, *_: Any, **__: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host.encode("idna").decode()
        asked.append(name)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked
