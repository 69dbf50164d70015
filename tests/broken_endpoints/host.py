"""A process full of endpoints: reads names, one a line, and tells the port of each.

It ends when its input does, so that it cannot outlive whoever started it.
"""

import ssl
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

if __name__ == "__main__":  # run by path
    sys.path[0] = str(Path(__file__).parents[2])

from tests.broken_endpoints import flasked, plain, raw
from tests.broken_endpoints.catalogue import endpoints
from tests.broken_endpoints.register import Endpoint, Style

_SERVE: Mapping[Style, Callable[..., int]] = {
    Style.PLAIN: plain.serve,
    Style.RAW: raw.serve,
    Style.FLASK: flasked.serve,
}


def open_endpoint(endpoint: Endpoint, certificate: str | None) -> int:
    """Open an endpoint and give its port."""
    assert endpoint.make is not None
    serve, line = _SERVE[endpoint.style], endpoint.make()
    return serve(line, _tls(certificate)) if certificate else serve(line)


def _tls(certificate: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def main() -> None:
    """Serve what is asked for until nobody asks any more."""
    for order in sys.stdin:
        name, *certificate = order.rstrip("\n").split("\t")
        port = open_endpoint(endpoints()[name], certificate[0] if certificate else None)
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
