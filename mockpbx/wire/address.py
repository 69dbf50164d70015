"""Where a request goes: the endpoint's URL and headers, checked before anything is sent."""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from mockpbx.errors import UsageError
from mockpbx.wire.messages import Headers

_PORTS = {"http": 80, "https": 443}
_WRITE = "write it like http://127.0.0.1:8080/crm_integration"
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LEGAL = "%/:@!$&'()*+,;=?~[]"
"""Characters that stay as they are in the path and query of the user's URL; the percent
sign because what is already encoded must not be encoded again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An endpoint's URL, taken apart.

    Attributes:
        base: Scheme, host and port as given, and the path, percent-encoded.
        query: The URL's own query, percent-encoded; empty if it has none.
        host: Who is connected to.
        port: Of the host.
    """

    base: str
    query: str
    host: str
    port: int

    @property
    def place(self) -> tuple[str, int]:
        """Host and port."""
        return self.host, self.port

    def with_query(self, more: str) -> str:
        """Return the whole URL, with more parameters after its own; `more` may be empty."""
        query = "&".join(part for part in (self.query, more) if part)
        return f"{self.base}?{query}" if query else self.base


def split_url(url: str) -> Address:
    """Take an endpoint's URL apart; the fragment is dropped, as in any HTTP request.

    Raises:
        UsageError: It is no http or https URL. The message does not repeat the URL, which
            may hold a secret.
    """
    if _CONTROL.search(url):
        raise UsageError(f"the endpoint's URL holds a control character; {_WRITE}")
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError as error:
        # The reason may quote a password: it stays in the traceback.
        raise UsageError(f"the endpoint's URL has an unusable host or port; {_WRITE}") from error
    if parts.scheme not in _PORTS:
        raise UsageError(f"the endpoint's URL must begin with http:// or https://; {_WRITE}")
    if not host or port == 0 or " " in parts.netloc:
        raise UsageError(f"the endpoint's URL names no host and port to connect to; {_WRITE}")
    path = quote(parts.path or "/", safe=_LEGAL, errors="surrogatepass")
    base = f"{parts.scheme}://{parts.netloc}{path}"
    query = quote(parts.query, safe=_LEGAL, errors="surrogatepass")
    return Address(base=base, query=query, host=host, port=port or _PORTS[parts.scheme])


def checked_headers(headers: Headers) -> Headers:
    """Let headers through that can be sent without changing what follows them.

    Raises:
        UsageError: A name is no header name, or a value breaks the line.
    """
    for name, value in headers:
        if not _TOKEN.fullmatch(name):
            raise UsageError(f"{name!r} cannot be a header's name; use letters, digits and hyphens")
        if _CONTROL.search(value.replace("\t", " ")):
            raise UsageError(f"the value of header {name} holds a control character; remove it")
    return headers
