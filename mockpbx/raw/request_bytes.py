"""Requests → the bytes that go out."""

import base64
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from mockpbx.wire.messages import HttpRequest


def spelled(
    request: HttpRequest,
    *,
    version: str = "HTTP/1.1",
    host: bool = True,
    headers: Sequence[str] = (),
) -> bytes:
    """Return the bytes of a request, with the headers that HTTP asks for.

    Args:
        request: What to send; its method goes out in the case it is written in.
        version: The version that the request line claims.
        host: Send the header Host.
        headers: Further lines, as they are.
    """
    parts = urlsplit(request.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"{request.method} {target} {version}"]
    if host:
        lines.append(f"Host: {parts.netloc.rpartition('@')[2]}")
    if parts.username or parts.password:
        user = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        lines.append(f"Authorization: Basic {base64.b64encode(user.encode()).decode()}")
    lines += [f"{name}: {value}" for name, value in request.headers]
    lines += headers
    if request.body is not None:
        lines.append(f"Content-Length: {len(request.body)}")
    head = "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")
    return head + (request.body or b"")


def get_request(url: str, *, version: str = "HTTP/1.1", headers: Sequence[str] = ()) -> bytes:
    """Return the bytes of a GET for an address, with the headers that HTTP asks for."""
    request = HttpRequest(method="GET", url=url, headers=(), body=None)
    return spelled(request, version=version, host=version != "HTTP/1.0", headers=headers)
