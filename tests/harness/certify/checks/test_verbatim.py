"""What the evidence of raw requests says was sent is what the endpoint got."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.harness.certify.checks.conftest import Certify

ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n"
    b'{"returned_code": 2}'
)


class Recorder(asyncio.Protocol):
    """Keeps what comes on a connection; answers when a head or the sending side ends."""

    def __init__(self, kept: list[bytearray]) -> None:
        self._data = bytearray()
        kept.append(self._data)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        heads = self._data.count(b"\r\n\r\n")
        self._data += data
        self._transport.write(ANSWER * (self._data.count(b"\r\n\r\n") - heads))
        wants_close = b"Connection: close\r\n" in self._data and b"Content-Length" not in self._data
        if wants_close and self._data.endswith(b"\r\n\r\n"):
            self._transport.close()

    def eof_received(self) -> None:
        self._transport.write(ANSWER)


@pytest.fixture
def recorded(_serving: asyncio.AbstractEventLoop) -> Iterator[tuple[str, list[bytearray]]]:
    kept: list[bytearray] = []

    async def listen() -> asyncio.Server:
        loop = asyncio.get_running_loop()
        return await loop.create_server(lambda: Recorder(kept), "127.0.0.1", 0)

    server = asyncio.run_coroutine_threadsafe(listen(), _serving).result(30)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/crm_integration", kept
    _serving.call_soon_threadsafe(server.close)


@pytest.mark.parametrize(
    "prefix", ["ROBUST-03", "ROBUST-04", "ROBUST-05", "ROBUST-086", "REPLY-11", "TIME-003"]
)
def test_the_bytes_of_the_evidence_are_those_that_came(
    prefix: str, recorded: tuple[str, list[bytearray]], results_of: Certify
) -> None:
    url, came = recorded
    results = results_of(prefix, url).values()
    noted = [one.request.verbatim for result in results for one in result.exchanges]
    spelled = [one.data for one in noted if one is not None]
    assert spelled
    assert not [data for data in spelled if data not in came]
