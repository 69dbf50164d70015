"""What the operating system and TLS say of a connection, in the words of the PBX: said once."""

import socket
import ssl

from mockpbx.core.observed import Observed
from mockpbx.errors import ExchangeFailed
from mockpbx.wire.rejected import excerpt


def connection_failure(  # noqa: C901  # a table: one error a line
    cause: BaseException, host: str, port: int, *, connected: bool, in_handshake: bool
) -> ExchangeFailed | None:
    """Return what an error means; None if it says nothing of a connection.

    Args:
        cause: The error.
        host: Where the connection leads.
        port: Of the host.
        connected: True once the connection was there.
        in_handshake: True while TLS is being agreed upon.
    """
    match cause:
        case ssl.SSLCertVerificationError():
            said = Observed.TLS, f"certificate refused: {excerpt(cause.verify_message)}"
        case ssl.SSLError() if in_handshake:
            said = Observed.TLS, f"TLS handshake failed: {_reason(cause)}"
        case ssl.SSLError():
            said = Observed.TLS, f"TLS failed after the handshake: {_reason(cause)}"
        case socket.gaierror():
            said = Observed.DNS, f"the name {host} has no address"
        case ConnectionRefusedError():
            said = Observed.REFUSED, f"nothing listens at {host} port {port}"
        case ConnectionResetError() | BrokenPipeError() if in_handshake:
            said = Observed.TLS, "TLS handshake failed: the connection was reset"
        case ConnectionError() if in_handshake:
            said = Observed.TLS, "TLS handshake failed: the connection was closed"
        case ConnectionResetError() | BrokenPipeError():
            said = Observed.RESET, "the connection was reset"
        case TimeoutError() if not connected:
            said = Observed.CONNECT_TIMEOUT, "no connection came about in time"
        case TimeoutError():
            said = Observed.READ_TIMEOUT, "the endpoint fell silent"
        case _:
            return None
    return ExchangeFailed(*said)


def no_connection(cause: OSError, host: str, port: int, *, tls: bool = False) -> ExchangeFailed:
    """Return why no connection came about.

    Args:
        cause: The error.
        host: Where it was to lead.
        port: Of the host.
        tls: True if TLS was to be agreed upon as part of it.
    """
    failed = connection_failure(cause, host, port, connected=False, in_handshake=tls)
    return failed or ExchangeFailed(Observed.REFUSED, f"no connection to {host}: {cause}")


def _reason(error: ssl.SSLError) -> str:
    return excerpt(getattr(error, "reason", None) or str(error))
