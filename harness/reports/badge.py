"""The verdict as a badge, to put into a README or on a page."""

from markupsafe import Markup

from harness.reports.overview import Report

_LABEL = "pbx protocol"
_MESSAGES = {
    "certified": ("certified", "#2f7d4f", "m0 4 3 3 6-7"),
    "certified-with-remarks": (
        "certified with remarks",
        "#95640a",
        "m0 2q2.2-3 4.5 0t4.5 0m-9 4q2.2-3 4.5 0t4.5 0",
    ),
    "not-certified": ("not certified", "#b3261e", "m1 0 7 7m0-7-7 7"),
    "partial": ("no certificate", "#6b7280", "m0 3.5h9"),
    "aborted": ("aborted", "#6b7280", "m0 3.5h9"),
}
"""Words, colour and mark: whoever does not tell the colours apart still sees the verdict."""
_MARK = 15
"""Width of the mark and of what is between it and the words."""

_WIDTHS = {
    2.9: "jl",
    3.1: "i",
    3.9: " -ft",
    4.7: "r",
    5.7: "cszx",
    6.6: "aevy",
    6.9: "dbpnhuogkq",
    9.0: "w",
    10.7: "m",
}
"""Widths of letters in Verdana of 11 pixels, which badges are drawn with."""
_WIDTH_OF = {letter: width for width, letters in _WIDTHS.items() for letter in letters}
_MARGIN = 6

_BADGE = Markup(
    '<svg xmlns="http://www.w3.org/2000/svg" width="{all}" height="20" role="img" '
    'aria-label="{label}: {message}">'
    "<title>{label}: {message}</title>"
    '<clipPath id="r"><rect width="{all}" height="20" rx="3"/></clipPath>'
    '<g clip-path="url(#r)"><path fill="#444c56" d="M0 0h{left}v20H0z"/>'
    '<path fill="{colour}" d="M{left} 0h{right}v20H{left}z"/></g>'
    '<path fill="none" stroke="#fff" stroke-width="1.8" stroke-linecap="round" '
    'd="M{mark_at} 6.5{mark}"/>'
    '<g fill="#fff" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">'
    '<text x="{margin}" y="14" textLength="{label_width}">{label}</text>'
    '<text x="{message_at}" y="14" textLength="{message_width}">{message}</text>'
    "</g></svg>\n"
)


def badge(report: Report) -> str:
    """Draw the badge as SVG."""
    message, colour, mark = _MESSAGES[report["verdict"]]
    if report["verdict"] in ("certified", "certified-with-remarks"):
        message = f"{message} - {report['level']}"
    label_width, message_width = text_width(_LABEL), text_width(message)
    left, right = label_width + 2 * _MARGIN, _MARK + message_width + 2 * _MARGIN
    return _BADGE.format(
        all=left + right,
        left=left,
        right=right,
        margin=_MARGIN,
        message_at=left + _MARGIN + _MARK,
        mark_at=left + _MARGIN,
        mark=mark,
        label=_LABEL,
        message=message,
        label_width=label_width,
        message_width=message_width,
        colour=colour,
    )


def text_width(text: str) -> int:
    """Return the width of small letters, in pixels."""
    return round(sum(_WIDTH_OF[letter] for letter in text))
