"""Who may ask: the PBX by its secret and its address, the staff by a bearer token."""

import hmac
import ipaddress
from dataclasses import dataclass

from fastapi import HTTPException, Request
from pydantic import SecretStr

from reference_server.settings import Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Admits requests of the PBX.

    Attributes:
        secret: What has to stand in the path or in the query; None admits everybody.
        parameter: The name of the query parameter for it.
        allow: The networks that requests may come from; empty admits all.
    """

    secret: SecretStr | None
    parameter: str
    allow: tuple[Network, ...]

    def admits(self, request: Request) -> bool:
        """Check the address first, so that a foreign one cannot try secrets."""
        return self._is_from_allowed_network(request) and self._shows_secret(request)

    def _is_from_allowed_network(self, request: Request) -> bool:
        if not self.allow:
            return True
        # The address of the connection. X-Forwarded-For is anybody's to write.
        address = ipaddress.ip_address(request.client.host if request.client else "0.0.0.0")  # noqa: S104
        mapped = getattr(address, "ipv4_mapped", None)
        return any((mapped or address) in network for network in self.allow)

    def _shows_secret(self, request: Request) -> bool:
        if self.secret is None:
            return True
        shown = (
            request.path_params.get("secret", ""),
            *request.query_params.getlist(self.parameter),
        )
        return any(_same(text, self.secret) for text in shown)


def require_token(request: Request) -> None:
    """Admit the staff; without a configured token the server is bound to loopback only."""
    token: SecretStr | None = request.app.state.settings.token
    if token is None:
        return
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not _same(shown.strip(), token):
        raise HTTPException(
            status_code=401,
            detail="the CRM API needs its bearer token",
            headers={"WWW-Authenticate": "Bearer"},
        )


def _same(shown: str, secret: SecretStr) -> bool:
    expected = secret.get_secret_value().encode()
    return hmac.compare_digest(shown.encode(errors="surrogatepass"), expected)
