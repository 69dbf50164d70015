"""Each way in which an exchange goes wrong, seen for real on the loopback.

In every one the call falls back with one line that says why, the connection is closed,
and the next call over the same transport is like any other.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from typing import TYPE_CHECKING, Any

import pytest

from mockpbx.core.observed import Failure, Observed
from mockpbx.wire.request import Method, Profile

if TYPE_CHECKING:
    from tests.mockpbx.drivers.conftest import Bench, Leads, Visit

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


async def resets_before_an_answer(visit: Visit) -> None:
    visit.reset()


async def resets_in_mid_body(visit: Visit) -> None:
    await visit.send(HEAD, b'Content-Length: 100\r\n\r\n{"phones"')
    visit.reset()


async def closes_without_a_byte(_visit: Visit) -> None:
    pass


async def closes_in_the_status_line(visit: Visit) -> None:
    await visit.send(b"HTTP/1.1 2")


async def closes_in_the_headers(visit: Visit) -> None:
    await visit.send(b"HTTP/1.1 200 OK\r\nContent-Ty")


async def closes_in_mid_body(visit: Visit) -> None:
    await visit.send(HEAD, b'Content-Length: 100\r\n\r\n{"phones"')


async def closes_in_mid_chunk(visit: Visit) -> None:
    await visit.send(HEAD, b'Transfer-Encoding: chunked\r\n\r\n40\r\n{"phones"')


async def speaks_another_protocol(visit: Visit) -> None:
    await visit.send(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")


async def speaks_tls(visit: Visit) -> None:
    await visit.send(b"\x15\x03\x01\x00\x02\x02\x46")


async def sends_a_long_line_of_garbage(visit: Visit) -> None:
    await visit.send(b"x" * 60_000, b"\r\n\r\n")


async def sends_a_bad_chunk(visit: Visit) -> None:
    await visit.send(HEAD, b"Transfer-Encoding: chunked\r\n\r\nlots\r\n{}\r\n0\r\n\r\n")


async def contradicts_itself_about_the_length(visit: Visit) -> None:
    await visit.send(HEAD, b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}")


async def sends_a_header_of_200_kb(visit: Visit) -> None:
    await visit.send(HEAD, b"X-Long: ", b"x" * 200_000, b"\r\n\r\n{}")


async def sends_10_mb(visit: Visit) -> None:
    await visit.send(HEAD, b"Content-Length: 10000000\r\n\r\n", b" " * 10_000_000)


async def sends_10_mb_in_chunks(visit: Visit) -> None:
    await visit.send(HEAD, b"Transfer-Encoding: chunked\r\n\r\n")
    for _ in range(100):
        await visit.send(b"186a0\r\n", b" " * 100_000, b"\r\n")


async def claims_less_than_it_sends(visit: Visit) -> None:
    await visit.send(HEAD, b'Content-Length: 9\r\n\r\n{"returned_code": 1}')


async def switches_the_protocol(visit: Visit) -> None:
    await visit.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x00")


@pytest.mark.parametrize(
    ("misbehaves", "observed", "word"),
    [
        (resets_before_an_answer, Observed.RESET, "reset"),
        (resets_in_mid_body, Observed.RESET, "reset"),
        (closes_without_a_byte, Observed.EOF_EMPTY, "before the first byte"),
        (closes_in_the_status_line, Observed.EOF_PARTIAL, "in the middle"),
        (closes_in_the_headers, Observed.EOF_PARTIAL, "in the middle"),
        (closes_in_mid_body, Observed.EOF_PARTIAL, "in the middle"),
        (closes_in_mid_chunk, Observed.EOF_PARTIAL, "in the middle"),
        (speaks_another_protocol, Observed.FRAMING, "SSH-2.0"),
        (speaks_tls, Observed.FRAMING, "it begins with"),
        (sends_a_long_line_of_garbage, Observed.FRAMING, "not HTTP"),
        (sends_a_bad_chunk, Observed.FRAMING, "not HTTP"),
        (contradicts_itself_about_the_length, Observed.FRAMING, "not HTTP"),
        (sends_a_header_of_200_kb, Observed.FRAMING, "not HTTP"),
        (sends_10_mb, Observed.OVERSIZE, "longer than"),
        (sends_10_mb_in_chunks, Observed.OVERSIZE, "longer than"),
        (claims_less_than_it_sends, Observed.JSON_SYNTAX, ""),
        (switches_the_protocol, Observed.FRAMING, "not HTTP"),
    ],
)
def test_the_call_falls_back_and_the_next_one_goes_well(
    misbehaves: Leads, observed: Observed, word: str, bench: Bench
) -> None:
    async def test() -> None:
        async with bench.server(bench.at_first(misbehaves)) as server:
            async with bench.connect() as transport:
                exchange = bench.fell_back(await bench.call(server.url, transport), observed, word)
                assert exchange.observed == exchange.seen
                assert isinstance(exchange.seen, Failure)
                assert not exchange.seen.injected
                bench.went_well(await bench.call(server.url, transport))
            await server.all_gone()

    bench.run(test())


@pytest.mark.parametrize(
    "misbehaves",
    [resets_in_mid_body, closes_in_the_status_line, speaks_another_protocol],
)
def test_a_failure_on_a_connection_used_again_does_not_outlive_its_call(
    misbehaves: Leads, bench: Bench
) -> None:
    async def fails_the_second_time(visit: Visit) -> None:
        while await visit.request():
            if len(visit.server.requests) == 2:
                await misbehaves(visit)
                return
            await visit.send(bench.spell())

    async def test() -> None:
        async with bench.server(fails_the_second_time) as server, bench.connect() as transport:
            bench.went_well(await bench.call(server.url, transport))
            second = await bench.call(server.url, transport)
            assert second.record.requests[0].failure is not None
            bench.went_well(await bench.call(server.url, transport))
            assert [request.connection for request in server.requests] == [1, 1, 2]

    bench.run(test())


@pytest.mark.parametrize("breaks_off", [resets_before_an_answer, closes_without_a_byte])
def test_a_request_is_sent_again_if_its_connection_was_closed_while_it_was_on_its_way(
    breaks_off: Leads, bench: Bench
) -> None:
    async def closes_when_asked_again(visit: Visit) -> None:
        await visit.request()
        await visit.send(bench.spell())
        await visit.request()
        await breaks_off(visit)

    async def test() -> None:
        async with bench.server(closes_when_asked_again) as server, bench.connect() as transport:
            for _ in range(3):
                bench.went_well(await bench.call(server.url, transport))
            assert [request.connection for request in server.requests] == [1, 1, 2, 2, 3]

    bench.run(test())


@pytest.mark.parametrize(
    ("breaks_off", "observed"),
    [
        (resets_before_an_answer, Observed.RESET),
        (closes_without_a_byte, Observed.EOF_EMPTY),
    ],
)
def test_a_request_is_sent_again_once_and_never_on_a_new_connection(
    breaks_off: Leads, observed: Observed, bench: Bench
) -> None:
    async def answers_only_the_first(visit: Visit) -> None:
        while await visit.request():
            if len(visit.server.requests) > 1:
                await breaks_off(visit)
                return
            await visit.send(bench.spell())

    async def test() -> None:
        async with bench.server(answers_only_the_first) as server, bench.connect() as transport:
            bench.went_well(await bench.call(server.url, transport))
            bench.fell_back(await bench.call(server.url, transport), observed)
            assert [request.connection for request in server.requests] == [1, 1, 2]
            bench.fell_back(await bench.call(server.url, transport), observed)
            assert [request.connection for request in server.requests] == [1, 1, 2, 3]

    bench.run(test())


def test_what_comes_out_of_turn_is_not_taken_for_an_answer(bench: Bench) -> None:
    said_goodbye = asyncio.Event()

    async def says_goodbye(visit: Visit) -> None:
        while await visit.request():
            await visit.send(bench.spell())
            if visit.number == 1:
                await said_goodbye.wait()
                await visit.send(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")

    async def test() -> None:
        async with bench.server(says_goodbye) as server, bench.connect() as transport:
            bench.went_well(await bench.call(server.url, transport))
            said_goodbye.set()
            await server.all_gone()  # the PBX has closed it
            bench.went_well(await bench.call(server.url, transport))

    bench.run(test())


def test_a_connection_that_the_server_closed_meanwhile_is_not_used_again(bench: Bench) -> None:
    async def answers_once(visit: Visit) -> None:
        await visit.request()
        await visit.send(bench.spell())

    async def test() -> None:
        async with bench.server(answers_once) as server, bench.connect() as transport:
            for _ in range(3):
                bench.went_well(await bench.call(server.url, transport))
                await server.all_gone()
            assert [request.connection for request in server.requests] == [1, 2, 3]

    bench.run(test())


@pytest.mark.parametrize("more", [b'"more": true}', b"\r\n", b"HTTP/1.1 500 Not Yours\r\n\r\n"])
@pytest.mark.parametrize("chunked", [False, True])
def test_what_follows_a_reply_is_not_taken_for_the_answer_to_the_next_request(
    more: bytes, chunked: bool, bench: Bench
) -> None:
    framed = (
        HEAD + b'Transfer-Encoding: chunked\r\n\r\n14\r\n{"returned_code": 1}\r\n0\r\n\r\n'
        if chunked
        else bench.spell()
    )

    async def sends_too_much(visit: Visit) -> None:
        while await visit.request():
            await visit.send(framed, more)

    async def test() -> None:
        async with bench.server(sends_too_much) as server, bench.connect() as transport:
            for _ in range(3):
                bench.went_well(await bench.call(server.url, transport))
            assert [request.connection for request in server.requests] == [1, 2, 3]

    bench.run(test())


def test_a_clean_connection_is_used_again_whatever_the_answer_was(bench: Bench) -> None:
    answers = [
        bench.spell(),
        HEAD + b'Transfer-Encoding: chunked\r\n\r\n14\r\n{"returned_code": 1}\r\n0\r\n\r\n',
        b"HTTP/1.1 204 No Content\r\n\r\n",
        bench.spell(b"", status="503 Service Unavailable"),
        bench.spell(),
    ]

    async def answers_variously(visit: Visit) -> None:
        for each in answers:
            await visit.request()
            await visit.send(each)

    async def test() -> None:
        async with bench.server(answers_variously) as server, bench.connect() as transport:
            for _ in answers:
                await bench.call(server.url, transport)
            assert {request.connection for request in server.requests} == {1}

    bench.run(test())


@pytest.mark.parametrize(
    ("status", "observed"),
    [
        ("204 No Content", Observed.HTTP_STATUS),
        ("304 Not Modified", Observed.HTTP_STATUS),
        ("404 Not Found", Observed.HTTP_STATUS),
        ("503 Service Unavailable", Observed.HTTP_STATUS),
        ("299", Observed.HTTP_STATUS),
    ],
)
def test_only_http_200_is_success(status: str, observed: Observed, bench: Bench) -> None:
    async def says(visit: Visit) -> None:
        await visit.send(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())

    async def test() -> None:
        async with bench.server(bench.at_first(says)) as server:
            exchange = bench.fell_back(await bench.call(server.url), observed, f"HTTP {status[:3]}")
            assert exchange.reply is not None
            assert exchange.reply.status == int(status[:3])

    bench.run(test())


@pytest.mark.parametrize(
    "location",
    [
        "/crm/",
        "http://endpoint.invalid/",
        "//",
        "http://[bad",
        "http://exa mple/",
        "https://\udcff\udcfe/",
        "http://a:99999/",
        "x" * 66_000,
        "mailto:admin@example.org",
    ],
    ids=lambda location: ascii(location[:20]),
)
def test_a_redirect_is_told_and_not_followed_wherever_it_leads(location: str, bench: Bench) -> None:
    async def redirects(visit: Visit) -> None:
        await visit.request()
        where = location.encode("utf-8", "surrogateescape")
        await visit.send(b"HTTP/1.1 302 Found\r\nLocation: ", where)
        await visit.send(b"\r\nContent-Length: 0\r\n\r\n")
        await visit.request()

    async def test() -> None:
        async with bench.server(redirects) as server:
            bench.fell_back(await bench.call(server.url), Observed.REDIRECT, "302")
            assert len(server.requests) == 1

    bench.run(test())


def test_an_answer_before_the_whole_request_was_read_is_an_answer(bench: Bench) -> None:
    read_by_now = asyncio.Event()

    async def refuses_early(visit: Visit) -> None:
        await visit.reader.readuntil(b"\r\n\r\n")
        await visit.send(
            b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        )
        visit.writer.write_eof()
        await visit.until_closed()
        read_by_now.set()

    async def test() -> None:
        async with bench.server(refuses_early) as server:
            profile = Profile(
                url=server.url, method=Method.POST_FORM, extra=(("long", "x" * 3_000_000),)
            )
            played = await bench.call(server.url, profile=profile)
            bench.fell_back(played, Observed.HTTP_STATUS, "413")
            await read_by_now.wait()

    bench.run(test())


def test_hints_without_end_are_given_up_at_the_deadline(bench: Bench) -> None:
    async def hints_for_ever(visit: Visit) -> None:
        while not visit.reader.at_eof():
            await visit.send(
                (b"HTTP/1.1 103 Early Hints\r\nLink: </" + b"x" * 9000 + b">\r\n\r\n") * 99
            )

    async def test() -> None:
        async with (
            bench.server(bench.at_first(hints_for_ever)) as server,
            bench.connect() as transport,
        ):
            played = await bench.call(server.url, transport, deadline_s=0.3)
            bench.fell_back(played, Observed.DEADLINE)
            await server.all_gone()
            bench.went_well(await bench.call(server.url, transport))

    bench.run(test())


def test_an_answer_after_a_flood_of_hints_is_an_answer(bench: Bench) -> None:
    async def floods(visit: Visit) -> None:
        while await visit.request():
            hint = b"HTTP/1.1 103 Early Hints\r\nLink: </" + b"x" * 50_000 + b">\r\n\r\n"
            await visit.send(hint * 100, bench.spell())

    async def test() -> None:
        async with bench.server(floods) as server, bench.connect() as transport:
            for _ in range(2):
                bench.went_well(await bench.call(server.url, transport))

    bench.run(test())


def test_hints_before_the_answer_are_passed_over(bench: Bench) -> None:
    async def hints(visit: Visit) -> None:
        await visit.request()
        await visit.send(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n", bench.spell())

    async def test() -> None:
        async with bench.server(hints) as server:
            bench.went_well(await bench.call(server.url))

    bench.run(test())


@pytest.fixture
def deaf_port() -> int:
    """A port at which nothing listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
    return port


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_port_without_a_listener_refuses(scheme: str, deaf_port: int, bench: Bench) -> None:
    async def test() -> None:
        played = await bench.call(f"{scheme}://127.0.0.1:{deaf_port}/crm")
        bench.fell_back(played, Observed.REFUSED, f"nothing listens at 127.0.0.1 port {deaf_port}")

    bench.run(test())


