"""The raw writer: every byte, every piece and every way of leaving, seen from the other side."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import pytest

from mockpbx.core.observed import Observed
from mockpbx.errors import ExchangeFailed, UsageError
from mockpbx.raw.connection import connected, converse
from mockpbx.raw.request_bytes import get_request, spelled
from mockpbx.wire.messages import HttpRequest

if TYPE_CHECKING:
    from tests.mockpbx.raw.conftest import Authority, Serving, Visit

AMPLE_S = 30.0
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


async def listens(visit: Visit) -> None:
    await visit.until_gone()


async def answers_and_closes(visit: Visit) -> None:
    await visit.reader.readuntil(b"\r\n\r\n")
    visit.writer.write(ANSWER)


async def answers_and_stays(visit: Visit) -> None:
    while await visit.reader.readuntil(b"\r\n\r\n"):
        visit.writer.write(ANSWER)


# -- what is sent ----------------------------------------------------------------------


def test_bytes_go_out_exactly_as_given(serving: Serving) -> None:
    async def test() -> None:
        async with serving(listens) as server:
            odd = b"get /\xff\x00 HTTP/9.9\nno colon\r\n"
            reply = await converse(server.url, [odd], within_s=AMPLE_S, half_close=True)
            await server.done()
            assert b"".join(server.visits[0].pieces) == odd
            assert server.visits[0].end == "closed"
            assert (reply.data, reply.closed, reply.status) == (b"", True, None)

    asyncio.run(test())


def test_pieces_leave_one_by_one(serving: Serving) -> None:
    async def test() -> None:
        heard = asyncio.Event()

        async def hears_the_first(visit: Visit) -> None:
            visit.pieces.append(await visit.reader.readexactly(3))
            heard.set()
            await visit.until_gone()

        async with serving(hears_the_first) as server:
            async with connected(server.url, within_s=AMPLE_S) as connection:
                await connection.send(b"one")
                async with asyncio.timeout(AMPLE_S):
                    await heard.wait()
                await connection.send(b"two", b"three")
            await server.done()
            assert server.visits[0].pieces[0] == b"one"
            assert b"".join(server.visits[0].pieces[1:]) == b"twothree"

    asyncio.run(test())


def test_more_than_any_buffer_holds_is_sent(serving: Serving) -> None:
    async def test() -> None:
        async with serving(listens) as server:
            large = b"x" * 8_000_000
            await converse(server.url, [large, b"end"], within_s=AMPLE_S, half_close=True)
            await server.done()
            assert b"".join(server.visits[0].pieces) == large + b"end"

    asyncio.run(test())


# -- what comes back -------------------------------------------------------------------


def test_an_answer_is_read_until_the_endpoint_closes(serving: Serving) -> None:
    async def test() -> None:
        async with serving(answers_and_closes) as server:
            reply = await converse(server.url, [get_request(server.url)], within_s=AMPLE_S)
        assert reply.data == ANSWER
        assert (reply.closed, reply.reset, reply.status, reply.answers) == (True, False, 200, 1)
        assert reply.rest == b""
        assert reply.elapsed_s < AMPLE_S

    asyncio.run(test())


def test_reading_stops_after_enough_answers(serving: Serving) -> None:
    async def test() -> None:
        async with serving(answers_and_stays) as server:
            two = get_request(server.url) * 2
            reply = await converse(server.url, [two], within_s=AMPLE_S, answers=2)
        assert (reply.answers, reply.closed) == (2, False)
        assert [answer.body for answer in reply.replies] == [b"{}", b"{}"]

    asyncio.run(test())


def test_a_silent_endpoint_is_not_waited_for_longer_than_told(serving: Serving) -> None:
    async def test() -> None:
        async with serving(listens) as server:
            reply = await converse(server.url, [b"GET"], within_s=0.05)
        assert (reply.data, reply.closed, reply.reset) == (b"", False, False)
        assert reply.elapsed_s >= 0.05

    asyncio.run(test())


def test_an_endpoint_that_does_not_read_is_not_waited_for_either(serving: Serving) -> None:
    async def test() -> None:
        async def never_reads(visit: Visit) -> None:
            visit.writer.transport.pause_reading()  # type: ignore[attr-defined]
            await asyncio.Event().wait()

        async with serving(never_reads) as server:
            reply = await converse(server.url, [b"x" * 20_000_000], within_s=0.2)
        assert (reply.data, reply.closed) == (b"", False)

    asyncio.run(test())


def test_a_reset_is_told_from_a_close(serving: Serving) -> None:
    async def test() -> None:
        async def resets(visit: Visit) -> None:
            await visit.reader.read(65536)
            linger = visit.writer.get_extra_info("socket")
            linger.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            visit.writer.transport.abort()

        async with serving(resets) as server:
            reply = await converse(server.url, [b"GET / HTTP/1.1\r\n"], within_s=AMPLE_S)
        assert (reply.data, reply.closed, reply.reset) == (b"", True, True)

    asyncio.run(test())


def test_what_an_endpoint_no_longer_takes_is_no_error(serving: Serving) -> None:
    async def test() -> None:
        async def closes_at_once(_visit: Visit) -> None: ...

        async with (
            serving(closes_at_once) as server,
            connected(server.url, within_s=AMPLE_S) as connection,
        ):
            await connection.listen(within_s=AMPLE_S)
            await connection.send(*[b"x" * 100_000] * 20)
            reply = await connection.listen(within_s=AMPLE_S)
        assert (reply.data, reply.closed) == (b"", True)

    asyncio.run(test())


def test_no_more_is_read_than_anybody_needs(serving: Serving) -> None:
    async def test() -> None:
        async def floods(visit: Visit) -> None:
            while True:
                visit.writer.write(b"x" * 65536)
                await visit.writer.drain()

        async with serving(floods) as server:
            reply = await converse(server.url, [], within_s=AMPLE_S)
        assert 2 * 1024 * 1024 <= len(reply.data) < 3 * 1024 * 1024

    asyncio.run(test())


# -- leaving ---------------------------------------------------------------------------


@pytest.mark.parametrize(("reset", "end"), [(False, "closed"), (True, "reset")])
def test_leaving_is_a_fin_or_a_reset(reset: bool, end: str, serving: Serving) -> None:
    async def test() -> None:
        async with serving(listens) as server:
            async with connected(server.url, within_s=AMPLE_S) as connection:
                await connection.send(b"GET / HT")
                connection.leave(reset=reset)
            await server.done()
            assert server.visits[0].end == end

    asyncio.run(test())


def test_a_conversation_may_be_left_without_listening(serving: Serving) -> None:
    async def test() -> None:
        async with serving(answers_and_closes) as server:
            request = get_request(server.url)
            reply = await converse(server.url, [request], within_s=AMPLE_S, leave=True)
            await server.done()
        assert (reply.data, reply.closed) == (b"", False)

    asyncio.run(test())


def test_the_way_back_stays_open_after_a_half_close(serving: Serving) -> None:
    async def test() -> None:
        async def answers_at_the_end(visit: Visit) -> None:
            await visit.until_gone()
            visit.writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

        async with serving(answers_at_the_end) as server:
            half = get_request(server.url)[:-8]
            reply = await converse(server.url, [half], within_s=AMPLE_S, half_close=True)
        assert (reply.status, reply.closed) == (400, True)

    asyncio.run(test())


# -- TLS -------------------------------------------------------------------------------


def test_raw_bytes_go_through_tls(serving: Serving, authority: Authority) -> None:
    async def test() -> None:
        async with serving(answers_and_stays, tls=authority.server()) as server:
            reply = await converse(
                server.url,
                [get_request(server.url)],
                within_s=AMPLE_S,
                answers=1,
                trust=authority.trust,
            )
        assert (reply.status, reply.answers) == (200, 1)

    asyncio.run(test())


@pytest.mark.parametrize("way", ["finish", "leave", "reset"])
def test_a_tls_connection_can_be_broken_off_too(
    way: str, serving: Serving, authority: Authority
) -> None:
    async def test() -> None:
        async with serving(listens, tls=authority.server()) as server:
            async with connected(server.url, within_s=AMPLE_S, trust=authority.trust) as connection:
                await connection.send(b"GET / HT")
                if way == "finish":
                    connection.finish()
                    assert (await connection.listen(within_s=AMPLE_S)).closed
                else:
                    connection.leave(reset=way == "reset")
            await server.done()
            # Unread TLS records make the system reset a connection that is closed at once.
            allowed = {"finish": ["closed"], "leave": ["closed", "reset"], "reset": ["reset"]}
            assert server.visits[0].end in allowed[way]

    asyncio.run(test())


def test_a_certificate_that_nobody_vouches_for_is_refused(
    serving: Serving, authority: Authority
) -> None:
    async def test() -> None:
        async with serving(listens, tls=authority.server()) as server:
            with pytest.raises(ExchangeFailed, match="certificate refused: unable to get") as told:
                await converse(server.url, [b"GET"], within_s=AMPLE_S)
        assert told.value.observed is Observed.TLS

    asyncio.run(test())


def test_a_port_that_does_not_speak_tls_is_told(serving: Serving, authority: Authority) -> None:
    async def answers_in_plain(visit: Visit) -> None:
        await visit.reader.read(65536)
        visit.writer.write(ANSWER)

    async def closes(visit: Visit) -> None:
        await visit.reader.read(65536)

    async def test() -> None:
        for leads in (answers_in_plain, closes):
            async with serving(leads) as server:
                url = server.url.replace("http:", "https:")
                with pytest.raises(ExchangeFailed, match="TLS handshake failed") as told:
                    await converse(url, [b"GET"], within_s=AMPLE_S, trust=authority.trust)
                assert told.value.observed is Observed.TLS

    asyncio.run(test())


# -- no connection ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "observed"),
    [
        ("http://127.0.0.1:{free}/", Observed.REFUSED),
        ("https://127.0.0.1:{free}/", Observed.REFUSED),
        ("http://no-such-host.invalid/", Observed.DNS),
    ],
)
def test_no_connection_is_told_for_what_it_is(url: str, observed: Observed) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]
    with pytest.raises(ExchangeFailed) as told:
        asyncio.run(converse(url.format(free=free), [b"GET"], within_s=AMPLE_S))
    assert told.value.observed is observed


def test_a_connection_that_does_not_come_about_in_time_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=1) as full:
        address = full.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(address)
        with pytest.raises(ExchangeFailed) as told:
            asyncio.run(converse(f"http://127.0.0.1:{address[1]}/", [b"GET"], within_s=0.2))
        for one in waiting:
            one.close()
    assert told.value.observed is Observed.CONNECT_TIMEOUT


@pytest.mark.parametrize("url", ["http:///crm", "crm", "http://crm:99999/", "http://crm:port/"])
def test_an_address_that_is_none_is_the_users_to_fix(url: str) -> None:
    with pytest.raises(UsageError, match="URL"):
        asyncio.run(converse(url, [b"GET"], within_s=AMPLE_S))


# -- spelling --------------------------------------------------------------------------


def test_a_get_is_spelled_with_what_http_asks_for() -> None:
    assert get_request("http://crm.example:8080/crm?a=1", headers=["Connection: close"]) == (
        b"GET /crm?a=1 HTTP/1.1\r\nHost: crm.example:8080\r\nConnection: close\r\n\r\n"
    )
    assert get_request("http://crm.example", version="HTTP/1.0") == b"GET / HTTP/1.0\r\n\r\n"


def test_a_request_is_spelled_as_it_is() -> None:
    request = HttpRequest(
        method="post",
        url="http://me:a%20b@crm.example/crm",
        headers=(("X-Token", "t"),),
        body=b"a=1",
    )
    assert spelled(request, host=False) == (
        b"post /crm HTTP/1.1\r\nAuthorization: Basic bWU6YSBi\r\nX-Token: t\r\n"
        b"Content-Length: 3\r\n\r\na=1"
    )
