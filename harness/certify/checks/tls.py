"""TLS: may the PBX trust the endpoint, and does it speak what is still considered safe?"""

import ssl
import time
from collections.abc import Awaitable, Callable

from harness.certify.checks.answers import described, fell_silent
from harness.certify.checks.hostile import gone, ordinary
from harness.certify.checks.robustness_connections import others_are_answered
from harness.certify.context import Context
from harness.certify.reasons import Finding, not_applicable, satisfied, untestable, violated
from harness.certify.registry import check
from mockpbx.raw.connection import RawConnection, connected
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
from mockpbx.raw.request_bytes import spelled
from mockpbx.wire.address import split_url

_DAYS = 14
_DAY_S = 86_400
_OLD = {"TLS 1.0": ssl.TLSVersion.TLSv1, "TLS 1.1": ssl.TLSVersion.TLSv1_1}
_OURS_CANNOT = frozenset({"NO_PROTOCOLS_AVAILABLE", "NO_CIPHERS_AVAILABLE"})


async def _shake(context: Context, tls: ssl.SSLContext) -> Handshake:
    return await shake_hands(
        *split_url(context.profile.url).place, tls, within_s=context.deadline_s
    )


async def _verified(context: Context, *, host: bool = False, dates: bool = False) -> Handshake:
    return await _shake(context, trusting(context.pbx.trust, host=host, time=dates))


def _unseen(found: Handshake) -> Finding:
    """Say that something comes first that keeps this case from being judged."""
    return untestable(f"this cannot be seen, for there is no trust to begin with: {found.detail}")


# -- the certificate ------------------------------------------------------------------


@check("TLS-001")
async def certificate_is_trusted(context: Context) -> Finding:
    """Verify the chain, whatever name and dates the certificate bears."""
    found = await _verified(context)
    if found.done:
        return satisfied("a trusted authority vouches for the certificate")
    return violated(
        expected="a certificate that a trusted authority vouches for", received=found.detail
    )


@check("TLS-002")
async def certificate_names_the_host(context: Context) -> Finding:
    """Compare the certificate's names with the host of the address."""
    found = await _verified(context, host=True)
    host, _ = split_url(context.profile.url).place
    if found.done:
        return satisfied(f"the certificate names {host}")
    if found.refused not in OTHER_NAME:
        return _unseen(found)
    return violated(expected=f"a certificate for {host}", received=found.detail)


@check("TLS-003")
async def certificate_is_in_date(context: Context) -> Finding:
    """Look at when the certificate, and those above it, are valid."""
    found = await _verified(context, dates=True)
    if found.done:
        return satisfied(f"valid until {found.certificate.get('notAfter')}")
    if found.refused not in EXPIRED:
        return _unseen(found)
    return violated(expected="a certificate that is valid today", received=found.detail)


@check("TLS-004")
async def certificate_lasts(context: Context) -> Finding:
    """Count the days that the certificate is still valid."""
    found = await _verified(context)
    until = found.certificate.get("notAfter")
    if not isinstance(until, str):
        return _unseen(found)
    days = (ssl.cert_time_to_seconds(until) - time.time()) / _DAY_S
    if days >= _DAYS:
        return satisfied(f"valid until {until}")
    received = f"{days:.0f} days: until {until}" if days > 0 else f"expired on {until}"
    return violated(expected=f"at least {_DAYS} more days", received=received)


@check("TLS-005")
async def chain_is_complete(context: Context) -> Finding:
    """Look whether the certificates between the endpoint's own and the authority are sent."""
    found = await _verified(context)
    if found.done:
        return satisfied(f"{found.sent or 'all'} sent, and they lead to a trusted authority")
    sent = (await _shake(context, trusting_anybody())).sent
    if found.refused not in NO_ISSUER or sent != 1:
        return _unseen(found)
    return violated(
        expected="the endpoint's certificate and all between it and a trusted authority",
        received="one certificate only, which no trusted authority has signed itself",
    )


# -- the protocol ---------------------------------------------------------------------


@check("TLS-006")
async def protocol_is_current(context: Context) -> Finding:
    """Offer TLS 1.2 and 1.3."""
    found = await _shake(context, trusting_anybody())
    if found.done:
        return satisfied(f"{found.version}")
    return violated(expected="TLS 1.2 or 1.3", received=f"no handshake: {found.detail}")


@check("TLS-007")
async def old_protocols_are_refused(context: Context) -> Finding:
    """Offer nothing but TLS 1.0, then nothing but TLS 1.1."""
    agreed = []
    for name, version in _OLD.items():
        found = await _shake(context, speaking_only(version))
        if found.detail in _OURS_CANNOT:
            return not_applicable(f"OpenSSL on this machine cannot offer {name}")
        if found.done:
            agreed.append(name)
    if agreed:
        return violated(expected="TLS 1.0 and 1.1 refused", received=f"{', '.join(agreed)} agreed")
    return satisfied("TLS 1.0 and 1.1 are refused")


# -- crooked handshakes ---------------------------------------------------------------

_HALF_A_HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"


def _below_tls(context: Context) -> str:
    """Return an address by which the same port is reached without TLS."""
    host, port = split_url(context.profile.url).place
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


async def _plain_http(context: Context, connection: RawConnection) -> None:
    await connection.send(spelled(ordinary(context)))
    await connection.listen(within_s=context.deadline_s, answers=1)


async def _half_a_hello(context: Context, connection: RawConnection) -> None:
    await connection.send(_HALF_A_HELLO)
    connection.finish()
    await connection.listen(within_s=context.deadline_s)


async def _reset(_context: Context, connection: RawConnection) -> None:
    await connection.send(_HALF_A_HELLO)
    connection.leave(reset=True)


Disturbs = Callable[[Context, RawConnection], Awaitable[None]]


async def _undisturbed(context: Context, *disturbances: Disturbs) -> Finding:
    before = await context.probe()
    if fell_silent(before):
        return untestable(f"not even an ordinary call is answered: {described(before)}")
    for disturbs in disturbances:
        async with connected(_below_tls(context), within_s=context.deadline_s) as connection:
            await disturbs(context, connection)
        found = await gone(context, probes=3)
        if found is not None:
            return found
    return satisfied("the next call was answered")


@check("TLS-008")
async def plain_http_does_no_harm(context: Context) -> Finding:
    """Speak plain HTTP to the port of TLS."""
    return await _undisturbed(context, _plain_http)


@check("TLS-009")
async def broken_handshake_does_no_harm(context: Context) -> Finding:
    """Begin a handshake and break it off: by closing, then by a reset."""
    return await _undisturbed(context, _half_a_hello, _reset)


async def _nothing(_context: Context, _connection: RawConnection) -> None:
    return None


@check("TLS-010")
async def stalled_handshake_keeps_nobody_waiting(context: Context) -> Finding:
    """Connect and never begin the handshake, while another caller is answered."""
    before = await context.probe()
    if fell_silent(before):
        return untestable(f"not even an ordinary call is answered: {described(before)}")
    what = "never begins its handshake"
    return await others_are_answered(context, what, _nothing, url=_below_tls(context))
