"""One handshake: what is told of certificates and versions, proved with real servers."""

from __future__ import annotations

import asyncio
import socket
import ssl
import warnings
from typing import TYPE_CHECKING

import pytest
import trustme

from mockpbx.core.observed import Observed
from mockpbx.errors import ExchangeFailed
from mockpbx.raw.handshake import (
    EXPIRED,
    NO_ISSUER,
    OTHER_NAME,
    Handshake,
    shake_hands,
    speaking_only,
    trusting,
    trusting_anybody,
)
from mockpbx.wire.address import split_url

if TYPE_CHECKING:
    from pathlib import Path

    from tests.mockpbx.raw.conftest import Authority, Leads, Serving, Visit

AMPLE_S = 30.0


async def listens(visit: Visit) -> None:
    await visit.until_gone()


def shaken(serving: Serving, server: ssl.SSLContext, client: ssl.SSLContext) -> Handshake:
    async def test() -> Handshake:
        async with serving(listens, tls=server) as opened:
            return await shake_hands(*split_url(opened.url).place, client, within_s=AMPLE_S)

    return asyncio.run(test())


def test_a_good_certificate_is_told_with_its_dates(serving: Serving, authority: Authority) -> None:
    found = shaken(serving, authority.server(), trusting(authority.trust))
    assert (found.done, found.refused, found.version) == (True, None, "TLSv1.3")
    assert found.certificate["notAfter"] == "Jan  1 00:00:00 3000 GMT"
    assert found.sent == 1


def test_a_bad_certificate_is_refused_for_its_own_reason(
    serving: Serving, authority: Authority
) -> None:
    def refused(server: ssl.SSLContext) -> int | None:
        return shaken(serving, server, trusting(authority.trust)).refused

    assert refused(authority.expired()) in EXPIRED
    assert refused(authority.server("other.example")) in OTHER_NAME
    stranger = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(stranger)
    assert refused(stranger) in NO_ISSUER


def test_names_and_dates_can_be_left_aside(serving: Serving, authority: Authority) -> None:
    worst = authority.expired("other.example")
    assert shaken(serving, worst, trusting(authority.trust)).refused in OTHER_NAME
    assert shaken(serving, worst, trusting(authority.trust, host=False)).refused in EXPIRED
    assert shaken(serving, worst, trusting(authority.trust, time=False)).refused in OTHER_NAME
    assert shaken(serving, worst, trusting(authority.trust, host=False, time=False)).done


def test_the_certificates_that_are_sent_are_counted(
    serving: Serving, authority: Authority, tmp_path: Path
) -> None:
    whole, cut = (authority.below(tmp_path, complete=complete) for complete in (True, False))
    assert shaken(serving, whole, trusting(authority.trust)).sent == 2
    assert shaken(serving, cut, trusting(authority.trust)).refused in NO_ISSUER
    assert shaken(serving, cut, trusting_anybody()).sent == 1


def test_without_an_authority_of_ones_own_the_usual_ones_are_trusted(
    serving: Serving, authority: Authority
) -> None:
    assert shaken(serving, authority.server(), trusting(None)).refused in NO_ISSUER


def old_server(authority: Authority) -> ssl.SSLContext:
    server = authority.server()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        server.minimum_version = ssl.TLSVersion.TLSv1
    server.set_ciphers("DEFAULT:@SECLEVEL=0")
    return server


@pytest.mark.parametrize(
    ("version", "name"),
    [(ssl.TLSVersion.TLSv1, "TLSv1"), (ssl.TLSVersion.TLSv1_1, "TLSv1.1")],
)
def test_an_old_version_is_agreed_upon_where_it_is_offered(
    version: ssl.TLSVersion, name: str, serving: Serving, authority: Authority
) -> None:
    found = shaken(serving, old_server(authority), speaking_only(version))
    assert (found.done, found.version) == (True, name)
    assert not shaken(serving, authority.server(), speaking_only(version)).done


async def closes(visit: Visit) -> None:
    await visit.reader.read(65536)


async def speaks_http(visit: Visit) -> None:
    await visit.reader.read(65536)
    visit.writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")


@pytest.mark.parametrize(
    ("leads", "within_s", "words"),
    [
        (closes, AMPLE_S, "EOF"),
        (speaks_http, AMPLE_S, "WRONG_VERSION_NUMBER|RECORD"),
        (listens, 0.1, "the endpoint fell silent for 0.1 s"),
    ],
)
def test_a_port_without_tls_is_told(
    leads: Leads, within_s: float, words: str, serving: Serving
) -> None:
    async def test() -> Handshake:
        async with serving(leads) as opened:
            return await shake_hands(
                *split_url(opened.url).place, trusting_anybody(), within_s=within_s
            )

    found = asyncio.run(test())
    assert not found.done
    assert any(word in found.detail for word in words.split("|"))


def test_no_connection_is_not_a_failure_of_tls() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    for url, observed in (
        (f"https://127.0.0.1:{port}/", Observed.REFUSED),
        ("https://no-such-host.invalid/", Observed.DNS),
    ):
        with pytest.raises(ExchangeFailed) as told:
            asyncio.run(shake_hands(*split_url(url).place, trusting_anybody(), within_s=AMPLE_S))
        assert told.value.observed is observed