def _resolves(monkeypatch: pytest.MonkeyPatch, name: str, *addresses: str) -> None:
    """Answer for a name instead of the network; without addresses the name does not exist."""
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        asked = host.decode() if isinstance(host, bytes) else host
        if asked != name:
            return real(host, port, *args, **kwargs)
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        kind = socket.SOCK_STREAM
        return [found for each in addresses for found in real(each, port, socket.AF_INET, kind)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_name_of_several_addresses_at_which_nothing_listens_refuses(
    scheme: str, deaf_port: int, monkeypatch: pytest.MonkeyPatch, bench: Bench
) -> None:
    _resolves(monkeypatch, "endpoint.invalid", "127.0.0.1", "127.0.0.2")

    async def test() -> None:
        played = await bench.call(f"{scheme}://endpoint.invalid:{deaf_port}/crm")
        words = f"nothing listens at endpoint.invalid port {deaf_port}"
        bench.fell_back(played, Observed.REFUSED, words)

    bench.run(test())


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_name_without_an_address_is_a_failure_of_dns(
    scheme: str, monkeypatch: pytest.MonkeyPatch, bench: Bench
) -> None:
    _resolves(monkeypatch, "endpoint.invalid")

    async def test() -> None:
        async with bench.server(bench.well) as server, bench.connect() as transport:
            played = await bench.call(f"{scheme}://endpoint.invalid/crm", transport)
            exchange = bench.fell_back(
                played, Observed.DNS, "the name endpoint.invalid has no address"
            )
            assert exchange.reply is None
            bench.went_well(await bench.call(server.url, transport))

    bench.run(test())


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    ("code", "observed"),
    [
        (errno.ETIMEDOUT, Observed.CONNECT_TIMEOUT),
        (errno.EHOSTUNREACH, Observed.REFUSED),
        (errno.ENETUNREACH, Observed.REFUSED),
        (errno.ECONNRESET, Observed.RESET),
    ],
    ids=lambda value: errno.errorcode.get(value) if isinstance(value, int) else None,
)
def test_what_the_operating_system_says_of_a_connection_is_told(
    scheme: str, code: int, observed: Observed, monkeypatch: pytest.MonkeyPatch, bench: Bench
) -> None:
    async def test() -> None:
        loop = asyncio.get_running_loop()

        async def sock_connect(*_: Any) -> None:
            raise OSError(code, "as the kernel would say it")

        monkeypatch.setattr(loop, "sock_connect", sock_connect)
        bench.fell_back(await bench.call(f"{scheme}://127.0.0.1:9/crm"), observed)

    bench.run(test())


@pytest.mark.parametrize(
    ("broke", "observed"),
    [
        (TimeoutError(errno.ETIMEDOUT, "the peer acknowledges nothing"), Observed.READ_TIMEOUT),
        (BrokenPipeError(errno.EPIPE, "written to after its end"), Observed.RESET),
        (ssl.SSLError(1, "bad record mac"), Observed.TLS),
        (OSError(errno.EIO, "the cable was bitten through"), Observed.RESET),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_connection_that_breaks_in_an_odd_way_is_told_by_what_the_system_says(
    broke: OSError, observed: Observed, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        loop = asyncio.get_running_loop()
        really = loop.create_connection

        async def breaks_soon(make: Any, **where: Any) -> Any:
            transport, protocol = await really(make, **where)
            loop.call_soon(protocol.connection_lost, broke)
            return transport, protocol

        async with bench.server(bench.well) as server:
            monkeypatch.setattr(loop, "create_connection", breaks_soon)
            bench.fell_back(await bench.call(server.url), observed)

    bench.run(test())
