"""What is probably wrong with a text that is not JSON.

The hints name what goes wrong in endpoints that people run [field]: PHP warnings before the
JSON, HTML pages with status 200, JSON glued together from strings, answers cut off.
"""

import json
import re

from mockpbx.wire.rejected import excerpt

_PHP = re.compile(r"(?:Warning|Notice|Deprecated|Fatal error|Parse error)(?:</b>)?:")
_FOREIGN = re.compile(r"(None|True|False|undefined|Infinity)\b")
_CUT_TOKEN = re.compile(r"t|tr|tru|f|fa|fal|fals|n|nu|nul|-|\.|[eE][+-]?")
_BARE_KEY = re.compile(r"[A-Za-z_]\w*\s*:")
_ESCAPE = len(r"\u041")
"""The longest part of an escape that is cut off."""
_SPACE = " \t\r\n"
"""What JSON takes for white space; Python's own idea of it is wider."""


def explain(text: str, error: json.JSONDecodeError) -> str:
    """Tell in one sentence what is wrong, where, and what it looks like.

    Args:
        text: The answer's text.
        error: What the parser said.
    """
    if not text.strip():
        return "the body is empty" if not text else "the body is nothing but white space"
    cut = _cut_off(text, error)
    if cut:
        return cut
    hint = (
        _before(text) or _at(text, error.pos) or f"{_message(error)} at {_quoted(text, error.pos)}"
    )
    return f"line {error.lineno}, column {error.colno}: {hint}"


def _message(error: json.JSONDecodeError) -> str:
    return error.msg[0].lower() + error.msg[1:].removesuffix(" at")


def _quoted(text: str, position: int) -> str:
    return f"`{excerpt(text[position : position + 31], 30)}`" if text[position:] else "the end"


def _cut_off(text: str, error: json.JSONDecodeError) -> str | None:
    """Recognise a text that would be right so far."""
    if text.lstrip()[0] not in '{["':
        return None
    size = len(text.encode(errors="surrogatepass"))
    rest = text[error.pos :]
    escape = error.msg.startswith("Invalid \\u") and '"' not in rest and len(rest) <= _ESCAPE
    if escape or error.msg.startswith("Unterminated string"):
        return f"the answer ends in the middle of a string at byte {size}"
    if not rest.strip(_SPACE) or _CUT_TOKEN.fullmatch(rest):
        return f"the answer ends too early, at byte {size}: it is cut off"
    return None


def _before(text: str) -> str | None:
    """Recognise what stands before the JSON, or in its place."""
    start = text.lstrip()
    if start[0] in '{["' or start[0].isdigit():
        return None
    head = start[:2000]
    if _PHP.search(head):
        return f"a PHP message stands before the JSON: `{excerpt(start, 60)}`"
    if re.match(r"<(?:!doctype|html|head|body)", head, re.IGNORECASE):
        return f"an HTML page with status 200: `{excerpt(start, 60)}`"
    if start[0] == "<":
        return f"HTML or XML instead of JSON: `{excerpt(start, 60)}`"
    if "{" in start and start[0] != "'":
        return f"text stands before the JSON object: `{excerpt(start[: start.index('{')], 60)}`"
    return None


def _at(text: str, position: int) -> str | None:
    """Recognise what stands where the parser stopped."""
    before, rest = text[:position].rstrip(), text[position:].lstrip()
    foreign = _FOREIGN.match(rest)
    if _trailing_comma(before, rest):
        return "a comma after the last item"
    if rest.startswith("'"):
        return "single quotes; JSON strings take double quotes"
    if foreign:
        return f"`{foreign[0]}` is no JSON value"
    if _BARE_KEY.match(rest) and before.endswith(("{", ",")):
        return f"a key without double quotes: {_quoted(rest, 0)}"
    if rest[:1].isdigit() and text[position - 1] == "0":
        return "a number with a leading zero; write it as a string"
    if rest.startswith("+"):
        return "a number with a plus sign; write it as a string"
    return _after(before, text[position:])


def _trailing_comma(before: str, rest: str) -> bool:
    # Newer parsers stop at the comma, older ones behind it.
    if before.endswith(","):
        return rest.startswith(("}", "]"))
    return re.match(r",\s*[}\]]", rest) is not None


def _after(before: str, rest: str) -> str | None:
    """Recognise something after the end of the JSON."""
    try:
        json.loads(before)
    except (ValueError, RecursionError):
        return None
    return f"text stands after the end of the JSON: {_quoted(rest, 0)}"
