"""What an answer itself says of what is wrong: the words of an error object, of a page."""

import html
import json
import re

from mockpbx.result.exchange import Exchange
from mockpbx.wire.keys import reported_error
from mockpbx.wire.rejected import excerpt

MOST_QUOTED = 200
"""Characters of an answer that are quoted."""

_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<(script|style)\b.*?</\1>|<[^>]+>", re.IGNORECASE | re.DOTALL)
_WORDS = ("message", "detail", "error_description", "error", "msg", "title", "reason", "errors")
"""Keys under which frameworks say what is wrong, the most telling first."""


def quoted(exchange: Exchange | None) -> str:
    """Quote what an answer says of what is wrong; nothing if it says nothing."""
    if exchange is None or exchange.reply is None or exchange.failure is None:
        return ""
    body = exchange.body[:10_000].strip()
    words = _of_json(body) or _of_page(body) or body
    one_line = " ".join(words.split())
    return f"“{excerpt(one_line, MOST_QUOTED)}”" if one_line else ""


def reports_error(exchange: Exchange | None) -> bool:
    """Tell whether an answer is an object that reports an error instead of instructing."""
    return exchange is not None and bool(reported_error(_members(exchange.body)))


def _members(body: str) -> dict[str, object]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _of_json(body: str) -> str:
    content = _members(body)
    for name in _WORDS:
        value = content.get(name)
        if value:
            return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return ""


def _of_page(body: str) -> str:
    """Return the title of a page, or what it says without its tags."""
    if not body.lower().startswith(("<!doctype html", "<html", "<")):
        return ""
    found = _TITLE.search(body)
    return html.unescape(found[1] if found else _TAG.sub(" ", body))


_PASSWORD = re.compile(r"""<input[^>]+type\s*=\s*["']?password""", re.IGNORECASE)
_CHALLENGE = re.compile(
    r"just a moment|checking your browser|cf-challenge|attention required|captcha|"
    r"enable javascript|ngrok|you are about to visit",
    re.IGNORECASE,
)


def wall_before(exchange: Exchange) -> str:
    """Say what to do about a page that stands before the endpoint; nothing if there is none."""
    body = exchange.body[:50_000]
    if not _of_page(body.strip()):
        return ""
    if _PASSWORD.search(body):
        return "a login page answers in the endpoint's place: exempt this address from the login"
    if _CHALLENGE.search(body):
        return (
            "a page for browsers stands before the endpoint (a challenge, a tunnel's warning): "
            "switch it off for this address; a tunnel may want a header, such as "
            "ngrok-skip-browser-warning, given with -H"
        )
    return ""
