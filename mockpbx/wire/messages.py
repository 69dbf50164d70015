"""An HTTP request and its reply, as values."""

import shlex
from dataclasses import dataclass

Headers = tuple[tuple[str, str], ...]


def header_value(headers: Headers, name: str) -> str | None:
    """Find the first header of this name, in any case; None if there is none."""
    return next((value for key, value in headers if key.lower() == name.lower()), None)


def header_list(headers: Headers, name: str) -> list[str]:
    """Split a comma-separated header into its items, also when it is given several times."""
    values = [value for key, value in headers if key.lower() == name.lower()]
    return [item.strip() for item in ",".join(values).split(",") if item.strip()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verbatim:
    """What was sent byte for byte, because no HTTP client sends it so.

    Attributes:
        data: The bytes.
        finishes: The sending side was closed after them.
    """

    data: bytes
    finishes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """What the PBX sends.

    Attributes:
        method: ``GET`` or ``POST``.
        url: Absolute, without a fragment; path and query are percent-encoded, the host is as
            the user wrote it.
        headers: In the order they are sent; those of the connection are the driver's.
        body: None if the request has none.
        verbatim: What really went out, where this is only what it is meant to be.
        params: The parameters as names and unencoded values, where they could be made out.
    """

    method: str
    url: str
    headers: Headers
    body: bytes | None
    verbatim: Verbatim | None = None
    params: tuple[tuple[str, str], ...] = ()

    def header(self, name: str) -> str | None:
        """Find the first header of this name, in any case; None if there is none."""
        return header_value(self.headers, name)

    def curl(self) -> str:
        """Return a line for a POSIX shell that sends this request again with curl."""
        words = ["curl"]
        if any(letter in self.url for letter in "[]{}"):
            words.append("--globoff")
        if self.method != ("GET" if self.body is None else "POST"):
            words += ["--request", self.method]
        for name, value in self.headers:
            words += ["--header", f"{name}: {value}" if value else f"{name};"]
        if self.body is not None and self.header("Content-Type") is None:
            words += ["--header", "Content-Type:"]  # or curl invents one
        return self._with_body(words)

    def _with_body(self, words: list[str]) -> str:
        if self.body is None:
            return shlex.join([*words, self.url])
        text = _plain_text(self.body)
        if text is not None:
            return shlex.join([*words, "--data-raw", text, self.url])
        # Bytes that no shell argument can carry go in through a pipe.
        octal = "".join(f"\\{byte:03o}" for byte in self.body)
        return f"printf '{octal}' | " + shlex.join([*words, "--data-binary", "@-", self.url])


def _plain_text(body: bytes) -> str | None:
    """Decode a body that can be shown and pasted; None if it cannot."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpReply:
    """What the endpoint answered.

    Attributes:
        status: Status code.
        reason: Reason phrase; may be empty.
        headers: In the order they came.
        body: After transfer decoding (chunks joined), before content decoding (gzip).
        http_version: E.g. ``HTTP/1.1``.
    """

    status: int
    reason: str
    headers: Headers
    body: bytes
    http_version: str

    def header(self, name: str) -> str | None:
        """Find the first header of this name, in any case; None if there is none."""
        return header_value(self.headers, name)
