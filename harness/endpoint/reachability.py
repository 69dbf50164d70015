"""Whether anything answers at the endpoint's address."""

from mockpbx.core.observed import Observed
from mockpbx.errors import EndpointError, ExchangeFailed
from mockpbx.raw.connection import knock
from mockpbx.wire.address import split_url

_HINTS = {
    Observed.REFUSED: "is it running?",
    Observed.DNS: "is it spelt right?",
    Observed.CONNECT_TIMEOUT: "a firewall may drop what is sent there",
}


class UnreachableError(EndpointError):
    """Nothing answers at the endpoint's address."""


async def check_reachable(url: str, *, within_s: float) -> None:
    """Open a connection to the endpoint and close it again; nothing is sent.

    Raises:
        UnreachableError: There is no connection to be had.
        UsageError: The address is none.
    """
    split_url(url)
    try:
        await knock(*split_url(url.strip()).place, within_s=within_s)
    except ExchangeFailed as failed:
        hint = _HINTS.get(failed.observed, "")
        raise UnreachableError("; ".join(filter(None, (failed.detail, hint)))) from failed
