"""Endpoints whose TLS nobody should trust."""

import ssl

from harness.certify.model import Verdict
from tests.broken_endpoints.base import CourierLine
from tests.broken_endpoints.certificates import Certificate
from tests.broken_endpoints.register import broken


@broken("TLS-003", certificate=Certificate.EXPIRED)
class CertificateExpired(CourierLine):
    """Shows a certificate that has expired."""


@broken("TLS-004", verdict=Verdict.INFO, certificate=Certificate.ALMOST_EXPIRED)
class CertificateAlmostExpired(CourierLine):
    """Shows a certificate that expires in three days."""


@broken("TLS-002", certificate=Certificate.OF_ANOTHER_HOST)
class CertificateOfAnotherHost(CourierLine):
    """Shows the certificate of another host."""


@broken("TLS-001", certificate=Certificate.OF_NO_AUTHORITY)
class CertificateOfNoAuthority(CourierLine):
    """Shows a certificate that it has signed itself."""


@broken("TLS-005", certificate=Certificate.WITHOUT_CHAIN)
class CertificateWithoutChain(CourierLine):
    """Shows its own certificate only, and not who stands between it and the authority."""


@broken("TLS-007", verdict=Verdict.NONSTRICT, certificate=Certificate.GOOD)
class OldTls(CourierLine):
    """Still agrees to TLS 1.0."""

    def harden(self, context: ssl.SSLContext) -> None:
        """Undo what Python hardens by default."""
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1


@broken("TLS-010", verdict=Verdict.INFO, certificate=Certificate.GOOD, deadline_s=1.0)
class HandshakesOneByOne(CourierLine):
    """Shakes hands before it accepts the next caller: one who says nothing keeps all waiting."""

    handshake_at_once = True


@broken("TLS-006", certificate=Certificate.GOOD)
class OnlyOldTls(CourierLine):
    """Speaks nothing newer than TLS 1.1."""

    def harden(self, context: ssl.SSLContext) -> None:
        """Undo what Python hardens by default, and more."""
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1


@broken("TLS-008", certificate=Certificate.GOOD, deadline_s=1.0)
class DiesOfPlainHttp(CourierLine):
    """Ends when somebody speaks plain HTTP to it."""

    handshake_at_once = True
    dies_of_handshakes = True
