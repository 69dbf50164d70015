"""Settings of the reference server, checked when they are made."""

import ipaddress
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network

import phonenumbers
from pydantic import SecretStr

from reference_server.domain import Policy

Network = IPv4Network | IPv6Network

LOOPBACK_NAMES = frozenset({"localhost", "ip6-localhost"})


class SettingsError(ValueError):
    """A setting is wrong; the message says which and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this server runs.

    Attributes:
        database: A file path or a URL (`sqlite:///…`, `postgresql://…`, `postgres://…`).
        host: The address to listen on.
        port: The port to listen on; 0 takes a free one.
        seed: What the generated couriers and orders are drawn from.
        couriers: How many couriers to seed, the fixed cast included.
        orders: How many orders to seed, those of the cast included.
        policy: What the shop chose about the courier line.
        region: Whose way of writing numbers without a country code is meant.
        secret: What the PBX has to show, in the path or in the query.
        secret_parameter: The name of the query parameter for it.
        allow: The networks the PBX may call from; empty allows all.
        token: The bearer token of the CRM API.
        stub: When given, the text that answers every call instead of a decision.
    """

    database: str
    host: str = "127.0.0.1"
    port: int = 8080
    seed: int = 7
    couriers: int = 50
    orders: int = 500
    policy: Policy = field(default_factory=Policy)
    region: str = "RU"
    secret: SecretStr | None = None
    secret_parameter: str = "secret"  # noqa: S105 - a name, not a secret
    allow: tuple[Network, ...] = ()
    token: SecretStr | None = None
    stub: str | None = None

    def __post_init__(self) -> None:
        """Refuse what could only fail later, or leave the CRM open to the network."""
        if self.region not in phonenumbers.SUPPORTED_REGIONS:
            raise SettingsError(
                f"unknown region {self.region!r}: use two capital letters, such as RU"
            )
        if self.token is None and not is_loopback(self.host):
            raise SettingsError(
                f"{self.host} is reachable from outside and the CRM API has no token: "
                "give one with --token (or REFERENCE_TOKEN), or use --host 127.0.0.1"
            )
        for name, secret in (("secret", self.secret), ("token", self.token)):
            if secret is not None and not secret.get_secret_value():
                raise SettingsError(f"the {name} is empty: give one or leave --{name} out")


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach an address."""
    if host in LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def parse_network(text: str) -> Network:
    """Read one `--allow` value, an address or a network in CIDR notation.

    Raises:
        SettingsError: When it is neither.
    """
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        raise SettingsError(
            f"{text!r} is not a network ({error}): write it as 10.0.0.0/8 or 203.0.113.7"
        ) from error
