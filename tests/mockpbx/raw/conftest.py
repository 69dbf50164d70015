"""Servers of bytes, with and without TLS, led by a function of the test.

::

    async def leads(visit: Visit) -> None:
        await visit.reader.readuntil(b"\\r\\n\\r\\n")
        visit.writer.write(b"HTTP/1.1 204 No Content\\r\\n\\r\\n")

    async with serving(leads) as server:
        reply = await converse(server.url, [b"…"], within_s=5)
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest
import trustme


@dataclass(slots=True)
class Visit:
    """One connection; `pieces` holds what was read piece by piece, `end` how it ended."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    pieces: list[bytes] = field(default_factory=list)
    end: str = ""

    async def until_gone(self) -> None:
        """Read until the other side closes; note whether it did so with a reset."""
        try:
            while piece := await self.reader.read(65536):
                self.pieces.append(piece)
        except ConnectionResetError:
            self.end = "reset"
        except OSError:
            self.end = "broken"
        else:
            self.end = "closed"


Leads = Callable[[Visit], Awaitable[None]]


@dataclass(slots=True)
class Server:
    """A server on the loopback."""

    url: str = ""
    visits: list[Visit] = field(default_factory=list)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    visited: asyncio.Event = field(default_factory=asyncio.Event)

    async def done(self) -> None:
        """Wait until somebody has come and every visit is over."""
        await self.visited.wait()
        await asyncio.gather(*self.tasks)


class Serving(Protocol):
    """Opens a server."""

    def __call__(
        self, leads: Leads, *, tls: ssl.SSLContext | None = None
    ) -> AbstractAsyncContextManager[Server]: ...


@asynccontextmanager
async def _serving(leads: Leads, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    served = Server()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visit = Visit(reader, writer)
        served.visits.append(visit)
        served.visited.set()
        served.tasks.append(asyncio.create_task(attend(visit)))

    async def attend(visit: Visit) -> None:
        try:
            await leads(visit)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the other side is gone
        except asyncio.CancelledError:
            visit.writer.transport.abort()
        visit.writer.close()
        with suppress(OSError):
            await visit.writer.wait_closed()

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    served.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}/crm"
    try:
        yield served
    finally:
        server.close()
        for task in served.tasks:
            task.cancel()
        await asyncio.gather(*served.tasks, return_exceptions=True)


@pytest.fixture(scope="session")
def serving() -> Serving:
    """Open servers of bytes."""
    return _serving


@dataclass(slots=True)
class Authority:
    """A certificate authority of the test, and those who trust it."""

    ca: trustme.CA
    trust: ssl.SSLContext

    def server(
        self, *names: str, since: datetime | None = None, until: datetime | None = None
    ) -> ssl.SSLContext:
        """Return a server's context with a certificate for these names."""
        wanted = names or ("127.0.0.1",)
        return _server(self.ca.issue_cert(*wanted, not_before=since, not_after=until))

    def expired(self, *names: str) -> ssl.SSLContext:
        """Return one whose certificate is of the past."""
        since, until = (datetime(year, 1, 1, tzinfo=UTC) for year in (2001, 2002))
        return self.server(*names, since=since, until=until)

    def below(self, folder: Path, *, complete: bool) -> ssl.SSLContext:
        """Return one below an intermediate authority, with the whole chain or without it."""
        certificate = self.ca.create_child_ca().issue_cert("127.0.0.1")
        if complete:
            return _server(certificate)
        file = folder / "leaf.pem"
        leaf = certificate.private_key_pem.bytes() + certificate.cert_chain_pems[0].bytes()
        file.write_bytes(leaf)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def _server(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


@pytest.fixture(scope="session")
def authority() -> Authority:
    """Found an authority."""
    ca = trustme.CA()
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    ca.configure_trust(trust)
    return Authority(ca, trust)
