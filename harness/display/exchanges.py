"""What went to the endpoint and what came back, as lines for people."""

from collections.abc import Iterator

from harness.display.counting import counted
from harness.display.plain import redacted
from harness.display.repeating import why_not
from mockpbx.async_pbx import APP_URL
from mockpbx.masking import Masker
from mockpbx.result.call_result import CallResult
from mockpbx.result.exchange import Exchange
from mockpbx.wire.messages import HttpRequest

_MOST_EXCHANGES = 6
"""Of a call, that lines are made of."""
_MOST_BODY = 1000
"""Bytes that are looked at: numbers are masked before the text is cut."""
_SHOWN = 300
"""Characters of a body that are shown."""


def exchange_lines(exchange: Exchange, mask: Masker) -> Iterator[str]:
    """Return a request and what came back, numbers and secrets masked.

    Args:
        exchange: What went over the line.
        mask: What to hide.
    """
    request = redacted(exchange.request)
    yield f"> {request.method} {mask(request.url)}"
    if request.body:
        yield f"> {_excerpt(request.body, mask)}"
    if exchange.reply is not None:
        reply = exchange.reply
        yield f"< {reply.status} {mask(reply.reason)} after {exchange.elapsed_s:.3f} s"
        if reply.body:
            yield f"< {_excerpt(reply.body, mask)}"
    elif exchange.failure is not None:
        yield f"< {exchange.failure.observed.value}: {mask(exchange.failure.detail)}"
    else:
        yield "< nothing: the caller hung up first"
    if exchange.injected:
        yield f"! put in its place: {', '.join(exchange.injected)}"


def conversation(played: CallResult, mask: Masker) -> Iterator[str]:
    """Return the requests of a call as commands that repeat them by hand, and the answers.

    Where something is hidden in a command it is marked as masked, and the last line says why
    it does not work as printed.

    Args:
        played: The call.
        mask: What to hide.
    """
    hidden: set[str] = set()
    for exchange in played.exchanges[:_MOST_EXCHANGES]:
        line = _by_hand(redacted(exchange.request))
        hides = () if _is_in_process(exchange.request) else mask.hides(line)
        hidden.update(hides)
        marked = " (masked)" if hides else ""
        yield f"request {exchange.request_id}{marked}: {mask(line)}"
        if exchange.reply is not None:
            status, body = exchange.reply.status, _excerpt(exchange.reply.body, mask)
            yield f"answer: HTTP {status} {body}"
        elif exchange.failure is not None:
            failure = exchange.failure
            yield f"no answer: {failure.observed.value}: {mask(failure.detail)}"
        if exchange.injected:
            yield f"put in its place: {', '.join(exchange.injected)}"
    more = len(played.exchanges) - _MOST_EXCHANGES
    if more > 0:
        yield f"and {counted(more, 'request')} more"
    if hidden:
        yield f"what is masked {why_not(sorted(hidden))}"


def _by_hand(request: HttpRequest) -> str:
    """Return a command that sends a request; an application in process takes none."""
    if not _is_in_process(request):
        return request.curl()
    body = (request.body or b"").decode("utf-8", "backslashreplace")
    return f"{request.method} {request.url.removeprefix(APP_URL)} {body}".rstrip()


def _is_in_process(request: HttpRequest) -> bool:
    return request.url.startswith(APP_URL)


def _excerpt(body: bytes, mask: Masker) -> str:
    text = mask(body[:_MOST_BODY].decode("utf-8", "backslashreplace"))
    cut = "…" if len(text) > _SHOWN or len(body) > _MOST_BODY else ""
    return f"{text[:_SHOWN]}{cut}".replace("\n", "\\n")
