"""One TLS handshake, and what came of it.

Done with blocking sockets in a thread: they tell more about certificates than asyncio's do,
and a handshake that fails leaves nothing behind.
"""

import asyncio
import socket
import ssl
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mockpbx.drivers.connection_errors import no_connection
from mockpbx.drivers.live import trust as usual_trust

_NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL, which the module ssl does not name."""

EXPIRED = frozenset({9, 10})
"""Not yet valid, no longer valid: X509_V_ERR_CERT_NOT_YET_VALID and …_HAS_EXPIRED."""
OTHER_NAME = frozenset({62, 63, 64})
"""Of another host, mail address or IP address: X509_V_ERR_HOSTNAME_MISMATCH and so on."""
SELF_SIGNED = frozenset({18, 19})
"""Of its own authority: X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT and …_IN_CHAIN."""
NO_ISSUER = frozenset({2, 20, 21})
"""The chain ends before a trusted authority: X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT and so on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handshake:
    """What came of a handshake.

    Attributes:
        done: True if TLS was agreed upon.
        version: The version agreed upon, ``TLSv1.3``.
        refused: Why the certificate was refused: a code of OpenSSL; None if it was not.
        detail: Why it failed, in words.
        certificate: The endpoint's certificate as `ssl` decodes it; empty if not verified.
        sent: How many certificates the endpoint sent; None if that cannot be told.
    """

    done: bool
    version: str | None = None
    refused: int | None = None
    detail: str = ""
    certificate: Mapping[str, Any] = field(default_factory=dict)
    sent: int | None = None


async def shake_hands(
    host: str, port: int, context: ssl.SSLContext, *, within_s: float
) -> Handshake:
    """Connect, agree upon TLS, and close again; nothing else is sent.

    Args:
        host: Who is connected to.
        port: Of the host.
        context: How: what to trust, which versions to offer.
        within_s: Seconds for each step.

    Raises:
        ExchangeFailed: There is no connection below TLS.
    """
    return await asyncio.to_thread(_shake_hands, host, port, context, within_s)


def _shake_hands(host: str, port: int, context: ssl.SSLContext, within_s: float) -> Handshake:
    try:
        plain = socket.create_connection((host, port), timeout=within_s)
    except OSError as error:  # TimeoutError is one
        raise no_connection(error, host, port) from error
    with plain:
        try:
            with context.wrap_socket(plain, server_hostname=host) as secure:
                return _agreed(secure)
        except ssl.SSLCertVerificationError as error:
            return Handshake(done=False, refused=error.verify_code, detail=error.verify_message)
        except ssl.SSLError as error:
            return Handshake(done=False, detail=error.reason or str(error))
        except TimeoutError:
            return Handshake(done=False, detail=f"the endpoint fell silent for {within_s:g} s")
        except OSError:
            return Handshake(done=False, detail="the connection was closed in the handshake")


def _agreed(secure: ssl.SSLSocket) -> Handshake:
    return Handshake(
        done=True,
        version=secure.version(),
        certificate=secure.getpeercert() or {},
        sent=_certificates_sent(secure),
    )


def _certificates_sent(secure: ssl.SSLSocket) -> int | None:
    """Count them; public from Python 3.13 on, before that within the socket's own object."""
    of = secure if hasattr(secure, "get_unverified_chain") else getattr(secure, "_sslobj", None)
    chain = getattr(of, "get_unverified_chain", None)
    return len(chain() or ()) if chain is not None else None


def trusting(
    trust: ssl.SSLContext | None, *, host: bool = True, time: bool = True
) -> ssl.SSLContext:
    """Make a context that trusts the same authorities as another.

    Args:
        trust: Certificates to trust; the usual authorities if not given.
        host: Compare the certificate's name with the host's.
        time: Look at when the certificate is valid.
    """
    context = usual_trust(None)
    if trust is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.verify_flags = trust.verify_flags
        authorities = trust.get_ca_certs(binary_form=True)
        if authorities:
            context.load_verify_locations(cadata=b"".join(authorities))
    context.check_hostname = host
    if not time:
        context.verify_flags = ssl.VerifyFlags(context.verify_flags | _NO_CHECK_TIME)
    return context


def trusting_anybody() -> ssl.SSLContext:
    """Make a context that takes any certificate: to see what an endpoint speaks and sends."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def speaking_only(version: ssl.TLSVersion) -> ssl.SSLContext:
    """Make a context that offers one version of TLS and takes any certificate."""
    context = trusting_anybody()
    with warnings.catch_warnings():
        # Old versions are deprecated, and asking for one is the point.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = version
        context.maximum_version = version
    # OpenSSL 3 speaks TLS 1.0 and 1.1 at its lowest level of security only.
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    return context
