"""Certificates for endpoints that speak TLS: a good one, and bad ones."""

import datetime
from enum import Enum
from pathlib import Path

import trustme

HOST = "127.0.0.1"
AUTHORITY = "authority.pem"
_LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


class Certificate(Enum):
    """What is right or wrong with a certificate."""

    GOOD = "good"
    EXPIRED = "expired"
    ALMOST_EXPIRED = "almost-expired"
    OF_ANOTHER_HOST = "of-another-host"
    OF_NO_AUTHORITY = "of-no-authority"
    WITHOUT_CHAIN = "without-chain"

    def path(self, folder: Path) -> Path:
        """Say where it is kept."""
        return folder / f"{self.value}.pem"


def write_all(folder: Path) -> None:
    """Make a certificate of every kind, and the authority that is trusted."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / AUTHORITY))
    soon = datetime.datetime.now(tz=datetime.UTC) + datetime.timedelta(days=3)
    made = {
        Certificate.GOOD: authority.issue_cert(HOST),
        Certificate.EXPIRED: authority.issue_cert(HOST, not_before=_LONG_AGO, not_after=_LONG_AGO),
        Certificate.ALMOST_EXPIRED: authority.issue_cert(HOST, not_after=soon),
        Certificate.OF_ANOTHER_HOST: authority.issue_cert("crm.example"),
        Certificate.OF_NO_AUTHORITY: trustme.CA().issue_cert(HOST),
        Certificate.WITHOUT_CHAIN: authority.create_child_ca().issue_cert(HOST),
    }
    for kind, certificate in made.items():
        # The chain is the certificate itself and whoever stands between it and the authority.
        chain = certificate.cert_chain_pems[: 1 if kind is Certificate.WITHOUT_CHAIN else None]
        parts = [certificate.private_key_pem.bytes(), *(pem.bytes() for pem in chain)]
        kind.path(folder).write_bytes(b"".join(parts))
