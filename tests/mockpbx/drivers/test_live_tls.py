"""TLS: every way in which a certificate or a handshake is no good."""

from __future__ import annotations

import os
import ssl
from typing import TYPE_CHECKING

import pytest

from mockpbx.core.observed import Observed
from mockpbx.drivers.live import HttpTransport
from mockpbx.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.mockpbx.drivers.conftest import Bench, Leads, Visit


def test_a_good_certificate_of_a_trusted_authority_is_accepted(bench: Bench) -> None:
    async def test() -> None:
        tls = bench.certificates.context("good")
        async with bench.server(bench.well, tls=tls) as server, bench.connect() as transport:
            for _ in range(2):
                bench.went_well(await bench.call(server.url, transport))
            assert {request.connection for request in server.requests} == {1}

    bench.run(test())


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("expired", "certificate refused: certificate has expired"),
        ("wrong host", "certificate refused: IP address mismatch"),
        ("self-signed", "certificate refused: self-signed certificate"),
        ("unknown CA", "certificate refused: unable to get local issuer certificate"),
    ],
)
def test_a_bad_certificate_is_refused_and_the_request_never_sent(
    kind: str, words: str, bench: Bench
) -> None:
    async def test() -> None:
        bad, good = bench.certificates.context(kind), bench.certificates.context("good")
        async with (
            bench.server(bench.well, tls=bad) as server,
            bench.server(bench.well, tls=good) as other,
            bench.connect() as transport,
        ):
            played = await bench.call(server.url, transport)
            exchange = bench.fell_back(played, Observed.TLS, words)
            assert exchange.reply is None
            bench.went_well(await bench.call(other.url, transport))
        assert server.requests == []

    bench.run(test())


def test_without_a_file_of_certificates_the_usual_authorities_are_trusted(bench: Bench) -> None:
    async def test() -> None:
        tls = bench.certificates.context("good")
        async with bench.server(bench.well, tls=tls) as server, HttpTransport() as transport:
            played = await bench.call(server.url, transport)
            bench.fell_back(played, Observed.TLS, "certificate refused")

    bench.run(test())


async def answers_in_plain_http(visit: Visit) -> None:
    await visit.reader.read(65536)
    await visit.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


async def resets_the_handshake(visit: Visit) -> None:
    await visit.reader.read(65536)
    visit.reset()


async def closes_in_the_handshake(visit: Visit) -> None:
    await visit.reader.read(65536)


@pytest.mark.parametrize(
    ("leads", "words"),
    [
        (answers_in_plain_http, "TLS handshake failed"),
        (resets_the_handshake, "TLS handshake failed: the connection was reset"),
        (closes_in_the_handshake, "TLS handshake failed"),
    ],
)
def test_a_failed_handshake_is_a_failure_of_tls(leads: Leads, words: str, bench: Bench) -> None:
    async def test() -> None:
        async with bench.server(leads) as server, bench.connect() as transport:
            url = server.url.replace("http://", "https://")
            bench.fell_back(await bench.call(url, transport), Observed.TLS, words)
            await server.all_gone()

    bench.run(test())


def test_an_endpoint_that_wants_a_certificate_of_the_pbx_is_a_failure_of_tls(bench: Bench) -> None:
    async def test() -> None:
        tls = bench.certificates.context("asks for a certificate")
        tls.maximum_version = ssl.TLSVersion.TLSv1_2
        async with bench.server(bench.well, tls=tls) as server:
            played = await bench.call(server.url)
            bench.fell_back(played, Observed.TLS, "TLS handshake failed")

    bench.run(test())


def test_a_failure_of_tls_after_the_handshake_is_told_as_such(bench: Bench) -> None:
    async def forgets_to_encrypt(visit: Visit) -> None:
        await visit.request()
        os.write(visit.writer.get_extra_info("socket").fileno(), b"HTTP/1.1 500 Plain\r\n\r\n")
        await visit.until_closed()

    async def test() -> None:
        tls = bench.certificates.context("good")
        async with bench.server(forgets_to_encrypt, tls=tls) as server:
            played = await bench.call(server.url)
            bench.fell_back(played, Observed.TLS, "TLS failed after the handshake")
            await server.all_gone()

    bench.run(test())


def test_a_handshake_that_never_ends_is_closed_at_the_deadline(bench: Bench) -> None:
    async def test() -> None:
        async with bench.server(bench.well) as server:
            url = server.url.replace("http://", "https://")
            hung = await bench.call(url, deadline_s=0.3)
            bench.fell_back(hung, Observed.DEADLINE)
            await server.all_gone()

    bench.run(test())


@pytest.mark.parametrize(
    ("cuts", "observed"),
    [
        (b"", Observed.EOF_EMPTY),
        (b"HTTP/1.1 200 OK\r\nContent-Le", Observed.EOF_PARTIAL),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{", Observed.EOF_PARTIAL),
    ],
)
def test_an_answer_cut_off_without_a_farewell_of_tls_is_told_like_any_other(
    cuts: bytes, observed: Observed, bench: Bench
) -> None:
    async def breaks_off(visit: Visit) -> None:
        await visit.request()
        await visit.send(cuts)
        visit.writer.get_extra_info("socket").shutdown(2)

    async def test() -> None:
        tls = bench.certificates.context("good")
        async with bench.server(breaks_off, tls=tls) as server:
            bench.fell_back(await bench.call(server.url), observed)

    bench.run(test())


@pytest.mark.parametrize("content", [None, "", "no certificate at all"])
def test_a_useless_file_of_certificates_is_told_by_name(
    content: str | None, tmp_path: Path
) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(UsageError, match=r"ca\.pem cannot be used as a file of certificates"):
        HttpTransport(ca_file=str(file))


def test_the_default_of_tls_is_at_least_1_2(bench: Bench) -> None:
    async def test() -> None:
        tls = bench.certificates.context("good")
        tls.maximum_version = ssl.TLSVersion.TLSv1_2
        async with bench.server(bench.well, tls=tls) as server:
            bench.went_well(await bench.call(server.url))

    bench.run(test())
